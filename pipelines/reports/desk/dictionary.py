"""The desk's data dictionary: every table, column and code on one page that can be filtered."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.desk.desk import Desk
from pipelines.desk.dictionary import TableRow, codes, tables
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, Part, render
from pipelines.reports.words import column_words


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the page; the search finds each table by its columns, and each code set."""
    told, code_sets = list(tables()), codes()
    content = render(
        desk,
        "dictionary.html",
        places.DICTIONARY,
        tables=told,
        code_sets=code_sets,
        column_count=sum(len(table.columns) for table in told),
        code_count=sum(map(len, code_sets.values())),
    )
    parts = (
        *(Part("Table", table.name, _keywords(table), table.name) for table in told),
        *(Part("Code set", name, "", f"codes-{name}") for name in code_sets),
    )
    yield Page(places.DICTIONARY, content, kind="Page", title="Data dictionary", keywords="tables columns codes",
               parts=parts)  # fmt: skip


def _keywords(table: TableRow) -> str:
    return " ".join(dict.fromkeys(f"{column.name} {column_words(column.name)}" for column in table.columns))
