"""What is told of the records themselves: rules about everybody, and how far columns are filled. Rows, not persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.shareable.card import Judged
from pipelines.shareable.names import Names
from pipelines.shareable.told import Count, code_words, status_of

Row = Mapping[str, Any]
STATUS = {"passed": "passed", "failed": "failed", "not_applicable": "nothing to judge", "error": "could not be judged"}


def rules(results: Sequence[Row], book: Sequence[Row]) -> tuple[Judged, ...]:
    """Return what the quality rules found, by rule, in the words of the published rule book."""
    titles = {row["rule_id"]: row["title"] for row in book}
    return tuple(
        Judged(
            str(titles.get(row["rule_id"], row["rule_id"])),
            row["rule_id"], STATUS.get(row["status"] or "", "withheld"),
            _population(row, "population_count"), _counted(row, "failed_count"),
        )
        for row in sorted(results, key=lambda row: row["rule_id"])
    )  # fmt: skip


def coverage(rows: Sequence[Row], names: Names) -> tuple[Judged, ...]:
    """Return how many rows have a value that says something, by what was asked for."""
    told = (
        Judged(
            names.dimension(row["dimension"]), "", "", _population(row, "row_count"), _counted(row, "informative_count")
        )
        for row in rows
    )
    return tuple(sorted(told, key=lambda one: one.name))


def _population(row: Row, column: str) -> Count:
    return Count(row[column]) if row[column] is not None else Count(None, "withheld", "withheld")


def _counted(row: Row, column: str) -> Count:
    code = row["suppression_code"]
    if code is not None:
        return Count(None, code_words(code), status_of(code))
    return Count(row[column]) if row[column] is not None else Count(None, "none", "nobody")
