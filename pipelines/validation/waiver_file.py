"""Waivers as a grantee declares them in ``waivers.toml``: what was approved, by whom, up to how many rows, until when.

Nobody approves a waiver of their own, nor one for their own institution. Whether a waiver covers what fails is told in
``waivers``.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.acts.log import sha256_of_json
from pipelines.acts.people import hold_fit_for_the_log
from pipelines.grantee import grantee
from pipelines.validation.declared import blocks_of

FILE_NAME = "waivers.toml"
_LOGGED = ("reason", "author", "approved_by")
_REQUIRED = ("rule_id", "program_year", *_LOGGED, "approved_at", "expires")
_OPTIONAL = ("tolerance_count", "tolerance_share", "institution_id", "approver_institution_id")


@dataclass(frozen=True)
class Waiver:
    """One waiver: for a rule and a program year, up to a number of failing rows, for a reason, until a date.

    ``institution_id`` is the institution that it is for, empty for the whole grantee; ``approver_institution_id`` is
    the approver's own, empty for a person of the agency. Both days are inclusive.
    """

    grantee_id: str
    rule_id: str
    program_year: str
    reason: str
    author: str
    approved_by: str
    approved_at: date
    expires: date
    tolerance_count: int = 0
    tolerance_share: str = "0"
    institution_id: str = ""
    approver_institution_id: str | None = None

    def waived_count(self, population: int) -> int:
        """Return how many rows may fail at most: the count, or the share of the population where that is more."""
        return max(self.tolerance_count, math.floor(Fraction(self.tolerance_share) * population))

    @property
    def content(self) -> dict[str, Any]:
        """Everything that the waiver says, as JSON can hold it."""
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}

    @property
    def id(self) -> str:
        """SHA-256 of the content: a waiver that was changed in any word is another one, and is approved anew."""
        return sha256_of_json(self.content)


def waivers_of(grantee_id: str) -> tuple[Waiver, ...]:
    """Return a grantee's waivers. Raises ConfigurationError that names file, block, key and the fix."""
    found: list[Waiver] = []
    for block in blocks_of(grantee(grantee_id).folder / FILE_NAME, "waiver", _REQUIRED, _OPTIONAL):
        for key in _LOGGED:
            hold_fit_for_the_log(f"{block.where}: {key}", block.values[key])
        waiver = Waiver(grantee_id=grantee_id, **block.values)
        if fault := _fault_of(waiver):
            block.refuse(fault)
        if waiver in found:
            block.refuse("stands twice; take one of the two out")
        found.append(waiver)
    return tuple(found)


def _fault_of(waiver: Waiver) -> str:
    """Return what is wrong with a waiver, with the key and the fix; empty where nothing is."""
    if not waiver.tolerance_count and not Fraction(waiver.tolerance_share):
        return "tolerance_count or tolerance_share: say how many failing rows are waived at most, more than 0"
    if waiver.approved_at > waiver.expires:
        return "approved_at: lies after expires, so that the waiver would never cover anything; correct the days"
    if _same(waiver.approved_by, waiver.author):
        return "approved_by: the author cannot approve the own waiver; name another person"
    if waiver.institution_id and waiver.approver_institution_id is None:
        return 'approver_institution_id: say whose person approved it, "" for one of the agency'
    if waiver.institution_id and _same(waiver.institution_id, str(waiver.approver_institution_id)):
        return "approver_institution_id: nobody approves a waiver for their own institution; have the agency approve it"
    return ""


def _same(one: str, other: str) -> bool:
    """Return whether two names are one, however they are spaced and capitalized."""
    return "".join(one.casefold().split()) == "".join(other.casefold().split())
