"""The desk's page of measures, one a grantee and program year: levels, gaps and progress with what they can bear."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pipelines.code_sets import code_set
from pipelines.desk.desk import Desk
from pipelines.desk.measures import MOST, Measures, key_of, measured, measures
from pipelines.desk.subgroups import group_name, kind_name
from pipelines.measures.rates import wilson_interval
from pipelines.reports.desk import places
from pipelines.reports.desk.intervals import RATE_WIDTH, WIDTH, gap_drawing, rate_drawing, scale_of
from pipelines.reports.desk.page import Page, render
from pipelines.reports.page import NOTHING
from pipelines.scorecard.outcomes import NAMES
from pipelines.scorecard.share import Share

RESULT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "met": ("yes", "reaches 90% of the level"),
        "not_met": ("no", "below 90% of the level"),
        "no_level": ("untold", "no level is known"),
        "not_the_states_figure": ("none", "not the State's figure"),
        "pending": ("waits", "pending: the source period is not complete"),
        "no_denominator": ("none", "nobody to count"),
        "not_computable": ("untold", "cannot be computed from what was sent"),
    }
)
STANDING: Mapping[str, str] = MappingProxyType(
    {
        "at_level": "at the level",
        "at_90_percent": "below the level, at 90% of it",
        "below_90_percent": "below 90% of the level",
        "no_level": "no level is known",
    }
)
PROGRESS: Mapping[str, str] = MappingProxyType(
    {
        "rose": "rose",
        "fell": "fell",
        "same": "the same",
        "break": "break: another definition",
        "no_previous_year": "no year before",
        "not_computed": "not computed",
        "not_computed_before": "not computed the year before",
    }
)
VERDICT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "measurable": ("yes", "measurable"),
        "with_caution": ("waits", "with caution"),
        "not_measurable": ("untold", "not measurable"),
        "too_few": ("untold", "too few"),
        "not_applicable": ("none", "not judged"),
    }
)
FEW = 10  # persons; what is told of so few stands folded up, behind what can be compared
# What may be said of a gap. No word of praise or blame: the group does better or worse, the college is not judged.
SAID: Mapping[str, str] = MappingProxyType(
    {
        "below_surely": "lower, in the worst case too",
        "below": "lower, but unknowns could turn it",
        "chance": "cannot tell from chance",
        "not_measurable": "cannot tell: the data do not carry it",
        "above": "higher, but unknowns could turn it",
        "above_surely": "higher, in the worst case too",
    }
)
METHOD: Mapping[str, str] = MappingProxyType(
    {"ppg_2017": "PPG", "ppg1_2022": "PPG-1", "prop_index": "PI", "index_80": "80%"}
)
UNTOLD: Mapping[str, str] = MappingProxyType(
    {
        "pending": "Pending",
        "not_computable": "Cannot be computed",
        "true_by_construction": "True by construction",
    }
)
# Kind of gaps to (anchor, title, small print).
KINDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "groups": ("gaps", "Gaps of each group", "Every subgroup of all concentrators by one dimension."),
        "pairs": ("pairs", "Gaps of groups within groups", "Subgroups by two dimensions, such as race and sex."),
        "programs": ("programs", "Gaps of programs", "Each program (CIP) against all concentrators."),
        "institutions": (
            "at-institutions", "Gaps at institutions", "Each group against all concentrators of its institution.",
        ),
    }
)  # fmt: skip


def pages(desk: Desk) -> Iterator[Page]:
    """Yield a page for each grantee and program year that has indicators."""
    for place in measured(desk):
        yield _page(desk, measures(desk, place))


def _page(desk: Desk, told: Measures) -> Page:
    name = desk.directory.grantee_name(told.grantee_id)
    place = places.of_measures(told.grantee_id, told.program_year)
    content = render(
        desk, "measures.html", place,
        told=told, name=name, most=MOST, kinds=KINDS, results=RESULT, standing=STANDING, progress=PROGRESS,
        verdict=VERDICT, methods=METHOD, untold=UNTOLD, indicators=NAMES, sources=code_set("placement_source"),
        said=SAID, untested_reason=untested_reason, few=FEW,
        scales={table.kind: scale_of(table.tested) for table in told.gaps}, at=_institutions(desk, told),
        find=desk.directory.find, key_of=key_of, group=group_name, kind=kind_name, points=points, share=share,
        matched=matched, highest=highest, interval=interval, level=level, gap_drawing=gap_drawing,
        rate_drawing=rate_drawing, width=WIDTH, rate_width=RATE_WIDTH,
    )  # fmt: skip
    words = f"{told.grantee_id} {told.program_year} indicators levels gaps equity subgroups 1P1 2P1 3P1"
    return Page(place, content, kind="Measures", title=f"Measures {told.program_year}: {name}", keywords=words)


def points(value: float | None, *, is_signed: bool = True) -> str:
    """Return a difference of shares in percentage points, such as ``+3.2``; a dash where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    told = f"{abs(value) * 100:.1f}"
    sign = "" if told == "0.0" or not is_signed else "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{told}"


def untested_reason(row: Mapping[str, Any]) -> str:
    """Return why a gap has no test."""
    if row["reason"]:
        return str(row["reason"])
    if "no" in row["subgroup_code"].split("*"):
        return "the rest beside a special population, which is tested itself"
    return "all others cannot be told apart from the group"


def share(row: Mapping[str, Any], prefix: str = "") -> Share:
    """Return the rate of a row, in which unknown outcomes are no successes."""
    return Share(row[f"{prefix}numerator_count"], row[f"{prefix}denominator_count"])


def highest(row: Mapping[str, Any]) -> Share:
    """Return the rate if every unknown outcome were a success."""
    numerator = row["numerator_count"]
    return Share(None if numerator is None else numerator + (row["unknown_count"] or 0), row["denominator_count"])


def matched(row: Mapping[str, Any]) -> Share:
    """Return the match rate of a placement source: the share of persons of whom it says something."""
    return Share(row["matched_count"], row["denominator_count"])


def interval(row: Mapping[str, Any]) -> str:
    """Return the Wilson interval of a rate in percent, such as ``41.0% to 48.2%``; a dash where there is none."""
    numerator, denominator = row["numerator_count"], row["denominator_count"]
    found = wilson_interval(numerator, denominator) if numerator is not None and denominator else None
    return NOTHING if found is None else f"{found[0]:.1%} to {found[1]:.1%}"


def level(percent: Decimal | None) -> str:
    """Return a level as it was written, with two decimals at least; a dash where none is known."""
    if percent is None:
        return NOTHING
    whole, _, decimals = f"{percent:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}%"


def _institutions(desk: Desk, told: Measures) -> list[tuple[Any, dict[str, Mapping[str, Any]]]]:
    """Return the institutions by name, each with its row of every indicator."""
    found: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in told.rates:
        if row["institution_id"] is not None:
            found[row["institution_id"]][row["indicator_code"]] = row
    pairs = [(desk.directory.find(told.grantee_id, code), rows) for code, rows in found.items()]
    return sorted(pairs, key=lambda pair: (not pair[0].is_listed, pair[0].name, pair[0].slug))
