"""Is what a grantee may no longer keep really gone, byte by byte, and is nothing gone that was not due?"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from acts_example import ANA, COURSES, ENROLLMENTS, STEWARDS, copy_of, cte, judge, log_lines, office_of, taken_in
from hypothesis import given
from hypothesis import strategies as st
from intake_example import YEAR, Example, courses

from pipelines.acts import compact, purge, retention
from pipelines.acts.office import Office
from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.home import lock
from pipelines.intake.archive import archived
from pipelines.models import Model
from pipelines.reports.desk import places
from pipelines.warehouse import FILE_NAME

PLANTED = "Underwater Basket Weaving 7731"  # stands in a file that is due, and nowhere else
LATER = "2024-25"
AFTER = "2029-07-01"  # the day on which 2023-24, which ended on 30 June 2024, has been kept for five years
KEPT = {"archive_years": 5, "raw_years": 5, "legal_hold": False, "evidence": "house default"}

# A derived table that holds rows of persons, in place of all models.
TITLES = Model(
    "mart", "participant", "Titles.", ("title",), {"title": "Title."}, ("raw.oregon__course",),
    "select title from raw.oregon__course", "participant.sql",
)  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home with a year that is due on ``AFTER``, one that is not, and a finding that shows a value."""
    made = taken_in(tmp_path_factory.mktemp("first"))
    made.put(COURSES, courses(3, title=PLANTED))
    made.put(f"course_{LATER}_FA.csv", courses(1, LATER), LATER)
    made.night()
    judge(made)
    with made.warehouse() as connection:
        connection.execute(
            "insert into quality.finding (finding_id, rule_id, submission_id, value_masked, record_key_masked, state) "
            "select 'f1', 'r', submission_id, ?, 'C1 W000', 'open' from quality.submission "
            "where file_name = ? and status = 'read'",
            [PLANTED, COURSES],
        )
    for place in _pages(made):
        (made.home / "reports" / place).parent.mkdir(parents=True, exist_ok=True)
        (made.home / "reports" / place).write_text(f"<td>{PLANTED}")
    return made


def _pages(made: Example) -> list[str]:
    """The pages of the desk on which the last night has shown the value."""
    ((submission_id,),) = made.rows(
        f"select submission_id from quality.submission where file_name = '{COURSES}' and status = 'read'"
    )
    return [
        places.of_rows("oregon", YEAR, "r"), places.of_submission(submission_id), places.of_institution("oregon", "C1"),
    ]  # fmt: skip


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def _files_with(example: Example, text: str) -> list[str]:
    """Every file of the home whose bytes hold a text."""
    files = (path for path in example.home.rglob("*") if path.is_file())
    return sorted(path.relative_to(example.home).as_posix() for path in files if text.encode() in path.read_bytes())


