"""How a page was protected, in words and numbers: what is withheld, and what was put together so that it is not more.

Everything is counted from published rows, as any reader could; why a single number is withheld is nowhere said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.shareable.card import Family, Group, Kept, Pooled, Protection
from pipelines.shareable.cells import ALL
from pipelines.shareable.names import ALL_OTHER
from pipelines.shareable.told import CODED, SHOWN, WITHHELD, Count, status_of

Row = Mapping[str, Any]
KINDS = (
    ("everybody", "everybody"),
    ("groups", "groups"),
    ("pairs", "groups within groups"),
    ("institutions", "institutions as a whole"),
    ("institution groups", "groups at institutions"),
    ("programs", "programs"),
)

ON_PAGE = ("everybody", "groups", "institutions", "programs")  # what nobody has to unfold, or look up in the file


def kept(name: str, rows: Iterable[Row]) -> Kept:
    """Return how many of some published rows are numbers, coded, withheld, or not to be told anyhow."""
    found = Counter(_class(status_of(row["suppression_code"])) for row in rows)
    return Kept(name, found[SHOWN], found["coded"], found[WITHHELD], found["other"])


def kinds(title: str, rows: Sequence[Row]) -> list[Kept]:
    """Return how many rows of a table by place and group are shown, one line a kind of place or group."""
    found = [kept(f"{title}: {words}", [row for row in rows if _kind(row) == kind]) for kind, words in KINDS]
    return [line for line in found if line.total]


@dataclass(frozen=True)
class Together:
    """What of a page stands together: clusters instead of programs, years instead of a year; only what is told of."""

    clusters: Family | None
    programs: Sequence[Group]
    programs_withheld: Sequence[str]
    pooled: Sequence[Pooled]


def protection(
    name: str, concentrators: Count, tables: Mapping[str, Sequence[Row]], together: Together, release: Row
) -> Protection:
    """Return the account of one page.

    Args:
        name: the grantee.
        concentrators: its concentrators as published.
        tables: the rows of the year: ``indicator``, ``student_count``, ``rule_result``, ``coverage``,
            ``suppression_policy``.
        together: what was put together.
        release: the row of ``publish.release``.
    """
    lines = [*kinds("Rates", tables["indicator"]), *kinds("Students", tables["student_count"])]
    records = (kept("Quality rules", tables["rule_result"]), kept("Completeness", tables["coverage"]))
    policies = tables["suppression_policy"]
    told = [_size(name, concentrators, tables["indicator"]), *_rules(policies)]
    told += [*_together(tables["indicator"], together), *_carried(release)]
    return Protection(
        tuple(told), (*lines, *(line for line in records if line.total)), never_shown(policies), tuple(policies)
    )


def never_shown(policies: Sequence[Row]) -> str:
    """Return which counts of students are never shown, such as ``1 to 9 (1P1: 1 to 19)``; empty without a policy."""
    least = min((policy["threshold"] for policy in policies), default=0)
    more = [f"{one['indicator_code']}: 1 to {one['threshold'] - 1}" for one in policies if one["threshold"] > least]
    return (f"1 to {least - 1}" + (f" ({', '.join(more)})" if more else "")) if policies else ""


def _size(name: str, concentrators: Count, rows: Sequence[Row]) -> str:
    rates = kept("", [row for row in rows if _kind(row) in ON_PAGE])
    share = f"{rates.withheld:,} of {rates.total:,} rates are withheld and {rates.coded:,} are given as a range."
    if concentrators.number is None:
        return f"Many groups at {name} are small: {share}"
    return f"Because {name} has {concentrators.number:,} concentrators, some groups are too small to show: {share}"


def _rules(policies: Sequence[Row]) -> tuple[str, ...]:
    if not policies:
        return ()
    few = (
        f"A count of {never_shown(policies)} students is never shown. Further numbers are withheld where they would "
        "let somebody work out such a count, by subtraction or from an earlier release. One symbol stands for both, so "
        "a withheld number may be large."
    )
    ends = (
        "Where everybody or nobody in a group succeeded, the rate would tell the outcome of each student, so rates "
        "near 0% and 100% are given as a range that includes both."
    )
    return few, ends


def _together(rows: Sequence[Row], together: Together) -> list[str]:
    told = []
    number = len(together.programs) + len(together.programs_withheld)
    if together.clusters is not None and number:
        lines = [line for part in together.clusters.parts for line in part.groups]
        all_clusters = len(lines) + sum(len(part.withheld) for part in together.clusters.parts)
        shown = sum(any(_is_told(rate.status) for rate in line.rates) for line in lines)
        told.append(
            f"Programs stand together in career clusters: {shown} of {all_clusters} clusters have a rate or a range, "
            f"against {len(together.programs)} of {number} single programs."
        )
    others = sum(row["subgroup_code"] == ALL_OTHER for row in rows)
    if others:
        told.append(
            f"Groups that are withheld stand together as one line, all other groups, {_times(others)}: it is the total "
            "less the groups shown."
        )
    if together.pooled:
        lines_told = "1 rate is" if len(together.pooled) == 1 else f"{len(together.pooled):,} rates are"
        told.append(f"Single years that are too small stand together: {lines_told} given over several years.")
    return told


def _carried(release: Row) -> list[str]:
    if release["reason"] is None:
        return []
    return [release["reason"]]  # the file's own words: which reason it was would tell how few persons changed


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _is_told(status: str) -> bool:
    return status == SHOWN or status in CODED


def _class(status: str) -> str:
    return "coded" if status in CODED else status if status in (SHOWN, WITHHELD) else "other"


def _kind(row: Row) -> str:
    if row["cip_code"] is not None:
        return "programs"
    if row["subgroup_dimension"] == ALL:
        return "everybody" if row["institution_id"] is None else "institutions"
    if row["institution_id"] is not None:
        return "institution groups"
    return "pairs" if "*" in row["subgroup_dimension"] else "groups"
