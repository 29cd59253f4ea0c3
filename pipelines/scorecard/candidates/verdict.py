"""Which verdicts of readiness are possible once missing answers are given, though nobody knows what they will be.

The verdict is worked out in ``sql/mart/readiness.sql``; here are its conditions again, for counts that are no rows yet,
with its own limits. A test holds both to the same verdict on every row. Answers are never guessed: all are possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pipelines.models import sql_root

VERDICTS = ("not_measurable", "with_caution", "measurable")  # the worst first
_LIMIT = re.compile(r"([\d.]+) as (\w+)")
_COUNTS = (
    "student_count", "population_count", "reach_unknown_count", "informative_count", "yes_count", "no_count",
    "not_reported_count", "declined_count", "not_collected_count", "completer_informative_count",
    "completer_missing_count", "other_informative_count", "other_missing_count",
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """Counts of a place in one equity dimension, as ``mart.readiness`` names them.

    ``unsaid_count`` are those sent as no whom nobody asked; ``previous`` are (yes, all codes) of the year before.
    """

    student_count: int
    population_count: int
    reach_unknown_count: int
    informative_count: int
    yes_count: int
    no_count: int
    not_reported_count: int
    declined_count: int
    not_collected_count: int
    completer_informative_count: int
    completer_missing_count: int
    other_informative_count: int
    other_missing_count: int
    unsaid_count: int
    previous: tuple[int, int] | None
    is_source_declared: bool


@cache
def limits() -> Mapping[str, float]:
    """Return the limits of the house as the first table of the query of readiness has them."""
    text = (sql_root() / "mart" / "readiness.sql").read_text(encoding="utf-8")
    house = text.partition("with house as (")[2].partition(")")[0]
    return {name: float(value) if "." in value else int(value) for value, name in _LIMIT.findall(house)}


def counts_of(row: Row) -> Counts:
    """Return the counts of a row of ``mart.readiness`` about a dimension that is answered with yes or no."""
    counts = {name: int(row[name] or 0) for name in _COUNTS}
    codes = row["previous_informative_count"]
    previous = None if codes is None else (round((row["previous_yes_rate"] or 0) * codes), int(codes))
    unsaid = int(row["never_filed_count"] or 0) + int(row["filing_unknown_count"] or 0)
    return Counts(**counts, unsaid_count=unsaid, previous=previous, is_source_declared=row["is_source_declared"])


def answered(counts: Counts, filled: Iterable[Row], yes_count: int) -> Counts:
    """Return the counts once all that is missing in the rows ``filled`` has an answer, ``yes_count`` times a yes."""
    rows = list(filled)
    add = {name: sum(int(row[name] or 0) for row in rows) for name in (
        "missing_count", "not_reported_count", "never_filed_count", "filing_unknown_count", "completer_missing_count",
        "other_missing_count")}  # fmt: skip
    return replace(
        counts,
        informative_count=counts.informative_count + add["missing_count"],
        yes_count=counts.yes_count + yes_count,
        no_count=counts.no_count + add["missing_count"] - yes_count,
        not_reported_count=counts.not_reported_count - add["not_reported_count"],
        unsaid_count=counts.unsaid_count - add["never_filed_count"] - add["filing_unknown_count"],
        completer_informative_count=counts.completer_informative_count + add["completer_missing_count"],
        completer_missing_count=counts.completer_missing_count - add["completer_missing_count"],
        other_informative_count=counts.other_informative_count + add["other_missing_count"],
        other_missing_count=counts.other_missing_count - add["other_missing_count"],
    )


def verdict_of(counts: Counts) -> str | None:
    """Return the verdict on a dimension answered with yes or no; None of too few students."""
    limit = limits()
    asked = counts.population_count - counts.declined_count
    if counts.population_count < limit["smallest_population"]:
        return None
    is_all_no = asked > 0 and counts.no_count + counts.unsaid_count == asked
    known = counts.informative_count * 100
    if not counts.informative_count or is_all_no or known < limit["not_measurable_below_percent"] * asked:
        return VERDICTS[0]
    return VERDICTS[1] if any(_cautions(counts, asked)) else VERDICTS[2]


def _cautions(c: Counts, asked: int) -> Iterable[bool]:
    limit = limits()
    sent = c.informative_count + c.unsaid_count
    yield c.informative_count * 100 < limit["caution_below_percent"] * asked
    yield c.yes_count == 0
    yield c.yes_count * 100 >= limit["default_from_percent"] * sent
    yield _is_differential(c)
    yield _is_unstable(c)
    yield c.reach_unknown_count * 100 > limit["reach_unknown_above_percent"] * c.student_count
    yield not c.is_source_declared


def _is_differential(c: Counts) -> bool:
    limit = limits()
    completers = c.completer_informative_count + c.completer_missing_count
    others = c.other_informative_count + c.other_missing_count
    missing = c.completer_missing_count + c.other_missing_count
    known = c.completer_informative_count + c.other_informative_count
    crossed = c.completer_missing_count * c.other_informative_count
    crossed -= c.completer_informative_count * c.other_missing_count
    everybody = known + missing
    smallest = min(completers, others) * min(known, missing)
    if not everybody or not smallest or smallest < limit["smallest_expected_count"] * everybody:
        return False
    statistic = float(crossed) * crossed * everybody / (float(completers) * others * known * missing)
    differs = abs(crossed) * 100 >= limit["different_from_points"] * completers * others
    return statistic > limit["chi_square_above"] and differs


def _is_unstable(c: Counts) -> bool:
    limit = limits()
    if c.previous is None or min(c.informative_count, c.previous[1]) < limit["smallest_compared_count"]:
        return False
    yes, codes = c.previous
    distance = 2 * abs(c.yes_count * codes - yes * c.informative_count)
    return distance * 100 > limit["unstable_above_points"] * 2 * c.informative_count * codes


def possible(row: Row, filled: Iterable[Row]) -> tuple[str | None, str | None]:
    """Return the worst and the best verdict on a place (a row) once the rows ``filled``, all of it, are answered.

    Every number of yes is possible. Tried are the ends, where a verdict is worst, and, where it can only be best, the
    number that brings the share of yes nearest to that of the year before without being yes for nobody or for all.
    """
    rows, counts = list(filled), counts_of(row)
    missing = sum(int(one["missing_count"] or 0) for one in rows)
    verdicts = {verdict_of(answered(counts, rows, yes)) for yes in _tried(counts, rows, missing)}
    if None in verdicts:
        return None, None
    ranked = sorted(verdicts, key=lambda one: VERDICTS.index(one or ""))
    return ranked[0], ranked[-1]


def _tried(counts: Counts, rows: list[Row], missing: int) -> set[int]:
    after = answered(counts, rows, 0)
    low = 0 if after.yes_count else min(1, missing)
    sent = after.informative_count + after.unsaid_count
    default = -(-int(limits()["default_from_percent"]) * sent // 100)  # as many yes would be yes for all
    high = max(low, min(missing, default - 1 - after.yes_count))
    yes, codes = after.previous or (0, 0)
    center = yes * after.informative_count // codes - after.yes_count if codes else low
    return {0, missing, *(min(max(one, low), high) for one in (center, center + 1))}
