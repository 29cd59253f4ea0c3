"""Why a figure has changed between two runs: the run replayed with one part of its inputs exchanged after another.

The parts are exchanged in the order of ``ORDER``, each on top of those before, so that their changes add up to the
whole exactly; another order could share the same whole out otherwise. How it is told stands in ``words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import lock
from pipelines.provenance.house import CODE, DEFINITIONS, LAYOUTS, PEOPLE, REFERENCE, RULES, House
from pipelines.provenance.made import Made, made, runs_kept
from pipelines.replay.again import look
from pipelines.replay.figure import figure_of
from pipelines.replay.inputs import hold_inputs
from pipelines.replay.published import published
from pipelines.replay.stage import ReplayFailed, Script, staged

DATA = "data"
ORDER = (DATA, LAYOUTS, RULES, DEFINITIONS, REFERENCE, PEOPLE, CODE)
STATUS = "status"
Ledger = Sequence[Mapping[str, str | None]]
Told = Mapping[str, Any]  # numbers of a figure by name, and its status in words


@dataclass(frozen=True)
class Asked:
    """A figure of a grantee's program year, of one institution or (None) of all together."""

    grantee_id: str
    program_year: str
    figure: str
    institution_id: str | None = None

    def request(self) -> dict[str, str | None]:
        """Return what the replay is asked for."""
        return {
            "figure": self.figure,
            "grantee_id": self.grantee_id,
            "program_year": self.program_year,
            "institution_id": self.institution_id,
        }


@dataclass(frozen=True)
class Step:
    """What the figure was before some parts were exchanged, and after: one part, or several that go only together."""

    parts: tuple[str, ...]
    before: Told
    after: Told

    @property
    def change(self) -> dict[str, int | None]:
        """By how much each number has changed; None where there is a number on one side only, or on none."""
        return change_of(self.before, self.after)


@dataclass(frozen=True)
class Why:
    """A figure in two runs, the steps that lead from one to the other, and the parts that are the same in both.

    ``published`` is what releases said of it as of either run, by name of the number.
    """

    asked: Asked
    runs: tuple[str, str]
    before: Told
    after: Told
    steps: tuple[Step, ...]
    unchanged: tuple[str, ...]
    published: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})


@dataclass(frozen=True)
class Side:
    """A run with its house and its ledger, opened once."""

    made: Made
    house: House
    ledger: Ledger


def why(home: Path, asked: Asked, first: str | None = None, last: str | None = None) -> Why:
    """Return why a figure has changed from one run to another: the last two that made its scorecard by default.

    Raises as ``again`` does; ConfigurationError also for a figure that there is not, or where there are no two runs.
    """
    figure, place = figure_of(asked.figure), (asked.grantee_id, asked.program_year, asked.institution_id)
    with lock(home, f"why {asked.figure}"):
        with look(home) as connection:
            runs = _runs(connection, asked, first, last)
            before, after = (_side(connection, home, run_id, asked) for run_id in runs)
            left = (published(connection, figure, place, runs[0]), published(connection, figure, place, runs[1]))
        told, steps, unchanged = steps_between(before, after, asked)
    end = steps[-1].after if steps else told
    return Why(asked, runs, told, end, steps, unchanged, left)


def steps_between(before: Side, after: Side, asked: Asked) -> tuple[Told, tuple[Step, ...], tuple[str, ...]]:
    """Return the figure of the earlier run, the steps that lead to the later one, and the parts that are the same.

    Raises ReplayFailed where one of the two runs does not come to its end any more.
    """
    changed = [part for part in ORDER if _has_changed(part, before, after)]
    told = _play(before, after, (), asked)
    steps = tuple(_steps(before, after, changed, told, asked))
    return told, steps, tuple(part for part in ORDER if part not in changed)


def change_of(before: Told, after: Told) -> dict[str, int | None]:
    """Return by how much each number changed; None where one side has none."""
    names = [name for name in {**before, **after} if name != STATUS]
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: None if a is None or b is None else int(b) - int(a) for name, (a, b) in pairs.items()}


def _runs(connection: duckdb.DuckDBPyConnection, asked: Asked, first: str | None, last: str | None) -> tuple[str, str]:
    known = runs_kept(connection, asked.grantee_id, asked.program_year)
    for given in (first, last):
        if given and given not in known:
            msg = (
                f"{given}: no run of {asked.grantee_id} {asked.program_year} that can be made again; there are {known}"
            )
            raise ConfigurationError(msg)
    end = last or (known[-1] if known else "")
    earlier = [run_id for run_id in known if run_id < end]
    begin = first or (earlier[-1] if earlier else "")
    if not begin or not end:
        msg = (
            f"{asked.grantee_id} {asked.program_year}: why compares two runs, and fewer kept what they were made "
            "under; ask again after another night has written its scorecards"
        )
        raise ConfigurationError(msg)
    return begin, end


def _side(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, asked: Asked) -> Side:
    run = made(connection, home, run_id)
    ledger = [one for one in run.ledger() if one["grantee_id"] in (None, asked.grantee_id)]
    hold_inputs(connection, run, ledger)
    return Side(run, run.house(), ledger)


def _has_changed(part: str, before: Side, after: Side) -> bool:
    """Return whether a part differs. The day of a run is data: what is pending or late goes by it."""
    if part == DATA:
        days = {side.made.started_at.date() for side in (before, after)}
        return len(days) > 1 or _of_grantee(before) != _of_grantee(after)
    of_files = before.house.part(part) != after.house.part(part)
    return of_files or (part == REFERENCE and _of_reference(before) != _of_reference(after))


def _of_grantee(side: Side) -> Ledger:
    return [one for one in side.ledger if one["grantee_id"] is not None]


def _of_reference(side: Side) -> Ledger:
    return [one for one in side.ledger if one["grantee_id"] is None]


def _steps(before: Side, after: Side, changed: Sequence[str], told: Told, asked: Asked) -> Iterator[Step]:
    """Yield a step for each part that differs. Parts that do not run apart from the next go together with it."""
    waiting: tuple[str, ...] = ()
    for number, part in enumerate(changed, 1):
        waiting = (*waiting, part)
        try:
            now = _play(before, after, changed[:number], asked)
        except ReplayFailed:
            if number == len(changed):
                raise
            continue
        yield Step(waiting, told, now)
        told, waiting = now, ()


def _play(before: Side, after: Side, exchanged: Sequence[str], asked: Asked) -> Told:
    """Return the figure with these parts of the later run in place of those of the earlier one."""

    def of(part: str) -> Side:
        return after if part in exchanged else before

    files: dict[str, bytes] = {}
    for part in ORDER[1:]:
        files |= of(part).house.part(part)
    ledger = [*_of_grantee(of(DATA)), *_of_reference(of(REFERENCE))]
    script = Script(House(files), of(DATA).made, ledger, [asked.grantee_id], [asked.program_year], asked.request())
    with staged(script) as (_, told):
        return told
