"""Does every cell of an indicator have its gap, or the reason why it has none?"""

from __future__ import annotations

import tomllib

import pytest
from gaps_example import Cells, Person, add_cells, cells_of, gaps_of, methods_of, persons, warehouse_of, words

from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, grantee
from pipelines.measures.gaps import build
from pipelines.measures.gaps.settings import KEYS, GapSettings, parse_settings
from pipelines.measures.gaps.tables import TABLES

HOME = [*persons(40, 8, 4, sex="female", disability="yes"), *persons(60, 36, sex="male", disability="no")]
UNKNOWN = persons(10, 5, sex="declined", disability="not_reported")
READY = dict.fromkeys(("sex", "disability", "race_ethnicity"), "measurable")


def _gap(rows, dimension, code, cip=None, place=None):
    return rows[(place, cip, dimension, code)]


def test_a_gap_is_the_subgroups_rate_minus_that_of_all_with_its_counts():
    row = _gap(gaps_of(warehouse_of(cells_of([*HOME, *UNKNOWN]), verdicts=READY)), "sex", "female")
    assert (row["numerator_count"], row["denominator_count"], row["unknown_count"]) == (8, 40, 4)
    assert (row["reference_numerator_count"], row["reference_denominator_count"]) == (49, 110)
    assert row["gap"] == pytest.approx(8 / 40 - 49 / 110, abs=1e-15)
    assert row["gap_low"] < row["gap"] < row["gap_high"] < 0
    assert row["students_needed"] == 16  # 24 of 40 against 65 of 110; with 15 it is 0.575 against 0.5818
    assert (row["status"], row["reason"]) == ("computed", "")
    assert (row["is_discovery"], row["is_practical"]) == (True, True)


def test_every_cell_but_everybody_has_a_row():
    cells = cells_of([*HOME, *UNKNOWN])
    rows = gaps_of(warehouse_of(cells))
    assert set(rows) == {cell for cell in cells.by_cell if cell[1] is not None or cell[2] != "all"}


def test_what_is_not_known_of_somebody_is_no_subgroup_and_does_not_vanish():
    rows = gaps_of(warehouse_of(cells_of([*HOME, *UNKNOWN])))
    for dimension, code in (("sex", "declined"), ("disability*sex", "not_reported*declined")):
        row = _gap(rows, dimension, code)
        assert (row["status"], row["gap"], row["q_value"], row["worklist_rank"]) == ("not_computable", None, None, None)
        assert "not known" in row["reason"]
        assert row["denominator_count"] == 10


@pytest.mark.parametrize("status", ["pending", "not_computable"])
def test_where_the_indicator_is_not_there_the_gap_says_so_and_is_not_zero(status):
    connection = warehouse_of(cells_of(HOME), status=status)
    rows = gaps_of(connection)
    assert words(rows.values(), "status") == {status: len(rows)}
    assert all(row["reason"] for row in rows.values())
    assert {row["gap"] for row in rows.values()} == {row["lowest_gap"] for row in rows.values()} == {None}
    assert methods_of(connection).is_empty()


def test_those_preparing_for_nontraditional_fields_carry_no_gap_in_3p1():
    people = [*persons(20, 20, nontraditional_preparation="yes"), *persons(30, 0, nontraditional_preparation="no")]
    of_3p1, of_1p1 = (gaps_of(warehouse_of(cells_of(people), indicator=code)) for code in ("3P1", "1P1"))
    row = _gap(of_3p1, "nontraditional_preparation", "yes")
    assert (row["status"], row["gap"], row["p_value"]) == ("true_by_construction", None, None)
    assert _gap(of_1p1, "nontraditional_preparation", "yes")["gap"] == pytest.approx(0.6)


