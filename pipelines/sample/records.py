"""The records of a sample in our words: one frame for each canonical table, for one grantee and program year.

Columns are those of ``schema``, without the grantee, the provenance and the kind of identifier, which intake adds.
How a grantee's layout says them stands in ``sample.render``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.inventory import course_ids, courses, hundredths, institutions, offers, programs
from pipelines.sample.outcomes import credentials, placements
from pipelines.sample.people import people, stream
from pipelines.sample.plan import Plan, per_semester_credit
from pipelines.sample.studies import COMPLETED, YEARS, Cohort, Year, cohort_of, entry_days, last_days, years
from pipelines.schema import PROVENANCE, core_table

SHARE_OF_ENTRANTS = 0.58  # of the students of a year; the others entered before
_TOLD_BY_INTAKE = ("grantee_id", "student_id_kind", *PROVENANCE)


@dataclass(frozen=True)
class Entrants:
    """A cohort with all that it does. ``people`` carries the ids and, as ``*_draw``, the chances of later events."""

    people: pl.DataFrame
    cohort: Cohort
    years: tuple[Year, ...]


Cohorts = Mapping[int, Entrants]


def columns_of(table: str) -> list[str]:
    """Return the names of the columns that a record in our words has."""
    return [c.name for c in core_table(table).columns if c.name not in _TOLD_BY_INTAKE]


def cohorts(plan: Plan, seed: int, students: int, start_years: range) -> Cohorts:
    """Return all cohorts that are enrolled in program years beginning in July of ``start_years``, by entry year."""
    count = max(1, round(students * plan.students / 1000 * SHARE_OF_ENTRANTS))
    return {year: _entrants(plan, seed, year, count) for year in range(start_years[0] - YEARS + 1, start_years[-1] + 1)}


def _entrants(plan: Plan, seed: int, entry_year: int, count: int) -> Entrants:
    rng = stream(seed, plan.grantee.id, entry_year)
    persons = people(plan, rng, entry_year, count)
    cohort = cohort_of(plan, persons, rng, entry_year)
    done = tuple(years(cohort, rng))
    names = ("exit_draw", "award_draw", "second_award_draw", "delay_draw", "placement_draw", "source_draw")
    draws = {name: rng.random(count) for name in names}
    days = pl.Series("entry_date", entry_days(cohort, rng))
    everybody = persons.with_columns(days, **draws).join(offers(plan), on="offer", maintain_order="left")
    return Entrants(everybody, cohort, done)


def year_name(start_year: int) -> str:
    """Return the program year that begins in July of ``start_year``, such as 2023-24."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def records(plan: Plan, entered: Cohorts, start_year: int, first_year: int) -> dict[str, pl.DataFrame]:
    """Return the records of a program year by table.

    ``first_year`` is the first year for which files are written: what students did before is nowhere to be seen, so
    that the college's own flags do not count it, and nothing is reported that refers to it.
    """
    slices = [(entered[start_year - k], k) for k in range(YEARS)]
    taken = pl.concat([_taken(e, e.years[k]) for e, k in slices])
    leavers = pl.concat([
        _leavers(entered[year - k], k, first_year).with_columns(pl.lit(year).alias("exit_year"))
        for year in range(max(first_year, start_year - 1), start_year + 1) for k in range(YEARS)
    ])  # fmt: skip
    enrollments = _enrollments(plan, slices, taken)
    frames = {
        "institution": institutions(plan),
        "program": programs(plan),
        "student": _students(plan, slices, taken),
        "program_enrollment": pl.concat([_majors(e, k, first_year) for e, k in slices]),
        "course": courses(plan).join(
            enrollments, on=["institution_id", "term_code", "course_id"], how="semi", maintain_order="left"
        ),
        "enrollment": enrollments,
        "credential": credentials(leavers, start_year),
        "placement": placements(leavers, start_year),
    }
    return {table: _shaped(table, frame, year_name(start_year)) for table, frame in frames.items()}  # fmt: skip


def _shaped(table: str, frame: pl.DataFrame, program_year: str) -> pl.DataFrame:
    names = columns_of(table)
    keys = [name for name in ("institution_id", "student_id", "program_id", "term_code", "course_id") if name in names]
    return frame.with_columns(pl.lit(program_year).alias("program_year")).select(names).sort(keys, maintain_order=True)


