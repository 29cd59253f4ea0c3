"""Can an analyst read through the night? A reader keeps one consistent night; a careless writer disturbs nobody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from released_home import released_file

from pipelines.publish.file import publish
from pipelines.warehouse import open_warehouse
from tests.conftest import Ran

WRITES_AND_DIES = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1TB'")
connection.execute("create table scribble as select 1 as one")
os._exit(9)
"""
OLD_VERSION = "1.3.2"


def _publish(home: Path, night: int) -> Path:
    with open_warehouse(home) as connection:
        connection.execute(f"create or replace table publish.number as select {night} as night")
        connection.execute("comment on table publish.number is 'which night it is'")
        return publish(connection, home)


def test_a_reader_who_keeps_the_file_open_reads_the_night_that_was_opened_and_the_next_reader_the_new_one(
    tmp_path: Path,
) -> None:
    path = _publish(tmp_path, 1)
    reading = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True)\n"
    reading += "input(); print(c.execute('select night from publish.number').fetchall())"
    with subprocess.Popen(
        [sys.executable, "-c", reading, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        _publish(tmp_path, 2)
        answer, _ = reader.communicate("\n", timeout=60)
    assert "[(1,)]" in answer
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select night from publish.number").fetchall() == [(2,)]


def test_a_reader_who_opened_the_file_for_writing_and_died_disturbs_nobody(tmp_path: Path) -> None:
    path = _publish(tmp_path, 1)
    path.chmod(0o644)  # as root the mode stops nobody, as somebody else it does
    died = subprocess.run([sys.executable, "-c", WRITES_AND_DIES, str(path)], check=False, timeout=60)
    assert died.returncode == 9
    assert path.with_name("cte.duckdb.wal").exists(), "the fault that this test is about was not made"
    _publish(tmp_path, 2)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select night from publish.number").fetchall() == [(2,)]
    assert not path.with_name("cte.duckdb.wal").exists()


def test_the_published_file_cannot_be_written_by_mistake(tmp_path: Path) -> None:
    assert stat.S_IMODE(_publish(tmp_path, 1).stat().st_mode) == 0o444


def test_a_night_that_dies_while_it_publishes_leaves_the_last_file_whole(tmp_path: Path) -> None:
    path = _publish(tmp_path, 1)
    (path.parent / f".cte.duckdb.{os.getpid()}").write_bytes(b"half a file of a night that died")
    _publish(tmp_path, 2)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select night from publish.number").fetchall() == [(2,)]


@pytest.mark.slow
def test_everything_that_is_published_says_what_it_means(demonstration: Ran) -> None:
    with duckdb.connect(str(demonstration.home / "published" / "cte.duckdb"), read_only=True) as connection:
        mute = connection.execute(
            "select table_name, null from duckdb_tables() where coalesce(comment, '') = '' union all "
            "select table_name, column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''"
        ).fetchall()
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert mute == []
    assert {"dictionary", "rule", "rule_result"} <= tables


@pytest.mark.slow
def test_a_file_made_from_samples_says_so_to_whoever_finds_it_without_a_readme(demonstration: Ran) -> None:
    with duckdb.connect(str(demonstration.home / "published" / "cte.duckdb"), read_only=True) as connection:
        notes = [row[0] for row in connection.execute("select note from publish.note").fetchall()]
    assert any(note.startswith("FICTIONAL, not data of Alabama Community College System") for note in notes)


@pytest.mark.slow
def test_a_night_by_itself_publishes_no_count_of_a_person_and_no_institution(demonstration: Ran) -> None:
    """Only a release does; the night before the first one leaves the tables of figures empty."""
    with duckdb.connect(str(demonstration.home / "published" / "cte.duckdb"), read_only=True) as connection:
        described = {"code", "dictionary", "margin", "note", "rule"}
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        filled = {
            table for table in tables if connection.execute(f"select count(*) from publish.{table}").fetchone() != (0,)
        }
        columns = {row[0] for row in connection.execute("select column_name from duckdb_columns()").fetchall()}
    assert {"indicator", "student_count", "gap", "indicator_pooled", "rule_result", "institution"} <= tables
    assert filled == described
    assert not columns & {"student_id", "person_id", "line_number", "submission_id"}


@pytest.mark.slow
def test_the_published_file_opens_in_duckdb_1_3(tmp_path: Path) -> None:
    """Analysts do not upgrade when we do; the default file of DuckDB 2.0 is closed to all of 1.x."""
    old = tmp_path / "old"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(old)]
    installed = subprocess.run([*pip, f"duckdb=={OLD_VERSION}"], capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    query = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(duckdb.__version__, c.execute('select count(rate) > 0 from publish.indicator').fetchone()[0])"
    )
    path = released_file(tmp_path)
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(old)!r})\n{query}", str(path)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == [OLD_VERSION, "True"], done.stderr
