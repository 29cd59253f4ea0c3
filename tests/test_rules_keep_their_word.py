"""Is the rule book whole: nothing unjudged, nothing contradictory, nothing changed unnoticed?"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import catalogue
from expectations.catalogue import all_rules, check, content_of, rule_book_version, rules_of
from expectations.proof import valid_row
from expectations.rule import Rule, Threshold
from expectations.structural import structural_rules
from pipelines.schema import content_columns, core_tables
from pipelines.validation.judge import judge
from tests.test_each_rule_proves_itself import fill

TABLES = [table.fullname for table in core_tables()]
INTAKE = Path(catalogue.__file__).parent.parent / "pipelines" / "intake"


def _failed_counts(rows: dict[str, dict[str, Any]], *judged: str) -> dict[str, int | None]:
    with duckdb.connect() as connection:
        for table, row in rows.items():
            fill(connection, table, [row])
        ours = {rule.id for rule in structural_rules()}
        verdicts = [
            v for table in judged for v in judge(connection, table, [r for r in rules_of(table) if r.id in ours])
        ]
    assert [v.error for v in verdicts if v.error] == []
    return {verdict.rule_id: verdict.failed_count for verdict in verdicts}


def test_a_good_record_of_each_table_breaks_no_structural_rule() -> None:
    failed = _failed_counts({table: valid_row(table) for table in TABLES}, *TABLES)
    assert len(failed) > 100
    assert [rule for rule, count in failed.items() if count] == []


def test_an_empty_record_breaks_every_rule_that_asks_for_a_value_and_no_other() -> None:
    empty = {"grantee_id": "demo", "program_year": "2023-24", "unreadable_columns": ""}
    failed = _failed_counts(dict.fromkeys(TABLES, empty), *TABLES)
    assert {rule for rule, count in failed.items() if count} == {r for r in failed if r.endswith("_present")}


@pytest.mark.parametrize("table", list(core_tables()), ids=lambda table: table.name)
def test_a_record_of_which_nothing_can_be_read_is_said_to_be_unreadable_and_not_also_missing(table: Any) -> None:
    names = [column.name for column in content_columns(table)]
    sent = {"grantee_id": "demo", "program_year": "2023-24", "unreadable_columns": f",{','.join(names)},"}
    rows = {other: valid_row(other) for other in TABLES} | {table.fullname: sent}
    failed = {rule for rule, count in _failed_counts(rows, table.fullname).items() if count}
    unreadable = {rule.removesuffix("_readable") for rule in failed if rule.endswith("_readable")}
    missing = {rule.removesuffix("_present") for rule in failed if rule.endswith("_present")}
    assert unreadable
    assert unreadable & missing == set()


def test_every_column_that_a_sender_fills_is_under_some_rule() -> None:
    pointed_at = {(rule.table, name) for rule in all_rules() for name in rule.columns}
    unjudged = [
        f"{table.fullname}.{column.name}"
        for table in core_tables()
        for column in content_columns(table)
        if (table.fullname, column.name) not in pointed_at
    ]
    assert unjudged == []


def test_every_reason_to_set_a_line_or_file_aside_is_a_rule_that_says_why_and_how_to_repair_it() -> None:
    known = {rule.id for rule in rules_of("quality.received_line")}
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(INTAKE.rglob("*.py")))
    used = set(re.findall(r'"((?:file|line)_[a-z_]+)"', source))
    no_reasons = {"line_number", "line_count", "file_name"}
    assert used - no_reasons <= known


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"id": "Student.age"}, "an id is made of"),
        ({"id": "gone"}, "was retired on 2026-01-31"),
        ({"passes": ()}, "give rows that pass"),
        ({"fails": ()}, "give rows that pass"),
        ({"columns": ("age",)}, "has no column age"),
        ({"passes": ({"shoe_size": 1},)}, "has no column shoe_size"),
        ({"table": "core.pupil"}, "there is no such table"),
    ],
)
def test_a_rule_that_contradicts_the_book_is_refused_by_name_with_the_fix(spoil: dict[str, Any], said: str) -> None:
    rule = replace(rules_of("core.student")[0], **spoil)
    with pytest.raises(ValueError, match=f"rule {re.escape(rule.id)} of {rule.table}: .*{said}"):
        check([rule], {"gone": ("it was wrong", "2026-01-31")})


def test_two_rules_with_one_id_are_refused_because_one_would_hide_the_other() -> None:
    rule = all_rules()[0]
    with pytest.raises(ValueError, match="stands twice"):
        check([rule, rule], {})


def test_no_retired_id_is_in_force() -> None:
    assert {rule.id for rule in all_rules()} & set(catalogue.RETIRED) == set()


@pytest.mark.parametrize("change", [{"why": "Other."}, {"threshold": Threshold(share="0.2")}, {"version": 2}])
def test_whatever_changes_in_a_rule_changes_the_version_of_the_book(change: dict[str, Any]) -> None:
    rule = all_rules()[0]
    assert content_of(rule) != content_of(replace(rule, **change))


@pytest.mark.slow
def test_the_version_of_the_book_is_the_same_in_another_process_or_two_nights_would_differ() -> None:
    said = "from expectations.catalogue import rule_book_version as v; print(v())"
    done = subprocess.run([sys.executable, "-c", said], env={"PYTHONHASHSEED": "77"}, capture_output=True, check=True)
    assert done.stdout.decode().strip() == rule_book_version()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_speaks_in_whole_sentences_to_who_uses_and_who_sends_the_data(rule: Rule) -> None:
    for text in (rule.why, rule.fix):
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert "  " not in text
        assert ".." not in text
    assert not rule.title.endswith(".")
    assert rule.threshold.evidence
    assert len(rule.title) <= 120
