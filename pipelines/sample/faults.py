"""The faults that records of samples are spoilt with: what is sent instead of what, and which rule must find it.

Data only: how they are planted stands in ``sample.planting``, spoilt lines in ``sample.line_faults``. Rows are chosen
so that a fault breaks its own rule and no other: enrollments in general education, students who came and went within
the year, stays that count nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl

Marks = Literal["row", "copies", "person"]


@dataclass(frozen=True)
class Fault:
    """One way to spoil a row of a table.

    Attributes:
        rule_id: The rule that must find it, at ``finds`` (the first column of the rule; empty: ``column``).
        table: Canonical table.
        column: Our column whose text is spoilt; empty where a whole row is added unchanged.
        text: What is sent, literally; by date format where dates differ.
        value: What is sent, as a value of ours that the layout puts into its words; may depend on the start year.
        among: Names the rows of ``ROWS`` that may be spoilt.
        does: ``change`` a row, or ``add`` a copy of it at the end of the file.
        marks: Which lines the rule finds: the spoilt row, both copies, or all rows of the person.
        also: Further rules that find the same lines, with the column that each points at.
        is_critical: Whether the rule is critical, so that a gate closes where more than its threshold is spoilt.
    """

    rule_id: str
    table: str
    column: str = ""
    text: str | Mapping[str, str] | None = None
    value: Any = None
    among: str = "any"
    does: Literal["change", "add"] = "change"
    marks: Marks = "row"
    also: tuple[tuple[str, str], ...] = ()
    finds: str = ""
    is_critical: bool = False


@dataclass(frozen=True)
class Spare:
    """Stands for an identifier in the grantee's form that nobody has."""


SPARE = Spare()
NO_DATE = {"YYYY-MM-DD": "1985-13-32", "MM/DD/YYYY": "13/32/1985", "YYYYMMDD": "19851332"}
_IS_GENERAL = pl.col("course_id").str.contains(r"^(ENGL|MATH|COMM|PSYC|BIOL|HIST)\d")
_IS_GONE = (pl.col("exit_reason") == "withdrew") & (pl.col("reported_concentrator_status") == "no")
_STAYS_ENROLLED = (pl.col("person_row_count") >= 3) & (pl.col("term_row_count") >= 2)  # noqa: PLR2004 - without the row
_IN_CREDITS = _IS_GENERAL & _STAYS_ENROLLED & (pl.col("credit_unit") != "clock_hour")
_IS_LONG = pl.col("award_level_code").is_in(["02", "03"]) & (pl.col("credit_status") == "credit")
_HAS_RACE = pl.col("race_selections").is_in(["asian", "black_or_african_american", "white"])
_HAS_SEX = pl.col("sex").is_in(["male", "female"])
_IS_FOR_ALL = pl.col("nontraditional_sex") == "neither"  # who studies here can be spoilt, or the program, not both
_IS_REPEATED = pl.col("person_row_count") > 1
_CAME_AND_WENT = (pl.col("entry_year") == pl.col("start_year")) & _IS_GONE

