"""Parquet files to rows: each value as text, a record counted as a line.

Dates and times are told as ISO says, a time of midnight as its date alone (tools that know no dates write them so);
decimals keep their digits; numbers with a binary point are told by the shortest text that gives them back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.intake.reading.account import FileReading, Sink
from pipelines.intake.reading.lines_format import QUARANTINE_SCHEMA, Field, FileRefused
from pipelines.intake.reading.lines_header import Columns, match_header
from pipelines.intake.reading.lines_mask import mask_all
from pipelines.intake.reading.lines_source import FileBytes
from pipelines.intake.reading.parquet_texts import refuse_unreadable_types, remarks_on, texts_of
from pipelines.layouts import FileLayout

_ROWS = 1 << 16  # made into text together
_CONTROL_CHARACTERS = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


def count_records(path: Path) -> int:
    """Return the number of records of a Parquet file, at least 1; 1 where it cannot be read."""
    try:
        with _opened(path) as file:
            return max(int(file.metadata.num_rows), 1)
    except FileRefused:
        return 1


def read_parquet(path: Path, layout: FileLayout, sink: Sink) -> FileReading:
    """Read a Parquet file. Raises FileRefused where it is damaged, encrypted or nested, or lacks a column."""
    with _opened(path) as file:
        schema, said = file.schema_arrow, int(file.metadata.num_rows)
        fields = [Field(c.name, is_optional=c.is_optional) for c in layout.columns]
        columns = match_header(tuple(schema.names), fields, 0)
        refuse_unreadable_types(schema)
        aside = _landed(file, said, lambda rows: sink(layout, _named(rows, columns, layout)))
    return FileReading(
        physical_line_count=said,
        header_line_count=0,
        loaded_line_count=said - aside.height,
        loaded_row_count=said - aside.height,
        quarantined=aside,
        encoding="utf-8",
        header=columns.header,
        unexpected_columns=columns.unexpected,
        missing_columns=columns.missing,
        remarks=remarks_on(schema),
    )


def _landed(file: Any, said: int, emit: Callable[[pl.DataFrame], None]) -> pl.DataFrame:
    """Give out the records that can be read; return the quarantine of the others. Raises FileRefused."""
    aside, done = [pl.DataFrame(schema=QUARANTINE_SCHEMA)], 0
    for texts in _batches(file):
        rows, bad = _parted(texts, done)
        done += texts.height
        aside.append(bad)
        if rows.height:
            emit(rows)
    if done != said:
        msg = f"the Parquet file is damaged: it says {said} records and holds {done}; write it anew from the source"
        raise FileRefused(reason_code="file_complete", message=msg)
    return pl.concat(aside)


def _batches(file: Any) -> Iterator[pl.DataFrame]:
    """Yield the records as texts. Only what Parquet's reader stumbles over refuses the file, not what a sink does."""
    batches = file.iter_batches(_ROWS)
    while True:
        with _refusing():
            batch = next(batches, None)
            if batch is None:
                return
            texts = texts_of(batch)
        yield texts


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a Parquet file. Raises FileRefused where that fails, or where the file changes meanwhile."""
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    with FileBytes(path):  # watches over the file
        with _refusing():
            opened = ParquetFile(path, page_checksum_verification=True)
        with opened as file:
            yield file


@contextmanager
def _refusing() -> Iterator[None]:
    from pyarrow import ArrowException  # type: ignore[import-untyped]

    try:
        yield
    except (ArrowException, OSError, UnicodeDecodeError) as fault:
        is_encrypted = "crypt" in str(fault)
        what = "an encrypted Parquet file; write it without encryption" if is_encrypted else "no Parquet file"
        hint = "" if is_encrypted else ": it is damaged or of another kind; write it anew from the source"
        raise FileRefused(reason_code="file_is_text", message=f"this is {what}{hint}") from fault


def _parted(texts: pl.DataFrame, before: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that can be read, and the quarantine of those with control characters or bytes that are no text.

    ``before`` is the number of records before the first one. A text that cannot be read is told as U+FFFF.
    """
    names = texts.columns
    positions = pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64)
    rows = texts.with_columns(positions.alias("line_number"), pl.lit(1, pl.Int64).alias("line_count"))
    no_text = pl.any_horizontal(pl.col(names).str.contains("\uffff", literal=True).fill_null(value=False))
    control = pl.any_horizontal(pl.col(names).str.contains(_CONTROL_CHARACTERS).fill_null(value=False))
    reason = pl.when(no_text).then(pl.lit("line_encoding")).when(control).then(pl.lit("line_control_characters"))
    judged = rows.select(reason.alias("reason")).to_series()
    if judged.null_count() == len(judged):
        return rows, pl.DataFrame(schema=QUARANTINE_SCHEMA)
    bad = rows.filter(judged.is_not_null())
    excerpts = mask_all(bad.select(pl.concat_str(pl.col(names).fill_null(""), separator=",")).to_series())
    aside = {
        "line_number": bad["line_number"], "reason_code": judged.drop_nulls(), "excerpt_masked": excerpts,
        "line_count": np.ones(bad.height, np.int64),
    }  # fmt: skip
    return rows.filter(judged.is_null()), pl.DataFrame(aside, schema=QUARANTINE_SCHEMA)


def _named(rows: pl.DataFrame, columns: Columns, layout: FileLayout) -> pl.DataFrame:
    place = {name: str(i) for i, name in enumerate(columns.names)}
    declared = [
        (pl.col(place[c.name]) if c.name in place else pl.lit(None, pl.String)).alias(c.name) for c in layout.columns
    ]
    extra = [pl.col(place[name]).alias(name) for name in columns.unexpected]
    return rows.select(*declared, *extra, "line_number", "line_count")
