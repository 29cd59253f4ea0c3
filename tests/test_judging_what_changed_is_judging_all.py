"""Is a night that counts only what has changed the same as a night that counts everything?

A change that goes unnoticed is a wrong number that nobody looks at again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count as numbers
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judging_clerk import Clerk, Place, Record, word
from waivers_example import waiver

from expectations.catalogue import rule_named
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import valid_row
from expectations.rule import Rule, Threshold
from pipelines.schema import METADATA, PARTITION
from pipelines.validation import counted, counting, results
from pipelines.validation import judge as judging
from pipelines.validation.fingerprint import Fingerprints
from pipelines.validation.partition import Partition
from pipelines.validation.results import Outcome, judge_partitions
from pipelines.validation.thresholds import Policies, Policy
from pipelines.validation.waivers import Waivers
from pipelines.warehouse import open_in_memory

EXAMPLES, NIGHTS = 2, 3  # by hand: hundreds
TODAY = dt.date(2024, 9, 1)
PARTITIONS = tuple(Partition(g, y) for g in ("oregon", "udc") for y in ("2022-23", "2023-24"))
INSTITUTIONS = ("A", "B", None, "unknown")
VALUES: dict[str, dict[str, tuple[Any, ...]]] = {
    "course": {
        "course_id": ("C1", "O'Neil 100%", None), "program_id": ("P1", "P2", None), "institution_id": INSTITUTIONS,
        "credit_status": ("credit", "noncredit"), "unreadable_columns": ("", ",credit_status,"),
    },
    "enrollment": {
        "student_id": ("S1", "é %s", None), "course_id": ("C1", "O'Neil 100%"), "institution_id": INSTITUTIONS,
        "credits_attempted": (3, 0, 9), "credit_unit": ("semester_credit", "quarter_credit"),
    },
    "placement": {"student_id": ("S1", "é %s", None), "institution_id": INSTITUTIONS},
    "program": {
        "program_id": ("P1", "P2", None), "cip_code": ("51.3801", "51.3802", "'%", ""),
        "institution_id": INSTITUTIONS, "credit_status": ("credit", "noncredit"),
    },
    "student": {
        "student_id": ("S1", "é %s", None), "sex": ("male", "female"), "institution_id": INSTITUTIONS,
        "unreadable_columns": ("", ",sex,"),
    },
}  # fmt: skip
BOOK = (
    "course_course_id_present", "course_key_unique", "course_program_known", "course_credit_status_fits_program",
    "course_program_constant", "course_credit_status_readable", "enrollment_key_unique", "enrollment_course_known",
    "enrollment_student_known", "enrollment_credits_attempted_positive", "enrollment_course_earned_once",
    "placement_student_known", "program_key_unique", "program_cip_constant", "program_cip_code_pattern",
    "program_credit_status_present", "student_key_unique", "student_sex_constant", "student_sex_readable",
)  # fmt: skip
MORE_CREDITS = ExpectRowsToSatisfy(column_list=["credits_attempted"], condition="credits_attempted > 3")
OTHER_EDITIONS: tuple[dict[str, dict[str, Any]], ...] = (
    {},
    {"course_key_unique": {"version": 90}, "program_cip_constant": {"version": 91}},
    {"enrollment_credits_attempted_positive": {"expectation": MORE_CREDITS}},
)
WAIVED = ("course_key_unique", "enrollment_course_known", "student_key_unique")
Change = tuple[str, str, int, int]  # insert, delete or update; the table; which row or place; which value


def _edition(number: int) -> list[Rule]:
    changes = OTHER_EDITIONS[number]
    return [replace(rule_named(rule_id), **changes.get(rule_id, {})) for rule_id in BOOK]


def _policies(kind: int) -> Policies:
    """By the book; all one row more lenient and only for information; the same for one institution alone."""

    def policy(rule: Rule, institution_id: str | None) -> Policy:
        is_lenient = kind == 1 or (kind == 2 and institution_id == "A")
        return Policy(Threshold(count=1), "info") if is_lenient else Policy(rule.threshold, rule.severity)

    return policy


def _waived_count(kind: int, rule_id: str, institution_id: str | None) -> int:
    """Return how many failing rows are waived at a place."""
    place = {1: None, 2: "unknown"}.get(kind, "nowhere")
    return 2 if rule_id in WAIVED and institution_id == place else 0


def _waivers(kind: int, partition: Partition) -> Waivers:
    given_to = "unknown" if kind == 2 else ""
    block = {
        "grantee_id": partition.grantee_id, "program_year": partition.program_year, "institution_id": given_to,
        "approved_at": TODAY, "expires": TODAY, "tolerance_count": 2,
    }  # fmt: skip
    return Waivers(tuple(waiver(rule_id=one, **block) for one in WAIVED) if kind else (), TODAY)


@dataclass(frozen=True)
class Night:
    """What happens before a night, by which book it judges, and what goes wrong in it.

    ``trouble``: "broken" (a column has another name tonight), or after how many tables the night is killed.
    """

    changes: list[Change]
    partitions: tuple[Partition, ...]
    edition: int
    policy: int
    waiver: int
    trouble: str | int


class KilledError(Exception):
    """The night ends here."""


@dataclass
class Playing:
    """A warehouse, and the predicates of rules, which need no data to be known."""

    connection: duckdb.DuckDBPyConnection
    lines: Iterator[int] = field(default_factory=lambda: numbers(2))
    predicates: dict[tuple[str, str], str] = field(default_factory=dict)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(values)).fetchall()

    def change(self, kind: str, table: str, place: int, value: int) -> None:
        """Insert, delete or update one row of a table; without a row there is nothing to do."""
        there = [row[0] for row in self.rows(f"select line_number from core.{table} order by line_number")]
        if kind == "insert":
            partition = PARTITIONS[place % len(PARTITIONS)]
            chosen = {name: some[(value >> n) % len(some)] for n, (name, some) in enumerate(VALUES[table].items())}
            row = valid_row(table) | chosen | dict(zip(PARTITION, partition.cell, strict=True))
            row |= {"submission_id": "s1", "line_number": next(self.lines)}
            self.rows(
                f"insert into core.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", *row.values()
            )
        elif there and kind == "delete":
            self.rows(f"delete from core.{table} where line_number = ?", there[place % len(there)])
        elif there:
            name, some = list(VALUES[table].items())[value % len(VALUES[table])]
            where = [there[place % len(there)], there[value % len(there)]]  # often two rows change alike
            self.rows(
                f"update core.{table} set {name} = ? where line_number in (?, ?)", some[value % len(some)], *where
            )

    def failing(self, rule: Rule, partition: Partition) -> list[Record] | None:
        """Return the rows for which a rule's own predicate is true; None where it cannot be said."""
        key = [name for name in METADATA.tables[rule.table].info["key"] if name not in PARTITION]
        query = f"select line_number, {', '.join(key)} from {rule.table} where grantee_id = ? and program_year = ?"
        try:
            found = self.rows(f"{query} and ({self._predicate(rule)})", *partition.cell)
        except duckdb.Error:
            return None
        return [
            (tuple(str(value) for value in values) + ((str(line),) if None in values else ()), line)
            for line, *values in found
        ]

    def _predicate(self, rule: Rule) -> str:
        named = (rule.id, str(rule.expectation.configuration.kwargs))
        return self.predicates[named]

    def learn_predicates(self, rules: list[Rule]) -> None:
        for table in sorted({rule.table for rule in rules}):
            its_own = [rule for rule in rules if rule.table == table]
            for rule, verdict in zip(its_own, judging.judge(self.connection, table, its_own), strict=True):
                assert verdict.predicate, verdict.error
                self.predicates[rule.id, str(rule.expectation.configuration.kwargs)] = verdict.predicate


