"""What may leave: fills ``publish.*`` and swaps in a fresh, read-only ``published/cte.duckdb``.

Nothing by institution and no subgroup before disclosure control stands between; see ``is_about_everybody``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines import models
from pipelines.code_sets import code_set
from pipelines.grantee import all_grantees
from pipelines.schema import METADATA, equity_columns
from pipelines.warehouse import insert_rows, quoted

if TYPE_CHECKING:
    from expectations.rule import Rule

FILE = "cte.duckdb"
STORAGE_VERSION = "v1.2.0"  # DuckDB 1.2 and later read it; the default of 2.0 is closed to all of 1.x
PERSON_WORDS = ("race", "hispanic", "birth_date")
ABOUT_FILLING = ("_present", "_readable")  # ends of the ids that the structural rules of a column have
DICTIONARY_COLUMNS = {
    "table_schema": "Schema of the table.",
    "table_name": "Name of the table.",
    "column_name": "Name of the column; null for the table itself.",
    "data_type": "Type of the column.",
    "comment": "What it means.",
    "code_set": "Name of the code set that its values are taken from.",
    "codes": "The codes and their labels.",
    "ceds_id": "CEDS Global ID; local where CEDS has no element.",
    "pii_class": "identifier, quasi or null.",
    "is_published": "Whether this file holds the table; others are described, not included.",
}
NOTE_COLUMNS = {"topic": "What the note is about.", "note": "What to know before reading on."}
RULE_COLUMNS = {
    "rule_id": "Id; never changes its meaning.",
    "version": "Version of the rule.",
    "table_name": "The table it judges.",
    "title": "What must hold.",
    "dimension": "Dimension of data quality.",
    "severity": "critical, warning or info.",
    "population": "The rows that the rule speaks of.",
    "threshold": "How many may fail.",
    "threshold_evidence": "Where the threshold comes from.",
    "why": "Why it matters to those who use the data.",
    "fix": "How those who send the data repair it.",
    "is_about_everybody": "Whether its population is no subgroup of persons, so that its counts stand in rule_result.",
}


def is_about_everybody(rule: Rule) -> bool:
    """Return whether a rule's counts say nothing about a subgroup of persons or a single institution.

    Careful by intent: a rule that so much as names a person attribute in its population, its condition or its columns
    is left out; the columns do not count where the question is whether one was filled and readable at all.
    """
    if rule.dimension == "equity" or not rule.table.startswith(("core.", "quality.")):
        return False
    attributes = {column.name for column in equity_columns()}
    condition = getattr(rule.expectation, "condition", "")
    columns = () if rule.id.endswith(ABOUT_FILLING) else rule.columns
    said = f"{rule.population!r} {condition} {columns}"
    return not any(word in said for word in (*attributes, *PERSON_WORDS))


def fill_publish(connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], run_id: str, *, is_sample: bool) -> None:
    """Fill ``publish.*`` anew: notes, rule book, results, dictionary."""
    _table(connection, "note", "Read this first.", NOTE_COLUMNS, _notes(run_id, is_sample=is_sample))
    _table(connection, "rule", "The rule book.", RULE_COLUMNS, [_rule_row(rule) for rule in rules])
    for model in models.all_models():
        if model.schema == "publish":
            models.build(connection, model)
    # Made empty first, so that it describes itself too.
    _table(connection, "dictionary", "Every table and column of the warehouse.", DICTIONARY_COLUMNS, [])
    _table(connection, "dictionary", "Every table and column of the warehouse.", DICTIONARY_COLUMNS,
           _dictionary(connection))  # fmt: skip


def _notes(run_id: str, *, is_sample: bool) -> list[tuple[object, ...]]:
    names = ", ".join(one.name for one in all_grantees())
    scope = "Results of rules about everybody, by grantee and program year; nothing by institution and no subgroup."
    notes: list[tuple[object, ...]] = [
        ("scope", f"{scope} More follows when disclosure control stands between."),
        ("counts", "population_count and failed_count are rows of a table, not persons; not_applicable is not passed."),
        ("night", f"Written by run {run_id}."),
    ]
    fiction = f"FICTIONAL, not data of {names}. Every record behind this file is invented."
    return [("fiction", fiction), *notes] if is_sample else notes


def publish(connection: duckdb.DuckDBPyConnection, home: Path) -> Path:
    """Write ``publish.*`` to a new file, swap it with the published one, and return its path.

    Readers keep the file that they have open. A write-ahead log left by somebody who opened the old file for writing
    is removed, because DuckDB would refuse to open the new file beside it.
    """
    folder = home / "published"
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)  # whatever the umask, which is strict while the warehouse is open
    target, aside = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    connection.execute(f"attach {quoted(str(aside))} as published (storage_version '{STORAGE_VERSION}')")
    try:
        _copy(connection)
        connection.execute("checkpoint published")
    finally:
        connection.execute("detach published")
    aside.chmod(0o444)
    log = target.with_name(f"{FILE}.wal")
    log.unlink(missing_ok=True)
    aside.replace(target)
    log.unlink(missing_ok=True)
    return target


def _copy(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema published.publish")
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'publish' "
        "and database_name = current_database() order by table_name"
    ).fetchall()
    for table, comment in tables:
        connection.execute(f"create table published.publish.{table} as select * from publish.{table}")
        _comment(connection, f"table published.publish.{table}", comment)
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where schema_name = 'publish' and table_name = ? "
            "and database_name = current_database()",
            [table],
        ).fetchall()
        for column, text in columns:
            _comment(connection, f"column published.publish.{table}.{column}", text)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    comment: str,
    columns: dict[str, str],
    rows: list[tuple[object, ...]],
) -> None:
    types = ", ".join(f"{column} {_type(column)}" for column in columns)
    connection.execute(f"create or replace table publish.{name} ({types})")
    insert_rows(connection, f"publish.{name}", rows)
    _comment(connection, f"table publish.{name}", comment)
    for column, text in columns.items():
        _comment(connection, f"column publish.{name}.{column}", text)


def _type(column: str) -> str:
    if column.startswith("is_"):
        return "boolean"
    return "integer" if column == "version" else "varchar"


def _rule_row(rule: Rule) -> tuple[object, ...]:
    return (
        rule.id, rule.version, rule.table, rule.title, rule.dimension, rule.severity, rule.population_words,
        str(rule.threshold), rule.threshold.evidence, rule.why, rule.fix, is_about_everybody(rule),
    )  # fmt: skip


def _dictionary(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return a row for each table and column: comments from the database, the rest from the schema."""
    here = "database_name = current_database() and schema_name in ('core', 'quality', 'mart', 'reference', 'publish')"
    rows = connection.execute(
        f"select schema_name, table_name, null, null, comment from duckdb_tables() where {here} union all "
        f"select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where {here} "
        "and not internal order by 1, 2, 3 nulls first"
    ).fetchall()
    return [(*row, *_coded(*row[:3]), row[0] == "publish") for row in rows]


def _coded(schema: str, table: str, column: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    declared = METADATA.tables.get(f"{schema}.{table}")
    if declared is None or column is None or not declared.columns[column].info.get("codes"):
        info = declared.columns[column].info if declared is not None and column is not None else {}
        return None, None, info.get("ceds") or None, info.get("pii")
    info = declared.columns[column].info
    labels = "; ".join(f"{c.code} = {c.label}" for c in code_set(info["codes"]).values())
    return info["codes"], labels, info["ceds"] or None, info["pii"]


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    connection.execute(f"comment on {what} is {quoted(text or '')}")
