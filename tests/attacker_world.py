"""A small invented grantee, person by person, whose cells are counted in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from pipelines.measures.dimensions import margins

GRANTEE = "oregon"
YEARS = ("2022-23", "2023-24")
CLUSTER_OF = {"11.0201": "11", "11.1003": "11", "51.3801": "08", "48.0508": "13"}
RECIPIENT_OF = {"C1": "R1", "C2": "R1", "C3": "R2"}
RACES = ("white", "asian", "black_or_african_american")
PAIRS = ("race_ethnicity*sex", "career_cluster*sex", "career_cluster*race_ethnicity")
Key = tuple[str, str, str | None, str | None, str, str]  # year, count_code, institution, program, dimension, code


@dataclass
class Person:
    """Somebody with a sex at each institution, a race, and cases: institution, program, outcome (2 met, 1 unknown)."""

    number: int
    race: str
    sex: dict[str, str]
    cases: list[tuple[str, str, int]]
    is_concentrator: bool
    is_completer: bool


@dataclass
class World:
    """Persons by program year, and the counts of all cells; ``awards`` are rows of IPEDS."""

    persons: dict[str, list[Person]]
    awards: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[Key, int]:
        """Return every cell by its key: participants and so on, and for 1P1 (a year on) and 3P1 four counts each."""
        found: dict[Key, int] = {}
        for year, persons in self.persons.items():
            concentrators = [p for p in persons if p.is_concentrator]
            completers = [p for p in persons if p.is_completer]
            for code, some in (("participant", persons), ("concentrator", concentrators), ("completer", completers)):
                found |= {(year, code, *place): len(people) for place, people in _cells(some).items()}
            found |= _outcomes(year, "3P1", concentrators)
            if later := _next(year, self.persons):
                found |= _outcomes(later, "1P1", completers)
        return found

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        """Return a database with the tables that gathering reads."""
        connection = duckdb.connect(":memory:")
        connection.execute("set enable_progress_bar = false")
        for statement in _TABLES:
            connection.execute(statement)
        counts = self.counts()
        students, outcomes = [], []
        for (year, code, *place), count in counts.items():
            if "_" not in code:
                students.append((GRANTEE, year, code, *place, count))
            elif code.startswith("denominator_"):
                name = code.removeprefix("denominator_")
                cohort = YEARS[YEARS.index(year) - 1] if name == "1P1" else year
                others = [counts[(year, f"{kind}_{name}", *place)] for kind in ("numerator", "unknown")]
                outcomes.append((GRANTEE, year, cohort, name, *place, count, *others))
        for table, rows in (("mart.student_count", students), ("mart.indicator", outcomes)):
            names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
            frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
            connection.register("rows", frame)
            connection.execute(f"insert into {table} select * from rows")
            connection.unregister("rows")
        for award in self.awards:
            columns = ", ".join(award)
            connection.execute(f"insert into reference.ipeds_completions ({columns}) values "
                               f"({', '.join('?' * len(award))})", list(award.values()))  # fmt: skip
        return connection


def random_world(seed: int, size: int = 40, *, is_simple: bool = False) -> World:
    """Return an invented grantee. ``is_simple``: everybody at one institution in one program, told alike everywhere."""
    dice = random.Random(seed)
    persons = {year: [_person(dice, number, is_simple) for number in range(size)] for year in YEARS}
    return World(persons)


def _person(dice: random.Random, number: int, is_simple: bool) -> Person:
    institutions = dice.sample(sorted(RECIPIENT_OF), 1 if is_simple or dice.random() < 0.8 else 2)
    cases = [(i, cip, dice.choice((0, 0, 1, 2, 2, 2))) for i in institutions
             for cip in dice.sample(sorted(CLUSTER_OF), 1 if is_simple or dice.random() < 0.8 else 2)]  # fmt: skip
    sex = dice.choice(("female", "male"))
    told = {i: sex if is_simple or dice.random() < 0.95 else "unknown" for i in institutions}
    is_concentrator = dice.random() < 0.7
    return Person(number, dice.choice(RACES), told, cases, is_concentrator, is_concentrator and dice.random() < 0.6)


def _cells(persons: Iterable[Person]) -> dict[tuple[str | None, str | None, str, str], dict[int, int]]:
    """Return who is in each cell, with the best outcome of the person's cases there."""
    found: dict[tuple[str | None, str | None, str, str], dict[int, int]] = defaultdict(dict)
    for person in persons:
        for key, outcome in _memberships(person):
            found[key][person.number] = max(outcome, found[key].get(person.number, 0))
    return found


