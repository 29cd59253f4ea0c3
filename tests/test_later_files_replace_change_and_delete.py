"""Does what comes later mean what it was sent for: a correction, a later vintage, an update of single records?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from dialect_example import GRANTEE, UPDATES, VINTAGES, set_up
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_example import YEAR, Example

from pipelines.intake.submission import find
from pipelines.intake.versions import refuse_after_reading
from pipelines.warehouse import transaction

HEADER = "COLLEGE,TERM,COURSE,TITLE,CREDIT\n"
TITLES = "select course_id, course_title from core.course order by all"
LEDGER = "select file_name, status, vintage from quality.submission order by file_name"


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


def course(title: str, *numbers: int) -> str:
    return HEADER + "".join(f"C1,FA,W{number},{title},C\n" for number in numbers)


def put(example: Example, name: str, content: str) -> None:
    example.put(name, content, grantee=GRANTEE)


def test_a_later_vintage_replaces_the_earlier_one_whatever_its_name_sorts_like(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    put(example, f"course_{YEAR}_4wk.csv", course("Early", 1, 2))
    put(example, f"course_{YEAR}_audit.csv", course("Final", 1, 2, 3))
    put(example, f"course_{YEAR}_eot.csv", course("Term", 1, 2))
    example.night()
    assert example.rows(TITLES) == [("W1", "Final"), ("W2", "Final"), ("W3", "Final")]
    assert example.rows(LEDGER) == [
        (f"course_{YEAR}_4wk.csv", "superseded", "fourth_week"),
        (f"course_{YEAR}_audit.csv", "read", "audited"),
        (f"course_{YEAR}_eot.csv", "superseded", "end_of_term"),
    ]
    assert len(example.night().submissions) == 0, "what a later vintage replaced is no news on the next night"


def test_an_earlier_vintage_that_comes_late_does_not_undo_the_audited_figures(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    put(example, f"course_{YEAR}_audit.csv", course("Final", 1))
    example.night()
    put(example, f"course_{YEAR}_4wk.csv", course("Early", 1))
    example.night()
    assert example.rows(TITLES) == [("W1", "Final")]
    assert any("a later vintage of this file and counts" in line for line in example.said)


def test_a_correction_says_how_many_rows_it_adds_changes_and_removes(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    put(example, f"course_{YEAR}_eot.csv", course("Same", 1, 2) + "C1,FA,W3,Old,C\nC1,FA,W4,Gone,C\n")
    example.night()
    put(example, f"course_{YEAR}_eot.csv", course("Same", 1, 2) + "C1,FA,W3,New,C\n" + "C1,FA,W5,Five,C\n" * 2)
    (submission,) = example.night().submissions
    assert (submission.added_row_count, submission.changed_row_count, submission.removed_row_count) == (2, 1, 1)


def test_what_was_replaced_can_still_be_queried_as_it_was(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    for title in ("Reported", "Restated"):
        put(example, f"course_{YEAR}_eot.csv", course(title, 1))
        (latest,) = example.night().submissions
    assert example.rows(TITLES) == [("W1", "Restated")]
    kept = example.rows("select course_title, replaced_by_submission_id from history.course")
    assert kept == [("Reported", latest.submission_id)]
    with example.warehouse() as connection, transaction(connection):
        refuse_after_reading(connection, latest, "not what was meant")
    assert example.rows(TITLES) == [("W1", "Reported")]
    assert example.rows("select count(*) from history.course") == [(0,)], "what counts again is no history"


UPDATE_HEADER = "ACT," + HEADER


def updates(*acts: tuple[str, int, str]) -> str:
    return UPDATE_HEADER + "".join(f"{act},C1,FA,W{number},{title},C\n" for act, number, title in acts)


def test_records_that_change_and_delete_take_the_place_of_what_was_sent_before(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, UPDATES)
    put(example, f"course_{YEAR}_1.csv", updates(("A", 1, "One"), ("A", 2, "Two"), ("A", 3, "Three")))
    put(example, f"course_{YEAR}_2.csv", updates(("C", 1, "Uno"), ("D", 2, ""), ("A", 4, "Four")))
    example.night()
    assert example.rows(TITLES) == [("W1", "Uno"), ("W3", "Three"), ("W4", "Four")]


def test_a_change_or_delete_that_meets_no_record_is_written_down_and_an_unknown_code_is_quarantined(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, UPDATES)
    acts = (("A", 1, "One"), ("D", 1, ""), ("C", 1, "Late"), ("D", 9, ""), ("Q", 5, "Five"))
    put(example, f"course_{YEAR}_1.csv", updates(*acts))
    example.night()
    assert example.rows(TITLES) == [("W1", "Late")], "a change of nothing is kept, so that no record is lost"
    written = example.rows(
        "select line_number, transaction_code, is_matched from quality.transaction order by line_number"
    )
    assert written == [(3, "delete", True), (4, "change", False), (5, "delete", False)]
    assert example.rows("select line_number, reason_code from quality.quarantine") == [(6, "line_transaction_known")]


def test_two_records_added_under_one_key_stay_two_because_the_rules_must_see_them(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, UPDATES)
    put(example, f"course_{YEAR}_1.csv", updates(("A", 1, "One"), ("A", 1, "Again")))
    example.night()
    assert example.rows(TITLES) == [("W1", "Again"), ("W1", "One")]


def test_a_base_file_sent_again_does_not_undo_the_updates_that_came_after_it(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, UPDATES)
    put(example, f"course_{YEAR}_1.csv", updates(("A", 1, "One"), ("A", 2, "Two")))
    example.night()
    put(example, f"course_{YEAR}_2.csv", updates(("C", 1, "Uno")))
    example.night()
    put(example, f"course_{YEAR}_1.csv", updates(("A", 1, "One"), ("A", 2, "Two"), ("A", 3, "Three")))
    example.night()
    assert example.rows(TITLES) == [("W1", "Uno"), ("W2", "Two"), ("W3", "Three")]
    before = example.rows("select * from core.course order by all")
    example.rebuild()
    assert example.rows("select * from core.course order by all") == before


def test_an_update_that_a_person_refuses_leaves_no_trace_in_core(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, UPDATES)
    put(example, f"course_{YEAR}_1.csv", updates(("A", 1, "One"), ("A", 2, "Two")))
    put(example, f"course_{YEAR}_2.csv", updates(("D", 1, ""), ("C", 2, "Dos")))
    example.night()
    with example.warehouse() as connection, transaction(connection):
        (update,) = find(connection, "file_name like '%_2.csv'", [])
        refuse_after_reading(connection, update, "not meant")
    assert example.rows(TITLES) == [("W1", "One"), ("W2", "Two")]


ACTS = st.lists(st.tuples(st.sampled_from("ACD"), st.integers(1, 3), st.sampled_from(["x", "y"])), max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(ACTS.filter(bool), min_size=1, max_size=3))
def test_replaying_any_updates_leaves_what_a_clerk_would_have_left(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, int, str]]]
) -> None:
    root = tmp_path_factory.mktemp("clerk")
    left: list[tuple[str, str]] = []
    for acts in files:
        for act, number, title in acts:
            if act in "CD":
                left = [row for row in left if row[0] != f"W{number}"]
            if act in "AC":
                left.append((f"W{number}", title))
    with pytest.MonkeyPatch.context() as patched:
        set_up(root, patched, UPDATES)
        example = Example(root)
        for place, acts in enumerate(files, start=1):
            # The number in each file's first title keeps files with the same acts from being repeats.
            extra = f"A,C{place},WI,N{place},n,C\n"
            put(example, f"course_{YEAR}_{place}.csv", updates(*acts) + extra)
        example.night()
        rows = example.rows("select course_id, course_title from core.course where course_id like 'W%' order by all")
    assert rows == sorted(left)


def packed(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.csv"), content)
    return target.getvalue()


def test_the_files_of_an_archive_are_submissions_of_their_own_and_known_by_the_archive_the_next_night(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    names = {f"course_{YEAR}_eot": course("Packed", 1, 2), "stranger": "a,b\n1,2\n"}
    example.put("fall.zip", packed(**names), grantee=GRANTEE)
    example.night()
    assert example.statuses() == {f"fall.zip/course_{YEAR}_eot.csv": "read", "fall.zip/stranger.csv": "refused"}
    assert example.rows(TITLES) == [("W1", "Packed"), ("W2", "Packed")]
    again = example.night()
    assert (len(again.submissions), again.known_count) == (0, 1)
    example.rebuild()
    assert example.rows(TITLES) == [("W1", "Packed"), ("W2", "Packed")]
    assert not list((example.home / "tmp").iterdir()), "nothing that was unpacked is left lying about"


def test_an_archive_that_cannot_be_trusted_is_one_refused_file(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    example.put("fall.zip", packed(x="a")[:-8], grantee=GRANTEE)
    (refused,) = example.night().submissions
    assert (refused.status, refused.file_name) == ("refused", "fall.zip")
    assert example.rows("select distinct reason_code from quality.quarantine") == [("file_archive_safe",)]


def test_a_file_that_could_be_read_at_last_stands_for_those_refused_before_it(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(example.root, monkeypatch, VINTAGES)
    put(example, f"course_{YEAR}_eot.csv", "no header at all\n")
    example.night()
    put(example, f"course_{YEAR}_eot.csv", course("Right", 1))
    example.night()
    assert sorted(status for (status,) in example.rows("select status from quality.submission")) == [
        "read", "superseded",
    ]  # fmt: skip
