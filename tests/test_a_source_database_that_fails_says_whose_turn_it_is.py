"""Does a fault of a source database say who must act, without a password or a value, and spare the other grantees?"""

import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from source_database import COLUMNS, STUDENTS, VARIABLE, YEAR, Server, postgres_server, sqlite_file, write_grantee

from pipelines import grantee as grantees
from pipelines.configuration import ConfigurationError
from pipelines.home import claim, lock
from pipelines.intake.database.fetch import fetch
from pipelines.intake.database.nightly import fetch_sources, forget, years_asked
from pipelines.intake.database.settings import DatabaseSource, SourceUnreachable, source_of

PERSON = "812120042"
TODAY = date(2024, 8, 1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with postgres_server() as server:
        server.run(f"insert into student values ('{PERSON}', 'C1', '{YEAR}', 1)")
        server.run("create table hidden (student_id text)")
        yield server


def fault_of(
    folder: Path, url: str, query: str, columns: tuple[str, ...] = ("x",), source: str = ""
) -> ConfigurationError | SourceUnreachable:
    grantee = write_grantee(folder / "grantees", ("student", query, columns), source=source)
    with pytest.raises((ConfigurationError, SourceUnreachable)) as caught:
        fetch(grantee, YEAR, grantee.layouts, folder / "out", {VARIABLE: url})
    told = "".join(traceback.format_exception(caught.value, chain=True))
    shown = f"{told} {caught.value.__context__!r} {caught.value.__cause__!r}"
    assert PERSON not in shown, "the text of a driver quotes values"
    assert "verysecret" not in shown
    assert not [p for p in folder.glob("out/*") if p.is_file()], "half a file was left behind"
    return caught.value


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select gone as x from student", 'column "gone" does not exist'),
        ("select 1 as x from gone", 'relation "gone" does not exist'),
        ("select 1 as x from", "syntax error at end of input"),
        ("select nofunction(student_id) as x from student", "function nofunction"),
        ("select year > 5 as x from student", "operator does not exist: text > integer"),
        ("select student_id::date as x from student", "SQLSTATE 22"),
        ("select 1 as y from student", "no column x in its result"),
        ("select 1 as x, 2 as x from student", "two columns are called x"),
        ("select :person as x", ":person: no such parameter"),
        ("select date 'infinity' as x", "cannot work it out"),
    ],
)
def test_a_query_that_cannot_work_is_a_fault_of_the_layout_named_by_file_and_key(
    tmp_path: Path, postgres: Server, query: str, said: str
) -> None:
    fault = fault_of(tmp_path, postgres.url, query)
    assert isinstance(fault, ConfigurationError)
    assert "layout.toml: [[file]] 'student' query: " in str(fault)
    assert said in str(fault)


@pytest.mark.parametrize(
    ("query", "said"), [("select gone as x from student", "no such column: gone"), ("select 1 as x from gone", "gone")]
)
def test_sqlite_names_what_is_missing_too(tmp_path: Path, query: str, said: str) -> None:
    fault = fault_of(tmp_path, sqlite_file(tmp_path / "s.db", (PERSON, "C1", YEAR, 1)), query)
    assert isinstance(fault, ConfigurationError)
    assert said in str(fault)


def test_text_that_is_no_utf8_is_told_without_the_text(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "s.db", (PERSON, "C1", YEAR, 1))
    broken = f"select cast(x'{PERSON.encode().hex()}ff' as text) as x"
    assert "no UTF-8" in str(fault_of(tmp_path, url, broken))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", f"{VARIABLE} is not set"),
        ("no url with verysecret", "holds no URL that can be read"),
        ("postgresql://reader:verysecret@127.0.0.1:1/cte", "postgresql 127.0.0.1:1/cte: no connection"),
        ("postgresql://reader:verysecret@/cte?host=/nowhere", "no connection"),
        ("postgresql+pg8000://reader:verysecret@localhost/cte", "pip install pg8000"),
        ("mysql://reader:verysecret@localhost/cte", "pip install mysqlclient"),
        ("nobase://reader:verysecret@localhost/cte", "knows no database 'nobase'"),
        ("postgresql://reader:verysecret@localhost:many/cte", "holds no URL"),
        ("sqlite:////nowhere/at/all.db", "no connection"),
    ],
    ids=lambda text: text.partition(":")[0].replace(" ", "_")[:20] or "none",
)
def test_a_source_that_cannot_be_reached_is_a_fault_of_the_system(tmp_path: Path, url: str, said: str) -> None:
    fault = fault_of(tmp_path, url, STUDENTS, COLUMNS)
    assert isinstance(fault, SourceUnreachable)
    assert str(fault).startswith("example: source database: ")
    assert said in str(fault)


def test_a_wrong_password_is_told_as_one(tmp_path: Path, postgres: Server) -> None:
    postgres.run("alter system set password_encryption = 'scram-sha-256'")
    settings = Path(str(postgres.one("show hba_file")))
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f"local all reader scram-sha-256\n{before}", encoding="utf-8")
    postgres.run("select pg_reload_conf()", "alter role reader password 'another one'", "select pg_sleep(0.2)")
    fault = fault_of(tmp_path, postgres.reader_url, STUDENTS, COLUMNS)
    settings.write_text(before, encoding="utf-8")
    postgres.run("select pg_reload_conf()")
    assert isinstance(fault, SourceUnreachable)
    assert f"user or password is not accepted; correct them in {VARIABLE}" in str(fault)