def _memberships(person: Person) -> Iterator[tuple[tuple[str | None, str | None, str, str], int]]:
    for institution, cip, outcome in person.cases:
        for place in (None, institution):
            # At the grantee the largest word counts, and a value more than none.
            values = [s for s in person.sex.values() if s != "unknown"] or ["unknown"]
            sex = max(values) if place is None else person.sex[institution]
            cluster = CLUSTER_OF[cip]
            told = {"all": "all", "sex": sex, "race_ethnicity": person.race, "career_cluster": cluster}
            if place is None:
                told |= {
                    "race_ethnicity*sex": f"{person.race}*{sex}", "career_cluster*sex": f"{cluster}*{sex}",
                    "career_cluster*race_ethnicity": f"{cluster}*{person.race}",
                    "eligible_recipient": RECIPIENT_OF[institution],
                }  # fmt: skip
            for dimension, code in told.items():
                yield (place, None, dimension, code), outcome
            yield (place, cip, "all", "all"), outcome
            yield (place, cip, "sex", sex), outcome  # in the mart, and not in the plan


def _outcomes(year: str, name: str, persons: Iterable[Person]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for place, people in _cells(persons).items():
        found[(year, f"denominator_{name}", *place)] = len(people)
        found[(year, f"numerator_{name}", *place)] = sum(outcome == 2 for outcome in people.values())
        found[(year, f"unknown_{name}", *place)] = sum(outcome == 1 for outcome in people.values())
    return found


def _next(year: str, years: Iterable[str]) -> str | None:
    return next((y for y in sorted(years) if y > year), None)


_KEYS = """institution_id varchar, cip_code varchar, subgroup_dimension varchar, subgroup_code varchar"""
_MARGINS = ", ".join(f"('mart.indicator', '{told_by}', '{kind}')" for told_by, kind in margins())
_PROGRAMS = ", ".join(
    f"('{GRANTEE}', '{year}', '{institution}', '{cip}', '{cluster}')"
    for year in YEARS for institution in RECIPIENT_OF for cip, cluster in CLUSTER_OF.items()
)  # fmt: skip
_INSTITUTIONS = ", ".join(
    f"('{GRANTEE}', '{year}', '{institution}', 'U{institution}', '{recipient}')"
    for year in YEARS for institution, recipient in RECIPIENT_OF.items()
)  # fmt: skip
_GROUPS = ("total", "male", "female", "american_indian_or_alaska_native", "asian", "black_or_african_american",
           "hispanic_or_latino", "native_hawaiian_or_other_pacific_islander", "white",
           "two_or_more_races")  # fmt: skip
_TABLES = (
    "create schema mart", "create schema core", "create schema reference",
    (f"create table mart.student_count (grantee_id varchar, program_year varchar, count_code varchar, {_KEYS}, "
    "student_count bigint)"),
    (f"create table mart.indicator (grantee_id varchar, program_year varchar, cohort_program_year varchar, "
    f"indicator_code varchar, {_KEYS}, denominator_count bigint, numerator_count bigint, unknown_count bigint)"),
    f"create table mart.margin as from (values {_MARGINS}) as m (table_name, subgroup_dimension, margin)",
    (f"create table core.program as from (values {_PROGRAMS}) as p "
    "(grantee_id, program_year, institution_id, cip_code, career_cluster_code)"),
    (f"create table core.institution as from (values {_INSTITUTIONS}) as i "
    "(grantee_id, program_year, institution_id, unitid, eligible_recipient_id)"),
    ("create table reference.ipeds_completions (program_year varchar, unitid varchar, cip_code varchar, "
    f"is_total boolean, {', '.join(f'{group}_count integer' for group in _GROUPS)})"),
)  # fmt: skip
