"""Fills ``publish.*`` in the warehouse: what a release shows, and all that a reader needs to understand it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import duckdb

from pipelines import models
from pipelines.measures.commented_table import CommentedTable
from pipelines.publish.definitions import DEFINITION, definition_rows
from pipelines.publish.dictionary import DICTIONARY, dictionary_rows
from pipelines.publish.notes import NOTE, notes
from pipelines.publish.places import GRANTEE, INSTITUTION, grantee_rows, institution_rows
from pipelines.publish.rules import RULE, rule_row
from pipelines.publish.words import CODE, code_rows
from pipelines.warehouse import insert_rows

if TYPE_CHECKING:
    from expectations.rule import Rule

TABLES = (GRANTEE, INSTITUTION, DEFINITION, CODE, NOTE, RULE, DICTIONARY)  # the others are models of sql/publish
_VIEWS = ("quality.release_in_force", "quality.release_count")  # a home of an earlier version has none before its night


def fill_publish(connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], run_id: str, *, is_sample: bool) -> None:
    """Fill ``publish.*`` anew from the releases in force: figures, names, definitions, notes, rule book, dictionary."""
    _fill(connection, RULE, [rule_row(rule) for rule in rules])
    for model in models.all_models():
        if model.schema == "publish" or model.table in _VIEWS:
            models.build(connection, model)
    _fill(connection, GRANTEE, grantee_rows(connection))
    _fill(connection, INSTITUTION, institution_rows(connection))
    _fill(connection, DEFINITION, definition_rows(connection))
    _fill(connection, CODE, code_rows(connection))
    _fill(connection, NOTE, notes(connection, run_id, is_sample=is_sample))
    _fill(connection, DICTIONARY, [])  # made empty first, so that it describes itself too
    _fill(connection, DICTIONARY, dictionary_rows(connection))


def _fill(connection: duckdb.DuckDBPyConnection, table: CommentedTable, rows: Sequence[Sequence[object]]) -> None:
    table.create(connection)
    insert_rows(connection, table.name, rows)
