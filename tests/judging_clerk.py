"""A clerk who follows findings and thresholds by hand, from night to night.

Written from what was decided and not from the code of judging. Which rows fail is told to the clerk; what becomes of a
finding, whether a rule has failed, and what a waiver covers, the clerk works out alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from expectations.rule import Threshold

Place = tuple[str, str, str]  # rule, grantee, program year
Record = tuple[tuple[str, ...], int]  # the key of a record, and its line
Told = tuple[str, str, str, int, str, str, str, str]


@dataclass
class Life:
    """One finding as the clerk knows it."""

    line: int
    state: str
    change: str
    first: str
    last: str


@dataclass
class Clerk:
    """All findings ever seen, by rule, place, key, and number among those with the same key."""

    lives: dict[tuple[Place, tuple[str, ...], int], Life] = field(default_factory=dict)

    def judge(self, run_id: str, failing: Mapping[Place, Iterable[Record] | None]) -> None:
        """Take in what one night has judged; None where a rule broke, so that nothing is known."""
        for place, records in failing.items():
            if records is not None:
                self._judge(run_id, place, sorted(records, key=lambda record: record[1]))

    def _judge(self, run_id: str, place: Place, records: Iterable[Record]) -> None:
        seen: dict[tuple[str, ...], int] = {}
        found = set()
        for key, line in records:
            seen[key] = seen.get(key, 0) + 1
            one = (place, key, seen[key])
            found.add(one)
            known = self.lives.get(one)
            if known is None:
                self.lives[one] = Life(line, "open", "new", run_id, run_id)
            else:
                change = "still_open" if known.state == "open" else "came_back"
                self.lives[one] = Life(line, "open", change, known.first, run_id)
        for one, life in self.lives.items():
            if one[0] == place and one not in found and life.state == "open":
                life.state = life.change = "fixed"

    def told(self) -> list[Told]:
        """Return rule, grantee, year, line, state, change, first and last run of every finding."""
        return sorted(
            (*place, life.line, life.state, life.change, life.first, life.last)
            for (place, _, _), life in self.lives.items()
        )


def word(population: int | None, failed: int | None, threshold: Threshold) -> str:
    """Return the status that counts come to."""
    if population is None or failed is None:
        return "error"
    if population == 0:
        return "not_applicable"
    is_within = failed <= threshold.count or Fraction(failed, population) <= Fraction(threshold.share)
    return "passed" if is_within else "failed"