# Which rows of a table a fault may be planted in. The frames are those of ``planting.facts``.
ROWS: Mapping[str, pl.Expr] = {
    "any": pl.lit(value=True),
    "general": _IS_GENERAL & _STAYS_ENROLLED,
    "general credits": _IN_CREDITS,
    "general credits, passed": _IN_CREDITS & (pl.col("credits_earned") > 1),
    "general credits, not passed": _IN_CREDITS & (pl.col("credits_earned") == 0),
    "general course": _IS_GENERAL,
    "program course": ~_IS_GENERAL & (pl.col("credit_status") == "credit"),
    "came and went, once": _CAME_AND_WENT & (pl.col("person_row_count") == 1),
    "came and went, twice": _CAME_AND_WENT & _IS_REPEATED,
    "neither, twice": _IS_REPEATED & _IS_FOR_ALL & (pl.col("sex") == "female"),
    "plain, in a term": (pl.col("nontraditional_preparation_status") != "yes") & (pl.col("term_code") != "annual"),
    "sex known, twice": _IS_REPEATED & _HAS_SEX & (pl.col("nontraditional_preparation_status") == "no"),
    "sex unknown": (pl.col("sex") == "unknown") & (pl.col("nontraditional_preparation_status") == "unknown"),
    "not nontraditional": (pl.col("nontraditional_preparation_status") == "no") & _HAS_SEX & ~_IS_FOR_ALL,
    "one race": _HAS_RACE & (pl.col("prior_race_selection") == pl.col("race_selections")),
    "race known, twice": _IS_REPEATED & _HAS_RACE,
    "race and ethnicity known": _HAS_RACE & (pl.col("hispanic_ethnicity") == "no")
    & (pl.col("race_question_standard") == "1997_two_question"),
    "gone": _IS_GONE,
    "gone this year": _CAME_AND_WENT & (pl.col("reported_participant_status") == "yes"),
    "concentrator": pl.col("reported_concentrator_status") == "yes",
    "leaver": pl.col("has_exit"),
    "health": pl.col("cip_code").str.starts_with("51."),
    "long": _IS_LONG,
    "long, in credits": _IS_LONG & (pl.col("program_length_unit") != "clock_hour"),
    "credit": pl.col("credit_status") == "credit",
    "for all": _IS_FOR_ALL,
    "noncredit": pl.col("credit_status") == "noncredit",
}  # fmt: skip


def _late(start_year: int) -> date:
    return date(start_year + 3, 1, 15)  # more than a year after every exit of the year


def _critical(rule_id: str, table: str, column: str, **more: Any) -> Fault:
    return Fault(rule_id, table, column, is_critical=True, **more)


def _twice(table: str, among: str = "any") -> Fault:
    return Fault(f"{table}_key_unique", table, among=among, does="add", marks="copies", finds="institution_id",
                 is_critical=True)  # fmt: skip


