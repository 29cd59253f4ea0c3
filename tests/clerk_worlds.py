"""Small worlds drawn by lot for the clerk of measures: two colleges, three years, definitions that change each year."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import duckdb
from core_rows import YEARS, add, small_warehouse
from measures_clerk import FLAGS, STATES

from pipelines.indicator_definition import ONE_OF, words_of

COLLEGES, PROGRAMS, TERMS = ("A", "B"), ("P1", "P2", "P3"), ("summer", "fall", "winter", "spring")
LISTS = {
    "credit_statuses": "credit_status", "placement_statuses": "placement_status",
    "placement_sources": "placement_source", "credential_types": "credential_type",
    "credential_evidence": "evidence_source", "matchable_identifier_kinds": "matchable_student_id_kind",
}  # fmt: skip
RACES = ("white", "asian", "asian|white", "middle_eastern_or_north_african", "middle_eastern_or_north_african|white",
         "hispanic_or_latino", "two_or_more_races", *STATES)  # fmt: skip
UNITS = ("semester_credit", "quarter_credit", "clock_hour")


def world(seed: int, students: int = 12) -> duckdb.DuckDBPyConnection:
    """Return a warehouse with the records of a few students, many of whom study at both colleges."""
    chance, connection = random.Random(seed), small_warehouse()
    connection.execute("begin")
    for table in ("institution", "program", "course", "student"):
        connection.execute(f"delete from core.{table}")
    _define(connection, chance)
    silent = {
        (college, table) for college in COLLEGES for table in ("placement", "credential") if chance.random() < 0.1
    }
    for year in YEARS:
        for college in COLLEGES:
            _college(connection, chance, {"program_year": year, "institution_id": college})
    for number in range(students):
        kind = chance.choice(("ssn", "ssn", "state", "local", "ferpa_blocked", "other"))
        for college in chance.choice((("A",), ("B",), COLLEGES)):
            years = chance.sample(YEARS, chance.randint(1, 3))
            for year in sorted(years):
                _student_year(connection, chance, {"program_year": year, "institution_id": college,
                                                   "student_id": f"s{number}"}, kind)  # fmt: skip
            for year in YEARS:
                who = {"program_year": year, "institution_id": college, "student_id": f"s{number}"}
                if chance.random() < 0.8:
                    _outcomes(connection, chance, who, silent)
    connection.execute("commit")
    return connection


def _define(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    for year in YEARS:
        said: dict[str, Any] = {key: chance.choice(words) for key, words in ONE_OF.items()}
        said |= {"nontraditional_list": "supplied", "participant_courses": chance.choice((1, 1, 2)),
                 "credential_window_months": chance.choice((0, 6, 12)),
                 "follow_up_quarters": chance.choice((1, 2, 3))}  # fmt: skip
        for code in ("1p1", "2p1", "3p1"):
            start = int(year[:4]) - (lag := chance.choice((0, 1, 1)))
            said |= {f"cohort_lag_{code}": lag, f"cohort_program_year_{code}": f"{start}-{(start + 1) % 100:02d}",
                     f"cohort_end_date_{code}": date(start + 1, 6, 30)}  # fmt: skip
        for name, value in said.items():
            connection.execute(f"update reference.definition set {name} = $1 where grantee_id = 'oregon' and "
                               "program_year = $2", [value, year])  # fmt: skip
        for key, code_set in LISTS.items():
            words = words_of(key)
            chosen = words if chance.random() < 0.4 else chance.sample(words, chance.randint(1, len(words)))
            says_none = (
                ["unknown"] if len(chosen) == len(words) and key in ("credit_statuses", "credential_types") else []
            )
            connection.execute("delete from reference.counted_code where grantee_id = 'oregon' and code_set = $1 and "
                               "program_year = $2", [code_set, year])  # fmt: skip
            for code in (*chosen, *says_none):
                connection.execute("insert into reference.counted_code values ('oregon', $1, $2, $3)",
                                   [year, code_set, code])  # fmt: skip


def _college(connection: duckdb.DuckDBPyConnection, chance: random.Random, here: dict[str, Any]) -> None:
    add(connection, "institution", **here, eligible_recipient_id=chance.choice(("R1", "R2", None)))
    for program in PROGRAMS:
        add(connection, "program", **here, program_id=program, program_length=chance.choice((60, 17.5, 8, None)),
            program_length_unit=chance.choice(UNITS), credit_status=chance.choice(("credit", "noncredit", None)),
            cip_code=chance.choice(("48.0508", "51.3801", None)), career_cluster_code=chance.choice(("13", None)),
            award_level_code=chance.choice(("01", "02", None)),
            nontraditional_sex=chance.choice(("female", "male", "both", "neither", None)))  # fmt: skip
        for term in TERMS:
            add(connection, "course", **here, course_id=program, program_id=program, term_code=term,
                credit_status=chance.choice(("credit", "noncredit", None)))  # fmt: skip
    add(connection, "course", **here, course_id="G", program_id=None)


def _student_year(connection: duckdb.DuckDBPyConnection, chance: random.Random, who: dict[str, Any], kind: str) -> None:
    start = date(int(who["program_year"][:4]), 7, 1)
    for term in chance.sample(TERMS, chance.randint(1, 3)):
        race = chance.choice(RACES)
        add(connection, "student", **who, student_id_kind="ferpa_blocked" if kind == "ssn" and chance.random() < 0.05
            else kind, term_code=term, sex=chance.choice(("female", "male", "another", *STATES)), race_selections=race,
            hispanic_ethnicity=chance.choice(("no", "no", "yes", *STATES)),
            **{f"{flag}_status": chance.choice(("yes", "no", "no", *STATES)) for flag in FLAGS})  # fmt: skip
    for course in chance.sample((*PROGRAMS, "G"), 2):
        for term in chance.sample(TERMS, 2) if course != "G" else ("fall",):
            unit = chance.choice(UNITS)
            earned = chance.choice((0, 3, 6, 9, 12, None))
            add(connection, "enrollment", **who, course_id=course, term_code=term, credit_unit=unit,
                credits_earned=earned and earned * (30 if unit == "clock_hour" else 1.5 if unit[0] == "q" else 1),
                )  # fmt: skip
    for program in chance.sample(PROGRAMS, 2):
        days = chance.choice((None, 0, 364, 365, -1, *(chance.randrange(365) for _ in range(8))))
        add(connection, "program_enrollment", **who, program_id=program,
            exit_date=None if days is None else start + timedelta(days=days),
            entry_date=chance.choice((None, start, start - timedelta(days=chance.randrange(500)))),
            exit_reason=chance.choice(("completed", "completed", "completed", "withdrew", "unknown", "deceased",
                                       "leave_of_absence", None)))  # fmt: skip


def _outcomes(
    connection: duckdb.DuckDBPyConnection, chance: random.Random, who: dict[str, Any], silent: set[tuple[str, str]]
) -> None:
    start = date(int(who["program_year"][:4]), 7, 1)
    for source in words_of("placement_sources"):
        for quarter in range(1, 5):
            if (who["institution_id"], "placement") not in silent and chance.random() < 0.3:
                status = chance.choice(("not_engaged", "not_engaged", "unknown", None, *words_of("placement_statuses")))
                add(connection, "placement", **who, placement_source=source, placement_status=status,
                    reference_quarter=f"{start.year + chance.choice((0, 1))}Q{quarter}")  # fmt: skip
    for _ in range(chance.choice((0, 1, 2))):
        days = [start + timedelta(days=chance.randrange(-100, 500)) for _ in range(9)]
        if (who["institution_id"], "credential") not in silent:
            add(connection, "credential", **who, program_id=chance.choice((*PROGRAMS, None)),
                credential_type=chance.choice((*words_of("credential_types"), None)),
                evidence_source=chance.choice(("award_record", "issuer_verified", "self_report", None)),
                award_level_code=chance.choice((None, "02", "04")),
                award_date=chance.choice((None, *days)))  # fmt: skip
