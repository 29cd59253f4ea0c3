"""The ways of the landing benchmark, each run in a process of its own by ``ways``: ours, the plain one, and once more.

A way first imports and opens what it needs and then returns the work to be timed. Which are compared stands in
``landing``.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.landing_file import GRANTEE, NAME, YEAR, write_file, write_grantee
from benchmarks.process import Work


def landing_file(folder: Path, rows: str) -> Work:
    """Write the file and the grantee that sends it."""

    def work() -> dict[str, Any]:
        write_grantee(folder / "grantees")
        write_file(_file(folder), int(rows))
        return {"bytes": _file(folder).stat().st_size}

    return work


def land_new(folder: Path) -> Work:
    """Land the file in an empty home: archive, count, classify, pseudonymize, land, conform, measure drift."""
    shutil.rmtree(folder / "home", ignore_errors=True)
    return _take_in(folder, expected=1)


def land_again(folder: Path) -> Work:
    """Take in the same inbox once more: the file is unchanged and costs its hash."""
    return _take_in(folder, expected=0)


def land_plain(folder: Path) -> Work:
    """Read the file as text with Polars and write it as Parquet: nothing counted, checked or understood."""
    import polars as pl

    target = folder / "plain.parquet"
    target.unlink(missing_ok=True)

    def work() -> dict[str, Any]:
        frame = pl.read_csv(_file(folder), infer_schema=False)
        frame.write_parquet(target, compression="zstd")
        return {"lines": frame.height + 1}

    return work


def _take_in(folder: Path, expected: int) -> Work:
    os.environ["CTE_GRANTEES"] = str(folder / "grantees")
    from pipelines.grantee import grantee
    from pipelines.intake.submit import take_in
    from pipelines.warehouse import open_warehouse

    assert grantee(GRANTEE).layouts

    def work() -> dict[str, Any]:
        with open_warehouse(folder / "home") as connection:
            taken = take_in(connection, folder / "home", folder / "inbox", datetime.now(UTC))
        read = [s for s in taken.submissions if s.status == "read" and not s.quarantined_line_count]
        if not len(taken.submissions) == len(read) == expected:
            message = f"expected {expected} clean files, got {[s.status for s in taken.submissions]}"
            raise RuntimeError(message)
        return {"lines": taken.line_count}

    return work


def _file(folder: Path) -> Path:
    return folder / "inbox" / GRANTEE / YEAR / NAME