@contextmanager
def _as_declared(night: Night, killed_after: int | None) -> Iterator[None]:
    """Judge by the policies and waivers of a night, and end it in the midst of a table."""
    tables = numbers()
    settle = results.settle

    def settle_or_die(*given: Any) -> None:
        settle(*given)
        if next(tables) == killed_after:
            raise KilledError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(results, "policies", lambda *_: _policies(night.policy))
        patched.setattr(results.Waivers, "of", lambda g, y, _: _waivers(night.waiver, Partition(g, y)))
        patched.setattr(results, "settle", settle_or_die)
        yield


def _judge(playing: Playing, night: Night, run_id: str, killed_after: int | None = None) -> list[Outcome]:
    by_table = [(f"core.{name}", [r for r in _edition(night.edition) if r.table == f"core.{name}"]) for name in VALUES]
    with _as_declared(night, killed_after):
        return judge_partitions(playing.connection, night.partitions, run_id, TODAY, lambda _: by_table)


RESULT = (
    "select rule_id, rule_version, severity, grantee_id, institution_id, program_year, population_count, failed_count, "
    "threshold, status, is_waived, message from quality.rule_result where run_id = ? order by all"
)
OPEN = (
    "select * exclude (finding_id, change, first_seen_run_id, last_seen_run_id) from quality.finding "
    "where last_seen_run_id = ? and state = 'open' order by all"
)
KEPT = ("quality.rule_count", "quality.finding")


