"""What a release of a grantee would be: which years, which cells, what is withheld. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import polars as pl

from pipelines.disclosure.problem import Flags, Problem
from pipelines.disclosure.release.change import Change, change
from pipelines.disclosure.release.record import SPAN, in_force, released_cells
from pipelines.disclosure.release.rooms import KEYS, Rooms
from pipelines.disclosure.release.rows import cell_rows, of_years
from pipelines.disclosure.release.years import ASIDE, FRESH, Year, fate_of, hold_together
from pipelines.grantee import Grantee
from pipelines.suppression_policy import policy_of

Say = Callable[[str], None]
_TOLD = "what has left tells a count that must now be uncertain, and nothing withheld today takes that back"
_NO_FIGURES = "no figures have been computed; `cte run` computes them"


@dataclass(frozen=True)
class Draft:
    """A release before it is written. ``cells`` are those of its fresh years; ``gathered`` None where there are none.

    ``blockers`` says by year why it may not leave; a rehearsal goes on in spite of them.
    """

    grantee: Grantee
    years: Mapping[str, Year]
    blockers: Mapping[str, tuple[str, ...]]
    cells: pl.DataFrame
    gathered: Any
    withdrawn_spans: tuple[str, ...]
    timings: Mapping[str, int]
    words: str

    @property
    def fresh(self) -> list[str]:
        """The years that it releases."""
        return [name for name, year in self.years.items() if year.fate == FRESH]


def make_draft(
    connection: duckdb.DuckDBPyConnection, one: Grantee, wanted: Sequence[str], rooms: Rooms, *, is_sample: bool,
    is_rehearsal: bool, say: Say,
) -> Draft:  # fmt: skip
    """Return what a release of a grantee would be; ``wanted`` are program years, all with figures where empty."""
    earlier = released_cells(connection, one.id)
    last = in_force(connection, one.id)
    figures = _years_with_figures(connection, one.id)
    asked = list(wanted) or figures
    blockers = {year: _blockers(connection, one, year, figures, rooms, is_sample=is_sample) for year in asked}
    spans = [(year[:7], year[-7:]) for year in last if SPAN in year]
    changes = _changes(connection, one.id, rooms, figures, earlier, last)
    smallest = policy_of(one, None).smallest_change
    years = {}
    for name in sorted({*asked, *changes}):
        reasons = () if is_rehearsal and name in figures else blockers.get(name, ())
        years[name] = (
            fate_of(name, reasons, changes.get(name), smallest) if name in asked
            else Year(name, ASIDE, (), changes.get(name))
        )  # fmt: skip
    told = {name: why for name, why in blockers.items() if why}
    return _decide(connection, Draft(one, hold_together(years, spans), told, pl.DataFrame(), None, (), {}, ""), rooms,
                   earlier, last, say)  # fmt: skip


def _blockers(
    connection: duckdb.DuckDBPyConnection, one: Grantee, year: str, figures: Sequence[str], rooms: Rooms, *,
    is_sample: bool,
) -> tuple[str, ...]:  # fmt: skip
    if year not in figures:
        return (_NO_FIGURES,)
    permission = rooms.may_release(connection, one, year, is_sample)
    return () if permission.is_given else tuple(permission.reasons)


def _years_with_figures(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> list[str]:
    found = connection.execute(
        "select program_year from mart.indicator where grantee_id = ? union "
        "select program_year from mart.student_count where grantee_id = ? order by 1",
        [grantee_id, grantee_id],
    )
    return [row[0] for row in found.fetchall()]


def _changes(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, rooms: Rooms, figures: Sequence[str],
    earlier: pl.DataFrame, last: Mapping[str, str],
) -> dict[str, Change]:  # fmt: skip
    """Return by year that has left how its counts differ now; figures that are gone have changed in all."""
    left = [year for year in last if SPAN not in year]
    there = [year for year in left if year in figures]
    now = _plain(rooms.gather(connection, grantee_id, there, None).keys) if there else earlier.clear().select(KEYS)
    changes = {}
    for year in left:
        before = _plain(earlier.filter((pl.col("release_id") == last[year]) & (pl.col("program_year") == year)))
        if year in there:
            changes[year] = change(now.filter(pl.col("program_year") == year), before)
        else:
            changes[year] = Change(max(before.height, 1), has_new=False, by_institution={})
    return changes


def _plain(cells: pl.DataFrame) -> pl.DataFrame:
    is_compared = (pl.col("role") == "written") & pl.col("count").is_not_null()
    return cells.filter(is_compared).select(*KEYS, "count")


def _decide(
    connection: duckdb.DuckDBPyConnection, draft: Draft, rooms: Rooms, earlier: pl.DataFrame, last: Mapping[str, str],
    say: Say,
) -> Draft:  # fmt: skip
    """Return the draft with its cells; years that earlier releases have given away are kept back, try after try."""
    spans = [(year[:7], year[-7:]) for year in last if SPAN in year]
    years = dict(draft.years)
    while any(year.fate == FRESH for year in years.values()):
        names = [name for name, year in years.items() if year.is_context]
        say(f"{draft.grantee.id}: gathering the counts of {', '.join(names)}")
        started = time.monotonic()
        gathered = rooms.gather(connection, draft.grantee.id, names, earlier)
        at_rest = [name for name in names if years[name].fate != FRESH]
        problem = _as_left(gathered.problem, gathered.keys, at_rest, earlier, last)
        gathered = replace(gathered, problem=problem)  # type: ignore[type-var]
        took = {"gather": _since(started)}
        say(f"{draft.grantee.id}: deciding what is withheld of {gathered.keys.height} counts")
        started = time.monotonic()
        decision = rooms.protect(problem)
        if decision.exposed.size:
            years = hold_together(_without(years, gathered.keys[decision.exposed]["program_year"]), spans)
            continue
        whole, is_withheld, words = _summed(gathered, decision.is_withheld, decision.words, rooms)
        fresh = [name for name, year in years.items() if year.fate == FRESH]
        cells = of_years(cell_rows(whole, is_withheld), fresh)
        present = set(cells["program_year"])
        gone = tuple(s for s in last if SPAN in s and s not in present and any(s[:7] <= y <= s[-7:] for y in fresh))
        took["protect"] = _since(started)
        return replace(draft, years=years, cells=cells, gathered=whole, withdrawn_spans=gone, timings=took, words=words)
    return replace(draft, years=years)


def _as_left(
    problem: Problem, keys: pl.DataFrame, at_rest: Sequence[str], earlier: pl.DataFrame, last: Mapping[str, str]
) -> Problem:
    """Return the problem in which years that are not released anew show what their last release did, and no more."""
    if not at_rest:
        return problem
    of_last = pl.any_horizontal(*((pl.col("program_year") == y) & (pl.col("release_id") == last[y]) for y in at_rest))
    shown = earlier.filter(of_last & pl.col("is_shown")).select(*KEYS, is_left=True)
    joined = keys.select(KEYS).join(shown, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    is_hidden = (keys["program_year"].is_in(at_rest) & joined["is_left"].is_null()).to_numpy()
    return replace(problem, must_hide=problem.must_hide | (is_hidden & problem.is_published))


def _summed(gathered: Any, is_withheld: Flags, words: str, rooms: Rooms) -> tuple[Any, Flags, str]:
    """Return the cells with sums over years in place of yearly ones that are withheld, where those can be protected."""
    whole = rooms.pooled(gathered, is_withheld)
    if whole.keys.height == gathered.keys.height:
        return gathered, is_withheld, words
    decision = rooms.protect(whole.problem)
    if decision.exposed.size:
        return gathered, is_withheld, f"{words}; no sums over years, which would tell a year"
    return whole, decision.is_withheld, f"{words}; sums over years: {decision.words}"


def _without(years: Mapping[str, Year], exposed: pl.Series) -> dict[str, Year]:
    names = [n for n in years if any(s[:7] <= n <= s[-7:] for s in set(exposed)) and years[n].is_context]
    names = names or [name for name, year in years.items() if year.is_context]
    return {name: year.told(_TOLD) if name in names else year for name, year in years.items()}


def _since(started: float) -> int:
    return int(np.round((time.monotonic() - started) * 1000))
