"""Is what a block says of the form of its file (kind, widths, records, control lines, names) complete and possible?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from fractions import Fraction

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError
from pipelines.intake.inbox import is_program_year
from pipelines.intake.reading.lines_format import Field, TextFormat
from pipelines.layout_check.blocks import Block
from pipelines.layout_check.problem import Problem, nearest

PLACEHOLDERS = ("program_year", "term_code", "collection_year", "institution_id", "vintage")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def shape_problems(block: Block) -> Iterator[Problem]:
    """Yield what is wrong with the form that a block gives its file."""
    yield from _file_name(block)
    yield from _years(block)
    yield from _text(block)
    yield from _widths(block)
    yield from _control_lines(block)
    yield from _kinds(block)
    yield from _records(block)
    yield from _share(block)


def _file_name(block: Block) -> Iterator[Problem]:
    layout = block.layout
    names = _PLACEHOLDER.findall(layout.file_name)
    for name in names:
        if name not in PLACEHOLDERS:
            guess = nearest(name, PLACEHOLDERS)
            what = f"{{{name}}} is no placeholder that we know, so it stands for any word; {guess}"
            yield block.problem("file_name", what, is_wrong=guess.startswith("did you"))
    if layout.one_file_per and layout.one_file_per not in names:
        what = f"{layout.one_file_per!r} is not in file_name; write {{{layout.one_file_per}}} where it stands"
        yield block.problem("one_file_per", what)
    for theirs, ours in layout.vintages.items():
        if ours not in code_set("vintage"):
            yield block.problem(f"vintages.{theirs}", f"{ours!r}: {nearest(ours, code_set('vintage'))}")
    if layout.vintages and "vintage" not in names:
        yield block.problem("vintages", "file_name has no {vintage}, so no file says one; add it or remove the map")


def _years(block: Block) -> Iterator[Problem]:
    first, last = block.layout.effective_from, block.layout.effective_to
    for key, year in (("effective_from", first), ("effective_to", last)):
        if year and not is_program_year(year):
            yield block.problem(key, f"{year!r} is no program year; write it like 2023-24")
    if first and last and first > last:
        yield block.problem("effective_to", f"{last} lies before effective_from {first}; swap them")


def _text(block: Block) -> Iterator[Problem]:
    layout = block.layout
    if layout.kind not in ("delimited", "fixed_width"):
        return
    fields = tuple(Field(c.name, c.start, c.width) for c in layout.columns if layout.kind == "delimited" or c.width)
    encoding = "utf-8" if layout.encoding == "detect" else layout.encoding
    try:
        _ = TextFormat(layout.kind, fields, encoding, layout.delimiter, layout.quote).codec
    except ConfigurationError as fault:
        if fields:  # a block without columns is told of elsewhere
            key, _, what = str(fault).partition(": ")
            yield block.problem(key, what or "correct it")


def _widths(block: Block) -> Iterator[Problem]:
    layout = block.layout
    if layout.kind != "fixed_width":
        for column in layout.columns:
            if column.width or column.start:
                yield block.problem(
                    f"column {column.name!r} width", "only a fixed_width file has widths", is_wrong=False
                )
        return
    for column in layout.columns:
        if column.width < 1:
            yield block.problem(f"column {column.name!r} width", "a fixed-width file needs the width of every column")
    placed = sorted((c for c in layout.columns if c.width > 0), key=lambda c: c.start)
    for before, column in itertools.pairwise(placed):
        end = before.start + before.width
        if column.start < end:
            what = f"begins at {column.start}, but {before.name!r} ends at {end - 1}; correct start or width"
            yield block.problem(f"column {column.name!r} start", what)
        elif column.start > end:
            what = f"nothing reads characters {end} to {column.start - 1} before it; name them if they hold anything"
            yield block.problem(f"column {column.name!r} start", what, is_wrong=False)


def _control_lines(block: Block) -> Iterator[Problem]:
    for key in ("header_record", "trailer_record"):
        pattern = getattr(block.layout, key)
        try:
            groups = re.compile(pattern).groupindex
        except re.error as fault:
            yield block.problem(key, f"no regular expression: {fault}; write one in single quotes")
            continue
        for group in groups:
            if not group.startswith("rows"):
                yield block.problem(
                    key, f"group {group!r} means nothing; (?P<rows>...) is a control count", is_wrong=False
                )
    for key in ("title_lines", "trailer_lines", "years_before"):
        if getattr(block.layout, key) < 0:
            yield block.problem(key, "write 0 or more")


def _kinds(block: Block) -> Iterator[Problem]:
    layout = block.layout
    if layout.kind == "workbook" and not layout.sheet:
        yield block.problem("sheet", "say which sheet of the workbook this block reads")
    if layout.kind != "workbook" and (layout.sheet or layout.ignored_sheets):
        yield block.problem("sheet", f"a {layout.kind} file has no sheets; remove it", is_wrong=False)
    if layout.kind == "database" and not layout.query:
        yield block.problem("query", "a database source needs the select that reads the table")
    if layout.kind != "database" and layout.query:
        yield block.problem("query", f"a {layout.kind} file is not queried; remove it", is_wrong=False)
    if layout.query and ":" not in layout.query:
        what = "it binds no :program_year, :start_year or :end_year, so every year gets the same rows"
        yield block.problem("query", what, is_wrong=False)


def _records(block: Block) -> Iterator[Problem]:
    layout, names = block.layout, {c.name for c in block.layout.columns}
    if layout.record and not (layout.record_column or layout.record_width):
        yield block.problem("record", "say where the code stands: record_column, or record_width in fixed width")
    if layout.record_column and layout.record_column not in names:
        yield block.problem("record_column", f"names no column of this file; {nearest(layout.record_column, names)}")
    if (layout.record_column or layout.record_width) and not layout.record:
        yield block.problem("record", "say which code tells the records of this block")
    if layout.transactions:
        if layout.transactions.column not in names:
            what = f"names no column of this file; {nearest(layout.transactions.column, names)}"
            yield block.problem("transactions.column", what)
        codes = layout.transactions.codes
        if not codes or len(set(codes)) < len(codes):
            yield block.problem("transactions", "give add, change and delete codes that differ; at least one")


def _share(block: Block) -> Iterator[Problem]:
    try:
        is_share = 0 <= Fraction(block.layout.most_bad_share) <= 1
    except (ValueError, ZeroDivisionError):
        is_share = False
    if not is_share:
        yield block.problem("most_bad_share", f'{block.layout.most_bad_share!r}: write a share such as "1/5" or "0.2"')
