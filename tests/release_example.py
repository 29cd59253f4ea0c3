"""A home in small with figures written by hand, and rooms that decide without a solver, for the tests of releases."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.acts.office import open_office
from pipelines.acts.people import REPORTING_OFFICER, Person
from pipelines.disclosure.problem import NO_LIMIT, Flags, Problem, Relations
from pipelines.disclosure.release.every import release_all
from pipelines.disclosure.release.one import Ended
from pipelines.disclosure.release.rooms import KEYS, Decision, Proof, Rooms
from pipelines.home import claim
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.publish.fill import fill_publish
from pipelines.warehouse import insert_rows, open_warehouse

BO = Person("Bo Lee", REPORTING_OFFICER, "Reviewed")
YEARS = ("2022-23", "2023-24")
THRESHOLD = 10
Counts = dict[tuple[str, str, str, str], int]  # grantee, program year, dimension, code


@dataclass(frozen=True)
class Given:
    """A permission, given or not."""

    reasons: tuple[str, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


@dataclass(frozen=True)
class Cells:
    """What the stand-in gathers."""

    keys: pl.DataFrame
    problem: Problem


@dataclass
class House:
    """A home and the rooms of a release in it; what the stand-ins say can be set by grantee and year."""

    home: Path
    blocked: dict[tuple[str, str], str] = field(default_factory=dict)
    leaking: set[str] = field(default_factory=set)
    exposed_years: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def copy_to(self, home: Path) -> House:
        """Return the same home elsewhere."""
        shutil.copytree(self.home, home)
        return House(home)

    def figures(self, counts: Counts) -> None:
        """Put these participants in place of all figures."""
        with open_warehouse(self.home) as connection:
            connection.execute("delete from mart.student_count")
            rows = [(g, y, "participant", d, c, n) for (g, y, d, c), n in counts.items()]
            insert_rows(connection, "mart.student_count (grantee_id, program_year, count_code, subgroup_dimension, "
                        "subgroup_code, student_count)", rows)  # fmt: skip

    def release(
        self, *grantees: str, years: Sequence[str] = (), person: Person | None = BO, day: int = 1, **rooms: Any
    ) -> list[Ended]:
        """Release, or rehearse without a person, and return how each grantee ended."""
        with open_office(self.home, datetime(2026, 3, day, tzinfo=UTC)) as office:
            return release_all(office, grantees, years, person, replace(self.rooms(), **rooms), self.said.append)

    def rooms(self) -> Rooms:
        """The stand-ins."""
        return Rooms(self._may, _gather, self._protect, lambda cells, _: cells, self._audit, lambda *_: None)

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the warehouse."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def _may(self, _: Any, grantee: Any, year: str, *__: Any) -> Given:
        why = self.blocked.get((grantee.id, year))
        return Given((why,) if why else ())

    def _protect(self, problem: Problem) -> Decision:
        exposed = np.flatnonzero(problem.is_known & problem.is_sensitive)
        none = np.zeros_like(problem.must_hide)
        return Decision(problem.must_hide, none, exposed, "optimal", csr_matrix((0, none.size), dtype=np.int64))

    def _audit(self, _: Any, cells: Cells, grantee_id: str, __: Any) -> Proof:
        frame = cells.keys.filter(pl.Series(cells.problem.is_sensitive)).select(
            *KEYS, lowest=pl.lit(0), highest=pl.lit(99), how=pl.lit("witness"), is_protected=pl.lit(value=True)
        )
        safe = grantee_id not in self.leaking
        return Proof(frame, is_safe=safe, reason="" if safe else "1 sensitive count can be told")


def house(root: Path) -> House:
    """Return a sample home after a night that counted nobody."""
    home = root / "home"
    claim(home, is_sample=True)
    with open_warehouse(home) as connection:
        load_definitions(connection, YEARS)
        connection.execute(
            "insert into quality.run (run_id, started_at, kind, exit_code, rule_book_version) "
            "values ('20260101T000000000Z-0001', timestamp '2026-01-01', 'nightly', 0, 'one')"
        )
        connection.execute(
            "create table mart.student_count (grantee_id varchar, program_year varchar, count_code varchar, "
            "institution_id varchar, cip_code varchar, subgroup_dimension varchar, subgroup_code varchar, "
            "student_count bigint, definition_version varchar)"
        )
        connection.execute(
            "create table mart.indicator (grantee_id varchar, program_year varchar, cohort_program_year varchar, "
            "outcome_window_end date, indicator_code varchar, institution_id varchar, cip_code varchar, "
            "subgroup_dimension varchar, subgroup_code varchar, numerator_count bigint, denominator_count bigint, "
            "unknown_count bigint, status varchar, definition_version varchar)"
        )
        for model in all_models():
            if model.table == "mart.margin":
                build(connection, model)
        fill_publish(connection, [], "20260101T000000000Z-0001", is_sample=True)
    return House(home)


def students(grantee: str, year: str, **by_race: int) -> Counts:
    """Return the counts of a year: everybody, and by race and ethnicity."""
    parts = {(grantee, year, "race_ethnicity", code): count for code, count in by_race.items()}
    return {(grantee, year, "all", "all"): sum(by_race.values()), **parts}


def _gather(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Sequence[str], earlier: pl.DataFrame | None
) -> Cells:
    keys = connection.sql(
        "select grantee_id, program_year, count_code, institution_id, cip_code, subgroup_dimension, subgroup_code, "
        "student_count as count, 'written' as role, 10 as threshold, null::varchar as code from mart.student_count "
        "where grantee_id = ? and list_contains(?, program_year) order by all",
        params=[grantee_id, list(years)],
    ).pl()
    shown = [] if earlier is None else list(earlier.filter(pl.col("is_shown")).select(KEYS).iter_rows())
    return Cells(keys, problem_of(keys["count"].to_numpy(), [row in shown for row in keys.select(KEYS).iter_rows()]))


def problem_of(count: np.ndarray, is_known: Iterable[bool]) -> Problem:
    """Return a problem without relations, in which only counts under the threshold are withheld."""
    cells, is_small = len(count), (count > 0) & (count < THRESHOLD)
    none: Flags = np.zeros(cells, dtype=np.bool_)
    number = np.zeros(cells, dtype=np.int64)
    return Problem(
        count=count, width=np.where(is_small, THRESHOLD, 0), is_sensitive=is_small, is_published=~none,
        must_hide=is_small, is_known=np.array(list(is_known), dtype=np.bool_), weight=number + 1, lowest=number,
        highest=number + NO_LIMIT, block=number.astype(np.int32), place=number.astype(np.int32),
        hides=np.zeros((0, 2), dtype=np.int32),
        relations=Relations(csr_matrix((0, cells), dtype=np.int64), number[:0], number[:0]),
    )  # fmt: skip
