"""What the tables of local needs share: which table is read, whence and of when a table is, how rows are limited."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from pipelines.measures.gaps.settings import GapSettings, settings_of
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

MOST_ROWS = 60
QUERY = "local_needs_by_recipient"
RECIPIENT = Column("recipient", "Eligible recipient")


def rows_of(seen: Sources, table: str, query: str, *more: Any) -> list[dict[str, Any]]:
    """Return the rows of a query, none where the warehouse has no such table."""
    return seen.partition.rows_of(table, query, *more)


def as_of(seen: Sources) -> str:
    """Return of what date the records are."""
    return seen.known.as_of(seen.partition.program_year)


def settings(seen: Sources) -> GapSettings:
    """Return how the grantee tests gaps."""
    return settings_of(seen.known.grantee)


def recipient_words(recipient: str) -> str:
    """Return what a recipient is called in the first column."""
    return "Recipient not known" if recipient == "unknown" else recipient


def share(numerator: int | None, denominator: int | None) -> Cell:
    """Return a share, or words where it cannot be told."""
    return UNKNOWN if numerator is None or denominator is None else Share(int(numerator), int(denominator))


def number(value: int | None) -> Cell:
    """Return a count, or words where it cannot be told."""
    return UNKNOWN if value is None else int(value)


def limited(rows: Sequence[tuple[Fraction, tuple[Cell, ...]]]) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    """Return the rows with the smallest keys, in order, and how many are left out; the input's order breaks ties."""
    ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    return tuple(ordered[:MOST_ROWS]), max(len(ordered) - MOST_ROWS, 0)


def table(
    seen: Sources,
    name: str,
    of: tuple[str, str, str],
    columns: tuple[Column, ...],
    rows: tuple[tuple[Cell, ...], ...],
    note: str = "",
    query: str = "",
) -> Table:
    """Return a table of the section, of the date of the records; ``of`` is its title, population and source."""
    title, population, source = of
    return Table(f"needs_{name}", title, population, source, as_of(seen), columns, rows, note, query)
