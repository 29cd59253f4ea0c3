"""A search for planted identifiers, birth dates and names in every byte of files and every value of tables."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

_NUMBER = re.compile(rb"\d{3}[- ]?\d{2}[- ]?\d{4}")
_DATABASE = b"DUCK"  # behind the first eight bytes of a DuckDB file


@dataclass(frozen=True)
class Planted:
    """What was planted, each in one place: identifiers as nine digits, and other words."""

    identifiers: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def plant(self, place: str) -> str:
        """Return an identifier for a place, always the same one; no other place has it."""
        known = {where: digits for digits, where in self.identifiers.items()}
        if place in known:
            return known[place]
        digits = f"81212{len(self.identifiers) + 1:04}"
        self.identifiers[digits] = place
        return digits

    def hyphenated(self, place: str) -> str:
        """Return the identifier of a place as people write it."""
        digits = self.plant(place)
        return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"

    def found_in(self, content: bytes) -> set[str]:
        """Return the places whose identifier, and the words, that stand in bytes.

        As text of one or two bytes a character, forwards or backwards, with hyphens, blanks or neither, and as numbers.
        """
        found = set()
        for text in (content, content.replace(b"\0", b"")):
            for way in (text, text[::-1]):
                digits = (re.sub(rb"\D", b"", m.group(1)).decode() for m in _overlapping(way))
                found |= {self.identifiers[d] for d in digits if d in self.identifiers}
                found |= {word for word in self.words if word.casefold().encode() in way.lower()}
        return found | self._numbers_in(content)

    def _numbers_in(self, content: bytes) -> set[str]:
        """Return the places whose identifier stands in bytes as a number of eight bytes."""
        found = set()
        for form in ("<q", "<d"):
            packed = {struct.pack(form, int(digits)): place for digits, place in self.identifiers.items()}
            if any(end in content for end in {number[-4:] for number in packed} if any(end)):
                found |= {place for number, place in packed.items() if number in content}
        return found


def _overlapping(text: bytes) -> Iterator[re.Match[bytes]]:
    return re.finditer(rb"(?=(" + _NUMBER.pattern + rb"))", text)


def in_files(planted: Planted, paths: Iterable[Path]) -> dict[str, set[str]]:
    """Return what stands in each of those files, by path; in what is packed, too. Files without any are left out."""
    found = {}
    for path in paths:
        contents = [str(path).encode(), path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        found[str(path)] = {one for content in contents for one in planted.found_in(content)}
    return {path: what for path, what in found.items() if what}


def is_database(path: Path) -> bool:
    """Return whether a file is one of DuckDB's."""
    with path.open("rb") as file:
        return file.read(12)[8:] == _DATABASE


def in_tables(planted: Planted, path: Path) -> dict[str, set[str]]:
    """Return what stands in the values of each table of a DuckDB file: packed text is seen by no search of bytes."""
    found: dict[str, set[str]] = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = "select schema_name, table_name, sql from duckdb_tables() where not internal"
        for schema, table, sql in connection.execute(tables).fetchall():
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            text = "\n".join([sql, *(str(value) for row in rows for value in row)])
            found[f"{schema}.{table}"] = planted.found_in(text.encode())
    return {table: what for table, what in found.items() if what}
