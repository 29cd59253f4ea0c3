"""A night of a grantee of our own in a process of its own, with less room or fewer rights than it would have."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from conftest import ROOT, Ran

COLLEGE = "target_college"
YEAR = "2023-24"
_DROP_FROM_BOUNDS, _OVERRIDE, _READ_SEARCH = 24, 1, 2  # prctl(2) and capabilities(7)
Limit = Callable[[], None]


def no_limit() -> None:
    """Leave the process as it is."""


def no_file_above(byte_count: int) -> Limit:
    """Return what keeps every file of a process below a size, as a full disk does; Python then gets EFBIG."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, byte_count))


def no_right_to_all() -> None:
    """Take from root the right to read what its mode forbids; others have none. Raises PermissionError if it stays."""
    library = ctypes.CDLL(None, use_errno=True)
    for right in (_OVERRIDE, _READ_SEARCH) if os.geteuid() == 0 else ():
        if library.prctl(_DROP_FROM_BOUNDS, right, 0, 0, 0):
            raise PermissionError(ctypes.get_errno(), "the right to override modes cannot be given up here")


@dataclass(frozen=True)
class Place:
    """A folder with a home, an inbox and the grantee."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> Place:
        """Make the folders, with the grantee of the hostile corpus as one of the user's own."""
        shutil.copytree(ROOT / "tests" / "grantees" / COLLEGE, root / "own" / COLLEGE)
        (root / "home" / "dagster").mkdir(parents=True)
        shutil.copy(ROOT / "dagster_home" / "dagster.yaml", root / "home" / "dagster")
        (root / "inbox" / COLLEGE / YEAR).mkdir(parents=True)
        return cls(root)

    @property
    def home(self) -> Path:
        return self.root / "home"

    def put(self, name: str, content: bytes) -> Path:
        """Put a file into the folder of the grantee's year."""
        path = self.root / "inbox" / COLLEGE / YEAR / name
        path.write_bytes(content)
        return path

    def night(self, limit: Limit = no_limit) -> Ran:
        """Run ``cte run`` in a process that is limited before it begins."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CTE_")}
        environment |= {"DAGSTER_HOME": str(self.home / "dagster"), "CTE_GRANTEES": str(self.root / "own")}
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "run", "--home", str(self.home),
             "--inbox", str(self.root / "inbox"), "--grantee", COLLEGE],
            capture_output=True, text=True, env=environment, check=False, timeout=600, cwd=ROOT, preexec_fn=limit,
        )  # fmt: skip
        return Ran(self.home, done.returncode, done.stdout + done.stderr)

    def rows(self, query: str, file: str = "warehouse.duckdb") -> list[tuple[object, ...]]:
        """Return the rows of a query on the warehouse, or on the published file."""
        with duckdb.connect(str(self.home / file), read_only=True) as connection:
            return connection.execute(query).fetchall()
