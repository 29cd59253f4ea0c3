"""IPEDS files in small, written as NCES writes them, for the tests of reference files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.intake.reference import take_in_reference
from pipelines.intake.source import sources
from pipelines.intake.submit import Intake
from pipelines.warehouse import open_warehouse

COMPLETERS_HEADER = [column.name for column in next(s for s in sources() if s.id == "ipeds").layouts[0].columns]
DIRECTORY_HEADER = ["UNITID", "INSTNM", "IALIAS", "STABBR", "SECTOR", "CONTROL", "INSTCAT", "WEBADDR", "LATITUDE"]
RACES = ("CSAIANT", "CSASIAT", "CSBKAAT", "CSHISPT", "CSNHPIT", "CSWHITT", "CS2MORT", "CSUNKNT", "CSNRALT")


def completers_row(unitid: str, level: str, count: int, **others: int) -> dict[str, str]:
    """A row whose races, sexes and ages sum to the total (all of them white women of unknown age), with changes."""
    counts = dict.fromkeys([name for name in COMPLETERS_HEADER if name.startswith("CS")], 0)
    counts |= {"CSTOTLT": count, "CSTOTLW": count, "CSWHITT": count, "CSUNKN": count, **others}
    flags = {name: '"R"' for name in COMPLETERS_HEADER if name.startswith("XCS")}
    return {"UNITID": unitid, "AWLEVELC": level, **flags, **{name: str(n) for name, n in counts.items()}}


def completers(*rows: Mapping[str, str]) -> bytes:
    """A Completers file: trailing blanks behind the last name of the header, quoted flags, CRLF."""
    lines = [",".join(COMPLETERS_HEADER) + "  ", *(",".join(row[name] for name in COMPLETERS_HEADER) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def directory(*rows: Sequence[object]) -> bytes:
    """A directory: (UNITID, name, state, control, INSTCAT); latin-1, blanks before numbers, columns we do not know."""
    lines = [",".join(DIRECTORY_HEADER)]
    for unitid, name, state, control, instcat in rows:
        lines.append(f'{unitid},"{name}","","{state}", 4, {control}, {instcat},"www.example.edu/", 45.1')
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def zipped(path: Path, **members: bytes) -> Path:
    """Write a zip archive; double underscores in the names of members stand for a dot."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def read_independently(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows as Python's own reader has them."""
    header, *rows = list(csv.reader(io.StringIO(content.decode("latin-1"), newline="")))
    return header, rows


@dataclass(frozen=True)
class ReferenceHome:
    """A home that reference files are added to."""

    path: Path

    def add(self, *paths: Path) -> tuple[Intake, list[str]]:
        """Add files and return what came of it, with the lines told to the operator."""
        told: list[str] = []
        with open_warehouse(self.path) as connection:
            intake = take_in_reference(connection, self.path, paths, datetime.now(UTC), told.append)
        return intake, told

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse of the home."""
        with open_warehouse(self.path) as connection:
            yield connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the warehouse."""
        with self.open() as connection:
            return connection.execute(query).fetchall()
