"""A warehouse written anew, so that what was deleted is no longer in its bytes.

DuckDB marks deleted rows and keeps their blocks until it reuses them: a checkpoint does not make them unreadable.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from pipelines.warehouse import FILE_NAME, quoted

PENDING = "compaction.pending"


def ask_for_compaction(home: Path) -> None:
    """Mark that the warehouse is to be written anew, before anything is deleted: a kill in between is made good."""
    (home / PENDING).touch(mode=0o600)


def is_compaction_due(home: Path) -> bool:
    """Return whether something was deleted and the warehouse not written anew since."""
    return (home / PENDING).is_file()


def compact(home: Path) -> None:
    """Write the warehouse of a home anew and put it in place of the old one. The caller holds the lock.

    No connection to it may be open: DuckDB would go on writing into the old file.
    """
    path, aside = home / FILE_NAME, home / f"{FILE_NAME}.part"
    log = path.with_name(f"{FILE_NAME}.wal")
    aside.unlink(missing_ok=True)
    umask = os.umask(0o077)
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"set temp_directory = {quoted(str(home / 'tmp'))}")
            connection.execute(f"attach {quoted(str(path))} as kept")
            connection.execute("checkpoint kept")
            connection.execute(f"attach {quoted(str(aside))} as written")
            connection.execute("copy from database kept to written")
            connection.execute("checkpoint written")
            connection.execute("detach written")
            connection.execute("detach kept")
    finally:
        os.umask(umask)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)
    log.unlink(missing_ok=True)
    (home / PENDING).unlink(missing_ok=True)
