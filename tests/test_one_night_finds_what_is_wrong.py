"""Does a night on the sample find every planted fault, and nothing critical besides? The answer key says."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.status import report_status
from tests.conftest import ROOT, Ran

SAMPLE = ROOT / "sample_data"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warehouse(demonstration: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demonstration.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def _planted() -> set[tuple[str, ...]]:
    with (SAMPLE / "faults.csv").open(encoding="utf-8", newline="") as lines:
        return {tuple(row.values()) for row in csv.DictReader(lines)}


def _found(connection: duckdb.DuckDBPyConnection, where: str = "true") -> set[tuple[str, ...]]:
    rows = connection.execute(
        "select f.grantee_id, f.program_year, coalesce(f.file_name, ''), coalesce(cast(f.line_number as varchar), ''), "
        f"coalesce(f.column_name, ''), f.rule_id from quality.finding as f where {where}"
    )
    return set(rows.fetchall())


def test_the_night_ends_with_a_closed_gate_because_the_sample_has_faults(demonstration: Ran) -> None:
    assert demonstration.exit_code == 1, demonstration.output
    assert "reports/index.html" in demonstration.output
    assert "published/cte.duckdb" in demonstration.output


def test_every_planted_fault_is_found_at_its_file_and_line_by_the_rule_that_the_answer_key_names(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    missed = _planted() - _found(warehouse)
    assert len(_planted()) > 100
    assert missed == set()


def test_no_row_without_a_planted_fault_has_a_critical_finding(warehouse: duckdb.DuckDBPyConnection) -> None:
    planted = {fault[:4] for fault in _planted()}
    critical = {finding for finding in _found(warehouse, "f.severity = 'critical'") if finding[:4] not in planted}
    assert critical == set()


def test_every_line_of_every_file_is_header_loaded_or_quarantined(warehouse: duckdb.DuckDBPyConnection) -> None:
    files = warehouse.execute(
        "select grantee_id, program_year, file_name, physical_line_count, "
        "header_line_count + loaded_line_count + quarantined_line_count from quality.submission"
    ).fetchall()
    on_disk = {(*path.relative_to(SAMPLE).parts,) for path in SAMPLE.glob("*/*/*") if path.is_file()}
    assert {(*row[:2], row[2].partition("!")[0]) for row in files} == on_disk
    assert [row for row in files if row[3] != row[4]] == []


def test_a_night_accepts_nothing_because_people_do(warehouse: duckdb.DuckDBPyConnection) -> None:
    statuses = warehouse.execute("select distinct status from quality.submission").fetchall()
    assert {status for (status,) in statuses} == {"read", "refused", "repeated", "superseded"}


def test_of_each_vintage_the_latest_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    counting = warehouse.execute(
        "select program_year, vintage, count(*) from quality.submission where grantee_id = 'oregon' "
        "and table_name = 'enrollment' and slot like '%fall%' and status = 'read' group by all order by all"
    ).fetchall()
    assert counting == [("2022-23", "audited", 1), ("2023-24", "end_of_term", 1)]


def test_update_files_change_what_they_are_about_and_nothing_is_left_of_what_they_delete(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    unmatched = warehouse.execute("select count(*), count_if(is_matched) from quality.transaction").fetchone()
    assert unmatched
    assert unmatched[0] == unmatched[1] > 20


def test_status_counts_files_as_the_scorecard_does(demonstration: Ran) -> None:
    said: list[str] = []
    report_status(demonstration.home, said.append)
    card = demonstration.home / "scorecards" / "alabama" / "2023-24" / "scorecard-internal.json"
    files = [f for f in json.loads(card.read_text())["files"] if f["status"] not in ("repeated", "superseded")]
    refused = sum(f["status"] == "refused" for f in files)
    counted = f"alabama 2023-24: {len(files)} files, {len(files)} late, {refused} refused, 1 sent twice"
    assert f"{counted}, {len(files) - refused} to accept or refuse" in said, "a night accepts nothing by itself"


def test_status_names_the_gates_that_made_the_night_end_with_1_and_where_the_desk_is(demonstration: Ran) -> None:
    said: list[str] = []
    report_status(demonstration.home, said.append)
    assert "with exit code 1 (a gate closed)" in said[0]
    (gates,) = [line for line in said if line.startswith("alabama 2023-24:") and "gates closed: " in line]
    assert "credential_award_date_present" in gates
    assert said[-1] == f"the desk: {demonstration.home / 'reports' / 'index.html'}"


def test_no_rule_broke_and_every_status_is_one_of_four(warehouse: duckdb.DuckDBPyConnection) -> None:
    words = warehouse.execute("select status, count(*) from quality.rule_result group by 1").fetchall()
    assert {word for word, _ in words} <= {"not_applicable", "failed", "passed"}
    assert sum(count for _, count in words) > 1000


def test_counts_and_rows_agree_for_every_rule_that_failed(warehouse: duckdb.DuckDBPyConnection) -> None:
    apart = warehouse.execute(
        """
        select r.rule_id, r.grantee_id, r.program_year, r.failed_count, count(f.finding_id) as rows
        from quality.rule_result as r
        left join quality.finding as f using (rule_id, grantee_id, program_year)
        where r.run_id = (select max(run_id) from quality.run) and r.institution_id is null
        group by all having r.failed_count <> count(f.finding_id)
        """
    ).fetchall()
    assert apart == []


def test_no_clear_identifier_of_a_person_is_in_the_warehouse_or_in_a_page(demonstration: Ran) -> None:
    """Oregon writes the identifier in the clear; after landing only the archive may hold it."""
    with next((SAMPLE / "oregon" / "2023-24").glob("student_*.csv")).open(encoding="utf-8", newline="") as lines:
        identifiers = {row["STUDENT_ID"] for row in csv.DictReader(lines) if len(row["STUDENT_ID"]) > 8}
    assert len(identifiers) > 10
    home = demonstration.home
    files = [p for p in home.rglob("*") if p.is_file() and "archive" not in p.relative_to(home).parts]
    leaks = [p.name for p in files if any(i.encode() in p.read_bytes() for i in list(identifiers)[:40])]
    assert leaks == []


def test_what_holds_records_or_unprotected_counts_is_readable_by_its_owner_alone(demonstration: Ran) -> None:
    home = demonstration.home
    restricted = [home / "warehouse.duckdb", *home.glob("scorecards/*/*/*-internal.*"), home / "reports" / "index.html"]
    assert len(restricted) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in restricted} == {0o600}
    assert stat.S_IMODE((home / "archive").stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in (home / "keys").iterdir()} == {0o600}


def test_every_grantee_gets_a_scorecard_for_every_program_year_that_says_it_is_fictional(demonstration: Ran) -> None:
    pages = sorted(demonstration.home.glob("scorecards/*/*/scorecard-internal.html"))
    submitted = sorted({path.parent.relative_to(SAMPLE) for path in SAMPLE.glob("*/*/*")})
    assert [page.parent.relative_to(demonstration.home / "scorecards") for page in pages] == submitted
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "FICTIONAL, not data of" in text
        assert "restricted: unprotected counts" in text
