"""Is each item of the plan tied to what it answers, and is what it has gained measured and never claimed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_example import PLAN, card, gain, item, rows, says, section
from scorecard_example import GRANTEE, WORDS, YEAR, insert, warehouse

from expectations.catalogue import RETIRED
from pipelines.configuration import ConfigurationError
from pipelines.scorecard.people.plan_file import Plan, plan_of
from pipelines.scorecard.people.progress import amount_words, progress
from pipelines.scorecard.people.said import hold_said
from pipelines.scorecard.people.shown_plan import dollars
from pipelines.scorecard.rubric import RUBRIC, rubric
from pipelines.scorecard.share import Share

RULE = "student_sex_readable"
GAP = "gap:1P1:sex=female"
SHARES = st.fractions(0, 1, max_denominator=1000)


def plan_in(tmp_path: Path, text: str) -> Plan | None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return plan_of(path, rubric(RUBRIC), WORDS)


def with_gaps(*gaps: tuple[str, float, float | None]) -> Any:
    """Return the invented warehouse with gaps of women in 1P1: program year, gap, and q, none where untested."""
    connection = warehouse()
    connection.execute("drop table if exists mart.gap")
    connection.execute(
        """
        create table mart.gap (grantee_id text, program_year text, indicator_code text, institution_id text,
            cip_code text, subgroup_dimension text, subgroup_code text, status text, numerator_count bigint,
            denominator_count bigint, gap double, gap_low double, gap_high double, q_value double,
            readiness_verdict text, survives_worst_case boolean, students_needed bigint)
        """
    )
    for year, gap, q in gaps:
        insert(connection, "mart.gap", grantee_id=GRANTEE, program_year=year, indicator_code="1P1",
               subgroup_dimension="sex", subgroup_code="female", status="computed", numerator_count=40,
               denominator_count=80, gap=gap, gap_low=gap - 0.02, gap_high=gap + 0.02, q_value=q,
               survives_worst_case=False)  # fmt: skip
    return connection


def evidence_of_use(connection: Any, inbox: Path) -> dict[str, Any]:
    return {one.label: one for one in card(inbox, connection=connection).elements[5].evidence}


def test_without_a_plan_the_page_says_so_and_invents_no_item(tmp_path: Path) -> None:
    made = section(card(tmp_path), "plan")

    assert "No action plan has been entered" in made.says[0]
    assert made.tables == ()


def test_a_plan_is_not_shown_on_the_scorecard_of_a_year_before_the_one_that_it_answers(tmp_path: Path) -> None:
    inbox = says(tmp_path, plan=PLAN.replace("2022-23", "2024-25") + item("later"))
    assert section(card(inbox), "plan").tables == ()


def test_each_item_shows_the_rule_that_it_answers_as_it_stands_and_a_waiver_is_no_pass(tmp_path: Path) -> None:
    items = item("codes", answers=[RULE, "student_key_unique", "course_key_unique"]) + item("talks", element=5)
    found = rows(card(says(tmp_path, plan=PLAN + items)), "plan_answers")

    assert [(row["item"], row["answers"]) for row in found] == [
        ("codes", RULE), ("codes", "student_key_unique"), ("codes", "course_key_unique"), ("talks", "nothing"),
    ]  # fmt: skip
    assert (found[0]["meaning"], found[0]["now"], found[0]["words"]) == ("Sex could be read", Share(33, 900), "fails")
    assert found[1]["words"] == "fails; waived, which is no pass"
    assert found[2]["words"] == "passes"


def test_a_criterion_a_gap_and_a_finding_are_answered_too(tmp_path: Path) -> None:
    answers = ["criterion:lines_read", GAP, f"finding:{RULE}-3", "finding:never"]
    found = rows(
        card(says(tmp_path, plan=PLAN + item("all", answers=answers)), connection=with_gaps((YEAR, -0.1, 0.01))),
        "plan_answers",
    )

    assert found[0]["words"] in ("met", "not met")
    assert isinstance(found[0]["now"], Share)
    assert (found[1]["meaning"], found[1]["now"]) == ("1P1: Female", Share(40, 80))
    assert found[1]["words"] == "below everybody by more than chance"
    assert (found[2]["meaning"], found[2]["words"]) == ("Sex could be read", "open")
    assert found[3]["words"] == "cannot tell"


def test_a_gain_is_measured_by_the_scorecards_own_measures(tmp_path: Path) -> None:
    items = item("lines", status="started", status_on="2024-01-02")
    items += (
        gain("criterion:lines_read", "1/2", "1")
        + gain("level:1", 1, 4)
        + gain("readiness:sex", "with_caution", "measurable")
    )
    made = card(says(tmp_path, plan=PLAN + items))
    found = rows(made, "plan_gains")
    criterion = next(c for c in made.elements[0].criteria if c.id == "lines_read")

    assert found[0]["now"] == criterion.measured
    assert "points" in str(found[0]["so_far"])
    assert made.elements[0].suggestion is not None
    assert found[1]["now_count"] == (made.elements[0].suggestion.level or "cannot tell")
    assert (found[0]["start"], found[0]["goal"], found[1]["goal"]) == ("50.0%", "100.0%", "4")
    assert found[2]["so_far"] == "cannot tell"


def test_costs_are_summed_exactly_against_the_grant_without_dropped_items(tmp_path: Path) -> None:
    items = item("a", cost="0.10") + item("b", cost="0.20", status="done", status_on="2024-01-02")
    items += item("c", cost="69999.80", status="dropped", status_on="2024-01-02")
    made = card(says(tmp_path, plan=PLAN + items))
    costs = {row["status"]: row["cost"] for row in rows(made, "plan_costs")}

    assert costs["not dropped, together"] == Decimal("0.30")
    assert costs["left of the grant"] == Decimal("69999.70")
    assert costs["dropped"] == Decimal("69999.80")
    assert "$0.30 of the grant of $70,000" in section(made, "plan").says[1]


def test_a_plan_that_costs_more_than_the_grant_is_told_so(tmp_path: Path) -> None:
    made = card(says(tmp_path, plan=PLAN + item("a", cost="70000.50")))
    assert "$0.50 more than the grant" in section(made, "plan").says[1]


def test_quarters_end_where_the_plans_own_quarters_end(tmp_path: Path) -> None:
    found = plan_in(tmp_path, PLAN)
    assert found is not None
    assert [found.quarter_ends(n) for n in (1, 2, 8)] == [date(2023, 9, 30), date(2023, 12, 31), date(2025, 6, 30)]
    assert replace(found, begins_on=date(2023, 11, 1)).quarter_ends(2) == date(2024, 4, 30)


def test_a_gap_is_closed_only_where_it_was_beyond_chance_when_the_plan_was_made(tmp_path: Path) -> None:
    """A gap that was never found, or that nobody can test any more, was not closed by anybody."""
    inbox, label = says(tmp_path, plan=PLAN + item("gap", element=6, answers=[GAP])), "closed: tested"

    def closed(*gaps: tuple[str, float, float | None]) -> tuple[int | None, int | None]:
        found = evidence_of_use(with_gaps(*gaps), inbox)
        one = next(value for name, value in found.items() if label in name)
        return one.numerator, one.denominator

    assert closed(("2022-23", -0.1, 0.01), (YEAR, 0.0, 0.9)) == (1, 1)
    assert closed(("2022-23", -0.1, 0.01), (YEAR, -0.1, 0.01)) == (0, 1)
    assert closed(("2022-23", -0.1, 0.01), (YEAR, -0.1, None)) == (0, 1)
    assert closed(("2022-23", 0.0, 0.9), (YEAR, 0.0, 0.9)) == (0, 0)


def test_gaps_that_no_item_answers_are_counted_and_dropped_items_answer_nothing(tmp_path: Path) -> None:
    for status, expected in (("planned", 1), ("dropped", 0)):
        more = {"status_on": "2024-01-02"} if status == "dropped" else {}
        inbox = says(tmp_path, plan=PLAN + item("gap", element=6, answers=[GAP], status=status, **more))
        found = evidence_of_use(with_gaps((YEAR, -0.1, 0.01)), inbox)
        one = found["Gaps beyond chance that an item of the action plan answers"]
        assert (one.numerator, one.denominator) == (expected, 1)


def test_without_gaps_or_plan_the_evidence_cannot_be_told_and_is_not_zero(tmp_path: Path) -> None:
    connection = warehouse()
    connection.execute("drop table if exists mart.gap")
    found = evidence_of_use(connection, tmp_path)

    assert found["Gaps in performance computed"].numerator is None
    assert found["Gaps tied to items of the action plan"].numerator is None


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        (PLAN + item("a", answers=["student_sex_legible"]), "student_sex_legible': there is none such; write the id"),
        (PLAN + item("a", answers=["criterion:lines_felt"]), "there is none such"),
        (PLAN + item("a", answers=["gap:1P1"]), "gap:1P1:<dimension>=<code>"),
        (PLAN + item("a", answers=["hunch:x"]), "there is none such"),
        (PLAN + item("a", answers="all"), "answers: write a list"),
        (PLAN + item("a") + item("a"), "id = 'a' stands twice"),
        (PLAN + item("a", element=7), "element = 7: there is none such"),
        (PLAN + item("a", quarter=9), "quarter = 9: there is none such"),
        (PLAN + item("a", quarter=True), "quarter: write a whole number"),
        (PLAN + item("a", cost=1000), "cost: write dollars in quotes"),
        (PLAN + item("a", cost="1000.005"), "cost: write dollars in quotes"),
        (PLAN + item("a", cost="-1"), "cost: write dollars in quotes"),
        (PLAN + item("a", cost="NaN"), "cost: write dollars in quotes"),
        (PLAN + item("a", cost="much"), "cost: write dollars in quotes"),
        (PLAN + item("a", status="soon"), "one of planned, started, done, dropped"),
        (PLAN + item("a", status="done"), "status_on: missing; say since which day it is done"),
        (PLAN + item("a", owner=""), "owner: say it in words"),
        (PLAN + item("a", due="soon"), "due: no such key"),
        (PLAN + item("a", expected="more"), r"write \[\[item.expected\]\]"),
        (PLAN + item("a") + gain("criterion:hope", "0", "1"), "measure 'criterion:hope': there is none such"),
        (PLAN + item("a") + gain("coverage:sex", "0.5", "1.5"), "to: write a share from 0 to 1"),
        (PLAN + item("a") + gain("coverage:sex", 1, "1"), "from: write a share from 0 to 1"),
        (PLAN + item("a") + gain("coverage:sex", "1/0", "1"), "from: write a share from 0 to 1"),
        (PLAN + item("a") + gain("level:1", 2, 5), "to: write a level of the rubric"),
        (PLAN + item("a") + gain("level:2", 2, 3), "measure 'level:2': there is none such"),
        (PLAN + item("a") + gain("cells:sex", "some", 3), "from: write a number of cells"),
        (PLAN + item("a") + gain("readiness:sex", "bad", "measurable"), "from: write a verdict"),
        (PLAN + item("a") + "[[item.expected]]\nmeasure = 'coverage:sex'\nfrom = '0'\n", "to: missing"),
        (PLAN.replace("2023-07-01", "2023-07-02"), "begins_on: write the first day of a month"),
        (PLAN.replace('"2022-23"', '"2022-24"'), "program_year: write a program year"),
        (PLAN.replace('grant_total = "70000"\n', ""), "grant_total: missing"),
        (item("a"), r"\[plan\]: program_year, .*missing"),
        (PLAN.replace("[plan]", "[[plan]]"), r"\[plan\]: program_year, .*missing"),
        (PLAN + "[[action]]\ntitle = 'x'\n", "action: no such block"),
        (PLAN + item("a", note="pupil 000-12-3456"), "nine digits"),
    ],
)  # fmt: skip
def test_a_slip_in_a_plan_is_refused_with_file_block_and_fix(tmp_path: Path, text: str, fix: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"(?s)plan\.toml.*{fix}"):
        plan_in(tmp_path, text)


def test_a_rule_that_was_withdrawn_since_stops_no_night(tmp_path: Path) -> None:
    found = plan_in(tmp_path, PLAN + item("a", answers=sorted(RETIRED)))
    assert found is not None
    made = rows(card(says(tmp_path, plan=PLAN + item("a", answers=sorted(RETIRED)))), "plan_answers")
    assert {row["words"] for row in made} == {"not judged in this program year"}


def test_a_plan_made_by_another_rubric_is_shown_and_said_to_be_of_that_one(tmp_path: Path) -> None:
    text = (
        PLAN.replace("benchmark-tool", "older-tool")
        + item("a", element=9, answers=["criterion:old"])
        + gain("level:9", 1, 2)
    )
    made = card(says(tmp_path, plan=text))

    assert "another rubric, older-tool" in section(made, "plan").says[-1]
    assert rows(made, "plan_answers")[0]["words"] == "cannot tell"
    assert rows(made, "plan_gains")[0]["so_far"] == "cannot tell"


def test_a_slip_is_found_before_the_nights_work_and_not_at_its_end(tmp_path: Path) -> None:
    inbox = says(tmp_path, plan=PLAN + item("a", answers=["student_sex_legible"]))
    with pytest.raises(ConfigurationError, match="student_sex_legible"):
        hold_said([GRANTEE], inbox, is_sample=True)
    hold_said([GRANTEE], inbox, is_sample=False)
    hold_said([GRANTEE], tmp_path / "none", is_sample=True)


@given(SHARES, SHARES, SHARES)
def test_progress_never_claims_a_goal_that_was_not_reached(start: Fraction, goal: Fraction, now: Fraction) -> None:
    words = progress(start, goal, Share(now.numerator, now.denominator))
    is_reached = now >= goal if goal >= start else now <= goal

    assert (words == "reached") == is_reached
    assert ("fallen back" in words) == (not is_reached and (now < start if goal > start else now > start))
    assert ("not moved" in words) == (not is_reached and now == start)


def test_progress_of_what_cannot_be_told_is_no_standstill() -> None:
    half, one = Fraction(1, 2), Fraction(1)

    assert (
        progress(half, one, None)
        == progress(half, one, Share(0, 0))
        == progress(half, one, "measurable")
        == "cannot tell"
    )
    assert progress("not_measurable", "measurable", "with_caution") == "1 of 2"
    assert progress("with_caution", "measurable", "not_measurable") == "fallen back by 1"
    assert progress(10, 51, 16) == "6 of 41"
    assert progress(5, 2, 3) == "2 of 3"
    assert progress(half, one, Share(5001, 10000)) == "< 0.1 of 50.0 points"
    assert (amount_words("with_caution"), amount_words(3), amount_words(half)) == ("with caution", "3", "50.0%")
    assert (dollars(Decimal("1234567")), dollars(Decimal("0.5"))) == ("$1,234,567", "$0.50")


def test_every_table_of_the_plan_says_whose_numbers_it_holds_whence_and_of_when(tmp_path: Path) -> None:
    made = card(says(tmp_path, plan=PLAN + item("a", answers=[RULE]) + gain("coverage:sex", "0", "1")))
    for one in section(made, "plan").tables:
        assert all((one.population, one.source, one.as_of)), one.id
        assert all(len(row) == len(one.columns) for row in one.rows)
