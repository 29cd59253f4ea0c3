"""Is the encoding of a file found where none is declared, said with the reason, and no accent ever garbled for it?"""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_example import aside, layout, read

from pipelines.intake.reading.read import FileRefused

ANY = layout("id", "name", encoding="detect")
TEXT = "id,name\n" + "1,José\n2,Ann\n" * 5


@pytest.mark.parametrize(
    ("data", "encoding", "words"),
    [
        pytest.param(TEXT.encode(), "utf-8", "all of it is valid UTF-8", id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), "utf-8", "valid UTF-8", id="UTF-8 with mark"),
        pytest.param(b"id,name\n1,Ann\n", "utf-8", "no other characters than ASCII", id="ASCII"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16", "UTF-16", id="UTF-16 LE with mark"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", "UTF-16", id="UTF-16 BE with mark"),
        pytest.param(TEXT.encode("utf-16-le"), "utf-16", "UTF-16", id="UTF-16 LE without"),
        pytest.param(TEXT.encode("utf-16-be"), "utf-16", "UTF-16", id="UTF-16 BE without"),
        pytest.param(TEXT.encode("cp1252"), "cp1252", "line 2 is no UTF-8 .* none of the bytes", id="cp1252"),
    ],
)
def test_an_encoding_is_found_and_said_with_the_reason(tmp_path: Path, data: bytes, encoding: str, words: str) -> None:
    reading, rows = read(tmp_path / "f", data, ANY)
    assert reading.encoding == encoding
    assert rows[0][0] == ("1", "José" if len(rows[0]) > 1 else "Ann")
    with pytest.raises(AssertionError, match=f"read as {encoding}, because .*{words}"):
        raise AssertionError(reading.remarks[0])


def test_a_byte_that_cp1252_does_not_know_makes_it_latin_1(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", b"id,name\n1,Jos\xe9\n2,\x81\n", ANY)
    assert (reading.encoding, rows[0]) == ("latin-1", [("1", "José"), ("2", "\x81")])


def test_a_few_bad_lines_do_not_garble_the_accents_of_all_others(tmp_path: Path) -> None:
    reading, rows = read(tmp_path / "f", "id,name\n1,José\n2,Peña\n".encode() + b"3,Jos\xe9\n", ANY)
    assert (reading.encoding, rows[0]) == ("utf-8", [("1", "José"), ("2", "Peña")])
    assert aside(reading) == [(4, "line_encoding")]
    assert "2 lines have characters of UTF-8, although 1" in reading.remarks[0]


def test_what_is_declared_stays_strict(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="probably utf-8"):
        read(tmp_path / "f", TEXT.encode(), layout("id", "name", encoding="cp1252"))


@given(st.text("ab1é ñ€", min_size=1, max_size=30), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_written_in_any_of_them_is_what_is_read(tmp_path: Path, name: str, encoding: str) -> None:
    _, rows = read(tmp_path / "f", f"id,name\n1,{name}\n".encode(encoding), ANY)
    assert rows == [[("1", name)]]


@pytest.mark.parametrize("kind", ["delimited", "fixed_width"])
def test_a_byte_order_mark_in_the_middle_costs_the_line_where_files_were_joined(tmp_path: Path, kind: str) -> None:
    """What follows is often a second header; as data it would be an invisible character in front of an identifier."""
    form = layout("id:1:1", "name:3:3", kind=kind, has_header=False, encoding="utf-8")
    reading, rows = read(tmp_path / "f", "1,Ann\n\ufeff2,Bob\n3,Cyd\n".encode(), form)
    assert rows == [[("1", "Ann"), ("3", "Cyd")]]
    assert aside(reading) == [(2, "line_control_characters")]


def test_json_lines_are_detected_as_well(tmp_path: Path) -> None:
    form = layout("id", kind="json_lines", encoding="detect")
    reading, rows = read(tmp_path / "f", '{"id":"José"}'.encode("utf-16"), form)
    assert (reading.encoding, rows) == ("utf-16", [[("José",)]])
