"""What a notice says, in plain text: how the run ended, what changed, what is blocked, and where to look.

It leaves the restricted rooms by mail or chat. So gates are named without counts, findings are counted over all rules
of a severity in a program year, and a count below the grantee's suppression threshold is told as that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.grantee import grantee, grantee_ids
from pipelines.intake.inbox import is_program_year
from pipelines.notices.facts import NightFacts, YearFacts
from pipelines.reports.desk import places
from pipelines.suppression_policy import PLACEMENT, policy_of
from pipelines.validation.waivers import Standing

SYSTEM_FAILED = 3
_MOST_LINES = 10  # of gates, rules or waivers in a program year: some services cut a message at 4,000 characters
_CHANGES = (("new", "New findings"), ("came_back", "Findings that came back"), ("fixed", "Findings fixed"))
_SEVERITIES = ("critical", "warning", "info")
_REFERENCE = "Reference sources and strays"


@dataclass(frozen=True)
class Notice:
    """A notice and for whom it is: ``is_failed`` and ``is_blocked`` are told to those who want no other."""

    subject: str
    text: str
    is_changed: bool
    is_blocked: bool
    is_failed: bool

    def is_for(self, when: str) -> bool:
        """Return whether a channel that asks for ``when`` wants it."""
        wants = {"always": True, "changes": self.is_changed, "blocked": self.is_blocked, "failed": self.is_failed}
        return wants[when]


def write_notice(facts: NightFacts, grantees: Sequence[str], desk_url: str, titles: Mapping[str, str]) -> Notice:
    """Return the notice about some grantees, or all where none are named. ``titles`` are those of rules by id."""
    years = [year for year in facts.years if not grantees or year.grantee_id in grantees]
    is_failed = facts.exit_code == SYSTEM_FAILED and _concerns(facts, years, grantees)
    is_blocked = is_failed or any(year.is_newly_blocked for year in years)
    is_changed = is_blocked or any(year.is_changed for year in years)
    told = [year for year in years if year.is_changed or year.gates]
    lines = [
        *(["FICTIONAL: invented records, not data of the agencies named here.", ""] if facts.is_sample else []),
        _ending(facts, years, is_failed=is_failed),
        *(f"{_short(one)}: the source database could not be read." for one in facts.unreachable
          if not grantees or one in grantees),
        *(line for year in told for line in ("", *_year(year, titles, desk_url))),
        "",
        *_foot(facts, desk_url),
    ]  # fmt: skip
    return Notice(_subject(facts, years, is_failed=is_failed), "\n".join(lines), is_changed, is_blocked, is_failed)


def _concerns(facts: NightFacts, years: Sequence[YearFacts], grantees: Sequence[str]) -> bool:
    """Return whether what failed is about these grantees: a run that broke off is about all."""
    if not grantees or not facts.has_ended:
        return True
    return any(year.unjudged for year in years) or bool(set(facts.unreachable) & set(grantees))


def _ending(facts: NightFacts, years: Sequence[YearFacts], *, is_failed: bool) -> str:
    night = f"The nightly run that began on {facts.started_at:%d %B %Y at %H:%M} UTC"
    if not facts.has_ended:
        return f"{night} broke off: the system failed. This says nothing about the data; what was finished is kept."
    if is_failed:
        return f"{night} ended, but not everything could be read or judged: the system failed there, not the data."
    closed = any(year.gates for year in years)
    return f"{night} has ended. " + ("Gates are closed; see below." if closed else "No gate is closed.")


def _subject(facts: NightFacts, years: Sequence[YearFacts], *, is_failed: bool) -> str:
    closed = sum(len(year.gates - year.gates_before) for year in years)
    still = sum(len(year.gates & year.gates_before) for year in years)
    opened = sum(len(year.gates_before - year.gates) for year in years)
    arrived, refused = sum(year.arrived_count for year in years), sum(year.refused_count for year in years)
    parts = [
        "the system failed" if is_failed else "",
        f"{_many(closed, 'gate')} closed" if closed else "",
        f"{_many(opened, 'gate')} opened" if opened else "",
        f"{_many(still, 'gate')} still closed" if still else "",
        f"{_many(refused, 'file')} refused" if refused else "",
        f"{_many(arrived, 'file')} arrived" if arrived else "",
        "findings changed" if any(year.findings for year in years) else "",
    ]
    said = ", ".join(filter(None, parts)) or ("news" if any(year.is_changed for year in years) else "no change")
    return f"{'FICTIONAL: ' if facts.is_sample else ''}CTE data, night of {facts.started_at:%Y-%m-%d}: {said}"


def _year(year: YearFacts, titles: Mapping[str, str], desk_url: str) -> Iterator[str]:
    # A stray file lies in a folder whose name may be anything.
    program_year = year.program_year if year.program_year and is_program_year(year.program_year) else ""
    yield f"{_short(year.grantee_id)} {program_year}".rstrip()
    if year.arrived_count:
        late = f", {year.late_count} of them late" if year.late_count else ""
        refused = f", {year.refused_count} refused" if year.refused_count else ""
        yield f"  Arrived: {_many(year.arrived_count, 'file')}{late}{refused}"
    if year.missing_count:
        yield f"  Overdue: {_many(year.missing_count, 'kind')} of files that should be there by now"
    for words, rule_ids in (
        ("Gates closed tonight", year.gates - year.gates_before),
        ("Gates still closed", year.gates & year.gates_before),
        ("Gates opened", year.gates_before - year.gates),
        ("Could not be judged", year.unjudged),
    ):
        yield from _listed(words, [_rule(one, titles) for one in rule_ids])
    for change, words in _CHANGES:
        if counts := _counts(year, change):
            yield f"  {words}: {counts}"
    if year.package_count:
        yield f"  Return packages written: {year.package_count}"
    yield from _listed("Waivers that end, or cover less than fails", [_waiver(one, titles) for one in year.waivers])
    if desk_url and year.grantee_id:
        yield f"  {desk_url}/{places.of_grantee(year.grantee_id)}"


def _listed(words: str, lines: Collection[str]) -> Iterator[str]:
    if lines:
        yield f"  {words}:"
    yield from (f"    {line}" for line in sorted(lines)[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"    and {len(lines) - _MOST_LINES} more"


def _rule(rule_id: str, titles: Mapping[str, str]) -> str:
    return f"{titles.get(rule_id, rule_id)} [{rule_id}]"


def _counts(year: YearFacts, change: str) -> str:
    """Return the counts of a change by severity; a small one is told as smaller than what may be shown."""
    # Over all rules, so that records of every source may be among what was counted.
    least = policy_of(grantee(year.grantee_id), PLACEMENT).threshold if year.grantee_id in grantee_ids() else 1
    counts = ((year.findings.get((change, severity), 0), severity) for severity in _SEVERITIES)
    return ", ".join(
        f"{count:,} {severity}" if count >= least else f"fewer than {least} {severity}"
        for count, severity in counts
        if count
    )


def _waiver(standing: Standing, titles: Mapping[str, str]) -> str:
    waiver = standing.waiver
    scope = ", for one institution" if waiver.institution_id else ""
    ends = {
        "expired": f"expired on {waiver.expires}: open again",
        "exceeded": "more fails than was waived: open again",
    }.get(standing.word, f"expires on {waiver.expires}")
    return f"{_rule(waiver.rule_id, titles)}{scope}: {ends}"


def _foot(facts: NightFacts, desk_url: str) -> Iterator[str]:
    where = f"{desk_url}/{places.OVERVIEW}" if desk_url else f"Open reports/{places.OVERVIEW} of the home."
    yield f"What to do, institution by institution: {where}"
    yield f"Run {facts.run_id}. Small counts are not told here, and nothing about any person."


def _short(grantee_id: str | None) -> str:
    return grantee(grantee_id).short_name if grantee_id and grantee_id in grantee_ids() else _REFERENCE


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
