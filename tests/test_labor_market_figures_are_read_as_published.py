"""Are the public files on the labor market read as published, every row of them, and a sign never as a number?"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from ipeds_example import ReferenceHome

from pipelines.labor_tables import labor_tables

FILES = {
    "bls_ep_occupation_2024-2034.xlsx": "bls_ep_occupation_2024-2034.xlsx",
    "oews_national_M2025_dl.xlsx": "oews_national_M2025_dl.xlsx",
    "onet_physical_proximity.csv": "onet_2024_physical_proximity.csv",
    "frey_osborne_2013_702_soc2010.csv": "frey_osborne_2013_702_soc2010.csv",
    "soc2010_to_soc2018.csv": "soc2010_to_soc2018.csv",
}


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    folder = tmp_path_factory.mktemp("labor")
    named = [Path(shutil.copy(real_data / "labor" / was, folder / now)) for was, now in FILES.items()]
    home = ReferenceHome(tmp_path_factory.mktemp("home"))
    intake, told = home.add(*named)
    assert [s.status for s in intake.submissions] == ["read"] * len(FILES), told
    return home


def test_every_row_of_each_file_is_read_and_none_is_unreadable(published: ReferenceHome) -> None:
    assert published.rows(
        "select table_name, program_year, loaded_row_count, quarantined_line_count from quality.submission order by 1"
    ) == [
        ("reference.occupation_automation", "2013-14", 702, 0),
        ("reference.occupation_code_change", "2018-19", 900, 0),
        ("reference.occupation_projection", "2024-25", 1113, 0),
        ("reference.occupation_proximity", "2024-25", 967, 0),
        ("reference.occupation_wage", "2025-26", 1401, 0),
    ]
    for table in labor_tables():
        assert published.rows(f"select count(*) from {table.fullname} where unreadable_columns <> ''") == [(0,)]


def test_projections_checked_by_hand_are_those_of_the_workbook(published: ReferenceHome) -> None:
    columns = "occupation_type, employed_thousands, projected_thousands, growth_percent, openings_thousands, "
    rows = published.rows(
        f"select {columns} typical_education from reference.occupation_projection "
        "where occupation_code in ('00-0000', '53-7121') order by occupation_code"
    )
    assert rows == [
        ("Summary", *map(Decimal, ("169956.1", "175167.9", "3.1", "18863.3")), None),
        ("Line item", *map(Decimal, ("12.0", "12.5", "4.3", "1.3")), "No formal educational credential"),
    ]


def test_an_occupation_without_an_estimate_of_its_annual_wage_has_no_number(published: ReferenceHome) -> None:
    rows = published.rows(
        "select occupation_code, annual_median_published, hourly_median_published, annual_median_dollars "
        "from reference.occupation_wage where occupation_code in ('27-2011', '11-1010') order by 1"
    )
    assert rows == [("11-1010", "213990", "102.88", 213_990), ("27-2011", "*", "29.05", None)]
    signs = "select count(*) from reference.occupation_wage where annual_median_published = '*'"
    assert published.rows(signs) == [(7,)]


def test_a_probability_keeps_all_its_places(published: ReferenceHome) -> None:
    query = "select automation_probability from reference.occupation_automation where soc_2010_code = '29-1125'"
    assert published.rows(query) == [(Decimal("0.0028"),)]


@pytest.mark.parametrize(
    ("soc", "found"),
    [
        # Registered nurses and welders, read from the two workbooks by hand.
        ("29-1141", (Decimal("189.1"), Decimal("4.9"), "Bachelor's degree", 97_550)),
        ("51-4121", (Decimal("45.6"), Decimal("2.2"), "High school diploma or equivalent", 53_750)),
    ],
)
def test_occupations_checked_by_hand_are_what_both_workbooks_say(
    published: ReferenceHome, soc: str, found: tuple[Decimal, Decimal, str, int]
) -> None:
    rows = published.rows(
        "select openings_thousands, growth_percent, typical_education, annual_median_dollars "
        "from reference.occupation_projection as p inner join reference.occupation_wage as w using (occupation_code) "
        f"where occupation_code = '{soc}' and occupation_group = 'detailed'"
    )
    assert rows == [found]
