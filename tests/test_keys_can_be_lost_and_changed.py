"""Can a key be changed, or replaced when lost, without splitting a person in two or leaving an old pseudonym behind?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from acts_example import ADA, ANA, CY, ENROLLMENTS, PLACE, STEWARDS, copy_of, cte, log_lines, office_of, taken_in
from intake_example import Example, enrollments

from pipelines.acts.rotate import rotate
from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.intake.archive import archived
from pipelines.intake.identity import (
    hmac_parameters,
    key_id,
    key_of,
    kind_sql,
    normalized_sql,
    pseudonym,
    pseudonym_sql,
)
from pipelines.validation.finding_ids import keep_ids
from pipelines.warehouse import open_in_memory

ROTATE = ("key", "rotate", "--grantee", "oregon", *STEWARDS)
PEOPLE = "select student_id from core.enrollment order by line_number"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home with accepted files, one of which replaced another."""
    made = taken_in(tmp_path_factory.mktemp("first"))
    done = cte(made, "accept", *PLACE, *STEWARDS)
    assert done.exit_code == 0, done.output
    made.put(ENROLLMENTS, enrollments(ADA, CY, ADA))
    made.night()
    return made


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def _key(example: Example) -> bytes:
    return key_of(example.home, "oregon", {})


def _pseudonyms(key: bytes) -> list[tuple[str]]:
    return [(pseudonym(key, person),) for person in (ADA, CY, ADA)]


def test_after_a_change_everybody_is_one_person_under_the_new_key_and_no_byte_holds_an_old_pseudonym(
    example: Example,
) -> None:
    old = _key(example)
    statuses = example.rows("select submission_id, status from quality.submission order by 1")
    assert example.rows(PEOPLE) == _pseudonyms(old)
    done = cte(example, *ROTATE)
    assert done.exit_code == 0, done.output
    new = _key(example)
    assert new != old
    assert example.rows(PEOPLE) == _pseudonyms(new)
    assert example.rows("select count(*) from history.enrollment") == [(2,)]
    assert example.rows("select submission_id, status from quality.submission order by 1") == statuses
    kept = [path for path in example.home.rglob("*") if path.is_file() and "archive" not in path.parts]
    for (text,) in set(_pseudonyms(old)):
        assert not [path.name for path in kept if text.encode() in path.read_bytes()]
    for secret in (old, new):
        held = [path.name for path in kept if secret in path.read_bytes() or secret.hex().encode() in path.read_bytes()]
        assert held == (["oregon.key"] if secret == new else []), "a key stands in its file and nowhere else"


def test_the_book_of_keys_says_which_key_was_used_since_when_and_the_act_who_changed_it(example: Example) -> None:
    old = key_id(_key(example))
    assert cte(example, *ROTATE).exit_code == 0
    new = key_id(_key(example))
    rows = example.rows("select key_id, first_used_at is not null, retired_at is null from quality.key order by 3")
    assert rows == [(old, True, False), (new, True, True)]
    assert new.encode() in log_lines(example)[-1]
    assert b'"kind":"rotate_key"' in log_lines(example)[-1]


def test_a_lost_key_is_made_good_from_the_archive_and_everybody_stays_one_person(example: Example) -> None:
    (example.home / "keys" / "oregon.key").unlink()
    example.put(ENROLLMENTS, enrollments(ADA))
    with pytest.raises(ConfigurationError, match="cte key rotate"):
        example.night()
    done = cte(example, *ROTATE)
    assert done.exit_code == 0, done.output
    assert example.rows(PEOPLE) == _pseudonyms(_key(example))


def test_a_key_is_not_changed_while_the_archive_lacks_a_file_because_its_people_could_not_be_renamed(
    example: Example,
) -> None:
    old = _key(example)
    sha = example.rows("select sha256 from quality.submission where status = 'read'")[0][0]
    archived(example.home, sha).unlink()
    done = cte(example, *ROTATE)
    assert (done.exit_code, ENROLLMENTS in done.output) == (2, True)
    assert _key(example) == old
    assert example.rows(PEOPLE) == _pseudonyms(old)


class Killed(BaseException):
    """In place of a kill, which nothing can catch."""


def _before(_do: Callable[..., object]) -> Callable[..., object]:
    def die(*_: object) -> object:
        raise Killed

    return die