def _purge(example: Example, *options: str, day: str = AFTER) -> str:
    done = cte(example, "purge", "--grantee", "oregon", "--as-of", day, *STEWARDS, *options)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_value_that_was_due_is_in_no_byte_of_any_file_of_the_home(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.models.all_models", lambda: [TITLES])
    with example.warehouse() as connection:
        connection.execute("create table mart.participant as select title from raw.oregon__course")
    assert len(_files_with(example, PLANTED)) >= 2, "it stands in the archive and the warehouse before"
    output = _purge(example)
    assert "2023-24: 3 files" in output
    assert _files_with(example, PLANTED) == []
    assert example.rows("select count(*) from core.course") == [(1,)]
    assert example.rows("select title from mart.participant") == [("Welding",)]


def test_a_checkpoint_alone_would_leave_the_value_readable_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with duckdb.connect(str(path)) as connection:
        text = "if(i = 0, ?, md5(cast(i as varchar)))"
        connection.execute(f"create table t as select i, {text} as v from range(10) as r (i)", [PLANTED])
        connection.execute("checkpoint")
        connection.execute("delete from t where i = 0")
        connection.execute("checkpoint")
    assert PLANTED.encode() in path.read_bytes()
    compact.compact(tmp_path)
    assert PLANTED.encode() not in path.read_bytes()


def test_ledger_hashes_and_certified_figures_stay_and_the_act_says_what_was_destroyed(example: Example) -> None:
    hashes = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.name
        for path in (example.root / "inbox" / "oregon" / YEAR).iterdir()
    }
    before = example.rows("select submission_id, file_name, sha256, status from quality.submission order by 1")
    with example.warehouse() as connection:
        connection.execute("insert into quality.certified_indicator (act_number, numerator_count) values (1, 7)")
    _purge(example)
    assert example.rows("select submission_id, file_name, sha256, status from quality.submission order by 1") == before
    assert example.rows("select numerator_count from quality.certified_indicator") == [(7,)]
    assert example.rows("select rule_id, value_masked, record_key_masked from quality.finding") == [("r", None, None)]
    (act,) = (json.loads(line) for line in log_lines(example))
    details = json.loads(act["details"])
    assert act["kind"] == "purge"
    assert set(hashes) <= set(details["bytes_destroyed"])
    assert len(details["bytes_destroyed"]) == 3, "the version that was replaced is due as well"
    assert details["program_years"] == [YEAR]
    assert details["row_counts"] == {
        'core."course"': 3, 'core."enrollment"': 2, 'history."course"': 2, 'raw."oregon__course"': 5,
        'raw."oregon__enrollment"': 2,
    } | {table: count for table, count in details["row_counts"].items() if table.startswith("quality.")}  # fmt: skip
    assert example.rows("select count(*) from quality.submission where destroyed_at is not null") == [(3,)]


def test_a_rehearsal_and_a_day_too_early_destroy_nothing(example: Example) -> None:
    assert "3 files" in _purge(example, "--dry-run")
    assert "nothing is due" in _purge(example, day="2029-06-30")
    assert len(_files_with(example, PLANTED)) >= 2
    assert log_lines(example) == []


def test_who_only_looks_signs_nothing_and_who_destroys_signs(example: Example) -> None:
    call = ("purge", "--grantee", "oregon", "--as-of", AFTER)
    looked = cte(example, *call, "--dry-run")
    assert (looked.exit_code, "3 files" in looked.output) == (0, True)
    unsigned = cte(example, *call, "--name", "Ana Diaz")
    assert (unsigned.exit_code, "Missing --role, --statement" in unsigned.output) == (2, True)
    assert len(_files_with(example, PLANTED)) >= 2


def test_a_legal_hold_stops_it_with_words_and_destroys_nothing(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(grantee("oregon").retention, "legal_hold", True)
    done = cte(example, "purge", "--grantee", "oregon", "--as-of", AFTER, *STEWARDS)
    assert (done.exit_code, "legal_hold = true" in done.output) == (2, True)
    every = cte(example, "purge", "--as-of", AFTER, *STEWARDS)
    assert (every.exit_code, "legal_hold = true" in every.output) == (0, True)
    assert len(_files_with(example, PLANTED)) >= 2


def test_a_grantee_that_said_nothing_about_retention_loses_nothing(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in KEPT:
        monkeypatch.delitem(grantee("oregon").retention, key)
    with office_of(example) as office:
        plan = purge.plan_of(office.connection, office.home, grantee("oregon"), date(2099, 1, 1))
    assert (plan.is_empty, "no [retention]" in plan.held_by) == (True, True)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"archive_years": "5"}, "archive_years"),
        ({"raw_years": -1}, "raw_years"),
        ({"raw_years": 6}, "raw_years: not more than archive_years"),
        ({"raw_years": True}, "raw_years"),
        ({"legal_hold": "no"}, "legal_hold"),
        ({"evidence": ""}, "evidence"),
        ({"years": 3}, "add or take away years"),
    ],
    ids=["text", "negative", "rows longer than bytes", "a truth", "a word", "no evidence", "unknown key"],
)
def test_a_retention_that_cannot_be_meant_is_named_with_file_and_key(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], named: str
) -> None:
    for key, value in changes.items():
        monkeypatch.setitem(grantee("oregon").retention, key, value)
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: \[retention\].*{named}"):
        retention.retention_of(grantee("oregon"))


