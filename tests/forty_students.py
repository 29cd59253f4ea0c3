"""Forty invented persons at two colleges, and what each counts as under two definitions: the key to test against.

The key is ``forty_students.csv``, a line for each student of a college, written from the words of the definitions and
not from what the program says. ``under_1`` and ``under_2``: P participant, C concentrator, K completer, then each
indicator in whose denominator the student is, with + met, - not met, ? unknown. All of it happens in the program year
2022-23, of which 3P1 is reported in the same year, 1P1 and 2P1 in the next. College A counts semester credits, and
hours in its program TRK; college B counts quarter credits. WLD and TRK are nontraditional for women, NUR for men, PHL
for nobody. TRK (180 hours) and PHL (15 quarter credits) are shorter than 12 semester credits.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from core_rows import add, received

from pipelines import grantee as grantees
from pipelines import warehouse
from pipelines.measures.definitions import load_definitions

GRANTEE, COHORT, REPORTED = "cedar", "2022-23", "2023-24"
YEARS = ("2021-22", COHORT, REPORTED)
VERSIONS = ("cedar-1", "cedar-2")
COUNTS = {"P": "participant", "C": "concentrator", "K": "completer"}
OUTCOMES = {"+": "met", "-": "not_met", "?": "unknown"}
DEFINITIONS = """
[[definition]]
version = "cedar-1"
effective_from = "2019-20"
evidence = "invented"
concentrator_credits = "12"
credits_window = "cumulative"
counting_courses = "program"
semester_credits_per_quarter_credit = "2/3"
clock_hours_per_semester_credit = "30"
cohort_lag_1p1 = 1
cohort_lag_2p1 = 1
cohort_lag_3p1 = 0

[[definition]]
version = "cedar-2"
is_proposed = true
effective_from = "2026-27"
evidence = "invented"
concentrator_credits = "12"
credits_window = "reporting_year"
counting_courses = "program"
semester_credits_per_quarter_credit = "2/3"
clock_hours_per_semester_credit = "30"
cohort_lag_1p1 = 1
cohort_lag_2p1 = 1
cohort_lag_3p1 = 0
denominator_1p1 = "exited"
denominator_2p1 = "exited"
status_as_of = "at_entry"
placement_sources = ["wage_record", "clearinghouse"]
credential_evidence = ["award_record", "issuer_verified"]
"""
PROGRAMS = {
    ("A", "WLD"): {"cip_code": "48.0508", "program_length": 30, "nontraditional_sex": "female"},
    ("A", "NUR"): {"cip_code": "51.3801", "program_length": 60, "nontraditional_sex": "male"},
    ("A", "TRK"): {"cip_code": "49.0205", "program_length": 180, "program_length_unit": "clock_hour",
                   "nontraditional_sex": "female", "credit_status": "noncredit"},
    ("B", "WLD"): {"cip_code": "48.0508", "program_length": 45, "program_length_unit": "quarter_credit",
                   "nontraditional_sex": "female"},
    ("B", "PHL"): {"cip_code": "51.1009", "program_length": 15, "program_length_unit": "quarter_credit",
                   "nontraditional_sex": "neither"},
}  # fmt: skip
_SEX = {"F": "female", "M": "male"}


@dataclass(frozen=True)
class Student:
    """A line of the key."""

    student_id: str
    id_kind: str
    institution_id: str
    sex_1: str
    disability_1: str
    sex_2: str
    disability_2: str
    reports: str
    earned: str
    left: str
    placed: str
    awarded: str
    under_1: str
    under_2: str
    reason: str

    @property
    def person(self) -> tuple[str, str]:
        """The person within the grantee: a local number means nothing at another college."""
        return self.student_id, self.institution_id if self.id_kind == "local" else ""

    def answers(self, version: str) -> list[tuple[str, str]]:
        """Return (measure, outcome) under a version; the outcome of a count is counted."""
        letters, *rest = (self.under_1, self.under_2)[VERSIONS.index(version)].split() or [""]
        if letters[:1].isdigit():
            letters, rest = "", [letters, *rest]
        return [
            *((COUNTS[letter], "counted") for letter in letters),
            *((f"{one[0]}P1", OUTCOMES[one[1]]) for one in rest),
        ]

    def attributes(self, version: str) -> dict[str, str]:
        """Return the person's sex and disability as the version sees them at this college."""
        sex, disability = ((self.sex_1, self.disability_1), (self.sex_2, self.disability_2))[VERSIONS.index(version)]
        return {"sex": _SEX.get(sex, sex), "disability": disability}


def students() -> list[Student]:
    """Return the lines of the key."""
    with (Path(__file__).parent / "forty_students.csv").open(encoding="utf-8", newline="") as lines:
        return [Student(**row) for row in csv.DictReader(lines)]


