"""Measures the criteria of the rubric: each function returns the share of the grantee, or one share per institution.

Marks and wording stand in ``rubric.toml``; what follows from the answers stands in ``suggestion``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.scorecard.card import CriterionResult
from pipelines.scorecard.coverage import bare, required_elements
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import CoverageLine, FileLine, IndicatorLine
from pipelines.scorecard.rubric import Criterion, SuggestionRule, rubric
from pipelines.scorecard.share import Share, at_rank, percent
from pipelines.validation.partition import NO_INSTITUTION

ByInstitution = Mapping[str, Share]


@dataclass(frozen=True)
class Measured:
    """What the criteria look at, read once. ``flawed``: records with a finding by dimension, institution, table."""

    files: tuple[FileLine, ...]
    missing_tables: tuple[str, ...] | None
    expected_count: int
    coverage: tuple[CoverageLine, ...]
    known: Mapping[str, list[Share]]
    indicators: tuple[IndicatorLine, ...]
    elements: list[dict[str, Any]]
    flawed: Mapping[tuple[str, str, str], int]


def lines_read(seen: Measured) -> Share:
    """Loaded lines of all data lines in force."""
    counting = in_force(seen.files)
    data = sum(f.physical_line_count - f.header_line_count for f in counting)
    return Share(sum(f.loaded_line_count for f in counting), data)


def files_on_time(seen: Measured) -> Share:
    """Files in force that came by their due date; files without one say nothing."""
    dated = [f for f in in_force(seen.files) if f.due_date]
    return Share(sum(not f.is_late for f in dated), len(dated))


def tables_arrived(seen: Measured) -> Share:
    """Required tables of which at least one file arrived."""
    if seen.missing_tables is None:
        return Share(None, None)
    return Share(seen.expected_count - len(seen.missing_tables), seen.expected_count)


def dimensions_collected(seen: Measured) -> Share:
    """Equity dimensions that at least one source collects."""
    told = [line for line in seen.coverage if line.student_count]
    return Share(sum(line.not_collected_count < line.student_count for line in told), len(told))


def outcomes_known(seen: Measured) -> Share:
    """The indicator, of those computed for the grantee, whose outcomes are known least."""
    shares = [
        Share(line.unknown_count or 0, line.denominator_count).complement()
        for line in seen.indicators
        if line.institution_id is None and line.lowest is not None
    ]
    return _worst(shares) or Share(None, None)


def dimensions_known(seen: Measured) -> ByInstitution:
    """The equity dimension that each institution knows least of."""
    return _worst_of(seen.known.items())


def required_values(seen: Measured) -> ByInstitution:
    """Required elements of the table in which each institution fills them least."""
    required = required_elements()
    return _worst_table(
        ((bare(r["table_name"]), r["institution_id"]), r["value_count"], r["row_count"])
        for r in seen.elements
        if (bare(r["table_name"]), r["column_name"]) in required
    )


def programs_classified(seen: Measured) -> ByInstitution:
    """Programs whose CIP code could be read."""
    place = ("program", "cip_code")
    found = [r for r in seen.elements if (bare(r["table_name"]), r["column_name"]) == place]
    return {r["institution_id"]: Share(r["value_count"], r["row_count"]) for r in found}


def records_without(dimension: str) -> Callable[[Measured], ByInstitution]:
    """Return the measure of records without a finding of a dimension, in each institution's worst table.

    Records are counted, not rules, so that fifty trivial rules cannot drown one that matters.
    """

    def measure(seen: Measured) -> ByInstitution:
        rows = {(bare(r["table_name"]), r["institution_id"]): r["row_count"] for r in seen.elements}
        return _worst_table(
            (place, max(0, count - seen.flawed.get((dimension, place[1], place[0]), 0)), count)
            for place, count in sorted(rows.items())
        )

    return measure


OF_GRANTEE: Mapping[str, Callable[[Measured], Share]] = {
    "lines_read": lines_read,
    "files_on_time": files_on_time,
    "tables_arrived": tables_arrived,
    "dimensions_collected": dimensions_collected,
    "outcomes_known": outcomes_known,
}
OF_INSTITUTIONS: Mapping[str, Callable[[Measured], ByInstitution]] = {
    "required_values": required_values,
    "dimensions_known": dimensions_known,
    "programs_classified": programs_classified,
    "records_valid": records_without("validity"),
    "records_unique": records_without("uniqueness"),
    "records_integral": records_without("integrity"),
    "records_consistent": records_without("consistency"),
}


def judge_criterion(
    criterion: Criterion, seen: Measured, rule: SuggestionRule, names: Mapping[str, str]
) -> CriterionResult:
    """Return whether a criterion is met, with what was measured; not met and cannot tell are different answers."""
    if criterion.over == "grantee":
        share = OF_GRANTEE[criterion.id](seen)
        needed = f"at least {_mark(criterion.at_least)}"
        return _result(criterion, is_met=_reaches(share, criterion.at_least), needed=needed, measured=share)
    return _over_institutions(criterion, OF_INSTITUTIONS[criterion.id](seen), rule, names)


def _over_institutions(
    criterion: Criterion, by_institution: ByInstitution, rule: SuggestionRule, names: Mapping[str, str]
) -> CriterionResult:
    named = [(i, by_institution[i]) for i in sorted(by_institution) if i != NO_INSTITUTION]
    told = {institution_id: share for institution_id, share in named if share.fraction is not None}
    median = at_rank(list(told.values()), Fraction(rule.median_rank))
    worst = at_rank(list(told.values()), Fraction(rule.worst_rank))
    answers = [_reaches(median, criterion.median_at_least), _reaches(worst, criterion.worst_at_least)]
    lowest = min(told, key=lambda i: (told[i].fraction, i)) if told else ""
    return _result(
        criterion,
        is_met=None if None in answers else all(answers),
        needed=f"median at least {_mark(criterion.median_at_least)}, worst decile {_mark(criterion.worst_at_least)}",
        measured=median,
        worst=worst,
        worst_institution=names.get(lowest, lowest) if lowest and told[lowest].fraction != 1 else "",
        institution_count=len(told),
    )


def _result(criterion: Criterion, **answer: Any) -> CriterionResult:
    words = (criterion.id, criterion.title, criterion.over, criterion.population, criterion.source, criterion.raises)
    return CriterionResult(*words, **answer)


def _reaches(share: Share | None, mark: str) -> bool | None:
    return None if share is None or share.fraction is None else share.fraction >= Fraction(mark)


def _mark(mark: str) -> str:
    return percent(Fraction(mark)).replace(".0%", "%")


def _worst(shares: Iterable[Share]) -> Share | None:
    return at_rank(list(shares), Fraction(0))


def _worst_of(shares: Iterable[tuple[str, list[Share]]]) -> ByInstitution:
    return {institution_id: _worst(found) or Share(0, 0) for institution_id, found in shares}


def _worst_table(counts: Iterable[tuple[tuple[str, str], int, int]]) -> ByInstitution:
    """Return each institution's worst table from ((table, institution), good, all); values of a table add up.

    Tables of too few records are left out: one bad row of an institution's only row is no share to judge by.
    """
    minimum = rubric().suggestion.minimum_records
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, good, everything in counts:
        if everything >= minimum:
            sums[place][0] += good
            sums[place][1] += everything
    by_institution: dict[str, list[Share]] = defaultdict(list)
    for (_table, institution_id), (good, everything) in sums.items():
        by_institution[institution_id].append(Share(good, everything))
    return _worst_of(by_institution.items())
