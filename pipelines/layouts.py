"""Layouts: how a supplier's files say our columns. Read from ``layout*.toml``, checked, never interpreted elsewhere.

Used forwards by ``intake`` (their words to ours) and backwards by ``sample`` (ours to theirs).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATE_FORMATS = ("YYYY-MM-DD", "MM/DD/YYYY", "YYYYMMDD")
YEAR_FORMATS = ("YYYY-YY", "start_year", "end_year")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ConfigurationError(Exception):
    """A fault of configuration: the message names file, key and the fix (exit code 2)."""


@dataclass(frozen=True)
class ColumnLayout:
    """One column of a file. ``to`` is empty where the column is kept in raw only.

    ``codes`` maps their code to ours. ``nulls`` are texts that say "no value" (sentinels). ``separator`` splits a field
    that holds several codes. ``start`` (from 1) and ``width`` are for fixed width. ``implied_decimals`` 2 reads 0450
    as 4.50. ``pii`` is ``identifier`` for a person's identifier that is hashed although no column of ours takes it.
    """

    name: str
    to: str = ""
    start: int = 0
    width: int = 0
    codes: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    separator: str = ""
    format: str = ""
    implied_decimals: int = 0
    pii: str = ""
    is_optional: bool = False


@dataclass(frozen=True)
class FileLayout:
    """One kind of file: which table it fills, how it is named, read and mapped.

    ``is_always_quoted`` and ``line_end`` serve writing only: a reader takes what comes. ``is_partial`` says that the
    file has more columns than the layout names, on purpose; the archive keeps them. ``years_before`` is how many years
    before the collection year in its name the program year begins that a reference file speaks of.
    """

    name: str
    table: str
    file_name: str
    columns: tuple[ColumnLayout, ...]
    layout_id: str
    layout_version: str
    kind: Literal["delimited", "fixed_width"] = "delimited"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    has_header: bool = True
    title_lines: int = 0
    trailer_lines: int = 0
    one_file_per: str = ""
    constants: dict[str, str] = field(default_factory=dict)
    effective_from: str = ""
    effective_to: str = ""
    is_optional: bool = False
    bytes_order_mark: bool = False
    years_before: int = 0
    is_partial: bool = False
    is_always_quoted: bool = False
    line_end: str = "\n"

    @property
    def version(self) -> str:
        """The layout and its version, as ``quality.submission`` records it."""
        return f"{self.layout_id} {self.layout_version}"

    def is_effective(self, program_year: str) -> bool:
        """Return whether the layout is in force for a program year such as ``2024-25``."""
        return (not self.effective_from or self.effective_from <= program_year) and (
            not self.effective_to or program_year <= self.effective_to
        )

    def matches(self, file_name: str) -> bool:
        """Return whether a file of that name is of this kind; letter case does not matter."""
        parts = _PLACEHOLDER.split(self.file_name)
        pattern = "".join(re.escape(p) if i % 2 == 0 else r"[\w-]+" for i, p in enumerate(parts))
        return re.fullmatch(pattern, file_name, re.IGNORECASE) is not None

    def column_to(self, name: str) -> ColumnLayout | None:
        """Return the column that fills our column of that name, or None where the file does not carry it."""
        return next((c for c in self.columns if c.to == name), None)


@cache
def file_layouts(folder: Path) -> tuple[FileLayout, ...]:
    """Return all file layouts of a grantee's or reference source's folder, in file order.

    Raises ConfigurationError that names file and key.
    """
    return tuple(layout for path in sorted(folder.glob("layout*.toml")) for layout in _read(path))


def layout_of(folder: Path, file_name: str, program_year: str) -> FileLayout | None:
    """Return the layout in force in a program year for a file of that name, or None where none is registered."""
    matching = (f for f in file_layouts(folder) if f.matches(file_name) and f.is_effective(program_year))
    return next(matching, None)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's content. Raises ConfigurationError that names file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        msg = f"{path}: {fault}; correct the file"
        raise ConfigurationError(msg) from fault


def _read(path: Path) -> list[FileLayout]:
    content = read_toml(path)
    shared = content.get("defaults", {})
    code_maps = content.get("codes", {})
    identity = {"layout_id": content["id"], "layout_version": content["version"]}
    return [_file({**shared, **block}, code_maps, identity, path) for block in content.get("file", [])]


def _file(block: dict[str, Any], code_maps: dict[str, Any], identity: dict[str, Any], path: Path) -> FileLayout:
    where = f"{path}: [[file]] {block.get('name', '?')!r}"
    columns = _placed([_column(c, code_maps, where) for c in block.pop("columns", [])])
    try:
        layout = FileLayout(columns=tuple(columns), **identity, **block)
    except TypeError as fault:
        msg = f"{where}: {fault}; the keys are those of FileLayout"
        raise ConfigurationError(msg) from fault
    if layout.kind == "fixed_width" and any(not c.width for c in columns):
        msg = f"{where}: a fixed-width file needs `width` on every column"
        raise ConfigurationError(msg)
    return layout


def _column(block: dict[str, Any], code_maps: dict[str, Any], where: str) -> ColumnLayout:
    if isinstance(block.get("codes"), str):
        name = block["codes"]
        if name not in code_maps:
            msg = f"{where}: column {block.get('name')!r}: no code map [codes.{name}] in this file; add it"
            raise ConfigurationError(msg)
        block = {**block, "codes": code_maps[name]}
    try:
        return ColumnLayout(**{**block, "nulls": tuple(block.get("nulls", ()))})
    except TypeError as fault:
        msg = f"{where}: column {block.get('name')!r}: {fault}; the keys are those of ColumnLayout"
        raise ConfigurationError(msg) from fault


def _placed(columns: list[ColumnLayout]) -> list[ColumnLayout]:
    """Give each fixed-width column without a start the place behind its predecessor."""
    placed, next_start = [], 1
    for column in columns:
        start = column.start or next_start
        placed.append(ColumnLayout(**{**column.__dict__, "start": start if column.width else 0}))
        next_start = start + column.width
    return placed
