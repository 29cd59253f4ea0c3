"""Queries of layouts: one select each, told before anything is sent. The database's own read-only mode comes on top.

No SQL parser: what this module cannot follow (a backslash, a dollar quote) it refuses, with the fix.
"""

from __future__ import annotations

import re

from sqlalchemy import TextClause, text

from pipelines.configuration import ConfigurationError

# Texts, quoted names and comments: no word in them is a command. MySQL runs what stands in /*! ... */.
_QUOTED = re.compile(
    r"""'(?:[^'\\]|'')*'|"(?:[^"\\]|"")*"|`[^`\\]*`|--(?=\s|$)[^\n]*|/\*(?!!)(?:(?!/\*).)*?\*/""", re.DOTALL
)
_UNCLEAR = re.compile(r"""['"`\\]|/\*|\*/|--|\$\w*\$""")
_BEGINS = re.compile(r"[\s(]*(select|with)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|upsert|into|create|alter|drop|truncate|grant|revoke|call|exec|execute|do|copy|lock"
    r"|vacuum|attach|pragma|begin|commit|rollback)\b",
    re.IGNORECASE,
)
PARAMETERS = ("program_year", "start_year", "end_year")


def parameters_of(program_year: str) -> dict[str, str | int]:
    """Return what a query may ask for, of a program year such as ``2023-24``: its name, and its years as numbers."""
    start = int(program_year[:4])
    return {"program_year": program_year, "start_year": start, "end_year": start + 1}


def read_only_statement(query: str, where: str) -> TextClause:
    """Return a layout's query as a statement. ``where`` names file and key.

    Raises ConfigurationError where it is more or other than one select, or asks for what we do not give.
    """
    bare = _QUOTED.sub(" '' ", query).strip().removesuffix(";")
    unclear, writes = _UNCLEAR.search(bare.replace("''", "")), _WRITES.search(bare)
    fault = ""
    if unclear:
        fault = f"{unclear[0]!r}: write the query without backslashes, dollar quotes and open quotes or comments"
    elif ";" in bare:
        fault = "more than one statement; write one select"
    elif not _BEGINS.match(bare):
        fault = "this is no select; a query begins with SELECT, or with WITH and ends in a select"
    elif writes:
        fault = f"{writes[0].upper()}: a query only reads; put the word into double quotes where it names a column"
    if fault:
        msg = f"{where}: {fault}"
        raise ConfigurationError(msg)
    statement = text(query.strip().removesuffix(";"))
    if unknown := sorted(set(statement.compile().params) - set(PARAMETERS)):
        msg = f"{where}: :{', :'.join(unknown)}: no such parameter; there are :{', :'.join(PARAMETERS)}"
        raise ConfigurationError(msg)
    return statement
