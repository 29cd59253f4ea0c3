"""Does the computed list say of a field what the published numbers of its occupations say, and nothing without any?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from core_rows import add, define, rows_of, small_warehouse
from ipeds_example import ReferenceHome

from pipelines.intake.reference import kind_of
from pipelines.models import all_models, build
from pipelines.validation.partition import Partition
from pipelines.validation.results import judge_partitions

FIELD = "mart.nontraditional_field"
PROGRAM = "mart.nontraditional_program"
TABLES = ("occupation_employment", "census_occupation", "field_occupation")


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork, which teaches welding (48.0508) and calls it nontraditional for women; no public file is loaded."""
    connection = small_warehouse()
    yield connection
    connection.close()


def publish(
    connection: duckdb.DuckDBPyConnection, title: str, soc: str | None, employed: int, women: str | None, **values: str
) -> None:
    """Add an occupation to the survey and to the Census list, with the next code."""
    year = values.get("year", "2021-22")
    connection.execute(
        "insert into reference.occupation_employment (program_year, occupation_title, employed_thousands, "
        "women_percent) values (?, ?, ?, ?)", [year, title, employed, women],
    )  # fmt: skip
    connection.execute(
        "insert into reference.census_occupation (program_year, occupation_title, census_code, soc_code) "
        "select '2018-19', ?, cast(1000 + count(*) as varchar), ? from reference.census_occupation",
        [values.get("census_title", title), soc],
    )


def leads_to(connection: duckdb.DuckDBPyConnection, cip: str, *socs: str | None) -> None:
    for soc in socs:
        connection.execute(
            "insert into reference.field_occupation (program_year, cip_code, cip_version, soc_code) "
            "values ('2020-21', ?, 'CIP2020', ?)", [cip, soc],
        )  # fmt: skip


QUARTERS: list[tuple[tuple[int, str | None], tuple[int, str | None] | None, str | None]] = [
    ((100, "24.9"), None, "female"), ((100, "25.0"), None, "neither"), ((100, "75.0"), None, "neither"),
    ((100, "75.1"), None, "male"), ((100, None), None, None), ((0, "10.0"), None, None),
    ((300, "10.0"), (100, "70.0"), "neither"),  # 30,000 and 70,000 of 400,000: exactly a quarter
    ((300, "9.9"), (100, "70.0"), "female"),  # 99,700 of 400,000
    ((300, "10.0"), (40, None), "female"),  # what is not published is no nought
]  # fmt: skip


def test_a_quarter_is_exact_and_employment_weighs(college: Any) -> None:
    for number, (first, second, _) in enumerate(QUARTERS):
        leads_to(college, f"48.000{number}", f"51-{number}121", f"51-{number}122")
        publish(college, f"Welders {number}", f"51-{number}121", *first)
        if second:
            publish(college, f"Solderers {number}", f"51-{number}122", *second)
    assert rows_of(college, FIELD, "cip_code, computed_sex") == [
        (f"48.000{number}", sex) for number, (_, _, sex) in enumerate(QUARTERS)
    ]


def test_persons_are_whole_and_what_is_unknown_is_counted(college: Any) -> None:
    leads_to(college, "48.0508", "51-4121", "51-4122", "51-4199", "55-9999")
    publish(college, "Welders", "51-4121", 333, "5.1")
    publish(college, "Solderers", "51-4122", 67, "33.4")
    publish(college, "Others", "51-4199", 40, None)
    columns = "occupation_count, known_occupation_count, unknown_occupation_count, employed_count, women_count"
    assert rows_of(college, FIELD, columns) == [(4, 2, 2, 400_000, 16_983 + 22_378)]


def test_an_occupation_counts_once_and_the_most_precise_code_takes_it(college: Any) -> None:
    """The survey knows two occupations of the crosswalk as one; X holds only what no other row names."""
    leads_to(college, "48.0508", "51-4121", "51-4122", "51-4192", "51-4031")
    publish(college, "Welders, solderers", "51-4120", 100, "10.0", census_title="  welders  Solderers ")
    publish(college, "Machine setters", "51-403X", 100, "20.0")
    publish(college, "Other metal workers", "51-4XXX", 100, "30.0")
    publish(college, "Production workers", "51-0000", 999, "99.0")
    assert rows_of(college, FIELD, "occupation_count, employed_count, women_count") == [(3, 300_000, 60_000)]