def test_within_one_program_sex_alone_decides_3p1_and_over_several_it_does_not():
    welding = ("48.0508", "manufacturing")
    nursing = ("51.3801", "health_science")
    people = [
        *[Person({"sex": "female"}, [(*welding, "met")])] * 15,
        *[Person({"sex": "male"}, [(*welding, "not_met")])] * 50,
        *[Person({"sex": "female"}, [(*nursing, "not_met")])] * 60,
        *[Person({"sex": "male"}, [(*nursing, "met")])] * 20,
    ]
    rows = gaps_of(warehouse_of(cells_of(people), indicator="3P1"))
    for cip, code in ((welding[0], "female"), (welding[0], "male"), (nursing[0], "female")):
        assert _gap(rows, "sex", code, cip)["status"] == "true_by_construction"
    assert _gap(rows, "career_cluster*sex", "manufacturing*female")["status"] == "true_by_construction"
    assert _gap(rows, "sex", "female")["gap"] == pytest.approx(15 / 75 - 35 / 145)
    assert _gap(rows, "all", "all", welding[0])["gap"] == pytest.approx(15 / 65 - 35 / 145)


def test_who_is_neither_woman_nor_man_cannot_meet_3p1_and_is_no_failure_of_the_college():
    people = [*persons(40, 20, sex="female"), *persons(40, 10, sex="male"), *persons(30, 0, sex="another")]
    of_3p1, of_2p1 = (gaps_of(warehouse_of(cells_of(people), indicator=code)) for code in ("3P1", "2P1"))
    row = _gap(of_3p1, "sex", "another")
    assert (row["status"], row["gap"], row["worklist_rank"]) == ("true_by_construction", None, None)
    assert _gap(of_3p1, "career_cluster*sex", "manufacturing*another")["status"] == "true_by_construction"
    assert _gap(of_3p1, "sex", "female")["status"] == "computed"
    assert _gap(of_2p1, "sex", "another")["gap"] < 0


def test_a_subgroup_that_is_everybody_carries_no_gap():
    row = _gap(gaps_of(warehouse_of(cells_of(persons(30, 10, sex="female")))), "sex", "female")
    assert (row["status"], row["gap"], row["reason"]) == (
        "true_by_construction",
        None,
        "the subgroup is everybody counted here",
    )


def test_a_pair_with_a_cluster_is_compared_within_the_cluster():
    people = [
        Person({"sex": "female"}, [("48.0508", "manufacturing", "met")]),
        Person({"sex": "male"}, [("48.0508", "manufacturing", "not_met")]),
        *[Person({"sex": "male"}, [("51.3801", "health_science", "met")])] * 8,
    ]
    rows = gaps_of(warehouse_of(cells_of(people)))
    pair = _gap(rows, "career_cluster*sex", "manufacturing*female")
    assert (pair["reference_denominator_count"], pair["gap"]) == (2, 0.5)
    assert _gap(rows, "career_cluster", "manufacturing")["gap"] == pytest.approx(0.5 - 0.9)
    assert _gap(rows, "sex", "female", "48.0508")["reference_denominator_count"] == 2


def test_a_code_that_holds_the_mark_between_two_is_not_held_to_another_ones_students():
    # Read from the left, the women of R*1 (as senders number a recipient) would be compared with everybody of R.
    of_r1 = [("female", "met")] * 5 + [("male", "not_met")] * 15
    people = [Person({"sex": sex, "age": "a"}, [("48.0508", "R*1", outcome)]) for sex, outcome in of_r1]
    people += [Person({"sex": "male", "age": "b"}, [("48.0508", "R", "met")])] * 9
    rows = gaps_of(warehouse_of(cells_of(people)))
    for dimension, code in (("career_cluster*sex", "R*1*female"), ("age*career_cluster", "a*R*1")):
        told = _gap(rows, dimension, code)
        assert (told["reference_numerator_count"], told["reference_denominator_count"]) == (5, 20), dimension
    assert _gap(rows, "career_cluster*sex", "R*1*female")["gap"] == pytest.approx(1 - 5 / 20)


