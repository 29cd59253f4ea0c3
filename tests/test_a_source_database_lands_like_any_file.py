"""Do records of a source database reach core like those of a file, once, and with nobody's identifier left behind?"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from source_database import VARIABLE, sqlite_file, write_grantee

from pipelines.intake.database.nightly import fetch_sources, forget
from pipelines.intake.submit import Intake, take_in
from pipelines.warehouse import open_warehouse

PEOPLE = ("812120041", "812120042", "812120043")
QUERY = "select student_id, college, year from student where year = :program_year order by student_id"
MAPPED = (
    'STUDENT_ID", to = "student_id',
    'COLLEGE", to = "institution_id',
    'YEAR", to = "program_year", format = "YYYY-YY',
)


def night(home: Path, url: str) -> Intake:
    folder = fetch_sources(home, date(2023, 9, 1), lambda _: None, [], environment={VARIABLE: url})
    with open_warehouse(home) as connection:
        taken = take_in(connection, home, folder, datetime(2023, 9, 1, tzinfo=UTC))
    forget(home)
    return taken


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    write_grantee(tmp_path / "own", ("student", QUERY, MAPPED))
    monkeypatch.setenv("CTE_GRANTEES", str(tmp_path / "own"))
    return sqlite_file(tmp_path / "source.db", *((p, "C1", "2023-24", 1) for p in PEOPLE))


def test_rows_land_in_core_and_the_next_night_finds_nothing_new(tmp_path: Path, source: str) -> None:
    first = night(tmp_path / "home", source)
    assert [(s.file_name, s.status, s.loaded_row_count) for s in first.submissions] == [
        ("student_2023-24.db", "read", len(PEOPLE))
    ]
    again = night(tmp_path / "home", source)
    assert (again.submissions, again.known_count) == ((), 1)
    with open_warehouse(tmp_path / "home") as connection:
        rows = connection.execute("select institution_id, line_number, student_id_kind from core.student").fetchall()
    assert sorted(rows) == [("C1", number, "ssn") for number in (1, 2, 3)]


def test_identifiers_are_in_the_source_and_in_the_archive_and_nowhere_else(tmp_path: Path, source: str) -> None:
    night(tmp_path / "home", source)
    holding = {
        path.relative_to(tmp_path / "home").parts[0]
        for path in (tmp_path / "home").rglob("*")
        if path.is_file() and any(person.encode() in path.read_bytes() for person in PEOPLE)
    }
    assert holding == {"archive"}
