"""Rows of one file on their way into raw, batch by batch: what was written, what was turned away, and the way back.

What is decided about the file as a whole stands in ``land``; how rows are written, in ``raw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import duckdb
import polars as pl

from pipelines.intake.arrival import Arrival
from pipelines.intake.raw import remove_raw, write_raw
from pipelines.intake.reading.lines_mask import mask
from pipelines.intake.reading.read import FileReading
from pipelines.intake.source import Supplier
from pipelines.intake.trust import YearsSaid
from pipelines.layouts import FileLayout


@dataclass
class RawWriter:
    """A file on its way into raw, batch by batch: what came of each kind of record, and what was turned away."""

    connection: duckdb.DuckDBPyConnection
    supplier: Supplier
    arrival: Arrival
    key: bytes
    years: YearsSaid = field(default_factory=YearsSaid)
    row_counts: dict[str, int] = field(default_factory=dict)
    turned_away: list[pl.DataFrame] = field(default_factory=list)

    def take(self, layout: FileLayout, rows: pl.DataFrame) -> None:
        """Write the next rows of a kind of record to raw, but for those whose transaction nobody knows."""
        rows = self._of_known_transaction(layout, rows)
        if not rows.height:
            return
        self.years.note(layout, rows)
        write_raw(self.connection, self.supplier, layout, self.arrival.submission_id, rows, self.key)
        self.row_counts[layout.name] = self.row_counts.get(layout.name, 0) + rows.height

    def less_unknown(self, reading: FileReading) -> FileReading:
        """Return the reading without the rows that were turned away, which count as quarantined."""
        if not self.turned_away:
            return reading
        away = pl.concat(self.turned_away)
        return replace(
            reading,
            loaded_line_count=reading.loaded_line_count - int(away["line_count"].sum()),
            loaded_row_count=reading.loaded_row_count - away.height,
            quarantined=pl.concat([reading.quarantined.select(away.columns), away]).sort("line_number"),
        )

    def undo(self, layouts: Sequence[FileLayout]) -> None:
        """Take out of raw what was written before the file turned out to be no good."""
        for layout in layouts:
            if layout.name in self.row_counts:
                remove_raw(self.connection, self.supplier, layout, self.arrival.submission_id)

    def _of_known_transaction(self, layout: FileLayout, rows: pl.DataFrame) -> pl.DataFrame:
        transactions = layout.transactions
        if transactions is None:
            return rows
        is_known = pl.col(transactions.column).fill_null("").str.strip_chars().is_in(transactions.codes)
        unknown = rows.filter(~is_known)
        if unknown.height:
            shapes = [f"{transactions.column}: {mask(text or '')}" for text in unknown[transactions.column]]
            reason = pl.lit("line_transaction_known").alias("reason_code")
            self.turned_away.append(
                unknown.select("line_number", reason, pl.Series("excerpt_masked", shapes, pl.String), "line_count")
            )
        return rows.filter(is_known)
