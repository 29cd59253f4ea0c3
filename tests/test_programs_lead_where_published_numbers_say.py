"""Does a program lead where the published numbers of its occupations say, by the grantee's marks and by no guess?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_rows import add, earn, rows_of, small_warehouse
from labor_example import lead, mark, pay, project

from pipelines.configuration import ConfigurationError
from pipelines.measures.labor_settings import LaborSettings, critical_occupations, parse_labor

PROGRAM = "mart.labor_program"
OCCUPATION = "mart.program_occupation"
ALIGNMENT = "mart.labor_alignment"
VERDICTS = "high_skill, high_wage, in_demand, all_three"
YEAR = "program_year = '2022-23'"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork, which teaches welding (48.0508); all occupations grow by 3.1 percent."""
    connection = small_warehouse()
    project(connection, "00-0000", growth="3.1", kind="Summary")
    yield connection
    connection.close()


def test_a_field_of_one_occupation_leads_where_it_leads(college: Any) -> None:
    lead(college, "48.0508", "51-4121")
    project(college, "51-4121", openings="45.6", growth="3.1", education="Postsecondary nondegree award")
    pay(college, "51-4121", "51000")
    mark(college, living_wage=51_000)
    assert rows_of(college, PROGRAM, VERDICTS, YEAR) == [("yes", "yes", "yes", "yes")]


DEMAND: list[tuple[str | None, str | None, str, str]] = [  # openings, growth, if both are needed, if either
    ("10.0", "3.1", "yes", "yes"), ("9.9", "3.1", "no", "yes"), ("10.0", "3.0", "no", "yes"),
    ("9.9", "3.0", "no", "no"), ("9.9", None, "no", "cannot_tell"), ("10.0", None, "cannot_tell", "yes"),
    (None, None, "cannot_tell", "cannot_tell"),
]  # fmt: skip


def test_the_marks_of_demand_are_met_exactly_and_what_is_not_published_is_no_nought(college: Any) -> None:
    socs = [f"51-41{number}1" for number in range(len(DEMAND))]
    lead(college, "48.0508", *socs)
    for soc, (openings, growth, _, _) in zip(socs, DEMAND, strict=True):
        project(college, soc, openings=openings, growth=growth)
    for place, needs in ((2, "both"), (3, "either")):
        mark(college, in_demand_needs=needs)
        expected = [(soc, case[place]) for soc, case in zip(socs, DEMAND, strict=True)]
        assert rows_of(college, OCCUPATION, "soc_code, in_demand", YEAR) == expected


PAID = {"51-4111": "51000", "51-4121": "50999", "51-4131": "*", "51-4141": "#"}
LIVING: dict[int | None, tuple[str, str, str, str]] = {
    51_000: ("yes", "no", "cannot_tell", "yes"),
    239_200: ("no", "no", "cannot_tell", "yes"),
    239_201: ("no", "no", "cannot_tell", "cannot_tell"),
    None: ("cannot_tell",) * 4,
}


def test_a_wage_is_held_to_a_declared_living_wage_and_a_sign_is_no_wage(college: Any) -> None:
    lead(college, "48.0508", *PAID)
    for soc, published in PAID.items():
        pay(college, soc, published)
    for living, expected in LIVING.items():
        mark(college, living_wage=living)
        found = rows_of(college, OCCUPATION, "soc_code, high_wage, wage_status", YEAR)
        assert tuple(row[1] for row in found) == expected
    assert [row[2] for row in found] == ["published", "published", "not_available", "top_coded"]


def test_an_hourly_wage_is_not_made_a_yearly_one(college: Any) -> None:
    lead(college, "48.0508", "51-4121")
    pay(college, "51-4121", "*", hourly="29.05")
    mark(college, living_wage=20_000)
    assert rows_of(college, OCCUPATION, "wage_status, annual_median_wage, high_wage", YEAR) == [
        ("hourly_only", None, "cannot_tell")
    ]


