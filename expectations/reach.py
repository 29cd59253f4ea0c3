"""How far a rule looks: into which tables besides its row, and whether it stays with the records of one institution.

Told from the rule's own words. Who sent which table is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from expectations.rule import Rule

INSTITUTION = "institution_id"
# Expectations that look at the row alone.
OF_ONE_ROW = (
    "expect_column_values_to_be_between", "expect_column_values_to_be_in_set", "expect_column_values_to_be_null",
    "expect_column_values_to_match_regex", "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null", "expect_column_values_to_not_match_regex",
    "expect_column_value_lengths_to_be_between", "expect_column_pair_values_a_to_be_greater_than_b",
)  # fmt: skip
_TABLE = re.compile(r"\b(?:core|history|mart|quality|reference)\.\w+")
# A list of the reference tables (terms, definitions) is the same for all institutions.
_REFERENCE = re.compile(r"join reference\.\w+(?: as \w+)? using \([^()]*\)")
_QUERY = re.compile(r"\(\s*select\b")
_BY_KEY = re.compile(r"(?:\bin|\bfrom|\bjoin) $")
_KEY = re.compile(r"\b(?:row|using) ?\(")
_KEY_AGAIN = "select row("  # the keys of a query, numbered: those that they are compared with say what they are
_GROUPS = re.compile(r"\b(?:group|partition) by ([^()]+?)(?= having| order by|\)|$)")


def tables_looked_into(rule: Rule) -> set[str]:
    """Return the tables that a rule names, apart from the one it is about."""
    other = getattr(rule.expectation, "other_table", None)
    return {*_TABLE.findall(_condition(rule)), *([other] if other else [])}


def stays_with_institution(rule: Rule) -> bool:
    """Return whether a rule compares a record with records of the same institution only; False where in doubt."""
    expectation = rule.expectation
    kind, columns = expectation.expectation_type, getattr(expectation, "column_list", ())
    if kind in OF_ONE_ROW:
        return True
    if kind == "expect_compound_columns_to_be_unique":
        return INSTITUTION in columns
    if kind == "expect_columns_to_refer_to_table":
        return (INSTITUTION, INSTITUTION) in zip(columns, getattr(expectation, "other_column_list", ()), strict=True)
    return kind == "expect_rows_to_satisfy" and _joins_by_institution(_condition(rule))


def _condition(rule: Rule) -> str:
    return getattr(rule.expectation, "condition", "") or ""


def _joins_by_institution(condition: str) -> bool:
    """Return whether all keys and groups of the queries in a condition have the institution in them."""
    said = _REFERENCE.sub("", condition)
    is_by_key = all(_BY_KEY.search(said[: query.start()]) for query in _QUERY.finditer(said))
    return is_by_key and " on " not in said and all(INSTITUTION in names for names in _lists(said))


def _lists(said: str) -> Iterator[set[str]]:
    """Yield the columns of each key and group."""
    for key in _KEY.finditer(said):
        if not said[: key.end()].endswith(_KEY_AGAIN):
            yield _names(_up_to_its_end(said, key.end()))
    for group in _GROUPS.finditer(said):
        yield _names(group[1])


def _names(listed: str) -> set[str]:
    return {name.strip().rpartition(".")[2] for name in listed.split(",")}


def _up_to_its_end(said: str, start: int) -> str:
    """Return the text up to the parenthesis that closes the one before ``start``."""
    depth = 1
    for place in range(start, len(said)):
        depth += {"(": 1, ")": -1}.get(said[place], 0)
        if not depth:
            return said[start:place]
    return said[start:]
