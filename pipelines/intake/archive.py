"""The archive of a home: the bytes as sent, named by their SHA-256, written once and never changed.

The only place with clear identifiers. Reading what is in the files belongs to ``lines``.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import make_private

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Stored:
    """A file in the archive."""

    sha256: str
    byte_count: int
    path: Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archived(home: Path, sha256: str) -> Path:
    """Return where the archive of a home keeps the bytes of that hash."""
    return home / "archive" / sha256[:2] / sha256


def store(home: Path, source: Path) -> Stored:
    """Copy a file into the archive and return what was copied, hashed on the way.

    The copy counts, not the source: a file that is still being written when it is read has the hash of what was read.
    """
    make_private(home)
    aside = make_private(home / "archive") / f"{os.getpid()}.part"
    digest, byte_count = hashlib.sha256(), 0
    with source.open("rb") as sent, os.fdopen(_create(aside), "wb") as copy:
        while block := sent.read(_BLOCK):
            digest.update(block)
            byte_count += copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    sha256 = digest.hexdigest()
    path = archived(home, sha256)
    make_private(path.parent)
    if path.exists():
        aside.unlink()
    else:
        aside.replace(path)
    return Stored(sha256, byte_count, path)


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
