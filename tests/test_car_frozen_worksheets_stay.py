"""Does what a State has reported stay as it was, whatever is sent, rebuilt or destroyed afterwards?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acts_example import (
    ADA,
    ANA,
    BO,
    CY,
    ENROLLMENTS,
    OREGON,
    PLACE,
    STEWARDS,
    copy_of,
    cte,
    judge,
    office_of,
    taken_in,
)
from core_rows import YEARS, add, rows_of
from intake_example import YEAR, Example, enrollments

from pipelines.acts.certify import certify
from pipelines.acts.decide import accept
from pipelines.acts.log import Act, acts_of
from pipelines.car import freeze as room
from pipelines.car.freeze import files_of, freeze_worksheet, worksheet_hash
from pipelines.car.worksheet import read_certified
from pipelines.car.write import write_worksheets
from pipelines.configuration import ConfigurationError
from pipelines.measures.definitions import load_definitions

OFFICERS = ("--name", BO.name, "--role", BO.role, "--statement", BO.statement)
DI = "812-12-0003"
AFTER_ALL_RETENTION = "2035-07-01"
PARTICIPANTS = (
    "select series, act_number, person_count from quality.worksheet_series "
    "where line_code = 'total' and measure = 'participant' order by series, act_number"
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home whose two participants are accepted by the steward and certified by the agency."""
    example = taken_in(tmp_path_factory.mktemp("first"))
    _count(example)
    with office_of(example, 20) as office:
        accept(office, OREGON, ANA)
        certify(office, OREGON, BO)
    return example


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def _count(example: Example) -> None:
    """Make the figures of what counts now, as a night does; the students' own records are there for all who enroll."""
    with example.warehouse() as connection:
        load_definitions(connection, YEARS)
        for table in ("institution", "program", "student"):
            connection.execute(f"delete from core.{table}")
        for table in ("institution", "program"):
            add(connection, table, program_year=YEAR, institution_id="C1")
        for (student_id,) in connection.execute("select distinct student_id from core.enrollment").fetchall():
            add(connection, "student", program_year=YEAR, institution_id="C1", student_id=student_id)
        rows_of(connection, "quality.worksheet_series", "count(*)")


def _freeze(example: Example, day: int = 21) -> int:
    with office_of(example, day) as office:
        return freeze_worksheet(office, OREGON, BO)[0].act_number


def _send_again(example: Example) -> None:
    """Let the college send one student more, and a night judge and count it."""
    example.put(ENROLLMENTS, enrollments(ADA, CY, DI))
    example.night()
    judge(example)
    _count(example)


def _last_act(example: Example) -> Act:
    with example.warehouse() as connection:
        return acts_of(connection)[-1]


def _files(example: Example) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((example.home / "worksheets").rglob("car*"))}


def test_a_resubmission_after_the_freeze_changes_the_restated_series_only(example: Example) -> None:
    number = _freeze(example)
    frozen = _files(example)
    assert example.rows(PARTICIPANTS) == [("as_reported", number, 2), ("restated", None, 2)]
    _send_again(example)
    assert example.rows(PARTICIPANTS) == [("as_reported", number, 2), ("restated", None, 3)]
    with example.warehouse() as connection:
        write_worksheets(connection, example.home, "20240803T090000000Z-0001", [("oregon", YEAR)])
    now = _files(example)
    assert {name: now[name] for name in frozen} == frozen
    assert set(now) - set(frozen) == {"car.csv", "car.xlsx"}


def test_a_second_certification_is_frozen_beside_the_first(example: Example) -> None:
    one = _freeze(example)
    _send_again(example)
    with office_of(example, 22) as office:
        accept(office, OREGON, ANA)
        certify(office, OREGON, BO)
    two = _freeze(example, 23)
    assert example.rows(PARTICIPANTS) == [
        ("as_reported", one, 2), ("as_reported", two, 3), ("restated", None, 3),
    ]  # fmt: skip
    names = {f"car-certified-{number}.{ending}" for number in (one, two) for ending in ("csv", "xlsx")}
    assert set(_files(example)) == names


def test_a_rebuild_and_a_purge_leave_what_was_frozen(example: Example) -> None:
    number = _freeze(example)
    kept, files = example.rows("select * from quality.certified_worksheet order by all"), _files(example)
    example.rebuild()
    purged = cte(example, "purge", "--grantee", "oregon", "--as-of", AFTER_ALL_RETENTION, *STEWARDS)
    assert purged.exit_code == 0, purged.output
    assert example.rows("select count(*) from core.enrollment") == [(0,)]
    assert example.rows("select * from quality.certified_worksheet order by all") == kept
    assert example.rows(PARTICIPANTS)[0] == ("as_reported", number, 2)
    assert _files(example) == files


