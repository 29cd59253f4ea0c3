"""What is counted: conditions as clauses that must all hold, each with the way to find its rows by their keys.

Where clauses come from stands in ``engine``, how they are made cheaper in ``reduction``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Lookup:
    """A clause that is true for rows with certain keys: those that stand twice, or that another table has not.

    ``population`` is SQL that the rows compared with each other satisfy, all of it; empty for all rows.
    """

    kind: Literal["duplicates", "orphans"]
    columns: tuple[str, ...]
    population: tuple[str, ...] = ()
    other_table: str = ""
    other_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """One boolean expression in SQL over the columns of the table judged."""

    sql: str
    lookup: Lookup | None = None

    def __hash__(self) -> int:
        """Hash the text alone, whose hash Python keeps: conditions are keys of hundreds of thousands of counts."""
        return hash(self.sql)


Condition = tuple[Clause, ...]  # all of them hold; no clause: every row
ALWAYS, NEVER = "true", "false"


def conjunction(clauses: tuple[str, ...] | list[str]) -> str:
    """Return the SQL for all of these at once; ``true`` for none of them, ``false`` where one can never hold."""
    needed = [clause for clause in dict.fromkeys(clauses) if clause != ALWAYS]
    if NEVER in needed:
        return NEVER
    return " and ".join(f"({clause})" for clause in needed) or ALWAYS


def sql_of(condition: Condition) -> str:
    """Return the condition as it was declared, which needs nothing but the tables that it names."""
    return conjunction([clause.sql for clause in condition])
