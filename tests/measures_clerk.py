"""A clerk who works out the measures person by person from the canonical records: loops and sets, no query.

Written from the words of the statute, of the template's keys and of the headers of the tables, without a look at the
models. What the clerk takes as given: the canonical rows, which of them no measure can place (``mart.exclusion``), the
definitions in force, and the day on which the newest file of a year came (``mart.indicator_scope``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import duckdb

from pipelines.query import named_rows

STATES = ("unknown", "declined", "not_reported", "not_collected")  # in this order where reports differ
FLAGS = ("active_duty_parent", "disability", "economic_disadvantage", "english_learner", "foster_care", "homelessness",
         "nontraditional_preparation", "out_of_workforce", "single_parent")  # fmt: skip
SINGLE = tuple(sorted((*FLAGS, "credit_status", "race_ethnicity", "sex")))
CONTEXTS = {"award_level": "award_level_code", "career_cluster": "career_cluster_code",
            "eligible_recipient": "eligible_recipient_id"}  # fmt: skip
KIND_ORDER = ("ferpa_blocked", "ssn", "state")
BEST = ("met", "unknown", "not_met")
Row = dict[str, Any]
Cell = tuple[str | None, str | None, str, str]  # institution, CIP code, dimension, code
Key = tuple[str, str, str]  # institution, student, program


@dataclass(frozen=True)
class Case:
    """A student of a program whom something counts, and with which outcome."""

    institution_id: str
    student_id: str
    program_id: str
    person_id: str
    outcome: str
    quarter: str | None = None


@dataclass
class Clerk:
    """The records of one grantee; answers are worked out when they are asked for."""

    connection: duckdb.DuckDBPyConnection
    grantee_id: str
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        excluded = {
            (row["table_name"], row["submission_id"], row["line_number"]): row["reason_code"]
            for row in self._of("mart.exclusion")
        }
        for name in ("institution", "program", "student", "program_enrollment", "course", "enrollment", "credential",
                     "placement"):  # fmt: skip
            self.tables[name] = [
                row for row in self._of(f"core.{name}")
                if (name, row["submission_id"], row["line_number"]) not in excluded
            ]  # fmt: skip
        # A credential of which a part cannot be read has no place, but forbids to say that there is none.
        self.sent_credentials = self._of("core.credential")
        self.doubtful = [
            row for row in self.sent_credentials
            if excluded.get(("credential", row["submission_id"], row["line_number"])) == "key_unreadable"
        ]  # fmt: skip
        self.definitions = {row["program_year"]: row for row in self._of("reference.definition")}
        self.counted: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self._of("reference.counted_code"):
            self.counted[row["program_year"], row["code_set"]].add(row["code"])
        self.terms = {row["term_code"]: row["term_rank"] for row in self._of("reference.term")}
        self.kinds = self._kinds()
        self.programs = {
            (row["program_year"], row["institution_id"], row["program_id"]): row for row in self.tables["program"]
        }
        self.recipients = {
            (row["program_year"], row["institution_id"]): row["eligible_recipient_id"]
            for row in self.tables["institution"]
        }
        self.active = self._active()
        self._concentrators: dict[str, dict[Key, str]] = {}
        self._answers: dict[tuple[str, str | None], dict[str, Row]] = {}

    def _of(self, table: str) -> list[Row]:
        return named_rows(self.connection, f"select * from {table} where grantee_id = $1", [self.grantee_id])

    def _kinds(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self.tables["student"]:
            found[row["institution_id"], row["student_id"]].add(row["student_id_kind"])
        return {who: next((k for k in KIND_ORDER if k in kinds), min(kinds)) for who, kinds in found.items()}

    def person(self, institution: str, student: str) -> str:
        """Return the person: a college's own number means nothing at another college."""
        return student if self.kinds[institution, student] in KIND_ORDER else f"{institution}:{student}"

    def is_linkable(self, case: Case) -> bool:
        return self.kinds[case.institution_id, case.student_id] in KIND_ORDER

    # Credits, courses, exits ----------------------------------------------------------------------------------------

    def _semester(self, amount: Any, unit: str | None, year: str) -> Fraction | None:
        said = self.definitions[year]
        per = {
            "semester_credit": Fraction(1),
            "quarter_credit": Fraction(said["quarter_numerator"], said["quarter_denominator"]),
            "clock_hour": 1 / Fraction(said["clock_hours_per_credit"]),
        }.get(unit or "")
        return None if per is None or amount is None else Fraction(amount) * per

    def _active(self) -> dict[str, dict[Key, Row]]:
        """Return by year who had to do with which program: enrolled, in a course that counts, or awarded."""
        courses = {
            (row["program_year"], row["institution_id"], row["term_code"], row["course_id"]): row
            for row in self.tables["course"]
        }
        found: dict[str, dict[Key, Row]] = defaultdict(dict)

        def of(year: str, key: Key) -> Row:
            return found[year].setdefault(key, {"earned": [], "own_courses": set(), "enrolled": None, "awards": []})

        general: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.tables["program_enrollment"]:
            of(row["program_year"], (row["institution_id"], row["student_id"], row["program_id"]))["enrolled"] = row
        for row in self.tables["enrollment"]:
            year, college = row["program_year"], row["institution_id"]
            course = courses[year, college, row["term_code"], row["course_id"]]
            taken = {**row, "credit_status": course["credit_status"] or "unknown"}
            if course["program_id"]:
                mine = of(year, (college, row["student_id"], course["program_id"]))
                mine["earned"].append(taken)
                if (row["credits_earned"] or 0) > 0:
                    mine["own_courses"].add((row["term_code"], row["course_id"]))
            else:
                general[year, college, row["student_id"]].append(taken)
        for year, key, day in self._completing_awards():
            of(year, key)["awards"].append(day)
        for year, mine_of in found.items():
            if self.definitions[year]["counting_courses"] == "program_and_general_education":
                for (college, student, _), mine in mine_of.items():
                    mine["earned"] += general[year, college, student] if mine["enrolled"] else []
        return found

    def _completing_awards(self) -> Iterator[tuple[str, Key, date]]:
        """Yield year, student of a program and day of the awards that complete it where the definition says so."""
        for row in self.tables["credential"]:
            said, day = self.definitions[row["program_year"]], row["award_date"]
            is_award = row["program_id"] and row["award_level_code"] and day
            if (
                said["completer_basis"] != "exit"
                and is_award
                and said["year_start_date"] <= day <= said["year_end_date"]
            ):
                yield row["program_year"], (row["institution_id"], row["student_id"], row["program_id"]), day

    def earned(self, year: str, key: Key) -> Fraction:
        """Return the semester credits of a year that count toward a program."""
        rows = self.active[year][key]["earned"] if key in self.active.get(year, {}) else []
        counted = self.counted[year, "credit_status"]
        amounts = [
            self._semester(row["credits_earned"], row["credit_unit"], year)
            for row in rows if row["credit_status"] in counted and (row["credits_earned"] or 0) > 0
        ]  # fmt: skip
        return sum((amount for amount in amounts if amount is not None), Fraction(0))

    def left(self, year: str, key: Key) -> tuple[bool, bool, date | None]:
        """Return whether the student completed the program in the year, whether he left it, and when."""
        said, mine = self.definitions[year], self.active[year][key]
        row = mine["enrolled"] or {}
        day, reason = row.get("exit_date"), row.get("exit_reason")
        in_year = day is None or said["year_start_date"] <= day <= said["year_end_date"]
        by_exit = said["completer_basis"] != "award" and reason == "completed" and in_year
        gone = in_year and bool(reason or day) and reason not in ("deceased", "leave_of_absence")
        if by_exit and day:
            return True, True, day
        if mine["awards"]:
            return True, True, max(mine["awards"])
        return by_exit, by_exit or gone, day if gone else None

    # Who counts -----------------------------------------------------------------------------------------------------

    def participants(self, year: str) -> list[Key]:
        needed = self.definitions[year]["participant_courses"]
        return [key for key, mine in self.active[year].items() if len(mine["own_courses"]) >= needed]

    def concentrators(self, year: str) -> dict[Key, str]:
        """Return on what basis who is a concentrator of the year."""
        if year not in self._concentrators:
            said, found = self.definitions[year], {}
            for key in self.active.get(year, {}):
                years = (
                    [one for one in self.active if one <= year] if said["credits_window"] == "cumulative" else [year]
                )
                program = self.programs.get((year, key[0], key[2]), {})
                length = self._semester(program.get("program_length"), program.get("program_length_unit"), year)
                if sum(self.earned(one, key) for one in years) >= said["concentrator_credits"]:
                    found[key] = "credits"
                elif self.left(year, key)[0] and length is not None and length < said["concentrator_credits"]:
                    found[key] = "short_program"
            self._concentrators[year] = found
        return self._concentrators[year]

    def ever_concentrators(self, year: str) -> list[Key]:
        """Return who had to do with the program in the year and concentrated by then."""
        before = {key for one in self.active if one <= year for key in self.concentrators(one)}
        return [key for key in self.active.get(year, {}) if key in before]

    def completers(self, year: str) -> list[Key]:
        return [key for key in self.ever_concentrators(year) if self.left(year, key)[0]]

    def cohort(self, code: str, year: str) -> list[Key]:
        said = self.definitions[year]
        cohort = said[f"cohort_program_year_{code.lower()}"]
        rule = said[f"denominator_{code.lower()}"]
        if rule == "concentrators":
            return list(self.concentrators(cohort))
        if rule == "nontraditional_programs":
            listed = ("female", "male", "both")
            return [key for key in self.concentrators(cohort) if self._nontraditional_for(cohort, key) in listed]
        return [key for key in self.ever_concentrators(cohort) if self.left(cohort, key)[rule == "exited"]]

    def _nontraditional_for(self, year: str, key: Key) -> str | None:
        return self.programs.get((year, key[0], key[2]), {}).get("nontraditional_sex")

    # Outcomes -------------------------------------------------------------------------------------------------------

    def cases(self, code: str, year: str) -> list[Case]:
        judge = {"1P1": self._placed, "2P1": self._awarded, "3P1": self._nontraditional}[code]
        cohort = self.definitions[year][f"cohort_program_year_{code.lower()}"]
        found = []
        for key in self.cohort(code, year):
            left = self.left(cohort, key)[2]
            quarter = _quarter_after(left, self.definitions[year]["follow_up_quarters"]) if left else None
            found.append(Case(*key, self.person(*key[:2]), judge(year, cohort, key), quarter))
        return found

    def answers_of_sources(self, year: str, person: str, quarter: str | None) -> list[Row]:
        """Return what sources that count say of a person in a quarter, in the files up to the reporting year."""
        return [
            row for row in self._by_person("placement")[person]
            if row["reference_quarter"] == quarter and quarter and row["program_year"] <= year
            and row["placement_source"] in self.counted[year, "placement_source"]
        ]  # fmt: skip

    def tells(self, year: str, kind: str, row: Row) -> bool:
        """Return whether an answer says anything: not engaged only where the source could have found the person."""
        status = row["placement_status"]
        if status in self.counted[year, "placement_status"]:
            return True
        may_find = kind in self.counted[year, "matchable_student_id_kind"] or row["placement_source"] == "survey"
        return status not in (None, "unknown") and may_find

    def _by_person(self, table: str) -> dict[str, list[Row]]:
        name = f"{table} by person"
        if name not in self.tables:
            found: dict[str, list[Row]] = defaultdict(list)
            for row in self.tables[table]:
                found[self.person(row["institution_id"], row["student_id"])].append(row)
            self.tables[name] = found  # type: ignore[assignment]
        return self.tables[name]  # type: ignore[return-value]

    def _placed(self, year: str, cohort: str, key: Key) -> str:
        left = self.left(cohort, key)[2]
        if left is None:
            return "unknown"
        quarter = _quarter_after(left, self.definitions[year]["follow_up_quarters"])
        rows = self.answers_of_sources(year, self.person(*key[:2]), quarter)
        if any(row["placement_status"] in self.counted[year, "placement_status"] for row in rows):
            return "met"
        return "not_met" if any(self.tells(year, self.kinds[key[:2]], row) for row in rows) else "unknown"

    def _awarded(self, year: str, cohort: str, key: Key) -> str:
        person = self.person(*key[:2])
        placed = [row for row in self._by_person("credential")[person] if row["program_year"] <= year]
        doubtful = [
            row for row in self.doubtful
            if row["program_year"] <= year and (who := (row["institution_id"], row["student_id"])) in self.kinds
            and self.person(*who) == person
        ]  # fmt: skip
        verdicts = {self._award(year, cohort, key, row) for row in placed}
        verdicts |= {min(self._award(year, cohort, key, row), "unknown", key=BEST[::-1].index) for row in doubtful}
        if not any(
            row["institution_id"] == key[0] and cohort <= row["program_year"] <= year for row in self.sent_credentials
        ):
            verdicts.add("unknown")  # the college sent no credentials at all
        return min(verdicts, default="not_met", key=BEST.index)

    def _award(self, year: str, cohort: str, key: Key, row: Row) -> str:
        """Judge a credential by every day of entry, exit and award that the records leave possible."""
        kind, day, counted = row["credential_type"], row["award_date"], self.counted[year, "credential_type"]
        if kind and kind not in counted:
            return "not_met"
        if not day:
            return "unknown"
        _, has_left, left = self.left(cohort, key)
        of_cohort, months = self.definitions[cohort], self.definitions[year]["credential_window_months"]
        exits = [left] if left else [of_cohort["year_start_date"], of_cohort["year_end_date"]][not has_left :]
        entered = (self.active[cohort][key]["enrolled"] or {}).get("entry_date")
        is_own = row["program_id"] == key[2]
        possible = set()
        for out in exits:
            entries = [entered] if entered else [date.min] if is_own else [date.min, out]
            possible |= {entry <= day <= _months_after(out, months) for entry in entries}
        is_proof = kind is not None and (row["evidence_source"] or "unknown") in self.counted[year, "evidence_source"]
        return "met" if possible == {True} and is_proof else "not_met" if possible == {False} else "unknown"

    def _nontraditional(self, _year: str, cohort: str, key: Key) -> str:
        wanted = self._nontraditional_for(cohort, key)
        sex = self.student_answers(cohort, key[0]).get(key[1], {"sex": "not_reported"})["sex"]
        if wanted == "neither":
            return "not_met"
        if sex in STATES or (wanted is None and sex != "another"):
            return "unknown"
        return "met" if sex == wanted or (wanted == "both" and sex in ("female", "male")) else "not_met"

    # Who people are -------------------------------------------------------------------------------------------------

    def student_answers(self, year: str, institution: str) -> dict[str, Row]:
        """Return by student of a college what the reports that the year's definition asks say of who they are."""
        if (year, institution) not in self._answers:
            reports: dict[str, list[Row]] = defaultdict(list)
            for row in self.tables["student"]:
                if row["program_year"] <= year and row["institution_id"] == institution:
                    reports[row["student_id"]].append(row)
            as_of, told = self.definitions[year]["status_as_of"], {}
            for student, rows in reports.items():
                ordered = sorted(rows, key=lambda row: (row["program_year"], self.terms[row["term_code"]]))
                if ordered[-1]["program_year"] == year:
                    asked = [row for row in ordered if as_of == "at_entry" or row["program_year"] == year]
                    told[student] = _student(asked, as_of)
            self._answers[year, institution] = told
        return self._answers[year, institution]

    def person_answers(self, year: str, institution: str | None, case: Case) -> Row:
        """Return who a person is at a place: at the grantee what all colleges of the year report together."""
        nothing = dict.fromkeys(("sex", "race_ethnicity", *FLAGS), "not_reported")
        if institution:
            return self.student_answers(year, institution).get(case.student_id, nothing)
        colleges = sorted({row["institution_id"] for row in self.tables["student"] if row["program_year"] == year})
        found = [
            answers[case.student_id]
            for college in colleges
            if case.student_id in (answers := self.student_answers(year, college))
            and self.person(college, case.student_id) == case.person_id
        ]
        if not found:
            return nothing
        told = {}
        for name in nothing:
            values = [one[name] for one in found]
            known = [value for value in values if value not in STATES]
            pick = max if name in ("sex", "race_ethnicity") else lambda ones: "yes" if "yes" in ones else "no"
            told[name] = pick(known) if known else _state(values)
        return told

    def where(self, year: str, case: Case) -> dict[str, str]:
        """Return what places a case: recipient, CIP, cluster, level and credit status of its program in the year."""
        program = self.programs.get((year, case.institution_id, case.program_id), {})
        names = ("cip_code", "career_cluster_code", "award_level_code", "credit_status")
        told = {name: program.get(name) or "unknown" for name in names}
        return {**told, "eligible_recipient_id": self.recipients.get((year, case.institution_id)) or "unknown"}

    # Cells ----------------------------------------------------------------------------------------------------------

    def cells(self, year: str, cases: list[Case]) -> dict[Cell, dict[str, set[str]]]:
        """Return by cell which persons have which best outcome; attributes are those of ``year``."""
        found: dict[Cell, dict[str, set[str]]] = {}
        for institution in (None, *sorted({case.institution_id for case in cases})):
            here = [case for case in cases if institution in (None, case.institution_id)]
            self._fill(found, year, institution, here)
        return found

    def _fill(self, found: dict[Cell, Any], year: str, institution: str | None, cases: list[Case]) -> None:
        placed = [(case, self.where(year, case)) for case in cases]
        answers = {case.person_id: self.person_answers(year, institution, case) for case in cases}
        self._group(found, (institution, None), "", "", placed, answers)
        for cip in {at["cip_code"] for _, at in placed}:
            part = [one for one in placed if one[1]["cip_code"] == cip]
            self._group(found, (institution, cip), "cip_code", cip, part, answers)
        for context, column in CONTEXTS.items():
            if context == "eligible_recipient" and institution:
                continue
            for code in {at[column] for _, at in placed}:
                part = [one for one in placed if one[1][column] == code]
                self._group(found, (institution, None), context, code, part, answers)

    def _group(self, found: dict[Cell, Any], place: Any, context: str, value: str, placed: Any, answers: Any) -> None:
        statuses: dict[str, set[str]] = defaultdict(set)
        best: dict[str, str] = {}
        for case, at in placed:
            statuses[case.person_id].add(at["credit_status"])
            best[case.person_id] = min(best.get(case.person_id, case.outcome), case.outcome, key=BEST.index)
        for person, outcome in best.items():
            status = statuses[person]
            known = status - {"unknown"} or status
            one = {**answers[person], "credit_status": "_and_".join(sorted(known))}
            for dimension, code in _groups(one, context, value):
                cell = found.setdefault((*place, dimension, code), {outcome: set() for outcome in BEST})
                cell[outcome].add(person)


