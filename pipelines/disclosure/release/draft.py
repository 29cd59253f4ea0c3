"""What a release of a grantee would be: which years, which cells, what is withheld. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Problem, with_codes
from pipelines.disclosure.release.change import Change, change
from pipelines.disclosure.release.record import SPAN, in_force, released_cells
from pipelines.disclosure.release.rooms import KEYS, Decision, Rooms
from pipelines.disclosure.release.rows import cell_rows, of_years
from pipelines.disclosure.release.years import ASIDE, FRESH, Year, fate_of
from pipelines.grantee import Grantee
from pipelines.suppression_policy import policy_of

Say = Callable[[str], None]
_TOLD = (
    "counts that must be uncertain cannot be protected: what has left already or what everybody knows tells them, or "
    "no way was found; the year stays as it is until its policy or its figures are others"
)
_NO_FIGURES = "no figures have been computed; `cte run` computes them"


@dataclass(frozen=True)
class Draft:
    """A release before it is written. ``cells`` are those of its fresh years; ``gathered`` None where there are none.

    ``worlds`` are proposed to the attack as proofs.
    ``blockers`` says by year why it may not leave; a rehearsal goes on in spite of them.
    """

    grantee: Grantee
    years: Mapping[str, Year]
    blockers: Mapping[str, tuple[str, ...]]
    cells: pl.DataFrame
    gathered: Any
    worlds: csr_matrix | None
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
    return _decide(connection, Draft(one, years, told, pl.DataFrame(), None, None, (), {}, ""), rooms,
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
    years = dict(draft.years)
    while fresh := [name for name, year in years.items() if year.fate == FRESH]:
        say(f"{draft.grantee.id}: gathering the counts of {', '.join(fresh)}")
        started = time.monotonic()
        gathered: Any = rooms.gather(connection, draft.grantee.id, fresh, earlier)
        took = {"gather": _since(started)}
        say(f"{draft.grantee.id}: deciding what is withheld of {gathered.keys.height} counts")
        started = time.monotonic()
        gathered, decision = _protected(gathered, fresh, rooms)
        if decision.exposed.size:
            years = _without(years, gathered.keys[decision.exposed])
            continue
        whole, decision = _summed(gathered, decision, rooms)
        cells = of_years(cell_rows(whole, decision.is_withheld), fresh)
        present = set(cells["program_year"])
        gone = tuple(s for s in last if SPAN in s and s not in present and any(s[:7] <= y <= s[-7:] for y in fresh))
        took["protect"] = _since(started)
        return replace(draft, years=years, cells=cells, gathered=whole, worlds=decision.worlds,
                       withdrawn_spans=gone, timings=took, words=decision.words)  # fmt: skip
    return replace(draft, years=years)


def _protected(gathered: Any, fresh: Sequence[str], rooms: Rooms) -> tuple[Any, Decision]:
    """Return the cells with what is withheld. Exposed are at most counts of the years released now.

    What has left tells some counts of years at rest, by rules that were laxer then: nothing withheld today takes that
    back, and it must not hold up the others.
    """
    decision = rooms.protect(gathered.problem)
    is_at_rest = ~gathered.keys["program_year"].is_in(list(fresh)).to_numpy()
    told = decision.exposed[is_at_rest[decision.exposed]]
    if told.size:
        gathered = replace(gathered, problem=_unprotected(gathered.problem, told))
        decision = rooms.protect(gathered.problem)
    return gathered, decision


def as_told(gathered: Any, decision: Any) -> Any:
    """Return the cells without the codes that are not told; the others have become bounds."""
    code = pl.when(pl.Series(decision.is_untold)).then(None).otherwise(pl.col("code"))
    problem = with_codes(gathered.problem, decision.is_withheld, decision.is_untold)
    return replace(gathered, keys=gathered.keys.with_columns(code=code), problem=problem)


def _unprotected(problem: Problem, cells: npt.NDArray[np.int64]) -> Problem:
    is_sensitive, width = problem.is_sensitive.copy(), problem.width.copy()
    is_sensitive[cells], width[cells] = False, 0
    return replace(problem, is_sensitive=is_sensitive, width=width)


def _summed(gathered: Any, decision: Decision, rooms: Rooms) -> tuple[Any, Decision]:
    """Return the cells as told, with sums over years in place of withheld yearly ones where those can be protected."""
    yearly = as_told(gathered, decision)
    whole = rooms.pooled(yearly, decision.is_withheld)
    if whole.keys.height == yearly.keys.height:
        return yearly, decision
    further = rooms.protect(whole.problem)
    if further.exposed.size:
        return yearly, replace(decision, words=f"{decision.words}; no sums over years, which would tell a year")
    return as_told(whole, further), replace(further, words=f"{decision.words}; sums over years: {further.words}")


def _without(years: Mapping[str, Year], exposed: pl.DataFrame) -> dict[str, Year]:
    """Return the years, those kept back that hold a count which cannot be protected; all where that is none of them."""
    fresh = [name for name, year in years.items() if year.fate == FRESH]
    held = set(exposed["program_year"])
    names = [name for name in fresh if any(span[:7] <= name <= span[-7:] for span in held)] or fresh
    kinds = sorted(set(exposed.select("count_code", "subgroup_dimension").iter_rows()))
    why = f"{exposed.height} {_TOLD} ({'; '.join(f'{code} by {by}' for code, by in kinds[:3])})"
    return {name: year.kept(why) if name in names else year for name, year in years.items()}


def _since(started: float) -> int:
    return int(np.round((time.monotonic() - started) * 1000))
