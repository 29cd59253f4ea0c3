"""Parts sum or cover as declared, nobody counts twice, and what is not known only ever makes a rate less certain."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from core_rows import add, complete, define, earn, rows_of, small_warehouse
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.measures.rates import bounds, wilson_interval
from pipelines.models import Model, ModelError, all_models, build, read_model

COLLEGES, PROGRAMS = ("A", "B", "C"), ("P1", "P2", "P3")
CREDIT = {"P1": "credit", "P2": "noncredit", "P3": "unknown"}
ANSWERS = ("yes", "no", "unknown", "declined", "not_reported", "not_collected")
OUTCOMES = ("met", "not_met", "unknown")
KEYS = ("institution_id", "cip_code", "subgroup_dimension", "subgroup_code")
COUNTS = ("numerator_count", "denominator_count", "unknown_count", "unlinkable_count", "matchable_count")
CASES = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(COLLEGES), st.sampled_from(PROGRAMS), st.sampled_from(OUTCOMES)),
    min_size=1, max_size=25, unique_by=lambda case: case[:3],
)  # fmt: skip
ATTRIBUTES = st.dictionaries(
    st.tuples(st.integers(1, 8), st.sampled_from(COLLEGES)),
    st.tuples(st.sampled_from(["female", "male", "unknown"]), st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)),
)
# A case that breaks a law is small already; making it smaller still would take minutes.
LIMITED = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def _model(table: str) -> Model:
    return next(model for model in all_models() if model.table == table)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with small_warehouse() as opened:
        rows_of(opened, "mart.indicator", "1")
        rows_of(opened, "mart.margin", "1")
        opened.execute("delete from mart.indicator_scope where program_year <> '2023-24' or indicator_code <> '1P1'")
        opened.execute("delete from mart.indicator_source")
        opened.execute("update mart.indicator_scope set as_of_date = date '2025-01-01'")
        for college in COLLEGES:
            opened.execute(
                "insert into mart.indicator_source values ('oregon', '2023-24', '1P1', ?, true, true)", [college]
            )
        yield opened


def cells(connection: duckdb.DuckDBPyConnection, cases: Any, attributes: Any) -> dict[tuple[Any, ...], dict[str, int]]:
    """Return all cells of cases (person, college, program, outcome); even persons have local numbers."""
    for table in ("indicator_case", "student_year"):
        connection.execute(f"delete from mart.{table}")
    for number, college, program, outcome in cases:
        local = number % 2 == 0
        person = f"{college}:s{number}" if local else f"s{number}"
        connection.execute(
            "insert into mart.indicator_case by name select 'oregon' as grantee_id, '2023-24' as program_year, "
            "'1P1' as indicator_code, '2022-23' as cohort_program_year, $1 as institution_id, $2 as student_id, "
            "$3 as person_id, $4 as program_id, 'R' || ascii($1) % 2 as eligible_recipient_id, $4 as cip_code, "
            "'01' as career_cluster_code, 'unknown' as award_level_code, $5 as credit_status, $6 as outcome, "
            "$7 as is_linkable, $7 as is_matchable",
            [college, f"s{number}", person, program, CREDIT[program], outcome, not local],
        )
    for (number, college), (sex, disability, foster_care) in attributes.items():
        person = f"{college}:s{number}" if number % 2 == 0 else f"s{number}"
        states = ", ".join(
            f"'not_collected' as {column}"
            for column in _model("mart.student_year").columns
            if column.endswith("_status") and column not in ("disability_status", "foster_care_status")
        )
        connection.execute(
            f"insert into mart.student_year by name select 'oregon' as grantee_id, '2022-23' as program_year, $1 as "
            f"institution_id, $2 as student_id, $3 as person_id, $4 as sex, 'white' as race_ethnicity, $5 as "
            f"disability_status, $6 as foster_care_status, {states}",
            [college, f"s{number}", person, sex, disability, foster_care],
        )
    build(connection, _model("mart.indicator"))
    rows = connection.execute(f"select {', '.join((*KEYS, *COUNTS))} from mart.indicator").fetchall()
    return {row[:4]: dict(zip(COUNTS, row[4:], strict=True)) for row in rows}


def _parts(
    found: dict[tuple[Any, ...], dict[str, int]], told_by: str
) -> Iterator[tuple[dict[str, int], list[dict[str, int]]]]:
    """Yield each total with its parts: subgroups of a place and program, institutions or programs of a subgroup."""
    parts = defaultdict(list)
    for (institution, cip, dimension, code), counts in found.items():
        if told_by == "institution_id" and institution and dimension == "all":
            parts[(None, cip, dimension, code)].append(counts)
        elif told_by == "cip_code" and cip and dimension == "all":
            parts[(institution, None, dimension, code)].append(counts)
        elif dimension == told_by:
            parts[(institution, cip, "all", "all")].append(counts)
    yield from ((found[total], members) for total, members in parts.items())


@given(CASES, ATTRIBUTES)
@LIMITED
def test_parts_sum_to_the_whole_or_cover_it_as_the_table_declares(connection, cases, attributes):
    found = cells(connection, cases, attributes)
    declared = connection.execute(
        "select subgroup_dimension, margin from mart.margin where table_name = 'mart.indicator'"
    ).fetchall()
    assert {dimension for _, _, dimension, _ in found} - {told for told, _ in declared} <= {"all"}
    for told_by, margin in declared:
        for total, parts in _parts(found, told_by):
            for name in COUNTS:
                values, whole = [part[name] or 0 for part in parts], total[name] or 0
                if margin == "partition":
                    assert sum(values) == whole, told_by
                elif name == "denominator_count":
                    assert max(values) <= whole <= sum(values), told_by


@given(CASES, ATTRIBUTES)
@LIMITED
def test_everybody_counts_once_and_the_grantee_has_no_more_persons_than_its_colleges_together(
    connection, cases, attributes
):
    found = cells(connection, cases, attributes)
    everybody = found[(None, None, "all", "all")]
    persons = {f"{college}{number}" if number % 2 == 0 else number for number, college, _, _ in cases}
    assert everybody["denominator_count"] == len(persons)
    assert everybody["unlinkable_count"] == sum(isinstance(person, str) for person in persons)
    colleges = [found[(college, None, "all", "all")]["denominator_count"] for college in COLLEGES]
    assert max(colleges) <= everybody["denominator_count"] <= sum(colleges)
    for key, counts in found.items():
        if counts["denominator_count"] == 0:
            assert key[1:] == (None, "all", "all"), "a cell of nobody has no row"
            continue
        assert counts["numerator_count"] + counts["unknown_count"] <= counts["denominator_count"]


@given(CASES, ATTRIBUTES, st.integers(0, 24))
@LIMITED
def test_one_more_unknown_outcome_never_narrows_the_bounds_of_any_cell(connection, cases, attributes, which):
    one = which % len(cases)
    before = cells(connection, cases, attributes)
    after = cells(connection, [*cases[:one], (*cases[one][:3], "unknown"), *cases[one + 1 :]], attributes)
    assert before.keys() == after.keys()
    for key, counts in before.items():
        known, unknown = (
            bounds(one["numerator_count"], one["denominator_count"], one["unknown_count"])
            for one in (counts, after[key])
        )
        if known and unknown:
            assert unknown.lower <= known.lower <= known.upper <= unknown.upper


@given(CASES, ATTRIBUTES)
@LIMITED
def test_the_view_of_rates_says_what_exact_arithmetic_says_and_its_bounds_hold_the_rate(connection, cases, attributes):
    found = cells(connection, cases, attributes)
    build(connection, _model("mart.indicator_rate"))
    names = ("rate", "rate_low", "rate_high", "highest_rate", "known_rate", "match_rate")
    for row in connection.execute(f"select {', '.join((*KEYS, *names))} from mart.indicator_rate").fetchall():
        counts, rates = found[row[:4]], dict(zip(names, row[4:], strict=True))
        met, everybody, unknown = (counts[name] for name in COUNTS[:3])
        if not everybody:
            assert set(rates.values()) == {None}, "no rate of zero where there is nobody"
            continue
        assert rates["rate"] == pytest.approx(met / everybody)
        assert (rates["rate_low"], rates["rate_high"]) == pytest.approx(wilson_interval(met, everybody))
        assert rates["highest_rate"] == pytest.approx((met + unknown) / everybody)
        assert rates["match_rate"] == pytest.approx(1 - unknown / everybody)
        assert rates["rate_low"] <= rates["rate"] <= rates["rate_high"]
        known = rates["known_rate"]
        assert known is None if unknown == everybody else rates["rate"] <= known <= rates["highest_rate"] + 1e-12


@pytest.mark.parametrize(
    ("met", "everybody", "low", "high"),
    [(2062, 3000, 0.6705, 0.7037), (310, 1000, 0.2821, 0.3393), (43, 100, 0.3373, 0.5278), (0, 12, 0.0, 0.2425),
     (262, 500, 0.4802, 0.5674), (2053, 3400, 0.5873, 0.6201), (35, 100, 0.2636, 0.4475), (12, 12, 0.7575, 1.0)],
)  # fmt: skip
def test_the_interval_of_the_view_is_the_published_one_to_the_printed_digit(met, everybody, low, high):
    with duckdb.connect() as connection:
        connection.execute(
            "create schema mart; create table mart.indicator as select 'g' as grantee_id, '2023-24' as program_year, "
            "'2P1' as indicator_code, null as institution_id, null as cip_code, 'all' as subgroup_dimension, "
            f"'all' as subgroup_code, {met} as numerator_count, {everybody} as denominator_count, 0 as unknown_count, "
            "'computed' as status"
        )
        build(connection, _model("mart.indicator_rate"))
        row = connection.execute("select rate_low, rate_high, match_rate from mart.indicator_rate").fetchone()
    assert row is not None
    assert [round(limit, 4) for limit in row[:2]] == [low, high]
    assert row[2] is None, "only 1P1 rests on a match"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    with small_warehouse() as opened:
        earn(opened, 12)
        yield opened


def _subgroup(
    connection: duckdb.DuckDBPyConnection, dimension: str, where: str = "institution_id is null"
) -> list[Any]:
    return rows_of(
        connection, "mart.indicator", "subgroup_code, denominator_count",
        f"indicator_code = '1P1' and program_year = '2023-24' and cip_code is null and {where} "
        f"and subgroup_dimension = '{dimension}'",
    )  # fmt: skip


def test_a_completer_of_whom_the_year_holds_no_record_of_a_student_stays_in_every_subgroup_as_not_reported(college):
    complete(college)
    rows_of(college, "mart.indicator", "1")
    college.execute("delete from mart.student_year where program_year = '2022-23'")
    build(college, _model("mart.indicator"))
    found = college.execute(
        "select subgroup_code, denominator_count from mart.indicator where subgroup_dimension = 'disability*sex' "
        "and indicator_code = '1P1' and institution_id is null"
    ).fetchall()
    assert found == [("not_reported*not_reported", 1)]


def test_a_flag_that_one_of_two_colleges_reports_is_the_persons_at_the_grantee_and_not_at_the_other_college(college):
    for table in ("institution", "program", "course"):
        add(college, table, institution_id="B")
    add(college, "student", institution_id="B", homelessness_status="yes", sex="unknown")
    complete(college)
    assert _subgroup(college, "homelessness") == [("yes", 1)]
    assert _subgroup(college, "homelessness", "institution_id = 'A'") == [("not_reported", 1)]
    assert _subgroup(college, "sex") == [("female", 1)], "a value weighs more than none"


def test_a_program_without_cluster_or_level_is_unknown_there_and_nobody_is_lost(college):
    college.execute("update core.program set career_cluster_code = null, award_level_code = '03'")
    complete(college)
    assert _subgroup(college, "career_cluster") == [("unknown", 1)]
    assert _subgroup(college, "award_level*sex") == [("03*female", 1)]
    assert _subgroup(college, "eligible_recipient") == [("R1", 1)]
    assert _subgroup(college, "eligible_recipient", "institution_id = 'A'") == []


@pytest.mark.parametrize(("kind", "persons"), [("ssn", (1, 0)), ("local", (2, 2))])
def test_a_student_of_two_colleges_is_one_person_unless_the_number_is_a_colleges_own(college, kind, persons):
    for table in ("institution", "program", "course", "student"):
        add(college, table, institution_id="B")
    earn(college, 12, institution_id="B")
    college.execute("update core.student set student_id_kind = ?", [kind])
    counts = rows_of(
        college, "mart.student_count", "count_code, institution_id, student_count, unlinkable_count",
        "program_year = '2022-23' and count_code <> 'completer' and cip_code is null and "
        "subgroup_dimension = 'race_ethnicity*sex' and subgroup_code = 'white*female'",
    )  # fmt: skip
    local = 1 if kind == "local" else 0
    for code in ("concentrator", "participant"):
        assert {row[1]: row[2:] for row in counts if row[0] == code} == {
            None: persons,
            "A": (1, local),
            "B": (1, local),
        }


def test_who_completes_where_no_college_sent_exits_cannot_be_told_and_is_no_zero(college):
    counts = dict(rows_of(college, "mart.student_count", "count_code, student_count", "program_year = '2022-23' and "
                          "institution_id is null and subgroup_dimension = 'all' and cip_code is null"))  # fmt: skip
    assert counts == {"participant": 1, "concentrator": 1, "completer": None}


@pytest.mark.parametrize(
    ("quarters", "months", "last_day", "last_award"),
    [(2, 12, date(2023, 12, 31), date(2024, 6, 30)), (1, 6, date(2023, 9, 30), date(2023, 12, 30)),
     (4, 24, date(2024, 6, 30), date(2025, 6, 30))],
)  # fmt: skip
def test_an_indicator_is_pending_until_the_quarter_that_the_definition_names_is_over(
    college, quarters, months, last_day, last_award
):
    define(college, follow_up_quarters=quarters, credential_window_months=months)
    ends = rows_of(college, "mart.indicator_scope", "outcome_window_end",
                   "program_year = '2023-24' and indicator_code in ('1P1', '2P1')")  # fmt: skip
    assert ends == sorted([last_day, last_award])


def test_a_margin_that_is_none_names_the_file_and_the_three_words():
    text = "-- Says.\n-- grain: a\n-- column a: Key.\n-- margin sex: sums\nselect 1 as a"
    with duckdb.connect() as parser, pytest.raises(ModelError, match=r"sql/mart/one.sql.*margin sex.*cover"):
        read_model(parser, "mart", "one", text, "sql/mart/one.sql")
