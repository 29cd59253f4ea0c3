"""Can an equity dimension be measured here? Whoever shows a gap that cannot be measured misleads about people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from readiness_example import OLD, YOUNG, Students, measured, one, rows_of, said_of

YES, NO = {"disability": "yes"}, {"disability": "no"}
UNKNOWN, BLANK, DECLINED = {"disability": "unknown"}, {"disability": "not_reported"}, {"disability": "declined"}
POOR, RACE = "economic_disadvantage", "race_ethnicity"


def test_a_dimension_of_youth_asks_nothing_of_those_who_are_older_and_cannot_ask_those_without_a_birth_date() -> None:
    no = {"foster_care": "no", "homelessness": "no"}
    groups = [
        Students(3, no, birth_date=YOUNG), Students(5, no, birth_date=OLD), Students(7, no, birth_date=None),
        Students(11, no, birth_date=date(1998, 7, 1)),  # 25 on the first day of the year
        Students(13, no, birth_date=date(1998, 7, 2)),  # 24
    ]  # fmt: skip
    row = one(groups, "foster_care")
    assert (row["population_count"], row["not_reached_count"], row["reach_unknown_count"]) == (3 + 13, 5 + 11, 7)
    assert row["no_count"] == row["informative_count"] == 16
    assert one(groups, "homelessness")["population_count"] == row["student_count"] == 39


@pytest.mark.parametrize("dimension", ["foster_care", "active_duty_parent"])
def test_an_older_student_who_says_yes_is_no_youth_either(dimension: str) -> None:
    row = one([Students(40, {dimension: "yes"}, birth_date=OLD)], dimension)
    assert (row["population_count"], row["yes_count"], row["verdict"], row["is_collected"]) == (0, 0, None, None)


def test_to_decline_is_neutral_and_lowers_neither_share() -> None:
    known = [Students(30, YES), Students(50, NO), Students(20, UNKNOWN)]
    found = said_of({"known": known, "declined": [*known, Students(100, DECLINED)]})
    plain, declined = found["known"], found["declined"]
    for rate in ("informative_rate", "unknown_rate", "verdict"):
        assert plain[rate] == declined[rate], rate
    assert (declined["informative_rate"], declined["unknown_rate"]) == (0.8, 0.2)
    assert (declined["informative_denominator_count"], declined["declined_count"]) == (100, 100)


# (filed an aid form, sent) -> where the student counts if the flag comes from such forms
FORMS = {
    ("yes", "no"): "no_count", ("no", "no"): "never_filed_count", ("not_collected", "no"): "filing_unknown_count",
    ("unknown", "no"): "filing_unknown_count", ("declined", "no"): "filing_unknown_count",
    ("no", "yes"): "yes_count", ("no", "unknown"): "unknown_count", ("no", "declined"): "declined_count",
    ("no", "not_reported"): "not_reported_count",
}  # fmt: skip


def test_a_no_of_somebody_who_filed_no_aid_form_is_missing_and_every_other_answer_stays() -> None:
    cases = {f"{filed} {said}": [Students(40, {POOR: said}, aid_form_status=filed)] for filed, said in FORMS}
    missing = ("never_filed_count", "filing_unknown_count", "unknown_count", "not_reported_count")
    from_form, asked = said_of(cases, POOR, "aid_form"), said_of(cases, POOR)
    for (filed, said), expected in FORMS.items():
        row = from_form[f"{filed} {said}"]
        assert (row[expected], row["missing_count"]) == (40, 40 * (expected in missing)), (filed, said)
        assert row["is_all_no"] is row["is_never_yes"] is (said == "no"), "what was sent as no looks filled in"
        assert asked[f"{filed} {said}"][f"{said}_count"] == 40, "asked of the student, the form has no say"


def test_flags_of_aid_forms_are_not_taken_for_a_default_of_yes_because_their_noes_do_not_count() -> None:
    row = one([Students(40, {POOR: "yes"}), Students(60, {POOR: "no"})], POOR, "aid_form")
    assert (row["informative_rate"], row["leading_code"], row["single_default_code"]) == (0.4, "yes", None)
    assert (row["verdict"], row["reasons"]) == ("not_measurable", "less than half known")


KNOWN = [Students(20, YES), Students(30, NO)]
VERDICTS = {
    "29": ([Students(9, YES), Students(20, NO)], None, "too few students"),
    "30": ([Students(10, YES), Students(20, NO)], "measurable", ""),
    "a fifth missing": ([*KNOWN, Students(30, NO), Students(20, UNKNOWN)], "measurable", ""),
    "more": ([*KNOWN, Students(29, NO), Students(21, BLANK)], "with_caution", "more than a fifth not known"),
    "half missing": ([*KNOWN, Students(50, BLANK)], "with_caution", "more than a fifth not known"),
    "over half": ([*KNOWN, Students(51, UNKNOWN)], "not_measurable", "less than half known"),
    "blank": ([Students(40, BLANK)], "not_measurable", "all blank"),
    "blank or declined": ([Students(40, BLANK), Students(9, DECLINED)], "not_measurable", "all blank"),
    "no": ([Students(40, NO)], "not_measurable", "all no"),
    "no or declined": ([Students(40, NO), Students(9, DECLINED)], "not_measurable", "all no"),
    "no or blank": ([Students(99, NO), Students(1, BLANK)], "with_caution", "never yes"),
    "yes": ([Students(99, YES), Students(1, NO)], "with_caution", "yes for all"),
    "nearly yes": ([Students(98, YES), Students(2, NO)], "measurable", ""),
    "nearly no": ([Students(1, YES), Students(99, NO)], "measurable", ""),
    "declined": ([Students(40, DECLINED)], "not_measurable", "all declined"),
    "not collected": ([Students(40)], "not_measurable", "not collected"),
}  # fmt: skip


def test_the_verdict_changes_where_the_limits_say_and_gives_its_reasons() -> None:
    found = said_of({case: groups for case, (groups, _, _) in VERDICTS.items()})
    said = {case: (row["verdict"], row["reasons"]) for case, row in found.items()}
    assert said == {case: (verdict, reasons) for case, (_, verdict, reasons) in VERDICTS.items()}
    assert [found["declined"][name] for name in ("informative_rate", "unknown_rate", "is_all_no")] == [
        None,
        None,
        False,
    ]


def test_a_source_that_nobody_declared_calls_for_caution_but_not_where_nothing_is_collected() -> None:
    with measured([Students(10, YES), Students(30, NO)], {"sex": "self_report"}) as connection:
        found = {row["equity_dimension"]: row for row in rows_of(connection, "mart.readiness", "institution_id = 'A'")}
    assert (found["disability"]["verdict"], found["disability"]["reasons"]) == ("with_caution", "source not declared")
    assert found["homelessness"]["reasons"] == "not collected"
    assert {name for name, row in found.items() if row["is_source_declared"]} == {"sex"}


def test_a_tenth_without_a_birth_date_is_borne_and_more_is_said() -> None:
    yes, no = {"foster_care": "yes"}, {"foster_care": "no"}
    known = [Students(10, yes), Students(70, no), Students(10, no, birth_date=OLD)]
    cases = {str(count): [*known, Students(count, no, birth_date=None)] for count in (10, 11)}
    found = said_of(cases, "foster_care")
    assert {case: row["reasons"] for case, row in found.items()} == {"10": "", "11": "age of many not known"}


def test_one_race_for_all_is_taken_for_a_default_from_99_percent_on() -> None:
    cases = {str(n): [Students(100 - n, {RACE: "white"}), Students(n, {RACE: "asian"})] for n in (1, 2)}
    found = said_of(cases, RACE)
    names = ("single_default_code", "reasons", "leading_share")
    assert [found["1"][name] for name in names] == ["white", "one code for all", 0.99]
    assert [found["2"][name] for name in names] == [None, "", 0.98]
    assert [found["1"][name] for name in ("yes_count", "no_count", "is_all_no", "is_never_yes")] == [None] * 4


def _crossed(completers: tuple[int, int], others: tuple[int, int]) -> list[Students]:
    """Return students by (missing, known): completers and others."""
    return [
        Students(completers[0], UNKNOWN, is_completer=True), Students(completers[1], YES, is_completer=True),
        Students(others[0], UNKNOWN), Students(others[1], YES),
    ]  # fmt: skip


# (missing, known) of completers and of others -> can it be tested, does it differ
CROSSED = {
    ((5, 45), (5, 45)): (True, False),  # 5 expected in the smallest cell
    ((4, 46), (5, 45)): (False, None),  # 4.5 expected
    ((5, 45), (15, 35)): (True, True),
    ((50, 950), (100, 900)): (True, True),  # 5 points apart
    ((51, 949), (100, 900)): (True, False),  # significant, and 4.9 points apart
    ((10, 90), (18, 82)): (True, False),  # 8 points apart, and not significant
    ((10, 90), (20, 80)): (True, True),
    ((0, 40), (0, 40)): (False, None),
}


def test_missing_more_often_on_one_side_takes_a_significant_and_a_practical_difference() -> None:
    found = said_of({str(counts): _crossed(*counts) for counts in CROSSED})
    rows = {counts: found[str(counts)] for counts in CROSSED}
    assert {counts: (row["is_testable"], row["is_differential"]) for counts, row in rows.items()} == CROSSED
    for (completers, others), row in rows.items():
        assert row["missingness_count"] == sum(completers) + sum(others)
        assert ("side of completion" in row["reasons"]) is bool(row["is_differential"])


def test_the_statistic_is_the_chi_square_of_scipy_without_continuity_correction() -> None:
    from scipy.stats import chi2, chi2_contingency

    tables = [*(counts for counts in CROSSED if counts[0][0]), ((1, 2), (3, 4)), ((300, 1), (2, 5000))]
    found = said_of({str(counts): _crossed(*counts) for counts in tables})
    for counts in tables:
        row, expected = found[str(counts)], chi2_contingency(counts, correction=False)
        assert row["missingness_test"] == "chi_square_1df"
        assert row["missingness_statistic"] == pytest.approx(expected.statistic)
        assert row["is_testable"] is bool(expected.expected_freq.min() >= 5)
        assert (row["missingness_statistic"] > 3.841459) is bool(chi2.sf(expected.statistic, 1) < 0.05)


def test_who_declined_or_was_not_asked_is_not_in_the_test() -> None:
    groups = [*_crossed((5, 45), (15, 35)), Students(70, DECLINED, is_completer=True), Students(70)]
    assert one(groups)["missingness_count"] == 100


def test_a_flag_that_was_never_yes_is_as_old_as_the_years_with_answers_since_the_last_yes() -> None:
    then = "2022-23"
    cases = {
        "two years": [Students(40, NO), Students(40, NO, program_year=then)],
        "since the yes": [Students(40, NO), Students(40, YES, program_year=then)],
        "not asked before": [Students(40, NO), Students(40, program_year=then)],
        "yes again": [Students(40, YES), Students(40, NO, program_year=then)],
    }
    ages = {case: row["never_yes_year_count"] for case, row in said_of(cases).items()}
    assert ages == {"two years": 2, "since the yes": 1, "not asked before": 1, "yes again": None}


# yes of how many now, how many before of whom a fifth said yes -> do the shares hold
SHARES = {
    (35, 100, 100): True, (36, 100, 100): False, (36, 99, 100): None, (36, 100, 95): None, (350, 1000, 100): True,
    (5, 100, 100): True, (4, 100, 100): False,
}  # fmt: skip


def test_shares_hold_up_to_15_points_between_two_years_of_100_answers() -> None:
    cases = {}
    for yes, count, before in SHARES:
        then = [Students(before // 5, YES), Students(before - before // 5, NO), Students(9, UNKNOWN)]
        now = [Students(yes, YES), Students(count - yes, NO), Students(5, UNKNOWN)]
        cases[str((yes, count, before))] = [*now, *(replace(group, program_year="2022-23") for group in then)]
    found = said_of(cases)
    assert {case: found[str(case)]["is_stable"] for case in SHARES} == SHARES
    for (yes, count, before), is_stable in SHARES.items():
        row = found[str((yes, count, before))]
        assert (row["previous_informative_count"], row["previous_yes_rate"]) == (before, 0.2)
        assert row["code_distance"] == pytest.approx(float(abs(Fraction(yes, count) - Fraction(1, 5))))
        assert ("unlike the year before" in row["reasons"]) is (is_stable is False)


def test_a_code_that_vanished_and_one_that_is_new_both_count_as_change() -> None:
    now = [Students(60, {RACE: "white"}), Students(40, {RACE: "asian"})]
    then = [Students(60, {RACE: "white"}), Students(40, {RACE: "two_or_more_races"})]
    row = one([*now, *(replace(group, program_year="2022-23") for group in then)], RACE)
    assert (row["code_distance"], row["is_stable"], row["reasons"]) == (0.4, False, "unlike the year before")


def test_without_a_year_before_nothing_is_said_about_stability() -> None:
    row = one([Students(40, YES), Students(60, NO)])
    unsaid = ("previous_informative_count", "previous_yes_rate", "code_distance", "is_stable")
    assert [row[name] for name in unsaid] == [None] * 4
