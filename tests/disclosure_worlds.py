"""Small worlds for disclosure control: persons, their counts, how they hang together, and a release of them.

Made in plain Python from persons alone, so that it can judge what the real rooms do. Not a test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.disclosure.attack import attack
from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags, Problem, Relations, is_protected
from pipelines.suppression_policy import Policy

GRANTEE = "xx"
KEYS = ("grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension",
        "subgroup_code")  # fmt: skip
POLICY = Policy(
    threshold=10, width=10, bands=(Fraction(1, 20), Fraction(1, 10), Fraction(1, 5)), rate_digits=3, count_rounding=1,
    smallest_change=10, approved_by="Test", approved_on=date(2025, 1, 1), source="test",
)  # fmt: skip
PAIR = "race_ethnicity*sex"
Key = tuple[str, str, str | None, str | None, str, str]  # year, count, institution, cip, dimension, code
Fact = tuple[dict[Key, int], int, int]


@dataclass(frozen=True)
class Person:
    """A student of a cohort: at one or more institutions, in one program."""

    number: int
    year: str
    institutions: tuple[str, ...]
    cip: str
    race: str
    sex: str
    is_met: bool
    is_unknown: bool = False
    is_concentrator: bool = True


@dataclass(frozen=True)
class Plan:
    """What a world publishes and how its places hang together."""

    recipient_of: dict[str, str]
    cluster_of: dict[str, str]
    indicators: tuple[str, ...] = ("1P1",)
    has_pairs: bool = True
    has_programs: bool = True
    has_unknown: bool = False
    has_participants: bool = False
    is_pooled: bool = False


@dataclass(frozen=True)
class Gathered:
    """As ``pipelines.disclosure.gather`` makes it."""

    keys: pl.DataFrame
    problem: Problem

    def cell(self, year: str, count: str, dimension: str = "all", code: str = "all", *, institution: str | None = None,
             cip: str | None = None) -> int:  # fmt: skip
        """Return the place of a cell in the problem."""
        wanted = (GRANTEE, year, count, institution, cip, dimension, code)
        return next(i for i, row in enumerate(self.keys.select(KEYS).rows()) if row == wanted)


def _groups(person: Person, plan: Plan) -> Iterable[tuple[str | None, str | None, str, str]]:
    """Yield institution, cip, dimension and code of every group that a person is in."""
    own = (("all", "all"), ("race_ethnicity", person.race), ("sex", person.sex))
    for place in (None, *person.institutions):
        for dimension, code in own:
            yield place, None, dimension, code
    if plan.has_pairs:
        yield None, None, PAIR, f"{person.race}*{person.sex}"
    for recipient in sorted({plan.recipient_of[one] for one in person.institutions}):
        yield None, None, "eligible_recipient", recipient
    if plan.has_programs:
        yield None, None, "career_cluster", plan.cluster_of[person.cip]
        yield None, person.cip, "all", "all"


def count_cells(persons: Sequence[Person], plan: Plan) -> dict[Key, int]:
    """Return every count, derived ones too, by counting persons one by one."""
    cells: dict[Key, int] = defaultdict(int)
    for person in persons:
        for place, cip, dimension, code in _groups(person, plan):
            group = (place, cip, dimension, code)
            is_everybody = dimension == "all" and cip is None
            if plan.has_participants:
                cells[person.year, "participant", *group] += 1
                cells[person.year, "concentrator", *group] += person.is_concentrator
            if not person.is_concentrator:
                continue
            for indicator in plan.indicators:
                is_met = not person.is_unknown and (person.is_met if indicator == "1P1" else person.number % 3 > 0)
                cells[person.year, f"denominator_{indicator}", *group] += 1
                cells[person.year, f"numerator_{indicator}", *group] += is_met
                cells[person.year, f"other_{indicator}", *group] += not is_met
                if plan.has_unknown and is_everybody:
                    cells[person.year, f"unknown_{indicator}", *group] += person.is_unknown
                    cells[person.year, f"failure_{indicator}", *group] += not is_met and not person.is_unknown
                    cells[person.year, f"known_{indicator}", *group] += not person.is_unknown
    if plan.is_pooled:
        _add_pooled(cells)
    return dict(cells)


def _span(cells: Iterable[Key]) -> tuple[str, list[str]]:
    years = sorted({key[0] for key in cells if " " not in key[0]})
    return f"{years[0]} to {years[-1]}", years


def _add_pooled(cells: dict[Key, int]) -> None:
    span, _ = _span(cells)
    for key, count in list(cells.items()):
        if key[3] is None and key[1].startswith(("denominator", "numerator", "other")):
            pooled = (span, *key[1:])
            cells[pooled] = cells.get(pooled, 0) + count


def facts(cells: dict[Key, int], plan: Plan) -> list[Fact]:
    """Return how the counts hang together, each fact on its own: sums, covers, complements, links."""
    found: list[Fact] = []
    found += _partitions(cells)
    found += _covers(cells, plan)
    found += _complements(cells)
    found += _links(cells)
    return [(terms, low, high) for terms, low, high in found if len(terms) > 1]


def _sum(total: Key, parts: Iterable[Key], low: int = 0, high: int = 0) -> Fact:
    terms = {total: 1}
    for part in parts:
        terms[part] = terms.get(part, 0) - 1
    return terms, low, high


def _partitions(cells: dict[Key, int]) -> list[Fact]:
    found, groups = [], defaultdict(list)
    for key in cells:
        year, count, place, cip, dimension, code = key
        if dimension in {"race_ethnicity", "sex"}:
            groups[year, count, place, cip, "all", "all"].append(key)
        if dimension == PAIR:
            race, sex = code.split("*")
            groups[year, count, place, cip, "race_ethnicity", race].append(key)
            groups[year, count, place, cip, "sex", sex].append(key)
    for total, parts in groups.items():
        dimensions = sorted({part[4] for part in parts})
        found += [_sum(total, [part for part in parts if part[4] == dimension]) for dimension in dimensions]
    return found


def _covers(cells: dict[Key, int], plan: Plan) -> list[Fact]:
    groups: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in cells:
        year, count, place, cip, dimension, code = key
        if count.startswith(("unknown", "failure", "known")):
            continue
        everybody: Key = (year, count, None, None, "all", "all")
        if place is not None:
            groups[(year, count, None, None, dimension, code), "institution"].append(key)
            if dimension == "all":
                recipient = (year, count, None, None, "eligible_recipient", plan.recipient_of[place])
                groups[recipient, "institution"].append(key)
        if dimension in {"eligible_recipient", "career_cluster"}:
            groups[everybody, dimension].append(key)
        if cip is not None:
            groups[(year, count, None, None, "career_cluster", plan.cluster_of[cip]), "program"].append(key)
            groups[everybody, "program"].append(key)
    found: list[Fact] = []
    for (total, _), parts in groups.items():
        found += [_sum(total, [part], 0, NO_LIMIT) for part in parts]
        found.append(_sum(total, parts, -NO_LIMIT, 0))
    return found


def _complements(cells: dict[Key, int]) -> list[Fact]:
    found: list[Fact] = []
    for key in cells:
        year, count, *group = key
        kind, _, indicator = count.partition("_")
        named = {
            kind: (year, f"{kind}_{indicator}", *group) for kind in ("denominator", "numerator", "unknown", "other")
        }
        if kind == "other":
            found.append(_sum(named["denominator"], [named["numerator"], key]))
        if kind == "failure":
            found.append(_sum(named["denominator"], [named["numerator"], named["unknown"], key]))
        if kind == "known":
            found.append(_sum(named["denominator"], [named["unknown"], key]))
    return found


def _links(cells: dict[Key, int]) -> list[Fact]:
    """Return what holds between counts of different codes and years, where it holds for all of them."""
    found: list[Fact] = []
    for one, other in (("denominator_1P1", "denominator_2P1"), ("participant", "concentrator"),
                       ("concentrator", "denominator_1P1")):  # fmt: skip
        pairs = [(key, (key[0], other, *key[2:])) for key in cells if key[1] == one and " " not in key[0]]
        pairs = [pair for pair in pairs if pair[1] in cells]
        if pairs and all(cells[a] == cells[b] for a, b in pairs):
            found += [_sum(a, [b]) for a, b in pairs]
        elif pairs and all(cells[a] >= cells[b] for a, b in pairs):
            found += [_sum(a, [b], 0, NO_LIMIT) for a, b in pairs]
    spans = [key for key in cells if " " in key[0]]
    if spans:
        _, years = _span(cells)
        found += [_sum(key, [k for year in years if (k := (year, *key[1:])) in cells]) for key in spans]
    return found


def gathered(
    persons: Sequence[Person], plan: Plan, *, policy: Policy = POLICY, known: frozenset[Key] = frozenset(),
    still_sensitive: frozenset[Key] = frozenset(),
) -> Gathered:  # fmt: skip
    """Return the counts of persons as the audit takes them. ``known`` were shown before."""
    cells = count_cells(persons, plan)
    order = sorted(cells, key=lambda key: tuple(part or "" for part in key))
    place = {key: i for i, key in enumerate(order)}
    count = np.array([cells[key] for key in order], dtype=np.int64)
    derived = np.array([key[1].startswith(("other", "failure", "known")) for key in order])
    code: list[str | None] = [None] * len(order)
    low, high = np.zeros(len(order), dtype=np.int64), np.full(len(order), NO_LIMIT)
    sensitive = (count > 0) & (count < policy.threshold)
    coded = np.zeros(len(order), dtype=bool)
    for i, key in enumerate(order):
        kind, _, indicator = key[1].partition("_")
        if kind in {"numerator", "other"} and count[i] == 0:
            sensitive[i] = True
        sensitive[i] |= key in still_sensitive
        if kind == "numerator":
            whole = cells[key[0], f"denominator_{indicator}", *key[2:]]
            code[i] = policy.code_of(int(count[i]), whole)
            coded[i] = code[i] is not None
            if policy.band(whole) is not None:
                low[i], high[i] = policy.limits(int(count[i]), whole)
    hides = [
        (place[key[0], key[1].replace("numerator", "denominator"), *key[2:]], i)
        for i, key in enumerate(order)
        if key[1].startswith("numerator")
    ]
    problem = Problem(
        count=count, width=np.where(sensitive, policy.width, 0), is_sensitive=sensitive, is_published=~derived,
        must_hide=(sensitive | coded) & ~derived, is_known=np.array([key in known for key in order]),
        weight=np.maximum(count, 1), lowest=low, highest=high,
        block=_blocks(order), place=np.zeros(len(order), dtype=np.int32),
        hides=np.array(hides, dtype=np.int32).reshape(-1, 2), relations=_relations(facts(cells, plan), place, count),
    )  # fmt: skip
    columns = list(zip(*order, strict=True))
    keys = pl.DataFrame(
        {"grantee_id": [GRANTEE] * len(order), **dict(zip(KEYS[1:], columns, strict=True)), "count": count,
         "role": np.where(derived, "derived", "written"), "code": code},
        schema_overrides={"institution_id": pl.String, "cip_code": pl.String, "code": pl.String},
    )  # fmt: skip
    return Gathered(keys, problem)


def _blocks(order: Sequence[Key]) -> npt.NDArray[np.int32]:
    names = sorted({key[4] for key in order})
    return np.array([names.index(key[4]) for key in order], dtype=np.int32)


def _relations(found: list[Fact], place: dict[Key, int], count: Counts) -> Relations:
    rows, columns, data = [], [], []
    for row, (terms, _, _) in enumerate(found):
        for key, factor in terms.items():
            rows.append(row)
            columns.append(place[key])
            data.append(factor)
    matrix = csr_matrix((data, (rows, columns)), shape=(len(found), len(place)), dtype=np.int64)
    low = np.array([fact[1] for fact in found], dtype=np.int64)
    relations = Relations(matrix, low, np.array([fact[2] for fact in found], dtype=np.int64))
    assert relations.hold(count), "the generator states a fact that its own persons contradict"
    return relations


def closed(problem: Problem, withheld: Flags) -> Flags:
    """Return what is withheld with all that follows it."""
    withheld = withheld & problem.is_published & ~problem.is_known
    for _ in range(3):
        withheld[problem.hides[withheld[problem.hides[:, 0]], 1]] = True
    return withheld


def greedily_withheld(problem: Problem, rounds: int = 200) -> Flags | None:
    """Return a safe set by adding the smallest neighbor of each leak until none is left; None where there is none."""
    withheld = closed(problem, problem.must_hide.copy())
    targets = np.flatnonzero(problem.is_sensitive)
    matrix = csr_matrix(problem.relations.matrix)
    for _ in range(rounds):
        shown = problem.is_published & ~withheld
        found = attack(problem.relations, shown | problem.is_known, problem.count, problem.lowest, problem.highest,
                       targets, width=problem.width)  # fmt: skip
        bad = targets[~is_protected(problem.count[targets], problem.width[targets], found.lowest, found.highest)]
        if not len(bad):
            return withheld
        further = _neighbors(matrix, bad, shown & ~problem.is_known & (problem.count > 0))
        if not len(further):
            return None
        withheld[further[np.argsort(problem.weight[further], kind="stable")[: 1 + len(bad) // 2]]] = True
        withheld = closed(problem, withheld)
    return None


def _neighbors(matrix: csr_matrix, cells: Counts, allowed: Flags) -> Counts:
    """Return allowed cells one fact away, else two, else any."""
    near = np.zeros(matrix.shape[1], dtype=bool)
    near[cells] = True
    for _ in range(4):
        touched = np.asarray(abs(matrix) @ near.astype(np.int64)) > 0
        near |= np.asarray(abs(matrix).T @ touched.astype(np.int64)) > 0
        if (near & allowed).any():
            return np.flatnonzero(near & allowed)
    return np.flatnonzero(allowed)


PUBLISHED = """
create schema if not exists publish;
create or replace table publish.student_count (grantee_id varchar, program_year varchar, count_code varchar,
    institution_id varchar, cip_code varchar, subgroup_dimension varchar, subgroup_code varchar, student_count bigint,
    suppression_code varchar, release_id varchar);
