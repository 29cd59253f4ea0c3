"""When does the line reader refuse a whole file, does it say the fix, and does it keep people's values to itself?"""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_example import read_text

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading.lines import Field, FileRefused, TextFormat, mask
from pipelines.intake.reading.lines_mask import mask_all

PLAIN = TextFormat("delimited", (Field("student_id"), Field("name")))
ACCENTED = "student_id,name\n" + "1,José\n" * 30


def encoded_as(encoding: str) -> TextFormat:
    return TextFormat("delimited", PLAIN.fields, encoding=encoding)


@pytest.mark.parametrize(
    ("data", "declared", "reason", "words"),
    [
        pytest.param(b"", "utf-8", "file_not_empty", "0 bytes", id="nothing"),
        pytest.param(b"\r\n \n", "utf-8", "file_not_empty", "only blank lines", id="blank lines"),
        pytest.param(b"\xef\xbb\xbf\r\n", "utf-8", "file_not_empty", "only blank lines", id="a byte order mark"),
        pytest.param("\r\n".encode("utf-16"), "utf-16", "file_not_empty", "only blank", id="blank UTF-16"),
        pytest.param(b"PK\x03\x04" + bytes(50), "utf-8", "file_is_text", "save the sheet as CSV", id="workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(50), "cp1252", "file_is_text", "old Excel", id="old workbook"),
        pytest.param(b"%PDF-1.7 ...", "utf-8", "file_is_text", "PDF", id="pdf"),
        pytest.param(b"a\x00\x01b\nc\x00\x02\x03d\n", "utf-8", "file_is_text", "2 of 2 lines", id="other binary"),
        pytest.param(b"\x9d\x00\xff\n\x81b\xfe\n", "utf-8", "file_is_text", "2 of 2 lines", id="noise"),
        pytest.param(ACCENTED.encode("utf-16"), "utf-8", "file_encoding_as_declared", "utf-16", id="UTF-16"),
        pytest.param(ACCENTED.encode("utf-16-le"), "utf-8", "file_encoding_as_declared", "utf-16", id="unmarked"),
        pytest.param(ACCENTED.encode(), "utf-16", "file_encoding_as_declared", "probably utf-8", id="no UTF-16"),
        pytest.param(ACCENTED.encode("cp1252"), "utf-8", "file_encoding_as_declared", "cp1252", id="cp1252"),
        pytest.param(ACCENTED.encode(), "cp1252", "file_encoding_as_declared", "garbled", id="UTF-8 as cp1252"),
        pytest.param(ACCENTED.encode(), "latin-1", "file_encoding_as_declared", "garbled", id="UTF-8 as latin-1"),
    ],
)
def test_a_file_that_is_no_text_as_declared_is_refused_with_the_fix(
    data: bytes, declared: str, reason: str, words: str
) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        read_text(data, encoded_as(declared))
    assert refused.value.reason_code == reason


def test_accented_names_alone_are_not_silently_dropped_for_a_wrong_encoding() -> None:
    """Quarantining 3 % of a file line by line would drop exactly the José and Peña of a college from every count."""
    data = "student_id,name\n" + "1,Ann\n" * 970 + "2,José\n" * 30
    with pytest.raises(FileRefused, match="30 of 1001 lines cannot be read, the first is line 972"):
        read_text(data.encode("cp1252"), PLAIN)


def test_a_few_bad_bytes_do_not_cost_the_file() -> None:
    data = "student_id,name\n" + "1,Ann\n" * 970 + "2,José\n" * 19
    reading = read_text(data.encode("cp1252"), PLAIN)
    assert (reading.rows.height, reading.quarantined.height) == (970, 19)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
def test_a_byte_order_mark_is_tolerated_and_told(encoding: str) -> None:
    reading = read_text(b"\xef\xbb\xbfstudent_id,name\n1,Ann\n", encoded_as(encoding))
    assert reading.has_byte_order_mark
    assert reading.header == ("student_id", "name")


def test_columns_are_found_by_name_in_any_order_and_letter_case() -> None:
    reading = read_text(b"NAME, Student_ID ,cohort,,cohort\nAnn,1,x,y,z\n", PLAIN)
    assert reading.rows.drop("line_number", "line_count").rows(named=True) == [
        {"student_id": "1", "name": "Ann", "cohort": "x", "column 4": "y", "cohort (again)": "z"}
    ]
    assert reading.unexpected_columns == ("cohort", "column 4", "cohort (again)")


def test_a_column_of_the_sender_never_takes_the_name_of_ours() -> None:
    reading = read_text(b"student_id,name,line_number,LINE_COUNT\n1,Ann,7,8\n", PLAIN)
    assert reading.rows.row(0, named=True) == {
        "student_id": "1", "name": "Ann", "line_number (again)": "7", "LINE_COUNT": "8",
        "line_number": 2, "line_count": 1,
    }  # fmt: skip


def test_an_optional_column_that_is_absent_is_null_and_told() -> None:
    fields = (*PLAIN.fields, Field("email", is_optional=True))
    reading = read_text(b"student_id,name\n1,\n", TextFormat("delimited", fields))
    assert reading.rows.row(0)[:3] == ("1", "", None)
    assert reading.missing_columns == ("email",)


def test_without_header_optional_columns_may_be_absent_at_the_end_of_all_lines() -> None:
    fields = (*PLAIN.fields, Field("email", is_optional=True))
    short = read_text(b"1,Ann\n2,Bo\n3,Cy,x@y\n", TextFormat("delimited", fields, has_header=False))
    assert short.rows["student_id"].to_list() == ["1", "2"]
    assert short.quarantined["line_number"].to_list() == [3]
    assert short.missing_columns == ("email",)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("student_id,nom", r"line 1: .*'name' is missing; add it.*Found: student_id, nom"),
        ("student_id,name,Name", "'name' stands there twice; keep one"),
        ("student_id;name", "delimiter another one"),
        ('student_id,"name', "close each quote"),
    ],
)
def test_a_header_that_does_not_match_names_the_column_and_the_fix(header: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        read_text(f"{header}\n1,Ann\n".encode(), PLAIN)
    assert refused.value.reason_code == "file_header_matches_layout"


def test_a_file_of_titles_alone_is_refused_for_its_header() -> None:
    with pytest.raises(FileRefused, match="'student_id' is missing"):
        read_text(b"A title\n\n", TextFormat("delimited", PLAIN.fields, title_lines=1))


def test_a_file_without_header_does_not_show_its_first_person_in_the_message() -> None:
    with pytest.raises(FileRefused) as refused:
        read_text(b"123456789,Rivera\n", PLAIN)
    assert "999999999, AAAAAA" in str(refused.value)
    assert "Rivera" not in str(refused.value)


@given(st.text())
def test_an_excerpt_shows_the_shape_and_no_letter_or_digit_of_it(text: str) -> None:
    shape = mask(text)
    assert len(shape) <= 81
    assert not {c for c in shape if unicodedata.category(c)[0] in "LNMC"} - {"A", "9"}
    assert mask_all(pl.Series([text]))[0] == shape or any(unicodedata.category(c) == "Cn" for c in text)


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ""},
        {"delimiter": "||"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
        {"quote": "§"},
        {"fields": ()},
        {"fields": (Field("a"), Field("A "))},
        {"fields": (Field("line_number"),)},
        {"kind": "fixed_width"},
    ],
)
def test_a_format_that_cannot_be_read_is_a_fault_of_the_configuration_not_of_the_file(
    options: dict[str, object],
) -> None:
    with pytest.raises(ConfigurationError, match=r"fields|delimiter"):
        TextFormat(**({"kind": "delimited", "fields": PLAIN.fields} | options))  # type: ignore[arg-type]


def test_an_unsupported_encoding_is_named_with_the_supported_ones() -> None:
    with pytest.raises(ConfigurationError, match="'ebcdic' is not supported; use utf-8"):
        read_text(b"a\n1\n", encoded_as("ebcdic"))


@pytest.mark.parametrize(("year", "lines"), [(2021, 6290), (2022, 6257)])
def test_the_published_directories_of_institutions_are_read_to_the_last_line(
    real_data: Path, year: int, lines: int
) -> None:
    with zipfile.ZipFile(real_data / "ipeds" / f"HD{year}.zip") as archive:
        data = archive.read(archive.namelist()[0])
    fields = (Field("UNITID"), Field("INSTNM"), Field("INSTCAT"))
    reading = read_text(data, TextFormat("delimited", fields, encoding="latin-1"))
    assert (reading.physical_line_count, reading.header_line_count, reading.rows.height) == (lines, 1, lines - 1)
