"""Rules about the IPEDS files: what a published table says of itself must add up.

Nobody here can correct what NCES has published; a finding tells the reader of a page which figures contradict each
other, and by how much no total can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold
from pipelines.reference_tables import AGES, RACES, SEXES

TABLE = "reference.ipeds_completers"
NONE = Threshold(evidence="the parts are a complete list: the survey's own edit checks hold them to the total")
NEVER_NEGATIVE = Threshold(evidence="a count is never below zero")
FIX = (
    "Compare with the file that NCES offers today, which may be a revised release. If it still says so, take the total "
    "as published and name the difference in a note; never scale the parts."
)


def _sum_of(parts: str, one: str, names: Iterable[str]) -> Rule:
    counts = [f"{name}_count" for name in names]
    even: dict[str, Any] = {"total_count": len(counts), **dict.fromkeys(counts, 1)}
    return Rule(
        id=f"ipeds_completers_{parts}_sum_to_total", table=TABLE,
        title=f"The completers by {one} sum to all completers of the award level",
        dimension="consistency", severity="warning", threshold=NONE,
        expectation=ExpectRowsToSatisfy(
            column_list=["total_count", *counts], condition=f"total_count = {' + '.join(counts)}"
        ),
        columns=("total_count", *counts), population_words="all institutions and award levels",
        why=f"Shares by {one} of an institution whose parts miss its total are shares of nothing.",
        fix=FIX,
        passes=(
            even, even | {counts[0]: 0, counts[-1]: 2}, dict.fromkeys(even, 0),
            even | {counts[0]: None}, even | {"total_count": None},  # what cannot be read is told by its own rule
        ),
        fails=(
            *(even | {count: 2} for count in counts),  # each part belongs to the sum
            even | {"total_count": len(counts) + 1}, even | {"total_count": 0},
        ),
    )  # fmt: skip


def _not_negative() -> Rule:
    counts = ["total_count", *(f"{name}_count" for name in (*RACES, *SEXES, *AGES))]
    zeros: dict[str, Any] = dict.fromkeys(counts, 0)
    return Rule(
        id="ipeds_completers_counts_not_negative", table=TABLE,
        title="No count of completers is below zero",
        dimension="validity", severity="warning", threshold=NEVER_NEGATIVE,
        expectation=ExpectRowsToSatisfy(
            column_list=counts, condition=" and ".join(f"{count} >= 0" for count in counts)
        ),
        columns=tuple(counts), population_words="all institutions and award levels",
        why="IPEDS writes -1 and -2 for not reported and not applicable; added up as people, they lower every sum.",
        fix="Declare the code under `nulls` of the column in the layout, so that it is read as no value.",
        passes=(zeros, zeros | {"total_count": 5, "white_count": 5}, zeros | {"white_count": None}),
        fails=tuple(zeros | {count: -1} for count in counts),
    )  # fmt: skip


RULES = (_sum_of("races", "race", RACES), _sum_of("sexes", "sex", SEXES), _sum_of("ages", "age", AGES), _not_negative())
