"""Are the invented agencies of the benchmark a possible world? Seconds and shares of another kind would say nothing."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from benchmarks.disclosure_world import AGENCIES, fill, sizes
from pipelines.warehouse import open_in_memory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_in_memory() as connection:
        fill(connection, ("2023-24",), 1.0, ("udc", "delaware"))
        yield connection


def test_the_university_has_its_896_concentrators(world: duckdb.DuckDBPyConnection) -> None:
    everybody = (
        "select count_code, student_count from mart.student_count where grantee_id = 'udc' "
        "and institution_id is null and cip_code is null and subgroup_dimension = 'all'"
    )
    counts = dict(world.execute(everybody).fetchall())
    assert counts["concentrator"] == 896
    assert counts["completer"] < 896 < counts["participant"]


@pytest.mark.parametrize(("table", "key", "count"), [
    ("mart.student_count", "count_code", "student_count"), ("mart.indicator", "indicator_code", "denominator_count"),
    ("mart.indicator", "indicator_code", "numerator_count"),
])  # fmt: skip
def test_its_parts_sum_up_as_the_tables_declare(
    world: duckdb.DuckDBPyConnection, table: str, key: str, count: str
) -> None:
    wrong = f"""
    with part as (
        select grantee_id, {key}, institution_id, subgroup_dimension, sum({count}) as whole, max({count}) as largest
        from {table} where cip_code is null and subgroup_dimension <> 'all' group by all
    )
    select part.subgroup_dimension, margin.margin, part.whole, total.{count}
    from part
    inner join mart.margin as margin
        on margin.table_name = '{table}' and margin.subgroup_dimension = part.subgroup_dimension
    inner join {table} as total
        on total.grantee_id = part.grantee_id and total.{key} = part.{key} and total.cip_code is null
        and total.subgroup_dimension = 'all' and total.institution_id is not distinct from part.institution_id
    where margin.margin = 'partition' and part.whole <> total.{count}
        or margin.margin = 'cover' and (part.whole < total.{count} or part.largest > total.{count})"""
    assert world.execute(wrong).fetchall() == []


def test_who_met_a_measure_is_among_those_it_speaks_of(world: duckdb.DuckDBPyConnection) -> None:
    impossible = "numerator_count + unknown_count > denominator_count or status <> 'computed'"
    assert world.execute(f"select count(*) from mart.indicator where {impossible}").fetchone() == (0,)
    assert world.execute("select count(*) > 1000 from mart.indicator").fetchone() == (True,)


def test_colleges_are_of_very_different_sizes_and_a_smaller_world_has_fewer() -> None:
    florida = sizes(AGENCIES["florida"], 1.0)
    assert len(florida) == 28
    assert florida == sorted(florida, reverse=True)
    assert florida[0] > 10 * florida[-1] > 0
    assert len(sizes(AGENCIES["florida"], 0.25)) == 7
    assert sizes(AGENCIES["udc"], 0.01) == [896]
