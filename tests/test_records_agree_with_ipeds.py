"""Are the records set beside IPEDS fairly: the same institutions, a year that is near, no verdict without a file?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_rows import add, rows_of, small_warehouse
from ipeds_example import ReferenceHome

from expectations import outside
from pipelines.models import all_models, build
from pipelines.validation.judge import judge

YEAR = "2022-23"
LANE = "209038"
COUNTS = "subject_code, ours_count, theirs_count"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork (A), which has the UNITID of a real college in each year; nothing of IPEDS is loaded."""
    connection = small_warehouse()
    connection.execute(f"update core.institution set unitid = '{LANE}'")
    yield connection
    connection.close()


def publish(connection: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    """Add a row to an IPEDS table; counts that are not named are nought."""
    names = [row[0] for row in connection.execute(f"describe reference.ipeds_{table}").fetchall()]
    row = {name: 0 for name in names if name.endswith("_count")}
    row |= {"program_year": YEAR, "unitid": LANE, **values}
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into reference.ipeds_{table} ({', '.join(row)}) values ({marks})", list(row.values()))


def award(connection: duckdb.DuckDBPyConnection, student: str, level: str | None, **values: Any) -> None:
    """Let a student of the year receive a credential; the first of them is s1, a white woman."""
    if student != "s1":
        who = {name: values.pop(name) for name in ("sex", "race_selections") if name in values}
        add(connection, "student", student_id=student, **who)
    add(connection, "credential", student_id=student, award_level_code=level, award_date=date(2023, 5, 1), **values)


def compared(connection: duckdb.DuckDBPyConnection, comparison: str, columns: str = COUNTS) -> list[Any]:
    where = f"comparison_code = '{comparison}' and program_year = '{YEAR}'"
    return rows_of(connection, "mart.outside_agreement", columns, where)


def test_without_a_file_of_ipeds_every_rule_on_agreement_is_not_applicable(college: Any) -> None:
    award(college, "s1", "03")
    rows_of(college, "mart.outside_agreement", "unitid")
    verdicts = judge(college, outside.TABLE, outside.RULES)
    assert [(v.rule_id, v.population_count, v.error) for v in verdicts] == [(r.id, 0, None) for r in outside.RULES]
    assert all("no IPEDS file" in rule.not_applicable_words for rule in outside.RULES)


def test_completers_are_persons_at_each_level_and_certifications_are_none_of_them(college: Any) -> None:
    award(college, "s1", "03")
    award(college, "s1", "03", credential_type="degree")
    award(college, "s2", "02")
    award(college, "s3", "04")
    award(college, "s4", None)
    award(college, "s5", "noncredit")
    for level, count in (("11", 1), ("12", 2), ("02", 9), ("05", 4), ("07", 99)):
        publish(college, "completers", ipeds_award_level=level, total_count=count)
    assert compared(college, "credential_level") == [
        ("1_to_4_years", 2, 9), ("associate", 1, 0), ("bachelor", 0, 4), ("under_1_year", 0, 3),
    ]  # fmt: skip


def test_awards_are_compared_by_the_field_of_the_program_without_totals_and_second_majors(college: Any) -> None:
    award(college, "s1", "03")
    award(college, "s2", "03", program_id=None)
    awards = {"cip_version": "CIP2020", "ipeds_award_level": "03", "major_number": "1", "is_total": False}
    publish(college, "completions", **awards, cip_code="48.0508", total_count=5)
    publish(college, "completions", **awards | {"major_number": "2"}, cip_code="48.0508", total_count=70)
    publish(college, "completions", **awards, cip_code="51.3801", total_count=7)
    publish(college, "completions", **awards | {"is_total": True}, cip_code="99", total_count=12)
    assert compared(college, "award_field") == [("48", 1, 5), ("51", 0, 7)]


def test_the_distance_of_two_distributions_is_the_share_that_would_have_to_change(college: Any) -> None:
    award(college, "s1", "03")
    award(college, "s2", "03", sex="female", race_selections="asian")
    award(college, "s3", "03", sex="male", race_selections="unknown")
    award(college, "s4", "03", sex="male", race_selections="declined")
    publish(college, "completers", ipeds_award_level="03", total_count=10, female_count=8, male_count=2,
            white_count=5, asian_count=0, hispanic_or_latino_count=5, race_unknown_count=3)  # fmt: skip
    columns = "ours_count, theirs_count, distance"
    assert compared(college, "completer_sex", columns) == [(4, 10, 3000)]  # half women, and four fifths
    assert compared(college, "completer_race", columns) == [(2, 10, 5000)]  # the Asian half would be Hispanic


def test_a_distribution_of_nobody_has_no_distance(college: Any) -> None:
    award(college, "s1", "03")
    publish(college, "completers", ipeds_award_level="03", total_count=0)
    assert compared(college, "completer_sex", "ours_count, theirs_count, distance") == [(1, 0, None)]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (("2022-23", "2021-22", "2023-24"), [date(2023, 6, 30)]),
        (("2020-21", "2021-22"), [date(2022, 6, 30)]),
        (("2020-21",), [date(2021, 6, 30)]),
        (("2019-20", "2023-24"), []),
    ],
)
def test_the_year_compared_with_is_the_same_or_one_of_the_two_before_and_never_a_later_one(
    college: Any, published: tuple[str, ...], expected: list[date]
) -> None:
    award(college, "s1", "03")
    for year in published:
        publish(college, "completers", program_year=year, ipeds_award_level="03", total_count=9)
    assert compared(college, "credential_level", "reference_end_date") == expected


