"""Evidence of noncredit alignment: the four sections of the State Noncredit Data Taxonomy as a checklist.

The taxonomy (Rutgers Education and Employment Research Center) has the sections Purpose and Design, Outcomes,
Enrollment and Demographics, Finance and Policy. What records can say of each is said here; finance they cannot.
"""

from __future__ import annotations

from pipelines.code_sets import code_set
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.read import Partition

_COURSES = """
    select count(*) as courses, count(credit_status) as told from core.course
    where grantee_id = $1 and program_year = $2
"""
_OUTCOMES = """
    select denominator_count as concentrators, denominator_count - unknown_count as known from mart.indicator
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and indicator_code = '1P1' and subgroup_dimension = 'credit_status' and subgroup_code = 'noncredit'
        and status = 'computed'
"""
_PEOPLE = """
    select subgroup_code, student_count from mart.student_count
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and count_code = 'participant' and subgroup_dimension = 'credit_status*race_ethnicity'
        and starts_with(subgroup_code, 'noncredit*')
    order by subgroup_code
"""


def noncredit_items(partition: Partition, as_of: str) -> tuple[Evidence, ...]:
    """Return one item for each section of the taxonomy."""
    courses = partition.rows(_COURSES)[0]
    outcomes = next(iter(partition.rows(_OUTCOMES)), {})
    return (
        Evidence("Noncredit, Purpose and Design: courses that say whether they carry credit", "courses", "core.course",
                 courses["told"], courses["courses"], as_of=as_of, query="core.course"),
        Evidence("Noncredit, Outcomes: placement known", "noncredit concentrators of 1P1", "mart.indicator",
                 outcomes.get("known"), outcomes.get("concentrators"), as_of=as_of, query="mart.indicator"),
        _demographics(partition, as_of),
        Evidence("Noncredit, Finance and Policy", "no source of costs or funding is connected", "none",
                 as_of="not dated: there is none"),
    )  # fmt: skip


def _demographics(partition: Partition, as_of: str) -> Evidence:
    rows = partition.rows_of("mart.student_count", _PEOPLE)
    values = {f"noncredit*{code}" for code in code_set("race_ethnicity")}
    told = sum(row["student_count"] for row in rows if row["subgroup_code"] in values)
    everybody = sum(row["student_count"] for row in rows)
    return Evidence("Noncredit, Enrollment and Demographics: race and ethnicity known", "noncredit participants",
                    "mart.student_count", told if rows else None, everybody if rows else None, as_of=as_of,
                    query="mart.student_count")  # fmt: skip
