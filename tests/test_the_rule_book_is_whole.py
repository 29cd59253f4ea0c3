"""Does the rule book say all of each rule that stewards, colleges and reviewers argue about?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from expectations.catalogue import all_rules
from expectations.facts import LAYERS, is_derived, shown_rows
from expectations.rule import Rule, layer_of
from expectations.structural import structural_rules

BY_HAND = [rule for rule in all_rules() if not is_derived(rule)]


def test_the_book_has_the_rules_that_the_agencies_were_promised() -> None:
    assert len(all_rules()) >= 150
    assert len(BY_HAND) + len(structural_rules()) == len(all_rules())


@pytest.mark.parametrize("layer", list(LAYERS))
def test_no_chapter_of_the_book_is_empty_or_a_kind_of_fault_goes_unseen(layer: str) -> None:
    assert [rule.id for rule in BY_HAND if layer_of(rule) == layer]


def test_every_layer_that_a_rule_may_name_is_a_chapter_or_its_rules_are_missing_from_the_page() -> None:
    assert {layer_of(rule) for rule in all_rules()} <= set(LAYERS)


def test_no_two_rules_share_an_id_or_a_finding_could_be_about_either() -> None:
    assert [one for one, count in Counter(rule.id for rule in all_rules()).items() if count > 1] == []


def _failing(holds: Callable[[Rule], bool], rules: Iterable[Rule] = BY_HAND) -> list[str]:
    return [rule.id for rule in rules if not holds(rule)]


def test_a_rule_with_a_population_says_in_words_whom_it_speaks_of() -> None:
    assert _failing(lambda rule: rule.population is None or rule.population_words not in ("", "all rows")) == []


def test_a_threshold_rests_on_a_source_or_says_that_it_is_ours_because_nobodys_share_can_be_argued_about() -> None:
    def is_grounded(rule: Rule) -> bool:
        evidence = rule.threshold.evidence
        return evidence.startswith("house default") or len(evidence.split()) >= 4

    assert _failing(is_grounded, all_rules()) == []


def test_meaning_and_repair_are_two_answers_in_sentences_for_two_readers() -> None:
    def is_sentence(text: str) -> bool:
        return text.endswith(".") and len(text.split()) >= 5

    assert _failing(lambda rule: rule.why != rule.fix and is_sentence(rule.why) and is_sentence(rule.fix)) == []


def test_a_rule_can_be_cited_by_version_years_and_days() -> None:
    def is_dated(rule: Rule) -> bool:
        days = [dt.date.fromisoformat(day).isoformat() for day, _ in rule.severity_changes]
        years = [year for year in (rule.effective_from, rule.effective_to) if year]
        return rule.version >= 1 and years == sorted(years) and days == sorted(set(days))

    assert _failing(is_dated) == []


def test_the_rows_shown_tell_a_reader_what_passes_from_what_fails() -> None:
    def tells(rule: Rule) -> bool:
        shown = shown_rows(rule)
        return bool(shown.columns) and {word for word, _ in shown.rows} == {"passes", "fails"}

    assert _failing(tells) == []


def test_a_row_is_shown_by_the_columns_that_differ_and_no_more() -> None:
    rule = next(rule for rule in BY_HAND if rule.id == "student_age_plausible")
    shown = shown_rows(rule)
    assert shown.columns == ("birth_date",)
    assert shown.rows[0] == ("passes", ("2009-07-01",))
    assert ("fails", ("2009-07-02",)) in shown.rows
