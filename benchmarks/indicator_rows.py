"""Records of one state in SQL, in the sizes of a real one: 28 colleges, 200 programs, two program years.

Eight enrollments a student, about a quarter concentrators, one student in twenty at two colleges, one identifier in ten
local. What a student is follows from the number of the student, so that the same rows come each time.
"""

from __future__ import annotations

import duckdb

from pipelines.measures.definitions import load_definitions

GRANTEE = "oregon"
YEARS = ("2022-23", "2023-24")
COLLEGES, PROGRAMS, PROGRAMS_EACH = 28, 200, 60
_FLAGS = (
    "disability", "economic_disadvantage", "nontraditional_preparation", "single_parent", "out_of_workforce",
    "english_learner", "homelessness", "foster_care", "active_duty_parent", "aid_form",
)  # fmt: skip


def _among(salt: str, *choices: tuple[int, str]) -> str:
    """Return SQL that chooses a code by the student's number: each with its weight in a hundred, last the default."""
    bound, cases = 0, []
    for weight, code in choices[:-1]:
        bound += weight
        cases.append(f"when hash(s, '{salt}') % 100 < {bound} then '{code}'")
    return f"case {' '.join(cases)} else '{choices[-1][1]}' end"


def fill(connection: duckdb.DuckDBPyConnection, enrollment_count: int) -> None:
    """Fill an empty warehouse with so many enrollments and what belongs to them."""
    load_definitions(connection, YEARS)
    for query in (_STUDENTS, _COLLEGES, *_records()):
        connection.execute(query.replace("{students}", str(max(enrollment_count // 8, 1))))
    connection.execute("drop table person_of_benchmark; drop table place_of_benchmark")


_ID = "sha256(cast(s as varchar))"
_HERE = (
    f"'{GRANTEE}' as grantee_id, year.program_year as program_year, college as institution_id, "
    "'' as unreadable_columns, year.program_year as submission_id, cast(row_number() over () as integer) as line_number"
)
_YEAR = f"(values ('{YEARS[0]}', 0), ('{YEARS[1]}', 1)) as year (program_year, y)"
_TERM = "(values ('fall', 0), ('spring', 1)) as term (term_code, t)"

# A student studies one program in earnest, or a course here and there; some change to a second college in year two.
_STUDENTS = f"""create table person_of_benchmark as
with numbered as (select cast(range as bigint) as s from range({{students}})),
home as (select s, cast(hash(s, 'college') % {COLLEGES} as integer) as home from numbered)
select s, y,
    'C' || cast((home + case when y = 1 and hash(s, 'moves') % 20 = 0 then 1 else 0 end) % {COLLEGES} as varchar)
    as college, {_ID} as student_id, case when hash(s, 'kind') % 10 = 0 then 'local' else 'ssn' end as kind,
    'P' || cast((home * 7 + hash(s, 'program') % {PROGRAMS_EACH - 1}) % {PROGRAMS} as varchar) as program_id,
    case when hash(s, 'earnest') % 100 < 27 then 80 else 12 end as share
from home cross join {_YEAR}"""
_COLLEGES = f"""create table place_of_benchmark as
select 'C' || cast(c as varchar) as college, c, 'P' || cast((c * 7 + n) % {PROGRAMS} as varchar) as program_id,
    (c * 7 + n) % {PROGRAMS} as p
from range({COLLEGES}) as college (c) cross join range({PROGRAMS_EACH + 8}) as program (n)"""


def _records() -> list[str]:
    race = _among("race", (45, "white"), (20, "hispanic_or_latino"), (12, "black_or_african_american"), (7, "asian"),
                  (3, "american_indian_or_alaska_native"), (4, "asian|white"), (4, "unknown"), (2, "declined"),
                  (3, "not_reported"))  # fmt: skip
    sex = _among("sex", (52, "female"), (42, "male"), (1, "another"), (3, "unknown"), (2, "not_reported"))
    answers = ((12, "yes"), (70, "no"), (8, "unknown"), (2, "declined"), (8, "not_reported"))
    flags = ", ".join(f"{_among(flag, *answers)} as {flag}_status" for flag in _FLAGS)
    completes = "share = 80 and hash(s, y, 'completes') % 100 < 45"
    later = _HERE.replace("year.program_year", f"'{YEARS[1]}'", 1)
    person = f"person_of_benchmark inner join {_YEAR} using (y)"
    return [
        *(f"insert into quality.submission by name select '{year}' as submission_id, '{GRANTEE}' as grantee_id, "
          f"'{year}' as program_year, 'all.csv' as file_name, 'student' as table_name, 'accepted' as status, "
          "false as is_late, timestamp '2026-01-15' as received_at" for year in YEARS),
        (f"insert into core.institution by name select distinct {_HERE.replace('row_number() over ()', 'c')}, "
        f"'College' as institution_name, 'R' || cast(c % 20 as varchar) as eligible_recipient_id "
        f"from place_of_benchmark cross join {_YEAR}"),
        f"""insert into core.program by name select {_HERE}, program_id, 'Program' as program_name,
        lpad(cast(p % 50 as varchar), 2, '0') || '.' || lpad(cast(p as varchar), 4, '0') as cip_code,
        'CIP2020' as cip_version, 60 as program_length, 'semester_credit' as program_length_unit,
        lpad(cast(p % 16 + 1 as varchar), 2, '0') as career_cluster_code,
        '0' || cast(p % 4 + 1 as varchar) as award_level_code,
        case p % 3 when 0 then 'female' when 1 then 'male' else 'neither' end as nontraditional_sex,
        case when p % 10 = 0 then 'noncredit' else 'credit' end as credit_status
        from place_of_benchmark cross join {_YEAR}""",
        f"""insert into core.course by name select {_HERE}, term_code,
        program_id || '-' || cast(n as varchar) as course_id, program_id, 'credit' as credit_status
        from place_of_benchmark cross join {_YEAR} cross join {_TERM} cross join range(2) as course (n)""",
        f"""insert into core.course by name select {_HERE}, term_code, 'G-' || cast(n as varchar) as course_id,
        'credit' as credit_status
        from (select distinct college from place_of_benchmark) cross join {_YEAR} cross join {_TERM}
        cross join range(2) as course (n)""",
        f"""insert into core.student by name select {_HERE}, term_code, student_id, kind as student_id_kind,
        date '1990-01-02' + cast(hash(s) % 5000 as integer) as birth_date, {sex} as sex,
        'not_collected' as hispanic_ethnicity,
        {race} as race_selections, '1997_combined' as race_question_standard, {flags}
        from {person} cross join {_TERM}""",
        f"""insert into core.enrollment by name select {_HERE}, term_code, student_id,
        case when hash(s, y, t, n) % 100 < share then program_id else 'G' end || '-' || cast(n as varchar) as course_id,
        4 as credits_attempted, case when hash(s, y, t, n, 'earned') % 10 = 0 then 0 else 4 end as credits_earned,
        'semester_credit' as credit_unit
        from {person} cross join {_TERM} cross join range(2) as course (n)""",
        f"""insert into core.program_enrollment by name select {_HERE}, student_id, program_id,
        date '2022-09-01' as entry_date,
        case when {completes} then make_date(2022 + y, 10, 1) + cast(hash(s) % 200 as integer) end as exit_date,
        case when {completes} then 'completed' end as exit_reason,
        'not_collected' as reported_participant_status, 'not_collected' as reported_concentrator_status
        from {person} where share = 80""",
        f"""insert into core.credential by name select {_HERE}, student_id, program_id,
        'certificate' as credential_type,
        make_date(2022 + y, 10, 1) + cast(hash(s) % 250 as integer) as award_date, 'award_record' as evidence_source
        from {person} where {completes} and hash(s, 'award') % 10 < 6""",
        f"""insert into core.placement by name select {later}, student_id,
        '2023' || 'Q' || cast(n as varchar) as reference_quarter, 'wage_record' as placement_source,
        case when hash(s, n, 'placed') % 10 < 7 then 'employment'
        when hash(s, n, 'placed') % 10 < 9 then 'not_engaged'
        else 'unknown' end as placement_status
        from {person} cross join range(1, 5) as quarter (n)
        where y = 0 and {completes} and hash(s, 'found') % 10 < 9""",
    ]  # fmt: skip
