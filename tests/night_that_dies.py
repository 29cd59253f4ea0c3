"""Intake under the lock of its home, in this process or in one that dies: at the n-th step of ours, or when killed.

``python night_that_dies.py STEP ROOT DAY`` dies at that step; step 0 is never reached. A step is each call to and from
a function of the pipeline, so that any line between two calls can be the last one.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines.home import lock
from pipelines.intake.database.nightly import fetch_sources, forget
from pipelines.intake.submit import take_in
from pipelines.run_book import run_id_of
from pipelines.warehouse import open_warehouse

_OURS = str(Path(__file__).parents[1] / "pipelines")


def intake(root: Path, day: int, hour: int = 9) -> None:
    """Take in the inbox and the source database below ``root``, as the intake of a night of August 2024 does."""
    now = datetime(2024, 8, day, hour, tzinfo=UTC)
    home = root / "home"
    with lock(home, run_id_of(now)), open_warehouse(home) as connection:
        fetched = fetch_sources(home, (now - timedelta(days=60)).date(), _silent, [], grantees=["mixed"])
        try:
            for inbox in (root / "inbox", fetched):
                take_in(connection, home, inbox, now, say=_silent)
        finally:
            forget(home)


def _silent(_: str) -> None:
    """Say nothing."""


class Steps:
    """Counts the steps of the pipeline, and kills this process at the last one that it may take."""

    def __init__(self, last: int) -> None:
        self.count, self._last = 0, last

    def __call__(self, frame: FrameType, _event: str, _argument: Any) -> None:
        if frame.f_code.co_filename.startswith(_OURS):
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    steps = Steps(int(sys.argv[1]))
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.setprofile(steps)
    intake(Path(sys.argv[2]), int(sys.argv[3]))
    sys.setprofile(None)
    sys.stdout.write(f"{steps.count}\n")
