"""Does a college learn from each return what is new, what it has repaired, what came back, and nothing twice?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from returns_example import ADA, BEN, SHA, Example

from pipelines.acts.office import Office
from pipelines.acts.purge import destroy_bytes
from pipelines.returns.files import settle

RULE = "student_sex_readable"
AGAIN = "s2" * 8


@pytest.fixture
def example(tmp_path: Path) -> Example:
    made = Example(tmp_path).colleges()
    made.file()
    made.students(ADA, range(2, 6))
    made.students(BEN, range(6, 8))
    return made


def _sums(example: Example) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in example.files()}


def test_each_finding_is_told_against_the_last_return_and_not_against_the_last_night(example: Example) -> None:
    first, second = example.finding(RULE, ADA, 2), example.finding(RULE, ADA, 3)
    assert example.night() == 1
    assert example.changes(ADA) == {first: "new", second: "new"}
    example.change(first, change="still_open")  # a night without any change for the college
    example.change(second, change="still_open")
    assert example.night() == 0
    third = example.finding(RULE, ADA, 4)
    example.change(first, state="fixed", change="fixed")
    assert example.night() == 1
    assert example.changes(ADA) == {second: "still open", third: "new", first: "fixed"}
    example.change(first, state="open", change="came_back")
    assert example.night() == 1
    assert example.changes(ADA) == {first: "came back", second: "still open", third: "still open"}
    counts = example.connection.execute(
        "select return_number, new_count, still_open_count, came_back_count, fixed_count "
        "from quality.return_package order by 1"
    ).fetchall()
    assert counts == [(1, 2, 0, 0, 0), (2, 1, 1, 0, 1), (3, 0, 2, 1, 0)]


def test_an_idle_night_writes_neither_a_file_nor_a_row(example: Example) -> None:
    example.finding(RULE, ADA, 2)
    example.night()
    before, times = _sums(example), {path: path.stat().st_mtime_ns for path in example.files()}
    assert example.night() == 0
    assert _sums(example) == before
    assert {path: path.stat().st_mtime_ns for path in example.files()} == times


def test_when_all_is_repaired_a_last_return_says_so_once(example: Example) -> None:
    only = example.finding(RULE, ADA, 2)
    example.night()
    example.change(only, state="fixed", change="fixed")
    assert example.night() == 1
    assert example.changes(ADA) == {only: "fixed"}
    assert example.night() == 0, "there is nothing to say any more"


def test_a_college_without_a_fault_is_sent_nothing(example: Example) -> None:
    example.finding(RULE, ADA, 2)
    example.night()
    assert example.files(BEN) == []


def test_a_file_sent_again_takes_the_place_of_the_package_about_the_old_one(example: Example) -> None:
    repaired, left = example.finding(RULE, ADA, 2), example.finding(RULE, ADA, 3)
    example.night()
    (old, _) = example.files(ADA)
    example.connection.execute("update quality.submission set status = 'superseded'")
    example.file(AGAIN)
    example.connection.execute("update core.student set submission_id = ?", [AGAIN])
    example.change(repaired, state="fixed", change="fixed")
    example.change(left, submission_id=AGAIN, line_number=12)
    assert example.night() == 1
    assert not old.exists(), "a college would repair lines of a file that nobody reads any more"
    assert [(row["Line"], row["Status since last return"]) for row in example.told(ADA)] == [
        ("12", "still open"), ("", "fixed"),
    ]  # fmt: skip
    numbers = example.connection.execute("select return_number from quality.return_package order by 1").fetchall()
    assert numbers == [(1,), (2,)], "what was returned once stays in the ledger"


def test_a_refused_file_beside_the_one_in_force_does_not_make_every_night_write_anew(example: Example) -> None:
    example.finding(RULE, None, 3)  # goes to the agency, as what is wrong with the refused file does
    example.file(AGAIN, status="refused", table_name=None)
    example.finding("file_is_text", None, None, submission_id=AGAIN, table_name="quality.received_line")
    assert example.night() == 2
    assert example.night() == 0


def test_an_explanation_that_was_given_stands_in_the_next_return(example: Example) -> None:
    explained = example.finding(RULE, ADA, 2)
    example.night()
    example.connection.execute(
        "create view quality.finding_explanation as select ? as finding_id, ? as explanation".replace("?", "'{}'")
        .format(explained, "=so it is")
    )  # fmt: skip
    assert example.night() == 1
    assert example.told(ADA)[0]["Explanation"] == "'=so it is"


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        example = Example(tmp_path / name).colleges()
        example.file()
        example.students(ADA, range(2, 4))
        example.finding(RULE, ADA, 2)
        example.night()
        made.append([content for _, content in sorted(_sums(example).items())])
    assert made[0] == made[1]


def test_a_night_that_died_behind_the_files_writes_them_again_and_tells_of_them(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.finding(RULE, ADA, 2)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.returns.write.insert_rows", _dies)
        with pytest.raises(KeyboardInterrupt):
            example.night()
    assert example.connection.execute("select * from quality.return_package").fetchall() == []
    assert example.night() == 1
    assert [path.suffix for path in example.files(ADA)] == [".csv", ".xlsx"], "and what lay aside is gone"
    assert example.connection.execute("select return_number from quality.return_package").fetchall() == [(1,)]


@pytest.mark.parametrize(("step", "is_told"), [("insert_rows", False), ("remove_stale", True), ("settle", True)])
def test_what_no_return_has_said_stands_in_no_file_after_a_night_that_died(
    example: Example, monkeypatch: pytest.MonkeyPatch, step: str, *, is_told: bool
) -> None:
    """The second night finds more and dies; the third finds what the first did, so that there is nothing to write."""
    first = example.finding(RULE, ADA, 2)
    example.night()
    more = example.finding(RULE, ADA, 3)
    with monkeypatch.context() as patch:
        patch.setattr(f"pipelines.returns.write.{step}", _dies if step != "settle" else _settles_once_and_dies())
        with pytest.raises(KeyboardInterrupt):
            example.night()
    example.change(more, state="fixed", change="fixed")
    assert example.night() == is_told
    assert example.changes(ADA) == ({first: "still open", more: "fixed"} if is_told else {first: "new"})
    sums = example.connection.execute(
        "select xlsx_sha256, csv_sha256 from quality.return_package order by return_number desc limit 1"
    ).fetchone()
    found = {path.suffix: hashlib.sha256(path.read_bytes()).hexdigest() for path in example.files(ADA)}
    assert found == dict(zip((".xlsx", ".csv"), sums or (), strict=True))


def test_a_night_that_died_before_its_files_came_to_their_places_is_made_good_when_nothing_changes(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = example.finding(RULE, ADA, 2)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.returns.write.settle", _settles_once_and_dies())
        with pytest.raises(KeyboardInterrupt):
            example.night()
    assert example.night() == 0
    assert example.changes(ADA) == {only: "new"}


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def _settles_once_and_dies() -> Callable[..., None]:
    steps = iter((settle, _dies))

    def settles(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        next(steps)(connection, folder)

    return settles


def test_what_is_destroyed_because_it_is_due_takes_its_returns_with_it(example: Example) -> None:
    example.finding(RULE, ADA, 2)
    example.night()
    example.connection.execute("update quality.submission set destroyed_at = '2029-07-01'")
    destroy_bytes(Office(example.home, example.connection, datetime(2029, 7, 1)))  # noqa: DTZ001
    assert example.files() == []


def test_the_titles_name_the_file_by_its_hash_and_nobody_else_may_read_it(example: Example) -> None:
    example.finding(RULE, ADA, 2)
    example.night()
    for path in example.files(ADA):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    (text,) = (path.read_text(encoding="utf-8-sig") for path in example.files(ADA) if path.suffix == ".csv")
    restricted, about = text.splitlines()[:2]
    assert "restricted" in restricted
    assert "FICTIONAL, not data of Oregon" in restricted
    assert SHA in about
    assert "Return: 1 of 2024-08-01" in about


def _replaced_by(example: Example, submission_id: str, **more: str) -> str:
    """Let another version of the file take the place of all that count."""
    example.connection.execute("update quality.submission set status = 'superseded' where status = 'read'")
    return example.file(submission_id, **more)


def _refused_by_a_person(example: Example, submission_id: str) -> None:
    example.connection.execute(
        "update quality.submission set status = 'refused', decision = 'refused' where submission_id = ?",
        [submission_id],
    )


def test_a_version_that_counts_again_has_its_package_again_and_says_what_came_back(example: Example) -> None:
    left, repaired = example.finding(RULE, ADA, 2), example.finding(RULE, ADA, 3)
    example.night()
    _replaced_by(example, AGAIN)
    example.change(left, submission_id=AGAIN)
    example.change(repaired, state="fixed", change="fixed")
    example.night()
    _refused_by_a_person(example, AGAIN)
    example.connection.execute("update quality.submission set status = 'read' where submission_id <> ?", [AGAIN])
    example.change(left, submission_id="s1" * 8)
    example.change(repaired, state="open", change="came_back")
    assert example.night() == 1, "says what its first return said, but its files are gone, and the college heard more"
    assert example.changes(ADA) == {left: "still open", repaired: "came back"}


def test_a_college_left_off_the_list_for_a_night_has_its_package_again(example: Example) -> None:
    only = example.finding(RULE, ADA, 2)
    example.night()
    example.connection.execute("update core.institution set institution_id = 'A' where institution_id = 'ADA'")
    example.night()
    assert example.files(ADA) == []
    example.connection.execute("update core.institution set institution_id = 'ADA' where institution_id = 'A'")
    example.night()
    assert example.changes(ADA) == {only: "still open"}


def test_a_version_that_cannot_be_read_does_not_say_that_nothing_is_open(example: Example) -> None:
    left = example.finding(RULE, ADA, 2)
    example.night()
    _replaced_by(example, AGAIN)
    example.change(left, submission_id=AGAIN)
    example.night()
    example.file("s3" * 8, status="refused", table_name=None)
    assert example.night() == 0, "it replaces nothing, and what is open is open"


def test_records_that_a_person_refused_are_not_told_as_repaired(example: Example) -> None:
    only = example.finding(RULE, ADA, 2)
    example.night()
    _refused_by_a_person(example, "s1" * 8)
    example.change(only, state="fixed", change="fixed")  # its record does not count any more
    assert example.night() == 0
    assert example.changes(ADA) == {only: "new"}, "by this the college repairs what was refused"
    example.file(AGAIN)
    assert example.night() == 1
    assert example.changes(ADA) == {only: "fixed"}


def test_while_a_rule_is_broken_no_return_says_that_nothing_is_open(example: Example) -> None:
    unknown = example.finding(RULE, ADA, 2)
    example.night()
    _replaced_by(example, AGAIN)  # and the finding stays where it was: nobody has looked
    assert example.night() == 0
    seen = example.finding("student_key_unique", ADA, 3, submission_id=AGAIN)
    assert example.night() == 1
    example.change(unknown, state="fixed", change="fixed")
    example.change(seen, line_number=4)
    assert example.night() == 1
    assert example.changes(ADA) == {seen: "still open", unknown: "fixed"}


def test_a_file_that_could_not_be_read_is_told_as_repaired_when_the_next_one_can(example: Example) -> None:
    example.finding(RULE, None, 3)
    example.night()
    example.finding(RULE, None, 4)
    example.file(AGAIN, status="refused", table_name=None)
    unread = example.finding("file_is_text", None, None, submission_id=AGAIN, table_name="quality.received_line")
    example.night()
    example.connection.execute("update quality.submission set status = 'superseded'")
    example.file("s3" * 8)
    example.connection.execute("update quality.finding set submission_id = ?", ["s3" * 8])
    example.change(unread, state="fixed", change="fixed")
    assert example.night() == 1
    assert example.changes("agency")[unread] == "fixed"