def _groups(one: Row, context: str, value: str) -> Iterator[tuple[str, str]]:
    singles = [(name, one[name]) for name in SINGLE]
    if context in ("", "cip_code"):
        yield "all", "all"
        yield from singles
        if not context:
            for (a, x), (b, y) in combinations(singles, 2):
                yield f"{a}*{b}", f"{x}*{y}"
        return
    yield context, value
    for single in singles:
        (a, x), (b, y) = sorted([single, (context, value)])
        yield f"{a}*{b}", f"{x}*{y}"


def _student(rows: list[Row], as_of: str) -> Row:
    """Return what a student's reports, in their order, say together; a silent one takes nobody's place."""
    told: Row = {}
    which = 0 if as_of == "at_entry" else -1
    for name, values in (("sex", [row["sex"] for row in rows]), ("race_ethnicity", [_race(row) for row in rows])):
        known = [value for value in values if value not in STATES]
        told[name] = known[which] if known else _state(values)
    for flag in FLAGS:
        values = [row[f"{flag}_status"] for row in rows]
        known = [value for value in values if value in ("yes", "no")]
        ever = "yes" if "yes" in known else "no"
        told[flag] = _state(values) if not known else ever if as_of == "ever" else known[which]
    return told


def _state(values: list[str]) -> str:
    return next(state for state in STATES if state in values)


def _race(row: Row) -> str:
    """Roll a report up to the line of the Consolidated Annual Report, 1997 categories."""
    races = {race for race in (row["race_selections"] or "").split("|") if race}
    if races <= set(STATES):
        return "hispanic_or_latino" if row["hispanic_ethnicity"] == "yes" else row["race_selections"]
    races = {"white" if race == "middle_eastern_or_north_african" else race for race in races}
    if row["hispanic_ethnicity"] == "yes" or "hispanic_or_latino" in races:
        return "hispanic_or_latino"
    return "two_or_more_races" if len(races) > 1 else races.pop()


def _quarter_after(day: date, quarters: int) -> str:
    number = day.year * 4 + (day.month - 1) // 3 + quarters
    return f"{number // 4}Q{number % 4 + 1}"


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
