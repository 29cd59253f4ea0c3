"""Another attacker, who shares no line with ours: he has the published rows, and plain dense matrices. Not a test.

He knows how the counts hang together as anybody does, reads numbers and codes off the rows, and asks an integer solver
for the least and greatest value of every count that must not be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import duckdb
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Key = tuple[str, str, str | None, str | None, str, str]
Line = tuple[dict[Key, int], float, float]
MUCH = 10_000.0


def published_lines(connection: duckdb.DuckDBPyConnection) -> tuple[dict[Key, int], list[Line]]:
    """Return the counts that stand there, and inequalities from rates and codes."""
    numbers: dict[Key, int] = {}
    lines: list[Line] = []
    for year, count_code, *group, count in connection.execute(
        "select program_year, count_code, institution_id, cip_code, subgroup_dimension, subgroup_code, student_count "
        "from publish.student_count where student_count is not null"
    ).fetchall():
        numbers[(year, count_code, *group)] = count
    for year, indicator, *group, part, whole, code in connection.execute(
        "select program_year, indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code, "
        "numerator_count, denominator_count, suppression_code from publish.indicator"
    ).fetchall():
        met, size = (year, f"numerator_{indicator}", *group), (year, f"denominator_{indicator}", *group)
        if part is not None:
            numbers[met], numbers[size] = part, whole
        band = re.fullmatch(r"at_(most|least)_(\d+)_percent", code or "")
        if band:
            share = int(band[2])
            sides = (-np.inf, 0.0) if band[1] == "most" else (0.0, np.inf)
            lines.append(({met: 100, size: -share}, *sides))
    return numbers, lines


def middle(numbers: dict[Key, int], keys: list[Key], bands: tuple[Fraction, ...], least: int,
           codes: set[Key]) -> dict[Key, tuple[int, int]]:  # fmt: skip
    """Return what a numerator without a band tells of a group whose size is shown: it lies between the bands."""
    found = {}
    for key in keys:
        if not key[1].startswith("numerator") or key in numbers or key in codes:
            continue
        size = numbers.get((key[0], key[1].replace("numerator", "denominator"), *key[2:]))
        band = next((one for one in bands if size is not None and one * size >= least), None)
        if band is not None and size is not None:
            found[key] = (int(band * size) + 1, -int(-(1 - band) * size // 1) - 1)
    return found


def intervals(
    keys: list[Key], known: dict[Key, int], lines: list[Line], limits: dict[Key, tuple[int, int]], asked: list[Key],
    is_enough: Callable[[Key, int, int], bool],
) -> dict[Key, tuple[int, int]]:  # fmt: skip
    """Return between which counts each asked one lies; the search for one may end where ``is_enough``."""
    place = {key: i for i, key in enumerate(keys)}
    matrix = np.zeros((len(lines), len(keys)))
    for row, (terms, _, _) in enumerate(lines):
        for key, factor in terms.items():
            matrix[row, place[key]] += factor
    low, high = np.zeros(len(keys)), np.full(len(keys), MUCH)
    for key, (least, most) in limits.items():
        low[place[key]], high[place[key]] = least, most
    for key, count in known.items():
        low[place[key]] = high[place[key]] = count
    under, over = np.array([line[1] for line in lines]), np.array([line[2] for line in lines])
    worlds: list[np.ndarray] = []
    found = {}
    for key in asked:
        seen = [int(world[place[key]]) for world in worlds]
        if seen and is_enough(key, min(seen), max(seen)):
            found[key] = (min(seen), max(seen))
            continue
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(keys))
            goal[place[key]] = sign
            result = milp(goal, integrality=np.ones(len(keys)), bounds=Bounds(low, high),
                          constraints=LinearConstraint(matrix, under, over))  # fmt: skip
            assert result.status == 0, result.message
            worlds.append(np.rint(result.x))
            ends.append(round(result.x[place[key]]))
        found[key] = (ends[0], ends[1])
    return found