def test_half_of_the_openings_is_no_majority(college: Any) -> None:
    lead(college, "48.0508", "51-4121", "51-4122")
    project(college, "51-4121", openings="5.0", education="Associate's degree")
    project(college, "51-4122", openings="5.0", education="High school diploma or equivalent")
    assert rows_of(college, PROGRAM, "high_skill", YEAR) == ["no"]
    college.execute(
        "update reference.occupation_projection set openings_thousands = 5.1 where occupation_code = '51-4121'"
    )
    assert rows_of(college, PROGRAM, "high_skill", YEAR) == ["yes"]


def test_openings_weigh_or_occupations_do_or_one_is_enough_as_the_grantee_says(college: Any) -> None:
    lead(college, "48.0508", "51-4121", "51-4122", "51-4191")
    project(college, "51-4121", openings="50.0", education="Associate's degree")
    project(college, "51-4122", openings="5.0")
    project(college, "51-4191", openings="5.0")
    for rule, expected in (("majority_of_openings", "yes"), ("majority_of_occupations", "no"), ("any", "yes")):
        mark(college, rule=rule)
        assert rows_of(college, PROGRAM, "high_skill", YEAR) == [expected], rule


def test_all_three_is_asked_of_one_occupation_and_not_of_three_that_meet_one_each(college: Any) -> None:
    lead(college, "48.0508", "51-4121", "51-4122")
    project(college, "51-4121", openings="20.0", growth="9.0")
    project(college, "51-4122", openings="1.0", growth="9.0", education="Associate's degree")
    pay(college, "51-4121", "90000")
    pay(college, "51-4122", "20000")
    mark(college, rule="any", living_wage=50_000)
    assert rows_of(college, PROGRAM, VERDICTS, YEAR) == [("yes", "yes", "yes", "no")]


def test_a_broad_group_stands_in_only_where_declared_and_counts_once(college: Any) -> None:
    lead(college, "48.0508", "13-1021", "13-1022")
    project(college, "13-1020", openings="40.0", growth="5.0", education="Bachelor's degree")
    columns = "soc_code, projection_status, is_counted, openings_count"
    assert rows_of(college, OCCUPATION, columns, YEAR) == [
        ("13-1021", "no_projection", True, None), ("13-1022", "no_projection", True, None),
    ]  # fmt: skip
    mark(college, broad_groups=True)
    assert rows_of(college, OCCUPATION, columns, YEAR) == [
        ("13-1021", "broad_group", True, 40_000), ("13-1022", "broad_group", False, 40_000),
    ]  # fmt: skip
    columns = "counted_count, same_group_count, openings_count, high_skill"
    assert rows_of(college, PROGRAM, columns, YEAR) == [(1, 1, 40_000, "yes")]


def test_the_probability_of_codes_that_were_joined_is_a_range(college: Any) -> None:
    lead(college, "48.0508", "51-4121")
    for old, probability in (("51-4121", "0.94"), ("51-4129", "0.61")):
        college.execute(
            "insert into reference.occupation_automation (program_year, soc_2010_code, automation_probability) "
            "values ('2013-14', ?, ?)", [old, probability],
        )  # fmt: skip
        college.execute(
            "insert into reference.occupation_code_change (program_year, soc_2010_code, soc_2018_code) "
            "values ('2018-19', ?, '51-4121')", [old],
        )  # fmt: skip
    (found,) = rows_of(college, PROGRAM, "automation_least, automation_most, high_skill", YEAR)
    assert (str(found[0]), str(found[1]), found[2]) == ("0.6100", "0.9400", "cannot_tell")


def test_a_person_counts_once_with_the_program_that_leads_there_and_untold_is_no_no(college: Any) -> None:
    """Two concentrate in welding, of whom one in an untold field too, and one only there."""
    lead(college, "48.0508", "51-4121")
    project(college, "51-4121", openings="20.0", growth="9.0", education="Associate's degree")
    add(college, "program", program_id="P2", cip_code="01.0508")
    add(college, "course", course_id="C2", program_id="P2")
    for student in ("s2", "s3"):
        add(college, "student", student_id=student, sex="male")
    earn(college, 12)
    earn(college, 12, student_id="s2")
    earn(college, 12, student_id="s2", course_id="C2")
    earn(college, 12, student_id="s3", course_id="C2")
    columns = "subgroup_code, concentrator_count, high_skill_count, high_skill_untold_count, in_demand_count"
    everybody = f"{YEAR} and institution_id is null and subgroup_dimension in ('all', 'sex')"
    assert rows_of(college, ALIGNMENT, f"{columns}, no_occupation_count", everybody) == [
        ("all", 3, 2, 1, 2, 1), ("female", 1, 1, 0, 1, 0), ("male", 2, 1, 1, 1, 1),
    ]  # fmt: skip


