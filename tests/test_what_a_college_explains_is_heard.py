"""Is what a college writes into its return heard? If it is lost, the college is asked the same every night."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest
from acts_example import ANA, BO, OREGON, copy_of, judge, office_of, taken_in
from intake_example import COURSE_HEADER, YEAR, Example
from openpyxl import Workbook

from expectations.explanation import FINDING_KNOWN
from pipelines.acts.certify import certify
from pipelines.acts.decide import accept
from pipelines.grantee import grantee
from pipelines.intake.missing import missing_files
from pipelines.layout_files import layouts_of
from pipelines.models import all_models, build
from pipelines.validation.judge import judge as judge_table

HEADER = ["Finding", "Line", "Cell", "Column", "Value as sent", "Severity", "Status since last return",
          "What is wrong", "Why it matters", "How to repair", "Rule", "Explanation"]  # fmt: skip
NAME = f"{YEAR}_course_C1_0123456789ab"
WELDING, BAKING = "a1" * 8, "b2" * 8
OF_ANOTHER, OF_NOBODY = "c3" * 8, "d4" * 8  # returned to the college C2, and to nobody
FIGURES = (
    "create table mart.indicator as select 'oregon' as grantee_id, '2023-24' as program_year, '2022-23' as "
    "cohort_program_year, date '2024-06-30' as outcome_window_end, '2P1' as indicator_code, null::varchar as "
    "institution_id, null::varchar as cip_code, 'all' as subgroup_dimension, 'all' as subgroup_code, 9 as "
    "numerator_count, 10 as denominator_count, 0 as unknown_count, 'computed' as status, 'v1' as definition_version"
)
Lines = dict[str, str]  # explanation by finding


def rows_of(explained: Lines) -> list[list[str]]:
    """A return as the college sends it back: two title lines, the header, a line for each finding."""
    titles = [["Return 1 of Chemeketa, FICTIONAL"], [f"of course_{YEAR}_FA.csv, SHA-256 " + "0" * 64]]
    return [*titles, HEADER, *([one, "2", *[""] * 9, text] for one, text in explained.items())]


def as_csv(explained: Lines) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows_of(explained))
    return text.getvalue()


def as_workbook(explained: Lines) -> bytes:
    book = Workbook()
    book.active.title = "Read me"  # type: ignore[union-attr]
    book.active.append(["Write into the column Explanation of the sheet Findings"])  # type: ignore[union-attr]
    for row in rows_of(explained):
        book["Findings" if "Findings" in book.sheetnames else book.create_sheet("Findings").title].append(row)
    book.create_sheet("Summary").append(["Findings", len(explained)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home whose last night found two things at a college of Oregon."""
    example = taken_in(tmp_path_factory.mktemp("first"))
    with example.warehouse() as connection:
        for college, finding in (("C1", WELDING), ("C1", BAKING), ("C2", OF_ANOTHER), ("C1", OF_NOBODY)):
            connection.execute(
                "insert into quality.finding (finding_id, rule_id, grantee_id, institution_id, program_year, state) "
                "values (?, 'course_title_known', 'oregon', ?, ?, 'open')",
                [finding, college, YEAR],
            )
            if finding != OF_NOBODY:
                connection.execute("insert into quality.returned_finding values (?, ?, 'new')", [college, finding])
        for college in ("C1", "C2"):
            connection.execute(
                "insert into quality.return_package (return_id, grantee_id, institution_id, submission_id, file_path) "
                "values ($1, 'oregon', $1, '0123456789abcdef', 'oregon/' || $1 || '/x')",
                [college],
            )
    return example


