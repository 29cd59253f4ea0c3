"""Does a file that comes again, elsewhere, by other names or in other company count once, and is none forgotten?"""

from __future__ import annotations

from pathlib import Path

import pytest
from dialect_example import COURSE_COLUMNS, GRANTEE, UPDATES, VINTAGES, set_up
from intake_clerk import zipped
from intake_example import YEAR, Example

from pipelines.acts.retention import archived_hashes
from pipelines.intake.submission import find
from pipelines.intake.versions import accept_after_reading, refuse_after_reading
from pipelines.warehouse import transaction

HEADER = "COLLEGE,TERM,COURSE,TITLE,CREDIT\n"
ROWS = "select course_id, course_title from core.course order by all"
PLAIN = f"""
[[file]]
name = "course"
table = "course"
file_name = "course_{{program_year}}_{{college}}.csv"
{COURSE_COLUMNS}
"""
EAST, WEST = f"course_{YEAR}_east.csv", f"course_{YEAR}_west.csv"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    set_up(tmp_path, monkeypatch, PLAIN)
    return Example(tmp_path)


def course(title: str, *numbers: int) -> str:
    return HEADER + "".join(f"C1,FA,W{number},{title},C\n" for number in numbers)


def put(example: Example, name: str, content: str | bytes) -> Path:
    return example.put(name, content, grantee=GRANTEE)


def decide(example: Example, name: str, decision: str) -> None:
    with example.warehouse() as connection, transaction(connection):
        (one,) = find(connection, "file_name = ? and status in ('read', 'accepted')", [name])
        if decision == "accept":
            accept_after_reading(connection, one)
        else:
            refuse_after_reading(connection, one, "not what was meant")


def relayout(example: Example, monkeypatch: pytest.MonkeyPatch, layout: str, version: str = "2") -> None:
    """Give the grantee another layout from now on."""
    folder = example.root / version
    set_up(folder, monkeypatch, layout)
    path = folder / "grantees" / GRANTEE / "layout.toml"
    path.write_text(path.read_text().replace('version = "1"', f'version = "{version}"'))


def test_two_files_whose_names_were_exchanged_are_taken_in_under_their_right_names(example: Example) -> None:
    for east, west in (("East", "West"), ("West", "East")):
        put(example, EAST, course(east, 1))
        put(example, WEST, course(west, 1, 2))
        example.night()
    put(example, EAST, course("West", 1, 2))
    put(example, WEST, course("East", 1))
    example.night()
    names = "select file_name, course_title from core.course join quality.submission using (submission_id) order by all"
    assert example.rows(names) == [(EAST, "West"), (EAST, "West"), (WEST, "East")]
    assert example.night().submissions == ()


def test_a_file_sent_again_in_other_letters_replaces_the_first_and_the_nights_after_stay_quiet(
    example: Example,
) -> None:
    put(example, EAST.upper(), course("First", 1))
    example.night()
    put(example, EAST, course("Second", 1))
    example.night()
    assert example.rows(ROWS) == [("W1", "Second")]
    assert example.night().submissions == (), "both lie there; the one that came last counts"
    assert example.rows(ROWS) == [("W1", "Second")]


