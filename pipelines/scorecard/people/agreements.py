"""Data-sharing agreements as a grantee declares them in ``agreements.toml``, and how they stand on a day.

Whether an agreement is lawful, or kept, is for people; here is only what it says and until when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.scorecard.people.blocks import DAY, ID, NAMES, TEXT, blocks_of, content_of

FILE_NAME = "agreements.toml"
NOT_YET, CURRENT, EXPIRED, DUE = "not yet in force", "current", "expired", "expired, destruction due"
_KEYS = {
    "id": ID, "parties": NAMES, "purpose": TEXT, "legal_basis": TEXT, "data": TEXT, "effective": DAY, "expires": DAY,
    "destruction": DAY,
}  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """One agreement. It holds from ``effective`` to ``expires``, both inclusive; the data go by ``destruction``."""

    id: str
    parties: tuple[str, ...]
    purpose: str
    legal_basis: str
    data: str
    effective: date
    expires: date
    destruction: date

    def standing(self, day: date) -> str:
        """Return how the agreement stands on a day."""
        if day < self.effective:
            return NOT_YET
        if day <= self.expires:
            return CURRENT
        return DUE if day > self.destruction else EXPIRED


def agreements_of(path: Path) -> tuple[Agreement, ...]:
    """Return the agreements of a file, those that expire first at the head; none where there is no file.

    Raises ConfigurationError that names file, block, key and the fix.
    """
    found: list[Agreement] = []
    ids: set[str] = set()
    for block in blocks_of(path, content_of(path, ("agreement",)), "agreement", _KEYS):
        block.hold_new("id", ids)
        one = Agreement(**{**block.values, "parties": tuple(block.values["parties"])})
        if one.effective > one.expires:
            block.refuse("expires: lies before effective, so that it would never hold; correct the days")
        if one.destruction < one.effective:
            block.refuse("destruction: lies before effective; correct the days")
        found.append(one)
    return tuple(sorted(found, key=lambda one: (one.expires, one.id)))
