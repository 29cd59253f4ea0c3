"""Code sets: the values that a column may take, read from ``codes/<code_set>.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column

FOLDER = Path(__file__).parent / "codes"
ATTRIBUTE_STATE = "attribute_state"
STATES = ("unknown", "declined", "not_reported", "not_collected")


@dataclass(frozen=True)
class Code:
    """One value of a code set. ``retired`` is the program year in which it was last valid, empty if it still is."""

    code: str
    label: str
    description: str
    ceds_code: str
    retired: str


@cache
def code_set(name: str) -> dict[str, Code]:
    """Return the codes of a set by code, in the order of the file.

    Raises ValueError that names file and line where a code stands twice or a label is missing.
    """
    path = FOLDER / f"{name}.csv"
    codes: dict[str, Code] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if row["code"] in codes or not row["label"]:
                msg = f"{path}: line {number}: code {row['code']!r} stands twice or has no label"
                raise ValueError(msg)
            codes[row["code"]] = Code(**row)
    return codes


def code_set_names() -> list[str]:
    """Return the names of all code sets."""
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


def codes_of(column: Column[Any]) -> tuple[str, ...]:
    """Return all single codes that a column may hold; empty where it is not coded."""
    if not column.info["codes"]:
        return ()
    values = tuple(code_set(column.info["codes"]))
    return (*values, *STATES) if column.info["states"] else values