def test_a_later_vintage_in_an_archive_named_after_it_replaces_the_earlier_one(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayout(example, monkeypatch, VINTAGES)
    for vintage, title in (("eot", "Term"), ("audit", "Final")):
        put(example, f"fall_{vintage}.zip", zipped({f"course_{YEAR}_{vintage}.csv": course(title, 1)}))
    example.night()
    assert example.rows(ROWS) == [("W1", "Final")]


def test_what_a_person_refused_stays_out_whatever_layouts_rebuilds_and_later_files_come(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(example, EAST, course("Good", 1))
    example.night()
    put(example, EAST, course("Wrong", 1))
    example.night()
    decide(example, EAST, "refuse")
    relayout(example, monkeypatch, PLAIN)
    example.night()
    assert example.rows(ROWS) == [("W1", "Good")], "the file still lies there, and the layout is another"
    told = "select message from quality.submission where status = 'refused'"
    assert example.rows(told) == [("not what was meant",)]
    example.rebuild()
    assert (example.rows(ROWS), example.rows(told)) == ([("W1", "Good")], [("not what was meant",)])
    put(example, EAST, course("Better", 1))
    example.night()
    put(example, EAST, course("Wrong", 1))
    example.night()
    assert example.rows(ROWS) == [("W1", "Better")]
    assert example.rows("select count(*) from history.course where course_title = 'Wrong'") == [(0,)]


def test_refusing_one_after_another_goes_back_to_the_last_that_nobody_refused_and_accepted_stays_accepted(
    example: Example,
) -> None:
    for number, title in enumerate(("One", "Two", "Three", "Two")):
        put(example, EAST, course(title, 1))
        example.night()
        if number == 0:
            decide(example, EAST, "accept")
    for counting, status in (("Three", "read"), ("One", "accepted")):
        decide(example, EAST, "refuse")
        assert example.rows(ROWS) == [("W1", counting)]
        assert example.rows("select status from quality.submission where status in ('read', 'accepted')") == [(status,)]


def test_where_the_latest_vintage_is_refused_one_that_came_too_late_to_count_does(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayout(example, monkeypatch, VINTAGES)
    for vintage in ("audit", "4wk", "eot"):
        put(example, f"course_{YEAR}_{vintage}.csv", course(vintage, 1))
        example.night()
    decide(example, f"course_{YEAR}_audit.csv", "refuse")
    assert example.rows(ROWS) == [("W1", "eot")]


def test_a_rebuild_with_a_mended_layout_takes_in_what_was_refused_in_place_of_the_version_before(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(example, EAST, course("Old", 1))
    example.night()
    put(example, EAST, course("New", 1).replace("TITLE", "NAME"))
    example.night()
    assert example.rows(ROWS) == [("W1", "Old")]
    relayout(example, monkeypatch, PLAIN.replace('"TITLE"', '"NAME"'))
    example.rebuild()
    assert example.rows(ROWS) == [("W1", "New")], "today's layout cannot read the version before"
    relayout(example, monkeypatch, PLAIN, "3")
    example.rebuild()
    assert example.rows(ROWS) == [("W1", "Old")]
    counting = "select count(*) from quality.submission where status in ('read', 'accepted')"
    assert example.rows(counting) == [(1,)]


def test_a_member_kept_out_of_two_archives_is_taken_in_once_a_layout_knows_it(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "other.csv"
    for title in ("One", "Two"):
        put(example, "all.zip", zipped({EAST: course(title, 1), other: course("Other", 9)}))
        example.night()
    assert example.night().submissions == (), "the second archive is known by all that it holds"
    relayout(example, monkeypatch, PLAIN + PLAIN.replace("course_{program_year}_{college}", "other"), "2")
    example.night()
    assert example.rows(ROWS) == [("W1", "Two"), ("W9", "Other")]


def test_every_archive_is_known_by_the_ledger_so_that_its_bytes_can_be_destroyed(example: Example) -> None:
    for comment in (b"", b"packed again"):
        content = zipped({EAST: course("Same", 1)})
        put(example, "all.zip", content[:-2] + len(comment).to_bytes(2, "little") + comment)
        example.night()
    with example.warehouse() as connection:
        known = archived_hashes(connection, find(connection, "true", []))
    kept = {path.name for path in (example.home / "archive").rglob("*") if path.is_file()}
    assert kept == known
    assert len(kept) == 3


def test_a_refused_archive_that_opens_at_last_is_refused_no_longer(example: Example) -> None:
    content = zipped({EAST: course("Whole", 1)})
    for sent in (content, content[:-8], content):
        put(example, "all.zip", sent)
        example.night()
    assert example.statuses() == {f"all.zip/{EAST}": "read", "all.zip": "superseded"}


def test_a_correction_by_a_grown_layout_can_be_refused_and_the_version_before_counts_again(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(example, EAST, course("Old", 1))
    example.night()
    grown = PLAIN.replace("columns = [", 'columns = [ { name = "NOTE", is_optional = true },')
    put(example, EAST, course("New", 1))
    example.night()
    relayout(example, monkeypatch, grown)
    decide(example, EAST, "refuse")
    assert example.rows(ROWS) == [("W1", "Old")]


def test_updates_of_one_night_are_replayed_as_people_number_them_and_history_survives_a_rebuild(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayout(example, monkeypatch, UPDATES)
    for number, act in ((1, "A"), (2, "C"), (10, "C")):
        put(example, f"course_{YEAR}_{number}.csv", f"ACT,{HEADER}{act},C1,FA,W1,N{number},C\n")
    example.night()
    assert example.rows(ROWS) == [("W1", "N10")]
    put(example, f"course_{YEAR}_2.csv", f"ACT,{HEADER}D,C1,FA,W1,,C\n")
    example.night()
    put(example, f"course_{YEAR}_1.csv", f"ACT,{HEADER}A,C1,FA,W1,N1,C\nA,C1,FA,W2,N1,C\n")
    example.night()
    queries = (ROWS, "select * from history.course order by all", "select * from quality.transaction order by all")
    before = [example.rows(query) for query in queries]
    assert before[0] == [("W1", "N10"), ("W2", "N1")]
    assert len(before[1]) == 2, "what each replaced file had said, whatever later ones made of it"
    example.rebuild()
    assert [example.rows(query) for query in queries] == before
