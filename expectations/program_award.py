"""Hand-written rules about the award that a program leads to, and whether its length fits."""

from __future__ import annotations

from decimal import Decimal

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

NONCREDIT_AWARD = Rule(
    id="program_award_level_fits_credit_status", table="core.program",
    title="A noncredit program leads to no degree",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(column="award_level_code", value_set=["noncredit", "01"]),
    population=Column("credit_status") == "noncredit", population_words="noncredit programs with an award level",
    columns=("award_level_code", "credit_status"), threshold=Threshold(evidence="house default"),
    why="Noncredit programs enter the measures by completion, others by credits: the wrong kind makes none.",
    fix="Correct credit status or award level; a noncredit certificate has the level noncredit.",
    passes=(
        {"credit_status": "noncredit", "award_level_code": "noncredit"},
        {"credit_status": "noncredit", "award_level_code": "01"},
        {"credit_status": "noncredit", "award_level_code": None},
        {"credit_status": "credit", "award_level_code": "03"},
    ),
    fails=({"credit_status": "noncredit", "award_level_code": "03"},),
)  # fmt: skip

LENGTH_AND_UNIT = Rule(
    id="program_length_has_unit", table="core.program",
    title="The length of a program is stated with its unit, or not at all",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_length", "program_length_unit", "unreadable_columns"],
        condition="(program_length is null) = (program_length_unit is null) "
        "or unreadable_columns like '%,program_length,%' or unreadable_columns like '%,program_length_unit,%'",
    ),
    columns=("program_length_unit", "program_length"), threshold=Threshold(evidence="house default"),
    why="Who completes a program of fewer than 12 credits is a concentrator. A bare 600 may be hours or nonsense, so "
        "the program counts as not short.",
    fix="Send length and unit: semester credits, quarter credits or clock hours.",
    passes=(
        {"program_length": 30, "program_length_unit": "semester_credit", "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": None, "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": "clock_hour", "unreadable_columns": ",program_length,"},
        {"program_length": 600, "program_length_unit": None, "unreadable_columns": ",program_length_unit,"},
    ),
    fails=(
        {"program_length": 600, "program_length_unit": None, "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": "clock_hour", "unreadable_columns": ""},
    ),
)  # fmt: skip

_FOR_CREDIT = Column("credit_status") == "credit"


def _lengths(*limits: str) -> tuple[dict[str, object], ...]:
    """Return credit programs so long: award level, length and the first letter of the unit, as ``02 30 s``."""
    units = {"s": "semester_credit", "q": "quarter_credit", "h": "clock_hour"}
    return tuple(
        {
            "credit_status": "credit",
            "award_level_code": level,
            "program_length": Decimal(length),
            "program_length_unit": units[unit],
        }
        for level, length, unit in (limit.split() for limit in limits)
    )


_ONE_YEAR = "case program_length_unit when 'semester_credit' then 30 when 'quarter_credit' then 45 else 900 end"
_TWO_YEARS = "case program_length_unit when 'semester_credit' then 60 when 'quarter_credit' then 90 else 1800 end"
_YEARS = "house default: a year is 30 semester credits, 45 quarter credits or 900 clock hours"

LONG_ENOUGH = Rule(
    id="program_length_enough_for_award", table="core.program",
    title="A program is as long as the award that it leads to",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_length", "program_length_unit", "award_level_code"],
        condition=f"program_length >= case award_level_code when '02' then {_ONE_YEAR} else {_TWO_YEARS} end",
    ),
    population=_FOR_CREDIT & Column("award_level_code").is_in(["02", "03"])
    & Column("program_length_unit").is_not_null(),
    population_words="credit programs of one to two years, and for an associate degree, with length and unit",
    columns=("program_length", "award_level_code"), threshold=Threshold(share="0.02", evidence=_YEARS),
    why="An associate degree of 6 credits is a short program by its length: whoever completes it is a concentrator "
        "without having earned 12 credits.",
    fix="Check length, unit and award level: hours may be sent as credits, or the length of one term.",
    passes=(
        *_lengths("02 30 s", "02 45 q", "02 900 h", "03 60 s", "03 90 q", "03 1800 h", "01 6 s"),
        *({**row, "credit_status": "noncredit"} for row in _lengths("02 5 s")),
        *({**row, "program_length_unit": None} for row in _lengths("02 5 s")),
    ),
    fails=_lengths("02 29.9 s", "02 44.9 q", "02 899.9 h", "03 59.9 s", "03 89.9 q", "03 1799.9 h"),
)  # fmt: skip

SHORT_ENOUGH = Rule(
    id="program_length_within_award", table="core.program",
    title="A program of less than one year, or of less than two, is not longer",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_length", "program_length_unit", "award_level_code"],
        condition=f"program_length < case award_level_code when '01' then {_ONE_YEAR} else {_TWO_YEARS} end",
    ),
    population=_FOR_CREDIT & Column("award_level_code").is_in(["01", "02"])
    & Column("program_length_unit").is_not_null(),
    population_words="credit programs of less than two years with length and unit",
    columns=("program_length", "award_level_code"), threshold=Threshold(share="0.02", evidence=_YEARS),
    why="A certificate of less than one year with 60 credits is an associate degree, or its unit is wrong. Completions "
        "by award level no longer agree with IPEDS.",
    fix="Check award level, length and unit: clock hours must not be sent as credits.",
    passes=(
        *_lengths("01 29.9 s", "01 44.9 q", "01 899.9 h", "02 59.9 s", "02 89.9 q", "02 1799.9 h", "03 66 s"),
        *({**row, "credit_status": "noncredit"} for row in _lengths("01 90 s")),
        *({**row, "program_length_unit": None} for row in _lengths("01 900 h")),
    ),
    fails=_lengths("01 30 s", "01 45 q", "01 900 h", "02 60 s", "02 90 q", "02 1800 h"),
)  # fmt: skip

RULES = (NONCREDIT_AWARD, LENGTH_AND_UNIT, LONG_ENOUGH, SHORT_ENOUGH)
