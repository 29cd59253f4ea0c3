"""What a grantee's sample is made of: invented institutions, what they teach, shares. Read from ``sample.toml``.

Adding a grantee adds such a file and no code. Who the students are is drawn in ``sample.people``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.grantee import Grantee, grantee

PROGRAMS = Path(__file__).with_name("programs.csv")
SHORT_PROGRAM = 12  # semester credits: from here on a program is long enough to be a concentrator by credits alone
MOST_COURSES = 12
GENERAL_EDUCATION = (
    ("ENGL101", "English Composition"), ("MATH110", "Technical Mathematics"), ("COMM105", "Résumé and Interview"),
    ("PSYC110", "Human Relations"), ("BIOL120", "Human Biology"), ("HIST101", "United States History"),
)  # fmt: skip


@dataclass(frozen=True)
class SampleProgram:
    """A program of the invented catalogue; the CIP codes are real (2020)."""

    key: str
    name: str
    cip_code: str
    award_level_code: str
    semester_credits: int
    career_cluster_code: str
    nontraditional_sex: str
    credit_status: str
    female_percent: int

    @property
    def is_short(self) -> bool:
        """Whether the program encompasses fewer than 12 semester credits."""
        return self.semester_credits < SHORT_PROGRAM


@dataclass(frozen=True)
class SampleInstitution:
    """An invented institution. ``share`` is its part of the grantee's students, in any unit."""

    id: str
    name: str
    type: str
    recipient: str
    share: int
    unit: str
    programs: tuple[str, ...]
    terms: tuple[str, ...] = ()
    noncredit_unit: str = ""
    files: str = ""


@dataclass(frozen=True)
class Offer:
    """A program at an institution: in what unit it counts, and its courses as hundredths of that unit."""

    institution: int
    program: SampleProgram
    unit: str
    courses: tuple[int, ...]
    general_education: int

    @property
    def program_id(self) -> str:
        """The State's local number of the program."""
        return f"{self.program.key}{self.program.cip_code[:2]}"


@dataclass(frozen=True)
class Plan:
    """All that the sample of one grantee is drawn from."""

    grantee: Grantee
    students: int
    identifiers: tuple[tuple[str, int], ...]
    race: Mapping[str, int]
    institutions: tuple[SampleInstitution, ...]
    offers: tuple[Offer, ...]
    update_files: str = ""
    detailed_terms: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of the program year, in order."""
        return tuple(self.grantee.calendar["terms"])


def per_semester_credit(chosen: Grantee, unit: str, program_year: str) -> Fraction:
    """Return how many semester credits one of ``unit`` is by the grantee's definitions."""
    definition = chosen.definition(program_year)
    if unit == "clock_hour":
        return 1 / Fraction(definition.clock_hours_per_semester_credit)
    return Fraction(definition.semester_credits_per_quarter_credit) if unit == "quarter_credit" else Fraction(1)


@cache
def catalogue() -> dict[str, SampleProgram]:
    """Return the invented programs by key."""
    with PROGRAMS.open(encoding="utf-8", newline="") as lines:
        rows: list[dict[str, Any]] = list(csv.DictReader(lines))
    numbers = ("semester_credits", "female_percent")
    return {row["key"]: SampleProgram(**{**row, **{n: int(row[n]) for n in numbers}}) for row in rows}


@cache
def plan(grantee_id: str) -> Plan:
    """Return what a grantee's sample is drawn from. Raises ConfigurationError that names file and key."""
    path = grantee(grantee_id).folder / "sample.toml"
    content = read_toml(path)
    try:
        institutions = tuple(_institution(block, grantee(grantee_id)) for block in content["institution"])
        return Plan(
            grantee=grantee(grantee_id),
            students=content["students"],
            identifiers=tuple((i["form"], i["share"]) for i in content["identifiers"]),
            race=content["race"],
            institutions=institutions,
            update_files=content.get("update_files", ""),
            detailed_terms=tuple(content.get("detailed_terms", ())),
            offers=tuple(_offer(n, i, catalogue()[key]) for n, i in enumerate(institutions) for key in i.programs),
        )
    except (KeyError, TypeError) as fault:
        msg = f"{path}: {fault}; the keys are those of grantees/_template/sample.toml and of {PROGRAMS.name}"
        raise ConfigurationError(msg) from fault


def _institution(block: dict[str, Any], chosen: Grantee) -> SampleInstitution:
    lists = {"programs": tuple(block["programs"]), "terms": tuple(block.get("terms", chosen.calendar["terms"]))}
    return SampleInstitution(**{**block, **lists})


def _offer(number: int, institution: SampleInstitution, program: SampleProgram) -> Offer:
    is_noncredit = program.credit_status == "noncredit"
    unit = institution.noncredit_unit if is_noncredit and institution.noncredit_unit else institution.unit
    has_general_education = not is_noncredit and unit != "clock_hour" and not program.is_short
    return Offer(number, program, unit, _courses(program, unit), len(GENERAL_EDUCATION) * has_general_education)


def in_unit(semester_credits: int, unit: str) -> int:
    """Return hundredths of the unit that correspond to semester credits, as a college would print them."""
    return semester_credits * {"semester_credit": 100, "quarter_credit": 150, "clock_hour": 3000}[unit]


def _courses(program: SampleProgram, unit: str) -> tuple[int, ...]:
    """Return the courses of a program: a short one is split in one or two, a long one has courses of 3 or 4 credits."""
    if program.is_short:
        count = 2 if program.semester_credits >= SHORT_PROGRAM // 2 else 1
        return (in_unit(program.semester_credits, unit) // count,) * count
    pairs = -(-program.semester_credits // 7)  # of a course of 3 and one of 4 credits each
    return tuple(in_unit(3 + n % 2, unit) for n in range(min(MOST_COURSES, 2 * pairs)))
