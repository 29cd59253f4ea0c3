"""Hand-written rules about all enrollments of a student together: in a term, in a year, over the years."""

from __future__ import annotations

from decimal import Decimal

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, PERSON_EVER, has_one, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "term_code": "fall", "course_id": "WELD101", "credit_unit": "semester_credit",
}  # fmt: skip
SEMESTER, QUARTER, HOURS = ({"credit_unit": unit} for unit in ("semester_credit", "quarter_credit", "clock_hour"))

_LOAD = (*PERSON, "term_code", "credit_unit")
# A single course that is too large is a finding of its own (enrollment_credits_plausible_for_unit).
_PLAUSIBLE = (
    "credits_attempted <= case credit_unit when 'semester_credit' then 20 when 'quarter_credit' then 30 else 900 end"
)
_TOO_MUCH = (
    rows_of("core.enrollment", _LOAD, _PLAUSIBLE) + f" group by {', '.join(_LOAD)} having sum(credits_attempted) > "
    "case credit_unit when 'semester_credit' then 30 when 'quarter_credit' then 45 else 900 end"
)
_LARGE = ONE | {"student_id": "large"}
_IN_QUARTERS, _IN_HOURS = ONE | QUARTER | {"student_id": "quarters"}, ONE | HOURS | {"student_id": "hours"}


def _attempts(row: dict[str, str], *amounts: str) -> tuple[dict[str, object], ...]:
    return tuple({**row, "course_id": f"C{n}", "credits_attempted": Decimal(one)} for n, one in enumerate(amounts))


TERM_LOAD = Rule(
    id="enrollment_credits_of_term_plausible", table="core.enrollment",
    title="The credits that a student attempts in a term are plausible",
    dimension="accuracy", severity="warning", layer="consistency",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_attempted", *_LOAD], condition=is_not_among(_LOAD, _TOO_MUCH)
    ),
    population=Column("term_code") != "annual", population_words="enrollments in a term",
    columns=("credits_attempted", "student_id", "term_code"),
    threshold=Threshold(share="0.005", evidence="house default: 30 semester credits, 45 quarter credits, 900 hours"),
    why="Twice a full load in one term is two students under one number, a whole year in one term, or hours sent as "
        "credits; a concentrator is made by mistake.",
    fix="Look at the student's schedule; send each course once, in its own term and unit.",
    passes=(
        *_attempts(ONE, "20", "10"), *_attempts(_IN_QUARTERS | {"student_id": "quarters-ok"}, "30", "15"),
        *_attempts(_IN_HOURS | {"student_id": "hours-ok"}, "450", "450"),
        *_attempts(ONE | {"student_id": "course-too-large"}, "21", "10"),
        *_attempts(_IN_QUARTERS | {"student_id": "quarters-too-large"}, "31", "15"),
        *_attempts(_IN_HOURS | {"student_id": "hours-too-large"}, "901", "0"),
        *_attempts(ONE | {"student_id": "year", "term_code": "annual"}, "20", "20"),
        *(row for other in neighbors(_LARGE, _LOAD[:-1]) for row in _attempts(other, "3")),
        *_attempts(_LARGE | HOURS, "30"),
    ),
    fails=(
        *_attempts(_LARGE, "20", "10.5"), *_attempts(_IN_QUARTERS, "30", "15.5"), *_attempts(_IN_HOURS, "900", "0.5"),
    ),
)  # fmt: skip

_CREDITS = ["semester_credit", "quarter_credit"]
_MIXED = ONE | {"student_id": "mixed"}

ONE_CALENDAR = Rule(
    id="enrollment_credit_unit_constant", table="core.enrollment",
    title="A student's credits of a year are semester credits or quarter credits, not both",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credit_unit", *PERSON],
        condition=has_one("credit_unit", PERSON, "core.enrollment", f"credit_unit in {tuple(_CREDITS)}"),
    ),
    population=Column("credit_unit").is_in(_CREDITS), population_words="enrollments in semester or quarter credits",
    columns=("credit_unit", "student_id"), threshold=Threshold(share="0.01", evidence="house default"),
    why="A college runs on semesters or on quarters. One wrong unit makes a course half as large again, or a third "
        "smaller, and moves students over the 12 credits of a concentrator.",
    fix="Send the unit in which the course itself is printed; look for courses taken over from another college.",
    passes=(
        ONE, ONE | HOURS, _MIXED | {"student_id": "hours", "credit_unit": "quarter_credit"},
        _MIXED | {"student_id": "hours", "credit_unit": "clock_hour"}, _MIXED | HOURS, *neighbors(_MIXED, PERSON),
    ),
    fails=(_MIXED, _MIXED | QUARTER | {"term_code": "spring"}),
)  # fmt: skip

_COURSE_EVER = (*PERSON_EVER, "course_id")
_EARNED_TWICE = (
    f"select {', '.join(_COURSE_EVER)} from core.enrollment as enrollment inner join core.course as course "
    "using (grantee_id, program_year, institution_id, term_code, course_id) "
    "where enrollment.student_id is not null and enrollment.credits_earned > 0 and course.program_id is not null "
    f"group by {', '.join(_COURSE_EVER)} "
    "having min(program_year) <> max(program_year) or min(term_code) <> max(term_code)"
)
_PASSED = ONE | {"credits_earned": 3}
_AGAIN = {"term_code": "spring"}


def _course(**changes: str | None) -> dict[str, str | None]:
    names = ("grantee_id", "program_year", "institution_id", "term_code", "course_id")
    return {**{name: ONE[name] for name in names}, "program_id": "welding", **changes}


EARNED_ONCE = Rule(
    id="enrollment_course_earned_once", table="core.enrollment",
    title="The credits of a CTE course are earned once",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_earned", *_COURSE_EVER], condition=is_not_among(_COURSE_EVER, _EARNED_TWICE)
    ),
    population=Column("credits_earned") > 0, population_words="enrollments in which something was earned",
    columns=("course_id", "student_id"),
    threshold=Threshold(share="0.02", evidence="house default: some courses may be taken more than once for credit"),
    why="Repeated to better a grade, a course counts once toward the 12 credits of a concentrator; sent as earned in "
        "both terms it counts twice.",
    fix="Send 0 as earned for the attempt that the new one replaces. If your course numbers are given anew each term, "
        "send the catalog number with them.",
    passes=(
        ONE | {"student_id": "bo", "credits_earned": 3}, ONE | _AGAIN | {"student_id": "bo", "credits_earned": 0},
        _PASSED | {"student_id": "cy"}, _PASSED | {"student_id": "cy"},
        _PASSED | {"student_id": "di", "course_id": "ENGL101"},
        _PASSED | _AGAIN | {"student_id": "di", "course_id": "ENGL101"},
        _PASSED | {"credits_earned": 0, "term_code": "summer"},
        *neighbors(_PASSED, _COURSE_EVER),
    ),
    fails=(
        _PASSED, _PASSED | _AGAIN | {"credits_earned": 1},
        _PASSED | {"student_id": "ed"}, _PASSED | {"student_id": "ed", "program_year": "2022-23"},
    ),
    context={"core.course": (
        _course(), _course(**_AGAIN), _course(program_year="2022-23"), _course(term_code="summer"),
        _course(course_id="ENGL101", program_id=None), _course(course_id="ENGL101", program_id=None, **_AGAIN),
    )},
)  # fmt: skip

RULES = (TERM_LOAD, ONE_CALENDAR, EARNED_ONCE)
