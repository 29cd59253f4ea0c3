"""The 100 rules, said once as data, from which ours and those of the peers are made.

Nothing but the standard library is imported: the environments of the peers read this too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from benchmarks.judging.columns import CODES

Kind = Literal["not_null", "null", "in_set", "regex", "between", "length", "at_least", "satisfies", "unique", "refers"]
PARTITION = ("grantee_id", "program_year")


@dataclass(frozen=True)
class Check:
    """One rule. Nulls fail ``not_null`` alone; elsewhere a row with a null among ``columns`` is not judged.

    ``argument`` is what the kind needs: the codes, the pattern, the lower and the upper bound (both inclusive, None for
    none), the condition in the SQL that all ways read, or the table referred to with its columns. ``population`` is a
    column and the values of it that are judged.
    """

    id: str
    kind: Kind
    columns: tuple[str, ...]
    argument: Any = None
    population: tuple[str, tuple[str, ...]] | None = None


def checks() -> tuple[Check, ...]:
    """Return the 100 rules."""
    return (*_whole(), *_coded(), *_shaped(), *_measured(), *_in_order(), *_conditional(), *_keyed())


def _whole() -> Iterator[Check]:
    required = (
        "student_id", "record_number", "program_id", "course_id", "birth_date", "begin_date", "end_date",
        "credits_attempted", "credits_earned", "course_title", "cip_code", "term_code", "sex",
        "race_ethnicity", "credit_unit", "grade_code", "attendance_status", "enrollment_status", "credential_level",
    )  # fmt: skip
    return (Check(f"{name}_present", "not_null", (name,)) for name in required)


def _coded() -> Iterator[Check]:
    return (Check(f"{name}_known", "in_set", (name,), codes) for name, codes in CODES.items())


def _shaped() -> Iterator[Check]:
    patterns = {
        "student_id": "^[0-9a-f]{16}$", "record_number": "^R[0-9]{9}$", "program_id": "^P[0-9]{5}$",
        "course_id": "^[A-Z]{3}[0-9]{3}$", "credential_number": "^C[0-9]{10}$", "institution_id": "^[0-9]{6}$",
        "home_institution_id": "^1[0-9]{5}$", "postal_code": "^[0-9]{5}(-[0-9]{4})?$", "course_title": "[A-Za-z]",
        "cip_code": "^[0-9]{2}[.][0-9]{4}$", "soc_code": "^[0-9]{2}-[0-9]{4}$",
        "submission_id": "^[a-z]+-20[0-9]{2}-[0-9]{2}-[0-9]+$",
    }  # fmt: skip
    lengths = {"course_title": (3, 60), "student_id": (16, 16), "course_id": (5, 8), "postal_code": (5, 10)}
    yield from (Check(f"{name}_shaped", "regex", (name,), pattern) for name, pattern in patterns.items())
    yield from (Check(f"{name}_length", "length", (name,), bounds) for name, bounds in lengths.items())


def _measured() -> Iterator[Check]:
    bounds = {
        "birth_date": (date(1920, 1, 1), date(2015, 12, 31)), "begin_date": (date(2000, 1, 1), date(2030, 12, 31)),
        "end_date": (date(2000, 1, 1), date(2030, 12, 31)), "credential_date": (date(2005, 1, 1), date(2030, 12, 31)),
        "credits_attempted": (0, 30), "credits_earned": (0, 30), "quarterly_wage": (0, 250_000),
        "line_number": (1, None),
    }  # fmt: skip
    return (Check(f"{name}_plausible", "between", (name,), both) for name, both in bounds.items())


def _in_order() -> Iterator[Check]:
    pairs = (
        ("end_date", "begin_date"), ("begin_date", "birth_date"), ("credential_date", "begin_date"),
        ("credential_date", "birth_date"), ("credits_attempted", "credits_earned"),
    )  # fmt: skip
    conditions = {
        "credits_within_twice": ("credits_earned <= credits_attempted * 2", ("credits_earned", "credits_attempted")),
        "credits_add_up": ("credits_attempted + credits_earned <= 45", ("credits_attempted", "credits_earned")),
        "wage_for_credits": ("quarterly_wage <= 100000 + credits_earned * 1000", ("quarterly_wage", "credits_earned")),
    }
    yield from (Check(f"{one}_not_before_{other}", "at_least", (one, other)) for one, other in pairs)
    yield from (Check(name, "satisfies", columns, text) for name, (text, columns) in conditions.items())


def _conditional() -> Iterator[Check]:
    completed, awarded = ("enrollment_status", ("completed",)), ("credential_level", CODES["credential_level"][:3])
    no_award, left = ("credential_level", ("none",)), ("enrollment_status", ("withdrawn",))
    number, day, level = "credential_number", "credential_date", "credential_level"
    yield Check("award_has_number", "not_null", (number,), None, awarded)
    yield Check("award_has_date", "not_null", (day,), None, awarded)
    yield Check("completer_has_number", "not_null", (number,), None, completed)
    yield Check("no_award_has_no_number", "null", (number,), None, no_award)
    yield Check("no_award_has_no_date", "null", (day,), None, no_award)
    yield Check("who_left_has_no_date", "null", (day,), None, left)
    yield Check("who_left_has_no_award", "in_set", (level,), ("none",), left)
    yield Check("completer_has_award", "in_set", (level,), awarded[1], completed)
    yield Check("award_is_of_completer", "in_set", ("enrollment_status",), ("completed",), awarded)
    yield Check("clinical_in_known_mode", "in_set", ("delivery_mode",), CODES["delivery_mode"],
                ("work_based_learning_type", ("clinical",)))  # fmt: skip
    yield Check("employed_has_soc", "not_null", ("soc_code",), None, ("placement_status", ("employed",)))
    yield Check("quarter_credits_few", "between", ("credits_attempted",), (0, 25), ("credit_unit", ("quarter_credit",)))
    yield Check("clock_hours_many", "between", ("credits_attempted",), (0, 900), ("credit_unit", ("clock_hour",)))
    yield Check("online_has_title", "regex", ("course_title",), "^[A-Z]", ("delivery_mode", ("online",)))
    yield Check("full_time_begins", "not_null", ("begin_date",), None, ("attendance_status", ("full_time",)))
    yield Check("associate_has_program", "not_null", ("program_id",), None, ("credential_level", ("associate",)))


def _keyed() -> Iterator[Check]:
    place = (*PARTITION, "institution_id")
    yield Check("record_once", "unique", (*place, "record_number"))
    yield Check("course_once", "unique", (*place, "student_id", "course_id"))
    yield Check("stay_once", "unique", (*place, "student_id", "course_id", "begin_date"))
    yield Check("line_once", "unique", (*PARTITION, "submission_id", "line_number"))
    yield Check("credential_once", "unique", (*PARTITION, "credential_number"))
    yield Check("institution_listed", "refers", ("institution_id",), ("institution", ("institution_id",)))
    yield Check("home_institution_listed", "refers", ("home_institution_id",), ("institution", ("institution_id",)))
    yield Check("program_listed", "refers", ("program_id",), ("program", ("program_id",)))
    yield Check("cip_code_listed", "refers", ("cip_code",), ("program", ("cip_code",)))
    both = ("institution_id", "program_id")
    yield Check("program_of_institution", "refers", both, ("program", both))
