"""Is nobody's identifier left in clear outside the archive, and is everybody still one person?"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_example import SSN, YEAR, Example, enrollments

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.intake.archive import archived, sha256_of, store
from pipelines.intake.identity import hmac_parameters, key_of, kind_sql, normalized_sql, pseudonym, pseudonym_sql

NAME = "enrollment_2023-24_FA.csv"
STUDENT_HEADER = (
    "COLLEGE,REPORT_YEAR,TERM,STUDENT_ID,BIRTHDATE,GENDER,HISPANIC,RACE,DISABILITY,ECON_DISADV,NONTRAD,"
    "SINGLE_PARENT,OUT_OF_WORKFORCE,ENGLISH_LEARNER,HOMELESS,FOSTER,MILITARY_PARENT"
)


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _kind(connection: duckdb.DuckDBPyConnection, identifier: str | None, grantee_id: str = "oregon") -> str:
    sql = kind_sql(normalized_sql("$id"), grantee(grantee_id))
    found = connection.execute(f"select {sql}", {"id": identifier}).fetchone()
    assert found
    return str(found[0])


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=100), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_the_pseudonym_made_in_the_database_is_the_hmac_that_others_can_check(
    connection: duckdb.DuckDBPyConnection, key: bytes, identifier: str
) -> None:
    sql = pseudonym_sql("$id", "'ssn'")
    found = connection.execute(f"select {sql}", {"id": identifier, **hmac_parameters(key)}).fetchone()
    assert found == (hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest(),)


@pytest.mark.parametrize("written", ["123-45-6788", "123456788", " 123 45 6788 ", "123-45-6788\t"])
def test_one_person_written_in_four_ways_stays_one_person(connection: duckdb.DuckDBPyConnection, written: str) -> None:
    sql = pseudonym_sql(normalized_sql("$id"), "'ssn'")
    found = connection.execute(f"select {sql}", {"id": written, **hmac_parameters(b"k" * 32)}).fetchone()
    assert found == (pseudonym(b"k" * 32, "123456788"),)


@pytest.mark.parametrize(
    "identifier",
    ["000000000", "999999999", "123456789", "123-45-6789", "990000000", "FL000000000000", "0", "XXXXXXXXX", "n/a",
     "Unknown", "987654321"],
)  # fmt: skip
def test_a_placeholder_never_becomes_a_person_that_thousands_share(
    connection: duckdb.DuckDBPyConnection, identifier: str
) -> None:
    assert _kind(connection, identifier) == "placeholder"
    sql = pseudonym_sql(normalized_sql("$id"), kind_sql(normalized_sql("$id"), grantee("oregon")))
    assert connection.execute(f"select {sql}", {"id": identifier, **hmac_parameters(b"k" * 32)}).fetchone() == (None,)


@pytest.mark.parametrize(
    ("grantee_id", "identifier", "kind"),
    [
        ("oregon", "123-45-6788", "ssn"),
        ("oregon", "990012345", "local"),
        ("alabama", "990012345", "local"),
        ("alabama", "123456788", "ssn"),
        ("florida", "fl 123456789012", "state"),
        ("florida", "123456788", "other"),
        ("oregon", "", "blank"),
        ("oregon", " - ", "blank"),
        ("oregon", None, "blank"),
    ],
)
def test_the_kind_of_an_identifier_is_told_by_the_forms_that_the_grantee_declares(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, identifier: str | None, kind: str
) -> None:
    assert _kind(connection, identifier, grantee_id) == kind


def test_a_sentinel_of_the_layout_is_a_blank_identifier(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute(f"select {normalized_sql('$id', ['ZZ-ZZ'])}", {"id": "zzzz"}).fetchone() == (None,)


def test_no_clear_identifier_is_left_anywhere_but_in_the_archive(example: Example) -> None:
    digits = SSN.replace("-", "")
    example.put(NAME, enrollments(SSN, "123456789", "", digits) + f"{SSN},odd line\n")
    example.put("student_2023-24_FA.csv", f"{STUDENT_HEADER}\nC1,{YEAR},FA,{SSN}{',' * 13}\n")
    example.put("placement_2023-24.csv", f"{SSN},a row where the header should be\n")
    example.night()
    assert any("placement" in line for line in example.said)
    kept = [p for p in example.home.rglob("*") if p.is_file() and "archive" not in p.parts]
    assert {p.name for p in kept} >= {"warehouse.duckdb", "oregon.key"}
    for text in (SSN, digits):
        assert not any(text in line for line in example.said), "an identifier was told to the operator"
        assert not any(text.encode() in p.read_bytes() for p in kept), "an identifier was stored in clear"
    student = example.rows("select student_id, student_id_kind from core.student")
    ids = example.rows("select student_id from core.enrollment order by line_number")
    assert ids == [student[0][:1], (None,), (None,), student[0][:1]]
    assert student[0][1] == "ssn"
    assert example.rows('select student_id_kind from raw."oregon__enrollment" order by line_number') == [
        ("ssn",), ("placeholder",), ("blank",), ("ssn",)
    ]  # fmt: skip


def test_only_the_owner_can_read_archive_keys_and_warehouse(example: Example) -> None:
    example.put(NAME, enrollments(SSN))
    example.night()
    paths = [example.home, *example.home.rglob("*")]
    assert len(paths) > 6
    assert not [p for p in paths if p.stat().st_mode & 0o077]


def test_the_archive_names_bytes_by_their_hash_and_never_writes_them_twice(tmp_path: Path) -> None:
    source = tmp_path / "file.csv"
    source.write_bytes(b"bytes as sent\r\n\xff")
    first = store(tmp_path / "home", source)
    assert (first.sha256, first.path) == (sha256_of(source), archived(tmp_path / "home", first.sha256))
    first.path.chmod(0o400)
    stamp = first.path.stat().st_mtime_ns
    assert store(tmp_path / "home", source) == first
    assert (first.path.read_bytes(), first.path.stat().st_mtime_ns) == (source.read_bytes(), stamp)
    assert [p for p in (tmp_path / "home" / "archive").iterdir() if p.is_file()] == []


def test_a_key_from_the_environment_is_hex_or_text_and_wins_over_the_file(tmp_path: Path) -> None:
    as_hex, as_text = {"CTE_KEY_OREGON": "ab" * 16}, {"CTE_KEY_UDC": "correct horse battery"}
    assert key_of(tmp_path, "oregon", as_hex) == bytes.fromhex("ab" * 16)
    assert key_of(tmp_path, "udc", as_text) == b"correct horse battery"
    assert not list((tmp_path / "keys").glob("*.key"))


def test_a_key_is_made_on_the_first_run_kept_and_told_apart_by_grantee(tmp_path: Path) -> None:
    first = key_of(tmp_path, "oregon", {})
    assert len(first) == 32
    assert key_of(tmp_path, "oregon", {}) == first
    assert key_of(tmp_path, "udc", {}) != first


def _short(home: Path) -> dict[str, str]:
    return {"CTE_KEY_OREGON": "secret"}


def _other(home: Path) -> dict[str, str]:
    key_of(home, "oregon", {})
    return {"CTE_KEY_OREGON": "another key, long enough"}


def _gone(home: Path) -> dict[str, str]:
    key_of(home, "oregon", {})
    (home / "keys" / "oregon.key").unlink()
    return {}


def _open(home: Path) -> dict[str, str]:
    key_of(home, "oregon", {})
    (home / "keys" / "oregon.key").chmod(0o640)
    return {}


@pytest.mark.parametrize(
    ("prepare", "fix"), [(_short, "16 bytes"), (_other, "old key"), (_gone, "restore"), (_open, "chmod")]
)
def test_a_key_that_would_split_or_betray_people_stops_the_run_with_the_fix(
    tmp_path: Path, prepare: Callable[[Path], dict[str, str]], fix: str
) -> None:
    environment = prepare(tmp_path)
    with pytest.raises(ConfigurationError, match=fix) as told:
        key_of(tmp_path, "oregon", environment)
    assert not any(value in str(told.value) for value in environment.values())


def test_every_identifier_that_the_schema_declares_is_hashed_by_some_layout() -> None:
    from pipelines.intake.raw_names import identifier_columns

    layouts = [f for g in ("oregon", "alabama", "florida", "delaware", "udc") for f in grantee(g).layouts]
    with_student = [f for f in layouts if f.column_to("student_id")]
    assert with_student
    assert all(identifier_columns(f) for f in with_student)
    marked = dataclasses.replace(
        with_student[0], columns=(dataclasses.replace(with_student[0].columns[0], pii="identifier"),)
    )
    assert identifier_columns(marked) == (marked.columns[0].name,)
