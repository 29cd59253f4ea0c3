"""Does intake find every fault of lines, files and values that the sample hides, at its place, and nothing else?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.intake.submit import take_in
from pipelines.ledger import SUBMISSION
from pipelines.schema import core_tables
from pipelines.warehouse import open_warehouse

SAMPLE = Path(__file__).parents[1] / "sample_data"
Fault = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = tmp_path_factory.mktemp("home")
    with open_warehouse(home) as connection:
        take_in(connection, home, SAMPLE, datetime(2026, 1, 1, tzinfo=UTC))
        yield connection


def _planted() -> set[Fault]:
    with (SAMPLE / "faults.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (r["grantee_id"], r["program_year"], r["file_name"], r["line_number"], r["rule_id"])
            for r in csv.DictReader(lines)
        }


def _found(connection: duckdb.DuckDBPyConnection, query: str) -> set[Fault]:
    place = "s.grantee_id, s.program_year, s.file_name, coalesce(cast(line_number as varchar), '')"
    return set(connection.execute(f"select {place}, {query}").fetchall())


def test_every_line_and_file_that_cannot_be_read_is_found_at_its_place_and_no_other(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    planted = {f for f in _planted() if f[4].startswith(("line_", "file_"))}
    query = "reason_code from quality.quarantine inner join quality.submission as s using (submission_id)"
    assert len(planted) > 10
    assert _found(sample, query) == planted


def test_every_value_that_cannot_be_read_is_found_at_its_place_and_no_other(sample: duckdb.DuckDBPyConnection) -> None:
    planted = {f for f in _planted() if f[4].endswith("_readable") and not f[4].startswith("file_")}
    found: set[Fault] = set()
    for table in core_tables():
        names = "unnest(string_split(trim(unreadable_columns, ','), ','))"
        rule = f"concat('{table.name}_', {names}, '_readable')"
        source = (
            f"{table.fullname} inner join quality.submission as s using (submission_id) where unreadable_columns <> ''"
        )
        found |= _found(sample, f"{rule} from {source}")
    assert len(planted) > 10
    assert found == planted


def test_the_lines_of_all_files_add_up(sample: duckdb.DuckDBPyConnection) -> None:
    sums = "physical_line_count = header_line_count + loaded_line_count + quarantined_line_count"
    counted = sample.execute(f"select count(*), count_if({sums}) from {SUBMISSION.fullname}").fetchone()
    assert counted
    assert counted[0] == counted[1] > 100
