"""The rules that follow from the declaration of the tables that files are read into; no table is treated by name.

A required value is present, a value sent can be read, matches its pattern and is plausible, a key stands once, and what
a record refers to exists. What needs knowledge of the field is a hand-written rule in the module of its table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import great_expectations.expectations.core as gxe
from sqlalchemy import Column, Date, ForeignKeyConstraint, Integer, Numeric, Table

from expectations.conditions import quoted
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.proof import outside, part_of_row, valid_value
from expectations.prose import a, how_to_fill, how_to_say, noun, reason, use_of, words
from expectations.rule import Rule, Severity, Threshold
from pipelines.reference_tables import reference_tables
from pipelines.schema import PARTITION, content_columns, core_tables, key_of

CRITICAL = Threshold(share="0.01", evidence="house default: above 1% the records left out bend every count")
WARNING = Threshold(share="0.05", evidence="house default")
UNREADABLE = "unreadable_columns"
TOLD_BY_INTAKE = ("student_id_kind",)  # never absent, never unreadable


@cache
def structural_rules() -> tuple[Rule, ...]:
    """Return the rules of all canonical and reference tables, optional ones included."""
    return tuple(rule for table in (*core_tables(), *reference_tables()) for rule in _rules(table))


def _rules(table: Table) -> Iterator[Rule]:
    yield _key_unique(table)
    for column in content_columns(table):
        if column.name in TOLD_BY_INTAKE:
            continue
        if column.info["required"] and not column.info["states"]:
            yield _present(table, column)
        if _can_be_unreadable(column):
            yield _readable(table, column)
        if column.info["pattern"]:
            yield _pattern(table, column)
        if column.info["between"]:
            yield _plausible(table, column)
    if PARTITION[0] in table.columns:
        yield _year_readable(table)
    for reference in sorted(table.foreign_key_constraints, key=lambda one: one.referred_table.name):
        yield _known(table, reference)


def _can_be_unreadable(column: Column[Any]) -> bool:
    return isinstance(column.type, (Date, Integer, Numeric)) or bool(column.info["codes"])


def _severity(table: Table, *names: str) -> Severity:
    return "critical" if set(names) <= set(key_of(table)) else "warning"


def _threshold(severity: Severity) -> Threshold:
    return CRITICAL if severity == "critical" else WARNING


def _unread(name: str) -> dict[str, Any]:
    return {name: None, UNREADABLE: f",{name},"}


def _present(table: Table, column: Column[Any]) -> Rule:
    """A value sent that could not be read is no absent value: ``_readable`` speaks of it, and speaks alone."""
    name, severity = column.name, _severity(table, column.name)
    expectation: Any = gxe.ExpectColumnValuesToNotBeNull(column=name)
    passes = [part_of_row(table.fullname, name, UNREADABLE)]
    if _can_be_unreadable(column):
        condition = f"{quoted(name)} is not null or {UNREADABLE} like '%,{name},%'"
        expectation = ExpectRowsToSatisfy(column_list=[name, UNREADABLE], condition=condition)
        passes.append(_unread(name))
    is_person = column.info["pii"] == "identifier"
    return Rule(
        id=f"{table.name}_{name}_present", table=table.fullname,
        title=f"Each {noun(table)} {'record names a person' if is_person else f'has its {words(name)}'}",
        dimension="completeness", severity=severity, threshold=_threshold(severity), expectation=expectation,
        columns=(name, "student_id_kind") if is_person and "student_id_kind" in table.columns else (name,),
        why=reason(table, column, f"Without its {words(name)},"), fix=how_to_fill(column),
        passes=tuple(passes), fails=({name: None, UNREADABLE: ""},),
    )  # fmt: skip


def _readable(table: Table, column: Column[Any]) -> Rule:
    name, severity = column.name, _severity(table, column.name)
    return Rule(
        id=f"{table.name}_{name}_readable", table=table.fullname,
        title=f"The {words(name)} of each {noun(table)} can be read",
        dimension="validity", severity=severity, threshold=_threshold(severity),
        expectation=gxe.ExpectColumnValuesToNotMatchRegex(column=UNREADABLE, regex=f",{name},"),
        columns=(name,), passes=(part_of_row(table.fullname, name, UNREADABLE), {UNREADABLE: ",another,"}),
        why=reason(table, column, "What cannot be read is not guessed at:"), fix=how_to_say(column),
        fails=(_unread(name), {name: None, UNREADABLE: f",another,{name},"}),
    )  # fmt: skip


def _year_readable(table: Table) -> Rule:
    return Rule(
        id=f"{table.name}_program_year_readable", table=table.fullname,
        title=f"Each {noun(table)} belongs to the program year of its folder",
        dimension="consistency", severity="critical", threshold=CRITICAL,
        expectation=gxe.ExpectColumnValuesToNotMatchRegex(column=UNREADABLE, regex=",program_year,"),
        columns=("program_year",), passes=({"program_year": "2023-24", UNREADABLE: ""},),
        why=reason(table, table.columns["program_year"], "Where the record says another year than its folder,"),
        fix="Send each record with the files of its own program year (1 July to 30 June), or correct its year.",
        fails=({"program_year": "2023-24", UNREADABLE: ",program_year,"},),
    )  # fmt: skip


def _pattern(table: Table, column: Column[Any]) -> Rule:
    name, pattern, severity = column.name, column.info["pattern"], _severity(table, column.name)
    example = valid_value(column)
    return Rule(
        id=f"{table.name}_{name}_pattern", table=table.fullname,
        title=f"The {words(name)} of each {noun(table)} is written like {example}",
        dimension="validity", severity=severity, threshold=_threshold(severity),
        expectation=gxe.ExpectColumnValuesToMatchRegex(column=name, regex=pattern), columns=(name,),
        population_words=f"rows with {a(words(name))}", passes=({name: example}, {name: None}),
        why=reason(table, column, "Written otherwise, it meets no other record and no crosswalk:"),
        fix=f"Write it like {example} (pattern {pattern}). {how_to_say(column) if column.info['hint'] else ''}".strip(),
        fails=({name: example[1:]}, {name: f"{example}0"}, {name: "?"}),
    )  # fmt: skip


def _plausible(table: Table, column: Column[Any]) -> Rule:
    name, (low, high) = column.name, column.info["between"]
    limits: list[Any] = [low, high]
    limits = [dt.date.fromisoformat(x) if isinstance(column.type, Date) else float(x) for x in limits]
    return Rule(
        id=f"{table.name}_{name}_plausible", table=table.fullname,
        title=f"The {words(name)} of each {noun(table)} lies between {low} and {high}",
        dimension="validity", severity="warning", threshold=WARNING,
        expectation=gxe.ExpectColumnValuesToBeBetween(column=name, min_value=limits[0], max_value=limits[1]),
        columns=(name,), population_words=f"rows with {a(words(name))}",
        why=f"Values outside are typing errors or stand-ins for unknown, and bend what is counted. {use_of(table)}",
        fix=f"Correct the {words(name)}; send nothing rather than a stand-in where it is not known.",
        passes=(part_of_row(table.fullname, name), {name: None}),
        fails=tuple({name: value} for value in outside(column)),
    )  # fmt: skip


def _key_unique(table: Table) -> Rule:
    key = list(key_of(table))
    row = part_of_row(table.fullname, *key)
    own = [name for name in key if name not in PARTITION]
    return Rule(
        id=f"{table.name}_key_unique", table=table.fullname,
        title=f"No {noun(table)} is reported twice in a program year",
        dimension="uniqueness", severity="critical", threshold=CRITICAL,
        expectation=gxe.ExpectCompoundColumnsToBeUnique(column_list=key, ignore_row_if="any_value_is_missing"),
        columns=tuple(own), population_words="rows whose key is complete",
        why=f"Two records with the same {_listed(own)} would count one fact twice; only the first enters the measures. "
        f"{use_of(table)}",
        fix=f"Send one record for each {_listed(own)}; where the two differ, send the right one.",
        passes=(row | {own[-1]: _other(table, own[-1])}, row | {own[-1]: None}, row | {own[-1]: None}),
        fails=(row, dict(row)),
    )  # fmt: skip


def _other(table: Table, name: str) -> Any:
    """Return a second value for a column of a key."""
    value = valid_value(table.columns[name])
    return value + dt.timedelta(days=1) if isinstance(value, dt.date) else f"{value}-other"


def _known(table: Table, reference: ForeignKeyConstraint) -> Rule:
    other = reference.referred_table
    names, is_of_the_year = list(reference.column_keys), "program_year" in reference.column_keys
    own = [name for name in names if name not in PARTITION]
    # Years before the first submission are unknown: what refers to any year must not close a gate.
    severity = _severity(table, *names) if is_of_the_year else "warning"
    row, when = part_of_row(table.fullname, *names), "in the program year" if is_of_the_year else "in any program year"
    return Rule(
        id=f"{table.name}_{other.name}_known", table=table.fullname,
        title=f"Each {noun(table)} refers to {a(noun(other))} that was reported",
        dimension="integrity", severity=severity, threshold=_threshold(severity),
        expectation=ExpectColumnsToReferToTable(
            column_list=names, other_table=other.fullname, other_column_list=names
        ),
        columns=(own[-1], *own[:-1]), population_words=f"rows with {_listed(own)}",
        why=reason(table, None if set(names) <= set(key_of(table)) else table.columns[own[-1]],
                   f"No {noun(other)} with this {_listed(own)} was reported {when}:"),
        fix=f"Report the {noun(other)} too, or correct the {_listed(own)}; both files must use the same codes.",
        passes=(row, row | {own[-1]: None}), fails=(row | {own[-1]: _other(table, own[-1])},),
        context={other.fullname: (dict(row),)},
    )  # fmt: skip


def _listed(names: list[str]) -> str:
    said = [words(name) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
