"""Two versions side by side, and certified figures beside today's, as tables for programs: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pipelines.side_by_side.certified import Explanation
from pipelines.side_by_side.comparison import Comparison, Effect
from pipelines.side_by_side.people import COUNTS
from pipelines.spreadsheet_text import plain

_COLUMNS = (
    "kind", "measure", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code", "key", "key_before",
    "key_after", "status_before", "status_after", "denominator_before", "denominator_after", "denominator_change",
    "numerator_before", "numerator_after", "numerator_change", "unknown_before", "unknown_after", "unknown_change",
    "entered", "left", "numerator_entered", "numerator_left",
)  # fmt: skip


def rows_of(told: Comparison | Explanation) -> list[dict[str, Any]]:
    """Return what is told as one flat table: figures, then the effects of the keys, then cells."""
    if isinstance(told, Explanation):
        same = {"grantee_id": told.grantee_id, "program_year": told.program_year, "act_number": told.act_number,
                "certified_version": told.versions[0], "version": told.versions[1]}  # fmt: skip
        return [{**same, **asdict(one)} for one in told.cells]
    return [*_figure_rows(told), *_effect_rows(told.parts), *_cell_rows(told)]


def _row(**values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(_COLUMNS), **values}


def _figure_rows(told: Comparison) -> Iterator[dict[str, Any]]:
    for a, b, whole in zip(told.before, told.after, told.whole, strict=True):
        counts = {f"{name}_{side}": getattr(figure, name) for name in ("status", "denominator", "numerator", "unknown")
                  for side, figure in (("before", a), ("after", b))}  # fmt: skip
        yield _row(kind="figure", subgroup_dimension="all", subgroup_code="all", **_change(whole), **counts)


def _effect_rows(effects: Iterable[Effect]) -> Iterator[dict[str, Any]]:
    for one in effects:
        key = {"key": "together"}
        if one.change:
            key = {"key": one.change.key, "key_before": one.change.before, "key_after": one.change.after}
        yield _row(kind="effect", subgroup_dimension="all", subgroup_code="all", **key, **_change(one))


def _change(effect: Effect) -> dict[str, Any]:
    counts = {f"{name}_change": getattr(effect, name) for name in ("denominator", "numerator", "unknown")}
    if effect.measure in COUNTS:
        counts |= {"numerator_change": None, "unknown_change": None}
    moves = asdict(effect.moved) if effect.moved else {}
    return {"measure": effect.measure, "institution_id": effect.institution_id, **counts, **moves}


def _cell_rows(told: Comparison) -> Iterator[dict[str, Any]]:
    for cell in told.cells:
        yield _row(kind="cell", **asdict(cell))


def as_csv(rows: Sequence[dict[str, Any]], notes: Sequence[str]) -> str:
    """Return rows as CSV, each with what everything told begins with, because files are passed on without names."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, ["note", *rows[0]], lineterminator="\n")
        writer.writeheader()
        note = " ".join(notes)
        for row in rows:
            values = {"note": note, **row}
            writer.writerow({name: plain(v) if isinstance(v, str) else v for name, v in values.items()})
    return text.getvalue()


def as_json(told: Comparison | Explanation, notes: Sequence[str]) -> str:
    """Return what is told as JSON: the notes, the versions, the keys that differ, and the rows of the CSV."""
    content: dict[str, Any] = {"notes": list(notes), "versions": list(told.versions)}
    if isinstance(told, Comparison):
        content |= {"grantee_id": told.grantee_id, "program_year": told.program_year,
                    "keys": [{"key": c.key, "before": c.before, "after": c.after} for c in told.changes]}  # fmt: skip
    return json.dumps(content | {"rows": rows_of(told)}, indent=1, ensure_ascii=False) + "\n"
