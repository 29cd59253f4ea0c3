"""The rule book: all rules, found in the modules of this package, checked, and stamped with a version.

A module with ``RULES`` is a chapter; there is no list of chapters to keep. Rules themselves do not stand here.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any

import expectations
from expectations.rule import Rule
from pipelines.schema import METADATA

# Withdrawn rules: id to (reason, date). An id never gets another meaning and never comes back.
RETIRED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "coverage_unknown_share_bounded": (
            "readiness_unknown_share_bounded asks of whom the definition reaches, and counts aid forms never filed",
            "2026-11-22",
        ),
        "coverage_flag_sometimes_yes": (
            "readiness_not_all_no and readiness_flag_sometimes_yes tell a flag of No alone from one without a Yes",
            "2026-11-22",
        ),
        "coverage_not_all_blank": ("readiness_not_all_blank asks of whom the definition reaches", "2026-11-22"),
    }
)
DERIVED_SCHEMAS = ("mart", "quality", "reference")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return all rules in the order of their tables and ids.

    Raises:
        ValueError: a rule contradicts another, the schema or the list of retired rules; the message names the rule.
    """
    from expectations.structural import structural_rules

    found = [*structural_rules()]
    for module in sorted(module.name for module in pkgutil.iter_modules(expectations.__path__)):
        found += getattr(importlib.import_module(f"expectations.{module}"), "RULES", ())
    check(found, RETIRED)
    return tuple(sorted(found, key=lambda rule: (rule.table, rule.id)))


def rules_of(table: str) -> tuple[Rule, ...]:
    """Return the rules of a table, written with its schema as in ``core.student``."""
    return tuple(rule for rule in all_rules() if rule.table == table)


def tables_with_rules() -> tuple[str, ...]:
    """Return the tables that rules speak of, each with its schema."""
    return tuple(sorted({rule.table for rule in all_rules()}))


def rule_named(rule_id: str) -> Rule:
    """Return a rule by its id. Raises KeyError for an id that no rule has."""
    return {rule.id: rule for rule in all_rules()}[rule_id]


@cache
def rule_book_version() -> str:
    """Return a short hash over the content of all rules: it changes exactly when one of them does."""
    text = json.dumps([content_of(rule) for rule in all_rules()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def content_of(rule: Rule) -> dict[str, Any]:
    """Return everything that a rule says, as plain values."""
    content = {field.name: getattr(rule, field.name) for field in fields(rule)}
    expectation = rule.expectation
    return content | {
        "expectation": {expectation.expectation_type: expectation.configuration.kwargs},
        "population": rule.population.dict() if rule.population is not None else None,
        "threshold": {"share": rule.threshold.share, "count": rule.threshold.count, "why": rule.threshold.evidence},
        "context": dict(rule.context),
    }


def check(rules: Iterable[Rule], retired: Mapping[str, tuple[str, str]]) -> None:
    """Raise ValueError, naming the rule and the fix, where the book would contradict itself."""
    seen: set[str] = set()
    for rule in rules:
        for fault in _faults(rule, seen, retired):
            msg = f"rule {rule.id} of {rule.table}: {fault}"
            raise ValueError(msg)
        seen.add(rule.id)


def _faults(rule: Rule, seen: set[str], retired: Mapping[str, tuple[str, str]]) -> Iterable[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", rule.id):
        yield "an id is made of small letters, digits and underscores, because Dagster names checks after it"
    if rule.id in seen:
        yield "the id stands twice; rename one of the two"
    if rule.id in retired:
        yield f"the id was retired on {retired[rule.id][1]} and never gets another meaning; choose another"
    if not rule.passes or not rule.fails:
        yield "give rows that pass and rows that fail: they are its proof"
    yield from _column_faults(rule)


def _column_faults(rule: Rule) -> Iterable[str]:
    schema, _, _name = rule.table.partition(".")
    table = METADATA.tables.get(rule.table)
    if table is None:
        if schema not in DERIVED_SCHEMAS:
            yield f"there is no such table; tables are core.* and {', '.join(f'{one}.*' for one in DERIVED_SCHEMAS)}"
        return
    named = {*rule.columns, *(name for row in (*rule.passes, *rule.fails) for name in row)}
    if unknown := sorted(named - set(table.columns.keys())):
        yield f"the table has no column {', '.join(unknown)}"
