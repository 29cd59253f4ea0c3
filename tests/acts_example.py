"""An Oregon home in small whose files were judged, and the command ``cte`` in this process, for the tests of acts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result
from intake_example import YEAR, Example, courses, enrollments

from pipelines.acts.log import COPY
from pipelines.acts.office import Office, Subject, open_office
from pipelines.acts.people import REPORTING_OFFICER, STEWARD, Person
from pipelines.cli import main

ANA = Person("Ana Diaz", STEWARD, "Reviewed")
BO = Person("Bo Lee", REPORTING_OFFICER, "Complete and correct")
OREGON = Subject("oregon", YEAR)
COURSES, ENROLLMENTS = f"course_{YEAR}_FA.csv", f"enrollment_{YEAR}_FA.csv"
ADA, CY = "812-12-0001", "812-12-0002"
STEWARDS = ("--name", ANA.name, "--role", STEWARD, "--statement", ANA.statement)
PLACE = ("--grantee", "oregon", "--program-year", YEAR)


def taken_in(root: Path) -> Example:
    """A home after a night with two good files, judged without a finding."""
    example = Example(root)
    example.put(COURSES, courses(2))
    example.put(ENROLLMENTS, enrollments(ADA, CY))
    example.night()
    judge(example)
    return example


def copy_of(example: Example, root: Path) -> Example:
    """The same home elsewhere: made once a module, because a new warehouse takes a second."""
    shutil.copytree(example.root, root, dirs_exist_ok=True)
    return replace(example, root=root, said=[])


def judge(example: Example, *closed: str, year: str = YEAR) -> None:
    """Write a judgement of the last night's files, with the critical rules that close a gate."""
    started_at = datetime(2024, 8, 1 + example.nights, 9, tzinfo=UTC).replace(tzinfo=None)
    run_id = f"2024080{example.nights}T090000000Z-0001"
    results = [(rule, "failed") for rule in closed] or [("student_age_plausible", "passed")]
    with example.warehouse() as connection:
        connection.execute(
            "insert into quality.run (run_id, started_at, kind, exit_code, rule_book_version) "
            "values (?, ?, 'nightly', 0, 'one')",
            [run_id, started_at],
        )
        for rule, status in results:
            connection.execute(
                "insert into quality.rule_result (run_id, rule_id, severity, grantee_id, program_year, failed_count, "
                "threshold, status, is_waived) values (?, ?, 'critical', 'oregon', ?, 3, 'none', ?, false)",
                [run_id, rule, year, status],
            )


@contextmanager
def office_of(example: Example, day: int = 20) -> Iterator[Office]:
    """The home open for an act on a day of August 2024."""
    with open_office(example.home, datetime(2024, 8, day, 12, tzinfo=UTC)) as office:
        yield office


def cte(example: Example, *arguments: str) -> Result:
    """Run the command on the home of an example; its exit code and output are the result's."""
    return CliRunner().invoke(main, ["--home", str(example.home), *arguments])


def log_lines(example: Example) -> list[bytes]:
    """The lines of the copy of the log."""
    path = example.home / COPY
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []
