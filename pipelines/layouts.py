"""Layouts: how a supplier's files say our columns, in words that both directions use. Declarations only.

Used forwards by ``intake`` (their words to ours) and backwards by ``sample`` (ours to theirs). How the TOML files are
read and checked stands in ``layout_files``; every key is explained in ``docs/layouts.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Literal

Kind = Literal["delimited", "fixed_width", "workbook", "parquet", "json_lines", "database"]
DATE_FORMATS = ("YYYY-MM-DD", "MM/DD/YYYY", "YYYYMMDD")
YEAR_FORMATS = ("YYYY-YY", "start_year", "end_year")
# House default after Florida's WDIS, which rejects a file with more than a fifth of its records in error.
MOST_BAD_SHARE = "1/5"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_WORD = r"[\w-]+?"
_FORMS = {"submission": "[0-9a-f]{12}"}  # what a placeholder takes, where that is not any word


@dataclass(frozen=True)
class ColumnLayout:
    """One column of a file. ``to`` is empty where the column is kept in raw only.

    ``codes`` maps their code to ours. ``nulls`` are texts that say "no value" (sentinels). ``separator`` splits a field
    that holds several codes. ``start`` (from 1) and ``width`` are for fixed width. ``implied_decimals`` 2 reads 0450
    as 4.50. ``pii`` is ``identifier`` for a person's identifier that is hashed although no column of ours takes it.
    ``joined_with`` names columns whose texts follow behind this one's, with hyphens: a course told by several.
    """

    name: str
    to: str = ""
    start: int = 0
    width: int = 0
    codes: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    separator: str = ""
    format: str = ""
    implied_decimals: int = 0
    pii: str = ""
    is_optional: bool = False
    joined_with: Sequence[str] = ()


@dataclass(frozen=True)
class Transactions:
    """How records say that they add, change or delete what was sent before, as in an update file.

    ``column`` holds the code; ``add``, ``change`` and ``delete`` are its values, empty where the file has no such code.
    The records of a later file are replayed on what the earlier ones left; a change of key is a delete plus an add.
    """

    column: str
    add: str = "A"
    change: str = "C"
    delete: str = "D"

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes that a record may carry."""
        return tuple(code for code in (self.add, self.change, self.delete) if code)


@dataclass(frozen=True)
class FileLayout:
    """One kind of file, or one kind of record within files: the table it fills, how it is named, read and mapped.

    Several layouts may share a ``file_name``: each then has a ``record``, the code that tells its records, which stands
    in the column ``record_column`` (or, in fixed width, at ``record_start`` for ``record_width`` characters). In a
    workbook ``sheet`` names the sheet of this layout and ``ignored_sheets`` those that hold no records (``*`` for all
    others).

    ``header_record`` and ``trailer_record`` are regular expressions for lines that are neither title nor data; a named
    group ``rows`` is a control count of the data rows. ``most_bad_share`` is the share of data lines that may be
    unreadable before the whole file is refused. ``query`` reads a table of a source database.

    ``*`` in ``file_name`` takes any text, such as what people add to the name of a copy.

    ``{vintage}`` in ``file_name`` takes a code of code set ``vintage``: a later vintage of the same file replaces an
    earlier one, never the other way round. ``vintages`` maps their word to ours.

    ``is_always_quoted`` and ``line_end`` serve writing only: a reader takes what comes. ``is_partial`` says that the
    file has more columns than the layout names, on purpose; the archive keeps them. ``years_before`` is how many years
    before the collection year in its name the program year begins that a reference file speaks of. ``is_outside`` says
    that another body than the institutions sends it: none of them is shown a record of such a file.
    """

    name: str
    table: str
    file_name: str
    columns: tuple[ColumnLayout, ...]
    layout_id: str
    layout_version: str
    kind: Kind = "delimited"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    has_header: bool = True
    title_lines: int = 0
    trailer_lines: int = 0
    header_record: str = ""
    trailer_record: str = ""
    sheet: str = ""
    ignored_sheets: tuple[str, ...] = ()
    record: str = ""
    record_column: str = ""
    record_start: int = 1
    record_width: int = 0
    query: str = ""
    transactions: Transactions | None = None
    vintages: dict[str, str] = field(default_factory=dict)
    most_bad_share: str = MOST_BAD_SHARE
    one_file_per: str = ""
    constants: dict[str, str] = field(default_factory=dict)
    effective_from: str = ""
    effective_to: str = ""
    is_optional: bool = False
    is_outside: bool = False
    bytes_order_mark: bool = False
    years_before: int = 0
    is_partial: bool = False
    is_always_quoted: bool = False
    line_end: str = "\n"

    @property
    def version(self) -> str:
        """The layout and its version, as ``quality.submission`` records it."""
        return f"{self.layout_id} {self.layout_version}"

    @property
    def most_bad(self) -> Fraction:
        """The share of data lines that may be unreadable before the file is refused."""
        return Fraction(self.most_bad_share)

    def is_effective(self, program_year: str) -> bool:
        """Return whether the layout is in force for a program year such as ``2024-25``."""
        return (not self.effective_from or self.effective_from <= program_year) and (
            not self.effective_to or program_year <= self.effective_to
        )

    def matches(self, file_name: str) -> bool:
        """Return whether a file of that name is of this kind; letter case does not matter."""
        return _pattern(self.file_name).fullmatch(file_name) is not None

    def name_parts(self, file_name: str) -> dict[str, str]:
        """Return what a file's name says for each placeholder of the layout's; empty where the name is another."""
        match = _pattern(self.file_name).fullmatch(file_name)
        return match.groupdict() if match else {}

    def vintage_of(self, file_name: str) -> str:
        """Return the vintage that a file's name says, in our words; empty where it says none."""
        said = self.name_parts(file_name).get("vintage", "")
        ours = {theirs.casefold(): word for theirs, word in self.vintages.items()}
        return ours.get(said.casefold(), said)

    def column_to(self, name: str) -> ColumnLayout | None:
        """Return the column that fills our column of that name, or None where the file does not carry it."""
        return next((c for c in self.columns if c.to == name), None)


@cache
def _pattern(file_name: str) -> re.Pattern[str]:
    parts, seen, text = _PLACEHOLDER.split(file_name), set[str](), ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            text += re.escape(part).replace(r"\*", ".*?")
        elif part in seen:
            text += rf"(?P={part})"
        else:
            seen.add(part)
            text += rf"(?P<{part}>{_FORMS.get(part, _WORD)})"
    return re.compile(text, re.IGNORECASE | re.DOTALL)
