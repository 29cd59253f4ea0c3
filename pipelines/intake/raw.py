"""Raw tables: the text of each file as sent, with its submission and lines, and pseudonyms where identifiers stood.

Identifiers and birth dates that stand where none belong are withheld (``withheld``).

Columns that the layout does not know are not kept here but in the archive only: nobody has said that they identify no
person. Values are not judged here.
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.intake.drift.shape import shape_sql
from pipelines.intake.identity import hmac_parameters, kind_sql, normalized_sql, pseudonym_sql
from pipelines.intake.raw_names import identifier_columns, kind_column, raw_columns, raw_table, shape_column
from pipelines.intake.source import Supplier
from pipelines.intake.withheld import is_doubtful_sql, withheld_sql
from pipelines.layouts import ColumnLayout, FileLayout


def write_raw(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    layout: FileLayout,
    submission_id: str,
    rows: pl.DataFrame,
    key: bytes,
) -> None:
    """Append some rows of a submission to their raw table, at least one. The caller has the transaction."""
    names, identifiers = raw_columns(layout), identifier_columns(layout)
    texts = {sent: f"c_{number}" for number, sent in enumerate(names)}
    kinds = {sent: f"person_{texts[sent]}.kind" for sent in identifiers}
    is_doubtful = is_doubtful_sql(layout, texts, list(kinds.values()))
    selected = {"submission_id": "$submission_id", "line_number": "line_number", "line_count": "line_count"}
    source = "read_now"
    for column, (sent, name) in zip(layout.columns, names.items(), strict=True):
        text, person = texts[sent], f"person_{texts[sent]}"
        if sent in identifiers:
            selected[name], selected[kind_column(name)] = f"{person}.pseudonym", kinds[sent]
            selected[shape_column(name)] = f"{person}.shape"
            people = _people(text, column, supplier)
            source += f" left join {people} as {person} on {text} is not distinct from {person}.sent"
        else:
            selected[name] = withheld_sql(text, column, layout, supplier, is_doubtful)
    table = make_raw(connection, supplier, layout)
    columns = ", ".join(f'"{name}"' for name in selected)
    parameters = {"submission_id": submission_id, **(hmac_parameters(key) if identifiers else {})}
    # Found by its name. A frame that is registered in a transaction is held until its end: 270 MB a million rows.
    read_now = rows.select("line_number", "line_count", *_numbered(layout))  # noqa: F841
    connection.execute(
        f"insert into {table} ({columns}) select {', '.join(selected.values())} from {source}", parameters
    )


def _people(name: str, column: ColumnLayout, supplier: Supplier) -> str:
    """Return SQL for each identifier sent, once, with its kind and pseudonym.

    A student has many rows, and hashing is the dearest part of landing (half of its time if done row by row). Each
    stage is a select of its own, so that DuckDB works it out once.
    """
    sent = f"(select distinct {name} as sent from read_now) as sent"
    normalized = f"(select sent, {normalized_sql('sent', column.nulls)} as form from {sent}) as normalized"
    told = f"(select *, {kind_sql('form', supplier)} as kind from {normalized}) as told"
    said = f"sent, kind, {shape_sql('sent')} as shape, {pseudonym_sql('form', 'kind')} as pseudonym"
    return f"(select {said} from {told})"


def _numbered(layout: FileLayout) -> list[pl.Expr]:
    """Return the columns of a layout as ``c_0``, ``c_1`` and so on: their own names may be anything."""
    return [pl.col(column.name).alias(f"c_{number}") for number, column in enumerate(layout.columns)]


def make_raw(connection: duckdb.DuckDBPyConnection, supplier: Supplier, layout: FileLayout) -> str:
    """Make the raw table of a layout, or add the columns that a later version of it brings; return its name."""
    table = raw_table(supplier.id, layout)
    identifiers = identifier_columns(layout)
    types = {"submission_id": "varchar", "line_number": "bigint", "line_count": "bigint"}
    for sent, name in raw_columns(layout).items():
        types |= {name: "varchar"} | (
            {kind_column(name): "varchar", shape_column(name): "varchar"} if sent in identifiers else {}
        )
    declared = ", ".join(f'"{column}" {type_}' for column, type_ in types.items())
    connection.execute(f"create table if not exists {table} ({declared})")
    for column, type_ in types.items():
        connection.execute(f'alter table {table} add column if not exists "{column}" {type_}')
    return table


def remove_raw(
    connection: duckdb.DuckDBPyConnection, supplier: Supplier, layout: FileLayout, submission_id: str
) -> None:
    """Take the rows of a submission out of their raw table. The caller has the transaction."""
    connection.execute(f"delete from {raw_table(supplier.id, layout)} where submission_id = ?", [submission_id])
