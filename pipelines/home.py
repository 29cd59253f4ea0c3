"""A home: the folder that holds archive, warehouse, keys and what is made of them. Its mark, its lock, its modes.

What is inside the warehouse stands in ``warehouse``; what arrives stands in ``intake``.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipelines.configuration import ConfigurationError

SAMPLE_MARKER = "FICTIONAL.txt"  # at the root of an inbox: what lies below is invented
_KIND, _LOCK = "kind.txt", ".lock"
_HALF_WRITTEN = (
    "*.part", "archive/*.part", "keys/*.part", "reports/**/*.part", "releases/**/*.part", "returns/**/*.part",
    "scorecards/*/*/*.part", "worksheets/*/*/*.part", "published/.cte.duckdb.*", "tmp/*",
)  # fmt: skip


class HomeLocked(Exception):  # noqa: N818 - a state of the home, not a mistake in it
    """Another run holds the home; the message names it (exit code 3)."""


def make_private(folder: Path) -> Path:
    """Return the folder, made with mode 0700 where it does not exist; one that exists keeps its mode."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 in one step: whoever reads it sees all of it or none."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def is_sample_inbox(inbox: Path) -> bool:
    """Return whether an inbox says of itself that its records are invented."""
    return (inbox / SAMPLE_MARKER).is_file()


def is_sample_home(home: Path) -> bool | None:
    """Return whether a home holds invented records; None while it has not been used."""
    mark = home / _KIND
    return mark.read_text(encoding="utf-8").strip() == "sample" if mark.is_file() else None


def claim(home: Path, *, is_sample: bool) -> None:
    """Mark a new home as sample or real for good. Raises ConfigurationError where it is the other one already."""
    make_private(home)
    known = is_sample_home(home)
    if known is None:
        write_private(home / _KIND, b"sample\n" if is_sample else b"real\n")
    elif known != is_sample:
        holds, brings = ("invented", "real") if known else ("real", "invented")
        msg = (
            f"{home}: this home holds {holds} records and the inbox brings {brings} ones, which never mix; "
            f"choose another home (--home DIR or CTE_HOME). An inbox of invented records has a file {SAMPLE_MARKER}."
        )
        raise ConfigurationError(msg)


@contextmanager
def lock(home: Path, run_id: str) -> Iterator[None]:
    """Hold a home for one run. The operating system lets go when the process ends, however it ends.

    What runs that died have left half written goes, because it may hold clear identifiers and nobody would look for it.
    Raises HomeLocked, which names the run that holds it.
    """
    descriptor = os.open(make_private(home) / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeLocked(_held(home, file.read())) from None
        file.truncate(0)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        json.dump({"run_id": run_id, "pid": os.getpid(), "since": since}, file)
        file.flush()
        for leftover in (path for pattern in _HALF_WRITTEN for path in home.glob(pattern)):
            shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
        yield


def held_since(home: Path) -> datetime | None:
    """Return since when a run holds the home; None where none does."""
    path = home / _LOCK
    if not path.is_file():
        return None
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _since(file.read())
    return None


def _since(content: str) -> datetime:
    try:
        return datetime.fromisoformat(json.loads(content)["since"])
    except (ValueError, KeyError, TypeError):
        return datetime.now(UTC)  # read in the moment before the run has written its name


def _held(home: Path, content: str) -> str:
    try:
        first = json.loads(content)
        by = f"run {first['run_id']} (process {first['pid']}) since {first['since']}"
    except (ValueError, KeyError, TypeError):  # read in the moment before the first run has written its name
        by = "a run that has just begun"
    return f"{home}: in use by {by}. Wait until it has ended, or stop that process; no file needs to be removed."
