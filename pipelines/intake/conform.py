"""Raw to core: one select per file layout, from the grantee's words to our words and types.

Reads one submission from its raw table and writes its rows to the canonical table. How a single value is read stands
in ``conform_values``; whether it is plausible is for the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from sqlalchemy import Column, String, Table

from pipelines.intake.conform_values import (
    absent,
    is_unreadable,
    read_text,
    sent_text,
    value_of,
    year_is_another,
)
from pipelines.intake.raw_names import kind_column, raw_columns, raw_table
from pipelines.layouts import ColumnLayout, FileLayout
from pipelines.schema import content_columns, core_table
from pipelines.warehouse import quoted


def conform_sql(layout: FileLayout, source: str) -> str:
    """Return the select that gives the rows of ``core.<layout.table>`` from those of a raw table.

    Bound parameters: $program_year, $submission_id, and $grantee_id for canonical tables. ``unreadable_columns`` names
    every column whose text could not be read or mapped. Attributes without a column are ``not_collected``, blank ones
    ``not_reported``, unreadable ones ``unknown``; other unreadable values are null.
    """
    table = core_table(layout.table)
    read = [
        f"{read_text(c, column, f's_{c.name}')} as r_{c.name}"
        for c in content_columns(table)
        if (column := layout.column_to(c.name)) and not _is_as_sent(c)
    ]
    selected = {c.name: _value(c, layout) for c in content_columns(table)} | {
        "grantee_id": "$grantee_id",
        "program_year": "$program_year",
        "submission_id": "submission_id",
        "line_number": "cast(line_number as integer)",
        "unreadable_columns": _unreadable(table, layout),
    }
    columns = ", ".join(f"{selected[c.name]} as {c.name}" for c in table.columns)
    sent = ", ".join(["submission_id", "line_number", *_sent(layout, table)])
    # Each stage is a select of its own, so that DuckDB works out each text and each value once.
    texts = f"select {sent} from {source} where submission_id = $submission_id"
    return f"select {columns} from (select {', '.join(['*', *read])} from ({texts}) as sent) as read"


def conform(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str, submission_id: str, layout: FileLayout
) -> int:
    """Write the rows of a submission from raw to core and return how many there are. The caller has the transaction.

    For reference files ``grantee_id`` is the source, which names the raw table only.
    """
    table = core_table(layout.table)
    names = ", ".join(c.name for c in table.columns)
    select = conform_sql(layout, raw_table(grantee_id, layout))
    parameters = {"program_year": program_year, "submission_id": submission_id}
    parameters |= {"grantee_id": grantee_id} if "grantee_id" in table.columns else {}
    result = connection.execute(f"insert into {table.fullname} ({names}) {select}", parameters).fetchone()
    return int(result[0]) if result else 0


def _sent(layout: FileLayout, table: Table) -> list[str]:
    """Return the texts of the mapped columns without padding, under our names with an ``s_``."""
    names = raw_columns(layout)
    texts = []
    for ours in (*content_columns(table), table.columns["program_year"]):
        column = layout.column_to(ours.name)
        if column is not None:
            name = f'"{names[column.name]}"'
            is_pseudonym = ours.info["pii"] == "identifier"
            texts.append(f"{name if is_pseudonym else _text(name, column, names)} as s_{ours.name}")
    identified = layout.column_to("student_id")
    if identified and "student_id_kind" in table.columns:
        texts.append(f'"{kind_column(names[identified.name])}" as s_student_id_kind')
    return texts


def _text(name: str, column: ColumnLayout, names: Mapping[str, str]) -> str:
    """Return SQL for what was sent in a column, and in those whose texts follow behind it."""
    if not column.joined_with:
        return sent_text(name, column)
    others = (f"nullif(trim(\"{names[other]}\"), '')" for other in column.joined_with)
    return f"nullif(concat_ws('-', {', '.join((sent_text(name, column), *others))}), '')"


def _is_as_sent(ours: Column[Any]) -> bool:
    """Return whether a column takes any text, so that none is unreadable."""
    return ours.info["pii"] == "identifier" or (isinstance(ours.type, String) and not ours.info["codes"])


def _value(ours: Column[Any], layout: FileLayout) -> str:
    if ours.info["derived"]:
        return str(ours.info["derived"])
    if ours.name == "student_id_kind" and layout.column_to("student_id"):
        return "s_student_id_kind"
    if layout.column_to(ours.name) is None:
        return absent(ours, layout.constants.get(ours.name))
    return f"s_{ours.name}" if _is_as_sent(ours) else value_of(ours, f"s_{ours.name}", f"r_{ours.name}")


def _unreadable(table: Table, layout: FileLayout) -> str:
    """Return SQL for the names of the columns that could not be read, as ``,a,b,``; empty where all could."""
    verdicts = {
        c.name: is_unreadable(f"s_{c.name}", f"r_{c.name}")
        for c in content_columns(table)
        if layout.column_to(c.name) and not _is_as_sent(c)
    }
    year = layout.column_to("program_year")
    verdicts |= {"program_year": year_is_another(year, "s_program_year")} if year else {}
    if not verdicts:
        return "''"
    names = ", ".join(f"case when {verdict} then {quoted(name)} end" for name, verdict in verdicts.items())
    return f"case when {' or '.join(verdicts.values())} then concat(',', concat_ws(',', {names}), ',') else '' end"
