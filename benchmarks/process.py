"""What one process costs: the seconds of its work without imports, CPU seconds of all processors, and peak memory.

Nothing but the standard library is imported: the environments of the peers run this too.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Work = Callable[[], dict[str, Any]]


def report(work: Work) -> None:
    """Do the work, and print what it cost and came to as one line of JSON."""
    started, used = time.perf_counter(), _cpu_seconds()
    outcome = work()
    cost = {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - used, "peak_mb": _peak_mb()}
    print(json.dumps(cost | outcome))


def run(module: str, *arguments: str, python: str = sys.executable) -> dict[str, Any]:
    """Run a module of ours that reports its work, by a Python of one's choice, and return what it printed.

    Raises RuntimeError with the words of the process where it fails.
    """
    command = [python, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join([module, *arguments])} ended with {done.returncode}:\n{done.stderr}"
        raise RuntimeError(message)
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def warm(paths: Iterable[Path]) -> None:
    """Read files once, so that the first way pays no more for the disk than the last."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
