"""Is every record read as it was meant, in the dialect of every grantee?

The law: what intake reads from ``render(x)`` is ``x``, for everything that the layout can say, and what was spoilt on
the way is reported at its line.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, Numeric

from pipelines.code_sets import STATES, codes_of
from pipelines.grantee import grantee, grantee_ids
from pipelines.intake.conform import conform
from pipelines.intake.identity import pseudonym
from pipelines.intake.raw import write_raw
from pipelines.intake.reading.read import read_file
from pipelines.intake.submit import take_in
from pipelines.layouts import FileLayout
from pipelines.sample.line_faults import LINE_FAULTS, LineFault
from pipelines.sample.plan import plan
from pipelines.sample.records import cohorts, columns_of, records
from pipelines.sample.render import expressible, render
from pipelines.sample.sheets import Sheet, content, files_of
from pipelines.sample.submissions import write_samples
from pipelines.schema import core_table, core_tables
from pipelines.warehouse import open_in_memory, open_warehouse

YEAR = "2023-24"
KEY = b"a key for tests, long enough"
NOW = datetime(2024, 8, 1, tzinfo=UTC)
TITLE = "FICTIONAL"
# A failing example of a whole submission takes minutes to shrink, and is told by file and table anyway.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
Rows = dict[str, list[dict[str, Any]]]


def _layouts(grantee_id: str) -> list[FileLayout]:
    return [f for f in grantee(grantee_id).layouts if f.is_effective(YEAR)]


LAYOUTS = [(g, f) for g in grantee_ids() for f in _layouts(g)]
TEXTS = [(g, f) for g, f in LAYOUTS if f.kind != "workbook"]
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


def _drawn(data: st.DataObject, layout: FileLayout, most: int) -> pl.DataFrame:
    columns = [core_table(layout.table).columns[name] for name in columns_of(layout.table)]
    rows = st.lists(st.tuples(*(_values(c, layout) for c in columns)), min_size=1, max_size=most)
    return expressible(_frame(layout, data.draw(rows)), layout)


def _sheets(grantee_id: str, frames: dict[str, pl.DataFrame]) -> list[Sheet]:
    """The files of a submission: of each layout one, with the records drawn for it."""
    parts = {"program_year": YEAR, "term_code": "1", "vintage": "eot"}
    return [Sheet(f, f.file_name.format(**parts), frames[f.name]) for f in _layouts(grantee_id) if f.name in frames]


def _landed(grantee_id: str, files: dict[str, bytes], names: list[str]) -> tuple[list[Any], list[Any], Rows]:
    """Take in a submission, in the order of its names; return its ledger, its quarantine and its canonical rows."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "inbox" / grantee_id / YEAR
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_bytes(files[name])
        (Path(root) / "home" / "keys").mkdir(parents=True)
        key = Path(root) / "home" / "keys" / f"{grantee_id}.key"
        key.write_bytes(KEY)
        key.chmod(0o600)
        with open_warehouse(Path(root) / "home") as connection:
            take_in(connection, Path(root) / "home", Path(root) / "inbox", NOW)
            ledger = connection.sql("select file_name, status, message from quality.submission").fetchall()
            bad = connection.sql("select file_name, line_number, reason_code from quality.quarantine").fetchall()
            rows = {
                table.name: connection.sql(
                    f"select r.*, s.file_name from core.{table.name} as r "
                    "inner join quality.submission as s using (submission_id) order by s.file_name, line_number"
                ).pl().to_dicts()
                for table in core_tables()
            }  # fmt: skip
        return ledger, bad, rows


def _expected(said: pl.DataFrame) -> list[dict[str, Any]]:
    rows = said.to_dicts()
    for row in rows:
        for name in {"student_id", "staff_id"} & set(row):
            row[name] = pseudonym(KEY, row[name]) if row[name] else None
    return rows


def _assert_read_as_meant(rows: Rows, sheets: list[Sheet]) -> None:
    for sheet in sheets:
        lines = {sheet.line_of(position) for position in range(len(sheet))}
        table = core_table(sheet.layout.table)
        read = [r for r in rows[table.name] if r["file_name"] == sheet.place and r["line_number"] in lines]
        assert [r["unreadable_columns"] for r in read] == [""] * len(sheet), sheet.place
        names = columns_of(table.name)
        assert [{name: r[name] for name in names} for r in read] == _expected(sheet.records), sheet.place


