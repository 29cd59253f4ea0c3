"""Texts to the bytes of a file: titles, header, quotes, padding, control records, several kinds of record, encoding.

What the texts are stands in ``render``; workbooks are written in ``workbooks``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipelines.configuration import ConfigurationError
from pipelines.layouts import FileLayout
from pipelines.sample.workbooks import SheetTexts, workbook

_COUNT = re.compile(r"\(\?P<rows>\\d(?:\{(\d+)\}|\+|\*)\)")


@dataclass(frozen=True)
class Part:
    """Records of one kind: their texts row by row, under the layout's column names."""

    layout: FileLayout
    texts: pl.DataFrame


def file_of(parts: Sequence[Part], title: str = "") -> bytes:
    """Return the bytes of a file: of one kind of record, of several one after the other, or a workbook of sheets."""
    if parts[0].layout.kind == "workbook":
        return workbook([SheetTexts(part.layout, part.texts) for part in parts], title)
    layout = parts[0].layout
    row_count = sum(len(part.texts) for part in parts)
    titles = "".join(f"{title if number == 0 else ''}{layout.line_end}" for number in range(layout.title_lines))
    head = _control(layout, layout.header_record, row_count, title)
    body = "".join(_fixed(p) if p.layout.kind == "fixed_width" else _delimited(p) for p in parts)
    tail = _control(layout, layout.trailer_record, row_count, title)
    mark = "\ufeff" if layout.bytes_order_mark and layout.encoding == "utf-8" else ""
    return (mark + titles + head + body + tail).encode(layout.encoding)


def lines_above(layout: FileLayout) -> int:
    """Return how many lines stand above the first record of a file."""
    return layout.title_lines + layout.has_header + bool(layout.header_record)


def _control(layout: FileLayout, pattern: str, row_count: int, title: str) -> str:
    """Return a control record that its pattern takes, or nothing where the layout has none."""
    if not pattern:
        return ""
    counted = _COUNT.sub(lambda found: str(row_count).zfill(int(found[1] or 1)), pattern.strip("^$"))
    line = re.sub(r"\\([^\w])", r"\1", counted.replace(r"\s*", "").replace(".*", title))
    if re.fullmatch(pattern, line) is None:
        msg = (
            f"{layout.version}: control record {pattern!r}: samples are written for patterns of plain text, '.*' and "
            "(?P<rows>\\d{9}) only; simplify it"
        )
        raise ConfigurationError(msg)
    return line + layout.line_end


def _delimited(part: Part) -> str:
    layout = part.layout
    style: Literal["always", "necessary", "never"]
    style = "always" if layout.is_always_quoted else "necessary" if layout.quote else "never"
    blank_to_null = pl.all() if layout.is_always_quoted else pl.when(pl.all() != "").then(pl.all())
    return part.texts.select(blank_to_null).write_csv(
        include_header=layout.has_header, separator=layout.delimiter, quote_char=layout.quote or '"',
        quote_style=style, line_terminator=layout.line_end, null_value="",
    )  # fmt: skip


def _fixed(part: Part) -> str:
    """Fill each column to its width; a text that is too long would push the others out of place."""
    layout = part.layout
    texts = {name: pl.col(name) for name in part.texts.columns}
    columns = [(c.start, c.width, texts[c.name]) for c in layout.columns]
    if layout.record and not any(c.start <= layout.record_start < c.start + c.width for c in layout.columns):
        columns.append((layout.record_start, layout.record_width, pl.lit(layout.record)))
    pieces, place = [], 1
    for start, width, text in sorted(columns, key=lambda column: column[0]):
        pieces += [pl.lit(" " * (start - place)), text.str.pad_end(width)]
        place = start + width
    lines = part.texts.select(pl.concat_str(*pieces).alias("line"))["line"]
    return "".join(f"{line}{layout.line_end}" for line in lines)
