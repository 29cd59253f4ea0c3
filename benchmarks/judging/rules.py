"""The 100 rules as rules of the house: the expectations of Great Expectations that ``checks`` ask for."""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from benchmarks.judging.checks import Check, checks
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.rule import Rule

SCHEMA = "bench"
TABLE = f"{SCHEMA}.record"
_ANY_MISSING = "any_value_is_missing"


def rules() -> list[Rule]:
    """Return the 100 rules on ``bench.record``; prose and proof, which cost nothing at night, are left out."""
    return [_rule(check) for check in checks()]


def expectation(check: Check) -> Any:
    """Return what must hold; the population is not part of it."""
    of_one = {
        "not_null": gxe.ExpectColumnValuesToNotBeNull, "null": gxe.ExpectColumnValuesToBeNull,
        "in_set": gxe.ExpectColumnValuesToBeInSet, "regex": gxe.ExpectColumnValuesToMatchRegex,
        "between": gxe.ExpectColumnValuesToBeBetween, "length": gxe.ExpectColumnValueLengthsToBeBetween,
    }  # fmt: skip
    if check.kind not in of_one:
        return _of_several(check)
    said: dict[str, Any] = {"column": check.columns[0]}
    match check.kind:
        case "in_set":
            said["value_set"] = list(check.argument)
        case "regex":
            said["regex"] = check.argument
        case "between" | "length":
            said["min_value"], said["max_value"] = check.argument
    return of_one[check.kind](**said)


def population(check: Check) -> Any:
    """Return for which rows the check speaks, as a condition of Great Expectations; None for all."""
    if check.population is None:
        return None
    name, values = check.population
    return Column(name) == values[0] if len(values) == 1 else Column(name).is_in(list(values))


def _of_several(check: Check) -> Any:
    columns, argument = list(check.columns), check.argument
    match check.kind:
        case "at_least":
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=columns[0], column_B=columns[1], or_equal=True, ignore_row_if="either_value_is_missing"
            )
        case "satisfies":
            return ExpectRowsToSatisfy(column_list=columns, condition=argument, ignore_row_if=_ANY_MISSING)
        case "unique":
            return gxe.ExpectCompoundColumnsToBeUnique(column_list=columns, ignore_row_if=_ANY_MISSING)
    table, others = argument
    return ExpectColumnsToReferToTable(
        column_list=columns, other_table=f"{SCHEMA}.{table}", other_column_list=list(others)
    )


def _rule(check: Check) -> Rule:
    return Rule(
        id=check.id, table=TABLE, title=check.id, dimension="validity", severity="warning",
        expectation=expectation(check), columns=check.columns, why="", fix="", passes=(), fails=(),
        population=population(check),
    )  # fmt: skip
