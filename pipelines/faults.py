"""Whose turn it is after a fault: what the command prints, and its exit code.

Faults of the data never come here, they end in the ledger and in findings. No text is told that may quote a value.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Sequence

import duckdb

from pipelines.home import HomeLocked
from pipelines.layouts import ConfigurationError
from pipelines.night import SYSTEM_FAILED, WRONG_CALL

_REASON = re.compile(
    "No space left on device|Read-only file system|Permission denied|Input/output error|Disk quota exceeded"
)


def explain(fault: BaseException, say: Callable[[str], None]) -> int:
    """Say what went wrong and whose turn it is, and return the exit code."""
    causes = list(_causes(fault))
    for cause in causes:
        if isinstance(cause, ConfigurationError):
            say(f"cte: {cause}")
            return WRONG_CALL
        if isinstance(cause, HomeLocked):
            say(f"cte: {cause}")
            return SYSTEM_FAILED
    # The frames and the kind of the first fault, not its text: DuckDB's errors quote values.
    first = [c for c in causes if not type(c).__module__.startswith("dagster")][-1:] or causes[-1:]
    frames = "".join(traceback.format_tb(first[0].__traceback__)[-3:])
    what = f"{type(first[0]).__name__}{_about_files(causes)}"
    say(f"cte: the system failed: {what}. This says nothing about the data.\n{frames}")
    return SYSTEM_FAILED


def _about_files(causes: Sequence[BaseException]) -> str:
    """Return what the system said about a file, such as a full disk: it names the file and quotes no value."""
    said = [str(c).split("\n")[0] for c in causes if isinstance(c, OSError) or type(c) is duckdb.IOException]
    # A commit that fails for want of room is another kind of error, whose text may quote values besides.
    reasons = [m[0] for c in causes if (m := _REASON.search(str(c)))]
    return f": {(said or reasons)[-1]}" if said or reasons else ""


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """Yield a fault and what led to it. Faults within Dagster's steps lead back to themselves."""
    seen: set[int] = set()
    cause: BaseException | None = fault
    while cause is not None and id(cause) not in seen:
        yield cause
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
