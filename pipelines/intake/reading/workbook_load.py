"""Run as a process of its own: one workbook to text, all its sheets, written to a descriptor as Arrow streams.

By itself because a single wrong byte makes the library ask for more memory than any machine has, which ends the process
it runs in. Imports nothing of ours, starts under limits, and says how it went by its exit code alone: no value is ever
printed. Which rows are data and what a date looks like in a layout is decided by ``workbook``.

A stream has the columns ``c0``, ``c1``, ... (String, null where a cell is empty; all rows of the sheet up to the last
one used) and, where a column has cells that are dates or times, a boolean ``d<n>`` beside it. Its metadata has
``sheet``, and ``remarks``: what was noticed, one word each.
"""

from __future__ import annotations

import re
import resource
import sys
import zipfile
import zlib
from decimal import Decimal
from functools import cache, partial
from typing import IO, TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET
from xml.parsers import expat

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable

    import fastexcel

Kind = Literal["boolean", "duration"]
DAMAGED, PROTECTED, TOO_LARGE, DISK_FULL = 10, 11, 12, 13  # exit codes
_ERRORS = {"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
           "Value": "#VALUE!", "GettingData": "#GETTING_DATA"}  # fmt: skip
_ERROR = re.compile(r"Error\((\w+)\)")
_BOOLEAN, _LONG_NUMBER = "^(true|false)$", r"^(-0|-?\d+(\.\d+)?)$"
_LONG = 17  # characters: a double tells 15 digits apart, its exact value has more, which nobody has typed
_DATE = r"^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d"
_MIDNIGHT, _NO_DAY, _WHOLE_SECOND = " 00:00:00", r"^(1899-12-3[01]|1904-01-01) ", r"\.0+$"
_MARKS = {"formulas": re.compile(rb"<(?:\w+:)?f[ />]"), "merged": re.compile(rb"<(?:\w+:)?mergeCell ")}
_LONGEST_MARK, _BLOCK = 64, 1 << 20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def main(path: str, descriptor: int, memory: int, seconds: int) -> int:
    """Write all sheets of a workbook; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold clear identifiers
    import fastexcel

    try:
        with open(descriptor, "wb") as out:
            _write_sheets(path, out)
    except MemoryError:
        return TOO_LARGE
    except OSError:
        return DISK_FULL
    except fastexcel.FastExcelError as fault:
        return PROTECTED if "password" in str(fault).lower() else DAMAGED
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError):
        return DAMAGED
    return 0


def _write_sheets(path: str, out: IO[bytes]) -> None:
    import fastexcel

    book = fastexcel.read_excel(path)
    marks = _marks_of_sheets(path) if zipfile.is_zipfile(path) else {}
    for name in book.sheet_names:
        columns, remarks = _columns(book, name)
        found = [*marks.get(name, ()), *remarks]
        table = pa.table(columns).replace_schema_metadata({"sheet": name, "remarks": " ".join(found)})
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)


def _columns(book: fastexcel.ExcelReader, name: str) -> tuple[dict[str, pa.Array], list[str]]:
    """Return the columns of a sheet as text, and what was noticed."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    batch, errors = sheet.to_arrow_with_errors()
    replaced: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        said = _ERROR.search(error.detail)
        replaced.setdefault(column, {})[row] = _ERRORS.get(said[1], "#ERROR!") if said else "#ERROR!"
    columns: dict[str, pa.Array] = {}
    remarks = {"errors"} if replaced else set()
    cells_of = _cells_of(book, name)
    for number, texts in enumerate(batch.columns):
        text, is_date, remark = _as_typed(texts, partial(cells_of, number))
        columns[f"c{number}"] = _with(text, replaced.get(number, {}))
        remarks |= remark
        if is_date is not None:
            columns[f"d{number}"] = is_date
    return columns, sorted(remarks)