@pytest.fixture
def home(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def heard(example: Example) -> dict[str, str]:
    """What the desk shows of explanations, by finding."""
    with example.warehouse() as connection:
        build_view(connection)
        rows = connection.execute("select finding_id, explanation from quality.finding_explanation").fetchall()
    return dict(rows)


def build_view(connection: duckdb.DuckDBPyConnection) -> None:
    for name in ("quality.answered_finding", "quality.finding_explanation"):
        build(connection, next(model for model in all_models() if model.table == name))


@pytest.mark.parametrize("finding", [OF_ANOTHER, OF_NOBODY, "e5" * 8])
def test_nobody_explains_the_finding_of_another(home: Example, finding: str) -> None:
    """A college whose finding another one explains away would find words in its package that it never said."""
    home.put(f"{NAME}.csv", as_csv({WELDING: "mine", finding: "nothing is wrong with it"}))
    home.night()
    assert heard(home) == {WELDING: "mine"}
    with home.warehouse() as connection:
        build_view(connection)
        (verdict,) = judge_table(connection, "core.explanation", [FINDING_KNOWN])
    assert (verdict.population_count, verdict.failed_count) == (2, 1), "and it is said that it was not heard"


def test_a_return_of_another_grantee_speaks_for_nobody(home: Example) -> None:
    with home.warehouse() as connection:
        connection.execute("update quality.return_package set grantee_id = 'udc'")
    home.put(f"{NAME}.csv", as_csv({WELDING: "all fine"}))
    home.night()
    assert heard(home) == {}


@pytest.mark.parametrize(
    "name", [f"{NAME}.csv", f"{NAME} (1).csv", f"{NAME}_explained.CSV", f"Copy of {NAME}.xlsx", f"lane_{NAME}.xlsx"]
)
def test_a_return_is_read_whatever_people_add_to_its_name(home: Example, name: str) -> None:
    """A steward who has to rename each file by rule will stop collecting them."""
    said = {WELDING: "Taught by the college\nin the next town", BAKING: ""}
    home.put(name, as_workbook(said) if name.endswith("xlsx") else as_csv(said))
    home.night()
    assert heard(home) == {WELDING: "Taught by the college in the next town"}
    place = f"{name}!Findings" if name.endswith("xlsx") else name
    line = "select physical_line_count, header_line_count + loaded_line_count, loaded_row_count, due_date, is_late "
    ((lines, accounted, rows, *due),) = home.rows(
        f"{line} from quality.submission where file_name = '{place}' and status = 'read'"
    )
    assert (lines, rows, due) == (accounted, 2, [None, None])
    assert home.rows("select count(*) from quality.drift join quality.submission using (submission_id) "
                     "where submission.table_name = 'explanation'") == [(0,)]  # fmt: skip


def test_numbers_and_addresses_of_people_are_withheld_before_anything_is_kept(home: Example) -> None:
    """A registrar who explains by naming the student must not put a Social Security number onto the desk."""
    text = "812-12-0011 (ada@example.edu, born 3/5/2001, B00812120) left in 2023-24 with 12 others"
    home.put(f"{NAME}.csv", as_csv({WELDING: text, "812120011": "who is that?"}))
    home.night()
    kept = (
        "(number withheld) ((address withheld), born (number withheld), B(number withheld)) left in 2023-24 with 12 "
        "others"
    )
    assert heard(home) == {WELDING: kept}
    for table in ("core.explanation", 'raw."oregon__house_return_csv"'):
        shown = str(home.rows(f"select * from {table}"))
        assert kept in shown
        assert "0011" not in shown


def test_a_later_file_of_the_same_name_takes_an_explanation_back_and_a_rebuild_keeps_what_counts(home: Example) -> None:
    home.put(f"{NAME}.csv", as_csv({WELDING: "all fine", BAKING: "all fine"}))
    home.night()
    home.put(f"{NAME}.csv", as_csv({WELDING: "", BAKING: "the oven was new"}))
    home.night()
    assert heard(home) == {BAKING: "the oven was new"}
    assert home.rows("select count(*) from history.explanation") == [(2,)]
    home.rebuild()
    assert heard(home) == {BAKING: "the oven was new"}


def test_the_latest_explanation_of_a_finding_counts_when_workbook_and_copy_disagree(home: Example) -> None:
    home.put(f"{NAME}.csv", as_csv({WELDING: "the first thought"}))
    home.night()
    home.put(f"{NAME} (1).xlsx", as_workbook({WELDING: "the second", BAKING: ""}))
    home.night()
    assert heard(home) == {WELDING: "the second"}


def test_an_explanation_longer_than_is_shown_says_that_it_was_cut(home: Example) -> None:
    home.put(f"{NAME}.csv", as_csv({WELDING: "so" * 1500}))
    home.night()
    assert heard(home)[WELDING].endswith(" (cut)")
    assert home.rows("select length(explanation) from core.explanation") == [(3000,)]


def test_a_grantees_own_file_of_such_a_name_is_never_taken_for_a_return(tmp_path: Path) -> None:
    """The house must not swallow the records of an agency that happens to name its files alike."""
    (tmp_path / "layout.toml").write_text(
        'id = "own"\nversion = "1"\n[[file]]\nname = "own"\ntable = "course"\nfile_name = "{program_year}_{what}.csv"\n'
        'columns = [{ name = "A", to = "course_id" }]\n'
    )
    (own,) = layouts_of(tmp_path, f"{NAME}.csv", YEAR)
    assert own.table == "course"
    assert layouts_of(tmp_path, f"{NAME}.xlsx", YEAR, "Findings")[0].table == "explanation"
    assert layouts_of(tmp_path, f"{YEAR}_course_fall.xlsx", YEAR, "Findings") == ()


def test_explanations_neither_stand_for_records_nor_in_the_way_of_certifying(home: Example) -> None:
    """What a college writes after the agency has accepted must not hold up the federal report."""
    judge(home)
    with office_of(home) as office:
        accept(office, OREGON, ANA)
        expected = {one.table_name for one in missing_files(office.connection, grantee("oregon"), YEAR)}
    home.put(f"{NAME}.csv", as_csv({WELDING: "all fine"}))
    home.night()
    with office_of(home) as office:
        assert {one.table_name for one in missing_files(office.connection, grantee("oregon"), YEAR)} == expected
        office.connection.execute(FIGURES)
        certify(office, OREGON, BO)


def test_what_annotate_has_added_to_a_file_is_no_drift_when_the_file_comes_again(home: Example) -> None:
    """A college that repairs the annotated copy and sends that must not be told that its columns are new."""
    lines = [f"{COURSE_HEADER},cte_problem,CTE_REPAIR"]
    lines += [f"C1,{YEAR},FA,W{i:03},Welding,P1,C,," for i in range(2)]
    home.put(f"course_{YEAR}_FA.csv", "\n".join(lines) + "\n")
    home.night()
    newest = "status = 'read' and submission.table_name = 'course'"
    assert home.rows(f"select message, loaded_row_count from quality.submission as submission where {newest}") == [
        (None, 2)
    ]
    drifted = "select distinct kind from quality.drift join quality.submission using (submission_id) where "
    assert home.rows(f"{drifted} {newest} and kind like 'column%'") == []
