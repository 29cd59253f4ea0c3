"""Counts the rules of a table over partitions and their institutions, and collects the failing rows on the way.

A group of partitions is one scan; what to scan is decided in ``results``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from pipelines.schema import PARTITION
from pipelines.validation.clauses import ALWAYS
from pipelines.validation.counting import Cell, Counts, count
from pipelines.validation.failing_rows import FoundRows
from pipelines.validation.judge import ROWS, Book, Verdict, judge
from pipelines.validation.partition import NO_INSTITUTION, Partition
from pipelines.validation.reduction import Scope
from pipelines.warehouse import quoted

if TYPE_CHECKING:
    from expectations.rule import Rule
    from pipelines.validation.stored import Place, Tally

INSTITUTION = "institution_id"


@dataclass(frozen=True)
class Count:
    """One scan: the rules to count, and the partitions to count them in."""

    rule_ids: tuple[str, ...]
    partitions: tuple[Partition, ...]

    def scope(self, connection: duckdb.DuckDBPyConnection, table: str) -> str:
        """Return SQL for the rows of ``table`` to scan: a rectangle, which may hold more partitions than asked for."""
        if not self.partitions[0].cell or self._is_all_of(connection, table):
            return ALWAYS
        parts = zip(PARTITION, zip(*(p.cell for p in self.partitions), strict=True), strict=True)
        return " and ".join(f"{column} in ({_listed(values)})" for column, values in parts)

    def _is_all_of(self, connection: duckdb.DuckDBPyConnection, table: str) -> bool:
        """Return whether a table has no rows but these; asking costs a tenth of comparing each row in each scan."""
        try:
            there = connection.execute(f"select distinct {', '.join(PARTITION)} from {table}").fetchall()
        except duckdb.Error:  # who counts it says what is wrong with it
            return False
        return {*there} <= {p.cell for p in self.partitions}

    @property
    def exactly(self) -> str:
        """SQL for the rows of the partitions asked for and no others."""
        if not self.partitions[0].cell:
            return ALWAYS
        return f"concat_ws('|', {', '.join(PARTITION)}) in ({_listed('|'.join(p.cell) for p in self.partitions)})"


def count_partitions(connection: duckdb.DuckDBPyConnection, book: Book, wanted: Count) -> dict[Place, Tally]:
    """Count, let Great Expectations judge each partition, and add the failing rows to those found tonight."""
    rules = [rule for rule in book.rules if rule.id in wanted.rule_ids]
    on_rows = book.part([rule for rule in rules if rule.expectation.expectation_type in ROWS])
    keys = PARTITION if wanted.partitions[0].cell else ()
    rows = FoundRows.of(connection, book.table, on_rows.rules)
    by = (*keys, INSTITUTION) if keys and INSTITUTION in rows.columns else keys
    counts = count(
        connection, on_rows.wanted(Scope(book.table, wanted.scope(connection, book.table), keys), by, rows.shown)
    )
    tallies: dict[Place, dict[str | None, Verdict]] = {}
    for partition in wanted.partitions:
        tallies |= {(one.rule_id, partition): {None: one} for one in on_rows.verdicts(counts, partition.cell)}
        for institution_id, cell in _institutions(book.table, counts, partition, by):
            for verdict in on_rows.numbers(counts, cell):
                if verdict.population_count:
                    tally = tallies[verdict.rule_id, partition]
                    tally[institution_id] = _together(tally.get(institution_id), verdict)
    grantees = {p.grantee_id for p in wanted.partitions if p.grantee_id}
    rows.collect(connection, _numbers(on_rows, counts), wanted.exactly, grantees)
    return {**tallies, **_on_tables(connection, book.table, rules, wanted)}


def _institutions(table: str, counts: Counts, partition: Partition, by: Sequence[str]) -> Iterator[tuple[str, Cell]]:
    """Yield the institutions of a partition with their cells.

    A record that names none is of one that is unknown; in tables of figures a null stands for all of them.
    """
    for cell in counts.cells:
        if INSTITUTION in by and len(cell) == len(by) and cell[: len(PARTITION)] == partition.cell:
            if cell[-1] is not None:
                yield cell[-1], cell
            elif table.startswith("core."):
                yield NO_INSTITUTION, cell


def _together(known: Verdict | None, verdict: Verdict) -> Verdict:
    """Return the sum of two cells of one institution: some records name none, others say that it is unknown."""
    if known is None:
        return verdict
    return replace(
        verdict,
        row_count=(known.row_count or 0) + (verdict.row_count or 0),
        population_count=(known.population_count or 0) + (verdict.population_count or 0),
        failed_count=(known.failed_count or 0) + (verdict.failed_count or 0),
    )


def _numbers(book: Book, counts: Counts) -> dict[str, int]:
    """Return the number under which the failing rows of each rule have been picked."""
    failing = ((rule.id, book.failing(rule.id)) for rule in book.rules)
    return {rule_id: counts.numbers[c] for rule_id, c in failing if c is not None and c in counts.numbers}


def _on_tables(
    connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule], wanted: Count
) -> dict[Place, Tally]:
    """Judge what is said of a partition as a whole, a mean or a number of rows, one partition after the other."""
    on_table = [rule for rule in rules if rule.expectation.expectation_type not in ROWS]
    return {
        (verdict.rule_id, partition): {None: verdict}
        for partition in wanted.partitions
        for verdict in judge(connection, table, on_table, dict(zip(PARTITION, partition.cell, strict=False)))
    }


def _listed(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in sorted(set(values)))
