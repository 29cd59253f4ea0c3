"""Files that should not have come as they are: repeated, empty, cut off, of another year, or no text at all.

All of them stand beside the good files, so that nothing of a program year is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.sample.planting import PICKED
from pipelines.sample.render import render
from pipelines.sample.sheets import Sheet, Submission, content

_FINDS = "reason_code"
_WORKBOOK = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00xl/workbook.xml\x00\x00"  # the rest is lost
_SCAN = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Length 8>>\nstream\n\x00\x01\x02\x03\x04\x05\x06\x07\nendstream\n"
_YEARS_AGO = 3


def strays(submission: Submission, title: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of further files, and enter them into the answer key.

    Every third submission repeats a file; careless ones have all the rest.
    """
    sheet = next((s for s in submission.sheets if s.layout.table == "placement"), None)
    if sheet is None:
        return
    if submission.is_careless:
        _cut_off(submission, sheet)
    if submission.is_careless or submission.number % PICKED == 0:
        yield _file(submission, sheet, "copy", "file_not_repeated"), content([sheet], title)
    if submission.is_careless:
        yield from _careless(submission, sheet, title)


def _careless(submission: Submission, sheet: Sheet, title: str) -> Iterator[tuple[str, bytes]]:
    yield _file(submission, sheet, "late", "file_not_empty"), b""
    yield _file(submission, sheet, "workbook", "file_archive_safe"), _WORKBOOK
    yield _file(submission, sheet, "scan", "file_is_text"), _SCAN
    old = f"{submission.start_year - _YEARS_AGO}-{(submission.start_year - _YEARS_AGO + 1) % 100:02d}"
    of_old = sheet.records.head(9).with_columns(pl.lit(old).alias("program_year"))
    yield _file(submission, sheet, "resent", "file_program_year_matches"), render(of_old, sheet.layout, title)
    if sheet.layout.trailer_record:
        yield _file(submission, sheet, "short", "file_trailer_matches"), _without_last_record(sheet, title)
    if sheet.layout.has_header:
        good = render(sheet.records.head(9), sheet.layout, title)
        changed = good.replace(sheet.layout.columns[-1].name.encode(), b"REMARK", 1)
        yield _file(submission, sheet, "old", "file_header_matches_layout"), changed
    name = f"contacts_{submission.program_year}.csv"
    submission.note(name, None, _FINDS, "file_layout_known")
    yield name, f"{title}\nname,telephone\n".encode()


def _file(submission: Submission, sheet: Sheet, suffix: str, rule_id: str) -> str:
    """Return a name that the layout takes for the same kind of file and that sorts behind it; enter it as faulty."""
    stem, _, ending = sheet.name.rpartition(".")
    name = f"{stem}_{suffix}.{ending}"
    submission.note(name, None, _FINDS, rule_id)
    return name


def _cut_off(submission: Submission, sheet: Sheet) -> None:
    """Let the file break off in its last line, unless something else is planted there."""
    last = len(sheet.records) - 1
    has_trailer = bool(sheet.layout.trailer_record)  # without which the whole file is refused
    if not has_trailer and not sheet.copies and not any(last in changes for changes in sheet.edits.values()):
        sheet.is_cut_off = True
        submission.note(sheet, last, _FINDS, "file_complete")


def _without_last_record(sheet: Sheet, title: str) -> bytes:
    """Return a file that counts a record more in its trailer than it holds."""
    lines = render(sheet.records.head(9), sheet.layout, title).split(sheet.layout.line_end.encode())
    return sheet.layout.line_end.encode().join([*lines[:-3], *lines[-2:]])