def test_persons_of_two_programs_get_no_interval_where_the_others_cannot_be_told():
    # Everybody welds, none with success; all meet the measure by their second program.
    people = [Person({"sex": "male"}, [("48.0508", "a", "not_met"), ("51.3801", "b", "met")])] * 20
    row = _gap(gaps_of(warehouse_of(cells_of(people))), "all", "all", "48.0508")
    assert (row["status"], row["gap"]) == ("computed", -1)
    assert [row[name] for name in ("gap_low", "p_value", "detectable_gap", "students_needed")] == [None] * 4
    assert "other outcomes" in row["reason"]
    more = [*people, *[Person({"sex": "male"}, [("51.3801", "b", "met")])] * 15]  # 35 met among 15 others
    row = _gap(gaps_of(warehouse_of(cells_of(more))), "all", "all", "48.0508")
    assert (row["gap"], row["gap_low"], row["p_value"]) == (-1, None, None)


def test_too_few_are_measured_and_not_tested_nor_put_before_the_steward():
    rows = gaps_of(warehouse_of(cells_of([*persons(10, 1, sex="female"), *persons(60, 36, sex="male")])))
    row = _gap(rows, "sex", "female")
    assert row["gap"] < row["gap_high"]
    assert [row[name] for name in ("p_value", "q_value", "family", "family_size", "worklist_rank")] == [None] * 5
    assert row["reason"] == "too few for a test"


def test_the_family_stands_in_the_row_and_holds_no_one_twice():
    rows = gaps_of(warehouse_of(cells_of(HOME)))
    female, male, yes, no = (
        _gap(rows, *cell) for cell in (("sex", "female"), ("sex", "male"), ("disability", "yes"), ("disability", "no"))
    )
    assert female["family"] == "oregon 2023-24 1P1 grantee single"
    assert {row["family_size"] for row in (female, male, yes)} == {3}
    # Whom a special population leaves over is measured; a test of them would be that of the others once more.
    assert (no["gap"] > 0, no["p_value"], no["family"]) == (True, None, None)
    assert _gap(rows, "sex", "female", place="A")["family"] == "oregon 2023-24 1P1 institution single"
    assert female["p_value"] <= female["q_value"] == pytest.approx(female["p_value"])


def test_the_worse_verdict_of_two_dimensions_counts_and_says_which():
    verdicts = {"sex": "with_caution", "disability": None}
    rows = gaps_of(warehouse_of(cells_of(HOME), verdicts=verdicts))
    assert _gap(rows, "sex", "female")["readiness_verdict"] == "with_caution"
    assert _gap(rows, "sex", "female", place="A")["readiness_reason"] == "sex: all blank"
    pair = _gap(rows, "disability*sex", "yes*female")
    assert (pair["readiness_verdict"], pair["readiness_reason"]) == (
        "too_few",
        "disability: all blank; sex: all blank",
    )
    assert _gap(rows, "career_cluster", "manufacturing")["readiness_verdict"] == "not_applicable"
    assert _gap(rows, "career_cluster*sex", "manufacturing*female")["readiness_verdict"] == "with_caution"


def test_without_any_verdict_nothing_is_called_measurable():
    row = _gap(gaps_of(warehouse_of(cells_of(HOME))), "sex", "female")
    assert row["readiness_verdict"] == "not_measurable"
    assert row["readiness_reason"] == "sex: no student records of the cohort's year"


def test_a_program_mix_can_turn_a_gap_around_and_both_are_shown():
    # Women do better in both programs and worse in all: they choose the one in which few succeed (Simpson).
    people = []
    for sex, cip, count, met in (("female", "51.3801", 90, 27), ("female", "48.0508", 10, 9),
                                 ("male", "51.3801", 10, 2), ("male", "48.0508", 90, 72)):  # fmt: skip
        people += [Person({"sex": sex}, [(cip, "a", "met" if i < met else "not_met")]) for i in range(count)]
    row = _gap(gaps_of(warehouse_of(cells_of(people))), "sex", "female")
    assert row["gap"] == pytest.approx(0.36 - 0.55)
    # Half weld, half nurse: (0.3 - 0.29) / 2 + (0.9 - 0.81) / 2.
    assert row["standardized_gap"] == pytest.approx(0.05)
    assert row["standardized_share"] == 1


