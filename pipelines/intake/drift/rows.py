"""Rows that are too few, come twice, or have come before: counted exactly in small files, in a sample of large ones."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.intake.drift.change import Change, Measured
from pipelines.intake.drift.earlier import Before
from pipelines.intake.raw_names import identifier_columns, raw_columns, raw_table
from pipelines.intake.reading.read import FileReading
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission
from pipelines.layouts import FileLayout

FEWEST_ROWS = 10  # fewer rows are alike by chance
SAMPLED_FROM = 40_000  # rows; a sample then has 2,500 to 40,000, and each step takes a sixteenth
FAR_FEWER = 10  # a file that has lost a tenth of its rows is worth a look
_CUT = ("line_field_count", "line_width", "line_quote_balanced", "line_json_valid")


def row_drift(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    submission: Submission,
    layout: FileLayout,
    row_count: int,
    before: Before,
) -> Iterator[Measured]:
    """Yield what the rows of one kind of record say as a whole: repeated, doubled, far fewer than before."""
    previous = before.last.row_count(layout) if before.last and not layout.transactions else None
    if before.last and previous:  # an update is as long as there is something to change
        lost = previous - row_count
        words = f"{row_count} rows, {previous} in the file accepted before"
        found: tuple[Change, ...] = (Change("truncated", words, layout.name, layout.table, measured=lost, n=previous),)
        found = found if lost * FAR_FEWER > previous else ()
        yield Measured("truncated", previous, found, before.last.submission_id)
    if row_count < FEWEST_ROWS:
        return
    persons = identifier_columns(layout)
    other = before.other_year if persons else None
    source = raw_table(supplier.id, layout)
    query = _sql(source, layout, row_count, with_other=other is not None)
    bound = {"id": submission.submission_id} | ({"other": other.submission_id} if other else {})
    n, distinct, single, repeated = connection.execute(query, bound).fetchall()[0]
    if not n:
        return
    yield Measured("doubled", n, tuple(_doubled(layout, n, distinct, single)))
    if other:
        words = f"rows as in {other.file_name} of {other.program_year}, the year apart"
        alike = Change("repeats_last_year", words, layout.name, layout.table, measured=repeated, n=n)
        yield Measured("repeats_last_year", n, (alike,) if repeated * 2 >= n else (), other.submission_id)


def _doubled(layout: FileLayout, n: int, distinct: int, single: int) -> Iterator[Change]:
    if (n - distinct) * 4 >= n:
        words = "the whole file twice" if not single else "rows that have come before in the same file"
        yield Change("doubled", words, layout.name, layout.table, measured=n - distinct, n=n)


def ending(reading: FileReading) -> Measured:
    """Return whether a file ends in the middle of a record: its last line is one that could not be read."""
    bad = reading.quarantined
    if not bad.height:
        return Measured("truncated", 1)
    last = bad.filter(bad["line_number"] + bad["line_count"] > reading.physical_line_count)
    is_cut = last.height > 0 and bool(set(last["reason_code"]) & set(_CUT))
    change = Change("truncated", "ends in the middle of a record", measured=1, n=1)
    return Measured("truncated", 1, (change,) if is_cut else ())


def _sql(table: str, layout: FileLayout, row_count: int, *, with_other: bool) -> str:
    """Return a query for the rows looked at, how many different ones, how many but once, how many of the other year.

    A sample takes people by the beginning of their pseudonym, so that both copies of a row are in it, and both years'.
    """
    names = raw_columns(layout)
    texts = [f'"{names[c.name]}"' for c in layout.columns if c.to != "program_year"]
    hashed = f"hash({', '.join(texts)})"
    digits = _digits(row_count)
    wanted = f" and starts_with({_drawn_by(layout, hashed)}, '{'0' * digits}')" if digits else ""
    now = f"select {hashed} as row_hash, count(*) as copies from {table} where submission_id = $id{wanted} group by 1"
    other = f"select {hashed} from {table} where submission_id = $other{wanted}"
    alike = f"coalesce(sum(copies) filter (where row_hash in ({other})), 0)" if with_other else "0"
    return (
        "select cast(coalesce(sum(copies), 0) as bigint), count(*), count(*) filter (where copies = 1), "
        f"cast({alike} as bigint) from ({now}) as now"
    )


def _digits(row_count: int) -> int:
    digits = 0
    while row_count >= SAMPLED_FROM:
        row_count, digits = row_count // 16, digits + 1
    return digits


def _drawn_by(layout: FileLayout, hashed: str) -> str:
    """Return SQL for a text of hexadecimal digits that decides whether a row is in the sample."""
    persons = identifier_columns(layout)
    if not persons:
        return f"lower(printf('%016x', {hashed}))"
    return f'"{raw_columns(layout)[persons[0]]}"'
