"""What is at hand in an inbox now: whether a file known still lies at its place, or something else does.

Only what must be known is hashed. Which version counts is decided in ``versions``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb

from pipelines.intake.archive import sha256_of
from pipelines.intake.arrival import Arrival
from pipelines.intake.inbox import Found
from pipelines.intake.packages import packages_of
from pipelines.intake.reading.read import FileRefused
from pipelines.intake.submission import Submission

_Place = tuple[str | None, str, str]


@dataclass
class AtHand:
    """The files of an inbox by place, their hashes as far as asked for, and the parts of the file that is being opened.

    One without files knows nothing: nothing lies there, and nothing else does either.
    """

    files: dict[_Place, list[Found]] = field(default_factory=dict)
    hashes: dict[str, str | None] = field(default_factory=dict)
    parts: dict[_Place, str] = field(default_factory=dict)

    def hold(self, connection: duckdb.DuckDBPyConnection, known: Submission) -> bool:
        """Return whether the bytes of a submission lie at its place, by themselves or in what held them."""
        whole = packages_of(connection, [known]) or {known.sha256}
        return any(self._hash_of(file) in whole for file in self._holders(known))

    def hold_another(self, known: Submission) -> bool:
        """Return whether other bytes lie at the place of a submission, and not its own.

        What lies in an archive is known while it is opened only.
        """
        place = _place_of(known)
        if place in self.parts:
            return self.parts[place] != known.sha256
        if known.archive_sha256 is not None:
            return False
        hashes = [self._hash_of(file) for file in self.files.get(place, [])]
        return bool(hashes) and None not in hashes and known.sha256 not in hashes

    def opened(self, parts: Iterable[Arrival]) -> AtHand:
        """Return the same inbox while a file that holds these parts is open."""
        inside: dict[_Place, str] = {
            (p.found.grantee_id, p.found.program_year, p.found.file_name): p.sha256 for p in parts
        }
        return AtHand(self.files, self.hashes, inside)

    def _holders(self, known: Submission) -> Iterator[Found]:
        grantee_id, program_year, name = _place_of(known)
        ends = [number for number, letter in enumerate(name) if letter in "/!"]
        for end in (*ends, len(name)):
            yield from self.files.get((grantee_id, program_year, name[:end]), [])

    def _hash_of(self, file: Found) -> str | None:
        """Return the hash of a file, None where it cannot be read."""
        path = str(file.path)
        if path not in self.hashes:
            try:
                self.hashes[path] = sha256_of(file.path)
            except (FileRefused, PermissionError, FileNotFoundError):
                self.hashes[path] = None
        return self.hashes[path]


def at_hand(found: Iterable[Found]) -> AtHand:
    """Return what lies in an inbox, of the files found in it."""
    files: dict[_Place, list[Found]] = {}
    for file in found:
        files.setdefault((file.grantee_id, file.program_year, file.file_name), []).append(file)
    return AtHand(files)


def _place_of(known: Submission) -> _Place:
    return known.grantee_id, known.program_year, known.file_name
