"""Workbooks (.xlsx, .xlsm) with two columns more in each sheet that the return speaks of; formats are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.intake.reading.lines_header import PROBLEM_COLUMN, REPAIR_COLUMN
from pipelines.returns.sent_back import Problem, by_line
from pipelines.spreadsheet_text import plain

ENDINGS = (".xlsx", ".xlsm")
_MOST_ROWS_ABOVE = 30


def annotate_workbook(source: Path, problems: Sequence[Problem], out: Path) -> tuple[bool, bool]:
    """Write the copy to ``out`` and return whether a sheet could be annotated, and whether the workbook has formulas.

    Nothing is written where no header is found that names a column of the return.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    book = load_workbook(source, keep_vba=source.suffix.casefold() == ".xlsm")
    done = False
    for name in dict.fromkeys(problem.sheet for problem in problems):
        sheet = book[name] if name in book.sheetnames else book.worksheets[0] if not name else None
        of_sheet = [problem for problem in problems if problem.sheet == name]
        if sheet is not None:
            done |= _annotate(sheet, by_line(of_sheet), {problem.column for problem in of_sheet})
    has_formulas = any(cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    if done:
        book.save(out)
    book.close()
    return done, has_formulas


def _annotate(sheet: Any, told: Mapping[int, tuple[str, str]], columns: Collection[str]) -> bool:
    wanted = {name.strip().casefold() for name in columns}
    rows = sheet.iter_rows(max_row=_MOST_ROWS_ABOVE, values_only=True)
    named = {row: len(wanted & {str(v).strip().casefold() for v in cells}) for row, cells in enumerate(rows, start=1)}
    header = max(named, key=lambda row: (named[row], -row), default=0)
    if not header or not named[header]:
        return False
    place = sheet.max_column + 1
    for row, texts in {**told, header: (PROBLEM_COLUMN, REPAIR_COLUMN)}.items():
        for offset, text in enumerate(texts):
            cell = sheet.cell(row, place + offset)
            cell.value = plain(text)
            cell.data_type = "s"
    return True