def _after(do: Callable[..., object]) -> Callable[..., object]:
    def die(*arguments: object) -> object:
        do(*arguments)
        raise Killed

    return die


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("_put_new_key_in_place", _before),
        ("_put_new_key_in_place", _after),
        ("rebuild", _before),
        ("rebuild", _after),
        ("_write_key_book", _after),
    ],
    ids=["after the journal", "after the new key", "before the rebuilding", "after the rebuilding", "before the act"],
)
def test_a_change_broken_off_lets_no_night_mix_two_keys_and_ends_when_it_is_called_again(
    example: Example, monkeypatch: pytest.MonkeyPatch, step: str, when: Callable[..., Callable[..., object]]
) -> None:
    from pipelines.acts import rotate as room

    old = _key(example)
    with monkeypatch.context() as patched:
        patched.setattr(room, step, when(getattr(room, step)))
        with pytest.raises(Killed), office_of(example) as office:
            rotate(office, "oregon", ANA, lambda _: None)
    example.put(ENROLLMENTS, enrollments(ADA, CY, ADA, "812-12-0003"))
    with pytest.raises(ConfigurationError, match="cte key rotate --grantee oregon"):
        example.night()
    done = cte(example, *ROTATE)
    assert done.exit_code == 0, done.output
    assert example.rows(PEOPLE) == _pseudonyms(_key(example))
    assert _key(example) != old
    assert {row[0] for row in example.rows("select key_id from quality.key where retired_at is not null")} == {
        key_id(old)
    }
    assert sum(b"rotate_key" in line for line in log_lines(example)) == 1
    example.night()
    assert len(example.rows(PEOPLE)) == 4


def test_a_key_from_the_environment_is_changed_by_giving_the_new_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTE_KEY_OREGON", "ab" * 32)
    example = taken_in(tmp_path)
    done = cte(example, *ROTATE)
    assert (done.exit_code, "CTE_KEY_OREGON_NEXT" in done.output) == (2, True)
    monkeypatch.setenv("CTE_KEY_OREGON_NEXT", "cd" * 32)
    done = cte(example, *ROTATE)
    assert done.exit_code == 0, done.output
    assert "set CTE_KEY_OREGON to the new key" in done.output
    assert example.rows(PEOPLE) == _pseudonyms(b"\xcd" * 32)[:2]
    assert not (example.home / "keys" / "oregon.key").exists(), "a key that is kept elsewhere is not written down here"
    with pytest.raises(ConfigurationError, match="old key"):
        key_of(example.home, "oregon")
    monkeypatch.setenv("CTE_KEY_OREGON", "cd" * 32)
    assert key_of(example.home, "oregon") == b"\xcd" * 32


def test_a_finding_keeps_its_id_through_two_changes_of_key_and_one_resubmission() -> None:
    connection = open_in_memory()
    first = ("stable", "r", "core.student", "s1", 7, "sex", "oregon", "open")
    into = "(finding_id, rule_id, table_name, submission_id, line_number, column_name, grantee_id, state)"
    connection.execute(f"insert into quality.finding {into} values (?, ?, ?, ?, ?, ?, ?, ?)", list(first))
    assert _tonight(connection, "under-key-2", "s1", 7) == "under-key-2", "without a change of key nothing is renamed"
    connection.execute("insert into quality.key values ('oregon', 'k1', now()::timestamp, now()::timestamp)")
    assert _tonight(connection, "under-key-2", "s1", 7) == "stable"
    connection.execute("update quality.finding set submission_id = 's2', line_number = 9")
    assert _tonight(connection, "under-key-2", "s2", 9) == "stable", "the record, sent again, stands on another line"
    assert _tonight(connection, "under-key-3", "s2", 9) == "stable"
    assert _tonight(connection, "another", "s2", 10) == "another"
    connection.close()


def _tonight(connection: duckdb.DuckDBPyConnection, computed: str, submission_id: str, line: int) -> str:
    connection.execute(
        "create or replace temp table tonight as select ? as finding_id, 'r' as rule_id, 'core.student' as table_name, "
        "? as submission_id, ?::bigint as line_number, 'sex' as column_name",
        [computed, submission_id, line],
    )
    keep_ids(connection, "tonight")
    found = connection.execute("select finding_id from tonight").fetchone()
    return str(found[0]) if found else ""


@pytest.fixture(scope="module")
def memory() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize(
    ("grantee_id", "identifier", "kind"),
    [
        ("oregon", "000-12-3456", "impossible"),
        ("oregon", "666-12-3456", "impossible"),
        ("oregon", "812-00-3456", "impossible"),
        ("oregon", "812-12-0000", "impossible"),
        ("oregon", "812-12-0001", "ssn"),
        ("oregon", "001-01-0001", "ssn"),
        ("oregon", "665-99-9999", "ssn"),
        ("oregon", "667-01-0001", "ssn"),
        ("oregon", "912-12-3456", "local"),
        ("alabama", "990012345", "local"),
        ("alabama", "912-12-3456", "impossible"),
        ("florida", "000123456", "other"),
        ("delaware", "0001234567", "state"),
    ],
)
def test_a_number_that_no_card_ever_had_becomes_nobody_and_one_that_a_card_may_have_becomes_somebody(
    memory: duckdb.DuckDBPyConnection, grantee_id: str, identifier: str, kind: str
) -> None:
    told = kind_sql(normalized_sql("$id"), grantee(grantee_id))
    person = pseudonym_sql(normalized_sql("$id"), told)
    found = memory.execute(f"select {told}, {person} is null", {"id": identifier, **hmac_parameters(b"k" * 32)})
    assert found.fetchone() == (kind, kind == "impossible")
