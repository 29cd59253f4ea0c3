"""Models: ``sql/<schema>/<name>.sql`` becomes the table of that name; the path names it, the query names its inputs.

Discovery, order and building of derived tables. No query stands here: those that people wrote are below ``sql/``, those
that follow from the canonical tables are written by ``measures.generated``. When to build is the caller's decision.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb

from pipelines.measures.generated import generated_queries
from pipelines.warehouse import quoted

EXAMPLES = "queries"  # worked examples for analysts: not models
_COLUMN = re.compile(r"column (\w+): (.+)")
_MARGIN = re.compile(r"margin ([\w*]+): (partition|cover|part)")
_MARGIN_HEADER = """\
-- How the parts of each table sum to the whole, as the table declares it: partition (they sum to the total), cover (the
-- largest is at most the total, and the total at most their sum) or part (each is at most the total). Margins of
-- subgroups hold at every place; those of key columns hold for everybody, because of who a person is one college may
-- say other things than all of them together. Of unknown_count a cover says only that the sum reaches the total: who
-- met the measure in one program may be unknown in another one.
-- grain: table_name, subgroup_dimension
-- column table_name: The derived table, with its schema.
-- column subgroup_dimension: What the parts are told by: a subgroup_dimension, or a key column such as institution_id.
-- column margin: partition, cover or part.
"""


class ModelError(Exception):
    """A fault of a model: the message names the file and the fix."""


@dataclass(frozen=True)
class Model:
    """A derived table: one select. ``columns`` maps every output column to its comment; ``inputs`` are ``schema.name``.

    ``origin`` is the file, for messages. ``is_view`` where the header says ``-- materialized: view``. ``margins`` says
    how the parts that something tells apart sum to the whole: partition (they sum to it), cover (together they are it,
    and may overlap) or part (each is within it).
    """

    schema: str
    name: str
    description: str
    grain: tuple[str, ...]
    columns: Mapping[str, str]
    inputs: tuple[str, ...]
    sql: str
    origin: str
    is_view: bool = False
    margins: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The name with its schema, such as ``mart.indicator``."""
        return f"{self.schema}.{self.name}"


def sql_root() -> Path:
    """Return the folder of the models: ``sql`` in a checkout, the packaged copy in an installed wheel."""
    packaged = Path(__file__).parent / "_sql"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "sql"


def inputs_of(parser: duckdb.DuckDBPyConnection, sql: str, origin: str) -> tuple[str, ...]:
    """Return the tables that a query reads, as ``schema.name``. ``parser`` is any connection: nothing is bound.

    Raises ModelError for a query that cannot be parsed, is not one select, or names a table without its schema.
    """
    row = parser.execute("select json_serialize_sql(?)", [sql]).fetchone()
    parsed = json.loads(row[0]) if row else {}
    if parsed.get("error", True) or len(parsed["statements"]) != 1:
        msg = f"{origin}: {parsed.get('error_message', 'not one statement')}; a model is one select"
        raise ModelError(msg)
    ctes = {entry["key"].lower() for entry in _nodes(parsed, "cte_map") for entry in entry["map"]}
    tables = {(node["schema_name"], node["table_name"].lower()) for node in _nodes(parsed, "table_name")}
    loose = sorted(name for schema, name in tables if not schema and name not in ctes)
    if loose:
        msg = f"{origin}: {', '.join(loose)} is no CTE of the query; write tables with their schema"
        raise ModelError(msg)
    return tuple(sorted(f"{schema.lower()}.{name}" for schema, name in tables if schema))


def _nodes(tree: Any, key: str) -> Iterator[Any]:
    """Yield what is a table reference (key ``table_name``) or the value of ``cte_map``, anywhere in a parsed query."""
    if isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch, key)
    elif isinstance(tree, dict):
        if key == "cte_map" and key in tree:
            yield tree[key]
        elif key == "table_name" and tree.get("type") == "BASE_TABLE":
            yield tree
        for branch in tree.values():
            yield from _nodes(branch, key)


