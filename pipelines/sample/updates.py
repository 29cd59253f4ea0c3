"""Update files: what was sent wrong or late is put right by records that add, change and delete.

The term file gets the wrong state, the update file the way to the right one. A change of key is a delete plus an add.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from pipelines.layouts import FileLayout
from pipelines.sample.render import ACT, files
from pipelines.sample.sheets import Sheet, Submission

_PERSON = ["institution_id", "student_id"]
_ADDED, _CHANGED, _DELETED, _MOVED = 3, 4, 2, 2  # persons of an update file, by what is put right
_PERSONS = _ADDED + _CHANGED + _DELETED + _MOVED


def add_updates(submission: Submission) -> None:
    """Give each detailed term its update file: the records of the term files change, and further sheets come."""
    layouts = {
        layout.table: layout
        for layout in submission.plan.grantee.layouts
        if layout.file_name == submission.plan.update_files and layout.is_effective(submission.program_year)
    }
    for term in submission.plan.detailed_terms if layouts else ():
        sheets = {
            table: next((s for s in submission.sheets if s.layout.table == table and _is_of(s, term)), None)
            for table in ("student", "enrollment")
        }
        students, enrollments = sheets["student"], sheets["enrollment"]
        if students and enrollments:
            _add_update(submission, layouts, students, enrollments)


def _is_of(sheet: Sheet, term: str) -> bool:
    return len(sheet.records) > 0 and sheet.records["term_code"][0] == term


def _add_update(submission: Submission, layouts: dict[str, FileLayout], students: Sheet, enrollments: Sheet) -> None:
    chosen = _persons(students.records)
    if len(chosen) < _PERSONS:
        return
    submission.spoilt |= {(str(person["institution_id"]), str(person["student_id"])) for person in chosen}
    late, other = chosen[:_ADDED], chosen[_ADDED:]
    acts = {
        "student": _late(students, late) + _corrected(students, other[:_CHANGED], {"sex": "unknown"}),
        "enrollment": _wrong(enrollments, other[_CHANGED : _CHANGED + _DELETED], is_in_place_of_another=False)
        + _wrong(enrollments, other[_CHANGED + _DELETED :], is_in_place_of_another=True)
        + _late(enrollments, late)
        + _corrected(enrollments, other[:_CHANGED], {"credits_earned": None}),
    }
    for sheet in (students, enrollments):
        records = pl.concat(acts[sheet.layout.table]).select(*sheet.records.columns, ACT)
        layout = layouts[sheet.layout.table]
        for name, part in files(records, layout, submission.program_year):
            submission.others.append(Sheet(layout, name, part))


def _persons(students: pl.DataFrame) -> list[dict[str, Any]]:
    """Return persons from all over the file whose sex is known, so that it can have been unknown before."""
    known = students.filter(pl.col("sex").is_in(["male", "female"])).select(_PERSON).unique(maintain_order=True)
    return known.gather_every(max(1, len(known) // _PERSONS)).head(_PERSONS).to_dicts()


def _late(sheet: Sheet, persons: Sequence[dict[str, Any]]) -> list[pl.DataFrame]:
    """Take the records of persons out of the term file; return them as adds."""
    is_theirs = _are_of(persons)
    added = sheet.records.filter(is_theirs)
    sheet.records = sheet.records.filter(~is_theirs)
    return [added.with_columns(pl.lit("add").alias(ACT))]


def _corrected(sheet: Sheet, persons: Sequence[dict[str, Any]], before: dict[str, Any]) -> list[pl.DataFrame]:
    """Let the term file say something else of persons; return what is right as changes."""
    is_theirs = _are_of(persons)
    right = sheet.records.filter(is_theirs)
    wrong = [
        pl.when(is_theirs).then(pl.lit(value, sheet.records.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in before.items()
    ]
    sheet.records = sheet.records.with_columns(wrong)
    return [right.with_columns(pl.lit("change").alias(ACT))]


def _wrong(sheet: Sheet, persons: Sequence[dict[str, Any]], *, is_in_place_of_another: bool) -> list[pl.DataFrame]:
    """Let the term file enroll persons in a course that they do not take; return what takes it back."""
    acts = []
    for person in persons:
        own = sheet.records.filter(_are_of([person]))
        there = sheet.records.filter(pl.col("institution_id") == person["institution_id"])
        foreign = there.filter(~pl.col("course_id").is_in(own["course_id"].implode()))["course_id"].sort()
        course = pl.lit(foreign[0]).alias("course_id")
        first, after = own.head(1), pl.lit(2**31, sheet.records.schema["row"]).alias("row")
        is_first = _are_of([person]) & (pl.col("course_id") == first["course_id"][0])
        sheet.records = pl.concat([
            sheet.records.filter(~is_first) if is_in_place_of_another else sheet.records,
            first.with_columns(course, after),
        ])  # fmt: skip
        acts.append(first.with_columns(course, pl.lit("delete").alias(ACT)))
        if is_in_place_of_another:
            acts.append(first.with_columns(pl.lit("add").alias(ACT)))
    return acts


def _are_of(persons: Sequence[dict[str, Any]]) -> pl.Expr:
    return pl.any_horizontal(*(pl.all_horizontal(*(pl.col(k) == v for k, v in p.items())) for p in persons))