def _from_scratch(playing: Playing, night: Night) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return results and findings of a night that knows nothing of earlier ones, with all reductions forced."""
    for table in KEPT:
        playing.rows(f"create or replace temp table kept_{table[8:]} as select * from {table}")
        playing.rows(f"delete from {table}")
    with pytest.MonkeyPatch.context() as patched:
        if night.trouble != "broken":  # with values asked first, what breaks is not met where the population is empty
            patched.setattr(counted, "count", partial(counting.count, from_rows=0))
        _judge(playing, night, "scratch")
    found = playing.rows(RESULT, "scratch"), playing.rows(OPEN, "scratch")
    for table in KEPT:
        playing.rows(f"delete from {table}")
        playing.rows(f"insert into {table} select * from kept_{table[8:]}")
    playing.rows("delete from quality.rule_result where run_id = 'scratch'")
    return found


def _hold_results(said: list[tuple[Any, ...]], night: Night) -> None:
    """Hold that institutions sum to the whole, and statuses and waivers to what the clerk makes of the counts."""
    rules, sums = {rule.id: rule for rule in _edition(night.edition)}, dict[Place, list[int]]()
    wholes = {(r[0], r[3], r[5]): r for r in said if r[4] is None}
    for rule_id, _, severity, grantee, institution, year, population, failed, _, status, is_waived, _ in said:
        policy = _policies(night.policy)(rules[rule_id], institution)
        assert (status, severity) == (word(population, failed, policy.threshold), policy.severity)
        whole = wholes[rule_id, grantee, year]
        waived = _waived_count(night.waiver, rule_id, institution)
        assert is_waived == (status == "failed" and (failed <= waived or whole[10]))
        if institution is not None:
            sums.setdefault((rule_id, grantee, year), [0, 0])
            sums[rule_id, grantee, year][0] += population
            sums[rule_id, grantee, year][1] += failed
    for place, whole in wholes.items():
        assert sums.get(place, [0, 0]) == [whole[6] or 0, whole[7] or 0]


def _play(playing: Playing, clerk: Clerk, night: Night, run_id: str) -> None:
    for change in night.changes:
        playing.change(*change)
    if night.trouble == "broken":
        playing.rows("alter table core.program rename column credit_status to lost")
    killed_after = night.trouble if isinstance(night.trouble, int) else None
    with suppress(KilledError):
        _judge(playing, night, run_id, killed_after)
    done = [f"core.{name}" for name in sorted(VALUES)][:killed_after]
    rules = [rule for rule in _edition(night.edition) if rule.table in done]
    failing = {(rule.id, *p.cell): playing.failing(rule, p) for rule in rules for p in night.partitions}
    clerk.judge(run_id, failing)

    said, found = playing.rows(RESULT, run_id), playing.rows(OPEN, run_id)
    their_results, their_findings = _from_scratch(playing, night)
    ids = {rule.id for rule in rules}
    assert said == [row for row in their_results if row[0] in ids]
    assert found == [row for row in their_findings if row[0] in ids]
    _hold_results(said, night)
    broken = {(row[0], row[3], row[5]) for row in said if row[9] == "error"}
    assert broken == {place for place, records in failing.items() if records is None}
    if night.trouble == "broken":
        playing.rows("alter table core.program rename column lost to credit_status")
    lives = (
        "select rule_id, grantee_id, program_year, line_number, state, change, first_seen_run_id, last_seen_run_id "
        "from quality.finding order by all"
    )
    assert playing.rows(lives) == clerk.told()


CHANGE = st.tuples(
    st.sampled_from(("insert", "update", "update", "delete")), st.sampled_from(sorted(VALUES)), st.integers(0, 7),
    st.integers(0, 63),
)  # fmt: skip
SOME = st.sampled_from((PARTITIONS, PARTITIONS, PARTITIONS[:1], PARTITIONS[1:3], PARTITIONS[3:]))
NIGHT = st.builds(
    Night, st.lists(CHANGE, max_size=4), SOME, st.sampled_from((0, 0, 1, 2)), st.sampled_from((0, 1, 2)),
    st.sampled_from((0, 1, 2)), st.sampled_from(("", "", "", "broken", 0, 2, 4)),
)  # fmt: skip
FILLED = st.lists(st.tuples(st.sampled_from(sorted(VALUES)), st.integers(0, 7), st.integers(0, 63)), min_size=15,
                  max_size=30)  # fmt: skip


def hold(filled: list[tuple[str, int, int]], nights: list[Night]) -> None:
    """Play these nights before both, and hold them to each other after each."""
    with open_in_memory() as connection:
        playing, clerk = Playing(connection), Clerk()
        playing.learn_predicates(_edition(0))
        playing.learn_predicates([rule for rule in _edition(2) if rule.id in OTHER_EDITIONS[2]])
        for one in filled:
            playing.change("insert", *one)
        for number, night in enumerate(nights):
            _play(playing, clerk, night, f"r{number}")


@settings(max_examples=EXAMPLES, phases=[Phase.generate])  # to make a failure small takes minutes
@given(filled=FILLED, nights=st.lists(NIGHT, min_size=NIGHTS - 1, max_size=NIGHTS))
def test_any_nights_leave_results_and_findings_as_if_each_had_counted_everything(
    filled: list[tuple[str, int, int]], nights: list[Night]
) -> None:
    hold(filled, nights)


@pytest.mark.parametrize(("before", "after"), [(("", "x"), ("x", "")), (("x", "x"), ("", ""))], ids=["swap", "alike"])
def test_two_rows_that_change_alike_or_exchange_their_last_values_are_seen_to_have_changed(
    before: tuple[str, str], after: tuple[str, str]
) -> None:
    """DuckDB adds the last column of a row to its hash by xor, so that a total by xor would not see such changes."""
    with open_in_memory() as connection:
        seen = []
        for values in (before, after):
            connection.execute("create or replace table core.two as select 'g' as grantee_id, 'y' as program_year, * "
                               "from (values (1, ?), (2, ?)) as t (line_number, last)", list(values))  # fmt: skip
            seen.append(Fingerprints(connection, ["g"]).of_partition("core.two", Partition("g", "y")))
        assert seen[0] != seen[1]


def test_records_of_no_institution_and_of_one_called_unknown_are_counted_together() -> None:
    with open_in_memory() as connection:
        playing = Playing(connection)
        for place in (2, 3):
            playing.change("insert", "course", 0, 0)
            playing.rows("update core.course set institution_id = ?, course_id = null where line_number = ?",
                         INSTITUTIONS[place], place)  # fmt: skip
        _judge(playing, Night([], PARTITIONS[:1], 0, 0, 0, ""), "r")
        said = playing.rows(RESULT, "r")
        assert [row[7] for row in said if (row[0], row[4]) == ("course_course_id_present", "unknown")] == [2]
