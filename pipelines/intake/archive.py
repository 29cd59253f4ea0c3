"""The archive of a home: the bytes as sent, named by their SHA-256, written once and never changed.

The only place with clear identifiers. A source that cannot be read, or changes meanwhile, is the sender's fault; a disk
that fails while the copy is written is ours. Reading what is in the files belongs to ``reading``.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pipelines.home import make_private
from pipelines.intake.reading.lines_format import FileRefused

_BLOCK = 1 << 20
_CHANGED = "the file changed while it was read; send it again when it is complete (the next run takes it as it is then)"
_UNREADABLE = {
    errno.EACCES: "the file cannot be read: permission denied; give the account that runs this read permission",
    errno.EPERM: "the file cannot be read: permission denied; give the account that runs this read permission",
    errno.ENOENT: "the file vanished while it was read; send it again",
    errno.ELOOP: "the file is a link that leads in a circle; put the file itself here",
    errno.EISDIR: "this is a folder and no file; send its files",
    errno.ENXIO: "this is a pipe, socket or device and no file; send a file",
    errno.ESTALE: "the file vanished while it was read; send it again",
}


@dataclass(frozen=True)
class Stored:
    """A file in the archive."""

    sha256: str
    byte_count: int
    path: Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in blocks. Raises FileRefused where it cannot be read."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(source: Path) -> Iterator[BufferedReader]:
    """Open a file that somebody sent. Raises FileRefused (``file_readable``) where that cannot be done.

    What is no plain file is never waited for: a pipe may have no other end.
    """
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as fault:
        if fault.errno in _UNREADABLE:
            raise FileRefused(reason_code="file_readable", message=_UNREADABLE[fault.errno]) from None
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = _UNREADABLE[errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO]
        raise FileRefused(reason_code="file_readable", message=what)
    with os.fdopen(descriptor, "rb") as file:
        yield file


def archived(home: Path, sha256: str) -> Path:
    """Return where the archive of a home keeps the bytes of that hash."""
    return home / "archive" / sha256[:2] / sha256


def store(home: Path, source: Path) -> Stored:
    """Copy a file into the archive and return what was copied, hashed on the way.

    Raises FileRefused (``file_readable``) where the source cannot be read or changes meanwhile: a copy of half the old
    file and half the new one is a file that nobody sent. It leaves nothing in the archive.
    """
    make_private(home)
    aside = make_private(home / "archive") / f"{os.getpid()}.part"
    try:
        sha256, byte_count = _copy(source, aside)
    except FileRefused:
        aside.unlink(missing_ok=True)
        raise
    path = archived(home, sha256)
    make_private(path.parent)
    if path.exists():
        aside.unlink()
    else:
        aside.replace(path)
    return Stored(sha256, byte_count, path)


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Return the hash of the bytes copied and how many there were."""
    digest, byte_count = hashlib.sha256(), 0
    with opened(source) as sent, os.fdopen(_create(target), "wb") as copy:
        before = _state(sent)
        while block := sent.read(_BLOCK):
            digest.update(block)
            byte_count += copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
        if _state(sent) != before or byte_count != before[0]:
            raise FileRefused(reason_code="file_readable", message=_CHANGED)
    return digest.hexdigest(), byte_count


def _state(file: BufferedReader) -> tuple[int, int]:
    """Return the size and the moment of the last change."""
    now = os.fstat(file.fileno())
    return now.st_size, now.st_mtime_ns


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
