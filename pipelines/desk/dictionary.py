"""The data dictionary as rows: tables, columns and codes, as schema, models and code sets declare them.

``docs/tables.md`` shows the same declarations; nothing is said here that is not said there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from pipelines.act_tables import act_tables
from pipelines.code_sets import Code, code_set, code_set_names
from pipelines.ledger import quality_tables
from pipelines.measurement_tables import measurement_tables
from pipelines.models import all_models
from pipelines.reference_tables import reference_tables
from pipelines.release_tables import release_tables
from pipelines.return_tables import return_tables
from pipelines.schema import answer_tables, core_tables, key_of
from pipelines.waiver_tables import waiver_tables

PERSONAL = {"identifier": "identifier: a pseudonym, masked", "quasi": "narrows down who it is: masked"}


@dataclass(frozen=True)
class ColumnRow:
    """A column. ``codes`` names its code set; ``values`` says what else it may hold."""

    name: str
    type: str
    meaning: str
    is_required: bool = False
    codes: str = ""
    values: str = ""
    ceds: str = ""
    personal: str = ""


@dataclass(frozen=True)
class TableRow:
    """A table with its columns. ``kind`` says who fills it, ``key`` names the columns that tell its rows apart."""

    name: str
    kind: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[ColumnRow, ...]


def tables() -> Iterator[TableRow]:
    """Yield every table: submitted ones first, then public sources, what was measured and judged, what is derived."""
    for table in (*core_tables(), *answer_tables()):
        yield TableRow(table.fullname, "submitted", table.comment or "", tuple(key_of(table)), _submitted(table))
    for table in reference_tables():
        yield TableRow(table.fullname, "public source", table.comment or "", tuple(key_of(table)), _submitted(table))
    judged = (*quality_tables(), *measurement_tables(), *waiver_tables(), *return_tables())
    own = (*judged, *act_tables(), *release_tables())
    for table in own:
        columns = tuple(ColumnRow(c.name, _type(c), c.comment or "") for c in table.columns)
        yield TableRow(table.fullname, "measured and judged", table.comment or "", tuple(key_of(table)), columns)
    for model in sorted(all_models(), key=lambda one: one.table):
        columns = tuple(ColumnRow(name, "", said) for name, said in model.columns.items())
        yield TableRow(model.table, "derived", model.description, model.grain, columns)


def codes() -> dict[str, tuple[Code, ...]]:
    """Return the codes of every code set by its name, in the order of the files."""
    return {name: tuple(code_set(name).values()) for name in code_set_names()}


def _submitted(table: Table) -> tuple[ColumnRow, ...]:
    return tuple(_column(column) for column in table.columns)


def _column(column: Column[Any]) -> ColumnRow:
    info = column.info
    hint = f" ({info['hint']})" if info["hint"] else ""
    return ColumnRow(
        column.name, _type(column), f"{column.comment}{hint}", info["required"], info["codes"], _values(info),
        info["ceds"], PERSONAL.get(info["pii"] or "", ""),
    )  # fmt: skip


def _values(info: dict[str, Any]) -> str:
    said = ["or a state"] if info["states"] else []
    said += ["several joined by |"] if info["many"] else []
    said += [info["pattern"]] if info["pattern"] else []
    said += [f"{info['between'][0]} to {info['between'][1]}"] if info["between"] else []
    return "; ".join(said)


def _type(column: Column[Any]) -> str:
    return str(column.type).lower().replace("varchar", "text")
