"""Reads samples whose form says itself what is a column: workbooks, Parquet, JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.configuration import ConfigurationError
from pipelines.layout_draft.read_text import is_header, table_of
from pipelines.layout_draft.sample import Sample, SampleTable

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_MOST_ROWS = 20_000
_PERSONAL = re.compile(r"\d{3}[- ]?\d{2}[- ]?\d{4}")


def read_workbook(path: Path) -> Sample:
    """Return the tables of a workbook, a sheet each; sheets without a table are to be ignored.

    Raises ConfigurationError where the workbook cannot be opened.
    """
    from pipelines.intake.reading.lines_format import FileRefused
    from pipelines.intake.reading.workbook_process import load_workbook

    try:
        sheets = load_workbook(path)
    except FileRefused as fault:
        raise ConfigurationError(str(fault)) from None
    found = [(sheet.name, _table_in(sheet.name, _texts(sheet.cells))) for sheet in sheets]
    ignored = [name for name, table in found if table is None]
    keys = {"kind": "workbook", "has_header": True} | ({"ignored_sheets": ignored} if ignored else {})
    return Sample(keys, tuple(table for _, table in found if table is not None))


def read_parquet(path: Path) -> Sample:
    """Return the columns of a Parquet file as text. Raises ConfigurationError where it is none."""
    import polars as pl

    try:
        frame = pl.read_parquet(path, n_rows=_MOST_ROWS)
        texts = frame.select(pl.all().cast(pl.String)).fill_null("")
    except (pl.exceptions.PolarsError, OSError):
        msg = "the file cannot be read as Parquet with plain columns; take a sample that can"
        raise ConfigurationError(msg) from None
    names, remarks = _told(texts.columns)
    table = SampleTable("", tuple((name, tuple(texts[name])) for name in names), remarks=remarks)
    return Sample({"kind": "parquet"}, (table,))


def read_json_lines(content: bytes) -> Sample:
    """Return the keys of a file of JSON objects, one a line, as columns; lines that are none are passed over."""
    records = []
    for line in content.decode("utf-8", errors="replace").splitlines()[:_MOST_ROWS]:
        try:
            record = json.loads(line, parse_float=str, parse_int=str)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    names, remarks = _told(list(dict.fromkeys(name for record in records for name in record)))
    columns = tuple((name, tuple(_text(record.get(name)) for record in records)) for name in names)
    return Sample({"kind": "json_lines", "encoding": "utf-8"}, (SampleTable("", columns, remarks=remarks),))


def _told(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the names that a layout may hold: not those with a person's number, of which a remark is made."""
    told = [name for name in names if not _PERSONAL.search(name)]
    left = len(names) - len(told)
    return told, (f"{left} columns are left out: their names look like numbers of persons",) if left else ()


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _texts(cells: pa.Table) -> list[list[str]]:
    names = [name for name in cells.column_names if name.startswith("c")]
    columns = [cells.column(name).to_pylist()[:_MOST_ROWS] for name in names]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def _table_in(name: str, rows: Sequence[Sequence[str]]) -> SampleTable | None:
    """Return the table below the first row that names columns; None where no row does."""
    for at, row in enumerate(rows):
        width = len(row)
        while width and not row[width - 1].strip():
            width -= 1
        body = [list(other[:width]) for other in rows[at:]]
        if width > 1 and is_header(body[0], body[1:]):
            full = [other for other in body if any(cell.strip() for cell in other)]
            table = table_of(full, has_header=True, name=name)
            titles = sum(any(cell.strip() for cell in other) for other in rows[:at])
            keys = {"sheet": name} | ({"title_lines": titles} if titles else {})
            return SampleTable(name, table.columns, keys, table.remarks)
    return None
