"""What open findings may do to the core indicators, read for pages and for the order in which rules are shown.

Counted by ``quality.rule_effect``; here bounds become a distance from the rate as reported, in exact fractions. How it
is said in words belongs to the pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.standing import Place
from pipelines.scorecard.share import Share

TABLE = "quality.rule_effect"
NO_PART = ("subgroup", "nothing")  # the figures of everybody do not read the column
_NO_DISTANCE = Fraction(0)
MOVES, UNTOLD, NONE = range(3)  # the order in which a steward should see them
# Institutions have rows of their own. A page of a year tells of that year's records, a rule's page of all of them.
EFFECTS = f"""
    select * from {TABLE} where institution_id is null and record_program_year is {{}} null
    order by program_year desc, indicator_code
"""


@dataclass(frozen=True)
class Effect:
    """What a rule's findings may do to one indicator of a grantee in a reporting year.

    ``numerator`` and ``denominator`` count the persons touched, ``missing`` those who may be missing, records that name
    nobody included. ``lowest`` and ``highest`` bound the rate ``reported``; without them ``reason`` says why.
    """

    indicator_code: str
    program_year: str
    use: str
    finding_count: int
    numerator: int
    denominator: int
    missing: int
    reported: Share
    lowest: Share
    highest: Share
    reason: str

    @cached_property  # asked for by every sort; exact fractions take their time
    def move(self) -> Fraction | None:
        """How far the rate may lie from the one reported, between 0 and 1; None where it cannot be told."""
        if self.use in NO_PART and self.reason not in ("no_record", "not_loaded"):
            return Fraction(0)
        down, up = _distance(self.lowest, self.reported), _distance(self.reported, self.highest)
        return None if down is None or up is None else max(down, up)


@dataclass(frozen=True)
class RuleEffect:
    """What a rule's findings of a partition may do to all indicators that read its records."""

    effects: tuple[Effect, ...] = ()

    @cached_property
    def worst(self) -> Effect | None:
        """The indicator that may move farthest; None where none is known to move."""
        moving = [effect for effect in self.effects if effect.move]
        return max(moving, key=lambda effect: effect.move or 0, default=None)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why some of it cannot be told, each reason once; empty where all can."""
        return tuple(dict.fromkeys(effect.reason for effect in self.effects if effect.move is None))

    @property
    def read(self) -> tuple[Effect, ...]:
        """The indicators that read the column, or of which that cannot be told; what moves farthest comes first."""
        found = [effect for effect in self.effects if effect.use != "nothing" or effect.move is None]
        return tuple(sorted(found, key=lambda effect: (not effect.move, -(effect.move or 0), effect.move is not None)))

    @property
    def kind(self) -> int:
        """MOVES an indicator, UNTOLD, or NONE; what no report reads yet is untold: it is not known to be harmless."""
        if self.worst:
            return MOVES
        return UNTOLD if self.reasons or not self.effects else NONE

    @property
    def order(self) -> tuple[int, Fraction]:
        """The key to sort by: what moves an indicator most comes first, what moves none last."""
        move = self.worst.move if self.worst else None
        return (self.kind, -(move or Fraction(0)))

    @property
    def weight(self) -> int:
        """The same as one whole number, the largest first, for pages that are sorted by who reads them."""
        move = self.worst.move if self.worst else None
        return int((move or 0) * 1_000_000) + 2 if self.kind == MOVES else NONE - self.kind


NOTHING_KNOWN = RuleEffect()


def _distance(low: Share, high: Share) -> Fraction | None:
    """Return how far two shares lie apart, made as one fraction: a page of a large State asks for 10,000 of them."""
    if low.numerator is None or high.numerator is None or not low.denominator or not high.denominator:
        return None
    apart = high.numerator * low.denominator - low.numerator * high.denominator
    return Fraction(apart, low.denominator * high.denominator) if apart else _NO_DISTANCE


def worst_of(found: Iterable[RuleEffect]) -> RuleEffect:
    """Return the effect that a steward should know first; one of which nothing is known where there is none."""
    return min(found, key=lambda effect: effect.order, default=NOTHING_KNOWN)


def effects_by_place(desk: Desk) -> Mapping[tuple[Place, str], RuleEffect]:
    """Return by grantee, program year of the records, and rule what the findings may do; empty before the first."""
    return _gathered(
        (((row["grantee_id"], row["record_program_year"]), row["rule_id"]), row)
        for row in _rows(desk, EFFECTS.format("not"))
    )


def effects_by_rule(desk: Desk) -> Mapping[str, Mapping[str, RuleEffect]]:
    """Return by rule and grantee what the findings of all years may do."""
    gathered = _gathered(((row["rule_id"], row["grantee_id"]), row) for row in _rows(desk, EFFECTS.format("")))
    found: dict[str, dict[str, RuleEffect]] = defaultdict(dict)
    for (rule_id, grantee_id), effect in gathered.items():
        found[rule_id][grantee_id] = effect
    return found


def _rows(desk: Desk, query: str) -> list[dict[str, Any]]:
    return desk.rows(query) if desk.has(TABLE) else []


def _gathered(rows: Iterable[tuple[Any, dict[str, Any]]]) -> dict[Any, RuleEffect]:
    found: dict[Any, list[Effect]] = defaultdict(list)
    for key, row in rows:
        found[key].append(_effect(row))
    return {key: RuleEffect(tuple(effects)) for key, effects in found.items()}


def _effect(row: Mapping[str, Any]) -> Effect:
    return Effect(
        row["indicator_code"], row["program_year"], row["use_code"], row["finding_count"],
        row["numerator_touched_count"], row["denominator_touched_count"], row["outside_count"] + row["nameless_count"],
        Share(row["numerator_count"], row["denominator_count"]),
        Share(row["lowest_numerator_count"], row["lowest_denominator_count"]),
        Share(row["highest_numerator_count"], row["highest_denominator_count"]),
        row["reason"] or "",
    )  # fmt: skip
