"""Does a file that lost or doubled rows on its way get in, although its own trailer counts other rows?"""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_example import aside, layout, read

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading.read import FileRefused

HEAD, TAIL = r"HDR\d{4}", r"TRL(?P<rows>[\d, ]+)"
COUNTED = layout("a", "b", header_record=HEAD, trailer_record=TAIL)
FIXED = layout("a:1:2", "b:3:2", kind="fixed_width", has_header=False, header_record=HEAD, trailer_record=TAIL)


@pytest.mark.parametrize(
    ("data", "header_lines"),
    [
        pytest.param(b"HDR2024\na,b\n1,2\n3,4\nTRL2\n", 3, id="plain"),
        pytest.param(b"a,b\nHDR2024\n1,2\n3,4\nTRL0002", 3, id="behind the header, zeros in front, no line end"),
        pytest.param(b"HDR2024\r\n\r\na,b\r\n1,2\r\n\r\n3,4\r\n\r\nTRL 2 \r\n\r\n", 7, id="blank lines"),
    ],
)
def test_a_file_whose_trailer_counts_its_rows_is_read(tmp_path: Path, data: bytes, header_lines: int) -> None:
    reading, rows = read(tmp_path / "f", data, COUNTED)
    assert rows == [[("1", "2"), ("3", "4")]]
    assert reading.header_line_count == header_lines
    assert reading.trailer[0].startswith("TRL")


def test_a_fixed_width_file_is_held_to_its_trailer_as_well(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "f", b"HDR2024 \n1234\n5678\nTRL2   \n", FIXED)
    assert rows == [[("12", "34"), ("56", "78")]]


def test_lines_that_could_not_be_read_count_as_sent(tmp_path: Path) -> None:
    """Otherwise every bad line would refuse the whole file twice: once too few, and once for the count."""
    reading, rows = read(tmp_path / "f", b"HDR2024\na,b\n1,2\n3\nTRL2\n", COUNTED)
    assert rows == [[("1", "2")]]
    assert aside(reading) == [(4, "line_field_count")]


@pytest.mark.parametrize(
    ("trailer", "words"),
    [
        pytest.param("TRL1,003", r"line 5 counts 1003 rows, the file has 2 \(1 read, 1 unreadable\)", id="lost"),
        pytest.param("TRL1", "counts 1 rows, the file has 2", id="doubled"),
        pytest.param("TRL , ", "holds no count of rows", id="no count"),
    ],
)
def test_a_file_with_other_rows_than_it_counts_is_refused_with_both_numbers(
    tmp_path: Path, trailer: str, words: str
) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        read(tmp_path / "f", f"HDR2024\na,b\n1,2\n3\n{trailer}\n".encode(), COUNTED)
    assert refused.value.reason_code == "file_trailer_matches"
    assert refused.value.reading, "all that is wrong is told at once, the bad line as well"
    assert aside(refused.value.reading) == [(4, "line_field_count")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"HDR2024\na,b\n1,2\n", "file_complete", id="no trailer"),
        pytest.param(b"HDR2024\na,b\n1,2\nTR", "file_complete", id="cut within the trailer"),
        pytest.param(b"a,b\n1,2\nTRL1\n", "file_header_matches_layout", id="no header record"),
    ],
)
def test_a_file_without_its_control_lines_is_refused_before_any_row_is_given(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(FileRefused, match=r"send the file again whole") as refused:
        read(tmp_path / "f", data, COUNTED)
    assert refused.value.reason_code == reason


def test_each_kind_of_record_may_have_its_own_count(tmp_path: Path) -> None:
    of_two = r"T(?P<rows_A>\d)(?P<rows_B>\d)"
    layouts = [
        layout("k", "x", record=code, record_column="k", **({"trailer_record": of_two} if code == "B" else {}))
        for code in "AB"
    ]
    _, rows = read(tmp_path / "f", b"A,1\nB,2\nA,3\nT21\n", *layouts)
    assert rows == [[("A", "1"), ("A", "3")], [("B", "2")]]
    with pytest.raises(FileRefused, match="counts 2 rows of record B, the file has 1"):
        read(tmp_path / "f", b"A,1\nB,2\nA,3\nT22\n", *layouts)


def test_a_pattern_that_is_none_is_a_fault_of_the_layout(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"trailer_record: .*correct it in the layout"):
        read(tmp_path / "f", b"a\n1\n", layout("a", trailer_record="("))
