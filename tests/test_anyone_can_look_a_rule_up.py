"""Can a college that got a finding learn from the command what the rule means, and what to repair?"""

from __future__ import annotations

import csv
import io
import json

import duckdb
import pytest
from click.testing import CliRunner

from expectations.catalogue import all_rules, rule_named
from expectations.rule import layer_of
from pipelines.cli import main
from pipelines.night import WRONG_CALL
from pipelines.rule_book import listing
from pipelines.rule_book.queries import open_empty, queries_of

RULE = "student_age_plausible"


def _cte(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["rules", *arguments])
    return done.exit_code, done.output


def test_a_rule_is_explained_with_meaning_repair_threshold_proof_and_query() -> None:
    code, told = _cte(RULE)
    rule = rule_named(RULE)
    assert code == 0
    for said in (rule.title, rule.why, rule.fix, rule.population_words, str(rule.threshold), rule.threshold.evidence,
                 f"version           {rule.version}", rule.severity, layer_of(rule), "fails   birth_date 2009-07-02",
                 queries_of([rule])[RULE]):  # fmt: skip
        assert said in told


def test_a_misspelled_rule_is_told_with_the_nearest_ones_and_is_a_wrong_call() -> None:
    code, told = _cte("student_age_plausable")
    assert code == WRONG_CALL
    assert "did you mean student_age_plausible" in told


def test_a_rule_that_was_withdrawn_says_why_instead_of_that_it_never_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "RETIRED", {"student_shoe_size": ("nobody asks for it", "2026-01-31")})
    code, told = _cte("student_shoe_size")
    assert code == WRONG_CALL
    assert "retired on 2026-01-31: nobody asks for it" in told


def test_a_table_that_no_rule_speaks_of_is_a_wrong_call_because_an_empty_list_would_read_as_no_rules() -> None:
    code, told = _cte("--table", "pupil")
    assert code == WRONG_CALL
    assert "core.student" in told


@pytest.mark.parametrize("table", ["core.student", "student"])
def test_the_list_holds_every_rule_asked_for_and_no_other(table: str) -> None:
    wanted = {rule.id for rule in all_rules() if rule.table == "core.student" and rule.severity == "critical"}
    code, told = _cte("--table", table, "--severity", "critical", "--format", "csv")
    assert code == 0
    assert {row["rule_id"] for row in csv.DictReader(io.StringIO(told))} == wanted


def test_without_a_question_the_whole_book_is_listed_a_line_a_rule() -> None:
    code, told = _cte()
    assert code == 0
    lines = told.splitlines()
    assert len(lines) == len(all_rules()) + 1
    assert all(sum(f" {rule.id}: " in line for line in lines) == 1 for rule in all_rules())


def test_a_layer_is_a_chapter() -> None:
    told = json.loads(_cte("--layer", "timeliness", "--format", "json")[1])
    assert {one["rule_id"] for one in told} == {r.id for r in all_rules() if layer_of(r) == "timeliness"}
    assert all(one["passes"] and one["fails"] and one["why"] and one["fix"] and one["query"] for one in told)


def test_what_is_printed_as_sql_can_be_given_to_duckdb_as_it_is() -> None:
    told = _cte("--table", "mart.indicator", "--format", "sql")[1]
    statements = duckdb.extract_statements(told)
    assert len(statements) == sum(rule.table == "mart.indicator" for rule in all_rules())
    with open_empty() as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_help_shows_calls_that_work() -> None:
    assert "cte rules student_age_plausible" in _cte("--help")[1]
    assert rule_named("student_key_unique").id in _cte("--help")[1]
