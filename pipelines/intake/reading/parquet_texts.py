"""Columns of Parquet to text: what each type becomes, and which types hold no text that anybody could read."""

from __future__ import annotations

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.types as kinds  # type: ignore[import-untyped]

from pipelines.intake.reading.lines_format import FileRefused
from pipelines.intake.reading.lines_mask import tell_names

NO_TEXT = "\uffff"  # no character; stands for bytes that are no UTF-8


def refuse_unreadable_types(schema: pa.Schema) -> None:
    """Raise FileRefused where a column is nested or of a kind that has no text."""
    bad = [f.name for f in schema if kinds.is_nested(f.type) or kinds.is_duration(f.type) or kinds.is_interval(f.type)]
    if bad:
        names = ", ".join(tell_names(bad[:12]))
        msg = f"columns {names} are nested or durations, which are no text; write each value into a column of its own"
        raise FileRefused(reason_code="file_header_matches_layout", message=msg)


def remarks_on(schema: pa.Schema) -> tuple[str, ...]:
    """Say of which columns the text may be another than the sender had before the file was written."""
    floats = [f.name for f in schema if kinds.is_floating(f.type)]
    times = [f.name for f in schema if kinds.is_timestamp(f.type)]
    said = {
        "hold numbers with a binary point, so 5 is read as 5.0; write codes and identifiers as text": floats,
        "hold points in time; those at midnight are read as dates": times,
    }
    return tuple(f"columns {', '.join(tell_names(names))} {words}" for words, names in said.items() if names)


def texts_of(batch: pa.RecordBatch) -> pl.DataFrame:
    """Return the columns of a batch as text under the names 0, 1, ...; null stays null."""
    return pl.DataFrame([_text(column).alias(str(i)) for i, column in enumerate(batch.columns)])


def _text(column: pa.Array) -> pl.Series:
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if kinds.is_floating(kind):
        whole = column.cast(pa.float32()) if kinds.is_float16(kind) else column
        return pl.Series(pl.from_arrow(whole)).cast(pl.String)
    if _is_text(kind):
        return _checked(column)
    texts = pl.Series(pl.from_arrow(column.cast(pa.string())))
    if kinds.is_timestamp(kind):
        shorter = texts.str.replace(r"\.0+([+-].*)?$", "$1").str.replace(r" 00:00:00$", "")
        return shorter.str.replace(r"([+-]\d\d)(\d\d)$", "$1:$2") if kind.tz else shorter
    return texts.str.replace(r"\.0+$", "") if kinds.is_time(kind) else texts


def _is_text(kind: pa.DataType) -> bool:
    tests = (
        kinds.is_string, kinds.is_large_string, kinds.is_string_view, kinds.is_binary, kinds.is_large_binary,
        kinds.is_binary_view, kinds.is_fixed_size_binary,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _checked(column: pa.Array) -> pl.Series:
    """Return text that is known to be UTF-8: nothing behind us checks it, and what is none would be read as garbage."""
    raw = column.cast(pa.binary()) if not kinds.is_large_string(column.type) else column.cast(pa.large_binary())
    large = raw.cast(pa.large_binary())
    try:
        return pl.Series(pl.from_arrow(large.cast(pa.large_string())), dtype=pl.String)
    except pa.ArrowInvalid:
        return pl.Series([_decoded(value) for value in large.to_pylist()], dtype=pl.String)


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return NO_TEXT
