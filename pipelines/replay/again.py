"""The scorecards of a run made again from the archive under the program, rules, layouts and definitions of then.

Why a figure has changed between two runs stands in ``why``; where a replay takes place, in ``stage``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import lock, make_private, write_private
from pipelines.provenance.made import Made, ScorecardFile, made
from pipelines.provenance.record import environment
from pipelines.replay.inputs import hold_inputs
from pipelines.replay.stage import Script, staged
from pipelines.warehouse import FILE_NAME


@dataclass(frozen=True)
class Again:
    """What came of a replay: the files that are the same bytes, those that are not, and how the machine differs.

    ``read_otherwise`` says which records the run still had from an earlier layout, and this replay has not.
    """

    run_id: str
    identical: tuple[ScorecardFile, ...]
    differing: tuple[ScorecardFile, ...]
    machine: tuple[str, ...]
    read_otherwise: tuple[str, ...] = ()


def look(home: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse of a home to read it. Raises ConfigurationError where no night has run."""
    path = home / FILE_NAME
    if not path.is_file():
        msg = f"{home}: no night has run in this home yet, so there is nothing to make again; `cte run` runs one"
        raise ConfigurationError(msg)
    return duckdb.connect(str(path), read_only=True)


def again(home: Path, run_id: str, out: Path | None = None) -> Again:
    """Make the scorecards of a run again and compare every byte; with ``out``, keep those that are the same.

    Raises:
        ConfigurationError: there is no such run, or it did not keep what it was made under.
        HomeLocked: a run is under way.
        InputsGone: files that it rested on were destroyed, or are missing.
        ReplayFailed: the program of then broke off.
    """
    with lock(home, f"replay of {run_id}"):
        with look(home) as connection:
            run = made(connection, home, run_id)
            ledger = run.ledger()
            hold_inputs(connection, run, ledger)
        grantees = sorted({file.grantee_id for file in run.files})
        years = sorted({file.program_year for file in run.files})
        with staged(Script(run.house(), run, ledger, grantees, years)) as (own, _):
            return _compared(run, own / "scorecards", out, tuple(_read_otherwise(ledger, own)))


def _compared(run: Made, folder: Path, out: Path | None, read_otherwise: tuple[str, ...]) -> Again:
    identical: list[ScorecardFile] = []
    differing: list[ScorecardFile] = []
    for file in run.files:
        path = folder / file.place
        is_same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
        (identical if is_same else differing).append(file)
        if out is not None and is_same:
            make_private((out / file.place).parent)
            write_private(out / file.place, path.read_bytes())
    machine = tuple(machine_differences(run.environment()))
    return Again(run.run_id, tuple(identical), tuple(differing), machine, read_otherwise)


def _read_otherwise(ledger: Sequence[Mapping[str, str | None]], own: Path) -> list[str]:
    """Return in words which files that counted were read with another layout than the one that the replay has used."""
    with look(own) as connection:
        rows = connection.execute("select submission_id, layout_version from quality.submission").fetchall()
    return layout_differences(ledger, dict(rows))


def layout_differences(ledger: Sequence[Mapping[str, str | None]], now: Mapping[str, str | None]) -> list[str]:
    """Return a line for each file in force of a ledger whose layout is another one by now, by its id."""
    in_force = (one for one in ledger if one["status"] in ("read", "accepted") and one["destroyed_at"] is None)
    pairs = [(one, now.get(str(one["submission_id"]))) for one in in_force]
    return [
        f"{one['grantee_id']}/{one['program_year']}/{one['file_name']}: {one['layout_version']} then, {version} now"
        for one, version in pairs
        if version != one["layout_version"]
    ]


def machine_differences(then: dict[str, Any]) -> list[str]:
    """Return in words how the machine differs from the one of then: Python, machine, versions of packages."""
    now = environment()
    told = [f"{what}: {then[what]} then, {now[what]} now" for what in ("python", "machine") if then[what] != now[what]]
    names: Sequence[str] = sorted({*then["packages"], *now["packages"]} - {"cte-data-quality"})
    pairs = [(name, then["packages"].get(name, "none"), now["packages"].get(name, "none")) for name in names]
    return [*told, *(f"{name}: {old} then, {new} now" for name, old, new in pairs if old != new)]