@pytest.mark.slow
@pytest.mark.parametrize("grantee_id", grantee_ids())
@settings(max_examples=2, deadline=None, phases=WITHOUT_SHRINKING, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_grantee_says_in_its_own_words_is_what_the_tables_hold(grantee_id: str, data: st.DataObject) -> None:
    """A whole submission: several kinds of record in a file, sheets of workbooks, control records, and all."""
    layouts = [f for f in _layouts(grantee_id) if not f.name.endswith("_update")]
    sheets = _sheets(grantee_id, {f.name: _drawn(data, f, 4) for f in layouts})
    made = {name: content(mates, TITLE) for name, mates in files_of(sheets).items()}
    ledger, bad, rows = _landed(grantee_id, made, list(made))
    assert {status for _, status, _ in ledger} == {"read"}, ledger
    assert bad == []
    assert len(ledger) == len({sheet.place for sheet in sheets})
    _assert_read_as_meant(rows, sheets)


@pytest.mark.parametrize(("grantee_id", "layout"), TEXTS, ids=[f"{g}-{f.name}" for g, f in TEXTS])
@settings(max_examples=6, deadline=None, phases=WITHOUT_SHRINKING, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_record_of_a_text_file_is_read_and_conformed_as_it_was_meant(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, layout: FileLayout, data: st.DataObject
) -> None:
    said = _drawn(data, layout, 5)
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / "file"
        path.write_bytes(render(said, layout, TITLE))
        batches: list[pl.DataFrame] = []
        reading = read_file(path, [layout], lambda _, rows: batches.append(rows))
    assert reading.quarantined_line_count == 0
    connection.begin()
    try:
        write_raw(connection, grantee(grantee_id), layout, "s1", pl.concat(batches), KEY)
        conform(connection, grantee_id, YEAR, "s1", layout)
        read = connection.sql(f"select * from core.{layout.table} order by line_number").pl().to_dicts()
    finally:
        connection.rollback()
    assert [r["unreadable_columns"] for r in read] == [""] * len(said)
    assert [{name: r[name] for name in columns_of(layout.table)} for r in read] == _expected(said)


@pytest.mark.parametrize("grantee_id", grantee_ids())
@settings(max_examples=6, deadline=None, phases=WITHOUT_SHRINKING, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_line_that_is_spoilt_on_its_way_is_reported_at_its_place_and_the_others_are_read(
    grantee_id: str, data: st.DataObject
) -> None:
    layouts = [f for f in _layouts(grantee_id) if f.kind != "workbook"]
    spoilt = data.draw(st.sampled_from(layouts))
    fault = data.draw(st.sampled_from([f for f in LINE_FAULTS if _fits(f, spoilt)]))
    mates = [f for f in layouts if f.file_name == spoilt.file_name]
    sheets = _sheets(grantee_id, {f.name: _frame_of(f, data.draw(st.integers(4, 9))) for f in mates})
    (name, of_file), *_ = files_of(sheets).items()
    victim = next(sheet for sheet in of_file if sheet.layout is spoilt)
    position = data.draw(st.integers(1, len(victim) - 2))
    victim.broken[position] = fault
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(content(of_file, TITLE))
        rows: Counter[str] = Counter()
        reading = read_file(
            path, [s.layout for s in of_file], lambda layout, part: rows.update({layout.name: len(part)})
        )
    told = [(q["line_number"], q["reason_code"]) for q in reading.quarantined.to_dicts()]
    assert told == [(victim.line_of(position), fault.rule_id)]
    assert rows == {sheet.layout.name: len(sheet) - (sheet is victim) for sheet in of_file}


@pytest.mark.parametrize("grantee_id", ["florida", "oregon"])
def test_after_all_updates_and_vintages_the_tables_hold_what_the_colleges_know_in_the_end(
    grantee_id: str, tmp_path: Path
) -> None:
    students, seed = 900 if grantee_id == "florida" else 300, 11
    one = plan(grantee_id)
    frames = records(one, cohorts(one, seed, students, range(2023, 2024)), 2023, 2023)
    write_samples(tmp_path, students=students, program_years=[YEAR], seed=seed, is_clean=True, grantees=[grantee_id])
    made = {path.name: path.read_bytes() for path in (tmp_path / grantee_id / YEAR).iterdir()}
    assert any("UPDATE" in name or "4wk" in name for name in made)
    _, bad, rows = _landed(grantee_id, made, sorted(made))
    assert bad == []
    for layout in (f for f in _layouts(grantee_id) if not f.name.endswith("_update")):
        names = columns_of(layout.table)
        read = Counter(str([row[name] for name in names]) for row in rows[layout.table])
        known = _expected(expressible(frames[layout.table], layout))
        assert read == Counter(str([row[name] for name in names]) for row in known), layout.name


def _fits(fault: LineFault, layout: FileLayout) -> bool:
    is_fitting = layout.kind in fault.kinds and layout.encoding in fault.encodings
    return is_fitting and not (fault.needs_quote and not layout.quote)


def _frame_of(layout: FileLayout, count: int) -> pl.DataFrame:
    """Plain records of a table, which fill every field that the file has."""
    columns = [core_table(layout.table).columns[name] for name in columns_of(layout.table)]
    rows = [tuple(_plain_value(column, number) for column in columns) for number in range(count)]
    return expressible(_frame(layout, rows), layout)


def _plain_value(ours: Column[Any], number: int) -> Any:
    if ours.name == "program_year":
        return YEAR
    if ours.info["codes"]:
        return codes_of(ours)[0]
    if ours.info["pii"] == "identifier":
        return f"8121200{number + 1:02}"
    if isinstance(ours.type, Date):
        return date(2001, 2, 3)
    return Decimal("3.50") if isinstance(ours.type, Numeric) else 2 if isinstance(ours.type, Integer) else f"T{number}"


@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_every_grantee_sends_every_required_table(grantee_id: str) -> None:
    sent = {f.table for g, f in LAYOUTS if g == grantee_id}
    assert {"institution", "program", "student", "program_enrollment", "course", "enrollment"} <= sent
