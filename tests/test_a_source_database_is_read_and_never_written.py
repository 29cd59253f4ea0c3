"""Are the records of a source database read exactly, in bounded memory, and can no query of a layout change it?"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from source_database import COLUMNS, STUDENTS, VARIABLE, YEAR, Server, postgres_server, sqlite_file, write_grantee

from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee
from pipelines.intake.database.fetch import fetch
from pipelines.intake.database.settings import SourceUnreachable
from pipelines.intake.database.statement import read_only_statement
from pipelines.intake.database.values import as_text

PEAK = r"""
import os, sys
from pathlib import Path
from pipelines.grantee import read_grantee
from pipelines.intake.database.fetch import fetch
import psycopg  # loaded before the first look, like all else that a fetch needs
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
grantee = read_grantee(Path(sys.argv[1]))
before = peak()
fetched = fetch(grantee, "2023-24", grantee.layouts, Path(sys.argv[2]))
print(fetched[0].row_count, (peak() - before) // 1024)
"""
ADD = r"""
import psycopg, sys, time
time.sleep(0.2)
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("insert into student values ('812120002', 'C1', '2023-24', 1)")
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with postgres_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _empty(postgres: Server) -> None:
    postgres.run("truncate student")


def ask(folder: Path, url: str, query: str = STUDENTS, columns: tuple[str, ...] = COLUMNS) -> list[dict[str, str]]:
    grantee = write_grantee(folder / "grantees", ("student", query, columns))
    (fetched,) = fetch(grantee, YEAR, grantee.layouts, folder / "out", {VARIABLE: url})
    if fetched.path is None:
        return []
    assert fetched.path.stat().st_mode & 0o777 == 0o600
    return [json.loads(line) for line in fetched.path.read_bytes().splitlines()]


def test_rows_come_out_as_they_are_in_the_database_and_only_those_of_the_year(tmp_path: Path, postgres: Server) -> None:
    postgres.run(
        "insert into student values ('812120001', 'Líne\nend', '2023-24', 12.50), ('812120002', null, '2023-24', 0),"
        "('812120003', 'C1', '2022-23', 3)"
    )
    assert ask(tmp_path, postgres.reader_url) == [
        {"STUDENT_ID": "812120001", "COLLEGE": "Líne\nend", "YEAR": YEAR, "CREDITS": "12.50"},
        {"STUDENT_ID": "812120002", "COLLEGE": None, "YEAR": YEAR, "CREDITS": "0.00"},
    ]


def test_every_type_has_one_text_that_loses_nothing(tmp_path: Path, postgres: Server) -> None:
    query = (
        "select 12345678901234567890.0123456789::numeric as n, 0.1::float8 as f, true as b, date '2024-02-29' as d, "
        "timestamp '2024-01-02 03:04:05.678' as ts, 7::bigint as i, null as nothing, '0012'::char(6) as padded, "
        "1e22::float8 as big"
    )
    (row,) = ask(tmp_path, postgres.url, query, ("n",))
    assert row == {
        "n": "12345678901234567890.0123456789", "f": "0.1", "b": "true", "d": "2024-02-29",
        "ts": "2024-01-02T03:04:05.678000", "i": "7", "nothing": None, "padded": "0012  ", "big": "1e+22",
    }  # fmt: skip


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers() | st.floats(allow_nan=False))
def test_a_number_read_back_from_its_text_is_the_same_number(number: Decimal | float) -> None:
    text = as_text(number)
    assert text is not None
    assert type(number)(text) == number


@pytest.mark.parametrize(
    "value", ["decode('00', 'hex')", "interval '1 day'", "cast('{\"a\": 1.50}' as json)", "array[1, 2]"]
)
def test_what_has_no_text_of_its_own_is_refused_by_name_and_not_guessed(
    tmp_path: Path, postgres: Server, value: str
) -> None:
    with pytest.raises(
        ConfigurationError, match=r"layout\.toml: \[\[file\]\] 'student' query: column 'odd': .* cast it"
    ):
        ask(tmp_path, postgres.url, f"select {value} as odd", ("odd",))


def test_the_same_rows_give_the_same_bytes_so_that_the_night_sees_nothing_new(tmp_path: Path, postgres: Server) -> None:
    postgres.run("insert into student select '8121' || i, 'C1', '2023-24', 1 from generate_series(20001, 20099) i")
    grantee = write_grantee(tmp_path / "grantees", ("student", STUDENTS, COLUMNS))
    files = []
    for number in range(2):
        (one,) = fetch(grantee, YEAR, grantee.layouts, tmp_path / str(number), {VARIABLE: postgres.url})
        assert one.path is not None
        files.append(one.path.read_bytes())
        postgres.run("update student set credits = credits")  # moves every row to another place of the table
    assert files[0] == files[1]