create or replace table publish.indicator (grantee_id varchar, program_year varchar, cohort_program_year varchar,
    outcome_window_end date, indicator_code varchar, institution_id varchar, cip_code varchar,
    subgroup_dimension varchar, subgroup_code varchar, numerator_count bigint, denominator_count bigint,
    rate decimal(6, 3), suppression_code varchar, definition_version varchar, release_id varchar);
create or replace table publish.indicator_pooled (grantee_id varchar, first_program_year varchar,
    last_program_year varchar, year_count integer, indicator_code varchar, institution_id varchar,
    subgroup_dimension varchar, subgroup_code varchar, numerator_count bigint, denominator_count bigint,
    rate decimal(6, 3), suppression_code varchar, release_id varchar);
create or replace table publish.gap (grantee_id varchar, program_year varchar, indicator_code varchar,
    institution_id varchar, cip_code varchar, subgroup_dimension varchar, subgroup_code varchar, rate decimal(6, 3),
    reference_rate decimal(6, 3), gap decimal(6, 3), students_needed bigint, suppression_code varchar,
    release_id varchar);
create or replace table publish.rule_result (grantee_id varchar, program_year varchar, rule_id varchar,
    population_count bigint, failed_count bigint, status varchar);
create or replace table publish.suppression_policy (grantee_id varchar, name varchar, threshold integer,
    protection_width integer, rate_digits integer, count_rounding integer);
