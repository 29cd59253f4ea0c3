"""What the newer parts of a scorecard are made of: sections of tables whose numbers carry what they are of.

Page, workbook and JSON show the same tables, so that they cannot disagree. No query and no judgement here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.scorecard.share import Share

Kind = Literal["text", "count", "share", "points", "money", "number", "date"]
# A word in a column of numbers is a status, such as "cannot tell" or "pending"; None is a place where nothing belongs.
Cell = str | int | Decimal | date | Share | None


@dataclass(frozen=True)
class Column:
    """One column: its key in JSON, its words, and what stands in it.

    ``share`` holds ``Share``, shown with numerator and denominator; ``points`` are percentage points; ``money`` is in
    dollars; ``note`` says what the number is of where the table's population does not.
    """

    key: str
    title: str
    kind: Kind = "text"
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells, in the order of ``columns``; the first column names the row.

    ``id`` is snake_case, unique in a scorecard and lasting: anchor, sheet and key in JSON. ``population`` says of whom
    or what the numbers are, ``source`` whence they come, ``as_of`` their date or vintage; none of the three is empty.
    ``query`` names a file of ``sql/queries`` that gives the same numbers, where there is one.
    """

    id: str
    title: str
    population: str
    source: str
    as_of: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    query: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a scorecard: what it says in sentences, and its tables. What cannot be told is a sentence too."""

    id: str
    title: str
    says: tuple[str, ...]
    tables: tuple[Table, ...]


def tables_of(sections: Iterable[Section]) -> dict[str, Table]:
    """Return the tables of sections by id."""
    return {table.id: table for section in sections for table in section.tables}
