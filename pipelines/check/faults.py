"""What is wrong with files, a fault a place: file, line, column, cell, value, rule, why, fix. No value of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.check.judging import Judgement
from pipelines.grantee import Grantee
from pipelines.intake.cells import Columns, cell_of


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file; personal values are masked.

    ``column`` is ours, ``column_in_file`` the sender's. ``cell`` is where it stands in a workbook, such as
    ``Students!C14``. ``line`` is None for a file as a whole. ``closes_gate`` says whether the rule would close a gate
    with these files.
    """

    file: str
    line: int | None
    column: str
    column_in_file: str
    cell: str
    value: str
    severity: str
    rule_id: str
    message: str
    why: str
    fix: str
    closes_gate: bool


def faults_of(connection: duckdb.DuckDBPyConnection, owner: Grantee, judgement: Judgement) -> list[Fault]:
    """Return what is wrong with files as a whole, then the rest by file and line."""
    return [*_of_files(connection, judgement), *_of_lines(connection, owner, judgement)]


def _of_files(connection: duckdb.DuckDBPyConnection, judgement: Judgement) -> Iterator[Fault]:
    """Yield what intake says of files, and what they differ in from their layout."""
    from expectations.catalogue import rule_named

    told = connection.execute(
        "select file_name, status, message, reason_code from quality.submission "
        "left join (select submission_id, any_value(reason_code) as reason_code from quality.quarantine "
        "where line_number is null group by all) as refusal using (submission_id) where message is not null order by 1"
    ).fetchall()
    for file_name, status, message, reason in told:
        severity = "critical" if status in ("refused", "repeated") else "info"
        rule = rule_named(reason) if reason else None
        why, fix = (rule.why, rule.fix) if rule else ("", "")
        gate = judgement.closes_gate(reason or "")
        yield Fault(file_name, None, "", "", "", "", severity, reason or "", message, why, fix, gate)
    drifted = connection.execute(
        "select c.file_name, f.rule_id, f.severity, f.value_masked from quality.finding as f "
        "inner join quality.drift_check as c on f.submission_id = c.submission_id and f.rule_id = 'drift_' || c.kind "
        "order by 1, 2"
    ).fetchall()
    for file_name, rule_id, severity, detail in drifted:
        rule, gate = rule_named(rule_id), judgement.closes_gate(rule_id)
        message = f"{rule.title}: {detail}" if detail else rule.title
        yield Fault(file_name, None, "", "", "", "", severity, rule_id, message, rule.why, rule.fix, gate)


def _of_lines(connection: duckdb.DuckDBPyConnection, owner: Grantee, judgement: Judgement) -> Iterator[Fault]:
    from expectations.catalogue import rule_named

    columns = Columns.of(connection, owner)
    rows = connection.execute(
        "select submission_id, file_name, line_number, table_name, column_name, value_masked, severity, rule_id "
        "from quality.finding where line_number is not null order by file_name, line_number, rule_id"
    ).fetchall()
    for submission_id, file_name, line, table, column, value, severity, rule_id in rows:
        rule = rule_named(rule_id)
        at, shown = ("", "") if value == rule_id else (column, value or "")  # a line that cannot be read has no column
        theirs, position = columns.place(submission_id, table, at)
        yield Fault(
            file=file_name,
            line=line,
            column=at,
            column_in_file=theirs,
            cell=cell_of(file_name, position, line),
            value=shown,
            severity=severity,
            rule_id=rule_id,
            message=rule.title,
            why=rule.why,
            fix=rule.fix,
            closes_gate=judgement.closes_gate(rule_id),
        )