def test_a_table_that_the_user_may_not_read_is_for_who_grants_it(tmp_path: Path, postgres: Server) -> None:
    fault = fault_of(tmp_path, postgres.reader_url, "select student_id as x from hidden")
    assert isinstance(fault, SourceUnreachable)
    assert "grant it SELECT" in str(fault)


def test_a_query_that_never_ends_is_stopped(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseSource, "timeout_seconds", property(lambda _: 1))
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) as x from n"
    for url in (postgres.url, sqlite_file(tmp_path / "s.db")):
        fault = fault_of(tmp_path, url, endless)
        assert isinstance(fault, SourceUnreachable)
        assert "timeout_minutes" in str(fault)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('url = "postgresql://a:verysecret@b/c"', "never stands in a file"),
        ("year = 2", "year: no such key"),
        ("years = 0", "years = 0"),
        ("years = true", "years = True"),
        ("timeout_minutes = 9999", "from 1 to 1440"),
        ('url_env = "not a name"', "url_env"),
    ],
)
def test_settings_that_cannot_be_used_are_told_by_file_and_key(tmp_path: Path, source: str, said: str) -> None:
    grantee = write_grantee(tmp_path, ("student", STUDENTS, COLUMNS), source=source)
    with pytest.raises(ConfigurationError, match=r"grantee\.toml: \[source\]") as caught:
        source_of(grantee)
    assert said in str(caught.value)
    assert "verysecret" not in str(caught.value)


@pytest.mark.parametrize("name", ["student_{term_code}.db", "../student.db", ".student.db"])
def test_a_file_name_that_no_year_can_fill_is_refused(tmp_path: Path, name: str) -> None:
    grantee = write_grantee(tmp_path, ("student", STUDENTS, COLUMNS))
    layout = grantee.folder / "layout.toml"
    layout.write_text(layout.read_text(encoding="utf-8").replace("student_{program_year}.db", name), encoding="utf-8")
    grantees.read_grantee.cache_clear()
    again = grantees.read_grantee(grantee.folder / "grantee.toml")
    grantees.file_layouts.cache_clear()
    with pytest.raises(ConfigurationError, match="file_name"):
        fetch(again, YEAR, again.layouts, tmp_path / "out", {})


def own_grantee(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str = "") -> None:
    write_grantee(folder / "own", ("student", STUDENTS, COLUMNS), source=source)
    monkeypatch.setenv("CTE_GRANTEES", str(folder / "own"))


def test_a_night_asks_for_the_current_year_and_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(PERSON, "C1", year, 1) for year in ("2022-23", "2023-24", "2024-25")]
    own_grantee(tmp_path, monkeypatch)
    said: list[str] = []
    faults: list[SourceUnreachable] = []
    environment = {VARIABLE: sqlite_file(tmp_path / "s.db", *rows[:2])}
    folder = fetch_sources(tmp_path / "home", TODAY, said.append, faults, environment=environment)
    assert faults == []
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.db")] == ["example/2023-24/student_2023-24.db"]
    assert said == [
        "example/2023-24/student_2023-24.db: 1 rows from the database",
        "example/2024-25/student_2024-25.db: the database has no rows yet",
    ]
    assert all(p.stat().st_mode & 0o077 == 0 for p in (folder.parent, folder, *folder.rglob("*")))
    forget(tmp_path / "home")
    assert not folder.exists(), "clear identifiers would stay behind"


def test_program_years_begin_on_the_first_of_july() -> None:
    source = DatabaseSource("example", VARIABLE, years=3)
    assert years_asked(source, date(2024, 6, 30)) == ["2021-22", "2022-23", "2023-24"]
    assert years_asked(source, date(2024, 7, 1))[-1] == "2024-25"
    assert years_asked(source, date(2099, 7, 1))[-1] == "2099-00"


def test_one_source_that_is_down_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_grantee(tmp_path, monkeypatch)
    faults: list[SourceUnreachable] = []
    folder = fetch_sources(tmp_path / "home", TODAY, lambda _: None, faults, environment={})
    assert [fault.grantee_id for fault in faults] == ["example"]
    assert folder.is_dir()


def test_invented_records_never_meet_those_of_a_real_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_grantee(tmp_path, monkeypatch)
    claim(tmp_path / "home", is_sample=True)
    environment = {VARIABLE: sqlite_file(tmp_path / "s.db", (PERSON, "C1", YEAR, 1))}
    folder = fetch_sources(tmp_path / "home", TODAY, lambda _: None, [], environment=environment)
    assert list(folder.rglob("*")) == []


def test_what_a_night_that_died_had_fetched_is_removed_by_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / "home" / "tmp" / "sources" / "example" / YEAR
    left.mkdir(parents=True)
    (left / "student.db").write_text(PERSON, encoding="utf-8")
    with lock(tmp_path / "home", "a run"):
        assert list((tmp_path / "home" / "tmp").iterdir()) == []
