"""The columns of a file that has landed, counted in one scan: values that are codes, shapes of all the others.

Reads raw, where identifiers are pseudonyms with their shapes beside them. Compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlalchemy import Column, Date, Numeric
from sqlalchemy import Integer as WholeNumber

from pipelines.intake.conform_values import code_map
from pipelines.intake.drift.shape import BLANK, OTHERS, number_shape_sql, shape_sql, text_shape_sql
from pipelines.intake.raw_names import identifier_columns, raw_columns, raw_table, shape_column
from pipelines.intake.reading.lines_mask import mask
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.schema import core_table

MOST_PATTERNS, MOST_CODES, MOST_DAYS = 40, 500, 5000
LONGEST_CODE = 12  # a longer text that no layout declares is no code, and may be anything
PLACES = ("institution_id", "unitid")  # whose values are counted like codes: they tell whose file it is
_MANY_ROWS = 20_000  # from here a scan a column is cheaper than one over all cells (0.5 s against 1.4 s for a million)
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


@dataclass(frozen=True)
class _Source:
    """How a column is counted: the SQL of its text, the SQL of a value's shape, and which values are looked at."""

    column: ColumnLayout
    ours: Column[Any] | None
    text: str
    shape: str

    @property
    def is_coded(self) -> bool:
        return is_coded(self.column, self.ours)

    @property
    def is_day(self) -> bool:
        return self.ours is not None and isinstance(self.ours.type, Date) and not self.ours.info["pii"]


def our_columns(layout: FileLayout) -> Mapping[str, Column[Any]]:
    """Return our columns by the names of theirs that fill them."""
    table = core_table(layout.table)
    return {c.name: table.columns[c.to] for c in layout.columns if c.to in table.columns}


def is_coded(column: ColumnLayout, ours: Column[Any] | None) -> bool:
    """Return whether the values of a column are codes, or places, and never personal."""
    if column.pii or (ours is not None and ours.info["pii"]):
        return False
    return bool(column.codes) or (ours is not None and (bool(ours.info["codes"]) or ours.name in PLACES))


def profiles_of(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    layout: FileLayout,
    submission_id: str,
    positions: Mapping[str, int],
    row_count: int,
) -> list[Profile]:
    """Count the columns of one kind of record; ``positions`` are the places of those that the file has."""
    sources = [s for s in _sources(layout) if s.column.name in positions]
    if not sources:
        return []
    found: list[dict[str, dict[str, int]]] = [{"pattern": {}, "code": {}, "day": {}, "distinct": {}} for _ in sources]
    rows = connection.execute(_sql(raw_table(supplier.id, layout), sources, row_count), {"id": submission_id})
    for place, what, text, count, distinct in rows.fetchall():
        found[place][what][text] = found[place][what].get(text, 0) + count
        if what == "pattern" and text != BLANK:
            found[place]["distinct"][text] = distinct
    return [
        _profile(layout, source, counts, positions[source.column.name], supplier)
        for source, counts in zip(sources, found, strict=True)
    ]


def _sources(layout: FileLayout) -> list[_Source]:
    names, ours_by_name, identifiers = raw_columns(layout), our_columns(layout), identifier_columns(layout)
    sources = []
    for column in layout.columns:
        ours, name = ours_by_name.get(column.name), names[column.name]
        if column.name in identifiers:
            sources.append(_Source(column, ours, f'"{shape_column(name)}"', "v"))
        else:
            sources.append(_Source(column, ours, f'"{name}"', _shape(ours)))
    return sources


def _shape(ours: Column[Any] | None) -> str:
    if ours is None:
        return text_shape_sql("v")
    if isinstance(ours.type, Numeric | WholeNumber):
        return number_shape_sql("v")
    is_exact = isinstance(ours.type, Date) or ours.info["codes"] or ours.info["pattern"] or ours.name.endswith("_id")
    return shape_sql("v") if is_exact else text_shape_sql("v")


