"""What further tables tell of cells: clusters of programs, recipients of institutions, counts that include one another.

A link between two counts is used where the truth bears it out in every cell of a grantee's year; an attacker who knows
the definitions knows it.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import polars as pl

from pipelines.disclosure.gather.facts import Facts, at_most, sums
from pipelines.disclosure.gather.plan import CLUSTER, RECIPIENT, STUDENT_COUNTS
from pipelines.disclosure.gather.relations import overlapping, parts_of, within
from pipelines.disclosure.problem import NO_LIMIT
from pipelines.measures.dimensions import ALL, UNKNOWN

_PROGRAMS = """
select distinct program_year as cohort_year, institution_id, coalesce(cip_code, 'unknown') as cip_code,
    coalesce(career_cluster_code, 'unknown') as cluster
from core.program where grantee_id = ?
"""
_INSTITUTIONS = """
select program_year as cohort_year, institution_id, max(coalesce(eligible_recipient_id, 'unknown')) as recipient
from core.institution where grantee_id = ? group by all
"""
Family = tuple[str, str]  # program year, count_code
_WHERE = ["institution_id", "cip_code", "subgroup_dimension", "subgroup_code"]


def cluster_facts(connection: duckdb.DuckDBPyConnection, grantee_id: str, cells: pl.DataFrame) -> list[Facts]:
    """Return that programs cover their Career Cluster, and are at most it where they have no other."""
    programs = connection.sql(_PROGRAMS, params=[grantee_id]).pl()
    of_all = programs.with_columns(pl.lit(None, pl.String).alias("institution_id")).unique()
    found = pl.concat([programs.drop_nulls("institution_id"), of_all])
    place = ["cohort_year", "institution_id", "cip_code"]
    # Of a program that is not in the list, neither is known.
    nowhere = found.select("cohort_year", "institution_id").unique().with_columns(
        pl.lit(UNKNOWN).alias("cip_code"), pl.lit(UNKNOWN).alias("cluster")
    )  # fmt: skip
    found = pl.concat([found, nowhere]).unique().with_columns((pl.len().over(place) == 1).alias("is_only"))
    programs_of = cells.filter(pl.col("cip_code").is_not_null()).join(found, on=place, nulls_equal=True)
    up = programs_of.with_columns(
        pl.lit(None, pl.String).alias("cip_code"),
        pl.lit(CLUSTER).alias("subgroup_dimension"),
        pl.col("cluster").alias("subgroup_code"),
    )
    return [within(parts_of(cells, up.filter("is_only"))), sums(parts_of(cells, up), lowest=-NO_LIMIT)]


def recipient_facts(connection: duckdb.DuckDBPyConnection, grantee_id: str, cells: pl.DataFrame) -> list[Facts]:
    """Return that institutions cover their eligible recipient."""
    institutions = connection.sql(_INSTITUTIONS, params=[grantee_id]).pl()
    everybody = (pl.col("subgroup_dimension") == ALL) & pl.col("cip_code").is_null()
    of = cells.filter(everybody & pl.col("institution_id").is_not_null())
    of = of.join(institutions, on=["cohort_year", "institution_id"], how="left")
    up = of.with_columns(
        pl.lit(None, pl.String).alias("institution_id"),
        pl.lit(RECIPIENT).alias("subgroup_dimension"),
        pl.col("recipient").fill_null(UNKNOWN).alias("subgroup_code"),
    )
    return overlapping(parts_of(cells, up))


def inclusions(cells: pl.DataFrame) -> list[tuple[Family, Family]]:
    """Return which counts of persons are at most which, in every cell: ((year, count_code), (year, count_code)).

    Only counts of one cohort are compared. Of counts that are alike, both directions; what follows is left out.
    """
    persons = cells.filter(pl.col("kind").is_in(["participant", "concentrator", "completer", "denominator"]))
    families = (
        persons.select("cohort_year", "program_year", "count_code")
        .unique()
        .sort("cohort_year", "program_year", "count_code")
    )
    holds = set()
    for _, of_cohort in families.group_by("cohort_year", maintain_order=True):
        names = [(year, code) for _, year, code in of_cohort.iter_rows()]
        frames = {name: _of_family(persons, name) for name in names}
        holds |= {(a, b) for a in names for b in names if a != b and _is_within(frames[a], frames[b], b[1])}
    return sorted(_without_what_follows(holds))


def inclusion_facts(cells: pl.DataFrame, pairs: Iterable[tuple[Family, Family]]) -> list[Facts]:
    """Return that each cell of the first count is at most the same cell of the second."""
    found = []
    for part, whole in pairs:
        parts, wholes = _of_family(cells, part), _of_family(cells, whole).rename({"cell": "total"})
        found.append(at_most(parts.join(wholes, on=_WHERE, nulls_equal=True, maintain_order="left")))
    return found


def nontraditional_cells(cells: pl.DataFrame) -> pl.Series:
    """Return the cells of 3P1 that are 0 by what 3P1 counts: those prepared for no nontraditional field.

    A code counts only where nobody of it is counted anywhere: where flags come from elsewhere, it says something.
    """
    has = (pl.col("subgroup_dimension") == "nontraditional_preparation") & (pl.col("count_code") == "numerator_3P1")
    told = cells.filter(has & (pl.col("subgroup_code") == "no"))
    nobody = told.filter(pl.col("count").max().over("program_year") == 0)
    return nobody["cell"]


def _of_family(cells: pl.DataFrame, family: Family) -> pl.DataFrame:
    year, code = family
    return cells.filter((pl.col("program_year") == year) & (pl.col("count_code") == code)).select(
        *_WHERE, "cell", "count"
    )


def _is_within(part: pl.DataFrame, whole: pl.DataFrame, whole_code: str) -> bool:
    """Return whether a count is at most another in every cell that both have by plan."""
    if whole_code not in STUDENT_COUNTS:
        part = part.filter(pl.col("institution_id").is_null() | pl.col("cip_code").is_null())
    both = part.join(whole, on=_WHERE, how="left", nulls_equal=True, suffix="_whole")
    return bool((both["count"] <= both["count_whole"].fill_null(0)).all())


def _without_what_follows(holds: set[tuple[Family, Family]]) -> set[tuple[Family, Family]]:
    """Leave out what follows from two others; of counts that are alike the first speaks for all.

    Counts of students have more cells than those of indicators, so these speak for no pair of those.
    """
    alike = {a: min([a, *(b for x, b in holds if x == a and (b, a) in holds)], key=_fewer_last) for a, _ in holds}
    alike |= {b: min([b, *(a for a, x in holds if x == b and (b, a) in holds)], key=_fewer_last) for _, b in holds}
    first = {(a, b) for a, b in holds if alike[a] == a and alike[b] == b}
    names = set(alike.values())
    direct = {
        (a, b) for a, b in first
        if not any({(a, c), (c, b)} <= first and (_is_of_students(c) or not _is_of_students(a, b)) for c in names)
    }  # fmt: skip
    same = {pair for name, one in alike.items() if name != one for pair in ((name, one), (one, name))}
    return direct | same


def _fewer_last(family: Family) -> tuple[bool, Family]:
    return not _is_of_students(family), family


def _is_of_students(*families: Family) -> bool:
    return all(code in STUDENT_COUNTS for _, code in families)
