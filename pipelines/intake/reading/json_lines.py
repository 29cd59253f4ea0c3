"""JSON lines to rows: one object a line, each value as the text that was written.

Numbers keep their digits (``1.50`` stays so), true and false are told by name, null is null; what is nested stays JSON
text. A line that is no object, or in which a key stands twice, costs itself only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.json_keys import Keys, Record
from pipelines.intake.reading.json_object import NOT_VALID, NotReadable, object_of
from pipelines.intake.reading.lines import opened
from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_classify import BLANK, CLEAN, FIELD_COUNT, REASONS, runs
from pipelines.intake.reading.lines_format import TextFormat
from pipelines.intake.reading.lines_mask import quarantine
from pipelines.intake.reading.lines_settle import told_cut_short
from pipelines.intake.reading.lines_text import Text, load

_READ_BYTES = 1 << 22  # of lines made into rows together; Python objects take some ten times as much


def stream_json(data: bytes | Path, text_format: TextFormat, emit: Callable[[pl.DataFrame], None]) -> FileReading:
    """Read a file of JSON lines; rows go to ``emit``: a String column for each field, line_number and line_count.

    Keys that no field has are told and left out. Raises FileRefused: for the encoding and the like before any row is
    given, for a key that is missing in all lines after the last one.
    """
    keys, loaded = Keys(text_format.fields), 0
    with opened(data) as content:
        text = load(content, text_format.codec, b"")
        bad = {i: REASONS[int(text.marks.kind[i])] for i in np.flatnonzero(text.marks.kind >= FIELD_COUNT).tolist()}
        for run in runs(text.lines, 0, len(text.lines), _READ_BYTES):
            at = np.flatnonzero(text.marks.kind[run] == CLEAN) + run.start
            rows = _rows(text.lines, at, keys, bad)
            loaded += rows.height
            if rows.height:
                emit(rows)
        if loaded:
            keys.refuse_missing()
        account = _account(text, bad, loaded)
    return replace(account, header=tuple(keys.header), unexpected_columns=keys.unexpected, missing_columns=keys.missing)


def _rows(lines: Lines, at: NDArray[np.int64], keys: Keys, bad: dict[int, str]) -> pl.DataFrame:
    """Return the rows of some lines; note in ``bad`` those that are none, with the reason."""
    records: list[Record] = []
    places: list[int] = []
    for line in at.tolist():
        try:
            records.append(object_of(lines.data[int(lines.start[line]) : int(lines.end[line])]))
            places.append(line)
        except NotReadable as fault:
            bad[line] = fault.reason
    twice = keys.learn(records)
    if twice:
        bad.update({places[i]: NOT_VALID for i in twice})
        records = [record for i, record in enumerate(records) if i not in twice]
        places = [line for i, line in enumerate(places) if i not in twice]
    numbers = np.array(places, np.int64) + 1
    positions = {"line_number": pl.Series(numbers), "line_count": pl.Series(np.ones_like(numbers))}
    return pl.DataFrame(keys.columns(records) | positions)


def _account(text: Text, bad: dict[int, str], loaded: int) -> FileReading:
    at = np.array(sorted(bad), np.int64)
    reasons = [bad[i] for i in at.tolist()]
    told_cut_short(text, at, reasons)
    return FileReading(
        physical_line_count=len(text.lines),
        header_line_count=int((text.marks.kind == BLANK).sum()),
        loaded_line_count=loaded,
        loaded_row_count=loaded,
        quarantined=quarantine(text.lines, at, reasons),
        encoding=text.encoding,
        has_byte_order_mark=text.has_mark,
        remarks=text.remarks,
    )