def test_the_directory_says_which_numbers_are_unknown_and_which_colleges_are_missing(college: Any) -> None:
    add(college, "institution", institution_id="B", unitid="999999")
    college_of = {"institution_name": "College", "state": "OR", "control": 1, "instcat": 4}
    publish(college, "directory", **college_of)
    publish(college, "directory", **college_of | {"unitid": "208275"})
    publish(college, "directory", **college_of | {"unitid": "209551", "instcat": 1})  # a university
    publish(college, "directory", **college_of | {"unitid": "100001", "control": 2})  # private
    publish(college, "directory", **college_of | {"unitid": "131399", "state": "DC"})
    columns = "unitid, institution_id, ours_count, theirs_count"
    assert compared(college, "institution", columns) == [
        ("208275", None, 0, 1), (LANE, "A", 1, 1), ("999999", "B", 1, 0),
    ]  # fmt: skip


def test_campuses_that_share_a_number_are_one_institution_to_ipeds(college: Any) -> None:
    add(college, "institution", institution_id="B", unitid=LANE)
    award(college, "s1", "03")
    add(college, "student", institution_id="B", student_id="s1")
    add(college, "credential", institution_id="B", program_id=None, award_level_code="03", award_date=date(2023, 5, 2))
    publish(college, "completers", ipeds_award_level="03", total_count=9)
    publish(college, "directory", institution_name="Lane", state="OR", control=1, instcat=4)
    assert compared(college, "credential_level") == [("associate", 2, 9)]
    assert compared(college, "institution", "institution_id, ours_count, theirs_count") == [("A", 2, 1)]


def test_the_published_files_name_the_other_sixteen_community_colleges_of_oregon(
    college: Any, real_data: Path, tmp_path: Path
) -> None:
    home = ReferenceHome(tmp_path / "home")
    home.add(real_data / "ipeds" / "HD2022.zip", real_data / "ipeds" / "c2022_c.csv")
    award(college, "s1", "03")
    rows_of(college, "mart.outside_agreement", "unitid")
    for table in ("ipeds_directory", "ipeds_completers"):
        with home.open() as connection:
            published = connection.sql(f"select * from reference.{table}").pl()
        college.execute(f"insert into reference.{table} by name select * from published")
        assert len(published) > 6000
    (model,) = [m for m in all_models() if m.table == "mart.outside_agreement"]
    build(college, model)
    verdicts = {v.rule_id: v for v in judge(college, outside.TABLE, outside.RULES, {"program_year": YEAR})}
    expected = verdicts["outside_institution_expected"]
    assert (expected.population_count, expected.failed_count) == (17, 16)
    assert verdicts["outside_institution_known"].failed_count == 0
    assert verdicts["outside_certificates_not_missing"].failed_count == 2  # Lane awards hundreds at both levels
    assert verdicts["outside_completers_not_more"].failed_count == 0
