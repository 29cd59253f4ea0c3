"""The dimensions by which persons are told apart in measures, said once, and how their parts sum to the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipelines.code_sets import STATES, code_set
from pipelines.equity_source import equity_dimensions

ALL = "all"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Dimension:
    """What persons are told apart by. ``codes`` by weight: of several that reports hold, the first is the person's.

    ``column`` is that of ``mart.student_year``; empty for what follows from the programs and not from the person.
    """

    name: str
    column: str
    codes: tuple[str, ...]


def _of_person(name: str, column: str, values: Sequence[str]) -> Dimension:
    return Dimension(name, column, (*values, *STATES))


FLAGS = tuple(name for name in equity_dimensions() if name not in ("sex", "race_ethnicity"))
CREDIT_STATUSES = ("credit", "noncredit", "credit_and_noncredit", UNKNOWN)
CONTEXTS = {
    "eligible_recipient": "eligible_recipient_id",
    "career_cluster": "career_cluster_code",
    "award_level": "award_level_code",
}
CIP = "cip_code"


def dimensions() -> tuple[Dimension, ...]:
    """Return the twelve dimensions of which each is a partition of the persons, by name."""
    # The largest text of several answers counts, as within an institution (mart.student_year): here the first.
    by_value = {name: sorted(code_set(name), reverse=True) for name in ("sex", "race_ethnicity")}
    found = [_of_person(name, name, values) for name, values in by_value.items()]
    found += [_of_person(name, f"{name}_status", ("yes", "no")) for name in FLAGS]
    return tuple(sorted((*found, Dimension("credit_status", "", CREDIT_STATUSES)), key=lambda d: d.name))


def margins() -> Iterator[tuple[str, str]]:
    """Yield (what parts are told by, how they sum): dimensions, pairs in alphabetical order; of everybody also keys."""
    kinds = {**{d.name: "partition" for d in dimensions()}, **dict.fromkeys(CONTEXTS, "cover")}
    yield from sorted(kinds.items())
    for one, other in combinations(sorted(kinds), 2):
        if not {one, other} <= set(CONTEXTS):
            yield f"{one}*{other}", "partition" if kinds[one] == kinds[other] else "cover"
    yield from (("institution_id", "cover"), (CIP, "cover"))


def margin_lines() -> str:
    """Return the lines of a header that say how the parts of a table of cells sum to the whole."""
    return "".join(f"-- margin {told_by}: {kind}\n" for told_by, kind in margins())
