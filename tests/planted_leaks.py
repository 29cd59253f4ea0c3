"""A small release by hand that is safe, and the ways to spoil it: each a leak that somebody has made before.

The answer key stands beside each: which count it tells, or which row or column nobody may let through. Not a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import duckdb
from disclosure_worlds import GRANTEE, PAIR, Gathered, Key, Person, Plan

YEAR, BEFORE = "2023-24", "2022-23"
RACES = ("asian", "black", "hispanic", "pacific", "two", "white")  # all but the smallest
SPAN = f"{BEFORE} to {YEAR}"
PLAN = Plan(
    recipient_of={"A": "R1", "B": "R2", "C": "R2", "D": "R3", "E": "R3"},
    cluster_of={"51.01": "health", "11.01": "it", "11.02": "it", "11.03": "it"},
    indicators=("1P1", "2P1"), has_unknown=True, has_participants=True, is_pooled=True,
)  # fmt: skip
# (year, institution, race): persons and how many of them met the indicator. The small ones are what leaks are about.
GROUPS = {
    (YEAR, "A", "white"): (100, 60), (YEAR, "A", "black"): (62, 30), (YEAR, "A", "asian"): (12, 1),
    (YEAR, "A", "native"): (4, 2), (YEAR, "A", "pacific"): (15, 0), (YEAR, "A", "two"): (16, 16),
    (YEAR, "A", "hispanic"): (40, 37),
    (YEAR, "B", "white"): (140, 80), (YEAR, "B", "black"): (90, 40), (YEAR, "B", "asian"): (60, 30),
    (YEAR, "B", "native"): (26, 12), (YEAR, "B", "pacific"): (30, 14), (YEAR, "B", "two"): (30, 15),
    (YEAR, "B", "hispanic"): (70, 35),
    (YEAR, "C", "white"): (7, 3), (YEAR, "C", "hispanic"): (90, 50), (YEAR, "C", "two"): (40, 20),
    (YEAR, "D", "white"): (6, 3), (YEAR, "E", "white"): (44, 22), (YEAR, "E", "black"): (30, 15),
    (BEFORE, "A", "white"): (90, 50), (BEFORE, "A", "black"): (60, 29), (BEFORE, "A", "asian"): (30, 15),
    (BEFORE, "A", "native"): (30, 14), (BEFORE, "A", "pacific"): (30, 14), (BEFORE, "A", "two"): (30, 14),
    (BEFORE, "A", "hispanic"): (40, 20),
    (BEFORE, "B", "white"): (140, 80), (BEFORE, "B", "black"): (90, 40), (BEFORE, "B", "asian"): (60, 30),
    (BEFORE, "B", "native"): (30, 12), (BEFORE, "B", "pacific"): (30, 14), (BEFORE, "B", "two"): (30, 15),
    (BEFORE, "B", "hispanic"): (70, 35),
    (BEFORE, "C", "white"): (60, 30), (BEFORE, "C", "hispanic"): (90, 50), (BEFORE, "C", "two"): (40, 20),
    (BEFORE, "D", "white"): (40, 20), (BEFORE, "E", "white"): (44, 22), (BEFORE, "E", "black"): (30, 15),
}  # fmt: skip
UNKNOWN = {"A": 98, "B": 20, "C": 15, "D": 0, "E": 12}  # of those who did not meet it, so many of the first are unknown


def persons() -> list[Person]:
    """Return the students, always the same ones."""
    found: list[Person] = []
    cips, unknown = cycle(("51.01", "11.01", "51.01", "11.02", "11.01")), {YEAR: dict(UNKNOWN), BEFORE: dict(UNKNOWN)}
    for (year, place, race), (count, met) in GROUPS.items():
        for i in range(count):
            is_met = i < met
            is_unknown = not is_met and unknown[year][place] > 0
            unknown[year][place] -= is_unknown
            sex = "female" if i % 2 else "male"
            cip = "11.03" if len(found) % 350 == 0 else next(cips)
            found.append(Person(len(found), year, (place,), cip, race, sex, is_met, is_unknown))
    return found


@dataclass(frozen=True)
class Leak:
    """A way to spoil the safe release.

    ``spoil`` writes into ``publish.*``. ``tells`` are the cells that it gives away, ``unread`` or ``under`` texts that
    must stand in what the audit cannot read or what is under the policy. ``known`` are cells shown by earlier releases,
    ``still`` those that were sensitive then.
    """

    name: str
    spoil: Callable[[duckdb.DuckDBPyConnection, Gathered], None]
    tells: tuple[Key, ...] = ()
    unread: str = ""
    under: str = ""
    known: tuple[Key, ...] = ()
    still: tuple[Key, ...] = ()


def cell(count: str, dimension: str = "all", code: str = "all", *, at: str | None = None, cip: str | None = None,
         year: str = YEAR) -> Key:  # fmt: skip
    """Return the key of a cell."""
    return (year, count, at, cip, dimension, code)


def race(count: str, code: str, at: str | None = None, year: str = YEAR) -> Key:
    """Return the key of the cell of a race."""
    return cell(count, "race_ethnicity", code, at=at, year=year)


def _place(key: Key) -> str:
    _, _, institution, cip, dimension, code = key
    at = f"= '{institution}'" if institution else "is null"
    of = f"= '{cip}'" if cip else "is null"
    return (f"grantee_id = '{GRANTEE}' and institution_id {at} and cip_code {of} "
            f"and subgroup_dimension = '{dimension}' and subgroup_code = '{code}'")  # fmt: skip


def showing(*keys: Key) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of showing counts of students that were withheld."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        for key in keys:
            count = value(world, key)
            connection.execute(
                f"update publish.student_count set student_count = {count}, suppression_code = null "
                f"where program_year = '{key[0]}' and count_code = '{key[1]}' and {_place(key)}"
            )

    return spoil


def value(world: Gathered, key: Key) -> int:
    """Return the true count of a cell."""
    year, count, institution, cip, dimension, code = key
    return int(world.problem.count[world.cell(year, count, dimension, code, institution=institution, cip=cip)])


def showing_rate(key: Key, *, with_counts: bool = True) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of showing a row of publish.indicator; ``key`` is that of its denominator."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        showing(key)(connection, world)
        indicator = key[1].removeprefix("denominator_")
        whole, part = value(world, key), value(world, (key[0], f"numerator_{indicator}", *key[2:]))
        counts = f"numerator_count = {part}, denominator_count = {whole}, " if with_counts else ""
        connection.execute(
            f"update publish.indicator set {counts} rate = round(cast({part} as decimal(9, 3)) / {whole}, 3), "
            f"suppression_code = null where program_year = '{key[0]}' and indicator_code = '{indicator}' "
            f"and {_place(key)}"
        )

    return spoil


def coding(key: Key, code: str) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of telling a band of a group that is too small for it."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        showing(key)(connection, world)
        connection.execute(
            f"update publish.indicator set numerator_count = null, denominator_count = null, rate = null, "
            f"suppression_code = '{code}' where program_year = '{key[0]}' and indicator_code = '1P1' and {_place(key)}"
        )

    return spoil


def telling_gap(key: Key, what: str) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of writing only the gap, or only the students needed, of a withheld group of known size."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        showing(key)(connection, world)
        everybody = cell("denominator_1P1", at=key[2])
        showing_rate(everybody)(connection, world)
        whole, part = value(world, key), value(world, (key[0], "numerator_1P1", *key[2:]))
        all_whole, all_part = value(world, everybody), value(world, cell("numerator_1P1", at=key[2]))
        needed = max(0, -((part * all_whole - all_part * whole) // (all_whole - whole)))
        told = {"gap": round(part / whole - all_part / all_whole, 3), "students_needed": needed}[what]
        connection.execute(
            f"insert into publish.gap by name select '{GRANTEE}' as grantee_id, '{key[0]}' as program_year, "
            f"'1P1' as indicator_code, '{key[2]}' as institution_id, '{key[4]}' as subgroup_dimension, "
            f"'{key[5]}' as subgroup_code, {told} as {what}, 'r' as release_id"
        )

    return spoil


def adding_rest(members: tuple[Key, ...]) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of writing a row all_other that names its members; keys are those of denominators."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        connection.execute("alter table publish.indicator add column if not exists members varchar")
        whole = sum(value(world, key) for key in members)
        part = sum(value(world, (key[0], "numerator_1P1", *key[2:])) for key in members)
        one = members[0]
        connection.execute(
            f"insert into publish.indicator by name select '{GRANTEE}' as grantee_id, '{one[0]}' as program_year, "
            f"'1P1' as indicator_code, '{one[2]}' as institution_id, '{one[4]}' as subgroup_dimension, "
            f"'all_other' as subgroup_code, {part} as numerator_count, {whole} as denominator_count, "
            f"'{','.join(key[5] for key in members)}' as members, 'r' as release_id"
        )

    return spoil


def pooling(key: Key) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of showing both years together and the year before alone; ``key`` is of this year."""

    def spoil(connection: duckdb.DuckDBPyConnection, world: Gathered) -> None:
        showing_rate((BEFORE, *key[1:]))(connection, world)
        pooled = (SPAN, *key[1:])
        whole, part = value(world, pooled), value(world, (SPAN, "numerator_1P1", *key[2:]))
        connection.execute(
            f"update publish.indicator_pooled set numerator_count = {part}, denominator_count = {whole}, "
            f"suppression_code = null where indicator_code = '1P1' and institution_id = '{key[2]}' "
            f"and subgroup_dimension = '{key[4]}' and subgroup_code = '{key[5]}'"
        )

    return spoil