def _as_typed(texts: pa.Array, is_of: Callable[[Kind], pa.Array]) -> tuple[pa.Array, pa.Array | None, set[str]]:
    """Return a column's cells as a person typed them, which of them are dates or times (None: none), and remarks.

    What looks like a boolean, a long number or a moment may be text, so that ``is_of`` is asked which it is.
    """
    remarks: set[str] = set()
    is_boolean = pc.match_substring_regex(texts, _BOOLEAN)
    is_long = pc.and_(
        pc.match_substring_regex(texts, _LONG_NUMBER),
        pc.or_(pc.greater_equal(pc.utf8_length(texts), _LONG), pc.equal(texts, "-0")),
    )
    is_moment = pc.match_substring_regex(texts, _DATE)
    if pc.any(is_boolean).as_py() or pc.any(is_long).as_py():
        is_number = is_of("boolean")
        texts = pc.if_else(_both(is_boolean, is_number), pc.utf8_upper(texts), texts)
        long = pc.indices_nonzero(_both(is_long, is_number)).to_pylist()
        remarks |= {"long_numbers"} if any("." not in texts[i].as_py() for i in long) else set()
        texts = _with(texts, {i: _fifteen_digits(texts[i].as_py()) for i in long})
    if not pc.any(is_moment).as_py():
        return texts, None, remarks
    is_date = _both(is_moment, is_of("duration"))
    return pc.if_else(is_date, _moments(texts), texts), is_date, remarks


def _moments(texts: pa.Array) -> pa.Array:
    """Return dates without the midnight that nobody typed, and times without the day that Excel begins to count at."""
    whole = pc.replace_substring_regex(texts, _WHOLE_SECOND, "")
    days = pc.replace_substring(whole, _MIDNIGHT, "")
    return pc.replace_substring_regex(days, _NO_DAY, "")


def _fifteen_digits(text: str) -> str:
    """Return a number with the 15 digits that Excel keeps: 34578921.52 for 34578921.520000003."""
    shown = f"{Decimal(f'{float(text):.15g}'):f}"
    return "0" if shown == "-0" else shown


def _cells_of(book: fastexcel.ExcelReader, sheet: str) -> Callable[[int, Kind], pa.Array]:
    """Return what says which cells of a column are of a kind; each kind is loaded once, and only if it is asked for.

    Booleans and numbers are ``boolean``, dates and times ``duration``; a text is neither.
    """

    @cache
    def load(kind: Kind) -> pa.RecordBatch:
        return book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=kind).to_arrow()

    return lambda column, kind: load(kind).column(column).is_valid()


def _both(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.fill_null(pc.and_(left, right), fill_value=False)


def _with(texts: pa.Array, replaced: dict[int, str]) -> pa.Array:
    """Return texts with those at some rows replaced."""
    if not replaced:
        return texts
    values = texts.to_pylist()
    for row, text in replaced.items():
        values[row] = text
    return pa.array(values, pa.string())


def _marks_of_sheets(path: str) -> dict[str, list[str]]:
    """Return by sheet whether it has formulas and merged cells, which the library does not tell."""
    with zipfile.ZipFile(path) as book:
        try:
            relations = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - under limits, by itself
            sheets = ET.fromstring(book.read("xl/workbook.xml"))  # noqa: S314
        except (KeyError, ET.ParseError):
            return {}
        parts = {r.get("Id"): "xl/" + (r.get("Target") or "").removeprefix("/xl/") for r in relations}
        places = {s.get("name", ""): parts.get(s.get(_RELATION), "") for s in sheets.iter() if s.tag.endswith("}sheet")}
        known = set(book.namelist())
        for part in known & {"xl/sharedStrings.xml"}:
            _marks(book, part)
        return {name: _marks(book, part) for name, part in places.items() if part in known}


def _marks(book: zipfile.ZipFile, part: str) -> list[str]:
    """Return the marks of a part. Raises ExpatError where its XML is broken: the library would read what is whole."""
    found, tail, parser = set(), b"", expat.ParserCreate()
    with book.open(part) as content:
        while block := content.read(_BLOCK):
            parser.Parse(block, False)  # noqa: FBT003 - the name of the argument is not to be had
            found |= {mark for mark, pattern in _MARKS.items() if pattern.search(tail + block)}
            tail = block[-_LONGEST_MARK:]
    parser.Parse(b"", True)  # noqa: FBT003
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