Cell = tuple[str, str | None, str, str]  # measure, institution, subgroup dimension and code


def expected(version: str) -> dict[Cell, dict[str, int]]:
    """Return how many persons each cell of the key holds, by outcome: every person once, with the best outcome."""
    cells: dict[Cell, dict[tuple[str, str], str]] = defaultdict(dict)
    for line in students():
        for measure, outcome in line.answers(version):
            for place in (None, line.institution_id):
                for told_by, code in _groups(line, version, place):
                    persons = cells[measure, place, told_by, code]
                    persons[line.person] = min(persons.get(line.person, outcome), outcome, key=_rank)
    return {
        cell: {outcome: sum(one == outcome for one in persons.values()) for outcome in set(persons.values())}
        for cell, persons in cells.items()
    }


def _rank(outcome: str) -> int:
    return ("counted", "met", "unknown", "not_met").index(outcome)


def _groups(line: Student, version: str, place: str | None) -> Iterator[tuple[str, str]]:
    """Yield the groups of a person at a place: at the grantee a yes of any college is the person's."""
    yield "all", "all"
    for told_by, code in line.attributes(version).items():
        same = [one.attributes(version)[told_by] for one in students() if one.person == line.person]
        yield told_by, "yes" if place is None and "yes" in same else code


def install(folder: Path) -> None:
    """Write the grantee's folder, with both definitions, into a folder of grantees."""
    text = (grantees.FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?s)\[\[definition\]\].*?(?=\n(?:#[^\n]*\n)*\[\[equity_source\]\])", DEFINITIONS, text)
    (folder / GRANTEE).mkdir(parents=True)
    text = re.sub(r'(?m)^id = ".*?"', f'id = "{GRANTEE}"', text)
    (folder / GRANTEE / "grantee.toml").write_text(text, encoding="utf-8")


def forty_students() -> duckdb.DuckDBPyConnection:
    """Return a warehouse with the records of the key, the definition in force loaded."""
    connection = warehouse.open_in_memory()
    load_definitions(connection, YEARS)
    for year in YEARS:
        received(connection, f"{year} all", program_year=year, grantee_id=GRANTEE)
        for college in ("A", "B"):
            _add(connection, "institution", year, college, eligible_recipient_id=f"R-{college}")
        for (college, program), values in PROGRAMS.items():
            _add(connection, "program", year, college, program_id=program, **values)
            _add(connection, "course", year, college, program_id=program, course_id=program)
    for line in students():
        _add_student(connection, line)
    return connection


def _add(connection: duckdb.DuckDBPyConnection, table: str, year: str, college: str, **values: object) -> None:
    add(connection, table, grantee_id=GRANTEE, program_year=year, institution_id=college, **values)


def _add_student(connection: duckdb.DuckDBPyConnection, line: Student) -> None:
    own = {"college": line.institution_id, "student_id": line.student_id}
    for report in _parts(line.reports) or [["2022", "fall", line.sex_1, line.disability_1]]:
        year, term, sex, disability = report
        _add(connection, "student", _year(year), student_id_kind=line.id_kind, term_code=term,
             sex=_SEX.get(sex, sex), disability_status=disability, **own)  # fmt: skip
    for program, credits_earned in _parts(line.earned):
        year, _, program_id = program.rpartition(":")
        unit = "clock_hour" if program == "TRK" else {"A": "semester_credit", "B": "quarter_credit"}[own["college"]]
        _add(connection, "enrollment", _year(year or "2022"), course_id=program_id, credits_earned=credits_earned,
             credits_attempted=400, credit_unit=unit, **own)  # fmt: skip
    for program, reason, exit_date, *entered in _parts(line.left):
        entry_date = entered[1] if entered else "2022-09-01"
        _add(connection, "program_enrollment", COHORT, program_id=program, exit_reason=reason,
             exit_date=date.fromisoformat(exit_date), entry_date=date.fromisoformat(entry_date), **own)  # fmt: skip
    for source, quarter, status in _parts(line.placed):
        _add(connection, "placement", REPORTED, placement_source=source, reference_quarter=quarter,
             placement_status=status, **own)  # fmt: skip
    for kind, awarded, evidence in _parts(line.awarded):
        _add(connection, "credential", REPORTED, credential_type=kind, award_date=date.fromisoformat(awarded),
             evidence_source=None if evidence == "none" else evidence, program_id=None, **own)  # fmt: skip


def _parts(text: str) -> list[list[str]]:
    return [part.split() for part in text.split(";") if part.strip()]


def _year(start: str) -> str:
    return f"{start}-{int(start[2:]) + 1}"
