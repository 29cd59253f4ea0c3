"""One program year of a grantee from its database to files: a query becomes a file of JSON lines, streamed.

The same rows give the same bytes; in which order they come is said by the query. The files then go the way of all
others: archive, hash, landing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, CursorResult, TextClause
from sqlalchemy.exc import SQLAlchemyError

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.grantee import Grantee
from pipelines.home import make_private
from pipelines.intake.database.session import reading
from pipelines.intake.database.settings import DatabaseSource, source_of, url_of
from pipelines.intake.database.statement import parameters_of, read_only_statement
from pipelines.intake.database.values import NoText, as_text
from pipelines.intake.database.words import about_the_query
from pipelines.layouts import FileLayout

BATCH = 5_000  # rows held at a time, some megabytes


@dataclass(frozen=True)
class Fetched:
    """What a query gave. ``path`` is None where it gave no rows: there is no file then, not an empty one."""

    file_name: str
    path: Path | None
    row_count: int


@dataclass(frozen=True)
class _Query:
    layout: FileLayout
    file_name: str
    statement: TextClause
    parameters: dict[str, str | int]
    where: str


def fetch(
    grantee: Grantee,
    program_year: str,
    layouts: Collection[FileLayout],
    folder: Path,
    environment: Mapping[str, str] = os.environ,
) -> list[Fetched]:
    """Ask a grantee's database for a program year and write a file for each layout of kind ``database`` in force.

    All files or none. Each is of mode 0600, one JSON object a record, every value a text or null.

    Raises:
        SourceUnreachable: the database cannot be read now.
        ConfigurationError: a layout asks for what cannot be; the message names file and key.
    """
    source = source_of(grantee)
    queries = _queries(grantee, program_year, layouts)
    if source is None or not queries:
        return []
    make_private(folder)
    with reading(source, url_of(source, environment)) as connection:
        return _written(connection, queries, folder, source)


def _written(connection: Connection, queries: Sequence[_Query], folder: Path, source: DatabaseSource) -> list[Fetched]:
    asides = [folder / f".{query.file_name}.part" for query in queries]
    try:
        counts = [_run(connection, q, aside, source) for q, aside in zip(queries, asides, strict=True)]
        return [_placed(q, aside, n) for q, aside, n in zip(queries, asides, counts, strict=True)]
    finally:
        for aside in asides:
            aside.unlink(missing_ok=True)


def _placed(query: _Query, aside: Path, row_count: int) -> Fetched:
    path = aside.with_name(query.file_name)
    if row_count:
        aside.replace(path)
    return Fetched(query.file_name, path if row_count else None, row_count)


def _run(connection: Connection, query: _Query, aside: Path, source: DatabaseSource) -> int:
    """Write the rows of a query and return how many there were."""
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        try:
            options = {"stream_results": True, "max_row_buffer": BATCH, "yield_per": BATCH}
            row_count = 0
            with connection.execute(query.statement, query.parameters, execution_options=options) as result:
                for lines in _lines(result, query):
                    row_count += len(lines)
                    file.write("".join(lines).encode())
            return row_count
        except (SQLAlchemyError, UnicodeError) as fault:
            problem = about_the_query(fault, query.where, source)
    raise problem  # outside, so that no cause quotes a value


def _lines(result: CursorResult[tuple[object, ...]], query: _Query) -> Iterator[list[str]]:
    names = _names(list(result.keys()), query)
    for rows in result.partitions(BATCH):  # without a size it would fetch all of them
        yield [_line(names, row, query) for row in rows]


def _line(names: Sequence[str], row: Sequence[object], query: _Query) -> str:
    try:
        record = dict(zip(names, map(as_text, row), strict=True))
    except NoText:
        msg = _not_a_text(names, row, query)
    else:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
    raise ConfigurationError(msg)


def _not_a_text(names: Sequence[str], row: Sequence[object], query: _Query) -> str:
    for name, value in zip(names, row, strict=True):
        try:
            as_text(value)
        except NoText as fault:
            return f"{query.where}: column {name!r}: {fault} has no text of its own; cast it to text in the query"
    return query.where


def _names(found: list[str], query: _Query) -> list[str]:
    """Return the names of a result as the layout writes them: databases fold the case of names, each in its way."""
    ours = {column.name.casefold(): column.name for column in query.layout.columns}
    names = [ours.get(name.casefold(), name) for name in found]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        msg = f"{query.where}: two columns are called {', '.join(doubled)}; give each a name of its own with AS"
        raise ConfigurationError(msg)
    missing = [c.name for c in query.layout.columns if c.name not in names and not c.is_optional]
    if missing:
        msg = f"{query.where}: no column {', '.join(missing)} in its result ({', '.join(names)}); name them with AS"
        raise ConfigurationError(msg)
    return names


def _queries(grantee: Grantee, program_year: str, layouts: Collection[FileLayout]) -> list[_Query]:
    wanted = [f for f in layouts if f.kind == "database" and f.is_effective(program_year)]
    queries = [_query(grantee, program_year, layout) for layout in wanted]
    names = [query.file_name.casefold() for query in queries]
    for query in queries:
        if names.count(query.file_name.casefold()) > 1:
            msg = f"{_where(grantee, query.layout)} file_name: another layout writes {query.file_name} too; rename one"
            raise ConfigurationError(msg)
    return queries


def _query(grantee: Grantee, program_year: str, layout: FileLayout) -> _Query:
    parameters, where = parameters_of(program_year), _where(grantee, layout)
    file_name = layout.file_name
    for name, value in parameters.items():
        file_name = file_name.replace(f"{{{name}}}", str(value))
    if "{" in file_name or "/" in file_name or file_name.startswith("."):
        msg = f"{where} file_name = {layout.file_name!r}: of a database it takes {{program_year}} and no other part"
        raise ConfigurationError(msg)
    statement = read_only_statement(layout.query, f"{where} query")
    asked = {name: value for name, value in parameters.items() if name in statement.compile().params}
    return _Query(layout, file_name, statement, asked, f"{where} query")


def _where(grantee: Grantee, layout: FileLayout) -> str:
    """Return file and block of a layout, as a message names them."""
    paths = sorted(grantee.folder.glob("layout*.toml"))
    path = next((p for p in paths if read_toml(p).get("id") == layout.layout_id), grantee.folder)
    return f"{path}: [[file]] {layout.name!r}"
