"""Files about to be written, and what is to be spoilt in them; the answer key, line by line.

What is spoilt, and where, is decided in ``sample.planting``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import polars as pl

from pipelines.layouts import FileLayout
from pipelines.sample.line_faults import LineFault, LineToSpoil
from pipelines.sample.plan import Plan
from pipelines.sample.render import said
from pipelines.sample.writing import Part, file_of, lines_above

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
    """Records of one kind about to be written, and what is to be spoilt in them, by position of the record.

    Most files hold one sheet. ``before`` are those that precede it in a file of several kinds of record.
    """

    layout: FileLayout
    name: str
    records: pl.DataFrame
    edits: dict[str, dict[int, str]] = field(default_factory=dict)
    copies: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    broken: dict[int, LineFault] = field(default_factory=dict)
    before: tuple[Sheet, ...] = ()
    is_cut_off: bool = False

    def __len__(self) -> int:
        return len(self.records) + len(self.copies)

    @property
    def place(self) -> str:
        """The place that a submission is told by: the file, or the sheet of a workbook."""
        return f"{self.name}!{self.layout.sheet}" if self.layout.kind == "workbook" else self.name

    def line_of(self, position: int) -> int:
        """Return the line of a record, counted from 1; it is final once everything is planted."""
        return lines_above(self.layout) + sum(len(sheet) for sheet in self.before) + position + 1

    def part(self) -> Part:
        """Return the texts, spoilt."""
        return Part(self.layout, self._texts())

    def break_lines(self, lines: list[bytes]) -> None:
        """Spoil those lines of the written file that no reader may take for rows."""
        mark = self.layout.delimiter.encode()
        quote = self.layout.quote.encode() if self.layout.kind == "delimited" else b""
        for position, fault in self.broken.items():
            index = self.line_of(position) - 1
            lines[index] = fault.spoil(LineToSpoil(lines[index], mark, quote))
        if self.is_cut_off:
            lines[-2:] = [lines[-2].rpartition(mark)[0] or lines[-2][:-3]]

    def _texts(self) -> pl.DataFrame:
        texts = said(self.records, self.layout)
        added = [texts.row(position, named=True) | changed for position, changed in self.copies]
        for name, changes in self.edits.items():
            column = texts[name].scatter(list(changes), list(changes.values()))
            texts = texts.with_columns(column.alias(name))
        return pl.concat([texts, pl.DataFrame(added, schema=texts.schema)]) if added else texts


def content(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return the bytes of the file that these sheets make, spoilt."""
    whole = file_of([sheet.part() for sheet in sheets], title)
    if not any(sheet.broken or sheet.is_cut_off for sheet in sheets):
        return whole
    end = sheets[0].layout.line_end.encode()
    lines = whole.split(end)
    for sheet in sheets:
        sheet.break_lines(lines)
    return end.join(lines)


def files_of(sheets: Sequence[Sheet]) -> dict[str, list[Sheet]]:
    """Return the sheets by the file that they make, and tell those of one text file which stand before them."""
    made: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        mates = made.setdefault(sheet.name, [])
        sheet.before = () if sheet.layout.kind == "workbook" else tuple(mates)
        mates.append(sheet)
    return made


@dataclass
class Submission:
    """All files of one grantee and program year, and who is spoilt already: one fault a person.

    ``others`` are files whose rows do not last or are sent again (earlier vintages, update files): nothing is planted
    there. ``spoilt`` also names the persons that update files are about.
    """

    plan: Plan
    program_year: str
    number: int
    sheets: list[Sheet]
    facts: Mapping[str, pl.DataFrame]
    others: list[Sheet] = field(default_factory=list)
    spoilt: set[tuple[str, ...]] = field(default_factory=set)
    noted: list[tuple[Sheet | str, int | None, str, str]] = field(default_factory=list)

    @property
    def start_year(self) -> int:
        """The year in whose July the program year begins."""
        return int(self.program_year[:4])

    @property
    def is_careless(self) -> bool:
        """Whether nobody looked at the files before they were sent."""
        return self.number % ONE_IN == CARELESS

    @property
    def planted(self) -> list[Planted]:
        """The answer key: final once everything is planted, because what is added moves the lines behind it."""
        return [
            Planted(
                self.plan.grantee.id,
                self.program_year,
                sheet if isinstance(sheet, str) else sheet.place,
                None if isinstance(sheet, str) or position is None else sheet.line_of(position),
                column_name,
                rule_id,
            )
            for sheet, position, column_name, rule_id in self.noted
        ]

    def note(self, sheet: Sheet | str, position: int | None, column_name: str, rule_id: str) -> None:
        """Enter a record, or a whole file by its name, into the answer key."""
        self.noted.append((sheet, position, column_name, rule_id))
