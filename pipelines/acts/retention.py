"""What is due to be destroyed: each grantee's retention, counted from the end of the program year.

Destroying stands in ``purge``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee
from pipelines.intake.packages import packages_of
from pipelines.intake.submission import Submission, find

_KEYS = {"archive_years", "raw_years", "legal_hold", "evidence"}


@dataclass(frozen=True)
class Retention:
    """How many years after its end a program year is kept: bytes as sent, and the rows read from them.

    ``legal_hold`` keeps everything until it is lifted.
    """

    archive_years: int
    raw_years: int
    legal_hold: bool
    evidence: str


@dataclass(frozen=True)
class Due:
    """What is due of a grantee: submissions whose rows go, and those whose bytes go. The second are among the first.

    Those whose rows went before are listed again only while their bytes are there.
    """

    rows: tuple[Submission, ...]
    bytes: tuple[Submission, ...]


def retention_of(grantee: Grantee) -> Retention | None:
    """Return a grantee's retention; None where it has said none, and then nothing is ever due.

    Raises ConfigurationError that names file and key.
    """
    if not grantee.retention:
        return None
    said, path = grantee.retention, f"{grantee.folder}/grantee.toml: [retention]"
    if set(said) != _KEYS:
        msg = (
            f"{path}: the keys are {', '.join(sorted(_KEYS))}; add or take away {', '.join(sorted(set(said) ^ _KEYS))}"
        )
        raise ConfigurationError(msg)
    for key in ("archive_years", "raw_years"):
        if type(said[key]) is not int or said[key] < 0:
            msg = f"{path} {key} = {said[key]!r}: write a whole number of years"
            raise ConfigurationError(msg)
    if type(said["legal_hold"]) is not bool or not str(said["evidence"]).strip():
        msg = f"{path}: legal_hold is true or false, and evidence says where the years come from, or `house default`"
        raise ConfigurationError(msg)
    if said["raw_years"] > said["archive_years"]:
        msg = f"{path} raw_years: not more than archive_years; rows whose bytes are gone could not be made again"
        raise ConfigurationError(msg)
    return Retention(**said)


def due_of(connection: duckdb.DuckDBPyConnection, grantee: Grantee, retention: Retention, as_of: date) -> Due:
    """Return what is due of a grantee on a day, whatever became of each file, legal hold or not."""
    known = find(connection, "grantee_id = ?", [grantee.id])
    rows = [one for one in known if is_over(one.program_year, retention.raw_years, as_of)]
    return Due(tuple(rows), tuple(one for one in rows if is_over(one.program_year, retention.archive_years, as_of)))


def is_over(program_year: str, years: int, as_of: date) -> bool:
    """Return whether a program year, which ends on 30 June, ended that many whole years before a day or earlier."""
    return date(int(program_year[:4]) + 1 + years, 6, 30) < as_of


def archived_hashes(connection: duckdb.DuckDBPyConnection, submissions: Iterable[Submission]) -> set[str]:
    """Return the hashes of all bytes that the archive keeps for these submissions, those of their archives included."""
    known = list(submissions)
    return {one.sha256 for one in known} | packages_of(connection, known)


def bytes_to_go(connection: duckdb.DuckDBPyConnection, due: Sequence[Submission]) -> set[str]:
    """Return the hashes of the bytes to destroy: those of files that are due and of no file that is not."""
    ids = {one.submission_id for one in due}
    kept = [one for one in find(connection, "true", []) if one.submission_id not in ids]
    return archived_hashes(connection, due) - archived_hashes(connection, kept)
