"""What may the data suggest, and what holds it back?"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, insert, verdict, warehouse

from pipelines.configuration import ConfigurationError
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.card import CriterionResult, Gate
from pipelines.scorecard.rubric import RUBRIC, rubric
from pipelines.scorecard.share import Share, at_rank, percent
from pipelines.scorecard.suggestion import level_of, suggest

ANSWERS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=8)
CLOSED = Gate("rule", "r", "A rule", "5 of 9 rows fail", "validity")


def criteria(*answers):
    return [
        CriterionResult(str(n), "t", "grantee", "p", "s", "r", answer, "", None) for n, answer in enumerate(answers)
    ]


def level(*answers, gates=(), untold=()):
    return suggest(criteria(*answers), gates, untold, rubric()).level


def element(connection, number):
    return build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS).elements[number - 1]


def test_the_six_core_elements_carry_the_exact_names_of_the_benchmark_tool():
    assert [element.name for element in rubric().elements] == [
        "Data is collected consistently and accurately",
        "Processes and protocols are in place to ensure effective data governance",
        "Data systems, policies and practices are fully aligned across agencies and learner levels",
        "Information is relevant, timely and disaggregated",
        "Practitioners and the public are equipped to understand and leverage data",
        "Information is used effectively to promote quality and equity in career pathways",
    ]
    assert rubric().levels == {1: "Undefined", 2: "Building", 3: "Promising", 4: "Established"}


def test_only_elements_1_and_4_get_a_level_because_records_say_too_little_of_the_others():
    card = build_scorecard(warehouse(), GRANTEE, YEAR, RUN, WORDS)

    assert [e.number for e in card.elements if e.suggestion] == [1, 4]
    assert [e.number for e in card.elements if not e.evidence] == [5]


@pytest.mark.parametrize(
    ("met", "expected"), [(0, 1), (1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (6, 4)]
)  # fmt: skip
def test_a_level_follows_from_how_many_criteria_are_met(met, expected):
    assert level(*[True] * met, *[False] * (6 - met)) == expected


def test_a_critical_rule_over_its_threshold_caps_at_building_however_many_criteria_are_met():
    answer = suggest(criteria(*[True] * 6), [CLOSED], (), rubric())

    assert (answer.level, answer.is_capped) == (2, True)
    assert any("1 closed gate: not above Building" in step for step in answer.derivation)


def test_a_gate_lifts_nobody_up_to_its_cap():
    assert level(*[False] * 6, gates=[CLOSED]) == 1


def test_a_waived_gate_does_not_cap():
    waived = Gate("rule", "r", "A rule", "5 of 9 rows fail", "validity", is_waived=True)

    assert level(*[True] * 6, gates=[waived]) == 4


def test_a_broken_engine_reads_as_neither_good_nor_bad_data():
    answer = suggest(criteria(*[True] * 6), [], ["rule x: disk full"], rubric())

    assert (answer.level, answer.level_name) == (None, "cannot tell")


def test_what_cannot_be_told_counts_neither_as_met_nor_as_missed():
    assert level(True, True, True, True, None, None) is None
    assert level(True, True, True, True, True, None) == 4
    assert level(False, False, False, False, False, None) is None
    assert level(*[None] * 6) is None


def test_a_cap_may_settle_what_the_criteria_leave_open():
    assert level(True, True, True, None, None, None, gates=[CLOSED]) == 2


@given(ANSWERS)
def test_more_criteria_met_never_lower_the_level(answers):
    before, after = level(*answers), level(*answers, True)
    share = Fraction(sum(a is True for a in answers), len(answers))
    if before is not None and after is not None and share < 1:
        assert after >= before


@given(ANSWERS, st.booleans())
def test_a_suggestion_stands_whichever_way_the_untold_criteria_turn_out(answers, is_gated):
    gates = [CLOSED] if is_gated else []
    suggested = level(*answers, gates=gates)
    if suggested is not None:
        for turn in (True, False):
            assert level(*[turn if a is None else a for a in answers], gates=gates) == suggested


def test_levels_are_decided_in_exact_fractions_not_floats():
    assert level_of(5, 6, rubric().suggestion) == 4


def test_one_bad_small_college_is_not_drowned_by_large_good_ones():
    shares = [Share(9999, 10000)] * 9 + [Share(1, 10)]

    assert at_rank(shares, Fraction(1, 10)) == Share(1, 10)
    assert at_rank(shares, Fraction(1, 2)) == Share(9999, 10000)


@given(st.lists(st.integers(0, 50).map(lambda n: Share(n, 50)), min_size=1, max_size=30))
def test_the_worst_decile_is_never_better_than_the_median(shares):
    worst, median = at_rank(shares, Fraction(1, 10)), at_rank(shares, Fraction(1, 2))
    assert worst.fraction <= median.fraction
    assert median in shares


@given(st.fractions(0, 1))
def test_what_is_not_all_or_nothing_is_never_shown_as_all_or_nothing(value):
    assert (percent(value) == "100.0%") == (value == 1)
    assert (percent(value) == "0.0%") == (value == 0)


def test_a_critical_failure_of_another_theme_does_not_cap_this_element():
    connection = warehouse()
    connection.execute("delete from quality.submission where status = 'refused'")
    verdict(connection, "late_share", "timeliness", "critical", 10, 9)

    assert [g.id for g in element(connection, 4).gates] == ["late_share"]
    assert "late_share" not in [g.id for g in element(connection, 1).gates]


def test_a_refused_file_closes_a_gate_with_its_message_and_a_waived_rule_stays_in_sight():
    gates = {gate.id: gate for gate in build_scorecard(warehouse(), GRANTEE, YEAR, RUN, WORDS).gates}

    assert "header lacks AWARD_DATE" in gates["Credential_2023-24.csv"].reason
    assert gates["student_key_unique"].is_waived
    assert not gates["enrollment_student_known"].is_waived


def test_a_refused_file_closes_one_gate_and_not_another_by_its_rule():
    connection = warehouse()
    verdict(connection, "file_header_matches_layout", "validity", "critical", 900, 1)
    insert(connection, "quality.quarantine", submission_id="s4", reason_code="file_header_matches_layout")
    gates = [gate.id for gate in build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS).gates]

    assert "Credential_2023-24.csv" in gates
    assert "file_header_matches_layout" not in gates


def test_a_rule_that_fails_for_single_lines_too_keeps_its_gate():
    connection = warehouse()
    for submission_id, line_number in (("s4", None), ("s1", 17)):
        insert(connection, "quality.quarantine", submission_id=submission_id, line_number=line_number,
               reason_code="line_field_count")  # fmt: skip
    gates = [gate.id for gate in build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS).gates]

    assert "line_field_count" in gates


def test_a_rule_that_could_not_be_judged_makes_its_element_untold_and_leaves_the_other_alone():
    connection = warehouse()
    verdict(connection, "broken", "validity", "warning", None, None, status="error", message="engine stopped")

    assert element(connection, 1).suggestion.level is None
    assert element(connection, 4).suggestion.level is not None


def test_a_record_with_two_findings_of_a_theme_counts_once():
    connection = warehouse(1)
    connection.execute("delete from quality.finding")
    row = {"rule_version": 1, "severity": "warning", "grantee_id": GRANTEE, "institution_id": "C01",
           "program_year": YEAR, "submission_id": "s1", "table_name": "core.student", "state": "open"}  # fmt: skip
    for rule_id in ("student_sex_readable", "program_cip_code_pattern"):
        insert(connection, "quality.finding", finding_id=rule_id, rule_id=rule_id, line_number=7, **row)

    valid = next(c for c in element(connection, 1).criteria if c.id == "records_valid")
    rows = valid.measured.denominator
    assert valid.measured == Share(rows - 1, rows)


def test_a_spoilt_rubric_is_refused_with_file_and_key(tmp_path):
    spoilt = tmp_path / "rubric.toml"
    text = RUBRIC.read_text(encoding="utf-8")
    spoilt.write_text(text.replace('at_least = "999/1000"', 'at_least = "often"'), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"rubric\.toml.*often"):
        rubric(spoilt)
