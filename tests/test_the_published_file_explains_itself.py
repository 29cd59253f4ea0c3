"""Whoever gets the published file and nothing else can read it, with DuckDB or without."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import duckdb
import polars as pl
import pytest
from released_rows import YEAR, cell, empty_warehouse, measured, release

from pipelines.indicator_definition import Definition
from pipelines.models import all_models, build
from pipelines.publish.definitions import WORDS, definition_rows
from pipelines.publish.dictionary import DICTIONARY, dictionary_rows
from pipelines.publish.file import publish
from pipelines.publish.notes import NOTE, NOTHING, notes
from pipelines.publish.places import GRANTEE, INSTITUTION, grantee_rows, institution_rows
from pipelines.publish.words import CODE, SUPPRESSION_CODES, code_rows, label_of_share
from pipelines.warehouse import insert_rows

MODELS = ("student_count", "indicator", "gap", "margin")


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = empty_warehouse()
    release(connection)
    measured(connection, 300, 600)
    measured(connection, 40, 120, institution_id="A")
    measured(connection, 2, 9, subgroup_dimension="sex", subgroup_code="another", group_code="withheld")
    cell(connection, "participant", 900)
    yield connection
    connection.close()


def filled(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables that a night fills, rule book and results left out."""
    wanted = {"quality.release_in_force", "quality.release_count", *(f"publish.{name}" for name in MODELS)}
    for model in all_models():
        if model.table in wanted:
            build(connection, model)
    said = notes(connection, "run-1", is_sample=True)
    for table, rows in ((GRANTEE, grantee_rows(connection)), (INSTITUTION, institution_rows(connection)),
                        (CODE, code_rows(connection)), (NOTE, said), (DICTIONARY, [])):  # fmt: skip
        table.create(connection)
        insert_rows(connection, table.name, rows)
    insert_rows(connection, DICTIONARY.name, dictionary_rows(connection))


def test_every_key_of_a_definition_is_explained_or_analysts_guess_what_a_concentrator_is() -> None:
    assert {*WORDS, "version", "is_proposed"} == {one.name for one in fields(Definition)}


def test_the_definition_that_was_applied_is_told_and_not_the_one_of_today(home: duckdb.DuckDBPyConnection) -> None:
    filled(home)
    told = {row[3]: row[4] for row in definition_rows(home)}
    assert told["evidence"]
    assert {*told} == {*WORDS}
    home.execute("update quality.release_indicator set definition_version = 'oregon-gone'")
    assert {row[3:5] for row in definition_rows(home)} == {("version", "oregon-gone")}


def test_the_name_of_a_real_institution_is_never_what_a_sender_wrote(home: duckdb.DuckDBPyConnection) -> None:
    home.execute(
        "insert into core.institution (grantee_id, program_year, institution_id, institution_name, unitid) "
        f"values ('oregon', '{YEAR}', 'A', 'Jane Roe, 555-0100', null)"
    )
    filled(home)
    assert institution_rows(home) == [("oregon", "A", "Jane Roe, 555-0100", None, None)]  # invented anyway
    home.execute("update quality.release set is_sample = false")
    assert institution_rows(home) == [("oregon", "A", None, None, None)]
    home.execute("update core.institution set unitid = '208415'")
    assert institution_rows(home) == [("oregon", "A", "Clatsop Community College", "208415", None)]


def test_an_institution_that_no_release_shows_is_not_listed(home: duckdb.DuckDBPyConnection) -> None:
    home.execute(
        f"insert into core.institution (grantee_id, program_year, institution_id) values ('oregon', '{YEAR}', 'SECRET')"
    )
    filled(home)
    assert [row[1] for row in institution_rows(home)] == ["A"]


def test_the_grantee_of_invented_records_says_so(home: duckdb.DuckDBPyConnection) -> None:
    filled(home)
    name = "Oregon Higher Education Coordinating Commission"
    assert grantee_rows(home) == [("oregon", name, "Oregon HECC", "OR", "Oregon Department of Education", True)]
    assert notes(home, "run-1", is_sample=True)[0][1].startswith("FICTIONAL")
    assert all(topic != "fiction" for topic, _ in notes(home, "run-1", is_sample=False))


def test_a_home_without_a_release_says_what_to_do(home: duckdb.DuckDBPyConnection) -> None:
    filled(home)
    assert NOTHING not in dict(notes(home, "run-1", is_sample=False)).values()
    home.execute("delete from quality.release")
    assert dict(notes(home, "run-1", is_sample=False))["nothing_released"] == NOTHING


