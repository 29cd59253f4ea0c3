"""Does the page of a college tell its own history rightly, and nothing of anybody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import warehouse
from pipelines.desk import submission as files_known
from pipelines.desk.desk import Desk
from pipelines.desk.directory import directory_of
from pipelines.desk.loop import nights
from pipelines.models import all_models, build
from pipelines.reports.desk import institution, places, submission
from pipelines.reports.desk.page import Page
from pipelines.scorecard.card import Run

VIEWS = (
    "quality.answered_finding", "quality.finding_explanation", "quality.finding_age", "quality.institution_history",
)  # fmt: skip
YEAR, OTHER_YEAR = "2023-24", "2022-23"
DAYS = {"run-1": "2026-01-01", "run-2": "2026-01-11", "run-3": "2026-02-20"}
NIGHTS = {run_id: datetime.fromisoformat(f"{day} 02:00") for run_id, day in DAYS.items()}
PERSON = "812120001"  # where a line is shifted, a person's number stands where the institution's code should
HOSTILE = "<script>alert('x')</script>\u202e.csv"
OURS, THEIRS = "enrollment_student_known", "student_sex_readable"


@pytest.fixture
def desk(three_nights: Any, tmp_path: Path) -> Iterator[Desk]:
    """The desk after them; what a test changes is taken back."""
    three_nights.execute("begin")
    yield Desk(three_nights, tmp_path, Run("run-3", NIGHTS["run-3"], True, "0", "0"), directory_of(three_nights))
    three_nights.execute("rollback")


@pytest.fixture(scope="module")
def three_nights() -> Iterator[Any]:
    """Three nights of two colleges: A had three findings, corrected two, and one of these came back."""
    with warehouse.open_in_memory() as connection:
        for model in all_models():
            if model.table in VIEWS:
                build(connection, model)
        for code, name in (("AA", "Alder Coast College"), ("BB", "Bend River College")):
            insert(connection, "core.institution", institution_id=code, institution_name=name)
        for run_id, at in NIGHTS.items():
            insert(connection, "quality.run", run_id=run_id, started_at=at, exit_code=None if run_id == "run-3" else 0)
        _files(connection)
        for night, counts in zip(NIGHTS, ((3, 1, 0), (2, 1, 0), (3, 1, 1)), strict=True):
            judged(connection, night, *counts)
        for finding_id, code, state, change, first, last in (
            ("f1", "AA", "open", "still_open", "run-1", "run-3"), ("f2", "AA", "open", "new", "run-3", "run-3"),
            ("f3", "AA", "fixed", "fixed", "run-1", "run-2"), ("f4", "AA", "open", "came_back", "run-1", "run-3"),
            ("f5", "BB", "open", "still_open", "run-1", "run-3"), ("f6", PERSON, "open", "new", "run-3", "run-3"),
        ):  # fmt: skip
            insert(connection, "quality.finding", finding_id=finding_id, rule_id=THEIRS if code == "BB" else OURS,
                   severity="critical", institution_id=code, submission_id="other" if code == "BB" else "own",
                   state=state, change=change, is_waived=False, first_seen_run_id=first, last_seen_run_id=last,
                   line_number=int(finding_id[1:]), file_name=HOSTILE)  # fmt: skip
        _returns(connection)
        yield connection


def insert(connection: Any, table: str, **row: Any) -> None:
    """Add a row of Oregon's year, unless something else is said; columns that the table lacks are left out."""
    schema, _, name = table.partition(".")
    known = connection.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ?", [schema, name]
    ).fetchall()
    row = {"grantee_id": "oregon", "program_year": YEAR, **row}
    named = [column for (column,) in known if column in row]
    assert {*row} - {*named} <= {"grantee_id", "program_year"}
    marks = ", ".join("?" for _ in named)
    connection.execute(f"insert into {table} ({', '.join(named)}) values ({marks})", [row[c] for c in named])


def judged(connection: Any, run_id: str, *failed: int, year: str = YEAR) -> None:
    """Write what a run counted at A, at B and under a code of no list, and for all of them together."""
    for code, count in ((None, sum(failed)), *zip(("AA", "BB", PERSON), failed, strict=False)):
        insert(connection, "quality.rule_result", run_id=run_id, rule_id=THEIRS if code == "BB" else OURS,
               institution_id=code, program_year=year, population_count=100, failed_count=count, status="failed",
               severity="critical", dimension="integrity")  # fmt: skip