SAID = {"yes": "Associate's degree", "no": "High school diploma or equivalent", "cannot_tell": None}
KINDS = list(product((0, 1, 2), SAID))
FIELDS = [
    *combinations_with_replacement(KINDS, 1), *combinations_with_replacement(KINDS, 2),
    *combinations_with_replacement([kind for kind in KINDS if kind[0]], 3),
]  # fmt: skip


def leads(field: tuple[tuple[int, str], ...]) -> str:
    """Return what is so in every world that the untold occupations leave; cannot_tell where worlds differ."""
    if not sum(weight for weight, _ in field):
        return "cannot_tell"
    worlds = product(*[("yes", "no") if said == "cannot_tell" else (said,) for _, said in field])
    whole = Fraction(sum(weight for weight, _ in field))
    found = {sum(w for (w, _), s in zip(field, world, strict=True) if s == "yes") / whole > Fraction(1, 2)
             for world in worlds}  # fmt: skip
    return "cannot_tell" if len(found) > 1 else "yes" if found == {True} else "no"


def test_a_verdict_is_given_only_where_no_untold_occupation_could_turn_it(college: Any) -> None:
    for number, field in enumerate(FIELDS):
        cip = f"10.{number:04d}"
        add(college, "program", program_id=f"F{number}", cip_code=cip)
        for place, (weight, said) in enumerate(field):
            soc = f"{11 + place}-{number:04d}"
            lead(college, cip, soc)
            project(college, soc, openings=f"{weight}.0", education=SAID[said])
    found = rows_of(college, PROGRAM, "cip_code, high_skill", f"{YEAR} and cip_code like '10.%'")
    assert found == [(f"10.{number:04d}", leads(field)) for number, field in enumerate(FIELDS)]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ({"ruel": "any"}, "ruel"), ({"rule": "most"}, "rule"), ({"high_skill": "college"}, "high_skill"),
        ({"living_wage": 41_000}, "living_wage_place"), ({"living_wage_place": "Oregon"}, "living_wage"),
        ({"living_wage": "41000"}, "living_wage"), ({"in_demand_growth": 3.1}, "in_demand_growth"),
        ({"in_demand_openings": 0}, "in_demand_openings"), ({"broad_groups": "yes"}, "broad_groups"),
    ],
)  # fmt: skip
def test_a_mark_that_cannot_be_read_is_refused_by_its_name(content: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        parse_labor(content)


def test_nothing_of_the_state_is_guessed_where_nothing_is_declared() -> None:
    house = parse_labor({})
    assert house == LaborSettings()
    assert house.living_wage is None
    said = {"living_wage": 41_000, "living_wage_place": "Example State", "living_wage_source": "a study, page 4",
            "living_wage_date": date(2026, 2, 1)}  # fmt: skip
    assert parse_labor(said).living_wage == 41_000


def test_a_list_of_critical_occupations_names_the_line_in_error_and_none_is_no_empty_list(tmp_path: Path) -> None:
    assert critical_occupations(tmp_path) is None
    path = tmp_path / "critical_occupations.csv"
    path.write_text("soc_code,source\n51-4121,State board 2026\n", encoding="utf-8")
    assert critical_occupations(tmp_path) == (("51-4121", "State board 2026"),)
    path.write_text("soc_code,source\n51-4121,State board 2026\nwelders,the same\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 3"):
        critical_occupations(tmp_path)
    path.write_bytes("soc_code,source\n51-4121,Bureau d'État\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        critical_occupations(tmp_path)
