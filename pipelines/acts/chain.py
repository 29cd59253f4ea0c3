"""What is wrong with the log of acts: edits, deletions, changes of order, and one of its two copies cut or replaced.

Both copies cut to the same act look whole: only the hash of the last act, written down elsewhere, tells that.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path

import duckdb

from pipelines.acts.log import COPY, FIELDS, MARK, NOTHING_BEFORE, Act, acts_of, hash_of
from pipelines.configuration import ConfigurationError

WAREHOUSE = "quality.act"


def faults_of_log(connection: duckdb.DuckDBPyConnection, home: Path) -> list[str]:
    """Return what is wrong with the log, in words that name the place; nothing where it is whole.

    A copy that is one act behind because a command was killed is whole: the mark tells, and the next act heals it.
    """
    acts, (copied, unreadable) = acts_of(connection), _copied(home)
    faults = [*_faults_of_chain(WAREHOUSE, "row", acts), *unreadable, *_faults_of_chain(COPY, "line", copied)]
    if faults:
        return faults
    if acts and len(copied) == len(acts) - 1 and _awaited(home) == acts[-1].act_sha256:
        copied = [*copied, acts[-1]]
    return _faults_between(acts, copied)


def hold_whole(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Refuse to go on where the log was changed. Raises ConfigurationError that names the first place and the fix."""
    faults = faults_of_log(connection, home)
    if faults:
        msg = (
            f"the log of acts is not whole: {faults[0]}. Restore {home / COPY} (or the warehouse) from its safe copy; "
            "`cte acts --verify` lists all. No act is taken before"
        )
        raise ConfigurationError(msg)


def _faults_of_chain(where: str, noun: str, acts: list[Act]) -> list[str]:
    """Return the first break of a chain: what follows it cannot be told apart from a consequence."""
    previous = NOTHING_BEFORE
    for place, act in enumerate(acts, start=1):
        at = f"{where}, {noun} {place}"
        if hash_of(act) != act.act_sha256:
            return [f"{at}: act {act.act_number} was edited: its content does not give the hash that it bears"]
        if act.act_number != place or act.previous_sha256 != previous:
            return [f"{at}: act {act.act_number} does not follow act {place - 1}: acts were removed or reordered"]
        previous = act.act_sha256
    return []


def _faults_between(acts: list[Act], copied: list[Act]) -> list[str]:
    if len(acts) > len(copied):
        return [f"{COPY}: ends with act {len(copied)}, the warehouse with act {len(acts)}: the copy was cut"]
    if len(acts) < len(copied):
        return [f"{WAREHOUSE}: ends with act {len(acts)}, {COPY} with act {len(copied)}: the warehouse was cut"]
    for number, (act, other) in enumerate(zip_longest(acts, copied), start=1):
        if act != other:
            return [f"act {number} is another in {COPY} than in {WAREHOUSE}: one of them was written anew"]
    return []


def _awaited(home: Path) -> str:
    """Return the hash of the act that a killed command had not copied yet; empty where there is none."""
    return (home / MARK).read_text(encoding="utf-8") if (home / MARK).is_file() else ""


def _copied(home: Path) -> tuple[list[Act], list[str]]:
    """Return the acts of the copy up to the first line that is none, and what is wrong with that line.

    A last line without an end is left out where the mark says that a command was killed while writing it.
    """
    path = home / COPY
    lines = path.read_bytes().split(b"\n") if path.is_file() else [b""]
    broken_off = lines.pop()
    acts: list[Act] = []
    for number, line in enumerate(lines, start=1):
        act = _parsed(line)
        if act is None:
            return acts, [f"{COPY}, line {number}: no act can be read there; the line was edited"]
        acts.append(act)
    if broken_off and not (home / MARK).is_file():
        return acts, [f"{COPY}, line {len(lines) + 1}: breaks off before its end; the copy was cut"]
    return acts, []


def _parsed(line: bytes) -> Act | None:
    try:
        content = json.loads(line.decode("utf-8", "surrogatepass"))
        return Act(**content) if set(content) == set(FIELDS) else None
    except (ValueError, TypeError):
        return None
