"""A second opinion on definitions drawn by lot: cohorts and outcomes reckoned in plain Python from the keys' words.

Written from what the template says of the keys, one question at a time, with no look at the queries. A single person
at a time: nobody here is at two colleges.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from core_rows import add, count_only, define, rows_of, small_warehouse

from pipelines.indicator_definition import ONE_OF, words_of

COHORT, REPORTED = "2022-23", "2023-24"
START, END = date(2022, 7, 1), date(2023, 6, 30)
STUDENTS = 60
LISTS = {
    "placement_statuses": "placement_status", "placement_sources": "placement_source",
    "credential_types": "credential_type", "credential_evidence": "evidence_source",
    "matchable_identifier_kinds": "matchable_student_id_kind",
}  # fmt: skip
Row = dict[str, Any]


def _definition(chance: random.Random) -> Row:
    said: Row = {key: chance.choice(ONE_OF[key]) for key in
                 ("completer_basis", "denominator_1p1", "denominator_2p1", "denominator_3p1")}  # fmt: skip
    said |= {"credential_window_months": chance.choice([0, 6, 12]), "follow_up_quarters": chance.choice([1, 2, 3])}
    for key in LISTS:
        words = words_of(key)
        said[key] = chance.sample(words, chance.randint(1, len(words)))
    return said


def _student(chance: random.Random, number: int) -> Row:
    day = START + timedelta(days=chance.randrange(365))
    return {
        "student_id": f"s{number:02d}", "kind": chance.choice(["ssn", "ssn", "local", "ferpa_blocked", "state"]),
        "sex": chance.choice(["female", "male", "another", "declined"]), "credits": chance.choice([6, 12, 20]),
        "program_id": chance.choice(["female", "male", "both", "neither", "unlisted"]),
        "entry_date": chance.choice([None, date(2022, 1, 10), date(2022, 9, 1)]),
        "exit_date": chance.choice([None, day, day, day, date(2023, 7, 9), date(2022, 6, 9)]),
        "exit_reason": chance.choice(["completed", "completed", "withdrew", "unknown", "deceased", "leave_of_absence",
                                      None]),
        "awards": [_award(chance) for _ in range(chance.choice([0, 0, 1, 1, 2]))],
        "placements": [_placement(chance, source) for source in words_of("placement_sources") if chance.random() < 0.5],
    }  # fmt: skip


def _award(chance: random.Random) -> Row:
    return {
        "program_year": chance.choice([COHORT, REPORTED]), "award_date": START + timedelta(days=chance.randrange(730)),
        "credential_type": chance.choice(words_of("credential_types")),
        "evidence_source": chance.choice([None, "award_record", "issuer_verified", "self_report"]),
        "award_level_code": chance.choice([None, "04"]), "is_own": chance.random() < 0.7,
    }  # fmt: skip


def _placement(chance: random.Random, source: str) -> Row:
    status = chance.choice(["not_engaged", "not_engaged", "unknown", *words_of("placement_statuses")])
    quarter = chance.choice(["2023Q1", "2023Q2", "2023Q3", "2023Q4"])
    return {"placement_source": source, "placement_status": status, "reference_quarter": quarter}


def _record(connection: duckdb.DuckDBPyConnection, one: Row) -> None:
    who = {"student_id": one["student_id"]}
    add(connection, "student", **who, sex=one["sex"], student_id_kind=one["kind"])
    add(connection, "enrollment", **who, course_id=one["program_id"], credits_earned=one["credits"])
    add(connection, "program_enrollment", **who, **{k: one[k] for k in ("program_id", "entry_date", "exit_date",
                                                                       "exit_reason")})  # fmt: skip
    for award in one["awards"]:
        row = {k: v for k, v in award.items() if k != "is_own"}
        add(connection, "credential", **who, **row, program_id=one["program_id"] if award["is_own"] else None)
    for placement in one["placements"]:
        add(connection, "placement", **who, program_year=REPORTED, **placement)


def _left(one: Row, said: Row) -> tuple[bool, bool, date | None]:
    """Return whether the student completed, whether he left, and when, under a definition."""
    in_year = one["exit_date"] is None or START <= one["exit_date"] <= END
    awards = [a["award_date"] for a in one["awards"] if a["program_year"] == COHORT and a["is_own"]
              and a["award_level_code"] and START <= a["award_date"] <= END]  # fmt: skip
    by_exit = said["completer_basis"] != "award" and one["exit_reason"] == "completed" and in_year
    by_award = said["completer_basis"] != "exit" and bool(awards)
    gone = in_year and (one["exit_reason"] or one["exit_date"])
    gone = bool(gone) and one["exit_reason"] not in ("deceased", "leave_of_absence")
    if by_exit and one["exit_date"]:
        return True, True, one["exit_date"]
    if by_award:
        return True, True, max(awards)
    return by_exit, by_exit or gone, one["exit_date"] if gone else None


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _placed(one: Row, said: Row) -> str:
    _, _, left = _left(one, said)
    if left is None:
        return "unknown"
    number = left.year * 4 + (left.month - 1) // 3 + said["follow_up_quarters"]
    looked_at = [p for p in one["placements"] if p["reference_quarter"] == f"{number // 4}Q{number % 4 + 1}"]
    answers = [p for p in looked_at if p["placement_source"] in said["placement_sources"]]
    answers = [p for p in answers if p["placement_status"] != "unknown"]
    if any(p["placement_status"] in said["placement_statuses"] for p in answers):
        return "met"
    may_be_found = one["kind"] in said["matchable_identifier_kinds"]
    told = any(may_be_found or p["placement_source"] == "survey" for p in answers)
    return "not_met" if told else "unknown"


def _awarded(one: Row, said: Row) -> str:
    """Try every day on which the student may have entered and left: what all of them allow is certain."""
    verdicts = {"not_met"}
    _, has_left, left = _left(one, said)
    exits = [left] if left else [START, END] if has_left else [END]
    for award in one["awards"]:
        if award["credential_type"] not in said["credential_types"]:
            continue
        possible = set()
        for day in exits:
            entries = [one["entry_date"]] if one["entry_date"] else [date.min] if award["is_own"] else [date.min, day]
            until = _months_after(day, said["credential_window_months"])
            possible |= {entry <= award["award_date"] <= until for entry in entries}
        is_proof = (award["evidence_source"] or "unknown") in said["credential_evidence"]
        verdicts.add("met" if possible == {True} and is_proof else "not_met" if possible == {False} else "unknown")
    return next(verdict for verdict in ("met", "unknown", "not_met") if verdict in verdicts)


def _nontraditional(one: Row, _said: Row) -> str:
    wanted = {"female": {"female"}, "male": {"male"}, "both": {"female", "male"}, "neither": set(), "unlisted": None}
    sexes = wanted[one["program_id"]]
    if sexes == set():
        return "not_met"
    if one["sex"] == "declined" or (sexes is None and one["sex"] != "another"):
        return "unknown"
    return "met" if one["sex"] in (sexes or ()) else "not_met"


def _is_counted(one: Row, rule: str, said: Row) -> bool:
    completed, has_left, _ = _left(one, said)
    listed = one["program_id"] in ("female", "male", "both")
    counted = {"completed": completed, "exited": has_left, "concentrators": True, "nontraditional_programs": listed}
    return one["credits"] >= 12 and counted[rule]


@pytest.mark.parametrize("seed", range(4))
def test_cohorts_and_outcomes_are_those_of_the_second_opinion(seed: int) -> None:
    chance = random.Random(seed)
    said, students = _definition(chance), [_student(chance, number) for number in range(STUDENTS)]
    connection = small_warehouse()
    connection.execute("begin")
    for program in ("female", "male", "both", "neither", "unlisted"):
        for year in (COHORT, REPORTED):
            sex = None if program == "unlisted" else program
            add(connection, "program", program_year=year, program_id=program, nontraditional_sex=sex)
        add(connection, "course", course_id=program, program_id=program)
    for one in students:
        _record(connection, one)
    connection.execute("commit")
    define(connection, **{key: value for key, value in said.items() if key not in LISTS})
    for key, code_set in LISTS.items():
        count_only(connection, code_set, *said[key])
    judges = {"1p1": _placed, "2p1": _awarded, "3p1": _nontraditional}
    expected = {
        (code.upper(), one["student_id"]): judge(one, said)
        for code, judge in judges.items()
        for one in students
        if _is_counted(one, said[f"denominator_{code}"], said)
    }
    rows = rows_of(connection, "mart.indicator_case", "indicator_code, student_id, outcome",
                   f"cohort_program_year = '{COHORT}'")  # fmt: skip
    connection.close()
    assert {row[:2]: row[2] for row in rows} == expected, said
    assert set(expected.values()) == {"met", "not_met", "unknown"}
