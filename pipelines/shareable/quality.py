"""What is told of the records themselves: which rules they pass, and of how many participants an attribute is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.shareable.card import Judged, Tally
from pipelines.shareable.names import Names
from pipelines.shareable.told import Count, code_words, status_of

Row = Mapping[str, Any]
_TOLD = ("passed", "failed")


def tallies(results: Sequence[Row]) -> tuple[Tally, ...]:
    """Return how many rules passed and failed, by dimension of quality."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in results:
        found[row["dimension"]][row["status"] if row["status"] in _TOLD else "untold"] += 1
    return tuple(
        Tally(dimension.capitalize(), ended["passed"], ended["failed"], ended["untold"])
        for dimension, ended in sorted(found.items())
    )


def failed_rules(results: Sequence[Row], book: Sequence[Row]) -> tuple[Judged, ...]:
    """Return the rules of which it is told that they failed, by title, in the words of the published rule book."""
    titles = {row["rule_id"]: row["title"] for row in book}
    found = [
        Judged(
            str(titles.get(row["rule_id"], row["rule_id"])), row["rule_id"],
            f"{row['severity']}{', waived' if row['is_waived'] else ''}",
            _population(row, "population_count"), _counted(row, "failed_count"),
        )
        for row in results if row["status"] == "failed"
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.name, one.note)))


def coverage(rows: Sequence[Row], names: Names) -> tuple[Judged, ...]:
    """Return of how many participants each attribute is known."""
    told = (
        Judged(
            names.dimension(row["subgroup_dimension"]), "", "",
            _population(row, "row_count"), _counted(row, "informative_count"),
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(told, key=lambda one: one.name))


def _population(row: Row, column: str) -> Count:
    return Count(row[column]) if row[column] is not None else Count(None, "withheld", "withheld")


def _counted(row: Row, column: str) -> Count:
    code = row["suppression_code"]
    if code is not None:
        return Count(None, code_words(code), status_of(code))
    return Count(row[column]) if row[column] is not None else Count(None, "none", "nobody")
