"""Judging again what the last nights have counted, under the thresholds, severities and waivers in force now.

Nothing is scanned and nothing is written: agencies see what a change to their files would do before a night does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from expectations.catalogue import all_rules
from expectations.rule import Rule
from pipelines.configuration import ConfigurationError
from pipelines.home import HomeLocked, held_since
from pipelines.validation.ruling import Ruling, ruling_of
from pipelines.validation.thresholds import Policies, policies
from pipelines.validation.waivers import Waivers
from pipelines.warehouse import FILE_NAME

_COUNTED = """
with said as (
    select * from quality.rule_result
    qualify run_id = max(run_id) over (partition by rule_id, grantee_id, program_year)
)
select counted.rule_id, counted.rule_version, counted.grantee_id, counted.program_year, counted.institution_id,
    counted.population_count, counted.failed_count,
    said.status, said.threshold, said.severity, said.is_waived
from quality.rule_count as counted
inner join said on counted.rule_id = said.rule_id
    and counted.grantee_id is not distinct from said.grantee_id
    and counted.program_year is not distinct from said.program_year
    and counted.institution_id is not distinct from said.institution_id
where (? is null or counted.grantee_id = ?) and (? is null or counted.program_year = ?)
order by counted.grantee_id nulls first, counted.program_year, counted.rule_id, counted.institution_id nulls first
"""


@dataclass(frozen=True)
class Rejudged:
    """One count judged again: ``before`` is what the night said, ``after`` what one would say now.

    Null ``institution_id`` means all; the rulings on institutions close no gate.
    """

    rule_id: str
    grantee_id: str | None
    program_year: str | None
    institution_id: str | None
    population_count: int | None
    failed_count: int | None
    before: Ruling
    after: Ruling

    @property
    def gate(self) -> str:
        """What becomes of the gate: closes, opens, stays closed, or nothing."""
        was, is_now = (self.institution_id is None and ruling.is_over for ruling in (self.before, self.after))
        return {(False, True): "closes", (True, False): "opens", (True, True): "stays closed"}.get((was, is_now), "")

    @property
    def is_changed(self) -> bool:
        """Whether status, severity or waiver differ; a threshold that changes none of them changes nothing."""
        told = [(ruling.status, ruling.severity, ruling.is_waived) for ruling in (self.before, self.after)]
        return told[0] != told[1]


@dataclass(frozen=True)
class Again:
    """All counts that could be judged again, and the ids of rules whose counts speak of other words than today's."""

    rejudged: tuple[Rejudged, ...]
    outdated: tuple[str, ...]


def rejudge(home: Path, grantee_id: str | None, program_year: str | None, today: date) -> Again:
    """Judge again what is stored in a home; None stands for all grantees or years.

    Raises:
        ConfigurationError: no night has counted anything yet, or a grantee's file is wrong.
        HomeLocked: a run is under way.
    """
    with _open(home) as connection:
        try:
            rows = connection.execute(_COUNTED, [grantee_id, grantee_id, program_year, program_year]).fetchall()
        except duckdb.CatalogException:
            rows = []  # a home whose last night was before counts were kept
    if not rows:
        msg = f"{home}: nothing that was asked for has been counted in this home yet; `cte run` counts and judges"
        raise ConfigurationError(msg)
    rules = {rule.id: rule for rule in all_rules()}
    outdated = {row[0] for row in rows if row[0] not in rules or rules[row[0]].version != row[1]}
    return Again(tuple(_judged(rows, rules, outdated, today)), tuple(sorted(outdated)))


def _open(home: Path) -> duckdb.DuckDBPyConnection:
    if not (home / FILE_NAME).is_file():
        msg = f"{home}: no night has run in this home yet; `cte run` runs one"
        raise ConfigurationError(msg)
    try:
        return duckdb.connect(str(home / FILE_NAME), read_only=True)
    except duckdb.IOException:
        since = held_since(home)
        if since is None:
            raise
        msg = f"{home}: a run is under way since {since:%Y-%m-%d %H:%M} UTC; ask again when it has ended"
        raise HomeLocked(msg) from None


def _judged(
    rows: Sequence[Sequence[Any]], rules: dict[str, Rule], outdated: Iterable[str], today: date
) -> Iterator[Rejudged]:
    @cache
    def in_force(grantee_id: str | None, year: str | None) -> tuple[Policies, Waivers]:
        return policies(grantee_id, year, today), Waivers.of(grantee_id, year, today)

    covered: set[tuple[str, str | None, str | None]] = set()  # what the whole grantee has waived
    for rule_id, _version, grantee_id, year, institution_id, population, failed, *said in rows:
        if rule_id in outdated:
            continue
        policy_of, waivers = in_force(grantee_id, year)
        after = ruling_of(
            rule_id, institution_id, (population, failed), policy_of(rules[rule_id], institution_id), waivers,
            is_covered=(rule_id, grantee_id, year) in covered,
        )  # fmt: skip
        if after.is_waived and institution_id is None:
            covered.add((rule_id, grantee_id, year))
        yield Rejudged(rule_id, grantee_id, year, institution_id, population, failed, Ruling(*said), after)
