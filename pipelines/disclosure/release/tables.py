"""The tables of ``publish`` as they would leave: those that read releases, made anew within the caller's transaction.

What they say is in ``sql/publish``; a transaction rolled back leaves them as they were.
"""

from __future__ import annotations

import duckdb

from pipelines import models
from pipelines.release_tables import release_tables


def models_of_releases() -> list[models.Model]:
    """Return the models that read a table of releases, at first or second hand, in the order of building."""
    made = {table.fullname for table in release_tables()}
    found = []
    for model in models.all_models():
        if made & set(model.inputs):
            made.add(model.table)
            found.append(model)
    return found


def make_anew(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the models of releases anew, in the caller's transaction."""
    for model in models_of_releases():
        models.replace(connection, model)
