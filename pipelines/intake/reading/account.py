"""What every reader gives: rows to a sink, and an account in which each line is header, loaded or quarantined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipelines.layouts import FileLayout

# Takes the layout of a kind of record and the next of its rows, never none: a String column for each column of the
# layout (null where an optional one is absent), then those of text files that the layout does not know, then
# ``line_number`` and ``line_count`` (Int64).
Sink = Callable[[FileLayout, pl.DataFrame], None]


@dataclass(frozen=True)
class FileReading:
    """What became of every line of a file. The rows themselves have gone to the sink, in the order of the file.

    ``quarantined`` has the columns of ``lines_format.QUARANTINE_SCHEMA``. ``header`` are the names found, in their
    order; ``unexpected_columns`` those that no layout knows. ``encoding`` is the one that the file was read in.
    ``remarks`` are sentences for the sender about a file that was read all the same. ``trailer`` are the last lines
    that are no records, as found.
    """

    physical_line_count: int
    header_line_count: int
    loaded_line_count: int
    loaded_row_count: int
    quarantined: pl.DataFrame
    encoding: str
    header: tuple[str, ...] = ()
    unexpected_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    has_byte_order_mark: bool = False
    remarks: tuple[str, ...] = ()
    trailer: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Hold the line law. Raises RuntimeError: to lose count is a fault of ours, never of the file."""
        accounted = self.header_line_count + self.loaded_line_count + self.quarantined_line_count
        if accounted != self.physical_line_count:
            msg = f"the reader lost count: {self.physical_line_count} lines, {accounted} accounted for; report this bug"
            raise RuntimeError(msg)

    @property
    def quarantined_line_count(self) -> int:
        """Physical lines that no row could be made of."""
        return int(self.quarantined["line_count"].sum())