def test_programs_without_the_group_and_unknown_ones_are_no_common_support():
    people = [
        *[Person({"sex": "female"}, [("48.0508", "a", "met")])] * 3,
        *[Person({"sex": "male"}, [("48.0508", "a", "not_met")])] * 1,
        *[Person({"sex": "male"}, [("51.3801", "b", "met")])] * 4,
        *[Person({"sex": "female"}, [("unknown", "c", "not_met")])] * 9,
    ]
    row = _gap(gaps_of(warehouse_of(cells_of(people))), "sex", "female")
    assert (row["standardized_gap"], row["standardized_share"]) == (0.25, 0.5)


def test_the_steward_looks_first_where_most_students_surely_fall_short():
    people = [
        *persons(400, 160, race_ethnicity="black_or_african_american"),
        *persons(12, 3, race_ethnicity="native_hawaiian_or_other_pacific_islander"),
        *persons(200, 90, race_ethnicity="asian"),
        *persons(1000, 700, race_ethnicity="white"),
    ]
    rows = gaps_of(warehouse_of(cells_of(people)))
    ranks = {code: _gap(rows, "race_ethnicity", code)["worklist_rank"] for code in
             ("black_or_african_american", "asian", "native_hawaiian_or_other_pacific_islander", "white")}  # fmt: skip
    order = [code for code, rank in sorted(ranks.items(), key=lambda item: item[1] or 99)]
    assert order == ["black_or_african_american", "asian", "native_hawaiian_or_other_pacific_islander", "white"]
    assert ranks["white"] is None
    given = sorted(row["worklist_rank"] for row in rows.values() if row["worklist_rank"])
    assert given == list(range(1, len(given) + 1))


def test_limits_that_are_reached_exactly_count_as_reached():
    # 44 of 100 against 470 of 1000 are 3 points exactly; 0 of 20 need every one of the 20 where all others succeed.
    limit = gaps_of(warehouse_of(cells_of([*persons(100, 44, sex="female"), *persons(900, 426, sex="male")])))
    assert _gap(limit, "sex", "female")["is_practical"] is True
    whole = gaps_of(warehouse_of(cells_of([*persons(20, 0, sex="female"), *persons(30, 30, sex="male")])))
    assert _gap(whole, "sex", "female")["students_needed"] == 20
    alike = gaps_of(warehouse_of(cells_of([*persons(20, 10, sex="female"), *persons(40, 20, sex="male")])))
    assert [_gap(alike, "sex", code)["worklist_rank"] for code in ("female", "male")] == [None, None]


def test_programs_are_a_family_of_their_own():
    people = [Person({"sex": "male"}, [(cip, cip, "met" if i % n else "not_met")])
              for n, cip in ((2, "48.0508"), (3, "51.3801")) for i in range(30)]  # fmt: skip
    row = _gap(gaps_of(warehouse_of(cells_of(people))), "all", "all", "48.0508")
    assert (row["family"], row["family_size"]) == ("oregon 2023-24 1P1 grantee program", 2)


def test_ten_persons_who_all_succeeded_are_no_yardstick_of_the_80_percent_index():
    people = [*persons(10, 10, sex="another"), *persons(50, 30, sex="female"), *persons(50, 20, sex="male")]
    found = methods_of_made(people).filter(method="index_80", subgroup_dimension="sex")
    assert found["reference"].unique().to_list() == ["highest_group:female"]
    male = found.filter(subgroup_code="male").to_dicts()[0]
    assert (male["reference_value"], male["is_flagged"], male["students_needed_not_flagged"]) == (0.6, True, 4)


def methods_of_made(people):
    """Return what the methods say at the grantee, all programs."""
    connection = warehouse_of(cells_of(people))
    build.build_gaps(connection)
    frame = methods_of(connection)
    return frame.filter(frame["institution_id"].is_null() & frame["cip_code"].is_null())


