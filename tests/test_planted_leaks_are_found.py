"""Whoever audits a release must find what others have overlooked: each leak is planted, and told by name and cell.

The safe twin stands beside them: an audit that refuses everything would find all leaks too.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from disclosure_worlds import KEYS, Gathered, Key, gathered, write_release
from planted_leaks import LEAKS, PLAN, YEAR, Leak, cell, persons

from pipelines.disclosure.audit import audit, under_policy, unread
from pipelines.disclosure.problem import Flags

WITHHELD = Path(__file__).with_name("planted_leaks_withheld.csv")  # by hand: safe, and shows as much as it can


@pytest.fixture(scope="module")
def safe() -> tuple[Gathered, Flags]:
    """Return the counts and what the safe release withholds of them."""
    world = gathered(persons(), PLAN)
    hidden = pl.read_csv(WITHHELD, infer_schema=False).select(KEYS[1:]).rows()
    return world, np.array([key in set(hidden) for key in world.keys.select(KEYS[1:]).rows()])


def _released(safe: tuple[Gathered, Flags]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    write_release(connection, *safe)
    return connection


def test_the_safe_release_passes_and_nothing_in_it_is_found(safe: tuple[Gathered, Flags]) -> None:
    connection = _released(safe)
    found = audit(connection, safe[0], also_unread=unread(connection))
    assert found.reason == ""
    assert found.is_safe
    assert found.cells.height > 80
    assert under_policy(connection) == ()


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_each_planted_leak_is_found_by_its_name(leak: Leak, safe: tuple[Gathered, Flags]) -> None:
    connection = _released(safe)
    world = safe[0]
    if leak.known or leak.still:
        world = gathered(persons(), PLAN, known=frozenset(leak.known), still_sensitive=frozenset(leak.still))
    leak.spoil(connection, world)
    found = audit(connection, world, also_unread=unread(connection))
    assert not found.untrue, "the leak writes what is not so, which is another matter"
    told = set(found.leaks.select(KEYS[1:]).rows())
    assert set(leak.tells) <= told
    assert not leak.unread or leak.unread in found.unread
    under = {f"publish.{one.table_name} {one.problem}" for one in under_policy(connection)}
    assert not leak.under or leak.under in under
    assert not found.is_safe or leak.under, "a leak that only the plain search sees must be one of rows"


def test_there_are_at_least_twenty_kinds_of_leak() -> None:
    assert len({leak.name for leak in LEAKS}) == len(LEAKS) >= 20


def test_a_number_that_is_not_so_is_told(safe: tuple[Gathered, Flags]) -> None:
    connection = _released(safe)
    connection.execute("update publish.student_count set student_count = student_count + 1 where "
                       "program_year = '2023-24' and count_code = 'denominator_1P1' and institution_id is null "
                       "and subgroup_dimension = 'sex' and subgroup_code = 'male' and cip_code is null")  # fmt: skip
    found = audit(connection, safe[0])
    assert found.untrue == ("publish.student_count xx 2023-24 denominator_1P1 all all sex male",)
    assert not found.is_safe


def test_an_audit_out_of_time_refuses(safe: tuple[Gathered, Flags]) -> None:
    found = audit(_released(safe), safe[0], seconds=0.0)
    assert found.verdict == "not_proven"
    assert "not proven" in found.reason


def test_the_reason_names_no_count_and_no_group(safe: tuple[Gathered, Flags]) -> None:
    connection = _released(safe)
    LEAKS[0].spoil(connection, safe[0])
    reason = audit(connection, safe[0]).reason
    assert "can be told from what would be published" in reason
    assert not any(word in reason for word in ("native", "race", "denominator", " 4 "))


def _total(year: str) -> Key:
    return cell("denominator_1P1", year=year)


def test_rounded_counts_are_read_as_intervals_and_their_rates_say_no_more(safe: tuple[Gathered, Flags]) -> None:
    world, withheld = safe
    connection = _released(safe)
    connection.execute("update publish.suppression_policy set count_rounding = 5")
    connection.execute("delete from publish.gap")
    connection.execute("update publish.student_count set student_count = 5 * floor(student_count / 5 + 0.5)")
    for name in ("indicator", "indicator_pooled"):
        connection.execute(f"update publish.{name} set numerator_count = 5 * floor(numerator_count / 5 + 0.5), "
                           "denominator_count = 5 * floor(denominator_count / 5 + 0.5)")  # fmt: skip
        connection.execute(f"update publish.{name} set rate = numerator_count / denominator_count")
    found = audit(connection, world)
    assert found.untrue == ()
    assert found.is_safe
    assert _total(YEAR) in world.keys.select(KEYS[1:]).rows()
    assert withheld.any()
