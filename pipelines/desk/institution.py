"""What stands open at each institution: which rules fail there and since when, and what can be measured.

Everything is read once for all institutions. Which files hold its records is said by ``held``; what was returned and
answered by ``loop``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.desk.desk import Desk
from pipelines.desk.held import Place, place_of
from pipelines.desk.standing import LAST
from pipelines.desk.tally import Counts, Tally, tallies, total
from pipelines.scorecard.coverage import LABELS, ORDER
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import SEVERITIES

BANDS = ("up to 7 days", "8 to 30 days", "31 to 90 days", "over 90 days")
AGES = """
    select grantee_id, institution_id,
        case when age_days <= 7 then 0 when age_days <= 30 then 1 when age_days <= 90 then 2 else 3 end as band,
        count(*) as open_count, count(returned_at) as returned_count,
        count(*) filter (where explained) as explained_count, coalesce(max(age_days), 0) as oldest_days
    from quality.finding_age where grantee_id is not null group by all order by all
"""
RESULTS = f"""
    select last.rule_id, last.grantee_id, last.program_year, own.institution_id,
        own.failed_count, own.population_count, own.status,
        last.failed_count as whole_failed_count, last.population_count as whole_population_count,
        last.status as whole_status
    from ({LAST}) as last
    left join quality.rule_result as own
        on last.run_id = own.run_id and last.rule_id = own.rule_id and last.grantee_id = own.grantee_id
            and last.program_year = own.program_year and own.institution_id is not null and own.failed_count > 0
    where last.grantee_id is not null
"""
READINESS = """
    select grantee_id, institution_id, program_year, equity_dimension, verdict, reasons from mart.readiness
    where grantee_id is not null and institution_id is not null
"""


@dataclass(frozen=True)
class RuleHere:
    """A rule with open findings at an institution. Shares are None where it was not judged there by itself."""

    rule_id: str
    program_year: str
    severity: str
    counts: Counts
    here: Share
    whole: Share
    status: str


@dataclass(frozen=True)
class AgeBand:
    """Open findings that are about as old."""

    label: str
    open_count: int
    returned_count: int
    explained_count: int


@dataclass(frozen=True)
class Ready:
    """Whether an equity dimension can be measured at an institution, by program year: verdict and reasons."""

    label: str
    years: tuple[tuple[str, str] | None, ...]


def by_institution(desk: Desk) -> Mapping[Place, list[Tally]]:
    """Return the findings counted, by institution; those of reference sources belong to none."""
    found: dict[Place, list[Tally]] = defaultdict(list)
    for tally in tallies(desk):
        if tally.grantee_id is not None:
            found[place_of(desk, tally.grantee_id, tally.institution_id)].append(tally)
    return found


def rules(desk: Desk, tallied: Mapping[Place, list[Tally]]) -> Mapping[Place, list[RuleHere]]:
    """Return the rules with open findings by institution: the gravest first, then those with most findings."""
    own, whole = _results(desk)
    found: dict[Place, list[RuleHere]] = defaultdict(list)
    for place, of_place in tallied.items():
        for (rule_id, year), counts in _by_rule(of_place):
            share, status = whole.get((place[0], rule_id, year), (Share(None, None), ""))
            here = own.get((place, rule_id, year), Share(None, None))
            severity = min((t.severity for t in counts), key=SEVERITIES.index)
            found[place].append(RuleHere(rule_id, year, severity, total(counts), here, share, status))
        found[place].sort(key=lambda r: (SEVERITIES.index(r.severity), -r.counts.open, r.rule_id, r.program_year))
    return found


def _by_rule(found: list[Tally]) -> Iterator[tuple[tuple[str, str], list[Tally]]]:
    """Yield (rule, program year) with its tallies, those of rules that have open findings."""
    of_rule: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for tally in found:
        of_rule[tally.rule_id, tally.program_year or ""].append(tally)
    yield from ((key, tallied) for key, tallied in of_rule.items() if any(t.open_count for t in tallied))


def _results(
    desk: Desk,
) -> tuple[dict[tuple[Place, str, str], Share], dict[tuple[str, str, str], tuple[Share, str]]]:
    """Return what fails at each listed institution, and in all with the verdict, of the last night that judged it."""
    own: dict[tuple[Place, str, str], Share] = {}
    whole: dict[tuple[str, str, str], tuple[Share, str]] = {}
    for r in desk.rows(RESULTS):
        rule = r["rule_id"], r["program_year"]
        whole[r["grantee_id"], *rule] = Share(r["whole_failed_count"], r["whole_population_count"]), r["whole_status"]
        if desk.directory.find(r["grantee_id"], r["institution_id"]).is_listed:
            place = place_of(desk, r["grantee_id"], r["institution_id"])
            own[place, *rule] = Share(r["failed_count"], r["population_count"])
    return own, whole


def ages(desk: Desk) -> Mapping[Place, tuple[list[AgeBand], int]]:
    """Return open findings by age for each institution, every band among them, and the age of the oldest in days."""
    counted: dict[Place, list[list[int]]] = defaultdict(lambda: [[0, 0, 0] for _ in BANDS])
    oldest: dict[Place, int] = defaultdict(int)
    for r in desk.rows(AGES) if desk.has("quality.finding_age") else ():
        place = place_of(desk, r["grantee_id"], r["institution_id"])
        of_band = counted[place][r["band"]]
        for n, name in enumerate(("open_count", "returned_count", "explained_count")):
            of_band[n] += r[name]
        oldest[place] = max(oldest[place], r["oldest_days"])
    return {
        place: ([AgeBand(label, *counts) for label, counts in zip(BANDS, bands, strict=True)], oldest[place])
        for place, bands in counted.items()
    }


def readiness(desk: Desk) -> Mapping[Place, tuple[list[str], list[Ready]]]:
    """Return program years and what can be measured in them, by institution; records of no institution are none."""
    found: dict[Place, dict[tuple[str, str], tuple[str, str]]] = defaultdict(dict)
    for r in desk.rows(READINESS) if desk.has("mart.readiness") else ():
        if desk.directory.find(r["grantee_id"], r["institution_id"]).is_listed:
            place = place_of(desk, r["grantee_id"], r["institution_id"])
            found[place][r["equity_dimension"], r["program_year"]] = r["verdict"] or "", r["reasons"] or ""
    return {place: _ready(verdicts) for place, verdicts in found.items()}


def _ready(verdicts: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[list[str], list[Ready]]:
    years = sorted({year for _, year in verdicts})
    dimensions = sorted({d for d, _ in verdicts}, key=lambda d: (ORDER.get(d, len(ORDER)), d))
    return years, [Ready(LABELS.get(d, d), tuple(verdicts.get((d, year)) for year in years)) for d in dimensions]