def test_teachers_of_a_field_say_nothing_of_it(college: Any) -> None:
    leads_to(college, "48.0508", "51-4121", "25-1194")
    leads_to(college, "13.1319", "25-1194")
    publish(college, "Welders", "51-4121", 100, "5.0")
    publish(college, "Postsecondary teachers", "25-1000", 900, "48.0")
    assert rows_of(college, FIELD, "cip_code, occupation_count, women_count, computed_sex") == [
        ("48.0508", 1, 5_000, "female")
    ]


def test_a_field_that_the_crosswalk_leads_nowhere_is_not_told(college: Any) -> None:
    leads_to(college, "48.0508", None)
    publish(college, "Welders", "51-4121", 100, "5.0")
    assert rows_of(college, FIELD, "occupation_count, employed_count, computed_sex") == [(0, None, None)]


def test_the_survey_is_never_later_than_the_program_year(college: Any) -> None:
    leads_to(college, "48.0508", "51-4121")
    publish(college, "Welders", "51-4121", 100, "26.0", year="2022-23")
    publish(college, "Welders", "51-4121", 100, "5.0", year="2023-24")
    columns = "program_year, employment_program_year, computed_sex"
    assert rows_of(college, PROGRAM, columns) == [
        ("2021-22", None, None), ("2022-23", "2022-23", "neither"), ("2023-24", "2023-24", "female"),
    ]  # fmt: skip


@pytest.mark.parametrize("chosen", ["supplied", "computed"])
def test_the_definition_says_which_list_counts_and_both_are_shown(college: Any, chosen: str) -> None:
    leads_to(college, "48.0508", "51-4121")
    publish(college, "Welders", "51-4121", 100, "85.0")
    add(college, "program", program_id="P2", cip_version="CIP2010")
    add(college, "program", program_id="P3", cip_code="51.3801")
    define(college, nontraditional_list=chosen)
    columns = "program_id, supplied_sex, computed_sex, nontraditional_list, nontraditional_sex"
    assert rows_of(college, PROGRAM, columns, "program_year = '2022-23'") == [
        (program, "female", computed, chosen, "female" if chosen == "supplied" else computed)
        for program, computed in (("P1", "male"), ("P2", None), ("P3", None))
    ]


def test_without_the_public_files_the_supplied_list_stands_alone(college: Any) -> None:
    add(college, "program", program_id="P2", nontraditional_sex=None)
    rows = rows_of(college, PROGRAM, "program_id, supplied_sex, computed_sex, nontraditional_sex")
    assert set(rows) == {("P1", "female", None, "female"), ("P2", None, None, None)}


def crosswalk(folder: Path, *sheets: str) -> Path:
    """Write a crosswalk of one row with these sheets, the row in each of them."""
    path = folder / "CIP2020_SOC2018_Crosswalk.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["CIP2020Code", "CIP2020Title", "SOC2018Code", "SOC2018Title"])
            sheet.write_row(1, 0, ["48.0508", "Welding", "51-4121", "Welders"])
    return path


def test_only_the_sheet_of_the_layout_is_read_and_a_workbook_without_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    home = ReferenceHome(tmp_path / "home")
    home.add(crosswalk(tmp_path / "first", "Guide", "CIP-SOC", "SOC-CIP"))
    intake, told = home.add(crosswalk(tmp_path / "second", "Guide", "CIP to SOC"))
    assert home.rows("select file_name, status from quality.submission order by 1") == [
        ("CIP2020_SOC2018_Crosswalk.xlsx", "refused"), ("CIP2020_SOC2018_Crosswalk.xlsx!CIP-SOC", "read"),
    ]  # fmt: skip
    assert home.rows("select cip_code, cip_version, soc_code from reference.field_occupation") == [
        ("48.0508", "CIP2020", "51-4121")
    ]
    assert len(intake.submissions) == 1
    assert "there are Guide, CIP to SOC" in told[0]


