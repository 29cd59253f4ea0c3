"""Waivers: failures that an agency has decided to live with until a date. A waived failure stays a failure.

Nobody approves a waiver of their own, nor one for their own institution.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.grantee import grantee

_TEXTS = ("rule_id", "program_year", "reason", "author", "approved_by")
_KEYS = (
    "rule_id, program_year, reason, author, approved_by, expires; and for one institution institution_id and "
    "approver_institution_id"
)


@dataclass(frozen=True)
class Waiver:
    """One waiver of ``waivers.toml``: for a rule and a program year, by somebody, for a reason, until a date.

    ``institution_id`` is the institution that it is for, empty for the whole grantee; ``approver_institution_id`` is
    the approver's own, empty for a person of the agency.
    """

    rule_id: str
    program_year: str
    reason: str
    author: str
    expires: date
    approved_by: str = ""
    institution_id: str = ""
    approver_institution_id: str | None = None


def waivers_of(grantee_id: str) -> tuple[Waiver, ...]:
    """Return a grantee's waivers. Raises ConfigurationError that names file and key."""
    path = grantee(grantee_id).folder / "waivers.toml"
    if not path.is_file():
        return ()
    try:
        waivers = tuple(Waiver(**entry) for entry in read_toml(path).get("waiver", []))
    except TypeError as fault:
        msg = f"{path}: [[waiver]]: {fault}; the keys are {_KEYS}"
        raise ConfigurationError(msg) from fault
    for waiver in waivers:
        fault_found = _fault_of(waiver)
        if fault_found:
            msg = f"{path}: [[waiver]] of {waiver.rule_id}: {fault_found}"
            raise ConfigurationError(msg)
    return waivers


def waived_rules(grantee_id: str, program_year: str, today: date) -> frozenset[str]:
    """Return the ids of the rules that are waived for a program year on a day; an expired waiver covers nothing.

    A waiver for one institution opens no gate of the whole grantee.
    """
    return frozenset(
        w.rule_id
        for w in waivers_of(grantee_id)
        if w.program_year == program_year and w.expires >= today and not w.institution_id
    )


def _fault_of(waiver: Waiver) -> str:
    """Return what is wrong with a waiver, with the key and the fix; empty where nothing is."""
    empty = [key for key in _TEXTS if not str(getattr(waiver, key)).strip()]
    if type(waiver.expires) is not date:
        return "expires: write a date without quotes, such as 2027-06-30"
    if empty:
        return f"{', '.join(empty)}: say it; a waiver that nobody else has approved waives nothing"
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
