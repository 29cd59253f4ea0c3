"""Layout files: ``layout*.toml`` of a grantee, a reference source or a national standard, read and checked.

What the house itself hands out and gets back is read by the layout of ``HOUSE``, for every grantee.

A layout file may begin with ``uses = ["pdp"]``: the files of that national standard (below ``pipelines/national``) are
then the grantee's as well, after its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.layouts import ColumnLayout, FileLayout, Transactions

NATIONAL = Path(__file__).parent / "national"
HOUSE = Path(__file__).parent / "house"


@cache
def file_layouts(folder: Path) -> tuple[FileLayout, ...]:
    """Return all file layouts of a grantee's or reference source's folder, in file order.

    Raises ConfigurationError that names file and key.
    """
    return tuple(layout for path in sorted(folder.glob("layout*.toml")) for layout in _read(path))


def layouts_of(folder: Path, file_name: str, program_year: str, sheet: str = "") -> tuple[FileLayout, ...]:
    """Return the layouts in force in a program year for a file of that name: none, one, or one for each kind of record.

    ``sheet`` asks for the layout of that sheet of a workbook.
    """
    matching = [f for f in in_force_for(folder, file_name, program_year) if not sheet or f.sheet == sheet]
    if not matching or not matching[0].record:
        return tuple(matching[:1])
    return tuple(f for f in matching if f.record and f.file_name == matching[0].file_name)


def in_force_for(folder: Path, file_name: str, program_year: str) -> tuple[FileLayout, ...]:
    """Return all layouts in force for a file of that name, whatever its sheets: the folder's, else those of the house.

    A file that a grantee's own layout is for is never taken for one of the house.
    """
    for owner in (folder, HOUSE):
        found = tuple(f for f in file_layouts(owner) if f.matches(file_name) and f.is_effective(program_year))
        if found:
            return found
    return ()


def table_names(layouts: Iterable[FileLayout]) -> str | None:
    """Return the tables that a file's layouts fill as ``quality.submission`` writes them; None where there is none."""
    return ",".join(dict.fromkeys(layout.table for layout in layouts)) or None


def _read(path: Path) -> Iterator[FileLayout]:
    content = read_toml(path)
    shared, code_maps = content.get("defaults", {}), content.get("codes", {})
    missing = [key for key in ("id", "version") if key not in content]
    if missing:
        msg = f"{path}: {' and '.join(missing)}: every layout file needs an id and a version; add them at its top"
        raise ConfigurationError(msg)
    identity = {"layout_id": content["id"], "layout_version": content["version"]}
    yield from (_file({**shared, **block}, code_maps, identity, path) for block in content.get("file", []))
    for standard in [content["uses"]] if isinstance(content.get("uses"), str) else content.get("uses", []):
        yield from _national(standard, path)


def _national(standard: str, path: Path) -> tuple[FileLayout, ...]:
    known = sorted(p.name for p in NATIONAL.glob("*") if (p / "layout.toml").is_file())
    if standard not in known:
        msg = f"{path}: uses = {standard!r}: no such national layout; there are {', '.join(known) or 'none yet'}"
        raise ConfigurationError(msg)
    return file_layouts(NATIONAL / standard)


def _file(block: dict[str, Any], code_maps: dict[str, Any], identity: dict[str, Any], path: Path) -> FileLayout:
    where = f"{path}: [[file]] {block.get('name', '?')!r}"
    columns = placed([_column(c, code_maps, where) for c in block.pop("columns", [])])
    try:
        transactions = Transactions(**block.pop("transactions")) if "transactions" in block else None
        ignored = tuple(block.pop("ignored_sheets", ()))
        layout = FileLayout(
            columns=tuple(columns), transactions=transactions, ignored_sheets=ignored, **identity, **block
        )
    except TypeError as fault:
        msg = f"{where}: {fault}; the keys are those of FileLayout"
        raise ConfigurationError(msg) from fault
    _refuse_unusable(layout, where)
    return layout


def _refuse_unusable(layout: FileLayout, where: str) -> None:
    faults = {
        "a fixed-width file needs `width` on every column": layout.kind == "fixed_width"
        and any(not c.width for c in layout.columns),
        "transactions: `column` names no column of this file": layout.transactions is not None
        and layout.transactions.column not in {c.name for c in layout.columns},
        "record: a file of several kinds of record needs `record_column`, or `record_width` in fixed width": bool(
            layout.record
        )
        and not (layout.record_column or layout.record_width),
        "joined_with: names a column that is not in this file": any(
            not {c.name for c in layout.columns}.issuperset(column.joined_with) for column in layout.columns
        ),
        "query: a database source needs a `query`": layout.kind == "database" and not layout.query,
    }
    for fault, is_so in faults.items():
        if is_so:
            msg = f"{where}: {fault}"
            raise ConfigurationError(msg)
    _refuse_share(layout, where)


def _refuse_share(layout: FileLayout, where: str) -> None:
    try:
        is_share = 0 <= layout.most_bad <= 1
    except (ValueError, ZeroDivisionError, TypeError):
        is_share = False
    if not is_share:
        msg = f'{where}: most_bad_share = {layout.most_bad_share!r}: write a share from 0 to 1 as text, such as "1/5"'
        raise ConfigurationError(msg)


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


def placed(columns: list[ColumnLayout]) -> list[ColumnLayout]:
    """Return the columns, each fixed-width one without a start the place behind its predecessor."""
    placed, next_start = [], 1
    for column in columns:
        start = column.start or next_start
        placed.append(replace(column, start=start if column.width else 0))
        next_start = start + column.width
    return placed
