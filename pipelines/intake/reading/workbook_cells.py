"""The cells of a sheet by row: as text for finding header and trailers, as frames for handing rows on.

Knows nothing of layouts but the names that columns were given and the format that their dates are to have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import polars as pl

from pipelines.intake.reading.lines_header import Body, Columns
from pipelines.intake.reading.lines_mask import mask_all

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_BATCH = 50_000  # rows
_CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # a person types tabs and line ends into cells, and nothing else of these
)
_ISO_DATE = r"^(\d{4})-(\d\d)-(\d\d)$"
_AS = {"MM/DD/YYYY": "$2/$3/$1", "YYYYMMDD": "$1$2$3"}  # what an ISO date becomes
_POSITION = (("line_number", pl.Int64), ("line_count", pl.Int64))


@dataclass(frozen=True)
class Part:
    """Some rows of a sheet under the names of their columns, with position, and the rows that none can be made of."""

    rows: pl.DataFrame
    quarantined: pl.DataFrame


class Cells:
    """The rows of a sheet; a row is told as text as if it stood in a file with commas."""

    def __init__(self, table: pa.Table) -> None:
        self._frame = cast("pl.DataFrame", pl.from_arrow(table))
        texts = [name for name in self._frame.columns if name.startswith("c")]
        filled = self._frame.select((pl.col(texts).fill_null("").str.strip_chars() != "").any()) if texts else None
        self._texts = [name for name in texts if filled is not None and filled[name][0]]

    def __len__(self) -> int:
        return self._frame.height

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything but blanks."""
        return not self._texts

    @cached_property
    def width(self) -> int:
        """The number of columns that are not wholly empty."""
        return len(self._texts)

    def text(self, row: int) -> str:
        """Return the cells of a row (from 0) with commas between, none behind the last that is filled."""
        return ",".join(self._row(row)).rstrip(",")

    def header(self, body: Body) -> tuple[str, ...]:
        """Return the names in the header row; columns that are empty in header and data are left out."""
        return () if body.header_line is None else self._row(body.header_line)

    def parts(self, columns: Columns, first: int, last: int, formats: Mapping[str, str]) -> Iterator[Part]:
        """Yield the rows from ``first`` up to ``last`` that are not blank, in batches, dates in the format given."""
        places = dict(zip(columns.names, self._texts, strict=False))
        for at in range(first, last, _BATCH):
            frame = self._frame.slice(at, min(_BATCH, last - at))
            position = pl.int_range(at + 1, at + 1 + frame.height, dtype=pl.Int64, eager=True).alias("line_number")
            rows = frame.select(
                *(self._dated(place, formats.get(name, "")).alias(name) for name, place in places.items()),
                position,
                pl.lit(1, pl.Int64).alias("line_count"),
            )
            yield _sorted_out(rows, list(places))

    def _row(self, row: int) -> tuple[str, ...]:
        return tuple(text or "" for text in self._frame.select(self._texts).row(row))

    def _dated(self, place: str, wanted: str) -> pl.Expr:
        """Return a column's text; where a cell is a date, as the layout says that dates are written."""
        text, flag = pl.col(place).fill_null(""), f"d{place[1:]}"
        if wanted not in _AS or flag not in self._frame.columns:
            return text
        return pl.when(pl.col(flag)).then(text.str.replace(_ISO_DATE, _AS[wanted])).otherwise(text)


def quarantined(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Return rows as quarantined lines, only their shape told."""
    texts = [name for name in rows.columns if name not in dict(_POSITION)]
    return rows.select(
        "line_number",
        pl.lit(reason).alias("reason_code"),
        mask_all(rows.select(pl.concat_str(texts, separator=",").alias("excerpt")).to_series()).alias("excerpt_masked"),
        "line_count",
    )


def _sorted_out(rows: pl.DataFrame, names: list[str]) -> Part:
    is_blank = pl.all_horizontal(pl.col(names).str.strip_chars() == "")
    is_strange = pl.any_horizontal(pl.col(names).str.contains(_CONTROL))
    filled = rows.filter(~is_blank)
    return Part(filled.filter(~is_strange), quarantined(filled.filter(is_strange), "line_control_characters"))