def _taken(entrants: Entrants, year: Year) -> pl.DataFrame:
    entry = pl.lit(entrants.cohort.entry_year, pl.Int32).alias("entry_year")
    return pl.concat(year.courses).with_columns(entry)


def _with_people(slices: list[tuple[Entrants, int]], rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    everybody = pl.concat([
        e.people.select("person", *columns).with_columns(pl.lit(e.cohort.entry_year, pl.Int32).alias("entry_year"))
        for e, _ in slices
    ])  # fmt: skip
    return rows.join(everybody.cast({"person": pl.Int32}), on=["entry_year", "person"], maintain_order="left")


def _terms(plan: Plan) -> Any:
    return pl.col("term").replace_strict(dict(enumerate(plan.terms)), return_dtype=pl.String).alias("term_code")


def _students(plan: Plan, slices: list[tuple[Entrants, int]], taken: pl.DataFrame) -> pl.DataFrame:
    attended = taken.select("entry_year", "person", "term").unique(maintain_order=True)
    of_people = set(slices[0][0].people.columns) & set(columns_of("student"))
    standard = pl.lit(plan.grantee.race_question_standard).alias("race_question_standard")
    return _with_people(slices, attended, sorted(of_people)).with_columns(_terms(plan), standard)


def _enrollments(plan: Plan, slices: list[tuple[Entrants, int]], taken: pl.DataFrame) -> pl.DataFrame:
    rows = _with_people(slices, taken, ["institution_id", "student_id", "offer", "unit"])
    named = rows.join(course_ids(plan), on=["offer", "is_general", "number"], maintain_order="left")
    return named.with_columns(
        _terms(plan), pl.col("unit").alias("credit_unit"),
        *[hundredths(name).alias(f"credits_{name}") for name in ("attempted", "earned")],
    )  # fmt: skip


def _flags(entrants: Entrants, k: int, first_year: int) -> dict[str, Any]:
    """Return the college's own verdicts, from what it has reported so far (``credits_window`` of the grantee)."""
    cohort = entrants.cohort
    plan, entry = cohort.plan, cohort.entry_year
    definition = plan.grantee.definition(year_name(entry + k))
    earliest = first_year if definition.credits_window == "cumulative" else entry + k
    reported = [year for n, year in enumerate(entrants.years[: k + 1]) if entry + n >= earliest]
    earned = np.sum([year.earned for year in reported], axis=0)
    per = [per_semester_credit(plan.grantee, o.unit, year_name(entry + k)) for o in plan.offers]
    twelve = np.array([-(-100 * int(definition.concentrator_credits) * p.denominator // p.numerator) for p in per])
    has_completed = np.any([year.exit_reason == COMPLETED for year in reported], axis=0)
    is_concentrator = (earned >= twelve[cohort.offer]) | (cohort.is_short & has_completed)
    return {
        "reported_participant_status": np.where(earned > 0, "yes", "no"),
        "reported_concentrator_status": np.where(is_concentrator, "yes", "no"),
    }


def _majors(entrants: Entrants, k: int, first_year: int) -> pl.DataFrame:
    """Return one row for each person who is in a program in the ``k``-th year after entry."""
    year, cohort = entrants.years[k], entrants.cohort
    last = pl.Series(last_days(cohort, year, cohort.entry_year + k))
    has_exit = pl.col("exit_reason").is_not_null()
    # who completes stays to the last day, who withdraws leaves in the last three weeks of the term
    lead = pl.when(pl.col("exit_reason") == COMPLETED).then(0).otherwise((pl.col("exit_draw") * 20).floor())
    reason = pl.Series("exit_reason", year.exit_reason.tolist(), dtype=pl.String)
    frame = entrants.people.with_columns(reason, last.alias("last"))
    return frame.with_columns(
        pl.when(has_exit).then(pl.col("last") - pl.duration(days=lead.cast(pl.Int64))).alias("exit_date"),
        **{name: pl.Series(values) for name, values in _flags(entrants, k, first_year).items()},
    ).filter(pl.Series(year.is_active))


def _leavers(entrants: Entrants, k: int, first_year: int) -> pl.DataFrame:
    return _majors(entrants, k, first_year).filter(pl.col("exit_reason").is_not_null())
