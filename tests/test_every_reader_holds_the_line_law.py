"""Whatever bytes arrive: does every reader account for each line, and refuse in words where it cannot read?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_example import aside, layout, read

from pipelines.intake.reading.lines_source import FileBytes
from pipelines.intake.reading.read import FileRefused, count_physical_lines, read_file
from pipelines.layouts import FileLayout

LINE_END = re.compile(rb"\r\n|\n|\r")
KINDS = {
    "delimited": [layout("a", "b", has_header=False, quote='"')],
    "detected": [layout("a", "b?", encoding="detect", header_record="H.*", trailer_record="T(?P<rows>.)")],
    "fixed width": [layout("a:1:1", "b:2:1", kind="fixed_width", has_header=False)],
    "records": [layout("k", "b", record="a", record_column="k"), layout("k", record="b", record_column="k")],
    "fixed records": [
        layout("k:1:1", kind="fixed_width", record="a", record_width=1),
        layout("k:1:1", "b:2:1", kind="fixed_width", record="b", record_width=1),
    ],
    "JSON lines": [layout("a", "b?", kind="json_lines", encoding="detect")],
    "Parquet": [layout("a", kind="parquet")],
}
TRICKY = st.text(alphabet='ab,"\n\r 5\té\x00HT{}:\ufeff', max_size=60).map(str.encode)
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.one_of(st.binary(max_size=200), TRICKY))
@QUIET
def test_no_bytes_whatever_make_a_line_vanish_or_the_reader_fall(tmp_path: Path, kind: str, data: bytes) -> None:
    layouts = KINDS[kind]
    try:
        reading, _ = read(tmp_path / "f", data, *layouts)
    except FileRefused:
        pass
    else:
        assert reading.physical_line_count == count_physical_lines(tmp_path / "f", layouts)
        if reading.encoding in ("utf-8", "cp1252", "latin-1"):
            parts = LINE_END.split(data)
            assert reading.physical_line_count == len(parts) - (parts[-1] == b"")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Parquet"])
@given(lines=st.lists(st.sampled_from([b"a,1", b"b", b"a1", b"b1", b'{"a":1}', b'"a",1', b"", b"x", b"H", b"T3"])))
@QUIET
def test_files_that_are_nearly_right_are_read_or_told_line_by_line(
    tmp_path: Path, kind: str, lines: list[bytes]
) -> None:
    try:
        reading, rows = read(tmp_path / "f", b"\n".join(lines) + b"\n", *KINDS[kind])
    except FileRefused:
        pass
    else:
        assert reading.header_line_count + sum(map(len, rows)) + reading.quarantined.height == max(len(lines), 1)


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
@QUIET
def test_no_flipped_byte_of_a_parquet_file_brings_the_reader_down(tmp_path: Path, at: int, byte: int) -> None:
    pq.write_table(pa.table({"a": ["x", "y", "z"]}), tmp_path / "g")
    data = bytearray((tmp_path / "g").read_bytes())
    data[at % len(data)] = byte
    try:
        reading, rows = read(tmp_path / "f", bytes(data), *KINDS["Parquet"])
    except FileRefused:
        pass
    else:
        assert len(rows[0]) + reading.quarantined.height == reading.physical_line_count


@pytest.mark.parametrize(
    ("data", "row_count", "reasons"),
    [
        pytest.param(b"a,b\r\n1,2\r3,4\n5,6\n", 3, [], id="mixed line ends"),
        pytest.param(b"a,b\n1,\x00\n3,4\n", 1, [(2, "line_control_characters")], id="NUL"),
        pytest.param(b"a,b\n1," + b"x" * (10 << 20) + b"\n3,4\n", 2, [], id="a line of 10 MB"),
        pytest.param(b'a,b\n1,"' + b"x" * (10 << 20) + b"\n3,4\n", 1, [(2, "line_quote_balanced")], id="open 10 MB"),
        pytest.param(b"a,b\n1," + b"," * (10 << 20) + b"\n3,4\n", 1, [(2, "line_field_count")], id="10 M fields"),
        pytest.param(b"a,b\n", 0, [], id="header only"),
        pytest.param(b"a,,b,a x,a x\n1,2,3,4,5\n", 1, [], id="empty and repeated names that nobody needs"),
    ],
)
def test_hostile_files_are_read_or_told(
    tmp_path: Path, data: bytes, row_count: int, reasons: list[tuple[int, str]]
) -> None:
    reading, rows = read(tmp_path / "f", data, layout("a", "b"))
    assert (len(rows[0]), aside(reading)) == (row_count, reasons)


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(10_000)]
    data = ",".join(names) + "\n" + ",".join("1" * 10_000) + "\n"
    _, rows = read(tmp_path / "f", data.encode(), layout(*names))
    assert rows == [[tuple("1" * 10_000)]]


def test_a_file_that_grows_while_it_is_read_is_refused_with_the_fix(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"a,b\n1,2\n")

    def grow(_layout: FileLayout, _rows: pl.DataFrame) -> None:
        with path.open("ab") as file:
            file.write(b"3,4\n")

    with pytest.raises(FileRefused, match="changed while it was read; wait until") as refused:
        read_file(path, [layout("a", "b")], grow)
    assert refused.value.reason_code == "file_readable"


def test_a_file_that_shrinks_while_it_is_read_is_refused_and_kills_nobody(tmp_path: Path) -> None:
    """Mapped into memory, the bytes that are gone would end the process with a bus error."""
    path = tmp_path / "f"
    path.write_bytes(b"x" * (3 << 20))
    with pytest.raises(FileRefused, match="changed while it was read"):
        _read_while_it_shrinks(path)
    assert refused_words(tmp_path / "gone") == "the file cannot be opened (No such file or directory)"


def _read_while_it_shrinks(path: Path) -> None:
    with FileBytes(path) as data:
        assert data[:10] == b"x" * 10
        os.truncate(path, 0)
        assert data[2 << 20 : 3 << 20]


def refused_words(path: Path) -> str:
    with pytest.raises(FileRefused) as refused:
        count_physical_lines(path)
    return str(refused.value).split(";")[0]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 24 MB and one of 192 MB are read with nearly the same memory: only the places of lines add up."""
    program = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from pipelines.intake.reading.read import read_file
from reading_example import layout
read_file(Path(sys.argv[1]), [layout(*[f"c{i}" for i in range(20)])], lambda *_: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""
    peaks = []
    for count in (100_000, 800_000):
        path = tmp_path / f"{count}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(",".join(f"c{i}" for i in range(20)) + "\n")
            for _ in range(count // 1000):
                file.write((",".join(["12345678901"] * 20) + "\n") * 1000)
        told = subprocess.run(
            [sys.executable, "-c", program, path, Path(__file__).parent], capture_output=True, check=True, text=True
        )
        peaks.append(int(told.stdout))
        path.unlink()
    assert peaks[1] < peaks[0] + 100