def test_each_method_stands_with_its_parameters_and_what_it_cannot_say_is_no_clearance():
    found = methods_of_made([*persons(8, 0, sex="female"), *persons(50, 20, sex="male")])
    female = {row["method"]: row for row in found.filter(subgroup_code="female").to_dicts()}
    assert set(female) == {"ppg_2017", "ppg1_2022", "prop_index", "index_80"}
    assert all(row["parameters"] for row in female.values())
    few = female["ppg1_2022"]
    assert (few["status"], few["is_flagged"], few["value"], few["students_needed_parity"]) == (
        "not_computable",
        None,
        None,
        None,
    )
    assert few["reason"] == "10 or fewer in the group, or no others"
    assert female["prop_index"]["is_flagged"] is True


def test_indicators_are_kept_apart():
    connection = warehouse_of(cells_of(HOME))
    add_cells(connection, cells_of(HOME[::-1]), indicator="2P1")
    build.build_gaps(connection)
    sizes = connection.sql(
        "select indicator_code, any_value(family_size), count(*) from mart.gap where family like '%grantee single' "
        "group by all order by all"
    ).fetchall()
    assert sizes == [("1P1", 3, 3), ("2P1", 3, 3)]


def test_the_order_in_which_cells_come_changes_no_row():
    cells = cells_of([*HOME, *UNKNOWN])
    turned = Cells(dict(reversed(cells.by_cell.items())))
    assert gaps_of(warehouse_of(cells)) == gaps_of(warehouse_of(turned))


def test_nothing_to_compare_leaves_empty_tables():
    connection = warehouse_of(Cells({}))
    assert gaps_of(connection) == {}
    assert methods_of(connection).is_empty()


def test_a_night_that_dies_among_the_gaps_leaves_those_of_the_night_before(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = warehouse_of(cells_of(HOME))
    before = gaps_of(connection)
    with monkeypatch.context() as patched:
        patched.setattr(build, "method_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build.build_gaps(connection)
    assert connection.execute("select count(*) from mart.gap").fetchone() == (len(before),)
    assert connection.execute("select count(*) from mart.gap_method").fetchone() != (0,)


def test_both_tables_say_what_each_column_means():
    connection = warehouse_of(cells_of(HOME))
    build.build_gaps(connection)
    build.build_gaps(connection)  # a second night writes them anew
    for table in TABLES:
        schema, name = table.name.split(".")
        said = connection.execute(
            "select column_name, comment from duckdb_columns() where schema_name = ? and table_name = ?", [schema, name]
        ).fetchall()
        assert [column for column, _ in said] == list(table.columns)
        assert all(comment for _, comment in said)
        about = connection.execute("select comment from duckdb_tables() where table_name = ?", [name]).fetchone()
        assert about[0].startswith("Restricted.")


def test_a_grantee_may_choose_methods_and_limits():
    found = parse_settings({"methods": ["ppg1_2022"], "false_discovery_rate": "0.1", "smallest_n": "15"})
    assert found.methods == ("ppg1_2022",)
    assert (float(found.false_discovery_rate), found.smallest_n, found.practical_points) == (0.1, 15, 3)
    assert parse_settings({}) == GapSettings()


def test_the_table_that_the_template_shows_says_the_house_defaults():
    text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    shown = text.partition("# [gaps]\n")[2].partition("\n\n")[0]
    content = tomllib.loads("\n".join(line.removeprefix("# ") for line in shown.splitlines()))
    assert set(content) == set(KEYS)
    assert parse_settings(content) == GapSettings()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"method": []}, "method: no such key"), ({"methods": "ppg_2017"}, "methods = 'ppg_2017'"),
        ({"methods": ["ppg"]}, "write a list of"), ({"false_discovery_rate": 0.05}, "in quotes"),
        ({"smallest_n": "2.5"}, "whole number"), ({"practical_points": "many"}, "from 0 to 100"),
        ({"false_discovery_rate": "1/0"}, "gaps"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_refused_by_name(content, said, monkeypatch):
    owner = grantee("oregon")
    monkeypatch.setitem(vars(owner), "gaps", content)
    with pytest.raises(ConfigurationError, match=r"grantee\.toml: \[gaps\]") as refusal:
        build.settings_of(owner)
    assert said in str(refusal.value)