def _sql(table: str, sources: Sequence[_Source], row_count: int) -> str:
    """Return a query for (place, what, text, rows, different values): shapes of all, values of codes and of days."""
    shapes = " ".join(f"when {i} then {s.shape}" for i, s in enumerate(sources))
    parts = [_limited("pattern", "shape", "shaped", MOST_PATTERNS)]
    for what, most, wanted in (
        ("code", MOST_CODES, [i for i, s in enumerate(sources) if s.is_coded]),
        ("day", MOST_DAYS, [i for i, s in enumerate(sources) if s.is_day]),
    ):
        if wanted:
            chosen = f"(select * from shaped where place in ({', '.join(map(str, wanted))}))"
            parts.append(_limited(what, "v", chosen, most))
    return f"""
    with counted as ({_counted(table, sources, row_count)}),
    filled as (select place, coalesce(trim(v), '') as v, sum(n) as n from counted group by all),
    shaped as materialized (
        select place, case when v = '' then '{BLANK}' else v end as v, n,
            case when v = '' then '{BLANK}' else case place {shapes} end end as shape
        from filled
    )
    {" union all ".join(parts)}
    """


def _limited(what: str, text: str, source: str, most: int) -> str:
    """Return a query for the texts of each column and their rows; those beyond the most frequent are one."""
    ranked = (
        f"select place, {text} as t, sum(n) as n, count(*) as d, "
        f"row_number() over (partition by place order by sum(n) desc, {text}) as rank from {source} as s group by 1, 2"
    )
    told = f"case when rank <= {most} then t else '{OTHERS}' end"
    return (
        f"select place, '{what}', {told}, cast(sum(n) as bigint), cast(sum(d) as bigint) "
        f"from ({ranked}) as ranked group by 1, 2, 3"
    )


def _counted(table: str, sources: Sequence[_Source], row_count: int) -> str:
    """Return a query for the values of each column and their rows: one scan, or one a column where rows are many."""
    of_file = f"from {table} where submission_id = $id"
    if row_count >= _MANY_ROWS:
        return " union all ".join(
            f"select {i} as place, {s.text} as v, count(*) as n {of_file} group by {s.text}"
            for i, s in enumerate(sources)
        )
    texts = ", ".join(s.text for s in sources)
    cells = f"select unnest(range({len(sources)})) as place, unnest([{texts}]) as v {of_file}"
    return f"select place, v, count(*) as n from ({cells}) as cells group by all"


def _profile(
    layout: FileLayout, source: _Source, counts: dict[str, dict[str, int]], position: int, supplier: Supplier
) -> Profile:
    patterns = counts["pattern"]
    return Profile(
        layout_name=layout.name,
        table_name=layout.table,
        column_name=source.column.name,
        position=position,
        our_column=source.column.to or None,
        row_count=sum(patterns.values()),
        blank_count=patterns.get(BLANK, 0),
        distinct_count=sum(counts["distinct"].values()),
        patterns={} if source.is_coded else patterns,
        codes=_codes(source, counts["code"], supplier),
        days=counts["day"],
    )


def _codes(source: _Source, counts: Mapping[str, int], supplier: Supplier) -> dict[str, int]:
    """Return the single codes of a column with their rows; a row with several codes counts at each."""
    column = source.column
    known = {BLANK, OTHERS, *column.nulls}
    known |= {code.strip() for code in code_map(source.ours, column)} if source.ours is not None else set(column.codes)
    codes: dict[str, int] = {}
    for text, count in counts.items():
        pieces = {text} if text in known or not column.separator else set(text.split(column.separator))
        for code in {told_code(piece.strip(), known, supplier) for piece in pieces if piece.strip()}:
            codes[code] = codes.get(code, 0) + count
    return codes


def told_code(code: str, known: set[str], supplier: Supplier) -> str:
    """Return a code as it may be told: one that nobody has declared and that may be a person's value as its shape."""
    if code in known:
        return code
    bare = re.sub(r"[\s-]", "", code).upper()
    is_personal = len(code) > LONGEST_CODE or re.fullmatch(r"\d{9}", bare) or _DAY.fullmatch(code)
    if is_personal or any(re.search(kind.pattern, bare) for kind in supplier.identifiers):
        return mask(code)
    return code
