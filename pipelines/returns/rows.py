"""The findings of a package as its reader meets them: in the words of the rules, under the names of the file's columns.

No value of a person stands in one, and no key of a record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
from sqlalchemy import Date

from pipelines.intake.cells import Columns
from pipelines.returns.gather import FOUND, MENTION
from pipelines.returns.package import LONGEST, NOT_SHOWN, Row
from pipelines.schema import METADATA
from pipelines.spreadsheet_text import as_sent
from pipelines.validation.failing_rows import MASK

if TYPE_CHECKING:
    from expectations.rule import Rule

# Numbers as long as a person's, with blanks or hyphens between, and days; a number of a course may be as long, and its
# line is told.
_DAY = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{8}")
_LOOKS_PERSONAL = re.compile(rf"\d(?:[ -]?\d){{7,}}|{_DAY.pattern}")
_SHOWN = (
    "finding_id, change, rule_id, severity, is_waived, submission_id, table_name, line_number, column_name, cell, "
    "value_masked, explanation"
)


def open_rows(connection: duckdb.DuckDBPyConnection, recipient: str, submission_id: str, columns: Columns) -> list[Row]:
    """Return what is open, in the order of the file's lines, the file as a whole first."""
    found = connection.execute(
        f"select {_SHOWN} from {FOUND} where kind = 'told' and recipient = ? and submission_id = ? "
        "order by line_number nulls first, rule_id, finding_id",
        [recipient, submission_id],
    )
    return [_row(columns, row) for row in found.fetchall()]


def fixed_rows(
    connection: duckdb.DuckDBPyConnection, recipient: str, line: Sequence[str], columns: Columns
) -> list[Row]:
    """Return what was last told as open by one of these returns and is fixed: its place is of no use any more."""
    found = connection.execute(
        "select f.finding_id, 'fixed', f.rule_id, f.severity, coalesce(f.is_waived, false), f.submission_id, "
        "f.table_name, null, f.column_name, null, null, '' "
        f"from {MENTION} as m inner join quality.finding as f using (finding_id) where m.recipient = ? "
        "and list_contains(?, m.return_id) and m.change <> 'fixed' and f.state = 'fixed' "
        "order by f.rule_id, f.finding_id",
        [recipient, list(line)],
    )
    return [_row(columns, row) for row in found.fetchall()]


def _row(columns: Columns, found: tuple[Any, ...]) -> Row:
    (finding_id, change, rule_id, severity, is_waived, submission_id, table, line, column, cell, value, said) = found
    rule = _rules().get(rule_id)
    is_unread = value == rule_id  # of a line that could not be read, no column is known
    return Row(
        finding_id=finding_id,
        change=change,
        line=line,
        cell=cell or "",
        column="" if is_unread else columns.place(submission_id, table, column or "")[0],
        value="" if is_unread else _shown(value, table, column),
        severity=f"{severity or ''}{', waived by the agency' if is_waived else ''}",
        wrong=f"Expected: {rule.title}" if rule else rule_id,
        why=rule.why if rule else "",
        fix=rule.fix if rule else "",
        rule_id=rule_id,
        explanation=as_sent(said),
    )


@cache
def _rules() -> dict[str, Rule]:
    from expectations.catalogue import all_rules

    return {rule.id: rule for rule in all_rules()}


def _shown(value: Any, table: str, column: str | None) -> str:
    """Return a value as a package shows it: none that is personal, or looks so where a column slipped."""
    if value == MASK:
        return NOT_SHOWN
    text = "" if value is None else str(value)
    if not (_holds_days(table, column or "") and _DAY.fullmatch(text.strip())):
        text = _LOOKS_PERSONAL.sub(NOT_SHOWN, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} (cut: {len(text):,} characters)"


def _holds_days(table: str, column: str) -> bool:
    """Return whether a column is of days by right: of awards and entries, not of birth, which is masked before."""
    declared = METADATA.tables.get(table)
    return declared is not None and column in declared.columns and isinstance(declared.columns[column].type, Date)
