"""What a return package is: whom it goes to, which file it speaks of, and what it says. How it is written: ``sheets``.

No value of a person: what a finding shows is masked when it is found, and the key of a record is never told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pipelines.desk.directory import AGENCY, Institution

HEADERS = (
    "Finding", "Line", "Cell", "Column", "Value as sent", "Severity", "Status since last return", "What is wrong",
    "Why it matters", "How to repair", "Rule", "Explanation",
)  # fmt: skip
# The changes of ``quality.returned_finding``, in the words of a package.
STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {"new": "new", "still_open": "still open", "came_back": "came back", "fixed": "fixed"}
)
NOT_SHOWN = "(not shown: personal)"
LONGEST = 1_000  # characters of a value; a cell of a workbook takes 32,767, and nobody reads as many


@dataclass(frozen=True)
class File:
    """A file received that is in force, or was refused. ``slot`` is what a later file replaces."""

    submission_id: str
    grantee_id: str
    program_year: str
    file_name: str
    sha256: str
    table_name: str | None
    slot: str
    is_refused: bool = False


@dataclass(frozen=True)
class Row:
    """One finding as a package tells it; ``line`` is None for a file as a whole and for what is fixed."""

    finding_id: str
    change: str
    line: int | None
    cell: str
    column: str
    value: str
    severity: str
    wrong: str
    why: str
    fix: str
    rule_id: str
    explanation: str

    @property
    def cells(self) -> tuple[str | int, ...]:
        """The values in the order of ``HEADERS``."""
        return (
            self.finding_id, "" if self.line is None else self.line, self.cell, self.column, self.value, self.severity,
            STATUS_WORDS[self.change], self.wrong, self.why, self.fix, self.rule_id, self.explanation,
        )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """How many ``what`` (students, records) at least a rule concerns that rests on records of others."""

    rule_id: str
    title: str
    at_least: int
    what: str


@dataclass(frozen=True)
class Package:
    """What is returned to ``institution`` (None: the agency) about a file. ``rows`` come in the order of its lines."""

    file: File
    institution: Institution | None
    agency_name: str
    is_sample: bool
    return_number: int
    returned_on: date
    rows: tuple[Row, ...]
    counted: tuple[Counted, ...]
    content_sha256: str
    withheld_count: int

    @property
    def return_id(self) -> str:
        """Id of the return: hash of institution, submission and number."""
        code = self.institution.institution_id if self.institution else ""
        parts = (self.file.grantee_id, code, self.file.submission_id, str(self.return_number))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]

    @property
    def path(self) -> str:
        """Where the files lie below ``returns``, without their endings."""
        return path_of(self.file, self.institution)

    @property
    def titles(self) -> tuple[str, str]:
        """The two lines above the headers: that it is restricted, and what it speaks of. The hash comes first.

        The name of a file says what its sender wanted, a hash too.
        """
        to = f"{self.institution.name} ({self.institution.institution_id})" if self.institution else self.agency_name
        warning = f" | FICTIONAL, not data of {self.agency_name}" if self.is_sample else ""
        about = (
            f"SHA-256: {self.file.sha256} | Program year: {self.file.program_year} | Return: {self.return_number} of "
            f"{self.returned_on.isoformat()} | Submission: {self.file.submission_id} | For: {to} | "
            f"File: {self.file.file_name}"
        )
        return f"restricted: unprotected records, for {to} only{warning}", about

    def count(self, change: str) -> int:
        """Return how many findings have a change."""
        return sum(row.change == change for row in self.rows)


def path_of(file: File, institution: Institution | None) -> str:
    """Return where a package lies below ``returns``, without an ending: nothing of it is text that somebody sent.

    The name says whose it is: explanations of several institutions about one file come back into one folder.
    """
    tables = (file.table_name or "file").replace(",", "-")
    slug = institution.slug if institution else AGENCY
    return f"{file.grantee_id}/{slug}/{file.program_year}_{tables}_{slug}_{file.submission_id[:12]}"


def content_hash(submission_id: str, findings_sha256: str, counted: tuple[Counted, ...]) -> str:
    """Return the hash that decides whether a package says anything else than the one before."""
    told = [(one.rule_id, one.at_least) for one in counted]
    return hashlib.sha256(json.dumps([submission_id, findings_sha256, told]).encode()).hexdigest()
