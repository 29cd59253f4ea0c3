"""What a run has changed and what is blocked, counted from ``quality``; no name of a file, no value, no institution.

Institutions are left out because their names and codes are text that somebody sent. How it is said stands in
``notice``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

from pipelines.query import has_table, named_rows
from pipelines.validation.waiver_book import noted
from pipelines.validation.waivers import Standing

_REMINDERS = (14, 7, 3, 1, 0, -1)  # days left of a waiver on which a night tells of it by itself


@dataclass(frozen=True)
class YearFacts:
    """One program year of a grantee, or the reference sources (both null). Rules are told by their ids."""

    grantee_id: str | None
    program_year: str | None
    arrived_count: int = 0
    late_count: int = 0
    refused_count: int = 0
    missing_count: int = 0  # kinds of files that were due and are not there
    newly_missing_count: int = 0  # those that were due yesterday
    package_count: int = 0
    gates: frozenset[str] = frozenset()
    gates_before: frozenset[str] = frozenset()
    unjudged: frozenset[str] = frozenset()
    findings: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by (change, severity)
    waivers: tuple[Standing, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether anything is other than after the run before."""
        reminded = any(one.days_left in _REMINDERS for one in self.waivers)
        moved = self.findings or self.gates != self.gates_before
        came = self.arrived_count or self.newly_missing_count or self.package_count
        return bool(moved or came or self.unjudged or reminded)

    @property
    def is_newly_blocked(self) -> bool:
        """Whether a gate has closed that was open, or a file was refused."""
        return bool(self.gates - self.gates_before or self.refused_count)


@dataclass(frozen=True)
class NightFacts:
    """A run that has ended. ``unreachable`` are the grantees whose source database could not be read."""

    run_id: str
    started_at: datetime
    exit_code: int
    has_ended: bool  # false where the run broke off, so that what it says of the data is not whole
    is_sample: bool
    unreachable: tuple[str, ...]
    years: tuple[YearFacts, ...]


_RUN = "select started_at, exit_code, rule_book_version is not null, is_sample from quality.run where run_id = $run"
# The run that judged the same program year before: what is fixed tonight was seen by it last.
_BEFORE = """
create or replace temp table judged_before as
select r.grantee_id, r.program_year, max(r.run_id) as run_id from quality.rule_result as r
where r.run_id < $run and r.institution_id is null and exists (
    select 1 from quality.rule_result as t where t.run_id = $run
        and t.grantee_id is not distinct from r.grantee_id and t.program_year is not distinct from r.program_year
) group by all
"""
_FILES = """
select grantee_id, program_year,
    count(*) filter (status <> 'repeated') as arrived_count,
    count(*) filter (is_late and status <> 'repeated') as late_count,
    count(*) filter (status = 'refused') as refused_count
from quality.submission where received_at >= (select started_at from quality.run where run_id = $run) group by all
"""
_MISSING = """
select grantee_id, program_year, count(*) as missing_count,
    count(*) filter (due_date + 1 = $today) as newly_missing_count
from quality.expected_file where received_count = 0 and due_date < $today group by all
"""
_GATES = """
select grantee_id, program_year,
    list_sort(list(rule_id) filter (run_id = $run and status = 'failed')) as gates,
    list_sort(list(rule_id) filter (run_id <> $run)) as gates_before,
    list_sort(list(rule_id) filter (run_id = $run and status = 'error')) as unjudged
from quality.rule_result as r
where institution_id is null and (
    (run_id = $run and status = 'error')
    or (status = 'failed' and severity = 'critical' and not is_waived and (run_id = $run or exists (
        select 1 from judged_before as b where b.run_id = r.run_id
            and b.grantee_id is not distinct from r.grantee_id and b.program_year is not distinct from r.program_year
    )))
) group by all
"""
_FINDINGS = """
select f.grantee_id, f.program_year, f.change, f.severity, count(*) as finding_count
from quality.finding as f
left join judged_before as b
    on b.grantee_id is not distinct from f.grantee_id and b.program_year is not distinct from f.program_year
where (f.change = 'new' and f.first_seen_run_id = $run) or (f.change = 'came_back' and f.last_seen_run_id = $run)
    or (f.change = 'fixed' and f.last_seen_run_id = b.run_id)
group by all
"""
_PACKAGES = """
select grantee_id, program_year, count(*) as package_count from quality.return_package where run_id = $run group by all
"""

_Place = tuple[str | None, str | None]


def facts_of(connection: duckdb.DuckDBPyConnection, run_id: str, unreachable: Collection[str] = ()) -> NightFacts:
    """Return what a run has changed. Raises LookupError where the run is not recorded."""
    run = connection.execute(_RUN, {"run": run_id}).fetchone()
    if run is None:
        msg = f"quality.run has no run {run_id!r}; record the run before people are told about it"
        raise LookupError(msg)
    started_at, exit_code, has_ended, is_sample = run
    years = _years(connection, run_id, started_at.date())
    ordered = sorted(years.items(), key=lambda item: (item[0][0] or "~", item[0][1] or ""))
    return NightFacts(
        run_id, started_at, int(exit_code if exit_code is not None else 3), bool(has_ended), bool(is_sample),
        tuple(sorted(unreachable)), tuple(YearFacts(*place, **facts) for place, facts in ordered),
    )  # fmt: skip


def _years(connection: duckdb.DuckDBPyConnection, run_id: str, today: date) -> dict[_Place, dict[str, Any]]:
    years: dict[_Place, dict[str, Any]] = {}
    connection.execute(_BEFORE, {"run": run_id})
    for query in (_FILES, _GATES, _PACKAGES):
        for place, row in _rows(connection, query, {"run": run_id}):
            told = {name: frozenset(value or ()) if name in _SETS else value for name, value in row.items()}
            years.setdefault(place, {}).update(told)
    for place, row in _rows(connection, _FINDINGS, {"run": run_id}):
        findings = years.setdefault(place, {}).setdefault("findings", {})
        findings[row["change"], row["severity"]] = row["finding_count"]
    for standing in noted(connection, today):
        if standing.needs_attention:
            facts = years.setdefault((standing.waiver.grantee_id, standing.waiver.program_year), {})
            facts["waivers"] = (*facts.get("waivers", ()), standing)
    if has_table(connection, "quality.expected_file"):
        for place, row in _rows(connection, _MISSING, {"today": today}):
            years.setdefault(place, {}).update(row)
    return years


_SETS = {"gates", "gates_before", "unjudged"}


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> list[tuple[_Place, dict[str, Any]]]:
    """Return rows as (grantee and program year, the other columns by name)."""
    rows = named_rows(connection, query, parameters)
    return [((row.pop("grantee_id"), row.pop("program_year")), row) for row in rows]
