"""Is every file taken in once, and does the version count that the sender means?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from intake_example import YEAR, Example, courses

from pipelines.intake import land
from pipelines.intake.inbox import program_year_in
from pipelines.intake.preview import preview
from pipelines.intake.reading.read import FileReading, FileRefused
from pipelines.intake.submission import find
from pipelines.intake.versions import refuse_after_reading
from pipelines.warehouse import transaction

NAME = "course_2023-24_FA.csv"
TITLES = "select distinct course_title from core.course order by 1"


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


def test_the_second_night_on_the_same_inbox_reads_no_file(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    example.put(NAME, courses(3))
    example.put("unknown.csv", "a\n")
    example.put("course_2023-24_WI.csv", courses(3))
    first = example.night()
    before = example.rows("select * from quality.submission order by all")
    monkeypatch.setattr(land, "read_file", lambda *_: pytest.fail("a known file was read again"))
    second = example.night()
    assert (len(first.submissions), first.known_count) == (3, 0)
    assert (len(second.submissions), second.known_count) == (0, 3)
    assert example.rows("select * from quality.submission order by all") == before


def test_the_same_bytes_under_another_name_are_counted_once_and_the_first_is_named(example: Example) -> None:
    example.put(NAME, courses(3))
    example.put("course_2023-24_WI.csv", courses(3))
    example.night()
    assert example.statuses() == {NAME: "read", "course_2023-24_WI.csv": "repeated"}
    assert example.rows("select count(*) from core.course") == [(3,)]
    assert any(NAME in line and "repeated" in line for line in example.said)
    assert example.rows("select line_number, line_count, reason_code from quality.quarantine") == [
        (None, 4, "file_not_repeated")
    ]


def test_files_with_a_header_alone_are_no_repeats_of_each_other(example: Example) -> None:
    example.put(NAME, courses(0))
    example.put("course_2023-24_WI.csv", courses(0))
    example.night()
    assert set(example.statuses().values()) == {"read"}


def test_a_file_that_was_refused_for_its_name_is_taken_in_once_it_is_renamed(example: Example) -> None:
    example.put("courses.csv", courses(3)).rename(example.root / "keep")
    example.put("courses.csv", courses(3))
    example.night()
    example.put("courses.csv", courses(3)).rename(example.root / "inbox/oregon" / YEAR / NAME)
    example.night()
    assert example.statuses() == {"courses.csv": "refused", NAME: "read"}


def test_a_repeat_is_taken_in_once_the_first_no_longer_counts(example: Example) -> None:
    example.put(NAME, courses(3))
    example.put("course_2023-24_WI.csv", courses(3))
    example.night()
    example.put(NAME, courses(2, title="Corrected"))
    example.night()
    assert example.statuses()["course_2023-24_WI.csv"] == "read"
    assert example.rows("select count(*) from core.course") == [(5,)]


def test_a_newer_version_replaces_the_earlier_one_in_core_and_says_which(example: Example) -> None:
    example.put(NAME, courses(3, title="Old"))
    example.night()
    example.put(NAME, courses(2, title="New"))
    (new,) = example.night().submissions
    assert example.rows(TITLES) == [("New",)]
    ((old, status),) = example.rows("select submission_id, status from quality.submission where status <> 'read'")
    assert (new.supersedes_submission_id, status) == (old, "superseded")


def test_a_newer_version_that_is_refused_leaves_the_earlier_one_in_place(example: Example) -> None:
    example.put(NAME, courses(3, title="Old"))
    example.night()
    example.put(NAME, "")
    (new,) = example.night().submissions
    assert new.status == "refused"
    assert example.rows(TITLES) == [("Old",)]


def test_a_sender_who_goes_back_to_the_earlier_version_gets_it(example: Example) -> None:
    for title in ("Old", "New", "Old"):
        example.put(NAME, courses(2, title=title))
        example.night()
        assert example.rows(TITLES) == [(title,)]
    assert sorted(s for (s,) in example.rows("select status from quality.submission")) == ["read", "superseded"]


def test_a_gate_that_closes_brings_the_version_before_back(example: Example) -> None:
    example.put(NAME, courses(3, title="Old"))
    example.night()
    example.put(NAME, courses(2, title="New"))
    (new,) = example.night().submissions
    with example.warehouse() as connection, transaction(connection):
        refuse_after_reading(connection, new, "too many orphans")
    assert example.rows(TITLES) == [("Old",)]
    assert example.night().known_count == 1
    assert example.rows(TITLES) == [("Old",)]


def test_a_rebuild_from_the_archive_gives_the_same_core_and_keeps_when_files_came(example: Example) -> None:
    for title in ("Old", "New"):
        example.put(NAME, courses(3, title=title))
        example.night()
    example.put("course_2023-24_WI.csv", courses(3, title="New"))
    example.put("course_2023-24_SP.csv", courses(4) + "odd line\n")
    example.night()
    queries = (
        "select * from core.course order by all",
        "select * exclude (status, message) from quality.submission order by all",
        "select submission_id, status from quality.submission order by all",
        "select * from quality.quarantine order by all",
    )
    before = [example.rows(q) for q in queries]
    (example.root / "inbox/oregon" / YEAR / NAME).unlink()
    assert example.rebuild() == 4
    assert [example.rows(q) for q in queries] == before


def test_a_night_for_one_grantee_and_year_leaves_the_others_alone(example: Example) -> None:
    example.put(NAME, courses(3))
    example.put("course_2022-23_FA.csv", courses(2, "2022-23"), "2022-23")
    taken = example.night(grantees={"oregon"}, program_years={"2022-23"})
    assert [s.program_year for s in taken.submissions] == ["2022-23"]
    assert example.night(grantees={"udc"}).submissions == ()


def test_a_night_that_dies_in_the_middle_of_a_file_leaves_nothing_of_it(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.put(NAME, courses(3))
    with monkeypatch.context() as patch:
        patch.setattr(land, "record", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            example.night()
    assert example.rows("select count(*) from core.course") == [(0,)]
    assert example.night().count("read") == 1


def test_required_files_that_have_not_come_are_told_by_name(example: Example) -> None:
    example.put(NAME, courses(3))
    names = {m.file_name for m in example.night().missing}
    assert "student_2023-24_{term_code}.csv" in names
    assert not any(name.startswith("course") for name in names)


def test_a_look_at_files_before_they_are_sent_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(courses(3) + "odd line\n")
    with preview("oregon", YEAR, [path]) as connection:
        (seen,) = find(connection, "true", [])
    assert (seen.status, seen.loaded_row_count, seen.quarantined_line_count) == ("read", 3, 1)
    assert list(tmp_path.iterdir()) == [path]


def test_the_program_year_of_a_file_is_told_by_its_folder_or_its_name(tmp_path: Path) -> None:
    assert program_year_in(tmp_path / "2022-23" / "x.csv") == "2022-23"
    assert program_year_in(tmp_path / NAME) == YEAR
    assert program_year_in(tmp_path / "phones_2023-25.csv") is None


COUNTS = "select file_name, status, supersedes_submission_id, loaded_row_count from quality.submission order by all"
ROWS = "select course_id, course_title, submission_id, line_number from core.course order by all"


def test_a_rebuild_keeps_the_version_that_the_sender_went_back_to(example: Example) -> None:
    for version in ("Right", "Wrong", "Right"):
        path = example.put(NAME, courses(3, title=version))
        example.night()
    path.unlink()  # nothing in the inbox could put it right again
    before = example.rows(COUNTS), example.rows(ROWS)
    example.rebuild()
    assert example.rows(TITLES) == [("Right",)]
    assert (example.rows(COUNTS), example.rows(ROWS)) == before


def test_a_rebuild_tells_the_same_file_from_its_copies(example: Example) -> None:
    for number in range(8):  # all received at once, so that only the first tells which is the file and which a copy
        example.put(f"course_2023-24_{number}.csv", courses(3))
    example.night()
    before = example.rows(COUNTS), example.rows(ROWS)
    example.rebuild()
    assert (example.rows(COUNTS), example.rows(ROWS)) == before


def test_a_rebuild_keeps_a_copy_that_counts_since_its_first_was_replaced(example: Example) -> None:
    other = "course_2023-24_WI.csv"
    example.put(NAME, courses(3))
    example.put(other, courses(3))
    example.night()
    example.put(NAME, courses(2, title="Corrected"))
    example.night()
    before = example.rows(ROWS)
    assert len(before) == 5
    example.rebuild()
    assert example.rows(ROWS) == before


def test_a_rebuild_falls_back_on_the_earlier_version_where_todays_layout_cannot_read_the_later(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("Old", "New"):
        example.put(NAME, courses(3, title=version))
        example.night()
    reading = land.read_file

    def cannot_read_new(path: Path, *arguments: Any) -> FileReading:
        if b"New" in path.read_bytes():
            raise FileRefused(reason_code="file_is_text", message="no longer")
        return reading(path, *arguments)

    monkeypatch.setattr(land, "read_file", cannot_read_new)
    example.rebuild()
    assert example.rows(TITLES) == [("Old",)]
