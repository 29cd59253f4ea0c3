"""Are the Clearinghouse's PDP files taken in row by row, and is nothing read into them that they do not say?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from intake_example import Example

from pipelines.grantee import OWN_FOLDER
from pipelines.layout_files import NATIONAL, file_layouts
from pipelines.schema import equity_columns

COLLEGE = Path(__file__).parent / "grantees" / "pdp_college"
YEAR_OF = {"cohort": "Cohort", "course": "Academic Year"}
TABLE_OF = {"cohort": "student", "course": "enrollment"}
KINDS = tuple(YEAR_OF)
COURSE = {
    "Student GUID": "XYZ812120", "Institution ID": "00123400", "Academic Year": "2023-24", "Academic Term": "FALL",
    "Course Prefix": "WLD", "Course Number": "101", "Section ID": "01",
    "Number of Credits Attempted": "3", "Number of Credits Earned": "3.0",
}  # fmt: skip
COHORT = {
    "Institution ID": "00123400", "Cohort": "2023-24", "Student GUID": "XYZ812120", "Cohort Term": "SPRING",
    "Race": "UK", "Ethnicity": "", "Gender": "P", "Disability Status": "N",
}  # fmt: skip


@pytest.fixture
def college(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    shutil.copytree(COLLEGE, tmp_path / "own" / COLLEGE.name)
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path / "own"))
    return Example(tmp_path)


def _put(college: Example, kind: str, *rows: dict[str, str], year: str = "2023-24") -> None:
    content = pl.DataFrame(rows).write_csv()
    college.put(f"pdp_{kind}_{year}.csv", content, year=year, grantee=COLLEGE.name)


def _published(real_data: Path, kind: str) -> pl.DataFrame:
    return pl.read_csv(real_data / "pdp" / f"raw_pdp_{kind}_data.csv", infer_schema=False)


def _by_year(real_data: Path, kind: str) -> Iterator[tuple[str, pl.DataFrame]]:
    column = YEAR_OF[kind]
    for (year,), rows in _published(real_data, kind).group_by(column, maintain_order=True):
        yield str(year), rows


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_the_published_examples_lands_in_its_year(college: Example, real_data: Path, kind: str) -> None:
    counts = {}
    for year, rows in _by_year(real_data, kind):
        college.put(f"pdp_{kind}_{year}.csv", rows.write_csv(), year=year, grantee=COLLEGE.name)
        counts[year] = rows.height
    college.night()
    assert dict(college.rows(f"select program_year, count(*) from core.{TABLE_OF[kind]} group by 1")) == counts
    assert sum(counts.values()) == _published(real_data, kind).height > 0
    assert college.rows(
        "select count(*) from quality.submission where physical_line_count <> header_line_count + loaded_line_count "
        "+ quarantined_line_count or quarantined_line_count > 0 or status <> 'read'"
    ) == [(0,)]


def test_credits_and_attributes_are_those_that_polars_reads(college: Example, real_data: Path) -> None:
    for kind in KINDS:
        for year, rows in _by_year(real_data, kind):
            college.put(f"pdp_{kind}_{year}.csv", rows.write_csv(), year=year, grantee=COLLEGE.name)
    college.night()
    courses, cohort = _published(real_data, "course"), _published(real_data, "cohort")
    tried, earned = (courses[f"Number of Credits {said}"].cast(pl.Float64).sum() for said in ("Attempted", "Earned"))
    assert college.rows(
        "select cast(sum(credits_attempted) as double), cast(sum(credits_earned) as double) from core.enrollment"
    ) == [(tried, earned)]
    said = college.rows("select sex, hispanic_ethnicity, race_selections, unreadable_columns from core.student")
    assert sum(sex == "female" for sex, *_ in said) == cohort["Gender"].eq("F").sum()
    assert sum(answer == "yes" for _, answer, _, _ in said) == cohort["Ethnicity"].eq("H").sum()
    assert {unreadable for *_, unreadable in said} == {""}


def test_a_file_with_many_years_is_refused_instead_of_counted_in_one(college: Example, real_data: Path) -> None:
    content = (real_data / "pdp" / "raw_pdp_course_data.csv").read_bytes()
    college.put("pdp_course_2018-19.csv", content, year="2018-19", grantee=COLLEGE.name)
    college.night()
    assert college.rows("select status, message like '%rows say%' from quality.submission") == [("refused", True)]


def test_nobody_can_be_found_by_the_guid(college: Example) -> None:
    _put(college, "course", COURSE)
    _put(college, "cohort", COHORT)
    college.night()
    (student,), (enrolled,) = (college.rows(f"select student_id from core.{t}") for t in TABLE_OF.values())
    assert student == enrolled
    assert len(student[0]) == 64
    assert COURSE["Student GUID"].encode() not in (college.home / "warehouse.duckdb").read_bytes()


def test_a_course_is_told_by_prefix_number_and_section_together(college: Example) -> None:
    _put(college, "course", COURSE, COURSE | {"Course Prefix": "NUR"}, COURSE | {"Section ID": "02"})
    college.night()
    assert college.rows("select course_id from core.enrollment order by all") == [
        ("NUR-101-01",), ("WLD-101-01",), ("WLD-101-02",)
    ]  # fmt: skip


def test_what_the_cohort_file_does_not_say_is_not_collected_and_never_no(college: Example) -> None:
    _put(college, "cohort", COHORT | {"Pell Status First Year": "Y", "Military Status": "1"})
    college.night()
    names = [c.name for c in equity_columns()]
    (row,) = college.rows(f"select {', '.join(names)} from core.student")
    said = dict(zip(names, row, strict=True))
    assert {name for name, value in said.items() if value != "not_collected"} == {"sex", "disability_status"}
    assert (said["sex"], said["disability_status"]) == ("declined", "no")
    (answers,) = college.rows("select race_selections, hispanic_ethnicity, birth_date from core.student")
    assert answers == ("unknown", "not_reported", None)


def test_the_standard_maps_no_column_twice_and_hides_every_guid() -> None:
    for layout in file_layouts(NATIONAL / "pdp"):
        ours = [c.to for c in layout.columns if c.to]
        assert len(ours) == len(set(ours))
        assert layout.column_to("student_id") is not None
