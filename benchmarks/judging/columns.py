"""The columns of the file that is judged: where each value comes from, and what spoils it.

Values are SQL over ``n`` (the row), ``nth`` (the row within its grantee's year), ``student`` (six rows each) and
``hash(n * 128 + k)``, so that the same rows come out each time. Which rules hold stands in ``checks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GRANTEES = ("alabama", "delaware", "florida", "oregon", "udc")
YEARS = ("2022-23", "2023-24", "2024-25")
INSTITUTIONS_OF_EACH = 12
PROGRAM_COUNT = 600

FLAG = ("yes", "no", "unknown")
STATES = ("AL", "DE", "DC", "FL", "OR", "GA", "MD", "WA")
CLUSTERS = tuple(f"{number:02}" for number in range(1, 15))
CODES = {
    "term_code": ("summer", "fall", "winter", "spring"),
    "sex": ("female", "male", "another", "unknown"),
    "race_ethnicity": (
        "american_indian_or_alaska_native", "asian", "black_or_african_american", "hispanic_or_latino",
        "native_hawaiian_or_other_pacific_islander", "two_or_more", "white", "unknown",
    ),
    "hispanic_ethnicity": FLAG,
    "disability_status": FLAG,
    "economic_disadvantage_status": FLAG,
    "nontraditional_preparation_status": FLAG,
    "single_parent_status": FLAG,
    "out_of_workforce_status": FLAG,
    "english_learner_status": FLAG,
    "homelessness_status": FLAG,
    "foster_care_status": FLAG,
    "active_duty_parent_status": FLAG,
    "residence_state": STATES,
    "credit_unit": ("semester_credit", "quarter_credit", "clock_hour"),
    "grade_code": ("A", "B", "C", "D", "F", "P", "W", "I"),
    "delivery_mode": ("in_person", "online", "hybrid"),
    "enrollment_status": ("completed", "withdrawn", "in_progress"),
    "attendance_status": ("full_time", "part_time"),
    "credential_level": ("certificate_short", "certificate_long", "associate", "none"),
    "placement_status": ("employed", "postsecondary", "military", "service", "not_placed", "unknown"),
    "work_based_learning_type": ("internship", "apprenticeship", "clinical", "none"),
    "career_cluster_code": CLUSTERS,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: the SQL of its values, and the SQL of what spoils one, each in rows of its own."""

    name: str
    value: str
    faults: tuple[str, ...] = ()


def _one_of(codes: Sequence[str], key: int) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"list_extract([{listed}], cast(1 + hash(n * 128 + {key}) % {len(codes)} as integer))"


_PROGRAM = f"cast(institution * 10 + student % {PROGRAM_COUNT // 60} as integer)"
_IS_AWARDED = "nth % 6 = 5"
_BEGIN = "cast(substr(program_year, 1, 4) || '-08-20' as date) + cast(hash(n * 128 + 50) % 200 as integer)"
_SPOILED_CODE = "'zz'"

PLACES = (
    Column("grantee_id", "grantee_id"),
    Column("program_year", "program_year"),
    Column("institution_id", "cast(100000 + institution * 137 as varchar)", ("'999999'", "null")),
    Column("submission_id", "grantee_id || '-' || program_year || '-' || cast(nth % 3 as varchar)"),
    Column("line_number", "nth + 2", ("nth + 2 - 3",)),
)
CONTENT = (
    Column("student_id", "substr(md5(place || '/' || student), 1, 16)", ("null", "'unknown student'")),
    Column("record_number", "'R' || lpad(cast(nth as varchar), 9, '0')", (
        "null", "'R' || lpad(cast(nth - 1 as varchar), 9, '0')", "'record ' || nth")),
    Column("program_id", f"'P' || lpad(cast({_PROGRAM} as varchar), 5, '0')", ("null", "'P99999'", "'prog 12'")),
    Column("course_id", "'CTE' || cast(100 + nth % 6 * 60 + hash(n * 128 + 1) % 60 as varchar)", ("null", "'cte-1'")),
    Column("credential_number", f"case when {_IS_AWARDED} then 'C' || lpad(cast(nth as varchar), 10, '0') end", (
        "'C' || lpad(cast(nth - nth % 6 - 1 as varchar), 10, '0')", "'12 of 2024'")),
    Column("home_institution_id", "cast(100000 + (institution + hash(n * 128 + 3) % 2) % 60 * 137 as varchar)", (
        "'000001'",)),
    Column("birth_date", "date '1960-01-01' + cast(student * 7919 % 16000 as integer)", (
        "null", "date '1890-05-01'", "date '2024-05-01'")),
    Column("begin_date", _BEGIN, ("null", "date '1990-01-01'", "date '2031-01-01'")),
    Column("end_date", f"{_BEGIN} + 110", ("null", "date '2009-01-01'", "date '1970-01-01'")),
    Column("credential_date", f"case when {_IS_AWARDED} then {_BEGIN} + 130 end", ("date '2001-01-01'", "null")),
    Column("credits_attempted", "cast(3 + hash(n * 128 + 40) % 5 * 0.5 as decimal(7, 2))", ("null", "-1", "480")),
    Column("credits_earned", "cast(hash(n * 128 + 41) % 3 * 1.5 as decimal(7, 2))", ("null", "-3", "30")),
    Column("quarterly_wage", "case when hash(n * 128 + 42) % 4 > 0 "
        "then cast(2000 + hash(n * 128 + 43) % 15000 as decimal(9, 2)) end", ("-1500", "900000")),
    Column("postal_code", "lpad(cast(hash(n * 128 + 44) % 90000 + 1000 as varchar), 5, '0')", (
        "'9720'", "'OR 97201'")),
    Column("course_title", "'Course in ' || cast(hash(n * 128 + 45) % 700 as varchar)", (
        "''", "null", "repeat('long ', 30)")),
    Column("cip_code", f"lpad(cast(1 + {_PROGRAM} % 52 as varchar), 2, '0') || '.0'"
        f" || cast(100 + {_PROGRAM} % 4 as varchar)", ("'11.1'", "'99.9999'", "null")),
    Column("soc_code", "cast(11 + hash(n * 128 + 46) % 44 as varchar) || '-' || "
        "cast(1011 + hash(n * 128 + 47) % 3 * 10 as varchar)", ("'151252'", "null")),
    *(Column(name, _one_of(codes, 10 + number), (_SPOILED_CODE, "null"))
      for number, (name, codes) in enumerate(CODES.items()) if name not in ("enrollment_status", "credential_level")),
    Column("enrollment_status", f"case when {_IS_AWARDED} then 'completed' else "
        f"{_one_of(CODES['enrollment_status'][1:], 60)} end", (_SPOILED_CODE, "null")),
    Column("credential_level", f"case when {_IS_AWARDED} then {_one_of(CODES['credential_level'][:3], 61)} else 'none' "
        "end", (_SPOILED_CODE, "null", "'none'", "'associate'")),
)  # fmt: skip