def test_all_tables_are_read_as_of_one_moment(tmp_path: Path, postgres: Server) -> None:
    postgres.run("insert into student values ('812120001', 'C1', '2023-24', 1)")
    # The first query waits; meanwhile somebody adds a student, whom the second query must not see alone.
    slow = f"select s.* from ({STUDENTS}) as s, pg_sleep(1)"
    grantee = write_grantee(tmp_path / "g", ("first", slow, COLUMNS), ("second", STUDENTS, COLUMNS))
    adding = subprocess.Popen([sys.executable, "-c", ADD, postgres.url])
    counts = [f.row_count for f in fetch(grantee, YEAR, grantee.layouts, tmp_path / "out", {VARIABLE: postgres.url})]
    assert adding.wait(30) == 0
    assert counts[0] == counts[1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read where Linux tells it")
def test_two_hundred_thousand_rows_pass_through_without_being_held(tmp_path: Path, postgres: Server) -> None:
    postgres.run(
        "insert into student select '8121' || lpad((i % 100000)::text, 5, '0'), repeat('x', 150), '2023-24', 1 "
        "from generate_series(1, 200000) i"
    )
    grantee = write_grantee(tmp_path / "g", ("student", STUDENTS, COLUMNS))
    command = [sys.executable, "-c", PEAK, str(grantee.folder / "grantee.toml"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={VARIABLE: postgres.url})
    row_count, megabytes = map(int, done.stdout.split())
    assert row_count == 200_000
    assert megabytes < 80, "all rows at once are 150 MB and more"


def test_a_query_without_rows_leaves_no_empty_file_that_would_be_refused(tmp_path: Path, postgres: Server) -> None:
    assert ask(tmp_path, postgres.url) == []
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "insert into student values ('812120001', 'C1', '2023-24', 1) returning student_id, college, year, credits",
        "delete from student", "select 1; delete from student", "select * into copied from student",
        "with gone as (delete from student returning *) select * from gone", "copy student to stdout",
        "select 1 /*! into outfile 'x' */", "select 1 --1 into outfile 'x'", "select $$;$$", "select E'\\\\'; drop'",
        "", "explain analyze select 1", "select '", "/* /* */ select 1 */ select 1", "call writing()",
    ],
)  # fmt: skip
def test_what_is_not_one_select_is_refused_before_it_is_sent(query: str) -> None:
    with pytest.raises(ConfigurationError, match=r"layout\.toml: query: "):
        read_only_statement(query, "layout.toml: query")


@pytest.mark.parametrize(
    "query",
    [
        "select 1", "  (select 1) union all (select 2);", "WITH a AS (select 1 AS b) select * from a",
        "select 'insert; -- it''s', \"update\" from t -- delete\n where x = :program_year /* drop; */",
        "select updated_at, created, last_update from t where y::text = cast(:start_year as text)",
    ],
)  # fmt: skip
def test_a_select_may_hold_any_text_name_and_comment(query: str) -> None:
    assert read_only_statement(query, "here") is not None


def functions(postgres: Server) -> None:
    postgres.run(
        "create or replace function writing() returns text language sql as "
        "$$insert into student values ('812120009', 'x', 'x', 1) returning student_id$$",
        "create sequence if not exists counting",
    )


@pytest.mark.parametrize(
    "query", ["select writing() as x", "select nextval('counting') as x", "select lo_create(0) as x"]
)
def test_a_function_that_writes_is_stopped_by_the_database_even_for_its_owner(
    tmp_path: Path, postgres: Server, query: str
) -> None:
    functions(postgres)
    with pytest.raises(ConfigurationError, match="writes"):
        ask(tmp_path, postgres.url, query, ("x",))
    assert postgres.one("select count(*) from student") == 0
    assert postgres.one("select is_called from counting") is False


def test_a_query_cannot_give_itself_the_right_to_write(tmp_path: Path, postgres: Server) -> None:
    functions(postgres)
    for query in (
        "select set_config('transaction_read_only', 'off', false) || writing() as x",
        "select x from (select set_config('default_transaction_read_only', 'off', false) as x) a, writing()",
    ):
        with pytest.raises(ConfigurationError):
            ask(tmp_path, postgres.url, query, ("x",))
    assert postgres.one("select count(*) from student") == 0


def test_an_sqlite_file_is_opened_for_reading_only(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "source file?.db", ("812120001", "C1", YEAR, 1.5), ("812120002", "C1", "2022-23", 2))
    before = (tmp_path / "source file?.db").read_bytes()
    assert [row["CREDITS"] for row in ask(tmp_path, sa.URL.create("sqlite", database=url[10:]).render_as_string())] == [
        "1.5"
    ]
    assert (tmp_path / "source file?.db").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("source")] == ["source file?.db"]


def test_no_new_sqlite_file_is_made_where_none_was(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="no connection"):
        ask(tmp_path, f"sqlite:///{tmp_path}/nothing.db")
    assert not (tmp_path / "nothing.db").exists()


def test_either_all_tables_of_a_year_are_there_or_none(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "s.db", ("812120001", "C1", YEAR, 1.5))
    grantee: Grantee = write_grantee(
        tmp_path / "g", ("first", STUDENTS, COLUMNS), ("second", "select student_id from gone", ("STUDENT_ID",))
    )
    with pytest.raises(ConfigurationError, match="no such table: gone"):
        fetch(grantee, YEAR, grantee.layouts, tmp_path / "out", {VARIABLE: url})
    assert list((tmp_path / "out").iterdir()) == []


def test_contract_a_streamed_result_asks_the_server_for_one_batch_at_a_time(postgres: Server) -> None:
    """What we rely on of SQLAlchemy and psycopg: a named cursor, so that the rows stay with the server."""
    engine = sa.create_engine(postgres.url)
    with engine.connect() as connection:
        options = {"stream_results": True, "yield_per": 10}
        result = connection.execute(sa.text("select generate_series(1, 1000)"), execution_options=options)
        assert isinstance(result.cursor, psycopg.ServerCursor)
        assert [len(rows) for rows in result.partitions(10)][:2] == [10, 10]
    engine.dispose()


def test_contract_sqlite_query_only_refuses_to_write(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "s.db")
    connection = sqlite3.connect(f"file:{tmp_path}/s.db?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("delete from student")
    connection.close()