def test_bytes_that_a_file_which_is_not_due_shares_stay_until_that_one_is_due_too(example: Example) -> None:
    sha = hashlib.sha256(courses(1, LATER).encode()).hexdigest()
    with example.warehouse() as connection:
        connection.execute("update quality.submission set sha256 = ? where file_name = ?", [sha, ENROLLMENTS])
    _purge(example)
    assert archived(example.home, sha).is_file()
    _purge(example, day="2030-07-01")
    assert not archived(example.home, sha).exists()


def test_rows_may_go_before_the_bytes_and_are_not_made_again_by_a_rebuild(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(grantee("oregon").retention, "raw_years", 3)
    _purge(example, day="2028-01-01")
    assert {name.partition("/")[0] for name in _files_with(example, PLANTED)} == {"archive"}
    example.rebuild()
    assert example.rows("select count(*) from core.course") == [(1,)]
    _purge(example)
    assert _files_with(example, PLANTED) == []


def test_a_night_after_it_leaves_alone_what_still_lies_in_the_inbox(example: Example) -> None:
    _purge(example)
    example.night()
    assert _files_with(example, PLANTED) == []
    assert example.rows("select count(*) from core.course") == [(1,)]


@pytest.mark.parametrize("where", ["destroy_bytes", "compact"])
def test_a_purge_killed_after_it_was_logged_is_ended_by_the_next_act_and_logged_once(
    example: Example, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    place = "pipelines.acts.purge.destroy_bytes" if where == "destroy_bytes" else "pipelines.acts.office.compact"
    with monkeypatch.context() as patched:
        patched.setattr(place, _die)
        with pytest.raises(Killed), office_of(example) as office:
            _do(office)
    assert _files_with(example, PLANTED) != []
    assert "nothing is due" in _purge(example)
    assert _files_with(example, PLANTED) == []
    assert len(log_lines(example)) == 1


def test_only_a_steward_destroys(example: Example) -> None:
    officer = ("--name", "Bo", "--role", "reporting_officer", "--statement", "Away with it")
    done = cte(example, "purge", "--grantee", "oregon", "--as-of", AFTER, *officer)
    assert (done.exit_code, "--role steward" in done.output) == (2, True)
    assert log_lines(example) == []


def test_views_comments_and_the_mode_of_the_file_survive_the_writing_anew(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute("create view mart.look as select count(*) as n from core.course")
        before = _described(connection)
    with lock(example.home, "run"):
        compact.compact(example.home)
    assert (example.home / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert not list(example.home.glob("*.part"))
    with example.warehouse() as connection:
        assert _described(connection) == before
        assert connection.execute("select n from mart.look").fetchall() == [(4,)]


@given(st.integers(2000, 2080), st.integers(0, 40))
def test_a_year_is_kept_whole_on_the_last_day_of_its_term_and_due_on_the_next(first: int, years: int) -> None:
    year = f"{first}-{(first + 1) % 100:02}"
    assert not retention.is_over(year, years, date(first + 1 + years, 6, 30))
    assert retention.is_over(year, years, date(first + 1 + years, 7, 1))


class Killed(BaseException):
    """In place of a kill, which nothing can catch."""


def _die(*_: object) -> None:
    raise Killed


def _do(office: Office) -> None:
    plan = purge.plan_of(office.connection, office.home, grantee("oregon"), date.fromisoformat(AFTER))
    purge.purge(office, plan, ANA)


def _described(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = current_database() and not internal order by all"
    ).fetchall()