def _files(connection: Any) -> None:
    file = {"sha256": "ab" * 32, "physical_line_count": 12, "header_line_count": 1, "loaded_line_count": 9,
            "loaded_row_count": 9, "quarantined_line_count": 2, "table_name": "enrollment"}  # fmt: skip
    insert(connection, "quality.submission", submission_id="own", file_name=HOSTILE, status="read", is_late=True,
           received_at=NIGHTS["run-2"], due_date=date(2026, 1, 1), supersedes_submission_id="before",
           added_row_count=5, changed_row_count=4, removed_row_count=3, **file)  # fmt: skip
    insert(connection, "quality.submission", submission_id="before", file_name="first.csv", status="superseded",
           received_at=NIGHTS["run-1"], **{**file, "sha256": "cd" * 32})  # fmt: skip
    insert(connection, "quality.submission", submission_id="again", file_name="copy.csv", status="repeated",
           received_at=NIGHTS["run-3"], **file)  # fmt: skip
    insert(connection, "quality.submission", submission_id="other", file_name="theirs.csv", status="accepted",
           received_at=NIGHTS["run-1"], **{**file, "sha256": "ef" * 32})  # fmt: skip
    for line in (7, 11):
        insert(connection, "quality.quarantine", submission_id="own", file_name=HOSTILE, line_number=line, line_count=1,
               reason_code="line_field_count", excerpt_masked="AA99,999999999")  # fmt: skip
    insert(connection, "quality.act", act_number=1, kind="accept", person_name="Ana Diaz", role="steward",
           statement="Seen", acted_at="2026-01-02T09:00:00.000000Z",
           details=f'{{"files":[["theirs.csv","{"ef" * 32}"]]}}')  # fmt: skip


def _returns(connection: Any) -> None:
    held = {
        "run-1": {"f1": "new", "f3": "new", "f4": "new"},
        "run-2": {"f1": "still_open", "f3": "still_open", "f4": "fixed"},
        "run-3": {"f1": "still_open", "f2": "new", "f3": "fixed", "f4": "came_back"},
    }
    for number, (run_id, findings) in enumerate(held.items(), start=1):
        counts = {f"{change}_count": [*findings.values()].count(change)
                  for change in ("new", "still_open", "came_back", "fixed")}  # fmt: skip
        insert(connection, "quality.return_package", return_id=run_id, institution_id="AA", submission_id="own",
               return_number=number, run_id=run_id, returned_at=NIGHTS[run_id], withheld_count=0,
               file_path="oregon/AA/2023-24_enrollment_own", **counts)  # fmt: skip
        for finding_id, change in findings.items():
            insert(connection, "quality.returned_finding", return_id=run_id, finding_id=finding_id, change=change)
    insert(connection, "quality.submission", submission_id="told", file_name="Copy of x_aa_own.csv",
           status="read", received_at=NIGHTS["run-2"], sha256="12" * 32)  # fmt: skip
    insert(connection, "core.explanation", finding_id="f1", explanation="<b>Late</b> hire", submission_id="told",
           line_number=4)  # fmt: skip


def page(found: Iterator[Page], place: str) -> Page:
    (one,) = [p for p in found if p.place == place]
    return one


def of_college(desk: Desk, slug: str) -> Page:
    return page(institution.pages(desk), places.of_institution("oregon", slug))


