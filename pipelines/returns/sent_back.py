"""A return read again at the college: which file it speaks of, and what is wrong on which line of it.

Needs no home, no grantee and no network. How returns are written stands in ``sheets``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from pipelines.configuration import ConfigurationError
from pipelines.returns.package import HEADERS, STATUS_WORDS
from pipelines.spreadsheet_text import as_sent

SHEET = "Findings"
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_TITLE_LINES = 2
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # a spreadsheet program saves in an encoding of its own
_NEEDED = ("Line", "Cell", "Column", "Status since last return", "What is wrong", "How to repair")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a record. ``line`` is its first physical line; ``sheet`` is empty but in workbooks."""

    line: int
    sheet: str
    column: str
    wrong: str
    repair: str

    @property
    def told(self) -> str:
        """What is wrong, with the column in front."""
        return f"{self.column}: {self.wrong}" if self.column else self.wrong


@dataclass(frozen=True)
class SentBack:
    """A return: the hash of the file it speaks of, what is wrong line by line, and with the file as a whole."""

    sha256: str
    problems: tuple[Problem, ...]
    of_the_file: tuple[str, ...]


def read_return(path: Path) -> SentBack:
    """Return what a return says. Raises ConfigurationError with the fix where the file is none."""
    rows = list(_rows(path))
    at = next((i for i, row in enumerate(rows) if {*_NEEDED} <= {*row}), None)
    found = _HASH.search(" ".join(cell for row in rows[: max(at or 0, _TITLE_LINES)] for cell in row))
    if at is None or found is None:
        msg = (
            f"{path}: this is no return: there should be two title lines with the SHA-256 of the file it speaks of, "
            f"and the header {', '.join(HEADERS[:4])} ...; give the .xlsx or .csv as it came"
        )
        raise ConfigurationError(msg)
    said = [dict(zip(rows[at], row, strict=False)) for row in rows[at + 1 :]]
    open_ones = [one for one in said if one.get("Status since last return") != STATUS_WORDS["fixed"]]
    problems = tuple(_problem(one) for one in open_ones if _line(one))
    of_the_file = tuple(_of_the_file(one) for one in open_ones if not _line(one) and one.get("What is wrong"))
    return SentBack(found[0], problems, tuple(dict.fromkeys(of_the_file)))


def together(returns: Sequence[SentBack]) -> SentBack:
    """Return all that returns of the same file say of it."""
    return SentBack(
        returns[0].sha256,
        tuple(problem for one in returns for problem in one.problems),
        tuple(dict.fromkeys(text for one in returns for text in one.of_the_file)),
    )


def _of_the_file(said: dict[str, str]) -> str:
    value = said.get("Value as sent", "")
    return said["What is wrong"] + (f" ({value})" if value else "")


def _problem(said: dict[str, str]) -> Problem:
    sheet = said["Cell"].rpartition("!")[0].strip("'") if "!" in said["Cell"] else ""
    return Problem(_line(said), sheet, said["Column"], said["What is wrong"], said["How to repair"])


def _line(said: dict[str, str]) -> int:
    text = said.get("Line", "")
    return int(text) if text.isdecimal() and text.isascii() else 0


def _rows(path: Path) -> Iterator[list[str]]:
    if path.suffix.casefold() == ".csv":
        for row in csv.reader(io.StringIO(_text(path.read_bytes()), newline="")):
            yield [as_sent(cell) for cell in row]
        return
    from openpyxl import load_workbook  # type: ignore[import-untyped]
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book[SHEET]
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as fault:
        msg = f"{path}: this is no return: a return is a .csv, or an .xlsx with the sheet {SHEET}"
        raise ConfigurationError(msg) from fault
    for cells in sheet.iter_rows(values_only=True):
        yield [_cell(value) for value in cells]
    book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else as_sent(str(value))


def _text(content: bytes) -> str:
    for encoding in _ENCODINGS[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(_ENCODINGS[-1])


def by_line(problems: Sequence[Problem]) -> dict[int, tuple[str, str]]:
    """Return for each line what is wrong with its record and how to repair it, each thing once."""
    lines: dict[int, list[Problem]] = {}
    for problem in problems:
        lines.setdefault(problem.line, []).append(problem)
    return {line: (_joined(p.told for p in of), _joined(p.repair for p in of)) for line, of in sorted(lines.items())}


def _joined(texts: Iterator[str]) -> str:
    return " / ".join(dict.fromkeys(" ".join(text.split()) for text in texts))
