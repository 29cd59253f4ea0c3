"""Vintages: what was known of a term when the file was sent. An earlier one is the final one with less in it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.layouts import FileLayout
from pipelines.sample.plan import Plan
from pipelines.sample.render import files

COUNTED_EARLY = ("student", "enrollment")  # at the fourth week, courses have nothing yet that is counted
_LATE, _IN_DOUBT = "7", "3"  # last digits of those who enroll late, and of those whose results come with the audit


def vintages_of(
    records: pl.DataFrame, layout: FileLayout, plan: Plan, program_year: str, *, is_past: bool
) -> Iterator[tuple[str, pl.DataFrame, bool]]:
    """Yield name and records of each file of a layout, and whether it is the last vintage, which lasts.

    The terms in ``detailed_terms`` have all vintages, of a year that is past the audited one too.
    """
    if "{vintage}" not in layout.file_name:
        yield from ((name, part, True) for name, part in files(records, layout, program_year))
        return
    is_detailed = pl.col("term_code").is_in(list(plan.detailed_terms))
    plain, detailed = records.filter(~is_detailed), records.filter(is_detailed)
    yield from ((name, part, True) for name, part in files(plain, layout, program_year, "end_of_term"))
    sent = {"fourth_week": _fourth_week(detailed), "end_of_term": _before_audit(detailed) if is_past else detailed}
    sent |= {"audited": detailed} if is_past else {}
    for vintage, known in sent.items():
        if vintage != "fourth_week" or layout.table in COUNTED_EARLY:
            is_last = vintage == list(sent)[-1]
            yield from ((name, part, is_last) for name, part in files(known, layout, program_year, vintage))


def _fourth_week(records: pl.DataFrame) -> pl.DataFrame:
    """Return what is known in the fourth week: who has enrolled by then, and no results."""
    if "student_id" not in records.columns:
        return records
    present = records.filter(pl.col("student_id").str.slice(-1) != _LATE)
    return _without_results(present, pl.lit(value=True))


def _before_audit(records: pl.DataFrame) -> pl.DataFrame:
    if "student_id" not in records.columns:
        return records
    return _without_results(records, pl.col("student_id").str.slice(-1) == _IN_DOUBT)


def _without_results(records: pl.DataFrame, whose: pl.Expr) -> pl.DataFrame:
    if "credits_earned" not in records.columns:
        return records
    return records.with_columns(pl.when(~whose).then(pl.col("credits_earned")).alias("credits_earned"))
