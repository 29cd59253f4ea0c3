"""A recipient's needs rest on what records hold: what they cannot tell is said, and never counted as nothing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, warehouse

from pipelines.configuration import ConfigurationError
from pipelines.local_needs import Threshold, local_needs_of
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.needs.alignment import told
from pipelines.scorecard.needs.size import verdict
from pipelines.scorecard.share import UNKNOWN, Share

BLOCK = {"measure": "concentrators", "at_least": "10", "source": "State plan, page 41", "as_of": date(2024, 7, 1)}


def test_without_a_program_the_section_says_that_nothing_can_be_told_and_raises_nothing():
    for is_filled in (True, False):
        card = build_scorecard(warehouse(is_filled=is_filled), GRANTEE, YEAR, RUN, WORDS)
        section = next(s for s in card.sections if s.id == "needs")
        assert any("can tell nothing" in sentence for sentence in section.says)
        assert [t.id for t in section.tables] == ["needs_thresholds", "needs_cannot"]
        assert all(t.population and t.source and t.as_of for t in section.tables)


def test_a_threshold_is_met_or_missed_in_exact_numbers_and_untold_while_unknown_outcomes_could_reach_it():
    asked = Threshold("credential_percent", Fraction("61.53"), "plan", date(2024, 7, 1))
    program = {"credential_numerator_count": 6153, "credential_denominator_count": 10000, "credential_unknown_count": 0}
    assert verdict(program, asked) == "met"
    assert verdict(program | {"credential_numerator_count": 6152}, asked) == "below"
    assert verdict(program | {"credential_numerator_count": 6152, "credential_unknown_count": 1}, asked) == "untold"
    assert verdict(dict.fromkeys(program), asked) == "untold"


@pytest.mark.parametrize(("measure", "column"), [("concentrators", "concentrator_count"),
                                                 ("participants", "participant_count"),
                                                 ("work_based_learning", "work_based_learning_count")])  # fmt: skip
def test_a_program_of_which_nothing_came_is_neither_large_nor_small(measure, column):
    asked = Threshold(measure, Fraction(10), "plan", date(2024, 7, 1))
    assert [verdict({column: n}, asked) for n in (None, 9, 10)] == ["untold", "below", "met"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"measure": "sections"}, "write one of participants"),
        ({"at_least": 10}, "in quotes"),
        ({"at_least": "-1"}, "in quotes"),
        ({"at_least": "1e-99999999"}, "in quotes"),
        ({"measure": ["participants"]}, "write one of participants"),
        ({"as_of": "2024-07-01"}, "without quotes"),
        ({"source": " "}, "name the document"),
        ({"more": 1}, "the keys are measure"),
    ],
)
def test_a_threshold_that_cannot_be_read_names_its_file_its_block_and_the_fix(change, complaint):
    with pytest.raises(ConfigurationError, match=rf"grantee.toml: \[\[local_needs.threshold\]\] 1: .*{complaint}"):
        local_needs_of({"threshold": [BLOCK | change]}, Path("grantee.toml"))


def test_a_measure_has_one_threshold_and_no_bundled_grantee_has_one_that_nobody_gave():
    assert local_needs_of({"threshold": [BLOCK]}, Path("grantee.toml"))[0].at_least == 10
    with pytest.raises(ConfigurationError, match="concentrators: declared twice"):
        local_needs_of({"threshold": [BLOCK, BLOCK]}, Path("grantee.toml"))


@pytest.mark.parametrize("blocks", [5, "ten", {"measure": "concentrators"}, ["ten"]])
def test_thresholds_that_are_no_blocks_are_refused_with_the_fix(blocks):
    with pytest.raises(ConfigurationError, match="below a line"):
        local_needs_of({"threshold": blocks}, Path("grantee.toml"))


def test_nobody_is_said_to_be_in_no_such_program_where_nothing_is_told_of_occupations():
    row = {"concentrator_count": 63, "high_skill_count": 0, "high_skill_untold_count": 63}
    assert told(row, "high_skill") == (UNKNOWN, 63)
    assert told(row | {"high_skill_count": 4, "high_skill_untold_count": 9}, "high_skill") == (Share(4, 63), 9)
    assert told(dict.fromkeys(row, 0), "high_skill") == (UNKNOWN, 0)
