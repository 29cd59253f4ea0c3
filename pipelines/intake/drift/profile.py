"""The columns of a file that has landed, counted in one scan: values that are codes, shapes of all the others.

Reads raw, where identifiers are pseudonyms with their shapes beside them. Compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlalchemy import Column, Date

from pipelines.intake.conform_values import code_map
from pipelines.intake.drift.scan import Counts, LookedAt, columns_looked_at, count_values, most_frequent
from pipelines.intake.drift.shape import BLANK, OTHERS
from pipelines.intake.raw_names import raw_table
from pipelines.intake.reading.lines_mask import mask
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.schema import core_table

MOST_CODES = 500
LONGEST_CODE = 12  # a longer text that no layout declares is no code, and may be anything
PLACES = ("institution_id", "unitid")  # whose values are counted like codes: they tell whose file it is
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|(19|20)\d{6}")


@dataclass(frozen=True)
class Profile:
    """One column of one kind of record. ``codes``, ``patterns`` and ``days`` count rows, blank ones as ``(blank)``.

    ``row_count`` is None for a column that no layout knows, whose values nobody reads. ``days`` are the texts of dates
    that are not personal; they are not kept, only the program year in which most lie.
    """

    layout_name: str
    table_name: str | None
    column_name: str
    position: int
    our_column: str | None = None
    row_count: int | None = None
    blank_count: int | None = None
    distinct_count: int | None = None
    patterns: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    modal_program_year: str | None = None

    @property
    def filled_count(self) -> int:
        """Rows with a value."""
        return (self.row_count or 0) - (self.blank_count or 0)


def our_columns(layout: FileLayout) -> Mapping[str, Column[Any]]:
    """Return our columns by the names of theirs that fill them."""
    table = core_table(layout.table)
    return {c.name: table.columns[c.to] for c in layout.columns if c.to in table.columns}


def is_coded(column: ColumnLayout, ours: Column[Any] | None) -> bool:
    """Return whether the values of a column are codes, or places, and never personal."""
    if column.pii or (ours is not None and ours.info["pii"]):
        return False
    return bool(column.codes) or (ours is not None and (bool(ours.info["codes"]) or ours.name in PLACES))


def _is_day(ours: Column[Any] | None) -> bool:
    return ours is not None and isinstance(ours.type, Date) and not ours.info["pii"]


def profiles_of(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    layout: FileLayout,
    submission_id: str,
    positions: Mapping[str, int],
    row_count: int,
) -> list[Profile]:
    """Count the columns of one kind of record; ``positions`` are the places of those that the file has."""
    ours = our_columns(layout)
    kept = [c.name for c in layout.columns if is_coded(c, ours.get(c.name)) or _is_day(ours.get(c.name))]
    columns = [c for c in columns_looked_at(layout, kept) if c.column.name in positions]
    if not columns:
        return []
    counted = count_values(connection, raw_table(supplier.id, layout), submission_id, columns, row_count)
    return [
        _profile(layout, column, counts, positions[column.column.name], supplier)
        for column, counts in zip(columns, counted, strict=True)
    ]


def _profile(layout: FileLayout, looked_at: LookedAt, counts: Counts, position: int, supplier: Supplier) -> Profile:
    is_code = is_coded(looked_at.column, looked_at.ours)
    return Profile(
        layout_name=layout.name,
        table_name=layout.table,
        column_name=looked_at.column.name,
        position=position,
        our_column=looked_at.column.to or None,
        row_count=sum(counts.patterns.values()),
        blank_count=counts.patterns.get(BLANK, 0),
        distinct_count=counts.distinct_count,
        patterns={} if is_code else counts.patterns,
        codes=_codes(looked_at, counts.values, supplier) if is_code else {},
        days=counts.values if _is_day(looked_at.ours) else {},
    )


def _codes(looked_at: LookedAt, counts: Mapping[str, int], supplier: Supplier) -> dict[str, int]:
    """Return the single codes of a column with their rows; a row with several codes counts at each."""
    column, ours = looked_at.column, looked_at.ours
    known = {BLANK, OTHERS, *column.nulls}
    known |= {code.strip() for code in code_map(ours, column)} if ours is not None else set(column.codes)
    codes: dict[str, int] = {}
    for text, count in counts.items():
        pieces = {text} if text in known or not column.separator else set(text.split(column.separator))
        for code in {told_code(piece.strip(), known, supplier) for piece in pieces if piece.strip()}:
            codes[code] = codes.get(code, 0) + count
    return most_frequent(codes, MOST_CODES)


def told_code(code: str, known: set[str], supplier: Supplier) -> str:
    """Return a code as it may be told: one that nobody has declared and that may be a person's value as its shape."""
    if code in known:
        return code
    bare = re.sub(r"[\s-]", "", code).upper()
    is_personal = len(code) > LONGEST_CODE or re.fullmatch(r"\d{9}", bare) or _DAY.fullmatch(code)
    if is_personal or any(re.search(kind.pattern, bare) for kind in supplier.identifiers):
        return mask(code)
    return code
