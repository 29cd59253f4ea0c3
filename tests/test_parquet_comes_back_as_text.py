"""Does every value of a Parquet file land as the text that a person would write for it, none rounded or rephrased?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_example import aside, layout, read

from pipelines.intake.reading.read import FileReading, FileRefused, count_physical_lines
from pipelines.layouts import FileLayout

NEW_YEAR = datetime(2024, 1, 1)  # noqa: DTZ001 - Parquet's times need no zone
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def written(path: Path, columns: dict[str, Any], **options: Any) -> bytes:
    pq.write_table(pa.table(columns), path, **options)
    return path.read_bytes()


def read_columns(path: Path, columns: dict[str, Any], *names: str) -> tuple[FileReading, list[tuple[Any, ...]]]:
    reading, rows = read(path, written(path, columns), of(*(names or columns)))
    return reading, rows[0]


def of(*names: str) -> FileLayout:
    return layout(*names, kind="parquet")


@pytest.mark.parametrize(
    ("column", "landed"),
    [
        (pa.array(["007", "", None]), ["007", "", None]),
        (pa.array(["é", "a\nb", None], pa.large_string()), ["é", "a\nb", None]),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array([1, -(2**63), None]), ["1", "-9223372036854775808", None]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([5.0, 0.1, -0.0, None]), ["5.0", "0.1", "-0.0", None]),
        (pa.array([0.1, 16777216.0], pa.float32()), ["0.1", "16777216.0"]),
        (pa.array([Decimal("1.50"), Decimal("-0.01")]), ["1.50", "-0.01"]),
        (pa.array([Decimal("1.50")], pa.decimal256(60, 2)), ["1.50"]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([date(2024, 2, 29), date(1, 1, 1)]), ["2024-02-29", "0001-01-01"]),
        (pa.array([NEW_YEAR, NEW_YEAR + timedelta(seconds=3723.004)]),
         ["2024-01-01", "2024-01-01 01:02:03.004000"]),
        (pa.array([datetime(2024, 1, 31, 5, tzinfo=UTC)], pa.timestamp("ms", "America/New_York")),
         ["2024-01-31 00:00:00-05:00"]),
        (pa.array([time(1, 2, 3)]), ["01:02:03"]),
        (pa.array([b"abc", None]), ["abc", None]),
        (pa.nulls(2), [None, None]),
    ],
    ids=["text", "large text", "dictionary", "whole", "unsigned", "float", "short float", "decimal", "long decimal",
         "yes or no", "date", "time of day", "time with zone", "clock", "bytes", "nothing"],
)  # fmt: skip
def test_each_type_lands_as_text(tmp_path: Path, column: pa.Array, landed: list[str | None]) -> None:
    _, rows = read_columns(tmp_path / "f", {"x": column})
    assert [value for (value,) in rows] == landed


@given(st.lists(FLOATS, min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_float_lands_as_a_text_that_gives_it_back_and_is_no_longer_than_it_must_be(
    tmp_path: Path, numbers: list[float]
) -> None:
    """Held against Python's own shortest text; this also holds what we rely on in Polars' cast."""
    _, rows = read_columns(tmp_path / "f", {"x": pa.array(numbers, pa.float64())})
    for number, (text,) in zip(numbers, rows, strict=True):
        assert float(text) == number
        assert Decimal(text) == Decimal(repr(number))


def test_what_may_have_been_other_text_before_is_said(tmp_path: Path) -> None:
    reading, _ = read_columns(tmp_path / "f", {"id": [5.0], "when": [NEW_YEAR], "x": ["a"]})
    assert [remark.split(",")[0] for remark in reading.remarks] == [
        "columns id hold numbers with a binary point",
        "columns when hold points in time; those at midnight are read as dates",
    ]


def test_columns_are_matched_by_name_as_in_a_header(tmp_path: Path) -> None:
    reading, rows = read_columns(tmp_path / "f", {"X": ["1"], "new": ["2"]}, "x", "gone?")
    assert rows == [("1", None, "2")]
    assert (reading.unexpected_columns, reading.missing_columns) == (("new",), ("gone",))
    with pytest.raises(FileRefused, match="'y' is missing"):
        read_columns(tmp_path / "f", {"x": ["1"]}, "x", "y")


def test_bytes_that_are_no_text_and_control_characters_cost_their_record_only(tmp_path: Path) -> None:
    columns = {"x": pa.array([b"\xff", b"ok", b"a\x00b"]), "y": pa.array(["1", "2", "3"])}
    reading, rows = read_columns(tmp_path / "f", columns)
    assert rows == [("ok", "2")]
    assert aside(reading) == [(1, "line_encoding"), (3, "line_control_characters")]
    assert reading.physical_line_count == 3


def test_text_that_its_writer_never_checked_is_not_handed_on_as_garbage(tmp_path: Path) -> None:
    """A column declared as text may hold any bytes; Polars would take them unseen."""
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    reading, rows = read_columns(tmp_path / "f", {"x": bad})
    assert rows == []
    assert aside(reading) == [(1, "line_encoding")]


def test_records_are_counted_over_batches(tmp_path: Path) -> None:
    reading, rows = read_columns(tmp_path / "f", {"x": [str(i) for i in range(70_000)]})
    assert [int(x) for (x,) in rows] == list(range(70_000))
    assert reading.physical_line_count == count_physical_lines(tmp_path / "f", [of("x")]) == 70_000


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param({"x": [[1]]}, "nested", id="list"),
        pytest.param({"x": [{"a": 1}]}, "nested", id="struct"),
        pytest.param({"x": [timedelta(1)]}, "durations", id="duration"),
    ],
)
def test_columns_that_are_no_text_are_refused_by_name(tmp_path: Path, columns: dict[str, Any], words: str) -> None:
    with pytest.raises(FileRefused, match=f"columns x .*{words}"):
        read_columns(tmp_path / "f", columns)


@pytest.mark.parametrize("end", [0, 3, 4, 50, -1, -9], ids=lambda n: f"{n} bytes")
def test_a_damaged_file_is_refused_as_no_parquet_file(tmp_path: Path, end: int) -> None:
    data = written(tmp_path / "f", {"x": ["1", "2"]})
    with pytest.raises(FileRefused, match="no Parquet file") as refused:
        read(tmp_path / "f", data[:end], of("x"))
    assert refused.value.reason_code == "file_is_text"
    assert count_physical_lines(tmp_path / "f", [of("x")]) == 1


def test_a_sink_that_fails_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """A full disk is told as such, and not as a damaged file."""
    from pipelines.intake.reading.read import read_file

    def full(_to: FileLayout, _rows: pl.DataFrame) -> None:
        raise OSError(28, "No space left on device")

    written(tmp_path / "f", {"x": ["1"]})
    with pytest.raises(OSError, match="No space"):
        read_file(tmp_path / "f", [of("x")], full)
