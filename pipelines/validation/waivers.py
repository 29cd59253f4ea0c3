"""Waivers: failures that an agency has decided to live with until a date. A waived failure stays a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.grantee import grantee


@dataclass(frozen=True)
class Waiver:
    """One waiver of ``waivers.toml``: for a rule and a program year, by somebody, for a reason, until a date."""

    rule_id: str
    program_year: str
    reason: str
    author: str
    expires: date


def waivers_of(grantee_id: str) -> tuple[Waiver, ...]:
    """Return a grantee's waivers. Raises ConfigurationError that names file and key."""
    path = grantee(grantee_id).folder / "waivers.toml"
    if not path.is_file():
        return ()
    try:
        waivers = tuple(Waiver(**entry) for entry in read_toml(path).get("waiver", []))
    except TypeError as fault:
        msg = f"{path}: [[waiver]]: {fault}; the keys are rule_id, program_year, reason, author, expires"
        raise ConfigurationError(msg) from fault
    for waiver in waivers:
        if type(waiver.expires) is not date:
            msg = f"{path}: [[waiver]] of {waiver.rule_id}: expires: write a date without quotes, such as 2027-06-30"
            raise ConfigurationError(msg)
    return waivers


def waived_rules(grantee_id: str, program_year: str, today: date) -> frozenset[str]:
    """Return the ids of the rules that are waived for a program year on a day; an expired waiver covers nothing."""
    return frozenset(w.rule_id for w in waivers_of(grantee_id) if w.program_year == program_year and w.expires >= today)