FAULTS: tuple[Fault, ...] = (
    _critical("enrollment_student_known", "enrollment", "student_id", value=SPARE, among="general"),
    _critical("enrollment_course_known", "enrollment", "course_id", text="XXXX999", among="general"),
    _critical("enrollment_student_id_present", "enrollment", "student_id", text="999999999", among="general"),
    _critical("enrollment_program_year_readable", "enrollment", "program_year", value="2019-20", among="general"),
    _critical("enrollment_term_code_readable", "enrollment", "term_code", text="9", among="general"),
    _critical("enrollment_credits_earned_within_attempted", "enrollment", "credits_earned", value=Decimal("9.50"),
              among="general credits"),
    _twice("enrollment", "general"),
    Fault("enrollment_credits_earned_readable", "enrollment", "credits_earned", "N/A", among="general"),
    Fault("enrollment_credits_attempted_readable", "enrollment", "credits_attempted", "3,0", among="general"),
    Fault("enrollment_credits_attempted_present", "enrollment", "credits_attempted", "", among="general"),
    Fault("enrollment_credits_plausible_for_unit", "enrollment", "credits_attempted", value=Decimal("45.00"),
          among="general credits, not passed"),
    Fault("student_sex_readable", "student", "sex", "Q"),
    Fault("student_race_selections_readable", "student", "race_selections", "9"),
    Fault("student_disability_status_readable", "student", "disability_status", "1"),
    Fault("student_single_parent_status_readable", "student", "single_parent_status", "T"),
    Fault("student_birth_date_readable", "student", "birth_date", NO_DATE),
    Fault("student_birth_date_plausible", "student", "birth_date", value=date(1875, 3, 4), among="came and went, once",
          also=(("student_age_plausible", "birth_date"),)),
    Fault("student_age_plausible", "student", "birth_date", value=date(2015, 5, 6), among="came and went, once"),
    Fault("student_birth_date_constant", "student", "birth_date", value=date(1991, 8, 9), marks="person",
          among="came and went, twice"),
    Fault("student_sex_constant", "student", "sex", value="male", marks="person", among="neither, twice"),
    Fault("student_nontraditional_status_agrees", "student", "nontraditional_preparation_status", value="yes",
          among="not nontraditional"),
    Fault("student_enrolled_in_year", "student", "student_id", value=SPARE, does="add", among="plain, in a term",
          also=(("student_enrolled_in_term", "student_id"), ("student_in_program", "student_id"))),
    _twice("student"),
    Fault("program_enrollment_exit_after_entry", "program_enrollment", "exit_date", value=date(2015, 1, 5),
          among="gone"),
    Fault("program_enrollment_exit_has_reason", "program_enrollment", "exit_reason", value=None, among="gone"),
    Fault("program_enrollment_exit_reason_readable", "program_enrollment", "exit_reason", "9", among="gone"),
    Fault("program_enrollment_entry_date_readable", "program_enrollment", "entry_date", NO_DATE, among="gone"),
    _critical("program_enrollment_concentrator_participates", "program_enrollment", "reported_participant_status",
              value="no", among="concentrator"),
    Fault("program_enrollment_concentrator_status_agrees", "program_enrollment", "reported_concentrator_status",
          value="yes", among="gone this year"),
    _twice("course", "general course"),
    Fault("course_credit_status_readable", "course", "credit_status", "9", among="general course"),
    Fault("program_cip_code_pattern", "program", "cip_code", "51.38", among="health"),
    Fault("program_cip_family_exists", "program", "cip_code", "20.0301"),
    Fault("program_career_cluster_code_readable", "program", "career_cluster_code", "77"),
    Fault("program_length_has_unit", "program", "program_length_unit", value=None, among="long"),
    Fault("program_award_level_fits_credit_status", "program", "award_level_code", value="03", among="noncredit"),
    _critical("credential_award_date_readable", "credential", "award_date", text=NO_DATE),
    _critical("credential_award_date_present", "credential", "award_date", text=""),
    _critical("credential_program_known", "credential", "program_id", text="NONE99"),
    Fault("credential_student_known", "credential", "student_id", value=SPARE),
    Fault("credential_awarded_in_time", "credential", "award_date", value=_late,
          also=(("credential_award_date_by_year_end", "award_date"),)),
    _critical("placement_reference_quarter_pattern", "placement", "reference_quarter", text="Q42023"),
    Fault("placement_placement_status_readable", "placement", "placement_status", "?"),
    Fault("placement_in_second_quarter_after_exit", "placement", "reference_quarter", "2019Q1", among="leaver"),
    Fault("placement_student_known", "placement", "student_id", value=SPARE),
    Fault("institution_unitid_pattern", "institution", "unitid", "12345"),
    Fault("student_race_fields_agree", "student", "prior_race_selection", value="american_indian_or_alaska_native",
          among="one race"),
    Fault("student_birth_date_known", "student", "birth_date", "", among="came and went, once"),
    Fault("student_birth_date_no_day_zero", "student", "birth_date", value=date(1970, 1, 1),
          among="came and went, once"),
    Fault("student_sex_not_lost", "student", "sex", value="unknown", among="sex known, twice"),
    Fault("student_nontraditional_needs_sex", "student", "nontraditional_preparation_status", value="yes",
          among="sex unknown"),
    Fault("student_race_not_lost", "student", "race_selections", value="unknown", among="race known, twice"),
    Fault("student_hispanic_known_with_race", "student", "hispanic_ethnicity", value="unknown",
          among="race and ethnicity known"),
    Fault("enrollment_credits_attempted_positive", "enrollment", "credits_attempted", value=Decimal("0.00"),
          among="general credits, not passed"),
    Fault("enrollment_credits_as_printed", "enrollment", "credits_attempted", value=Decimal("3.33"),
          among="general credits, not passed"),
    Fault("enrollment_credits_earned_whole_or_none", "enrollment", "credits_earned", value=Decimal("1.00"),
          among="general credits, passed"),
    Fault("enrollment_credits_earned_known", "enrollment", "credits_earned", "", among="general"),
    Fault("course_title_known", "course", "course_title", "", among="program course"),
    Fault("course_credit_status_fits_program", "course", "credit_status", value="noncredit", among="program course"),
    Fault("program_nontraditional_sex_known", "program", "nontraditional_sex", "", among="for all"),
    Fault("program_career_cluster_known", "program", "career_cluster_code", ""),
    Fault("program_award_level_known", "program", "award_level_code", "", among="credit"),
    Fault("program_length_enough_for_award", "program", "program_length", value=Decimal("20.00"),
          among="long, in credits"),
)  # fmt: skip
