"""Every failing row of every rule, of those that counting has picked, into a table of tonight.

Values are shown as sent, personal ones masked. What becomes of a finding over the nights stands in ``findings``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.models import all_models
from pipelines.schema import METADATA, PARTITION
from pipelines.validation.counting import PICKED
from pipelines.validation.sent_values import Landed, landed
from pipelines.warehouse import quoted

if TYPE_CHECKING:
    from expectations.rule import Rule

FOUND = "found_tonight"
# Text that changes while the record stays the same: the night accepts a file, a file takes the place of another.
PASSING = (*PARTITION, "message", "status", "supersedes_submission_id", "layout_version", "encoding")
MASK = "(masked)"
# Written as a Social Security number, in a column that is not of persons: a course number of nine digits looks so, too,
# and its line is told.
_LIKE_A_PERSONS = r"\b\d{3}[- ]?\d{2}[- ]?\d{4}\b"


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table ``found_tonight`` anew: a row for each rule and row that fails it."""
    connection.execute(
        f"create or replace temp table {FOUND} (rule_id varchar, rule_version integer, submission_id varchar, "
        "line_number bigint, grantee_id varchar, institution_id varchar, program_year varchar, record_key varchar, "
        "record_key_masked varchar, value_masked varchar, table_name varchar, column_name varchar)"
    )


@dataclass(frozen=True)
class FoundRows:
    """What findings show of the rows of a table that fail its ``rules``.

    ``columns`` are those of the table, ``key`` tells its rows apart, ``masked`` are personal.
    """

    table: str
    rules: tuple[Rule, ...]
    columns: frozenset[str]
    key: tuple[str, ...]
    masked: frozenset[str]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> FoundRows:
        """Return what a table has to show; nothing where it is not there or a broken view."""
        try:
            described = connection.execute(f"describe {table}").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            described = []
        columns, declared = frozenset(row[0] for row in described), METADATA.tables.get(table)
        if declared is not None:
            # Reference tables are judged over all their years at once, so the year is part of what tells rows apart.
            shared = PARTITION if table.startswith("core.") else ()
            key = tuple(c for c in declared.info["key"] if c not in shared)
            return cls(table, tuple(rules), columns, key, frozenset(c.name for c in declared.columns if c.info["pii"]))
        models = all_models() if table.startswith("mart.") else ()
        grain = next((model.grain for model in models if model.table == table), None)
        # What is said of files has no key that a file sent again would keep: what is text tells its rows apart.
        key = grain or tuple(row[0] for row in described if row[1] == "VARCHAR")
        key = tuple(column for column in key if column not in PASSING)
        return cls(table, tuple(rules), columns, key, frozenset({"student_id"}))

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that findings need: where a row stands, its key, and the values shown."""
        named = {"submission_id", "line_number", "institution_id", *PARTITION, *self.key}
        return tuple(sorted((named | {rule.columns[0] for rule in self.rules}) & self.columns))

    def collect(
        self, connection: duckdb.DuckDBPyConnection, numbers: Mapping[str, int], exactly: str, grantees: Collection[str]
    ) -> None:
        """Add the rows picked under ``numbers`` (by rule) to those found tonight, if ``exactly`` (SQL) is true of them.

        ``grantees`` are those whose rows these are, and whose raw tables have the values as sent.
        """
        if not numbers:  # the table could not be counted, so that nothing has been picked
            return
        picked = {row[0] for row in connection.execute(f"select distinct condition_number from {PICKED}").fetchall()}
        failing = [rule for rule in self.rules if numbers.get(rule.id) in picked]
        if failing:
            connection.execute(self._query(failing, numbers, exactly, landed(connection, self.table, grantees)))

    def _query(self, failing: Sequence[Rule], numbers: Mapping[str, int], exactly: str, raw: Landed) -> str:
        described = ", ".join(
            f"({numbers[rule.id]}, {i}, {quoted(rule.id)}, {rule.version}, {quoted(rule.columns[0])})"
            for i, rule in enumerate(failing)
        )
        joins = " ".join(
            f"left join {table} as sent_{n} "
            f"on t.submission_id = sent_{n}.submission_id and t.line_number = sent_{n}.line_number"
            for n, (table, _) in enumerate(raw)
        )
        return f"""
        insert into {FOUND}
        with t as (select * from {PICKED} where {exactly}),
        rule (condition_number, place, rule_id, version, column_name) as (values {described})
        select rule.rule_id, rule.version, {self._get("submission_id")}, {self._get("line_number")},
            {self._get("grantee_id")}, {self._get("institution_id")}, {self._get("program_year")},
            {self._key(is_masked=False)}, {self._key(is_masked=True)}, {self._value(failing, raw)},
            {quoted(self.table)}, rule.column_name
        from t inner join rule using (condition_number) {joins}
        """

    def _get(self, column: str) -> str:
        """Return the column, or a typed null where the table has none of that name."""
        return f"t.{column}" if column in self.columns else "cast(null as varchar)"

    def _key(self, *, is_masked: bool) -> str:
        """Return SQL for the record's key as ``name=value`` pairs; one with a hole in its key is told by its line."""
        parts = []
        for column in self.key:
            hidden = is_masked and column in self.masked
            value = quoted(MASK) if hidden else f"coalesce(cast({self._get(column)} as varchar), '?')"
            parts.append(f"{quoted(column + '=')} || {value}")
        if not is_masked and "line_number" in self.columns and self.key:
            hole = " or ".join(f"{self._get(column)} is null" for column in self.key)
            parts.append(f"case when {hole} then cast(t.line_number as varchar) else '' end")
        key = f"concat_ws(' ', {', '.join(parts)})" if parts else "''"
        return _without_numbers(key) if is_masked and parts else key

    def _value(self, failing: Sequence[Rule], raw: Landed) -> str:
        """Return SQL for the value that a finding shows: as sent, masked where personal."""
        cases = []
        for i, rule in enumerate(failing):
            column = rule.columns[0]
            sent = [f'sent_{n}."{name}"' for n, (_, columns) in enumerate(raw) for name in columns.get(column, ())]
            if column in self.columns:
                sent.append(f"cast(t.{column} as varchar)")
            value = f"coalesce({', '.join(sent)})" if sent else "cast(null as varchar)"
            if column in self.masked:
                value = f"case when {value} is null then null else {quoted(MASK)} end"
            cases.append(f"when {i} then {value}")
        return _without_numbers(f"case rule.place {' '.join(cases)} end")


def _without_numbers(text: str) -> str:
    """Return SQL for a text without what may be a person's number."""
    return f"regexp_replace({text}, '{_LIKE_A_PERSONS}', {quoted(MASK)}, 'g')"
