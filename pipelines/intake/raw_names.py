"""How the raw tables and their columns are called, so that landing, conforming and whoever looks agree."""

from __future__ import annotations

import re

from pipelines.layouts import FileLayout
from pipelines.schema import core_table

OWN_COLUMNS = ("submission_id", "line_number", "line_count")
_OTHERS = re.compile(r"[^a-z0-9]+")


def raw_table(grantee_id: str, layout: FileLayout) -> str:
    """Return the quoted name of the raw table that holds one kind of file of a grantee."""
    return f'raw."{_lower_snake(grantee_id)}__{_lower_snake(layout.name)}"'


def raw_columns(layout: FileLayout) -> dict[str, str]:
    """Return the raw name of each column of a layout: its name in lower snake, numbered where two would agree."""
    names: dict[str, str] = {}
    identifiers = [_lower_snake(n) for n in identifier_columns(layout)]
    taken = {*OWN_COLUMNS, *map(kind_column, identifiers), *map(shape_column, identifiers)}
    for column in layout.columns:
        name, number = _lower_snake(column.name), 1
        while name in taken:
            number += 1
            name = f"{_lower_snake(column.name)}_{number}"
        taken.add(name)
        names[column.name] = name
    return names


def kind_column(raw_name: str) -> str:
    """Return the raw name of the column that tells what kind of identifier a pseudonym was made from."""
    return f"{raw_name}_kind"


def shape_column(raw_name: str) -> str:
    """Return the raw name of the column that tells how the identifier was written: digits as 9, letters as A."""
    return f"{raw_name}_shape"


def identifier_columns(layout: FileLayout) -> tuple[str, ...]:
    """Return the columns of a file that hold identifiers of persons: they are hashed before anything is stored."""
    ours = {c.name for c in core_table(layout.table).columns if c.info["pii"] == "identifier"}
    return tuple(c.name for c in layout.columns if c.to in ours or c.pii == "identifier")


def _lower_snake(name: str) -> str:
    return _OTHERS.sub("_", name.lower()).strip("_") or "column"
