"""Do the effects of findings agree with a clerk who works them out one by one, under definitions of either kind?"""

from __future__ import annotations

from datetime import date
from random import Random

import duckdb
import pytest
from core_rows import add, define, earn, small_warehouse
from effect_clerk import Clerk
from effect_rows import COHORT, REPORT, TABLE, found, measured

from pipelines.models import all_models, build

COLUMNS = {
    "student": ("student_id", "sex", "race_selections"), "program_enrollment": ("student_id", "exit_reason"),
    "enrollment": ("credits_earned", "credits_attempted", "course_id"), "placement": ("placement_status",),
    "credential": ("award_date",), "course": ("program_id",), "program": ("program_length", "nontraditional_sex"),
    "institution": ("institution_id", "institution_name"),
}  # fmt: skip
EVERYBODY = {"denominator_1p1": "exited", "denominator_2p1": "concentrators", "denominator_3p1": "concentrators"}
COUNTS = (
    "finding_count, denominator_touched_count, numerator_touched_count, doubtful_denominator_count, "
    "doubtful_numerator_count, outside_count, lowest_numerator_count, lowest_denominator_count, "
    "highest_numerator_count, highest_denominator_count"
)


def _two_colleges(random: Random) -> duckdb.DuckDBPyConnection:
    """Return two colleges whose students meet at both, drop out, change their minds and are lost from files."""
    connection = small_warehouse()
    for year in ("2021-22", COHORT, REPORT):
        for table in ("institution", "program", "course"):
            add(connection, table, program_year=year, institution_id="B")
        for college in "AB":
            add(connection, "program", program_year=year, institution_id=college, program_id="P2",
                program_length=6, nontraditional_sex="neither")  # fmt: skip
    for number in range(24):
        _study(connection, random, f"t{number}", random.choice(("ssn", "ssn", "local")))
    return connection


def _study(connection: duckdb.DuckDBPyConnection, random: Random, student: str, kind: str) -> None:
    for college in random.sample("AB", random.choice((1, 1, 2))):
        who = {"student_id": student, "institution_id": college}
        for year in random.sample(("2021-22", COHORT), random.choice((1, 2, 2))):
            if random.random() < 0.9:
                add(connection, "student", program_year=year, student_id_kind=kind,
                    sex=random.choice(("female", "male", "unknown")), **who)  # fmt: skip
            earn(connection, random.choice((3, 6, 12)), program_year=year, **who)
            left = random.choice((None, "completed", "completed", "withdrew"))
            add(connection, "program_enrollment", program_year=year, program_id=random.choice(("P1", "P1", "P2")),
                exit_reason=left, exit_date=date(int(year[:4]) + 1, 6, 1) if left else None, **who)  # fmt: skip
        if random.random() < 0.7:
            add(connection, "placement", program_year=REPORT, reference_quarter="2023Q4",
                placement_status=random.choice(("employment", "not_engaged", "unknown")), **who)  # fmt: skip
            add(connection, "credential", program_year=COHORT, award_date=date(2023, random.randint(1, 12), 1), **who)


def _find(connection: duckdb.DuckDBPyConnection, random: Random, count: int) -> None:
    for _ in range(count):
        table = random.choice(sorted(COLUMNS))
        query = (
            f"select line_number, program_year, institution_id from core.{table} order by submission_id, line_number"
        )
        line, year, college = random.choice(connection.execute(query).fetchall())
        column = random.choice(COLUMNS[table])
        found(connection, f"{table}_{column}", f"{table}.{column}", line, program_year=year, institution_id=college)


@pytest.mark.parametrize("terms", [{}, EVERYBODY], ids=["completers", "everybody"])
def test_a_clerk_who_takes_findings_one_by_one_comes_to_the_same_numbers(terms):
    random = Random(sorted(terms).__repr__())
    connection = _two_colleges(random)
    if terms:
        define(connection, **terms)
    measured(connection)
    clerk = Clerk(connection)
    for _ in range(3):
        _find(connection, random, 25)
        build(connection, next(model for model in all_models() if model.table == TABLE))
        worked_out = clerk.effects()
        told = connection.execute(
            "select rule_id, program_year, indicator_code, coalesce(institution_id, ''), "
            f"coalesce(record_program_year, ''), status, {COUNTS} from {TABLE}"
        ).fetchall()
        assert {row[:5] for row in told} == set(worked_out)
        computed = {row[:5]: row[6:] for row in told if row[5] == "computed"}
        assert computed == {key: worked_out[key] for key in computed}
        assert {key[2] for key in computed} == {"1P1", "2P1", "3P1"}
    connection.close()
