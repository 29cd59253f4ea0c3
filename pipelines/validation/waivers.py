"""Whether waivers cover what fails: each has a standing on a day, by its dates and by how many rows fail.

A waived failure stays a failure. What a waiver is, and who may approve it, stands in ``waiver_file``; what is written
down of it in ``waiver_book``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.validation.waiver_file import Waiver, waivers_of

WARNING_DAYS = 14  # before a waiver ends, the operator is told
Word = Literal["active", "expiring", "exceeded", "expired", "idle"]
Counts = Mapping[tuple[str, str | None], tuple[int | None, int | None]]
"""Rule and institution (None: the grantee as a whole) to population and failed rows; None where it broke."""


@dataclass(frozen=True)
class Standing:
    """How a waiver stands on a day.

    ``word``: active and expiring cover what fails; exceeded (more rows fail than were waived) and expired do not, so
    the failure is open again; idle has nothing to cover. ``days_left`` is negative after its last day. The counts are
    None where nobody has judged the rule there.
    """

    waiver: Waiver
    word: Word
    words: str
    days_left: int
    population_count: int | None
    failed_count: int | None

    @property
    def covers(self) -> bool:
        """Whether the failure counts as waived."""
        return self.word in ("active", "expiring")

    @property
    def is_open_again(self) -> bool:
        """Whether the waiver has come to its end, in days or in rows."""
        return self.word in ("exceeded", "expired")

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should act: renew, correct, or take the waiver out of the file."""
        return self.is_open_again or self.word == "expiring"


@dataclass(frozen=True)
class Waivers:
    """The waivers of a grantee's program year, on a day."""

    waivers: tuple[Waiver, ...]
    today: date

    @classmethod
    def of(cls, grantee_id: str | None, program_year: str | None, today: date) -> Waivers:
        """Return the waivers of a program year; none for reference tables, which have no grantee.

        Raises ConfigurationError that names file, block and the fix.
        """
        declared = waivers_of(grantee_id) if grantee_id else ()
        return cls(tuple(one for one in declared if one.program_year == program_year), today)

    def covers(
        self, rule_id: str, institution_id: str | None, population_count: int | None, failed_count: int | None
    ) -> bool:
        """Return whether a failure is waived: of the whole grantee by a waiver for it, of an institution by its own."""
        return any(
            standing_of(one, self.today, population_count, failed_count).covers
            for one in self.waivers
            if (one.rule_id, one.institution_id) == (rule_id, institution_id or "")
        )

    def standings(self, counts: Counts) -> list[Standing]:
        """Return how each waiver stands, in the order of the file."""
        return [
            standing_of(one, self.today, *counts.get((one.rule_id, one.institution_id or None), (None, None)))
            for one in self.waivers
        ]


def standing_of(waiver: Waiver, today: date, population: int | None, failed: int | None) -> Standing:
    """Return how a waiver stands on a day on which ``failed`` of ``population`` rows fail."""
    word, words = _told(waiver, today, population, failed)
    return Standing(waiver, word, words, (waiver.expires - today).days, population, failed)


def _told(waiver: Waiver, today: date, population: int | None, failed: int | None) -> tuple[Word, str]:
    days_left = (waiver.expires - today).days
    if days_left < 0:
        return "expired", f"expired {_days(-days_left)} ago: open again; correct the records or have it approved anew"
    if today < waiver.approved_at:
        return "idle", f"approved from {waiver.approved_at} on: covers nothing before"
    if not failed:
        is_judged = failed is not None
        return "idle", "nothing fails; where that stays so, take it out" if is_judged else "not judged there yet"
    waived = waiver.waived_count(population or 0)
    if failed > waived:
        return "exceeded", f"{_rows(failed)}, {waived} {'was' if waived == 1 else 'were'} waived: open again"
    told = f"{_rows(failed)}, {waived} {'is' if waived == 1 else 'are'} waived"
    if days_left > WARNING_DAYS:
        return "active", told
    return "expiring", f"expires {f'in {_days(days_left)}' if days_left else 'today'}; {told}"


def _rows(count: int) -> str:
    return "1 row fails" if count == 1 else f"{count} rows fail"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