def test_every_code_that_the_tables_hold_has_a_label(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 2, 150, subgroup_dimension="sex", subgroup_code="male", code="at_most_10_percent")
    filled(home)
    rows = code_rows(home)
    known = {row[:2]: row[2] for row in rows}
    assert len(known) == len(rows)
    assert {("sex", "female"), ("race_ethnicity", "not_reported"), ("disability", "yes"), ("credit_status", "unknown"),
            ("dimension", "career_cluster"), ("count_code", "denominator_2P1"), ("career_cluster", "01"),
            *(("suppression_code", code) for code in SUPPRESSION_CODES)} <= {*known}  # fmt: skip
    assert known["suppression_code", "at_most_10_percent"].startswith("The share is 10 percent or less")
    assert label_of_share("at_least_80_percent") == "The share is 80 percent or more, all included."
    assert label_of_share("between_20_and_40_percent") == "The share is between 20 and 40 percent."
    assert all(known.values())


def test_the_dictionary_names_a_table_before_its_columns_and_these_in_their_order(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    filled(home)
    path = publish(home, tmp_path)
    with duckdb.connect(str(path), read_only=True) as file:
        columns = [name for name, *_ in file.execute("describe publish.gap").fetchall()]
    with (path.parent / "dictionary.csv").open(encoding="utf-8", newline="") as lines:
        told = [row["column_name"] for row in csv.DictReader(lines) if row["table_name"] == "gap"]
    assert told == ["", *columns]


def test_every_table_and_column_of_the_file_says_what_it_means(home: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    filled(home)
    with duckdb.connect(str(publish(home, tmp_path)), read_only=True) as file:
        tables = file.execute("select table_name, comment from duckdb_tables()").fetchall()
        columns = file.execute("select table_name, column_name, comment from duckdb_columns() where not internal")
        assert [name for *name, comment in columns.fetchall() if not comment] == []
    assert all(comment for _, comment in tables)


def test_the_copies_say_what_the_file_says_and_no_table_is_left_out(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    filled(home)
    path = publish(home, tmp_path)
    with duckdb.connect(str(path), read_only=True) as file:
        names = [name for (name,) in file.execute("select table_name from duckdb_tables()").fetchall()]
        for name in names:
            table = file.sql(f"select * from publish.{name}").pl()
            assert pl.read_parquet(path.parent / "parquet" / f"{name}.parquet").equals(table), name
            with (path.parent / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
                header, *rows = csv.reader(lines)
            assert header == table.columns
            assert len(rows) == len(table)
    assert {one.stem for one in (path.parent / "csv").iterdir()} == set(names)
    assert {one.stem for one in (path.parent / "parquet").iterdir()} == set(names)


def test_nothing_else_is_published_and_nothing_of_it_can_be_written_by_mistake(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    filled(home)
    folder = publish(home, tmp_path).parent
    publish(home, tmp_path)
    assert {one.name for one in folder.iterdir()} == {"cte.duckdb", "parquet", "csv", "README.txt", "dictionary.csv"}
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.rglob("*") if one.is_file()} == {0o444}


def test_the_same_release_gives_the_same_bytes_whatever_order_its_cells_were_kept_in(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    filled(home)
    publish(home, tmp_path / "one")
    home.execute("create table mixed as select * from quality.release_cell order by count desc")
    home.execute("delete from quality.release_cell")
    home.execute("insert into quality.release_cell select * from mixed")
    filled(home)
    publish(home, tmp_path / "two")
    folders = [tmp_path / name / "published" for name in ("one", "two")]
    for path in sorted(folders[0].rglob("*")):
        if path.is_file() and path.name != "cte.duckdb":
            assert path.read_bytes() == (folders[1] / path.relative_to(folders[0])).read_bytes(), path.name


def test_the_order_of_rows_follows_from_what_they_show_and_not_from_what_they_hide(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for size, code in ((9, "x"), (8, "y"), (7, "a")):
        measured(home, 1, size, subgroup_dimension="race_ethnicity", subgroup_code=code, group_code="withheld")
    filled(home)
    with duckdb.connect(str(publish(home, tmp_path)), read_only=True) as file:
        rows = file.execute("select subgroup_code from publish.indicator where subgroup_dimension = 'race_ethnicity'")
        assert rows.fetchall() == [("a",), ("x",), ("y",)]


def test_no_cell_of_a_copy_runs_in_a_spreadsheet_and_a_gap_below_0_stays_a_number(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    measured(home, 40, 200, subgroup_dimension="eligible_recipient", subgroup_code="=1+1")
    filled(home)
    folder = publish(home, tmp_path).parent
    with (folder / "csv" / "gap.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = [row for row in csv.DictReader(lines) if row["subgroup_dimension"] == "eligible_recipient"]
    assert row["subgroup_code"] == "'=1+1"
    assert (row["gap"], row["suppression_code"]) == ("-0.3", "")


def test_who_opens_the_readme_first_learns_that_everything_is_invented(
    home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    filled(home)
    text = (publish(home, tmp_path).parent / "README.txt").read_text(encoding="utf-8")
    assert text.startswith("fiction: FICTIONAL")
    assert "student_count: How many persons" in text
