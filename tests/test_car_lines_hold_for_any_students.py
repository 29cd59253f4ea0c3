"""Do the lines of a worksheet add up, and count whom an independent count gives, whatever colleges report?"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date

import pytest
from core_rows import add, complete, earn, received
from worksheet_example import LAST_YEAR, YEAR, colleges, worksheet

from pipelines.car.checks import checks, failed

STATES = ("unknown", "declined", "not_reported", "not_collected")
FLAGS = ("disability", "foster_care", "english_learner")
CLUSTERS = {"P1": "01", "P2": "13", "P3": None}
STUDENTS = 40
CREDITS = 12


@pytest.mark.parametrize("seed", [1, 2])
def test_every_check_holds_and_students_are_counted_as_by_hand(seed: int) -> None:
    draw = random.Random(seed)
    connection = colleges()
    for table in ("student", "enrollment", "program_enrollment", "program", "course"):
        connection.execute(f"delete from core.{table}")
    for table in ("placement", "credential"):
        received(connection, f"{table} file", program_year=YEAR, table_name=table)
    for year in (LAST_YEAR, YEAR):
        for college in ("A", "B"):
            for program, cluster in CLUSTERS.items():
                where = {"program_year": year, "institution_id": college, "program_id": program}
                add(connection, "program", career_cluster_code=cluster, **where)
                add(connection, "course", course_id=f"C{program}", **where)
    told = [_student(connection, draw, f"x{number}") for number in range(STUDENTS)]
    sheet = worksheet(connection)

    assert failed(sheet) == ()
    assert {check.outcome for check in checks(sheet)} == {"passed"}
    expected: dict[str, set[int]] = defaultdict(set)
    for number, lines in enumerate(told):
        for line in lines:
            expected[line].add(number)
    counted = {line.code: line.count("participant").persons for line in sheet.lines}
    assert {line: len(people) for line, people in expected.items()} == {
        line: count for line, count in counted.items() if count and line in expected
    }
    assert counted["total"] == len(expected["total"])


def _student(connection, draw: random.Random, student_id: str) -> set[str]:
    """Add a person of one or two colleges and return the lines that they stand on as a participant of the year."""
    sex = draw.choice(("male", "female", "another", *STATES))
    flags = {flag: draw.choice(("yes", "no", *STATES)) for flag in FLAGS}
    lines, has_course = set(), False
    for year in (LAST_YEAR, YEAR):
        for college in draw.choice((("A",), ("B",), ("A", "B"))):
            where = {"program_year": year, "institution_id": college, "student_id": student_id}
            add(connection, "student", sex=sex, **{f"{flag}_status": value for flag, value in flags.items()}, **where)
            program = draw.choice(tuple(CLUSTERS))
            earned = draw.choice((0, 3, CREDITS))
            earn(connection, earned, course_id=f"C{program}", **where)
            if year == YEAR and earned:
                has_course = True
                cluster = CLUSTERS[program]
                lines.add(f"career_cluster:{cluster}" if cluster else "cluster_unknown")
            if draw.random() < 0.5:
                complete(connection, date(int(year[:4]) + 1, 6, 30), program_id=program, **where)
            if year == YEAR and draw.random() < 0.5:
                status = draw.choice(("employment", "not_engaged", "unknown"))
                add(connection, "placement", placement_status=status, reference_quarter="2023Q4", **where)
                add(connection, "credential", program_id=program, award_date=date(2023, 8, 1), **where)
    if not has_course:
        return set()
    lines |= {"total", {"male": "male", "female": "female", "another": "another_sex"}.get(sex, "sex_not_known")}
    for flag, value in flags.items():
        lines |= {flag} if value == "yes" else {f"{flag}_not_known"} if value in STATES else set()
    return lines
