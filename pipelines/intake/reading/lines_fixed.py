"""Fixed-width lines to rows: widths and places count characters, not bytes.

A line is a row when it is exactly as wide as the layout says; blanks behind the last field are tolerated (filler), and
the line may stop before optional fields that end the record. Any other width may mean shifted fields: no guess.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_classify import WIDTH, Marks
from pipelines.intake.reading.lines_delimited import text_of
from pipelines.intake.reading.lines_format import Field

# Control characters send a line to quarantine, so this one is in no line that is read; no delimiter is it either.
_NO_TEXT = "\x01"


def read_rows(lines: Lines, at: NDArray[np.int64], marks: Marks, fields: Sequence[Field]) -> pl.DataFrame:
    """Return the rows of clean lines, columns 0, 1, ..., line_number, line_count; mark lines of a wrong width."""
    frame = texts(lines, at)
    length = pl.col("text").str.len_chars()
    filled = pl.col("text").str.strip_chars_end(" ").str.len_chars()
    full = max(_ends(fields))
    is_row = frame.select(length.is_in(allowed_widths(fields)) | (length > full) & (filled <= full)).to_series()
    marks.kind[at[~is_row.to_numpy()]] = WIDTH
    values = [_value(field, length).alias(str(i)) for i, field in enumerate(fields)]
    return frame.filter(is_row).select(*values, "line_number", "line_count")


def texts(lines: Lines, at: NDArray[np.int64]) -> pl.DataFrame:
    """Return clean lines whole, as column ``text``, with line_number and line_count."""
    frame = pl.read_csv(
        text_of(lines, at) if len(at) else b"",
        has_header=False,
        separator=_NO_TEXT,
        quote_char=None,
        schema={"text": pl.String()},
        empty_string_is_null=False,
        raise_if_empty=False,
        truncate_ragged_lines=True,
    )
    if frame.height != len(at):  # never seen; but a reader that loses a line must not lose it for us
        frame = pl.DataFrame({"text": [lines.text(i) for i in at.tolist()]}, schema={"text": pl.String()})
    return frame.with_columns(pl.Series("line_number", at + 1), pl.lit(1, pl.Int64).alias("line_count"))


def _value(field: Field, length: pl.Expr) -> pl.Expr:
    value = pl.col("text").str.slice(field.start - 1, field.width)
    return pl.when(length >= field.start).then(value) if field.is_optional else value


def _ends(fields: Sequence[Field]) -> list[int]:
    return [f.start + f.width - 1 for f in fields]


def allowed_widths(fields: Sequence[Field]) -> list[int]:
    """Return the widths at which a record may stop: behind the last field, or before optional ones that end it."""
    needed = max([f.start + f.width - 1 for f in fields if not f.is_optional], default=0)
    return sorted({end for end in _ends(fields) if end >= needed})
