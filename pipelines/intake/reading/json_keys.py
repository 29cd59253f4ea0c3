"""Keys of JSON records and the columns of a layout: which key fills which column, without regard to letter case."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import polars as pl

from pipelines.intake.reading.lines_format import Field, FileRefused
from pipelines.intake.reading.lines_mask import tell_names

_MOST_NAMES_TOLD = 12
Record = dict[str, str | None]


class Keys:
    """The keys seen so far. ``header`` has each in the order of its coming, ``unexpected`` those of no column."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = tuple(fields)
        self._declared = {f.name.strip().casefold(): f.name for f in fields}
        self._spelled: dict[str, list[str]] = {f.name: [] for f in fields}
        self.header: dict[str, None] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns that no record had."""
        return tuple(name for name, spelled in self._spelled.items() if not spelled)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """The keys that no column takes."""
        return tuple(name for name in self.header if name.strip().casefold() not in self._declared)

    def learn(self, records: Sequence[Record]) -> set[int]:
        """Take note of the keys of records; return the places of those that say one column twice."""
        for record in records:
            if not record.keys() <= self.header.keys():
                self._add(record)
        several = [spelled for spelled in self._spelled.values() if len(spelled) > 1]
        return {i for i, record in enumerate(records) if any(sum(n in record for n in s) > 1 for s in several)}

    def _add(self, record: Record) -> None:
        for name in record:
            column = self._declared.get(name.strip().casefold())
            if name not in self.header and column:
                self._spelled[column].append(name)
            self.header[name] = None

    def columns(self, records: Sequence[Record]) -> dict[str, pl.Series]:
        """Return a String column for each field; null where a record lacks it."""
        return {
            name: pl.Series(self._values(records, spelled), dtype=pl.String) for name, spelled in self._spelled.items()
        }

    def _values(self, records: Sequence[Record], spelled: Sequence[str]) -> list[str | None]:
        if len(spelled) == 1:
            try:
                return list(map(itemgetter(spelled[0]), records))
            except KeyError:  # some record lacks it
                return [record.get(spelled[0]) for record in records]
        return [next((record[n] for n in spelled if n in record), None) for record in records]

    def refuse_missing(self) -> None:
        """Raise FileRefused where a column that must be there was in no record."""
        required = [f.name for f in self._fields if not f.is_optional and f.name in self.missing]
        if not required:
            return
        faults = "; ".join(f"key {name!r} is in no line; add it, or name it so" for name in required[:_MOST_NAMES_TOLD])
        found = ", ".join(tell_names(list(self.header)[:_MOST_NAMES_TOLD])) or "no keys"
        msg = f"the keys do not match the layout: {faults}. Found: {found}"
        raise FileRefused(reason_code="file_header_matches_layout", message=msg)
