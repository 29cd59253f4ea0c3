"""When a figure is another one than last time, is it told which change did how much of it, and does it add up?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from replayed_home import GRANTEE, YEAR, Replayed, replayed

from pipelines.configuration import ConfigurationError
from pipelines.replay.figure import Figure, figure_of
from pipelines.replay.published import published, suppression
from pipelines.replay.why import Asked, Step, Why, change_of
from pipelines.replay.words import tell_why, why_json
from pipelines.warehouse import open_in_memory

__all__ = ["replayed"]


def _why(replayed: Replayed, figure: str, *options: str) -> dict[str, Any]:
    done = replayed.cte("why", GRANTEE, YEAR, figure, "--format", "json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def _counts(told: dict[str, Any]) -> list[int]:
    return [told["numerator_count"], told["denominator_count"], told["unknown_count"]]


@pytest.mark.slow
def test_data_layout_rule_and_definition_each_answer_for_what_they_did(replayed: Replayed):
    told = _why(replayed, "1P1", "--from", replayed.runs["first"])
    parts = {tuple(step["parts"]): step for step in told["steps"]}
    assert list(parts) == [("data",), ("layouts",), ("rules",), ("definitions",)]
    # The nights themselves are the second opinion: each counted under what was in force then.
    assert _counts(told["before"]) == replayed.counted["first"]
    assert _counts(parts["layouts",]["after"]) == replayed.counted["data_and_layout"]
    assert _counts(told["after"]) == replayed.counted["rule_and_definition"]
    for number in ("numerator_count", "denominator_count", "unknown_count"):
        assert sum(step["change"][number] for step in told["steps"]) == told["whole"][number]
    assert parts["data",]["change"]["numerator_count"] < 0, "the placements in employment were taken back"
    assert parts["layouts",]["change"]["numerator_count"] < 0, "a code no longer means a placement"
    assert parts["layouts",]["change"]["denominator_count"] == 0
    assert parts["rules",]["change"] == {"numerator_count": 0, "denominator_count": 0, "unknown_count": 0}
    assert parts["definitions",]["change"]["denominator_count"] < 0, "more credits make fewer concentrators"


@pytest.mark.slow
def test_a_rule_made_critical_answers_for_the_gate_that_it_closed(replayed: Replayed):
    told = _why(replayed, "gates")
    parts = {tuple(step["parts"]): step["change"]["closed_gate_count"] for step in told["steps"]}
    assert parts["rules",] == 1
    assert sum(parts.values()) == told["whole"]["closed_gate_count"] == 1


def test_a_figure_is_asked_for_by_name_and_a_misspelled_one_is_told():
    assert figure_of("1P1") == Figure("indicator", "1P1")
    assert figure_of("2P1:sex=female") == Figure("indicator", "2P1", "sex", "female")
    assert figure_of("concentrator:race_ethnicity=asian").kind == "count"
    assert figure_of("rule:student_sex_constant") == Figure("rule", "student_sex_constant")
    for wrong in ("4P1", "1P1:sex", "rule:", "gates:sex=female", "", "1P1:sex=a=b"):
        with pytest.raises(ConfigurationError, match="no such figure"):
            figure_of(wrong)


def test_a_number_on_one_side_only_has_no_difference_and_no_nought():
    before = {"numerator_count": None, "denominator_count": 4, "status": "not_computable"}
    after = {"numerator_count": 3, "denominator_count": 6, "status": "computed"}
    assert change_of(before, after) == {"numerator_count": None, "denominator_count": 2}
    assert change_of({"status": "not there"}, after) == {"numerator_count": None, "denominator_count": None}


def test_what_is_told_says_that_it_is_restricted_and_what_stayed():
    before, after = {"student_count": 7, "status": "counted"}, {"student_count": 5, "status": "counted"}
    asked = Asked(GRANTEE, YEAR, "participant")
    told = Why(asked, ("A", "B"), before, after, (Step(("data",), before, after),), ("rules",))
    text = "\n".join(tell_why(told, is_sample=True))
    assert "RESTRICTED" in text
    assert "FICTIONAL" in text
    assert "data: student_count -2" in text
    assert "the same in both runs: rules" in text
    assert json.loads(why_json(told, is_sample=True))["whole"] == {"student_count": -2}


def test_a_number_that_suppression_hid_is_told_apart_from_one_that_moved():
    assert suppression({}, {}) == ["nothing was published of it"]
    assert suppression({"student_count": "22"}, {"student_count": "23"}) == ["the same numbers are shown and hidden"]
    assert suppression({"student_count": "22"}, {"student_count": "withheld"}) == ["student_count: 22 -> withheld"]
    assert suppression({}, {"student_count": "22"}) == ["student_count: not published -> 22"]


def test_what_was_published_is_that_of_the_newest_release_of_then():
    asked, place = figure_of("1P1:sex=female"), (GRANTEE, YEAR, None)
    with open_in_memory() as connection:
        for number, (run_id, status, is_shown) in enumerate(
            [("R1", "released", True), ("R2", "refused", True), ("R3", "released", False)], 1
        ):
            connection.execute(
                "insert into quality.release (release_id, number, grantee_id, program_year, run_id, status) "
                "values (?, ?, ?, ?, ?, ?)",
                [f"t{number}", number, GRANTEE, YEAR, run_id, status],
            )
            connection.execute(
                "insert into quality.release_cell (release_id, grantee_id, program_year, count_code, "
                "subgroup_dimension, subgroup_code, count, role, is_shown, code) "
                "values (?, ?, ?, 'numerator_1P1', 'sex', 'female', ?, 'written', ?, if(?, null, 'withheld'))",
                [f"t{number}", GRANTEE, YEAR, 10 + number, is_shown, is_shown],
            )
        assert published(connection, asked, place, "R0") == {}
        assert published(connection, asked, place, "R2") == {"numerator_count": "11"}
        assert published(connection, asked, place, "R3") == {"numerator_count": "withheld"}
        assert published(connection, figure_of("gates"), place, "R3") == {}
