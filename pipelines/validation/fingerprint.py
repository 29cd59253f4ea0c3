"""Whether rows have changed since they were last counted: hashes over the content of tables, a partition at a time.

The content itself is hashed, not what the ledger says of it: whatever changes a row, the row is judged again. It costs
about a tenth of judging.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

import duckdb

from pipelines.schema import PARTITION
from pipelines.validation.names import tables_of
from pipelines.validation.partition import Partition

_Key = tuple[str | None, str | None]


@dataclass
class Fingerprints:
    """Hashes over tables as they are now, each table read once and when it is first asked for.

    ``grantee_ids`` are those whose rows may be asked for; none where reference tables are judged as a whole.
    """

    connection: duckdb.DuckDBPyConnection
    grantee_ids: Collection[str]
    _hashes: dict[str, dict[_Key, str]] = field(default_factory=dict)
    _views: dict[str, str] = field(default_factory=dict)

    def of_partition(self, table: str, partition: Partition) -> str:
        """Return a hash over the rows of a partition; of a view, over its words and what it is made from."""
        key = (partition.grantee_id, partition.program_year)
        if (query := self._view(table)) is not None:
            parts = (self.of_partition(one, partition) for one in sorted(tables_of(self.connection, query)))
            return _hash(query, *parts)
        hashes = self._of_table(table)
        return _hash(*(one for place, one in hashes.items() if place in (key, (None, None))))

    def of_grantee(self, table: str, grantee_id: str | None) -> str:
        """Return a hash over all program years of a grantee."""
        if (query := self._view(table)) is not None:
            parts = (self.of_grantee(one, grantee_id) for one in sorted(tables_of(self.connection, query)))
            return _hash(query, *parts)
        hashes = self._of_table(table)
        return _hash(*(f"{place}={one}" for place, one in hashes.items() if place[0] in (grantee_id, None)))

    def _view(self, table: str) -> str | None:
        if not self._views:
            found = self.connection.execute(
                "select schema_name || '.' || view_name, sql from duckdb_views() "
                "where database_name = current_database() and not internal"
            ).fetchall()
            self._views = {name: sql.partition(" AS ")[2].rstrip(";") for name, sql in found} | {"": ""}
        return self._views.get(table)

    def _of_table(self, table: str) -> dict[_Key, str]:
        if table not in self._hashes:
            self._hashes[table] = self._read(table)
        return self._hashes[table]

    def _read(self, table: str) -> dict[_Key, str]:
        try:
            columns = [row[0] for row in self.connection.execute(f"describe {table}").fetchall()]
        except duckdb.CatalogException:
            return {}  # a table that is not there: who counts it says so
        named = ", ".join(f'"{column}"' for column in columns)
        is_split = set(PARTITION) <= set(columns) and bool(self.grantee_ids)
        keys = ", ".join(PARTITION) if is_split else "null, null"
        # A sum, as under bit_xor equal rows cancel each other out; hashed twice, as DuckDB adds the last column to the
        # hash of the others by xor: two rows that change alike there, or exchange their values, would look unchanged.
        query = f"select {keys}, count(*), sum(hash(hash({named}))) from {table}"
        if is_split:
            query += f" where list_contains(?, grantee_id) group by {', '.join(PARTITION)}"
        rows = self.connection.execute(query, [list(self.grantee_ids)] if is_split else []).fetchall()
        hashes = {(row[0], row[1]): f"{row[2]}:{row[3]}" for row in rows}
        hashes[None, None] = hashes.get((None, None), "") + named  # what the rows are made of is part of each hash
        return dict(sorted(hashes.items(), key=str))


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
