"""Whose turn it is after a fault: what the command prints, and its exit code.

Faults of the data never come here, they end in the ledger and in findings. No text is told that may quote a value.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import HomeLocked
from pipelines.night import SYSTEM_FAILED, WRONG_CALL

_REASON = re.compile(
    "No space left on device|Read-only file system|Permission denied|Input/output error|Disk quota exceeded"
)


class StepFailed(RuntimeError):  # noqa: N818 - a state of the night, not a mistake in it
    """A step of the night failed. ``fault`` is what failed; not the cause, because Dagster stores a cause's words."""

    def __init__(self, message: str, fault: BaseException) -> None:
        super().__init__(message)
        self.fault = fault


@contextmanager
def words_kept_back() -> Iterator[None]:
    """Keep the text of a fault out of Dagster's event log, which stores it with its causes and shows it to all.

    Faults with words of ours pass as they are.
    """
    try:
        yield
    except (ConfigurationError, HomeLocked):
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, its text may quote a value
        msg = f"{type(fault).__name__}: its words are kept back, they may quote a value; see what the command printed"
        raise StepFailed(msg, fault) from None


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
    about_files = _about_files(causes)
    # What the system says about a file names it and is enough; any other fault is ours, and its frames say where.
    frames = "" if about_files else "\n" + "".join(traceback.format_tb(first[0].__traceback__)[-3:])
    say(f"cte: the system failed: {type(first[0]).__name__}{about_files}. This says nothing about the data.{frames}")
    return SYSTEM_FAILED


def _about_files(causes: Sequence[BaseException]) -> str:
    """Return what the system said about a file, such as a full disk: it names the file and quotes no value."""
    said = [str(c).split("\n")[0] for c in causes if isinstance(c, OSError) or type(c) is duckdb.IOException]
    # A commit that fails for want of room is another kind of error, whose text may quote values besides.
    reasons = [m[0] for c in causes if (m := _REASON.search(str(c)))]
    return f": {(said or reasons)[-1]}" if said or reasons else ""


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """Yield a fault and what led to it, the first fault last. Faults within Dagster's steps lead back to themselves."""
    seen: set[int] = set()
    ahead: list[BaseException | None] = [fault]
    while ahead:
        cause = ahead.pop(0)
        if cause is not None and id(cause) not in seen:
            yield cause
            seen.add(id(cause))
            ahead += [cause.__cause__, cause.__context__, getattr(cause, "fault", None)]
