"""Rows that prove rules: a value that each column of a canonical table accepts, derived from its declaration.

What is right or wrong with a row is said by the rules; no invented person or place stands here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Integer, Numeric

from expectations.conditions import INSTITUTION
from expectations.rule import Row
from pipelines.code_sets import codes_of
from pipelines.schema import core_table

DIGITS = "2024681357"
A_DAY = dt.date(2001, 9, 15)
FIXED = {"grantee_id": "demo", "program_year": "2023-24", "unreadable_columns": "", "line_number": 2}


def valid_value(column: Column[Any]) -> Any:
    """Return a value that breaks no structural rule of the column.

    Raises:
        ValueError: the column has a pattern for which no text could be made.
    """
    codes = codes_of(column)
    if column.name in FIXED:
        value: Any = FIXED[column.name]
    elif codes:
        value = codes[0]
    elif column.info["pattern"]:
        value = matching_text(column.info["pattern"])
    elif isinstance(column.type, Date):
        value = A_DAY
    elif isinstance(column.type, (Integer, Numeric)):
        value = 1
    else:
        value = f"{column.name}-1"
    return value


def matching_text(pattern: str) -> str:
    """Return a text that a simple pattern (digits, counts, classes, escaped signs) matches.

    Raises:
        ValueError: the pattern is not that simple.
    """
    text = re.sub(r"\[(\w)[^\]]*\]", r"\1", pattern.strip("^$"))
    text = re.sub(r"\\d(?:\{(\d+)\})?", lambda found: DIGITS[: int(found[1] or 1)], text).replace("\\", "")
    if not re.fullmatch(pattern, text):
        msg = f"no text is known for the pattern {pattern!r}: simplify it, or extend expectations/proof.py"
        raise ValueError(msg)
    return text


def valid_row(table: str, **changes: Any) -> dict[str, Any]:
    """Return a row of a canonical table that breaks no structural rule but references, with ``changes``."""
    return {column.name: valid_value(column) for column in core_table(table).columns} | changes


def part_of_row(table: str, *names: str, **changes: Any) -> dict[str, Any]:
    """Return only the columns ``names`` of a valid row, with ``changes``."""
    columns = core_table(table).columns
    return {name: valid_value(columns[name]) for name in names} | changes


def outside(column: Column[Any]) -> tuple[Any, Any]:
    """Return a value just below and one just above what is plausible for the column."""
    low, high = column.info["between"]
    if isinstance(column.type, Date):
        one_day = dt.timedelta(days=1)
        return dt.date.fromisoformat(low) - one_day, dt.date.fromisoformat(high) + one_day
    return Decimal(low) - 1, Decimal(high) + 1


def neighbors(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Return copies of a row of which each differs in one of ``columns``: they prove that a key is looked up whole."""
    return tuple({**row, column: _another(column, row[column])} for column in columns)


def in_excess(row: Mapping[str, Any], column: str, other: Any, per: int) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return rows that pass and rows that fail where at most one in ``per`` rows of an institution may be like ``row``.

    The rows hold their place and ``column``; ``other`` is what else stands there. ``per`` must divide 20.
    """
    few, small, mixed = {"institution_id": "few"}, {"institution_id": "small"}, {**row, column: other}
    passes = [{**row, **few}] * (20 // per) + [{**mixed, **few}] * (20 - 20 // per)
    passes += [{**row, **small}] * 19 + [mixed] * (19 - 20 // per) + [*neighbors(row, INSTITUTION)]
    return tuple(passes), (dict(row),) * (20 // per + 1)


def _another(column: str, value: Any) -> Any:
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    return "2020-21" if column == "program_year" else f"another {column}"