def test_the_act_bears_the_hash_of_the_lines_so_that_a_changed_row_is_found_out(example: Example) -> None:
    number = _freeze(example)
    with example.warehouse() as connection:
        act = next(act for act in acts_of(connection) if act.act_number == number)
        kept = read_certified(connection, number)
        assert kept is not None
        assert worksheet_hash(kept) == act.detail["worksheet_sha256"]
        connection.execute(
            "update quality.certified_worksheet set person_count = 9 where line_code = 'total' "
            "and measure = 'participant'"
        )
        changed = read_certified(connection, number)
        assert changed is not None
        assert worksheet_hash(changed) != act.detail["worksheet_sha256"]


def test_the_command_says_what_it_has_kept_where_and_what_has_no_number(example: Example) -> None:
    done = cte(example, "freeze", *PLACE, *OFFICERS)
    assert done.exit_code == 0, done.output
    assert "car-certified-3.xlsx" in done.output
    assert "1P1 has no number: not computable" in done.output
    assert "write this hash down elsewhere" in done.output
    listed = cte(example, "acts", "--verify")
    assert (listed.exit_code, "the log is whole" in listed.output) == (0, True)
    content = _files(example)["car-certified-3.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert {row["act_number"] for row in rows} == {"3"}
    total = next(row for row in rows if (row["line_code"], row["measure"]) == ("total", "participant"))
    assert (total["person_count"], total["status"]) == ("2", "computed")


def test_nobody_but_the_owner_may_read_them(example: Example) -> None:
    _freeze(example)
    for path in (example.home / "worksheets").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_the_same_certification_is_not_frozen_twice(example: Example) -> None:
    number = _freeze(example)
    done = cte(example, "freeze", *PLACE, *OFFICERS)
    assert (done.exit_code, f"act {number} has frozen what act 2 certified" in done.output) == (2, True)


def test_a_steward_cannot_freeze(example: Example) -> None:
    done = cte(example, "freeze", *PLACE, *STEWARDS)
    assert (done.exit_code, "--role reporting_officer is needed" in done.output) == (2, True)


def test_what_was_sent_after_the_certification_is_not_frozen_with_it(example: Example) -> None:
    _send_again(example)
    with office_of(example, 22) as office:
        accept(office, OREGON, ANA)
    with pytest.raises(ConfigurationError, match="other files count now than were certified"):
        _freeze(example, 23)


def test_figures_that_are_others_than_the_certified_ones_are_not_frozen(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute("update quality.certified_indicator set denominator_count = 7 where indicator_code = '3P1'")
    with pytest.raises(ConfigurationError, match=r"figures are others than were certified by act 2.*cte certify"):
        _freeze(example)


def test_participants_whom_a_file_of_another_year_moved_are_not_frozen_as_certified(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute("update mart.student_count set student_count = 9 where count_code = 'participant'")
    with pytest.raises(ConfigurationError, match=r"participants or concentrators are others than act 2.*cte certify"):
        _freeze(example)


def test_files_of_a_freeze_that_was_killed_do_not_pass_for_certified(example: Example) -> None:
    number = _freeze(example)
    kept = _files(example)
    left = files_of(example.home, replace(_last_act(example), act_number=number + 1))
    for path in left:
        path.write_bytes(b"killed before its act was kept")
    with example.warehouse() as connection:
        write_worksheets(connection, example.home, "20240803T090000000Z-0001", [("oregon", YEAR)])
    now = _files(example)
    assert {name: now[name] for name in kept} == kept
    assert {name for name in now if "certified" in name} - set(kept) == {
        f"car-not-certified-{number + 1}.{ending}" for ending in ("csv", "xlsx")
    }


def test_a_worksheet_that_does_not_add_up_is_not_frozen(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute(
            "update mart.worksheet_line set person_count = 5 where line_code = 'male' and measure = 'participant'"
        )
    with pytest.raises(ConfigurationError, match="Gender, CTE participants: sum 7, total 2"):
        _freeze(example)


def test_a_college_that_certified_its_own_figures_has_not_certified_the_agencys(first: Example, tmp_path: Path) -> None:
    example = taken_in(tmp_path)
    _count(example)
    with office_of(example) as office:
        accept(office, OREGON, ANA)
    assert cte(example, "certify", *PLACE, "--institution", "C1", *OFFICERS).exit_code == 0
    done = cte(example, "freeze", *PLACE, *OFFICERS)
    assert (done.exit_code, "the agency has certified nothing of it" in done.output) == (2, True)


def test_where_the_files_cannot_be_written_there_is_no_act_and_no_row(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(room, "write_private", full)
        with pytest.raises(OSError, match="No space"):
            _freeze(example)
    assert example.rows("select count(*) from quality.certified_worksheet") == [(0,)]
    assert example.rows("select max(act_number) from quality.act") == [(2,)]
    assert _freeze(example) == 3
    with example.warehouse() as connection:
        act = acts_of(connection)[-1]
    assert all(path.is_file() for path in files_of(example.home, act))