def words(content: str) -> str:
    """The text of a page, its white space as one blank, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def test_a_finding_ages_from_the_night_that_found_it_first_whatever_was_returned_since(desk: Desk) -> None:
    query = "select finding_id, age_days, returned_at, explained from quality.finding_age order by finding_id"
    assert desk.connection.execute(query).fetchall() == [
        ("f1", 50, NIGHTS["run-1"], True),
        ("f2", 0, NIGHTS["run-3"], False),
        ("f4", 50, NIGHTS["run-1"], False),
        ("f5", 50, None, False),
        ("f6", 0, None, False),
    ]


def test_each_night_says_what_was_returned_explained_corrected_and_came_back(desk: Desk) -> None:
    told = [
        (n.run_id, n.open_count, n.returned_count, n.explained_count, n.corrected_count, n.came_back_count)
        for n in nights(desk)["oregon", "AA"]
    ]
    assert told == [("run-1", 3, 3, 0, 0, 0), ("run-2", 2, 2, 1, 1, 0), ("run-3", 3, 3, 0, 1, 1)]


def test_what_belongs_to_no_listed_institution_is_the_rest_so_that_nothing_is_lost(desk: Desk) -> None:
    open_counts = {place: [night.open_count for night in found] for place, found in nights(desk).items()}
    assert open_counts["oregon", "unlisted"] == [0, 1]  # the second night changed nothing
    query = "select run_id, sum(open_count) from quality.institution_history group by run_id order by run_id"
    assert desk.connection.execute(query).fetchall() == [("run-1", 4), ("run-2", 3), ("run-3", 5)]


def test_a_night_that_judged_one_year_leaves_the_other_as_it_was(desk: Desk) -> None:
    judged(desk.connection, "run-1", 10, year=OTHER_YEAR)
    assert [night.open_count for night in nights(desk)["oregon", "AA"]] == [13, 12, 13]


@pytest.mark.parametrize("exit_code", [2, 3, None])
def test_a_run_that_broke_off_is_no_night_of_the_history(desk: Desk, exit_code: int | None) -> None:
    desk.connection.execute("update quality.run set exit_code = ? where run_id = 'run-2'", [exit_code])
    desk.connection.execute("delete from quality.return_package where run_id = 'run-2'")
    desk.connection.execute("delete from core.explanation")
    assert [night.run_id for night in nights(desk)["oregon", "AA"]] == ["run-1", "run-3"]


def test_the_page_counts_as_one_does_by_hand(desk: Desk) -> None:
    told = words(of_college(desk, "AA").content)
    assert "Open findings 3 New 1 Came back 1 Fixed 1 Oldest 50 days" in told
    assert "up to 7 days 1 1 0 8 to 30 days 0 0 0 31 to 90 days 2 2 1 over 90 days 0 0 0" in told
    assert "3 rows 1 new, 1 came back 3.0% 3 of 100 5.0% 5 of 100" in told


def test_nothing_of_another_college_stands_on_a_colleges_page(desk: Desk) -> None:
    ours, theirs = of_college(desk, "AA").content, of_college(desk, "BB").content
    for secret in ("BB", "Bend River", THEIRS, "theirs.csv"):
        assert secret not in ours
    for secret in ("AA", "Alder Coast", OURS, "Late", "2023-24_enrollment_own"):
        assert secret not in theirs


def test_a_code_of_no_list_is_shown_nowhere_for_it_may_be_a_persons_number(desk: Desk) -> None:
    everything = [*institution.pages(desk), *submission.pages(desk)]
    assert places.of_institution("oregon", "unlisted") in {p.place for p in everything}
    assert not [p.place for p in everything if PERSON in f"{p.place}{p.title}{p.keywords}{p.content}"]


def test_what_people_wrote_stays_text(desk: Desk) -> None:
    for content in (of_college(desk, "AA").content, page(submission.pages(desk), places.of_submission("own")).content):
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in content
    assert "&lt;b&gt;Late&lt;/b&gt; hire" in of_college(desk, "AA").content


def test_only_the_last_return_is_linked_and_only_while_its_files_are_there(desk: Desk) -> None:
    link = "../../../returns/oregon/AA/2023-24_enrollment_own"
    assert link not in of_college(desk, "AA").content
    folder = desk.home / "returns/oregon/AA"
    folder.mkdir(parents=True)
    for kind in ("xlsx", "csv"):
        (folder / f"2023-24_enrollment_own.{kind}").touch()
    content = of_college(desk, "AA").content
    assert [content.count(f'href="{link}.{kind}"') for kind in ("xlsx", "csv")] == [1, 1]
    assert 'aria-label="Workbook, return 3 of' in content


def test_the_page_of_a_file_says_what_became_of_it(desk: Desk) -> None:
    told = words(page(submission.pages(desk), places.of_submission("own")).content)
    assert "9 days late; was due Jan 1, 2026" in told
    assert "Lines = header + loaded + quarantined 12 1 9 2" in told
    assert "Replaced first.csv , received Jan 1, 2026; by their keys 5 rows added, 4 changed, 3 removed" in told
    assert "Same bytes as copy.csv" in told
    assert re.search(r"Its shape 7 [^_]* line_field_count AA99,999999999 11 ", told)
    assert "Nobody has decided about this file yet" in told
    assert "Replaced by" in words(page(submission.pages(desk), places.of_submission("before")).content)
    theirs = words(page(submission.pages(desk), places.of_submission("other")).content)
    assert "accepted act 1 2026-01-02 Ana Diaz steward Seen" in theirs


def test_of_very_many_files_those_replaced_long_ago_have_no_page_and_no_link_leads_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.connection.execute("update quality.submission set program_year = '2019-20' where submission_id = 'before'")
    insert(desk.connection, "quality.submission", submission_id="year", program_year=OTHER_YEAR, file_name="x",
           status="read", received_at=NIGHTS["run-1"], sha256="34" * 32)  # fmt: skip
    assert "before" in files_known.with_page(desk)
    monkeypatch.setattr(files_known, "MOST_FILES", 3)
    found = {p.place: p.content for p in submission.pages(desk)}
    assert places.of_submission("before") not in found
    assert "no page: replaced long ago" in found[places.of_submission("own")]
    assert places.of_submission("before") not in "".join(found.values())
