"""Writes what everybody may read: one file in one step. What stands in it is decided elsewhere."""

from __future__ import annotations

import os
from pathlib import Path


def write_shared(path: Path, content: bytes) -> None:
    """Write a file that everybody may read, in one step: whoever reads it sees all of it or none."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.chmod(0o644)  # whatever the umask, which is strict while the warehouse is open
    aside.replace(path)