def read_model(parser: duckdb.DuckDBPyConnection, schema: str, name: str, text: str, origin: str) -> Model:
    """Return the model that a text says: header comments, then the query. Raises ModelError for a lacking header.

    Comments below the header speak to who changes the query, and are in no description.
    """
    header = [line[2:].strip() for line in takewhile(lambda line: line.startswith("--"), text.strip().splitlines())]
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    columns = {found[1]: found[2] for line in header if (found := _COLUMN.fullmatch(line))}
    grain = [line.removeprefix("grain:") for line in header if line.startswith("grain:")]
    prose = [line for line in header if not re.match(r"column \w+:|grain:|materialized:|margin ", line)]
    if len(grain) != 1 or not prose or not columns:
        msg = f"{origin}: the header needs a description, one '-- grain: a, b' and '-- column name: comment' lines"
        raise ModelError(msg)
    keys = tuple(key.strip() for key in grain[0].split(","))
    if unknown := [key for key in keys if key not in columns]:
        msg = f"{origin}: the grain names {', '.join(unknown)}, which no '-- column' line documents"
        raise ModelError(msg)
    margins = dict(_margin(line, origin) for line in header if line.startswith("margin "))
    inputs = inputs_of(parser, sql, origin)
    is_view = "materialized: view" in header
    return Model(schema, name, " ".join(prose), keys, columns, inputs, sql, origin, is_view, margins)


def _margin(line: str, origin: str) -> tuple[str, str]:
    found = _MARGIN.fullmatch(line)
    if not found:
        msg = f"{origin}: '-- {line}' is no margin; write '-- margin sex: partition', or cover, or part"
        raise ModelError(msg)
    return found[1], found[2]


@cache
def all_models(root: Path | None = None) -> tuple[Model, ...]:
    """Return all models, each after those that it reads. Raises ModelError that names the files of a cycle."""
    folder = root or sql_root()
    files = [path for path in sorted(folder.glob("*/*.sql")) if path.parent.name != EXAMPLES]
    texts = [(p.parent.name, p.stem, p.read_text(encoding="utf-8"), f"sql/{p.parent.name}/{p.name}") for p in files]
    if root is None:
        texts += [(schema, name, text, f"generated {schema}.{name}") for schema, name, text in generated_queries()]
    with duckdb.connect() as parser:
        models = [read_model(parser, *text) for text in texts]
        if any(model.margins for model in models):
            models.append(read_model(parser, "mart", "margin", margin_query(models), "generated mart.margin"))
        return _in_order(models)


def margin_query(models: Sequence[Model]) -> str:
    """Return the model ``mart.margin``: what the headers of these models declare, as a table."""
    rows = [f"('{m.table}', '{told_by}', '{kind}')" for m in models for told_by, kind in m.margins.items()]
    return f"""{_MARGIN_HEADER}select table_name, subgroup_dimension, margin
from (values {", ".join(rows)}) as declared (table_name, subgroup_dimension, margin)"""


def _in_order(models: list[Model]) -> tuple[Model, ...]:
    by_table = {model.table: model for model in sorted(models, key=lambda m: m.table)}
    if len(by_table) < len(models):
        doubled = sorted(m.origin for m in models if by_table[m.table] is not m)
        msg = f"{', '.join(doubled)}: another model makes the same table; rename one"
        raise ModelError(msg)
    edges = {table: [i for i in model.inputs if i in by_table] for table, model in by_table.items()}
    try:
        return tuple(by_table[table] for table in TopologicalSorter(edges).static_order())
    except CycleError as fault:
        files = " -> ".join(by_table[table].origin for table in fault.args[1])
        msg = f"models read each other in a circle: {files}; take one of these reads out"
        raise ModelError(msg) from fault


def build(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the table or view of a model anew, with its comments, in one transaction.

    Raises ModelError where the header documents other columns than the query makes.
    """
    connection.execute("begin")
    try:
        replace(connection, model)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def replace(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the table or view of a model anew as ``build`` does, in the caller's transaction."""
    kind, other = ("view", "table") if model.is_view else ("table", "view")
    connection.execute(f"create schema if not exists {model.schema}")
    stale = connection.execute(
        f"select 1 from duckdb_{other}s() where database_name = current_database() and schema_name = ? "
        f"and {other}_name = ?",
        [model.schema, model.name],
    ).fetchone()
    if stale:
        connection.execute(f"drop {other} {model.table}")
    connection.execute(f"create or replace {kind} {model.table} as {model.sql}")
    built = [row[0] for row in connection.execute(f"describe {model.table}").fetchall()]
    if sorted(built) != sorted(model.columns):
        msg = f"{model.origin}: documented and built columns differ in {sorted(set(built) ^ set(model.columns))}"
        raise ModelError(msg)
    connection.execute(f"comment on {kind} {model.table} is {quoted(model.description)}")
    for column, comment in model.columns.items():
        connection.execute(f'comment on column {model.table}."{column}" is {quoted(comment)}')


def build_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Build every model in order."""
    for model in all_models():
        build(connection, model)
