"""The log of acts: append-only, each act chained to the one before by its hash, in the warehouse and in a copy.

An act is written to ``quality.act`` in the transaction of what it changes, then to ``acts.jsonl`` beside the warehouse.
A mark says that the second is still to come, so that a command killed in between is told from a copy that somebody
cut. Finding out what is wrong stands in ``chain``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.home import write_private

COPY, MARK = "acts.jsonl", "acts.pending"
NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True)
class Act:
    """One row of ``quality.act``; the columns say what each field means."""

    act_number: int
    kind: str
    grantee_id: str | None
    institution_id: str | None
    program_year: str | None
    person_name: str
    role: str
    statement: str
    account: str
    acted_at: str
    signed_sha256: str
    details: str
    previous_sha256: str = NOTHING_BEFORE
    act_sha256: str = ""

    @property
    def detail(self) -> dict[str, Any]:
        """The details as Python values."""
        return dict(json.loads(self.details))


FIELDS = tuple(f.name for f in fields(Act))


def canonical(content: Mapping[str, Any] | list[Any]) -> str:
    """Return JSON that is the same for the same content: sorted keys, no blanks, characters as they are."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of_json(content: Mapping[str, Any] | list[Any]) -> str:
    """Return the SHA-256 of content in canonical JSON, in hex."""
    return hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(act: Act) -> str:
    """Return the hash that an act must bear: over all its fields but the hash itself."""
    return sha256_of_json({name: value for name, value in asdict(act).items() if name != "act_sha256"})


def acts_of(connection: duckdb.DuckDBPyConnection) -> list[Act]:
    """Return the acts in the warehouse, by number."""
    rows = connection.execute(f"select {', '.join(FIELDS)} from quality.act order by act_number, rowid")
    return [Act(*row) for row in rows.fetchall()]


def append(connection: duckdb.DuckDBPyConnection, home: Path, act: Act) -> Act:
    """Chain an act to the log of the warehouse and return it. The caller has the transaction, and then calls ``copy``.

    Number and hashes of the act given are set here.
    """
    before = acts_of(connection)[-1:]
    number = before[0].act_number + 1 if before else 1
    chained = replace(act, act_number=number, previous_sha256=before[0].act_sha256 if before else NOTHING_BEFORE)
    chained = replace(chained, act_sha256=hash_of(chained))
    write_private(home / MARK, chained.act_sha256.encode())
    marks = ", ".join("?" * len(FIELDS))
    connection.execute(f"insert into quality.act ({', '.join(FIELDS)}) values ({marks})", list(astuple(chained)))
    return chained


def copy(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Bring the copy up to the warehouse after an act, or after a command that was killed between the two.

    Does nothing without the mark that ``append`` left: a copy that lacks acts for another reason stays as it is, for
    ``chain`` to tell.
    """
    mark = home / MARK
    if not mark.is_file():
        return
    last = acts_of(connection)[-1:]
    if last and last[0].act_sha256 == mark.read_text(encoding="utf-8"):
        whole = _whole_lines(home)
        if not whole.endswith(line_of(last[0])):
            _append_line(home / COPY, len(whole), line_of(last[0]))
    mark.unlink()


def line_of(act: Act) -> bytes:
    """Return the line of an act in the copy."""
    return (canonical(asdict(act)) + "\n").encode("utf-8", "surrogatepass")


def _whole_lines(home: Path) -> bytes:
    """Return the copy without a last line that breaks off, which a kill in the middle of writing leaves."""
    content = (home / COPY).read_bytes() if (home / COPY).is_file() else b""
    return content[: content.rfind(b"\n") + 1]


def _append_line(path: Path, at: int, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.truncate(at)
        file.seek(at)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
