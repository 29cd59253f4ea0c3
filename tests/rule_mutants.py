"""Every small way to break a rule: what must hold, and for whom. SQL in conditions is broken by ``sql_mutants``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import duckdb
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    Operator,
    OrCondition,
)

from expectations.rule import Rule
from tests.sql_mutants import broken_conditions, without_anchors

Changes = Iterator[tuple[str, dict[str, Any]]]


def broken_rules(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield what was done to the rule, in words that no other of its mutants has, and the rule that came of it."""
    seen: dict[str, int] = {}
    for words, mutant in _broken(connection, rule):
        seen[words] = seen.get(words, 0) + 1
        number = f" (place {seen[words]})" if seen[words] > 1 else ""
        yield words + number, replace(mutant, id=f"mutant_{sum(seen.values())}")


def _broken(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[tuple[str, Rule]]:
    expectation: Any = rule.expectation
    if hasattr(expectation, "condition"):
        for words, condition in broken_conditions(connection, expectation.condition):
            yield words, replace(rule, expectation=expectation.copy(update={"condition": condition}))
    for words, changes in _broken_expectation(expectation):
        yield words, replace(rule, expectation=expectation.copy(update=changes))
    if rule.population is not None:
        yield "population: everybody", replace(rule, population=None)
        for words, population in _broken_population(rule.population):
            yield f"population: {words}", replace(rule, population=population)


def _broken_expectation(expectation: Any) -> Changes:
    for name, change in _BY_FIELD.items():
        value = getattr(expectation, name, None)
        limit = name.replace("strict_", "") + "_value" if name.startswith("strict_") else name
        if value is not None and getattr(expectation, limit, None) is not None:
            yield from change(name, value)
    for short, number in _short_keys(expectation):
        yield f"key without part {number}", short


def _short_keys(expectation: Any) -> Iterator[tuple[dict[str, Any], int]]:
    """Leave out one column of a key that must be unique, or that must stand in another table."""
    kind, columns = expectation.expectation_type, getattr(expectation, "column_list", ())
    others = getattr(expectation, "other_column_list", None)
    if kind not in ("expect_compound_columns_to_be_unique", "expect_columns_to_refer_to_table"):
        return
    for number in range(len(columns)):
        if len(set(columns)) < 2 or (len(columns) == 2 and others is None):
            continue
        short = {"column_list": [*columns[:number], *columns[number + 1 :]]}
        short |= {"other_column_list": [*others[:number], *others[number + 1 :]]} if others else {}
        yield short, number + 1


def _fewer(name: str, values: Sequence[Any]) -> Changes:
    for value in values:
        yield f"{name} without {value}", {name: [other for other in values if other != value]}


def _moved(name: str, limit: Any) -> Changes:
    step = dt.timedelta(days=1) if isinstance(limit, dt.date) else 1
    for moved in (limit - step, limit + step):
        yield f"{name} {limit} -> {moved}", {name: moved}
    yield f"no {name}", {name: None}


def _looser(name: str, pattern: str) -> Changes:
    for loose in without_anchors(pattern):
        yield f"{name} {pattern} -> {loose}", {name: loose}
    yield f"{name} {pattern} -> anything", {name: ""}
    yield f"{name} {pattern} -> nothing", {name: "^never$"}


def _flipped(name: str, value: bool) -> Changes:
    yield f"{name} {value} -> {not value}", {name: not value}


_BY_FIELD: dict[str, Callable[[str, Any], Changes]] = {
    "value_set": _fewer,
    "regex": _looser,
    "min_value": _moved,
    "max_value": _moved,
    "or_equal": _flipped,
    "strict_min": _flipped,
    "strict_max": _flipped,
}

_TURNED = {
    Operator.LESS_THAN: Operator.LESS_THAN_OR_EQUAL,
    Operator.LESS_THAN_OR_EQUAL: Operator.LESS_THAN,
    Operator.GREATER_THAN: Operator.GREATER_THAN_OR_EQUAL,
    Operator.GREATER_THAN_OR_EQUAL: Operator.GREATER_THAN,
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.IN: Operator.NOT_IN,
    Operator.NOT_IN: Operator.IN,
}


def _broken_population(population: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(population, (AndCondition, OrCondition)):
        parts = population.conditions
        for place, part in enumerate(parts):
            left = [*parts[:place], *parts[place + 1 :]]
            yield f"without {part!r}", left[0] if len(left) == 1 else type(population)(conditions=left)
            for words, broken in _broken_population(part):
                yield words, type(population)(conditions=[*parts[:place], broken, *parts[place + 1 :]])
    elif isinstance(population, NullityCondition):
        yield f"{population!r} turned", population.copy(update={"is_null": not population.is_null})
    elif isinstance(population, ComparisonCondition):
        yield from _broken_comparison(population)


def _broken_comparison(population: ComparisonCondition) -> Iterator[tuple[str, Any]]:
    operator, value = population.operator, population.parameter
    yield f"{population!r} with {_TURNED[operator].value}", population.copy(update={"operator": _TURNED[operator]})
    if isinstance(value, list) and len(value) > 1:
        for one in value:
            left = [other for other in value if other != one]
            yield f"{population!r} without {one}", population.copy(update={"parameter": left})
    elif isinstance(value, int) and not isinstance(value, bool):
        for moved in (value - 1, value + 1):
            yield f"{population!r} with {moved}", population.copy(update={"parameter": moved})
