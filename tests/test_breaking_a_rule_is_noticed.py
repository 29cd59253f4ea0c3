"""Would anybody notice if a rule were broken? Each small change to what a rule says must fail its own proof."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from expectations.catalogue import all_rules
from expectations.rule import Rule
from expectations.structural import structural_rules
from pipelines.validation.judge import Verdict, judge
from tests.rule_mutants import broken_rules
from tests.test_each_rule_proves_itself import ROLE, fill

DERIVED = {rule.id for rule in structural_rules()}
WRITTEN = [rule for rule in all_rules() if rule.id not in DERIVED]
Seen = tuple[list[int] | None, int | None]


def equivalents() -> dict[str, set[str]]:
    """Return by rule the changes that change nothing, each with its reason in ``equivalent_mutants.csv``."""
    with Path(__file__).with_name("equivalent_mutants.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(row["reason"] for row in rows), "each change that changes nothing needs its reason"
    return {one["rule_id"]: {row["change"] for row in rows if row["rule_id"] == one["rule_id"]} for one in rows}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("rule", WRITTEN, ids=lambda rule: rule.id)
def test_no_change_to_a_rule_passes_its_proof(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    broken = list(broken_rules(connection, rule))
    sound, *seen = seen_by(connection, rule, [rule, *(mutant for _, mutant in broken)])
    assert sound[0] == list(range(len(rule.passes), len(rule.passes) + len(rule.fails)))
    unnoticed = {words for (words, _), one in zip(broken, seen, strict=True) if not is_noticed(words, sound, one)}
    assert sorted(unnoticed) == sorted(equivalents().get(rule.id, ())), "give the proof a row that tells each of them"


def is_noticed(words: str, sound: Seen, broken: Seen) -> bool:
    """Return whether the proof tells the broken rule from the sound one by the rows that it flags.

    Of a population that was widened it is enough that a row of the proof lies outside: where the condition says nothing
    about such rows, as on a null, only the denominator moves.
    """
    is_widened = words.startswith("population: ") and ("everybody" in words or "without" in words)
    return sound[0] != broken[0] or (is_widened and sound[1] != broken[1])


def seen_by(connection: duckdb.DuckDBPyConnection, rule: Rule, rules: list[Rule]) -> list[Seen]:
    """Return which rows of the rule's proof each of ``rules`` flags, and of how many; None where it breaks.

    Great Expectations takes 10 ms a rule. What has another condition alone is asked by putting that into the predicate.
    """
    rows = [{**row, ROLE: n} for n, row in enumerate((*rule.passes, *rule.fails))]
    own = [{**row, ROLE: -1} for row in rule.context.get(rule.table, ())]
    tables = {**rule.context, rule.table: (*rows, *own)}
    for table, content in tables.items():
        fill(connection, table, content)
    [sound] = judge(connection, rule.table, [rule])
    swapped = [one if condition_of(one) == condition_of(rule) else None for one in rules]
    judged = iter(judge(connection, rule.table, [one for one in swapped if one is not None]))
    verdicts = [
        next(judged) if same is not None else _with_condition(sound, condition_of(rule), condition_of(one))
        for same, one in zip(swapped, rules, strict=True)
    ]
    seen = [_seen(connection, rule.table, verdict) for verdict in verdicts]
    for table in tables:
        connection.execute(f"drop table {table}")
    return seen


def condition_of(rule: Rule) -> str:
    return str(getattr(rule.expectation, "condition", ""))


def _with_condition(sound: Verdict, condition: str, broken: str) -> Verdict:
    assert sound.predicate is not None
    assert sound.predicate.count(f"({condition})") == 1, f"{condition} is not said once in {sound.predicate}"
    return replace(sound, predicate=sound.predicate.replace(f"({condition})", f"({broken})"))


def _seen(connection: duckdb.DuckDBPyConnection, table: str, verdict: Verdict) -> Seen:
    if verdict.error is not None:
        return None, None
    try:
        rows = connection.execute(f"select {ROLE} from {table} where {verdict.predicate} order by 1").fetchall()
    except duckdb.Error:
        return None, None
    return [number for (number,) in rows], verdict.population_count


def test_no_rule_is_said_to_survive_a_change_that_is_no_longer_made() -> None:
    assert equivalents().keys() <= {rule.id for rule in WRITTEN}
