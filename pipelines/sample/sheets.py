"""Files about to be written, and what is to be spoilt in them; the answer key, line by line.

What is spoilt, and where, is decided in ``sample.planting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import polars as pl

from pipelines.layouts import FileLayout
from pipelines.sample.faults import LineFault, LineToSpoil
from pipelines.sample.plan import Plan
from pipelines.sample.render import said, written

ONE_IN, CARELESS = 5, 1  # one submission in five is careless


@dataclass(frozen=True)
class Planted:
    """One line of the answer key; ``line_number`` is None for a file as a whole."""

    grantee_id: str
    program_year: str
    file_name: str
    line_number: int | None
    column_name: str
    rule_id: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the header of the answer key."""
        return tuple(f.name for f in fields(cls))

    def row(self) -> tuple[str, ...]:
        """Return the line as texts."""
        values = (getattr(self, name) for name in self.columns())
        return tuple("" if value is None else str(value) for value in values)


@dataclass
class Sheet:
    """A file about to be written: the records it holds and what is to be spoilt in it, by position of the record."""

    layout: FileLayout
    name: str
    records: pl.DataFrame
    edits: dict[str, dict[int, str]] = field(default_factory=dict)
    copies: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    broken: dict[int, LineFault] = field(default_factory=dict)
    is_cut_off: bool = False

    def line_of(self, position: int) -> int:
        """Return the line of a record, counted from 1 below titles and header."""
        return self.layout.title_lines + self.layout.has_header + position + 1

    def content(self, title: str) -> bytes:
        """Return the bytes of the file, spoilt."""
        texts = self._texts()
        end = self.layout.line_end.encode()
        lines = written(texts, self.layout, title).split(end)
        mark = self.layout.delimiter.encode()
        quote = self.layout.quote.encode() if self.layout.kind == "delimited" else b""
        for position, fault in self.broken.items():
            index = self.line_of(position) - 1
            lines[index] = fault.spoil(LineToSpoil(lines[index], mark, quote))
        if self.is_cut_off:
            lines = [*lines[:-2], lines[-2].rpartition(mark)[0] or lines[-2][:-3]]
        return end.join(lines)

    def _texts(self) -> pl.DataFrame:
        texts = said(self.records, self.layout)
        added = [texts.row(position, named=True) | changed for position, changed in self.copies]
        for name, changes in self.edits.items():
            column = texts[name].scatter(list(changes), list(changes.values()))
            texts = texts.with_columns(column.alias(name))
        return pl.concat([texts, pl.DataFrame(added, schema=texts.schema)]) if added else texts


@dataclass
class Submission:
    """All files of one grantee and program year, and who is spoilt already: one fault a person."""

    plan: Plan
    program_year: str
    number: int
    sheets: list[Sheet]
    facts: Mapping[str, pl.DataFrame]
    spoilt: set[tuple[str, ...]] = field(default_factory=set)
    planted: list[Planted] = field(default_factory=list)

    @property
    def start_year(self) -> int:
        """The year in whose July the program year begins."""
        return int(self.program_year[:4])

    @property
    def is_careless(self) -> bool:
        """Whether nobody looked at the files before they were sent."""
        return self.number % ONE_IN == CARELESS

    def note(self, sheet: Sheet, line_number: int | None, column_name: str, rule_id: str) -> None:
        """Enter a line into the answer key."""
        entry = Planted(self.plan.grantee.id, self.program_year, sheet.name, line_number, column_name, rule_id)
        self.planted.append(entry)
