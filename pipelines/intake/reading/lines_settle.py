"""The end of a reading: which lines were set aside and why, whether control counts fit, the account of all lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.lines_classify import BLANK, FIELD_COUNT, REASONS
from pipelines.intake.reading.lines_control import refuse_other_counts
from pipelines.intake.reading.lines_mask import quarantine
from pipelines.intake.reading.lines_plan import Plan
from pipelines.intake.reading.lines_text import Text

_CUT_SHORT = {"line_field_count", "line_quote_balanced", "line_width", "line_json_valid"}
ALL = ""  # the record under which the rows of all records are counted


@dataclass
class Loaded:
    """The rows given out so far, by record, and the lines they took."""

    line_count: int = 0
    rows: Counter[str] = field(default_factory=Counter)

    def add(self, record: str, rows: pl.DataFrame) -> None:
        """Count the next rows of a record."""
        self.line_count += int(rows["line_count"].sum())
        self.rows.update({ALL: rows.height} | ({record: rows.height} if record else {}))


def settle(text: Text, plan: Plan, loaded: Loaded) -> FileReading:
    """Return the account of a file. Raises FileRefused where a control count does not fit."""
    lines, marks, faults = text.lines, text.marks, plan.doubts.faults
    inside = marks.kind[plan.body.first : plan.body.last]
    by_mark = np.flatnonzero(inside >= FIELD_COUNT) + plan.body.first
    at = np.union1d(by_mark, np.array(list(faults), np.int64)).astype(np.int64)
    kinds = marks.kind[at].tolist()
    reasons = [faults[i].fault if i in faults else REASONS[k] for i, k in zip(at.tolist(), kinds, strict=True)]
    told_cut_short(text, at, reasons)
    counts = np.array([faults[i].line_count if i in faults else 1 for i in at.tolist()], np.int64)
    reading = FileReading(
        physical_line_count=len(lines),
        header_line_count=len(lines) - len(inside) + int((inside == BLANK).sum()),
        loaded_line_count=loaded.line_count,
        loaded_row_count=loaded.rows[ALL],
        quarantined=quarantine(lines, at, reasons, counts),
        encoding=text.encoding,
        has_byte_order_mark=text.has_mark,
        remarks=text.remarks,
        trailer=plan.body.trailer,
    )
    refuse_other_counts(plan.body.controls, loaded.rows, _bad(plan, at), reading)
    return reading


def told_cut_short(text: Text, at: NDArray[np.int64], reasons: list[str]) -> None:
    """Change the reason of the last line where it just stops: the file was cut off there."""
    is_last = len(at) and at[-1] == len(text.lines) - 1 and not text.lines.is_terminated
    if is_last and reasons[-1] in _CUT_SHORT:
        reasons[-1] = "file_complete"


def _bad(plan: Plan, at: NDArray[np.int64]) -> Counter[str]:
    """Count the rows set aside by their record."""
    bad: Counter[str] = Counter({ALL: len(at)})
    for place, text_format in enumerate(plan.formats):
        if text_format.record:
            bad[text_format.record] = int((plan.kinds[at] == place).sum())
    return bad
