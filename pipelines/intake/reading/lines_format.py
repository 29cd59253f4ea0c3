"""The words of the line reader: how a text file is written, what reading it gives, how a file is refused.

Declarations only. The reading itself is in ``lines`` and the modules that it assembles.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading.account import FileReading

Refusal = Literal[
    "file_archive_safe",
    "file_complete",
    "file_encoding_as_declared",
    "file_header_matches_layout",
    "file_is_text",
    "file_not_empty",
    "file_readable",
    "file_sheet_known",
    "file_trailer_matches",
]
QUARANTINE_SCHEMA = pl.Schema(
    {"line_number": pl.Int64(), "reason_code": pl.String(), "excerpt_masked": pl.String(), "line_count": pl.Int64()}
)
POSITION_COLUMNS = ("line_number", "line_count")
DETECT = "detect"
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
    "cp1252": "cp1252",
    "iso8859-1": "latin-1",
}


class FileRefused(Exception):  # noqa: N818 - a refusal is an answer to the sender, not an error of ours
    """No line of the file can be trusted. ``reason_code`` is a rule id; the message is for people and holds the fix.

    ``reading`` is the account of the file where it was read to its end before, so that all that is wrong can be told.
    """

    def __init__(self, reason_code: Refusal, message: str, reading: FileReading | None = None) -> None:
        super().__init__(message)
        self.reason_code = reason_code
        self.reading = reading


@dataclass(frozen=True)
class Field:
    """One column of a file. ``start`` (from 1) and ``width`` count characters and are for fixed width only.

    An optional field may be absent: from the header, or, where there is none, from the end of every line.
    """

    name: str
    start: int = 0
    width: int = 0
    is_optional: bool = False


@dataclass(frozen=True)
class TextFormat:
    """How a text file is written. ``quote`` is empty where quotes are plain characters.

    ``header_record`` and ``trailer_record`` are regular expressions of control lines, empty where there are none.
    ``record`` is the code that tells the records of this format from others in the same file; it stands in the column
    ``record_column`` or at ``record_start`` (from 1) for ``record_width`` characters.
    """

    kind: Literal["delimited", "fixed_width", "json_lines"]
    fields: tuple[Field, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    has_header: bool = True
    title_lines: int = 0
    trailer_lines: int = 0
    header_record: str = ""
    trailer_record: str = ""
    record: str = ""
    record_column: str = ""
    record_start: int = 1
    record_width: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be read. Raises ConfigurationError that names the key and the fix."""
        fault = self._fault()
        if fault:
            raise ConfigurationError(fault)

    def _fault(self) -> str:
        names = [f.name.strip().casefold() for f in self.fields]
        if not names or len(set(names)) < len(names) or set(names) & set(POSITION_COLUMNS):
            return f"fields: give at least one, each name once, none called {' or '.join(POSITION_COLUMNS)}"
        fault = _regex_fault("header_record", self.header_record) or _regex_fault("trailer_record", self.trailer_record)
        if fault or self.kind == "json_lines":
            return fault
        if self.kind == "fixed_width":
            unplaced = [f.name for f in self.fields if f.start < 1 or f.width < 1]
            return f"fields: {', '.join(unplaced)}: give start (from 1) and width (at least 1)" if unplaced else ""
        marks = self.delimiter + self.quote
        if len(self.delimiter) != 1 or len(self.quote) > 1 or not marks.isascii() or set(marks) & set("\r\n"):
            return "delimiter and quote: give one ASCII character each, no line end (quote may be empty)"
        return "delimiter and quote must differ" if self.delimiter == self.quote else ""

    @property
    def own(self) -> bytes:
        """The delimiter and, unless quotes are plain characters, the quote; empty where there are no delimiters."""
        return (self.delimiter + self.quote).encode() if self.kind == "delimited" else b""

    @property
    def codec(self) -> str:
        """The encoding by the one name that the reader uses. Raises ConfigurationError for an unsupported one."""
        if self.encoding == DETECT:
            return DETECT
        try:
            return _ENCODINGS[codecs.lookup(self.encoding).name]
        except (LookupError, KeyError):
            msg = f"encoding: {self.encoding!r} is not supported; use utf-8, utf-16, cp1252, latin-1 or detect"
            raise ConfigurationError(msg) from None


def _regex_fault(key: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as fault:
        return f"{key}: {pattern!r} is no regular expression ({fault}); correct it in the layout"
    return ""
