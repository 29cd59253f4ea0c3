"""The words of a sample file: what kind it is, how it is written, and the columns of each table in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SampleTable:
    """One kind of record, or one sheet. ``columns`` are names and texts in their order, texts as many as records.

    ``keys`` are what the layout must say of this block (sheet, record, title_lines); ``remarks`` what a person must
    decide about it. ``starts`` (from 1) and ``widths`` are those of fixed-width columns.
    """

    name: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    keys: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A sample file: keys that all its tables share, and the tables."""

    keys: dict[str, Any]
    tables: tuple[SampleTable, ...]
    remarks: tuple[str, ...] = ()