def running(query: str) -> Callable[[duckdb.DuckDBPyConnection, Gathered], None]:
    """Return the deed of running some SQL."""

    def spoil(connection: duckdb.DuckDBPyConnection, _: Gathered) -> None:
        connection.execute(query)

    return spoil


LEAKS = (
    Leak("margin differencing", showing(*(race("denominator_1P1", code, "A") for code in RACES)),
         (race("denominator_1P1", "native", "A"),)),
    Leak("two linked tables", showing_rate(cell("denominator_1P1", PAIR, "pacific*male")),
         (cell("numerator_1P1", PAIR, "pacific*female"),)),
    Leak("institutions and their grantee", showing(*(race("denominator_1P1", "white", at) for at in ("A", "B"))),
         (race("denominator_1P1", "white", "C"),)),
    Leak("institutions and their recipient", showing(cell("denominator_1P1", at="E"),
         cell("denominator_1P1", "eligible_recipient", "R3")), (cell("denominator_1P1", at="D"),)),
    Leak("programs, their cluster and all", showing(*(cell("denominator_1P1", cip=cip) for cip in ("11.01", "11.02")),
         cell("denominator_1P1", "career_cluster", "it")), (cell("denominator_1P1", cip="11.03"),)),
    Leak("complement of a numerator", showing_rate(race("denominator_1P1", "hispanic", "A")),
         (race("other_1P1", "hispanic", "A"),)),
    Leak("nobody of a group", showing_rate(race("denominator_1P1", "pacific", "A")),
         (race("numerator_1P1", "pacific", "A"),), under="publish.indicator nobody"),
    Leak("everybody of a group", showing_rate(race("denominator_1P1", "two", "A")),
         (race("other_1P1", "two", "A"),), under="publish.indicator everybody"),
    Leak("rate beside a small size", showing_rate(race("denominator_2P1", "native", "B"), with_counts=False),
         (race("other_2P1", "native", "B"),)),
    Leak("8.3 percent of 12", showing_rate(race("denominator_1P1", "asian", "A"), with_counts=False),
         (race("numerator_1P1", "asian", "A"),)),
    Leak("gap of a hidden group", telling_gap(race("denominator_1P1", "pacific", "A"), "gap"),
         (race("numerator_1P1", "pacific", "A"),)),
    Leak("students needed of a hidden group", telling_gap(race("denominator_1P1", "asian", "A"), "students_needed"),
         (race("numerator_1P1", "asian", "A"),)),
    Leak("a rest of one group", adding_rest((race("denominator_1P1", "native", "A"),)),
         (race("denominator_1P1", "native", "A"), race("numerator_1P1", "native", "A")),
         under="publish.indicator under the threshold"),
    Leak("years put together less the year shown", pooling(race("denominator_1P1", "native", "A")),
         (race("denominator_1P1", "native", "A"),)),
    Leak("equal denominators of two indicators", showing(*(race("denominator_2P1", code, "A") for code in RACES)),
         (race("denominator_1P1", "native", "A"),)),
    Leak("participants who are all concentrators", showing(*(race("participant", code, "A") for code in RACES)),
         (race("denominator_1P1", "native", "A"), race("concentrator", "native", "A"))),
    Leak("shown by an earlier release", showing(), (race("denominator_1P1", "native", "A"),),
         known=tuple(race("denominator_1P1", code, "A") for code in RACES)),
    Leak("one student moved between two releases", showing(race("denominator_1P1", "asian", "A")),
         (race("denominator_1P1", "asian", "A"),), still=(race("denominator_1P1", "asian", "A"),)),
    Leak("a quality count of three rows", running("update publish.rule_result set failed_count = 3"),
         under="publish.rule_result under the threshold"),
    Leak("unknown outcomes beside a rate", showing(cell("unknown_1P1", at="A")), (cell("failure_1P1", at="A"),)),
    Leak("a band too narrow for its group", coding(race("denominator_1P1", "asian", "A"), "at_most_20_percent"),
         (race("numerator_1P1", "asian", "A"),)),
    Leak("subgroups of a hidden place", showing(cell("denominator_1P1", "sex", "male", at="D"),
         cell("denominator_1P1", "sex", "female", at="D")), (cell("denominator_1P1", at="D"),)),
    Leak("a small count as it is", showing(race("denominator_1P1", "native", "A")),
         (race("denominator_1P1", "native", "A"),), under="publish.student_count under the threshold"),
    Leak("a gap to what is not shown", running(
        "insert into publish.gap by name select 'xx' as grantee_id, '2023-24' as program_year, '1P1' as indicator_code,"
        " 'D' as institution_id, 'sex' as subgroup_dimension, 'male' as subgroup_code, -0.1 as gap"),
         unread="publish.gap xx 2023-24 1P1 D all sex male"),
    Leak("a group outside the plan", running(
        "insert into publish.student_count by name select 'xx' as grantee_id, '2023-24' as program_year, "
        "'denominator_1P1' as count_code, 'disability' as subgroup_dimension, 'yes' as subgroup_code, "
        "40 as student_count"), unread="publish.student_count xx 2023-24 denominator_1P1 all all disability yes"),
    Leak("a column that nobody reads", running("alter table publish.indicator add column standard_error double"),
         unread="publish.indicator.standard_error"),
)  # fmt: skip
