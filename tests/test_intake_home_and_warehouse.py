"""Do sample and real records, two nights at once, and versions of the program stay apart in a home?"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.configuration import ConfigurationError
from pipelines.home import HomeLocked, claim, is_sample_home, is_sample_inbox, lock
from pipelines.warehouse import declared_tables, open_in_memory, open_warehouse


@pytest.mark.parametrize("first", [True, False])
def test_a_home_of_one_kind_never_takes_records_of_the_other(tmp_path: Path, first: bool) -> None:
    assert is_sample_home(tmp_path) is None
    claim(tmp_path, is_sample=first)
    claim(tmp_path, is_sample=first)
    with pytest.raises(ConfigurationError, match="CTE_HOME"):
        claim(tmp_path, is_sample=not first)
    assert is_sample_home(tmp_path) is first


def test_an_inbox_is_invented_only_if_it_says_so(tmp_path: Path) -> None:
    assert not is_sample_inbox(tmp_path)
    (tmp_path / "FICTIONAL.txt").write_text("")
    assert is_sample_inbox(tmp_path)


def test_the_second_night_at_once_is_told_which_run_is_the_first(tmp_path: Path) -> None:
    told = pytest.raises(HomeLocked, match=rf"run-1 \(process {os.getpid()}\)")
    with lock(tmp_path, "run-1"), told, lock(tmp_path, "run-2"):
        pass
    with lock(tmp_path, "run-3"):
        pass


def _hold_and_die(home: Path) -> None:
    with lock(home, "killed"):
        os._exit(9)


def test_a_run_that_was_killed_does_not_keep_the_home_locked(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_hold_and_die, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    with lock(tmp_path, "next"):
        pass


def test_the_warehouse_has_each_declared_table_with_its_comments() -> None:
    connection = open_in_memory()
    found = dict(connection.execute("select schema_name || '.' || table_name, comment from duckdb_tables()").fetchall())
    bare = connection.execute("select count(*) from duckdb_columns() where comment is null and schema_name = 'core'")
    assert bare.fetchone() == (0,)
    for table in declared_tables():
        assert found[table.fullname] == table.comment
    connection.close()


def test_a_row_that_breaks_keys_and_requirements_lands_so_that_it_can_be_judged() -> None:
    connection = open_in_memory()
    for _ in range(2):
        connection.execute("insert into core.student (grantee_id) values ('oregon')")
    assert connection.execute("select count(*) from core.student").fetchone() == (2,)
    connection.close()


def test_a_warehouse_of_an_earlier_version_gets_its_new_tables_and_columns_and_keeps_its_rows(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as connection:
        connection.execute("insert into quality.submission (submission_id, message) values ('a', 'b')")
        connection.execute("alter table quality.submission drop column message")
        connection.execute("drop table core.placement")
    with open_warehouse(tmp_path) as connection:
        assert connection.execute("select submission_id, message from quality.submission").fetchall() == [("a", None)]
        assert connection.execute("select count(*) from core.placement").fetchone() == (0,)


def test_an_upgrade_runs_once_and_a_later_program_version_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_warehouse(tmp_path) as connection:
        connection.execute("insert into quality.run (run_id) values ('a')")
    with monkeypatch.context() as later:
        later.setattr(warehouse, "VERSION", 2)
        later.setattr(
            warehouse, "UPGRADES", {2: ("update quality.run set code_version = run_id || coalesce(code_version, '')",)}
        )
        for _ in range(2):
            with open_warehouse(tmp_path) as connection:
                assert connection.execute("select code_version from quality.run").fetchall() == [("a",)]
    with pytest.raises(ConfigurationError, match="later version"), open_warehouse(tmp_path):
        pass


def test_a_new_warehouse_runs_no_upgrades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse, "VERSION", 2)
    monkeypatch.setattr(warehouse, "UPGRADES", {2: ("select * from a_table_that_never_was",)})
    with open_warehouse(tmp_path) as connection:
        assert connection.execute("select max(schema_version) from quality.schema_version").fetchone() == (2,)
