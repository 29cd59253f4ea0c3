"""Is every record read as it was meant, in the dialect of every grantee?

The law: what intake reads from ``render(x)`` is ``x``, for everything that the layout can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, Numeric

from pipelines.code_sets import STATES, codes_of
from pipelines.grantee import grantee, grantee_ids
from pipelines.intake.archive import sha256_of
from pipelines.intake.identity import pseudonym
from pipelines.intake.inbox import Found
from pipelines.intake.land import Arrival, land
from pipelines.layouts import FileLayout
from pipelines.sample.records import columns_of
from pipelines.sample.render import expressible, render
from pipelines.schema import core_table
from pipelines.warehouse import open_in_memory

YEAR = "2023-24"
KEY = b"a key for tests, long enough"
NOW = datetime(2024, 8, 1, tzinfo=UTC)
LAYOUTS = [(g, f) for g in grantee_ids() for f in grantee(g).layouts if f.is_effective(YEAR)]
IDS = st.sampled_from(["123456788", "001010001", "990012345", "FL123456789012", "A1234567", "N12345678", "2234567890"])
PERSONAL = re.compile(r"\d{8,10}|(?:FL|[AN])\d{7,12}|\d{1,2}/\d{1,2}/\d{4}", re.IGNORECASE)
TYPES = {Date: pl.Date, Numeric: pl.Decimal(10, 2), Integer: pl.Int64}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_in_memory()
    yield connection
    connection.close()


def _texts(layout: FileLayout) -> st.SearchStrategy[str]:
    """Any text but one like a person's number or birth date: in a doubtful row that is withheld, and said so."""
    return _any_texts(layout).filter(lambda text: not PERSONAL.fullmatch(re.sub(r"[\s-]", "", text)))


def _any_texts(layout: FileLayout) -> st.SearchStrategy[str]:
    """Any text; in a one-byte encoding none whose bytes are UTF-8 too, because such a file is rightly doubted."""
    if layout.encoding == "utf-8":
        return st.text(st.characters(codec="utf-8"), max_size=12)
    return st.text(st.characters(codec="ascii") | st.characters(min_codepoint=0xE0, max_codepoint=0xFF), max_size=12)


def _values(ours: Column[Any], layout: FileLayout) -> st.SearchStrategy[Any]:
    if ours.name == "program_year":
        return st.just(YEAR)
    if ours.info["codes"]:
        return _codes(ours)
    return _plain(ours, layout) | st.none()


def _plain(ours: Column[Any], layout: FileLayout) -> st.SearchStrategy[Any]:
    if ours.info["pii"] == "identifier":
        return IDS
    if isinstance(ours.type, Date):
        return st.dates(date(1900, 1, 1), date(2100, 1, 1))
    if isinstance(ours.type, Numeric):
        return st.decimals(-99_999_999, 99_999_999, places=2)
    return st.integers(-9_999_999, 9_999_999) if isinstance(ours.type, Integer) else _texts(layout)


def _codes(ours: Column[Any]) -> st.SearchStrategy[Any]:
    codes = st.sampled_from(codes_of(ours))
    if ours.info["many"]:
        selections = st.sampled_from([c for c in codes_of(ours) if c not in STATES])
        return codes | st.sets(selections, min_size=1, max_size=4).map(lambda s: "|".join(sorted(s)))
    return codes if ours.info["states"] else codes | st.none()


def _frame(layout: FileLayout, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    columns = [core_table(layout.table).columns[name] for name in columns_of(layout.table)]
    schema = {c.name: next((t for kind, t in TYPES.items() if isinstance(c.type, kind)), pl.String) for c in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _read(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, layout: FileLayout, path: Path
) -> tuple[Any, list[dict[str, Any]]]:
    """Land a file and return its submission and rows; the warehouse stays as it was."""
    found = Found(grantee_id, YEAR, path.name, path)
    connection.begin()
    try:
        arrival = Arrival(found, sha256_of(path), path.stat().st_size, path, NOW)
        submission = land(connection, grantee(grantee_id), arrival, KEY)
        return submission, connection.sql(f"select * from core.{layout.table} order by line_number").pl().to_dicts()
    finally:
        connection.rollback()


def _expected(said: pl.DataFrame) -> list[dict[str, Any]]:
    rows = said.to_dicts()
    for row in rows:
        for name in {"student_id", "staff_id"} & set(row):
            row[name] = pseudonym(KEY, row[name]) if row[name] else None
    return rows


@pytest.mark.parametrize(("grantee_id", "layout"), LAYOUTS, ids=[f"{g}-{f.name}" for g, f in LAYOUTS])
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_what_a_grantee_says_in_its_own_words_is_what_the_tables_hold(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, grantee_id: str, layout: FileLayout, data: st.DataObject
) -> None:
    columns = [core_table(layout.table).columns[name] for name in columns_of(layout.table)]
    rows = data.draw(st.lists(st.tuples(*(_values(c, layout) for c in columns)), min_size=1, max_size=5))
    said = expressible(_frame(layout, rows), layout)
    path = tmp_path / layout.file_name.format(program_year=YEAR, term_code="1")
    path.write_bytes(render(said, layout))
    submission, read = _read(connection, grantee_id, layout, path)
    assert (submission.status, submission.quarantined_line_count) == ("read", 0), submission.message
    assert [r["unreadable_columns"] for r in read] == [""] * len(rows)
    assert [{c.name: r[c.name] for c in columns} for r in read] == _expected(said)


@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_every_grantee_sends_every_required_table(grantee_id: str) -> None:
    sent = {f.table for g, f in LAYOUTS if g == grantee_id}
    assert {"institution", "program", "student", "program_enrollment", "course", "enrollment"} <= sent
