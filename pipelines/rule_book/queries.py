"""The query that shows the records that fail a rule, made from the predicate that judging counts with.

Nothing is worded twice: what is not in the predicate of the verdict is only where the records come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from expectations.conditions import quoted
from expectations.rule import Rule
from pipelines import models
from pipelines.measures.definitions import load_definitions
from pipelines.schema import METADATA
from pipelines.validation.judge import judge
from pipelines.warehouse import open_in_memory

PLACE = ("grantee_id", "program_year", "institution_id", "file_name", "line_number")
FILE = "left join (select submission_id, file_name from quality.submission) as file using (submission_id)"
WIDTH = 110
_WORD = re.compile(r"""(?:'(?:[^']|'')*'|"[^"]*"|[^\s'"])+""")  # a literal is never broken: its blanks are values


def queries_of(rules: Sequence[Rule]) -> dict[str, str]:
    """Return for each rule the query for its failing records, by id; none for a rule about a table as a whole.

    The columns are the record's place (grantee, year, institution, file, line), its key and what the rule speaks of;
    identifiers of persons are left out. It runs on a warehouse after a night.

    Raises:
        ValueError: a rule cannot be judged, not even over tables without rows; the message names it.
    """
    found: dict[str, str] = {}
    with open_empty() as connection:
        for table in sorted({rule.table for rule in rules}):
            own = [rule for rule in rules if rule.table == table]
            there = [str(row[0]) for row in connection.execute(f"describe {table}").fetchall()]
            for rule, verdict in zip(own, judge(connection, table, own), strict=True):
                if verdict.error:
                    msg = f"rule {rule.id}: no query shows its records: {verdict.error}"
                    raise ValueError(msg)
                if verdict.predicate:
                    found[rule.id] = _query(rule, verdict.predicate, there)
    return found


@contextmanager
def open_empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a warehouse in memory that has every table that rules speak of, without a row."""
    with open_in_memory() as connection:
        load_definitions(connection, ())
        for model in models.all_models():
            if model.schema != "publish":  # needs what a release has frozen; no rule speaks of it
                models.build(connection, model)
        yield connection


def identifiers() -> frozenset[str]:
    """Return the columns that name a person, whatever table they stand in."""
    return frozenset(
        column.name
        for table in METADATA.tables.values()
        for column in table.columns
        if column.info.get("pii") == "identifier"
    )


def _query(rule: Rule, predicate: str, there: Sequence[str]) -> str:
    has_file = "submission_id" in there and "file_name" not in there
    columns = ", ".join(quoted(name) for name in _columns(rule, there, has_file=has_file))
    where = " and ".join([f"({predicate})", *years]) if (years := _years(rule)) else predicate
    lines = [
        wrapped(f"select {columns}"),
        "from (",
        f"  select * from {rule.table}",
        wrapped(f"where {where}", "  "),
        ") as record",
        *([FILE] if has_file else []),
        "order by all",
    ]
    return "\n".join(lines)


def _columns(rule: Rule, there: Sequence[str], *, has_file: bool) -> list[str]:
    """Return what to show of a record, each column once: where it stands, what tells it apart, what the rule says."""
    declared = METADATA.tables.get(rule.table)
    grains = {model.table: model.grain for model in models.all_models()}
    key = declared.info["key"] if declared is not None else grains.get(rule.table, ())
    said = rule.expectation.configuration.kwargs
    spoken_of = [*said.get("column_list", ()), *(said[k] for k in ("column", "column_A", "column_B") if k in said)]
    wanted = dict.fromkeys([*PLACE, *key, *rule.columns, *spoken_of])
    known = {*there, "file_name"} if has_file else {*there}
    return [name for name in wanted if name in known - identifiers() - {"submission_id"}]


def _years(rule: Rule) -> list[str]:
    years = [f"program_year >= '{rule.effective_from}'"] if rule.effective_from else []
    return years + ([f"program_year <= '{rule.effective_to}'"] if rule.effective_to else [])


def wrapped(sql: str, indent: str = "") -> str:
    """Return SQL in lines of at most 110 characters where it can be broken: between words, never within a literal."""
    lines = [""]
    for word in _WORD.findall(sql):
        if lines[-1] and len(lines[-1]) + len(word) >= WIDTH - len(indent):
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(f"{indent}{'  ' if number else ''}{line}" for number, line in enumerate(lines))
