"""What a rule's page tells beside its words: verdicts, where most rows fail, what that may do, how counts have moved.

What a rule says stands in ``expectations.facts``; verdicts are read by ``standing``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pipelines.desk.desk import Desk
from pipelines.desk.directory import Institution
from pipelines.desk.effects import RuleEffect, effects_by_rule
from pipelines.desk.standing import LAST, Place, Standing, standings
from pipelines.scorecard.share import Share

MOST_POINTS, MOST_INSTITUTIONS = 12, 10
# The institutions of the run that judged the rule last there.
INSTITUTIONS = f"""
    select own.rule_id, own.grantee_id, own.program_year, own.institution_id, own.failed_count, own.population_count
    from quality.rule_result as own inner join ({LAST}) as last
        on own.run_id = last.run_id and own.rule_id = last.rule_id
            and own.grantee_id is not distinct from last.grantee_id
            and own.program_year is not distinct from last.program_year
    where own.institution_id is not null and own.failed_count > 0
    order by own.rule_id, own.grantee_id, own.program_year, own.institution_id
"""
# Runs after which the counts were others than after the run before.
MOVES = """
    select judged.* from (
        select result.rule_id, result.grantee_id, result.program_year, result.run_id, run.started_at,
            result.failed_count, result.population_count,
            lag(result.failed_count) over in_time is distinct from result.failed_count
                or lag(result.population_count) over in_time is distinct from result.population_count as is_move
        from quality.rule_result as result inner join quality.run as run on result.run_id = run.run_id
        where result.institution_id is null and result.failed_count is not null
        window in_time as (
            partition by result.rule_id, result.grantee_id, result.program_year order by result.run_id
        )
    ) as judged
    where is_move order by rule_id, grantee_id, program_year, run_id
"""


@dataclass(frozen=True)
class Moved:
    """A count of a rule in a partition, and the run from which on it held."""

    started_at: datetime
    failed: Share


@dataclass(frozen=True)
class Result:
    """How a rule stands in a partition, and how its count came there, the oldest first."""

    place: Place
    standing: Standing
    moves: tuple[Moved, ...]

    @property
    def before(self) -> Share | None:
        """The last other count; None without one."""
        return self.moves[-2].failed if self.moves[1:] else None


@dataclass(frozen=True)
class AtInstitution:
    """How many rows of an institution fail a rule in a partition."""

    place: Place
    institution: Institution
    failed: Share


@dataclass(frozen=True)
class RuleFacts:
    """All results of a rule by grantee and program year, and the institutions, those with most failing rows first.

    ``effects`` are what the findings of a grantee may do, with the grantee's name, those that move most first.
    """

    results: tuple[Result, ...] = ()
    institutions: tuple[AtInstitution, ...] = ()
    effects: tuple[tuple[str, RuleEffect], ...] = ()

    def count(self, status: str) -> int:
        """In how many partitions the rule has that status."""
        return sum(result.standing.verdict.status == status for result in self.results)

    @property
    def status(self) -> str:
        """The status that a steward should know first; empty where nothing was judged."""
        order = ("error", "failed", "passed", "not_applicable")
        return next((status for status in order if self.count(status)), "")


def rule_facts(desk: Desk) -> Mapping[str, RuleFacts]:
    """Return what is known of each rule that was ever judged, by its id."""
    moves, institutions, effects = _moves(desk), _institutions(desk), effects_by_rule(desk)
    results: dict[str, list[Result]] = defaultdict(list)
    for place, found in standings(desk).items():
        for standing in found:
            rule_id = standing.verdict.rule_id
            results[rule_id].append(Result(place, standing, moves.get((rule_id, place), ())))
    return {
        rule_id: RuleFacts(
            tuple(sorted(found, key=lambda one: _order(desk, one.place))),
            tuple(sorted(institutions[rule_id], key=lambda one: -(one.failed.numerator or 0))),
            _by_effect(desk, effects.get(rule_id, {})),
        )
        for rule_id, found in results.items()
    }


def _by_effect(desk: Desk, found: Mapping[str, RuleEffect]) -> tuple[tuple[str, RuleEffect], ...]:
    named = [(desk.directory.grantee_name(grantee_id), effect) for grantee_id, effect in found.items()]
    return tuple(sorted(named, key=lambda pair: (pair[1].order, pair[0])))


def _order(desk: Desk, place: Place) -> tuple[str, str]:
    return desk.directory.grantee_name(place[0]), place[1] or ""


def _moves(desk: Desk) -> dict[tuple[str, Place], tuple[Moved, ...]]:
    rows = desk.connection.execute(
        f"select rule_id, grantee_id, program_year, started_at, failed_count, population_count from ({MOVES}) as moves"
    ).fetchall()
    told = groupby(rows, key=lambda row: row[:3])
    return {
        (rule_id, (grantee_id, year)): tuple(Moved(r[3], Share(r[4], r[5])) for r in list(found)[-MOST_POINTS:])
        for (rule_id, grantee_id, year), found in told
    }


def _institutions(desk: Desk) -> dict[str, list[AtInstitution]]:
    """Return institutions with failing rows by rule; codes of no list are one of them."""
    sums: dict[tuple[str, Place, Institution], tuple[int, int]] = {}
    for rule_id, grantee_id, year, institution_id, failed, population in desk.connection.execute(
        INSTITUTIONS
    ).fetchall():
        key = (rule_id, (grantee_id, year), desk.directory.find(grantee_id, institution_id))
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + failed, before[1] + population)
    found: dict[str, list[AtInstitution]] = defaultdict(list)
    for (rule_id, place, institution), (failed, population) in sums.items():
        found[rule_id].append(AtInstitution(place, institution, Share(failed, population)))
    return found
