"""Does a file that cannot be trusted as a whole stay out, with a message that helps, while the rest goes on?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_example import COURSE_HEADER, SSN, YEAR, Example, courses, enrollments
from reading_example import read_text

from pipelines.grantee import grantee
from pipelines.intake.inbox import Found
from pipelines.intake.land import LISTED_LINES
from pipelines.intake.preview import preview
from pipelines.intake.reading.read import text_format
from pipelines.intake.submission import find
from pipelines.intake.trust import YearsSaid, doubt_about_rows

NAME = "course_2023-24_FA.csv"
UTF16 = courses(30).encode("utf-16")


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "reason", "words"),
    [
        (NAME, "", "file_not_empty", "empty"),
        (NAME, b"PK\x03\x04" + bytes(200), "file_archive_safe", "pack it anew"),
        (NAME, b"\x1f\x8b" + bytes(200), "file_archive_safe", "gzip"),
        (NAME, UTF16, "file_encoding_as_declared", "utf-16"),
        (NAME, "COLLEGE,YEAR\nC1,2023-24\n", "file_header_matches_layout", "REPORT_YEAR"),
        ("lists.csv", courses(3), "file_layout_known", "course_2023-24_{term_code}.csv"),
        (NAME, courses(9, "2022-23"), "file_program_year_matches", "2022-23"),
        ("course_2022-23_FA.csv", courses(9), "file_program_year_matches", "2022-23"),
        (NAME, courses(7) + "odd\n" * 3, "file_mostly_readable", "line 9"),
        (NAME, COURSE_HEADER + "\nodd\n", "file_mostly_readable", "line 2"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name_and_the_rest_of_the_night_goes_on(
    example: Example, name: str, content: str | bytes, reason: str, words: str
) -> None:
    example.put(name, content)
    example.put("course_2023-24_WI.csv", courses(5))
    taken = example.night()
    refused = next(s for s in taken.submissions if s.file_name == name)
    assert (refused.status, refused.loaded_row_count, refused.loaded_line_count) == ("refused", 0, 0)
    assert words.lower() in (refused.message or "").lower()
    whole = f"select reason_code from quality.quarantine where line_number is null and file_name = '{name}'"
    assert example.rows(whole) == [(reason,)]
    assert example.rows("select count(*) from core.course") == [(5,)]
    assert example.rows('select count(*) from raw."oregon__course"') == [(5,)]
    told = f"select message, status, physical_line_count from quality.submission where file_name = '{name}'"
    before = example.rows(told)
    example.rebuild()
    assert (example.rows(told), example.rows(whole)) == (before, [(reason,)]), "a rebuild, and a replay, say the same"


@pytest.mark.parametrize("bad", [1, 2])
def test_a_short_list_is_not_refused_for_a_line_or_two(example: Example, bad: int) -> None:
    example.put(NAME, courses(2) + "odd\n" * bad)
    (taken,) = example.night().submissions
    assert (taken.status, taken.loaded_row_count, taken.quarantined_line_count) == ("read", 2, bad)


def test_exactly_a_fifth_of_bad_lines_is_still_read(example: Example) -> None:
    example.put(NAME, courses(80) + "odd\n" * 20)
    example.put("course_2023-24_WI.csv", courses(79) + "odd\n" * 20)
    assert example.night().count("refused") == 1
    assert example.statuses()[NAME] == "read"


def test_a_wholly_broken_file_lists_a_thousand_lines_and_counts_the_others_in_one_row(example: Example) -> None:
    example.put(NAME, COURSE_HEADER + "\n" + "odd\n" * 5000)
    example.night()
    query = "select count(*), sum(line_count) from quality.quarantine where line_number is {} null"
    assert example.rows(query.format("not")) == [(LISTED_LINES, LISTED_LINES)]
    assert example.rows(query.format("")) == [(1, 5000 - LISTED_LINES)]


def test_single_rows_of_another_year_are_loaded_and_named_not_refused(example: Example) -> None:
    example.put(NAME, courses(3) + "C1,2022-23,FA,X,Y,P1,C\nC1,,FA,X,Y,P1,C\n")
    example.night()
    rows = example.rows("select line_number, program_year, unreadable_columns from core.course order by 1")
    assert rows[-2:] == [(5, YEAR, ",program_year,"), (6, YEAR, ",program_year,")]
    assert all(r[2] == "" for r in rows[:-2])


def test_a_value_in_the_year_column_that_is_no_year_is_not_echoed(example: Example) -> None:
    example.put(NAME, courses(5).replace(YEAR, "Ann Smith"))
    (taken,) = example.night().submissions
    assert taken.status == "refused"
    assert "Smith" not in (taken.message or "")


@pytest.mark.parametrize(("format_", "said"), [("", "2021-22"), ("start_year", "2021"), ("end_year", "2022")])
def test_a_file_of_another_year_is_sent_to_the_folder_of_that_year_however_its_rows_write_it(
    format_: str, said: str
) -> None:
    layout = next(f for f in grantee("oregon").layouts if f.name == "course")
    columns = tuple(replace(c, format=format_) if c.to == "program_year" else c for c in layout.columns)
    reading = read_text(courses(5, said).encode(), text_format(layout))
    layout, years = replace(layout, columns=columns), YearsSaid()
    years.note(layout, reading.rows)
    doubt = doubt_about_rows(layout, Found("oregon", YEAR, NAME, Path(NAME)), reading, years)
    assert doubt
    assert "move the file to the folder of 2021-22" in doubt.message


def test_what_is_no_submission_is_reported_and_nothing_crashes(example: Example) -> None:
    example.put(NAME, courses(1))
    inbox = example.root / "inbox"
    for name in ("faults.csv", "README.md", "FICTIONAL.txt", "stray.csv", ".DS_Store"):
        (inbox / name).write_text("x")
    (inbox / "atlantis").mkdir()
    (inbox / "oregon" / "loose.csv").write_text("x")
    (inbox / "oregon" / "2023").mkdir()
    (inbox / "oregon" / "2023-25").mkdir()
    (inbox / "oregon" / YEAR / "deeper").mkdir()
    (inbox / "oregon" / YEAR / "Thumbs.db").write_text("x")
    taken = example.night()
    places = ["atlantis/", "oregon/2023/", f"oregon/{YEAR}/deeper/", "oregon/2023-25/", "oregon/loose.csv", "stray.csv"]
    assert [s.place for s in taken.strays] == places
    assert [s.file_name for s in taken.submissions] == [NAME]


def test_a_file_name_that_is_no_text_is_refused_like_any_other(example: Example) -> None:
    example.put(NAME, courses(1))
    odd = example.root / "inbox/oregon" / YEAR / "caf\udce9.csv"
    try:
        odd.write_text("x\n")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes only UTF-8 names")
    assert example.night().count("refused") == 1


def test_unknown_columns_stay_in_the_archive_because_nobody_has_said_whom_they_identify(example: Example) -> None:
    header, row = enrollments(SSN).splitlines()
    example.put("enrollment_2023-24_FA.csv", f"{header},SSN\n{row},{SSN}\n")
    (taken,) = example.night().submissions
    assert "SSN" in (taken.message or "")
    columns = {c for (c,) in example.rows("select column_name from duckdb_columns() where schema_name = 'raw'")}
    assert "ssn" not in columns


def test_a_file_is_late_by_the_calendar_of_its_own_time_zone(example: Example) -> None:
    due = grantee("oregon").due_date(YEAR)
    assert (due.month, due.day) == (8, 15)
    example.nights = 13  # the next night is 15 August 09:00 UTC, in Oregon 02:00 of the same day
    example.put(NAME, courses(1))
    (on_time,) = example.night().submissions
    example.put("course_2023-24_WI.csv", courses(2))
    (late,) = example.night().submissions
    assert (on_time.is_late, late.is_late) == (False, True)


_LINE = st.one_of(
    st.just("C1,2023-24,FA,W1,Welding,P1,C"),
    st.text(st.sampled_from('ab,"\x00é\r1'), max_size=12),
    st.just('C1,2023-24,FA,W1,"two\nlines",P1,C'),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINE, max_size=12), st.booleans(), st.sampled_from(["utf-8", "latin-1", "utf-16"]))
def test_no_line_of_any_file_is_unaccounted_for_in_the_ledger(
    tmp_path: Path, lines: list[str], has_header: bool, encoding: str
) -> None:
    path = tmp_path / NAME
    path.write_bytes("\n".join([*([COURSE_HEADER] if has_header else []), *lines]).encode(encoding))
    with preview("oregon", YEAR, [path]) as connection:
        (s,) = find(connection, "true", [])
        listed = connection.execute("select coalesce(sum(line_count), 0) from quality.quarantine").fetchone()
        loaded = connection.execute("select count(*) from core.course").fetchone()
    assert s.physical_line_count == s.header_line_count + s.loaded_line_count + s.quarantined_line_count
    assert (listed, loaded) == ((s.quarantined_line_count,), (s.loaded_row_count,))
