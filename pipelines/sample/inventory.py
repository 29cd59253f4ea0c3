"""What the institutions of a sample are and teach: institutions, programs, courses, in our words.

These follow from the plan alone; nothing is drawn by chance.
"""

from __future__ import annotations

import polars as pl

from pipelines.sample.plan import GENERAL_EDUCATION, MOST_COURSES, Plan, in_unit
from pipelines.schema import CREDITS

CREDITS_TYPE = pl.Decimal(CREDITS.precision or 10, CREDITS.scale or 2)


def offers(plan: Plan) -> pl.DataFrame:
    """Return what students carry along of their program, by number of the offer."""
    rows = [
        {"offer": n, "institution_id": plan.institutions[o.institution].id, "program_id": o.program_id, "unit": o.unit,
         "program_name": o.program.name, "award_level_code": o.program.award_level_code}
        for n, o in enumerate(plan.offers)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def institutions(plan: Plan) -> pl.DataFrame:
    """Return the records of the institutions; invented ones have no UNITID."""
    rows = [
        {"institution_id": i.id, "institution_name": i.name, "eligible_recipient_id": i.recipient,
         "institution_type": i.type}
        for i in plan.institutions
    ]  # fmt: skip
    return pl.DataFrame(rows).with_columns(pl.lit(None, pl.String).alias("unitid"))


def programs(plan: Plan) -> pl.DataFrame:
    """Return the program inventory."""
    rows = [
        {"institution_id": plan.institutions[o.institution].id, "program_id": o.program_id,
         "program_name": o.program.name, "cip_code": o.program.cip_code, "cip_version": "CIP2020",
         "award_level_code": o.program.award_level_code, "length": in_unit(o.program.semester_credits, o.unit),
         "program_length_unit": o.unit, "career_cluster_code": o.program.career_cluster_code,
         "nontraditional_sex": o.program.nontraditional_sex, "credit_status": o.program.credit_status}
        for o in plan.offers
    ]  # fmt: skip
    return pl.DataFrame(rows).with_columns(hundredths("length").alias("program_length"))


def courses(plan: Plan) -> pl.DataFrame:
    """Return all courses of all terms."""
    rows: list[tuple[str | None, ...]] = []
    for number, institution in enumerate(plan.institutions):
        taught = [o for o in plan.offers if o.institution == number]
        own = [(o, i) for o in taught for i in range(len(o.courses))]
        general = GENERAL_EDUCATION if any(o.general_education for o in taught) else ()
        for term in institution.terms:
            rows += [(institution.id, term, code, title, None, "credit") for code, title in general]
            rows += [(institution.id, term, _course_id(o.program.key, i), f"{o.program.name} {i + 1}", o.program_id,
                      o.program.credit_status) for o, i in own]  # fmt: skip
    names = ["institution_id", "term_code", "course_id", "course_title", "program_id", "credit_status"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def hundredths(name: str) -> pl.Expr:
    """Return a whole number of hundredths as credits."""
    return (pl.col(name).cast(CREDITS_TYPE) / 100).cast(CREDITS_TYPE)


def course_ids(plan: Plan) -> pl.DataFrame:
    """Return the course number for each course that a student can take."""
    general = [(n, True, i, code) for n in range(len(plan.offers)) for i, (code, _) in enumerate(GENERAL_EDUCATION)]
    own = [(n, False, i, _course_id(o.program.key, i)) for n, o in enumerate(plan.offers) for i in range(MOST_COURSES)]
    schema = {"offer": pl.Int64, "is_general": pl.Boolean, "number": pl.Int32, "course_id": pl.String}
    return pl.DataFrame([*general, *own], schema=schema, orient="row")


def _course_id(key: str, number: int) -> str:
    return f"{key}{101 + number}"