"""


def write_release(connection: duckdb.DuckDBPyConnection, world: Gathered, withheld: Flags) -> None:
    """Write the tables that would leave: a number or a code in each row, gaps of shown rows, one clean rule."""
    connection.execute(PUBLISHED)
    connection.execute(f"insert into publish.suppression_policy values ('{GRANTEE}', 'publisher', 10, 10, 3, 1)")
    connection.execute(f"insert into publish.rule_result values ('{GRANTEE}', '2023-24', 'V010', 900, 0, 'passed')")
    shown = {
        tuple(key): None if hidden else count
        for _, *key, count, hidden in world.keys.select(*KEYS, "count").with_columns(pl.Series("h", withheld)).rows()
    }
    codes = dict(zip(world.keys.select(KEYS[1:]).rows(), world.keys["code"], strict=True))
    tables: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for key, count in shown.items():
        year, kind, *group = key
        if " " not in year and kind.startswith(("participant", "concentrator", "denominator", "unknown")):
            code = "withheld" if count is None else None
            tables["student_count"].append((GRANTEE, year, kind, *group, count, code, "r"))
        if kind.startswith("numerator"):
            _write_indicator(tables, key, count, shown[year, kind.replace("numerator", "denominator"), *group], codes)
    for table, rows in tables.items():
        connection.executemany(f"insert into publish.{table} values ({', '.join('?' * len(rows[0]))})", rows)
    write_gaps(connection)


def _write_indicator(
    tables: dict[str, list[tuple[object, ...]]], key: tuple[str, ...], numerator: int | None, denominator: int | None,
    codes: dict[tuple[str, ...], str | None],
) -> None:  # fmt: skip
    year, kind, place, cip, *group = key
    indicator = kind.partition("_")[2]
    said: tuple[object, ...] = (None, None, None, "withheld")
    if denominator is not None and numerator is None and codes[key]:
        said = (None, None, None, codes[key])
    if numerator is not None and denominator:
        said = (numerator, denominator, POLICY.rate(numerator, denominator), None)
    if " " in year:
        first, last = year.split(" to ")
        row = (GRANTEE, first, last, 2, indicator, place, *group, *said, "r")
        tables["indicator_pooled"].append(row)
    else:
        row = (GRANTEE, year, year, date(2025, 1, 1), indicator, place, cip, *group, *said, "1", "r")
        tables["indicator"].append(row)


def write_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the gaps of shown rows to everybody of their place, with the exact number of students needed."""
    connection.execute("""
        insert into publish.gap
        select one.grantee_id, one.program_year, one.indicator_code, one.institution_id, one.cip_code,
            one.subgroup_dimension, one.subgroup_code, one.rate, everybody.rate, one.rate - everybody.rate,
            greatest(0, cast(ceil(cast(everybody.numerator_count * one.denominator_count
                - one.numerator_count * everybody.denominator_count as double)
                / nullif(everybody.denominator_count - one.denominator_count, 0)) as bigint)), null, 'r'
        from publish.indicator as one inner join publish.indicator as everybody
            on one.program_year = everybody.program_year and one.indicator_code = everybody.indicator_code
            and one.institution_id is not distinct from everybody.institution_id and one.cip_code is null
            and everybody.cip_code is null and everybody.subgroup_dimension = 'all' and one.subgroup_dimension <> 'all'
        where one.rate is not null and everybody.rate is not null
    """)
