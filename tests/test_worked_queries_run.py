"""An analyst who copies a worked query gets an answer, and every question says what it cannot answer."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from released_home import released_file

from pipelines.models import inputs_of, sql_root

PUBLISHED = sorted((sql_root() / "queries" / "published").glob("*.sql"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released_file(tmp_path_factory.mktemp("released"))


def test_there_are_at_least_twenty_questions_that_the_published_file_answers() -> None:
    assert len(PUBLISHED) >= 20


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_worked_query_finds_rows_in_the_published_file_alone(path: Path, published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        found = connection.execute(path.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or ()]
        assert found.fetchall(), path.name
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_worked_query_says_what_it_asks_how_to_read_it_and_what_it_cannot_tell(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- runs on: published/cte.duckdb\n-- Question: ")
    assert "\n-- Reading: " in text
    assert "\n-- It cannot tell: " in text


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_worked_query_reads_nothing_but_what_may_leave(path: Path) -> None:
    with duckdb.connect() as parser:
        tables = inputs_of(parser, path.read_text(encoding="utf-8"), path.name)
    assert tables
    assert all(table.startswith("publish.") for table in tables)
