"""Conditions made cheaper without changing which rows they are true for: each is asked once of what many rows share.

A clause about one column is asked of its distinct values, where these are few; keys that stand twice, or that another
table has not, are looked for once, into a temporary table that usually stays empty. Counting and rows then use the same
reduced condition. What cannot be reduced stays as it was declared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from pipelines.validation.clauses import ALWAYS, NEVER, Clause, Condition, Lookup, conjunction
from pipelines.validation.names import columns_of
from pipelines.warehouse import quoted

# Below this many rows a scan costs less than asking for the values. House default; measured: 2 ms a column.
FROM_ROWS = 50_000
SAMPLED_ROWS, FEW_VALUES = 20_480, 1_000  # a column with more values among the rows sampled is left alone
LISTED_VALUES = 50  # so many failing values are written into the condition; more stay with the declared one


@dataclass(frozen=True)
class Scope:
    """The rows to look at: of ``table``, those for which ``where`` holds; ``keys`` are the columns of the partition.

    Rows of different partitions are never compared with each other.
    """

    table: str
    where: str = ALWAYS
    keys: tuple[str, ...] = ()


@dataclass
class Reducer:
    """Reduces conditions over one scope; the temporary tables that it makes last until the next reducer of the table.

    ``from_rows``: how many rows a table needs for its values to be asked for.
    """

    connection: duckdb.DuckDBPyConnection
    scope: Scope
    from_rows: int = FROM_ROWS
    _reduced: dict[Clause, str] = field(default_factory=dict)

    def learn(self, conditions: Sequence[Condition]) -> dict[Clause, Exception]:
        """Find the reduced form of every clause of ``conditions``; return those whose lookup broke, and why."""
        clauses = list(dict.fromkeys(clause for condition in conditions for clause in condition))
        broken: dict[Clause, Exception] = {}
        looked_up = [(clause.lookup, clause) for clause in clauses if clause.lookup]
        looked_up.sort(key=lambda one: len(one[0].columns))  # short keys help to find long ones
        for number, (lookup, clause) in enumerate(looked_up):
            try:
                self._reduced[clause] = self._looked_up(lookup, number)
            except duckdb.Error as error:
                broken[clause] = error
        if self._is_large():
            self._learn_values([clause for clause in clauses if not clause.lookup])
        return broken

    def sql(self, condition: Condition) -> str:
        """Return the reduced condition; it needs the temporary tables of this reducer."""
        return conjunction([self._reduced.get(clause, clause.sql) for clause in condition])

    def _is_large(self) -> bool:
        counted = self._rows(f"select count(*) from {self.scope.table}")
        return bool(counted) and counted[0][0] >= self.from_rows

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def _made(self, name: str, query: str) -> bool:
        """Make a temporary table and return whether it has rows."""
        self.connection.execute(f"create or replace temp table {name} as {query}")
        return bool(self._rows(f"select 1 from {name} limit 1"))

    def _looked_up(self, lookup: Lookup, number: int) -> str:
        # Quoted as a whole: the name says which table it is about, and which key.
        name = f'"key_{number}_of_{self.scope.table}"'
        return self._duplicates(lookup, name) if lookup.kind == "duplicates" else self._orphans(lookup, name)

    def _key(self, lookup: Lookup) -> tuple[str, ...]:
        """Return the columns of the key, those of the partition among them: they are what rows are compared within."""
        own = tuple(key for key in self.scope.keys if key not in lookup.columns) if lookup.kind == "duplicates" else ()
        return tuple(_name(column) for column in (*own, *lookup.columns))

    def _duplicates(self, lookup: Lookup, name: str) -> str:
        """Return what is true of rows whose key stands twice: by hash first, as most keys stand once.

        10 million keys of four columns: 2.2 s and 0.5 GB by hash, 3.3 s and 1.4 GB without.
        """
        names = self._key(lookup)
        key = ", ".join(names)
        whole = [f"{one} is not null" for one in names]
        where = conjunction([self.scope.where, *lookup.population, *whole, *self._shorter(lookup)])
        if where == NEVER:
            return NEVER
        source = f"from {self.scope.table} where {where}"
        suspects = f"select hash({key}) as key_hash {source} group by key_hash having count(*) > 1"
        if not self._made(f"{name[:-1]}_hash{name[-1]}", suspects):
            return NEVER
        suspected = f"{source} and hash({key}) in (select key_hash from {name[:-1]}_hash{name[-1]})"
        if self.has_row_numbers:
            twice = f"select rowid as row_number, count(*) over (partition by {key}) as row_count {suspected}"
            is_found = self._made(name, f"select row_number from ({twice}) where row_count > 1")
            return f"rowid in (select row_number from {name})" if is_found else NEVER
        is_found = self._made(name, f"select {key} {suspected} group by all having count(*) > 1")
        return f"{_one_value(names)} in (select {_one_value(names)} from {name})" if is_found else NEVER

    def _shorter(self, lookup: Lookup) -> Iterator[str]:
        """Yield what is true of rows that share a part of the key with another: no others can share all of it."""
        for clause, reduced in self._reduced.items():
            known = clause.lookup
            if known is None or known.kind != "duplicates" or known == lookup:
                continue
            if set(known.columns) <= set(lookup.columns) and set(known.population) <= set(lookup.population):
                yield reduced

    @cached_property
    def has_row_numbers(self) -> bool:
        """Return whether rows have numbers by which they are found at once: a view or a file has none."""
        schema, _, table = self.scope.table.rpartition(".")
        is_table = "select 1 from duckdb_tables() where table_name = ? and schema_name = ?"
        return bool(self.connection.execute(is_table, [table, schema or "main"]).fetchall())

    def _orphans(self, lookup: Lookup, name: str) -> str:
        """Return what is true of rows that refer to nothing."""
        names, others = self._key(lookup), [_name(column) for column in lookup.other_columns]
        where = conjunction([self.scope.where, *(f"{one} is not null" for one in names)])
        pairs = " and ".join(f"own.{one} = other.{other}" for one, other in zip(names, others, strict=True))
        own = f"(select distinct {', '.join(names)} from {self.scope.table} where {where}) as own"
        if not self._made(name, f"select own.* from {own} anti join {lookup.other_table} as other on {pairs}"):
            return NEVER
        return f"{_one_value(names)} in (select {_one_value(names)} from {name})"

    def _learn_values(self, clauses: Sequence[Clause]) -> None:
        of_column: dict[str, list[Clause]] = defaultdict(list)
        texts = {row[0] for row in self._rows(f"describe {self.scope.table}") if row[1] == "VARCHAR"}
        for clause in clauses:
            columns = columns_of(self.connection, clause.sql) or set()
            if len(columns) == 1 and columns <= texts:
                of_column[min(columns)].append(clause)
        for column in self._of_few_values(sorted(of_column)):
            try:
                self._reduced |= dict(self._asked_of_values(column, of_column[column]))
            except duckdb.Error:  # a clause that breaks on a value breaks in the scan too, where it is told apart
                continue

    def _of_few_values(self, columns: Sequence[str]) -> Iterator[str]:
        if not columns:
            return
        names = ", ".join(_name(column) for column in columns)
        counts = ", ".join(f"approx_count_distinct({_name(column)})" for column in columns)
        sample = f"select {names} from {self.scope.table} where {self.scope.where} limit {SAMPLED_ROWS}"
        [found] = self._rows(f"select {counts} from ({sample})")
        yield from (column for column, count in zip(columns, found, strict=True) if count <= FEW_VALUES)

    def _asked_of_values(self, column: str, clauses: Sequence[Clause]) -> Iterator[tuple[Clause, str]]:
        name = _name(column)
        asked = ", ".join(f"({clause.sql})" for clause in clauses)
        values = f"select distinct {name} from {self.scope.table} where {self.scope.where}"
        answers = self._rows(f"select {name}, {asked} from ({values})")
        for number, clause in enumerate(clauses, start=1):
            true_of = [row[0] for row in answers if row[number]]
            if len(true_of) == len(answers):
                yield clause, ALWAYS
            elif len(true_of) <= LISTED_VALUES:
                yield clause, _is_one_of(name, true_of)


def _is_one_of(name: str, values: Sequence[str | None]) -> str:
    said = [value for value in values if value is not None]
    parts = [f"{name} in ({', '.join(quoted(value) for value in sorted(said))})"] if said else []
    parts += [f"{name} is null"] if None in values else []
    return " or ".join(parts) or NEVER


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _one_value(names: Sequence[str]) -> str:
    """Return a key as one value: looked up column by column, DuckDB compares each row with a null with all keys."""
    return names[0] if len(names) == 1 else f"row({', '.join(names)})"
