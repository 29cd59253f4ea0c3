"""Do the worked queries that analysts start from run on a warehouse, and answer with what their headers promise?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import duckdb
import pytest
from worksheet_example import colleges

from pipelines.cli import main
from pipelines.measures.gaps.build import build_gaps
from pipelines.models import Model, all_models, build, inputs_of, sql_root

QUERIES = sorted((sql_root() / "queries").glob("*.sql"))
PAGE = (Path(__file__).parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")
FOR_GAPS = ("mart.indicator", "mart.readiness")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A small warehouse with every derived table that a worked query reads."""
    connection = colleges()
    for model in _needed(connection):
        build(connection, model)
    build_gaps(connection)
    yield connection
    connection.close()


def _needed(connection: duckdb.DuckDBPyConnection) -> list[Model]:
    models = {model.table: model for model in all_models()}
    read = [inputs_of(connection, path.read_text(encoding="utf-8"), path.name) for path in QUERIES]
    open_, needed = {table for tables in read for table in tables} | set(FOR_GAPS), set()
    while open_:
        table = open_.pop()
        if table in models and table not in needed:
            needed.add(table)
            open_ |= set(models[table].inputs)
    return [model for model in all_models() if model.table in needed]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_that_an_analyst_copies_runs_and_has_one_row_per_grain(
    warehouse: duckdb.DuckDBPyConnection, path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    grain = re.search(r"^-- grain: (.+)$", text, re.MULTILINE)
    assert grain, "the header says what a row is"
    keys = [key.strip() for key in grain[1].split(",")]
    warehouse.execute(text)
    columns = [column[0] for column in warehouse.description or ()]
    rows = [dict(zip(columns, row, strict=True)) for row in warehouse.fetchall()]
    assert set(keys) <= set(columns)
    assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)


def test_a_query_answers_and_does_not_merely_run(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The queries speak of Oregon's last sample year, which the small warehouse has too."""
    text = {path.stem: path.read_text(encoding="utf-8") for path in QUERIES}
    pairs = warehouse.execute(text["indicator_by_race_and_sex"]).fetchall()
    assert sum(row[3] for row in pairs) == 2, "both concentrators, each in one pair"
    assert warehouse.execute(text["level_test"]).fetchall()
    assert warehouse.execute(text["gap_that_can_be_trusted"]).fetchall()
    assert warehouse.execute(text["as_reported_and_restated"]).fetchall() == [], "nothing was frozen"


def test_the_page_on_measures_names_every_worked_query_and_its_own_blocks_are_right(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert {path.stem for path in QUERIES} == set(re.findall(r"\| `(\w+)` \|$", PAGE, re.MULTILINE))
    (query,) = _blocks("sql")
    warehouse.execute(query)
    for block in _blocks("toml"):
        tomllib.loads(block)
    commands = " ".join(_blocks("sh")).replace("\\\n", " ")
    known = {(group, name) for group, members in _commands().items() for name in members}
    for group, name in re.findall(r"\bbin/cte (\w+) (\w+)?", commands):
        assert (group, name) in known or (group, "") in known, f"cte {group} {name}"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def _commands() -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(command.commands) if isinstance(command, click.Group) else ("",)
        for name, command in main.commands.items()
    }
