"""A clerk who works out effects of findings by hand, one by one: the oracle of ``quality.rule_effect``.

Written from what the tables' headers say, not from their queries. Only who is in a denominator, and who concentrates or
completes a program, is taken from the marts, which have tests of their own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import duckdb

LINKS = {"course": ("term_code", "course_id"), "program": ("program_id",), "institution": ()}
WITH_STUDENT = ("student", "program_enrollment", "enrollment", "credential", "placement", "work_based_learning")
KEYS = {"institution_id", "program_year", "student_id", "program_id", "term_code"}


@dataclass
class Tally:
    """What one row of the table is about, person by person."""

    findings: int = 0
    touched: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)


@dataclass
class Clerk:
    """A grantee's records as lists of rows, and what is worked out from them."""

    connection: duckdb.DuckDBPyConnection
    members: dict[tuple[str, str, str], dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        """Read what the clerk has on the desk."""
        self.core = {t: self.rows(f"select * from core.{t}") for t in (*WITH_STUDENT, *LINKS)}
        self.left_out = {
            (row["table_name"], row["submission_id"], row["line_number"])
            for row in self.rows("select * from mart.exclusion where reason_code <> 'duplicate'")
        }
        self.persons = {
            (row["institution_id"], row["student_id"]): row["person_id"]
            for row in self.rows("select * from mart.person")
        }
        self.stays = self.rows("select * from mart.program_student")
        self.concentrators = self.rows("select * from mart.concentrator")
        self.lists = {
            (row["program_year"], row["institution_id"], row["program_id"]): row["nontraditional_sex"]
            for row in self.rows("select * from mart.nontraditional_program")
        }
        self.definitions = {
            row["program_year"]: row
            for row in self.rows("select * from reference.definition where grantee_id = 'oregon'")
        }
        self.scopes = self.rows("select * from mart.indicator_scope")
        for row in self.rows("select * from mart.indicator_case"):
            for place in ("", row["institution_id"]):
                cell = self.members[row["program_year"], row["indicator_code"], place]
                cell[row["person_id"]] = cell.get(row["person_id"], False) or row["outcome"] == "met"

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return what a query finds, by column."""
        found = self.connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def person(self, institution_id: str, student_id: str) -> str:
        """Return whom an identifier means."""
        return self.persons.get((institution_id, student_id), f"{institution_id}:{student_id}")

    def concerned(self, finding: dict[str, Any]) -> set[tuple[str, str]]:
        """Return institution and student of those whom a finding concerns."""
        table = finding["table_name"].removeprefix("core.")
        (row,) = [
            r for r in self.core[table]
            if (r["submission_id"], r["line_number"]) == (finding["submission_id"], finding["line_number"])
        ]  # fmt: skip
        if table in WITH_STUDENT:
            return {(row["institution_id"], row["student_id"])}
        others = {"course": self.core["enrollment"], "institution": self.core["student"],
                  "program": [*self.core["program_enrollment"], *self.stays]}[table]  # fmt: skip
        keys = ("program_year", "institution_id", *LINKS[table])
        return {(o["institution_id"], o["student_id"]) for o in others if all(o[key] == row[key] for key in keys)}

    def use(self, table: str, column: str, scope: dict[str, Any]) -> str:
        """Return what a column decides in an indicator, for the columns that these tests let fail."""
        code, definition = scope["indicator_code"], self.definitions[scope["program_year"]]
        everybody = definition[f"denominator_{code.lower()}"] == "concentrators"
        chosen = "outcome" if everybody else "cohort"
        if column in KEYS and table in ("student", "program_enrollment", "program", "institution"):
            return "record"
        credits_of = {("enrollment", c) for c in (*KEYS, "course_id", "credits_earned")}
        if (table, column) in {*credits_of, *(("course", c) for c in KEYS)}:
            return "concentration"
        uses = {
            ("program_enrollment", "exit_reason"): "length" if code == "3P1" else chosen,
            ("program", "program_length"): "length",
            ("program", "nontraditional_sex"): chosen if code == "3P1" else "nothing",
            ("student", "sex"): "outcome" if code == "3P1" else "subgroup",
            ("placement", "placement_status"): "outcome" if code == "1P1" else "nothing",
            ("credential", "award_date"): "outcome" if code == "2P1" else "nothing",
        }
        return uses.get((table, column), "nothing")

    def reads(self, table: str, use: str, year: str, scope: dict[str, Any]) -> bool:
        """Return whether an indicator reads records of that year."""
        if table in ("placement", "credential"):
            return year <= str(scope["program_year"])
        cohort = str(scope["cohort_program_year"])
        return year <= cohort if use in ("record", "concentration", "length") else year == cohort

    def would_count(self, person: str, place: str, scope: dict[str, Any], *, completed: bool = False) -> bool:
        """Return whether concentrating is all that a person may lack, in a program ``completed`` if that is asked."""
        kind = self.definitions[scope["program_year"]][f"denominator_{scope['indicator_code'].lower()}"]
        return any(
            {"concentrators": True, "completed": stay["completed_in_year"], "exited": stay["left_in_year"],
             "nontraditional_programs": self.lists.get((stay["program_year"], stay["institution_id"],
                                                        stay["program_id"])) in ("female", "male", "both")}[kind]
            for stay in self.own(self.stays, person, place)
            if stay["program_year"] == scope["cohort_program_year"] and (stay["completed_in_year"] or not completed)
        )  # fmt: skip

    def own(self, rows: list[dict[str, Any]], person: str, place: str) -> list[dict[str, Any]]:
        """Return a person's rows at a place."""
        return [
            row for row in rows
            if place in ("", row["institution_id"]) and self.person(row["institution_id"], row["student_id"]) == person
        ]  # fmt: skip

    def is_outside(self, person: str, place: str, scope: dict[str, Any], use: str, *, is_left_out: bool) -> bool:
        """Return whether somebody of no denominator may be missing from it."""
        cohort = scope["cohort_program_year"]
        concentrates = any(r["program_year"] <= cohort for r in self.own(self.concentrators, person, place))
        would = self.would_count(person, place, scope)
        completed = self.would_count(person, place, scope, completed=True)
        return {
            "record": is_left_out, "cohort": concentrates, "concentration": would, "length": completed,
        }.get(use, False)  # fmt: skip

    def is_doubtful(self, person: str, place: str, scope: dict[str, Any], use: str) -> bool:
        """Return whether a finding leaves open what a person of the denominator counts as."""
        if use != "length":
            return use in ("record", "concentration", "cohort", "outcome")
        return any(
            row["basis"] == "short_program" and row["program_year"] <= scope["cohort_program_year"]
            for row in self.own(self.concentrators, person, place)
        )

    def effects(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return touched, doubtful and missing persons by rule, report, indicator, place and record year."""
        tallies: dict[tuple[str, ...], Tally] = defaultdict(Tally)
        for finding, scope in product(self.rows("select * from quality.finding where state = 'open'"), self.scopes):
            table = finding["table_name"].removeprefix("core.")
            use = self.use(table, finding["column_name"], scope)
            if self.reads(table, use, finding["program_year"], scope):
                for place, year in product(("", finding["institution_id"]), ("", finding["program_year"])):
                    key = (finding["rule_id"], scope["program_year"], scope["indicator_code"], place, year)
                    self.add(tallies[key], finding, scope, use, place)
        return {key: self.counts(key, tally) for key, tally in tallies.items()}

    def add(self, tally: Tally, finding: dict[str, Any], scope: dict[str, Any], use: str, place: str) -> None:
        """Add a finding to what is told of a place."""
        tally.findings += 1
        members = self.members[scope["program_year"], scope["indicator_code"], place]
        where = finding["table_name"].removeprefix("core."), finding["submission_id"], finding["line_number"]
        for institution_id, student_id in self.concerned(finding):
            person = self.person(institution_id, student_id)
            if person in members:
                tally.touched.add(person)
                tally.doubtful |= {person} if self.is_doubtful(person, place, scope, use) else set()
            elif self.is_outside(person, place, scope, use, is_left_out=where in self.left_out):
                tally.outside.add(person)

    def counts(self, key: tuple[str, ...], tally: Tally) -> tuple[int, ...]:
        """Return the numbers of a row, with the bounds."""
        met = self.members[key[1], key[2], key[3]]
        numerator, denominator = sum(met.values()), len(met)
        doubtful_met = sum(met[person] for person in tally.doubtful)
        missing = len(tally.outside)
        return (
            tally.findings, len(tally.touched), sum(met[person] for person in tally.touched), len(tally.doubtful),
            doubtful_met, missing, numerator - doubtful_met, denominator + missing,
            numerator - doubtful_met + len(tally.doubtful) + missing, denominator + missing,
        )  # fmt: skip
