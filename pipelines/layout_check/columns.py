"""Are the columns of a file mapped to columns, codes, types and formats that we have, and is none lacking?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Column, Date, Numeric, Table

from pipelines import reference_tables
from pipelines.code_sets import codes_of
from pipelines.layout_check.blocks import Block
from pipelines.layout_check.problem import Problem, nearest
from pipelines.layout_files import NATIONAL
from pipelines.layouts import DATE_FORMATS, YEAR_FORMATS, ColumnLayout
from pipelines.schema import METADATA, PROVENANCE, core_table, core_tables

_OF_OURS = ("grantee_id", "student_id_kind", *PROVENANCE)  # written by intake, never by a layout


def column_problems(block: Block) -> Iterator[Problem]:
    """Yield what is wrong with the columns and constants of a block, as far as its table is known."""
    table = table_of(block)
    if table is None:
        names = [t.name for t in core_tables()] + [t.fullname for t in reference_tables.reference_tables()]
        yield block.problem(
            "table", f"{block.layout.table!r} is no table of ours; {nearest(block.layout.table, names)}"
        )
        return
    yield from _doubled(block)
    for column in block.layout.columns:
        yield from _mapping(block, table, column)
    yield from _constants(block, table)
    yield from _lacking(block, table)


def table_of(block: Block) -> Table | None:
    """Return the canonical or reference table that a block fills, or None where there is none of that name."""
    reference_tables.reference_tables()
    name = block.layout.table
    return core_table(name) if (name if "." in name else f"core.{name}") in METADATA.tables else None


def _doubled(block: Block) -> Iterator[Problem]:
    names = Counter(c.name.strip().casefold() for c in block.layout.columns)
    ours = Counter(c.to for c in block.layout.columns if c.to)
    for name, count in names.items():
        if count > 1:
            yield block.problem(f"column {name!r}", f"stands {count} times; name each column once")
    for name, count in ours.items():
        if count > 1:
            yield block.problem(f"to = {name!r}", f"{count} columns fill it; only the first is read: keep one")


def _mapping(block: Block, table: Table, column: ColumnLayout) -> Iterator[Problem]:
    where = f"column {column.name!r}"
    if column.pii not in ("", "identifier"):
        yield block.problem(f"{where} pii", f'{column.pii!r} is no class; write pii = "identifier" or nothing')
    for name in column.joined_with:
        names = [c.name for c in block.layout.columns]
        if name not in names:
            yield block.problem(f"{where} joined_with", f"names no column of this file: {nearest(name, names)}")
    if not column.to:
        if column.format or column.implied_decimals:
            yield block.problem(where, "has a format but no `to`, so nothing is read; add `to`", is_wrong=False)
        return
    ours = _ours(table).get(column.to)
    if ours is None:
        known = f"{table.name} has no such column; {nearest(column.to, _ours(table))}"
        yield block.problem(f"{where} to = {column.to!r}", known)
        return
    yield from _codes(block, ours, column, where)
    yield from _formats(block, ours, column, where)


def _codes(block: Block, ours: Column, column: ColumnLayout, where: str) -> Iterator[Problem]:  # type: ignore[type-arg]
    known = codes_of(ours)
    if column.codes and not known:
        yield block.problem(f"{where} codes", f"{ours.name} takes no codes, so the map is not used; remove it")
    for theirs, code in column.codes.items():
        if known and code not in known:
            yield block.problem(
                f"{where} codes.{theirs}", f"{code!r} is no code of {ours.info['codes']}; {nearest(code, known)}"
            )
    if column.separator and not ours.info["many"]:
        yield block.problem(f"{where} separator", f"{ours.name} takes one code only; remove it")


def _formats(block: Block, ours: Column, column: ColumnLayout, where: str) -> Iterator[Problem]:  # type: ignore[type-arg]
    known = YEAR_FORMATS if ours.name == "program_year" else DATE_FORMATS if isinstance(ours.type, Date) else ()
    if column.format and column.format not in known:
        fix = nearest(column.format, known) if known else f"{ours.name} has no formats; remove it"
        yield block.problem(f"{where} format", f"{column.format!r}: {fix}")
    if isinstance(ours.type, Date) and not column.format:
        yield block.problem(
            f"{where} format", f"none is said, so {DATE_FORMATS[0]} is expected; say it", is_wrong=False
        )
    if column.implied_decimals and not isinstance(ours.type, Numeric):
        yield block.problem(f"{where} implied_decimals", f"{ours.name} is no decimal number; remove it")
    if column.implied_decimals < 0:
        yield block.problem(f"{where} implied_decimals", "write how many of the last digits stand behind the point")


def _constants(block: Block, table: Table) -> Iterator[Problem]:
    mapped = {c.to for c in block.layout.columns}
    for name, value in block.layout.constants.items():
        ours = _ours(table).get(name)
        if ours is None:
            yield block.problem(f"constants.{name}", f"{table.name} has no such column; {nearest(name, _ours(table))}")
        elif name in mapped:
            yield block.problem(f"constants.{name}", "a column fills it as well, which wins; remove one")
        elif ours.info["codes"] and value not in codes_of(ours):
            fix = nearest(value, codes_of(ours))
            yield block.problem(f"constants.{name}", f"{value!r} is no code of {ours.info['codes']}; {fix}")


def _lacking(block: Block, table: Table) -> Iterator[Problem]:
    said = {c.to for c in block.layout.columns} | set(block.layout.constants)
    for ours in table.columns:
        if ours.name in said or ours.nullable or ours.info["states"] or ours.name in (*_OF_OURS, "program_year"):
            continue
        # Without a term the records are those of a whole year; a national standard cannot be made to say more.
        is_wrong = ours.name != "term_code" and not block.path.is_relative_to(NATIONAL)
        fix = "no column fills it and no constant does; map one, or add it to constants"
        until = "; until then every record is annual" if ours.name == "term_code" else ""
        yield block.problem(f"columns: {ours.name}", fix + until, is_wrong=is_wrong)
    if "program_year" not in said and "grantee_id" in table.columns:
        what = "no column says the year, so a file of another year in this folder goes unnoticed"
        yield block.problem("columns: program_year", what, is_wrong=False)


def _ours(table: Table) -> dict[str, Column]:  # type: ignore[type-arg]
    return {c.name: c for c in table.columns if c.name not in _OF_OURS}
