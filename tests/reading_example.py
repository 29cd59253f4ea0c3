"""Small files and layouts for the tests of reading; rows are collected as a sink gets them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.intake.reading.lines import TextFormat, stream_text
from pipelines.intake.reading.read import FileReading, read_file
from pipelines.layouts import ColumnLayout, FileLayout

POSITIONS = ("line_number", "line_count")


@dataclass(frozen=True)
class Reading(FileReading):
    """A text file read whole: the account with all rows in the order of the file."""

    rows: pl.DataFrame = field(default_factory=pl.DataFrame)


def read_text(data: bytes | Path, text_format: TextFormat) -> Reading:
    """Read a file of one kind of record and keep its rows."""
    frames: list[pl.DataFrame] = []
    account = stream_text(data, [text_format], lambda _, rows: frames.append(rows))
    names = [f.name for f in text_format.fields] + list(account.unexpected_columns)
    schema = dict.fromkeys(names, pl.String()) | {"line_number": pl.Int64(), "line_count": pl.Int64()}
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    return Reading(**{f.name: getattr(account, f.name) for f in fields(account)}, rows=rows)


def layout(*names: str, **keys: Any) -> FileLayout:
    """A layout with these columns; for fixed width they are written ``name:start:width``."""
    columns = []
    for text in names:
        name, *place = text.split(":")
        start, width = map(int, place) if place else (0, 0)
        columns.append(ColumnLayout(name.rstrip("?"), start=start, width=width, is_optional=name.endswith("?")))
    return FileLayout("a file", "core.course", "a.txt", tuple(columns), "demo", "1", **keys)


def read(path: Path, data: bytes, *layouts: FileLayout) -> tuple[FileReading, list[list[tuple[Any, ...]]]]:
    """Write and read a file; return the account and the rows of each layout, without their lines."""
    path.write_bytes(data)
    got: list[list[tuple[Any, ...]]] = [[] for _ in layouts]

    def sink(to: FileLayout, rows: pl.DataFrame) -> None:
        assert rows.height, "a sink never gets an empty batch"
        assert rows["line_number"].is_sorted()
        got[layouts.index(to)].extend(rows.drop(POSITIONS).rows())

    reading = read_file(path, layouts, sink)
    assert reading.loaded_row_count == sum(map(len, got))
    return reading, got


def aside(reading: FileReading) -> list[tuple[int, str]]:
    """The lines set aside, with the reason."""
    return reading.quarantined.select("line_number", "reason_code").rows()
