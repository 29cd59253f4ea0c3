"""A text file before its rows are cut: where its data is, which kind each line is of, which columns each kind has.

Nothing is read here but headers and the lines whose quotes leave a doubt.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.reading.lines_classify import CLEAN, MARK_BYTES, Marks, mark_counts, runs
from pipelines.intake.reading.lines_delimited import Doubts, resolve_doubts
from pipelines.intake.reading.lines_format import TextFormat
from pipelines.intake.reading.lines_header import Body, Columns, find_body, match_header, match_places, read_header
from pipelines.intake.reading.lines_records import Kinds, kinds_of, mark_unknown, tell_doubtful
from pipelines.intake.reading.lines_text import Text

_SAMPLED_LINES = 1000


@dataclass(frozen=True)
class Plan:
    """How a file is to be cut into rows. ``kinds`` is the place in ``formats`` of each line's kind of record."""

    text: Text
    formats: Sequence[TextFormat]
    body: Body
    kinds: Kinds
    columns: tuple[Columns, ...]
    doubts: Doubts

    def clean(self, run: slice, place: int) -> NDArray[np.int64]:
        """Return the clean lines of one kind in a run of lines."""
        is_clean = self.text.marks.kind[run] == CLEAN
        is_chosen = is_clean & (self.kinds[run] == place) if len(self.formats) > 1 else is_clean
        chosen: NDArray[np.int64] = np.flatnonzero(is_chosen) + run.start
        return chosen

    def doubtful(self, run: slice, place: int) -> list[int]:
        """Return the places in ``doubts`` of the rows of one kind that start in a run of lines."""
        starts = self.doubts.starts
        chosen = range(bisect_left(starts, run.start), bisect_left(starts, run.stop))
        return [i for i in chosen if self.kinds[starts[i]] == place]


def planned(text: Text, formats: Sequence[TextFormat]) -> Plan:
    """Find the data of a file and mark each of its lines. Raises FileRefused for what header and trailer tell."""
    body = find_body(text.lines, _outer(formats))
    if formats[0].kind == "fixed_width":
        kinds = kinds_of(text.lines, slice(body.first, body.last), text.marks, formats)
        header = () if body.header_line is None else (text.lines.text(body.header_line),)
        columns = tuple(Columns(tuple(f.name for f in text_format.fields), header) for text_format in formats)
        mark_unknown(slice(body.first, body.last), text.marks, kinds)
        return Plan(text, formats, body, kinds, columns, Doubts([], [], [], {}))
    own, header_of = formats[0].own, None
    if formats[0].has_header:
        body, header_of = _with_header(text, formats[0], body)
    inside = slice(body.first, body.last)
    kinds = kinds_of(text.lines, inside, text.marks, formats)
    columns = (header_of,) if header_of else _by_place(text.marks, inside, kinds, formats)
    tell_doubtful(text.lines, inside, text.marks, kinds, formats, [len(c.names) for c in columns])
    wanted = _wanted(columns, kinds)
    for run in runs(text.lines, body.first, body.last, MARK_BYTES):
        mark_counts(text.lines, run, text.marks, wanted)
    mark_unknown(inside, text.marks, kinds)
    return Plan(text, formats, body, kinds, columns, resolve_doubts(text.lines, inside, text.marks, own, wanted))


def _outer(formats: Sequence[TextFormat]) -> TextFormat:
    """Return a format that tells titles, trailers and control lines: in whichever of the formats they are declared."""
    return replace(
        formats[0],
        title_lines=max(f.title_lines for f in formats),
        trailer_lines=max(f.trailer_lines for f in formats),
        header_record=next((f.header_record for f in formats if f.header_record), ""),
        trailer_record=next((f.trailer_record for f in formats if f.trailer_record), ""),
    )


def _with_header(text: Text, text_format: TextFormat, body: Body) -> tuple[Body, Columns]:
    if body.header_line is None:
        return body, match_header((), text_format.fields, len(text.lines) - 1)
    header, line_count = read_header(text.lines, body.header_line, text_format.own)
    first = max(body.first, body.header_line + line_count)
    columns = match_header(header, text_format.fields, body.header_line)
    return replace(body, first=first, last=max(first, body.last)), columns


def _by_place(marks: Marks, inside: slice, kinds: Kinds, formats: Sequence[TextFormat]) -> tuple[Columns, ...]:
    """Return the columns of records without header, from the numbers of fields that the first of them have."""
    columns = []
    for place, text_format in enumerate(formats):
        is_sure = (kinds[inside] == place) & ~marks.is_doubtful[inside]
        found = marks.delimiters[inside][is_sure][:_SAMPLED_LINES] + 1
        columns.append(match_places(found.tolist(), text_format.fields))
    return tuple(columns)


def _wanted(columns: Sequence[Columns], kinds: Kinds) -> NDArray[np.int32]:
    """Return how many delimiters each line should have; -1, which no line has, where its kind is unknown."""
    widths = [len(c.names) - 1 for c in columns]
    if len(widths) == 1 and not kinds.strides[0]:
        return np.broadcast_to(np.int32(widths[0]), len(kinds))
    return np.array([*widths, -1], np.int32)[kinds]
