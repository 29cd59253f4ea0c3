"""Tables that gaps are made from, counted here from invented persons in plain Python, for tests of ``gaps``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import duckdb
import polars as pl

from pipelines.measures.gaps.build import build_gaps, gap_rows
from pipelines.measures.gaps.cells import read_cells
from pipelines.measures.gaps.readiness import read_verdicts
from pipelines.measures.gaps.settings import GapSettings
from pipelines.warehouse import insert_rows

YEAR, COHORT = "2023-24", "2022-23"
_INDICATOR = (
    "grantee_id", "program_year", "indicator_code", "institution_id", "cip_code", "subgroup_dimension",
    "subgroup_code", "cohort_program_year", "numerator_count", "denominator_count", "unknown_count", "status",
    "definition_version",
)  # fmt: skip
_WEIGHT = {"met": 2, "unknown": 1, "not_met": 0}
Cell = tuple[str | None, str | None, str, str]  # institution, program, dimension, code


@dataclass(frozen=True)
class Person:
    """Somebody with attributes by dimension, and a case (program, cluster, outcome) for each program."""

    attributes: Mapping[str, str]
    cases: Sequence[tuple[str, str, str]] = (("48.0508", "manufacturing", "not_met"),)
    institution: str = "A"


@dataclass
class Counted:
    """How many persons met the measure, are in the denominator, and are unknown."""

    met: int = 0
    count: int = 0
    unknown: int = 0


@dataclass
class Cells:
    """Counts by cell, in the order in which they were met."""

    by_cell: dict[Cell, Counted] = field(default_factory=dict)

    def add(self, cell: Cell, outcomes: Iterable[str]) -> None:
        """Count a person once in a cell: met if any outcome is, else unknown if any is."""
        best = max(outcomes, key=_WEIGHT.__getitem__)
        counted = self.by_cell.setdefault(cell, Counted())
        counted.count += 1
        counted.met += best == "met"
        counted.unknown += best == "unknown"


def persons(number: int, met: int, unknown: int = 0, **attributes: str) -> list[Person]:
    """Return so many persons of one program, the first of whom met the measure and the next are unknown."""
    outcomes = ["met"] * met + ["unknown"] * unknown + ["not_met"] * (number - met - unknown)
    return [Person(attributes, [("48.0508", "manufacturing", outcome)]) for outcome in outcomes]


def cells_of(people: Iterable[Person]) -> Cells:
    """Return the cells of everybody, single dimensions, pairs, programs and clusters; institutions too."""
    found = Cells()
    for person in people:
        for place in (None, person.institution):
            _add(found, person, place)
    return found


def _add(found: Cells, person: Person, place: str | None) -> None:
    whole = [outcome for _, _, outcome in person.cases]
    single = sorted(person.attributes.items())
    found.add((place, None, "all", "all"), whole)
    for dimension, code in single:
        found.add((place, None, dimension, code), whole)
    for (one, x), (other, y) in combinations(single, 2):
        found.add((place, None, f"{one}*{other}", f"{x}*{y}"), whole)
    for cip in {cip for cip, _, _ in person.cases}:
        outcomes = [outcome for own, _, outcome in person.cases if own == cip]
        for dimension, code in [("all", "all"), *single]:
            found.add((place, cip, dimension, code), outcomes)
    for cluster in {cluster for _, cluster, _ in person.cases}:
        outcomes = [outcome for _, own, outcome in person.cases if own == cluster]
        found.add((place, None, "career_cluster", cluster), outcomes)
        for dimension, code in single:
            (one, x), (other, y) = sorted([("career_cluster", cluster), (dimension, code)])
            found.add((place, None, f"{one}*{other}", f"{x}*{y}"), outcomes)


def warehouse_of(
    cells: Cells, *, indicator: str = "1P1", status: str = "computed", verdicts: Mapping[str, str | None] | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a warehouse with ``mart.indicator`` of these cells and ``mart.readiness`` with these verdicts."""
    connection = duckdb.connect()
    add_cells(connection, cells, indicator=indicator, status=status)
    texts = ("grantee_id", "program_year", "institution_id", "equity_dimension", "verdict", "reasons")
    connection.execute(f"create table mart.readiness ({', '.join(f'{name} varchar' for name in texts)})")
    rows = [["oregon", COHORT, place, dimension, verdict, "" if verdict == "measurable" else "all blank"]
            for dimension, verdict in (verdicts or {}).items() for place in (None, "A")]  # fmt: skip
    insert_rows(connection, "mart.readiness", rows)
    return connection


def add_cells(
    connection: duckdb.DuckDBPyConnection, cells: Cells, *, indicator: str = "1P1", status: str = "computed"
) -> None:
    """Add the cells of another indicator, or of the first, to a warehouse."""
    counts = [name for name in _INDICATOR if name.endswith("_count")]
    declared = ", ".join(f"{name} {'bigint' if name in counts else 'varchar'}" for name in _INDICATOR)
    connection.execute("create schema if not exists mart")
    connection.execute(f"create table if not exists mart.indicator ({declared})")
    is_counted = status == "computed"
    rows = [
        ["oregon", YEAR, indicator, *cell, COHORT, c.met if is_counted else None, c.count,
         c.unknown if is_counted else None, status, "v1"]
        for cell, c in cells.by_cell.items()
    ]  # fmt: skip
    insert_rows(connection, "mart.indicator", rows)


def gaps_of(connection: duckdb.DuckDBPyConnection) -> dict[Cell, dict[str, Any]]:
    """Make the gaps and return the rows of ``mart.gap`` by cell; each cell has one row at most."""
    build_gaps(connection)
    return _by_cell(connection.sql("select * from mart.gap").pl())


def unwritten_gaps_of(cells: Cells) -> dict[Cell, dict[str, Any]]:
    """Return the same rows before any table is written, which takes a third of the time."""
    connection = warehouse_of(cells)
    return _by_cell(
        gap_rows(read_cells(connection, "oregon", YEAR), read_verdicts(connection, "oregon"), GapSettings())
    )


def _by_cell(frame: pl.DataFrame) -> dict[Cell, dict[str, Any]]:
    rows = frame.to_dicts()
    keys = ("institution_id", "cip_code", "subgroup_dimension", "subgroup_code")
    found = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows)
    return found


def methods_of(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the rows of ``mart.gap_method``, in order."""
    return connection.sql("select * from mart.gap_method").pl().sort(pl.all())


def words(rows: Iterable[Mapping[str, Any]], column: str) -> Counter[str]:
    """Return how often each word stands in a column."""
    return Counter(row[column] for row in rows)
