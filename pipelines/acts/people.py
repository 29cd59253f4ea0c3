"""Who acts: name, role and statement as the person says, and the account under which the command ran.

Names and roles are claims; who may run the command is decided by the operating system, so its account is kept beside.
"""

from __future__ import annotations

import os
import pwd
import re
from dataclasses import dataclass

from pipelines.configuration import ConfigurationError

REPORTING_OFFICER, STEWARD = "reporting_officer", "steward"
ROLES = {
    REPORTING_OFFICER: "a reporting officer certifies, that of the agency also freezes and releases",
    STEWARD: "the agency's steward accepts, refuses, purges and changes keys",
}
_LIKE_A_PERSONS_NUMBER = re.compile(r"(?<!\d)\d{3}[- ]?\d{2}[- ]?\d{4}(?!\d)")
_LONGEST = 2000  # characters: a statement, not a report


@dataclass(frozen=True)
class Person:
    """Who acts, and what the person states."""

    name: str
    role: str
    statement: str

    def __post_init__(self) -> None:
        """Refuse what the log could not keep for good. Raises ConfigurationError."""
        if self.role not in ROLES:
            known = "; ".join(f"{role}: {does}" for role, does in ROLES.items())
            msg = f"--role {self.role}: no such role. {known}"
            raise ConfigurationError(msg)
        for option, text in (("--name", self.name), ("--statement", self.statement)):
            hold_fit_for_the_log(option, text)


def hold_fit_for_the_log(option: str, text: str) -> None:
    """Refuse a text that says nothing, or that may hold a person's number: what is logged is never taken out again.

    Raises ConfigurationError that names the option and the fix, not the text.
    """
    if not text.strip() or len(text) > _LONGEST or any(not (c.isprintable() or c == "\n") for c in text):
        msg = f"{option}: write a text of 1 to {_LONGEST} characters without control characters"
        raise ConfigurationError(msg)
    if _LIKE_A_PERSONS_NUMBER.search(text):
        msg = f"{option}: holds nine digits like a person's number, and the log keeps them for good; leave them out"
        raise ConfigurationError(msg)


def hold_role(person: Person, needed: str, act: str) -> None:
    """Refuse an act to a role that it is not for. Raises ConfigurationError."""
    if person.role != needed:
        msg = f"--role {person.role}: cannot {act}; {ROLES[needed]}, so --role {needed} is needed"
        raise ConfigurationError(msg)


def account() -> str:
    """Return the account of the operating system under which the command runs, not what its environment says."""
    number = os.getuid()
    try:
        return f"{pwd.getpwuid(number).pw_name} ({number})"
    except KeyError:  # a container without names of users
        return f"({number})"
