"""Judges files before they are submitted: the same reading and the same rules as at night, in memory, leaving no trace.

Rules that need a file which was not given are named as not checked, because silence would read as "passed".
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.intake.inbox import is_program_year, program_year_in
from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED, SYSTEM_FAILED

if TYPE_CHECKING:
    from expectations.rule import Rule
    from pipelines.validation.results import Outcome, Partition

JUDGED_LINES = "quality.received_line"
_TABLE = re.compile(r"\b(?:core|mart|quality)\.\w+")
_SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file: where, what, and the fix; personal values are masked."""

    file: str
    line: int | None
    column: str
    value: str
    severity: str
    rule_id: str
    message: str
    fix: str


def check_files(
    paths: Sequence[Path], grantee_id: str, program_year: str | None, form: str, say: Callable[[str], None]
) -> int:
    """Print every fault of the files and return the exit code: 1 where a gate would close, 3 where a rule broke.

    Raises ConfigurationError for an unknown grantee, two files of one name, or where the program year cannot be told.
    """
    from pipelines.intake.preview import preview

    _refuse_one_name_twice(paths)
    year = _year(paths, program_year)
    partition_grantee = grantee(grantee_id)
    with preview(partition_grantee.id, year, paths) as connection:
        outcomes, skipped = _judge(connection, grantee_id, year)
        faults = list(_faults(connection))
    {"text": _say_text, "csv": _say_csv, "json": _say_json}[form](faults, skipped, say)
    if any(outcome.status == "error" for outcome in outcomes):
        return SYSTEM_FAILED
    would_close = any(outcome.closes_gate for outcome in outcomes)
    if form == "text":
        say("a gate would close: repair what is critical before you submit" if would_close else "no gate would close")
    return GATE_CLOSED if would_close else NO_GATE_CLOSED


def _refuse_one_name_twice(paths: Sequence[Path]) -> None:
    """Of two files with one name the second replaces the first, whose faults nobody would see."""
    for name, count in Counter(path.name for path in paths).items():
        if count > 1:
            msg = f"{name}: given {count} times; check one file of a name at a time, the later replaces the earlier"
            raise ConfigurationError(msg)


def _year(paths: Sequence[Path], given: str | None) -> str:
    years = {given} if given else {program_year_in(path) for path in paths}
    year = years.pop() if len(years) == 1 else None
    if year is None or not is_program_year(year):
        msg = "which program year are the files of? Their folders and names do not say one; add --program-year 2023-24"
        raise ConfigurationError(msg)
    return year


def _judge(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str
) -> tuple[list[Outcome], dict[str, set[str]]]:
    """Judge what the given files allow to judge; return the outcomes and, by id, what other rules lack."""
    from pipelines import models
    from pipelines.validation.results import Partition, judge_partitions, rules_in_force

    models.build(connection, next(m for m in models.all_models() if m.table == JUDGED_LINES))
    given = {row[0] for row in connection.execute("select distinct 'core.' || table_name from quality.submission "
                                                  "where loaded_row_count > 0").fetchall()}  # fmt: skip
    skipped: dict[str, set[str]] = {}

    def rules(partition: Partition) -> Iterator[tuple[str, list[Rule]]]:
        for table, table_rules in rules_in_force(partition):
            if table not in {*given, JUDGED_LINES}:
                continue
            lacking = {rule.id: _needs(rule) - {*given, table} for rule in table_rules}
            skipped.update({rule_id: lacks for rule_id, lacks in lacking.items() if lacks})
            yield table, [rule for rule in table_rules if not lacking[rule.id]]

    now = datetime.now(UTC).date()
    return judge_partitions(connection, [Partition(grantee_id, program_year)], "check", now, rules), skipped


def _needs(rule: Rule) -> set[str]:
    """Return what a rule looks into besides its own table; leavers refer to students of earlier program years."""
    other = getattr(rule.expectation, "other_table", None)
    needs = {*_TABLE.findall(getattr(rule.expectation, "condition", "") or "")}
    if other:
        is_any_year = "program_year" not in getattr(rule.expectation, "column_list", ())
        needs.add(f"{other} of other program years" if is_any_year else other)
    return needs


def _faults(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """Yield the findings by file and line, after what is wrong with files as a whole."""
    from expectations.catalogue import rule_named

    refused = connection.execute(
        "select file_name, status, message from quality.submission where message is not null order by 1"
    ).fetchall()
    for file_name, status, message in refused:
        severity = "critical" if status in ("refused", "repeated") else "info"
        yield Fault(file_name, None, "", "", severity, "", message, "")
    rows = connection.execute(
        "select file_name, line_number, column_name, value_masked, severity, rule_id from quality.finding "
        "where line_number is not null order by file_name, line_number, rule_id"
    ).fetchall()
    for file_name, line, column, value, severity, rule_id in rows:
        rule = rule_named(rule_id)
        at, shown = ("", "") if value == rule_id else (column, value or "")  # a line that cannot be read has no column
        yield Fault(file_name, line, at, shown, severity, rule_id, rule.title, rule.fix)


def _say_text(faults: Sequence[Fault], skipped: Mapping[str, set[str]], say: Callable[[str], None]) -> None:
    for fault in faults:
        place = f"{fault.file}: line {fault.line}" if fault.line else fault.file
        column = f": {fault.column}" + (f" = {fault.value!r}" if fault.value else "") if fault.column else ""
        rule = f" [{fault.rule_id}]" if fault.rule_id else ""
        say(
            f"{place}{column}: {fault.severity}: {fault.message}{rule}"
            + (f"\n    fix: {fault.fix}" if fault.fix else "")
        )
    counts = ", ".join(f"{sum(f.severity == word for f in faults)} {word}" for word in _SEVERITIES)
    say(f"{len(faults)} faults: {counts}")
    if skipped:
        lacks = sorted({table.removeprefix("core.") for tables in skipped.values() for table in tables})
        rules = "1 rule needs" if len(skipped) == 1 else f"{len(skipped)} rules need"
        say(f"not checked, because no file given says it: {rules} {', '.join(lacks)}")


def _say_csv(faults: Sequence[Fault], _skipped: Mapping[str, set[str]], say: Callable[[str], None]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(Fault.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(fault) for fault in faults)
    say(text.getvalue().rstrip("\n"))


def _say_json(faults: Sequence[Fault], skipped: Mapping[str, set[str]], say: Callable[[str], None]) -> None:
    content = {"faults": [asdict(fault) for fault in faults], "not_checked": sorted(skipped)}
    say(json.dumps(content, indent=2, ensure_ascii=False))