# ---- the published files


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    home = ReferenceHome(tmp_path_factory.mktemp("published"))
    intake, told = home.add(
        real_data / "labor" / "cps_table11_2022_sex_race_by_occupation.xlsx",
        real_data / "labor" / "census2018_occ_code_list_and_soc2018_crosswalk.xlsx",
        real_data / "cip" / "CIP2020_SOC2018_Crosswalk.xlsx",
    )
    assert [s.status for s in intake.submissions] == ["read"] * 3, told
    with home.open() as connection:
        (model,) = [model for model in all_models() if model.table == FIELD]
        build(connection, model)
    return home


def test_of_each_workbook_one_sheet_is_read_and_every_row_of_it(published: ReferenceHome) -> None:
    assert published.rows(
        "select table_name, program_year, physical_line_count, loaded_row_count, quarantined_line_count "
        "from quality.submission order by 1"
    ) == [
        ("reference.census_occupation", "2018-19", 667, 603, 0),
        ("reference.field_occupation", "2020-21", 6098, 6097, 0),
        ("reference.occupation_employment", "2021-22", 609, 595, 0),
    ]
    for table in TABLES:
        assert published.rows(f"select count(*) from reference.{table} where unreadable_columns <> ''") == [(0,)]


def test_the_published_files_break_no_rule(published: ReferenceHome) -> None:
    with published.open() as connection:
        outcomes = judge_partitions(connection, [Partition(None, None)], "run-1", date(2026, 11, 21))
    judged = {o.rule.id: o.status for o in outcomes if o.rule.table.removeprefix("reference.") in TABLES}
    assert judged
    assert set(judged.values()) <= {"passed", "not_applicable"}, judged


@pytest.mark.parametrize(
    ("cip", "sex", "occupations", "employed", "women"),
    [
        # Registered nurses 3,363 thousand, 87.9% women; nursing teachers are left out.
        ("51.3801", "male", 1, 3_363_000, 2_956_077),
        # Welding, soldering and brazing workers 550 thousand, 5.1%: two SOC codes that the survey knows as one.
        ("48.0508", "female", 1, 550_000, 28_050),
        # Dental assistants 327 thousand, 94.1%.
        ("51.0601", "male", 1, 327_000, 307_707),
        # Automotive service technicians and mechanics 926 thousand, 2.9%; two smaller occupations without a share.
        ("47.0604", "female", 1, 926_000, 26_854),
    ],
)
def test_fields_checked_by_hand_are_what_the_published_tables_say(
    published: ReferenceHome, cip: str, sex: str, occupations: int, employed: int, women: int
) -> None:
    assert published.rows(
        "select computed_sex, known_occupation_count, employed_count, women_count from mart.nontraditional_field "
        f"where cip_code = '{cip}'"
    ) == [(sex, occupations, employed, women)]


def test_nearly_every_title_of_the_survey_is_one_of_the_census_list(published: ReferenceHome) -> None:
    """All but the 30 groups, which the Census list writes otherwise, have a code: 565 occupations."""
    ours = "replace(lower(regexp_replace(trim({}.occupation_title), '\\s+', ' ', 'g')), ',', '')"
    (row,) = published.rows(
        "select count(*) from reference.occupation_employment as e inner join reference.census_occupation as c "
        f"on {ours.format('e')} = {ours.format('c')} and length(c.census_code) = 4"
    )
    assert row == (565,)


def test_the_list_says_something_of_most_fields(published: ReferenceHome) -> None:
    assert published.rows(f"select computed_sex, count(*) from {FIELD} group by 1 order by 1") == [
        ("female", 288), ("male", 264), ("neither", 1118), (None, 381),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("cpsaat11_2023.xlsx", "reference.occupation_employment"), ("cpsaat11.xlsx", None),
        ("CIP2020_SOC2018_Crosswalk.xlsx", "reference.field_occupation"), ("oews_national_dl.xlsx", None),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_name_and_its_year(name: str, table: str | None) -> None:
    kind = kind_of(name)
    assert (kind.layout.table if kind else None) == table
