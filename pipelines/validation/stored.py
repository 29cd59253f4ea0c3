"""The counts of earlier nights: which of them are still true, and where tonight's are kept.

A count is true as long as neither the rule's words nor the rows that it looks at have changed. It can be judged again
under another threshold, severity or waiver without a scan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import duckdb

from expectations.rule import Rule
from pipelines.schema import METADATA
from pipelines.validation.fingerprint import Fingerprints
from pipelines.validation.judge import Verdict
from pipelines.validation.names import tables_of
from pipelines.validation.partition import Partition
from pipelines.warehouse import insert_rows

Place = tuple[str, Partition]  # the id of a rule, and where it is judged
Tally = Mapping[str | None, Verdict]  # by institution; None is all of them
COUNTED_BY = 1  # raise it when this room counts something in another way: all counts are then taken anew
_CONTENT = (
    "rule_id, rule_version, table_name, grantee_id, program_year, institution_id, row_count, population_count, "
    "failed_count, predicate_sha256, data_fingerprint, counted_run_id, message"
)


@dataclass(frozen=True)
class Mark:
    """What a count rests on: the words of the rule, and the rows."""

    predicate_sha256: str
    data_fingerprint: str


def marks_of(table: str, docket: Mapping[Partition, Sequence[Rule]], prints: Fingerprints) -> dict[Place, Mark]:
    """Return what each rule's count in each partition rests on, as things are now; nothing is planned for it."""
    found: dict[Place, Mark] = {}
    rules_at_hand = {rule.id: rule for rules in docket.values() for rule in rules}
    said = {rule_id: (words_of(rule), looked_into(prints.connection, rule)) for rule_id, rule in rules_at_hand.items()}
    for partition, rules in docket.items():
        own = prints.of_partition(table, partition)
        for rule in rules:
            words, tables = said[rule.id]
            others = [prints.of_grantee(one, partition.grantee_id) for one in tables]
            found[rule.id, partition] = Mark(words, _sha256([own, *others]))
    return found


def words_of(rule: Rule) -> str:
    """Return a hash over what decides which rows fail a rule and what is shown of them, and who counts them."""
    expectation = rule.expectation
    population = rule.population.dict() if rule.population is not None else None
    declared = METADATA.tables.get(rule.table)
    masked = sorted(c.name for c in declared.columns if c.info["pii"]) if declared is not None else []
    shown = [rule.columns, masked]  # findings that are kept show what was shown when they were found
    said = [expectation.expectation_type, expectation.configuration.kwargs, population, rule.version, shown]
    return _sha256([said, COUNTED_BY, duckdb.__version__, _great_expectations()])


@cache
def _great_expectations() -> str:
    return version("great-expectations")


def looked_into(connection: duckdb.DuckDBPyConnection, rule: Rule) -> list[str]:
    """Return the tables that a rule looks rows up in: its answer changes when these do."""
    expectation: Any = rule.expectation
    condition = getattr(expectation, "condition", None)
    found = tables_of(connection, f"select 1 where {condition}") if condition else set()
    return sorted(found | ({expectation.other_table} if getattr(expectation, "other_table", None) else set()))


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def still_true(connection: duckdb.DuckDBPyConnection, table: str, marks: Mapping[Place, Mark]) -> dict[Place, Tally]:
    """Return the stored counts of a table that rest on what ``marks`` says; one that ended in an error never does."""
    rows = connection.execute(
        "select rule_id, grantee_id, program_year, institution_id, row_count, population_count, failed_count, "
        "predicate_sha256, data_fingerprint from quality.rule_count where table_name = ? and message is null",
        [table],
    ).fetchall()
    found: dict[Place, dict[str | None, Verdict]] = {}
    for rule_id, grantee_id, year, institution_id, row_count, population, failed, words, data in rows:
        place = (rule_id, Partition(grantee_id, year))
        if marks.get(place) == Mark(words, data):
            verdict = Verdict(rule_id, population, failed, failed == 0, None, None, row_count)
            found.setdefault(place, {})[institution_id] = verdict
    return {**found}


def store(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    rules: Iterable[Rule],
    fresh: Mapping[Place, Tally],
    marks: Mapping[Place, Mark],
) -> None:
    """Keep tonight's counts in place of those of the same rules and partitions."""
    by_id = {rule.id: rule for rule in rules}
    places = [(rule_id, p.grantee_id, p.program_year) for rule_id, p in fresh]
    connection.execute("create or replace temp table counted_tonight (rule_id varchar, g varchar, y varchar)")
    insert_rows(connection, "counted_tonight", places)
    connection.execute(
        "delete from quality.rule_count as old using counted_tonight as new where old.rule_id = new.rule_id "
        "and old.grantee_id is not distinct from new.g and old.program_year is not distinct from new.y"
    )
    rows = [
        (
            rule_id, by_id[rule_id].version, by_id[rule_id].table, p.grantee_id, p.program_year, institution_id,
            one.row_count, one.population_count, one.failed_count, marks[rule_id, p].predicate_sha256,
            marks[rule_id, p].data_fingerprint, run_id, one.error,
        )
        for (rule_id, p), tally in fresh.items()
        for institution_id, one in tally.items()
    ]  # fmt: skip
    insert_rows(connection, f"quality.rule_count ({_CONTENT})", rows)
