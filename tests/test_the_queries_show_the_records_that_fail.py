"""Does the query that a reader copies from the rule book show exactly the records that the night has counted?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest

from expectations.catalogue import all_rules
from pipelines.docs import documents
from pipelines.rule_book.queries import PLACE, identifiers, open_empty, queries_of, wrapped
from tests.conftest import Ran


@pytest.fixture(scope="module")
def queries() -> dict[str, str]:
    return queries_of(all_rules())


@pytest.fixture(scope="module")
def warehouse(demonstration: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demonstration.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def _on_the_page() -> list[str]:
    return re.findall(r"```sql\n(.+?)\n```", documents()["rules.md"], flags=re.DOTALL)


def test_every_rule_about_records_has_a_query_and_the_page_prints_it_unchanged(queries: dict[str, str]) -> None:
    assert set(queries) == {rule.id for rule in all_rules()}
    printed = _on_the_page()
    assert len(printed) > 70
    assert set(printed) <= set(queries.values())


def test_every_query_runs_on_a_warehouse_in_which_nothing_has_arrived_and_shows_nothing(
    queries: dict[str, str],
) -> None:
    with open_empty() as connection:
        shown = {rule_id: connection.execute(query).fetchall() for rule_id, query in queries.items()}
    assert [rule_id for rule_id, rows in shown.items() if rows] == []


def test_no_query_shows_who_a_person_is(queries: dict[str, str]) -> None:
    assert {"student_id", "staff_id"} <= identifiers()
    with open_empty() as connection:
        for rule_id, query in queries.items():
            shown = {column[0] for column in connection.execute(query).description}
            assert not shown & identifiers(), rule_id
            assert shown & set(PLACE), f"{rule_id}: nobody can tell where the record came from"


@pytest.mark.slow
def test_each_query_returns_as_many_records_as_the_night_has_counted(
    queries: dict[str, str], warehouse: duckdb.DuckDBPyConnection
) -> None:
    counted = warehouse.execute(
        "select rule_id, coalesce(grantee_id, ''), coalesce(program_year, ''), failed_count from quality.rule_result "
        "where institution_id is null and run_id = (select max(run_id) from quality.run)"
    ).fetchall()
    assert len(counted) > 1000
    shown: Counter[tuple[str, str, str]] = Counter()
    for rule_id, query in queries.items():
        found = warehouse.execute(query)
        names = [column[0] for column in found.description]
        for row in found.fetchall():
            record = dict(zip(names, row, strict=True))
            year = record["program_year"] if "grantee_id" in record else ""  # reference tables are judged as a whole
            shown[rule_id, record.get("grantee_id") or "", year] += 1
    apart = [(*place, count, shown[tuple(place)]) for *place, count in counted if shown[tuple(place)] != count]
    assert apart == []
    assert sum(shown.values()) > 100


@pytest.mark.parametrize(
    "sql",
    [
        "select 'a  b' as x",
        "select 'it''s   a  long    text' as x, " + ", ".join(f"{n} as column_{n}" for n in range(40)),
        'select 1 as "two  words"',
        "select regexp_matches('a   b', '^a {3}b$') as x",
    ],
)
def test_breaking_a_query_into_lines_changes_no_value_in_it(sql: str) -> None:
    def answer(query: str) -> tuple[list[str], list[tuple[object, ...]]]:
        with duckdb.connect() as connection:
            found = connection.execute(query)
            return [column[0] for column in found.description], found.fetchall()

    assert answer(wrapped(sql)) == answer(sql)
    assert max(map(len, wrapped(sql).splitlines())) <= 120
