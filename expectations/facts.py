"""What a rule says, in words that a page, a terminal and a file share. How it is laid out stands with each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from expectations.rule import Layer, Row, Rule, layer_of
from expectations.structural import structural_rules
from pipelines.schema import PARTITION

# The chapters of the book in the order in which data meet them, each with the question that it asks.
LAYERS: Mapping[Layer, str] = {
    "structure": "Can every line of every file be read, and does it belong where it came?",
    "validity": "Is what must be there there, and can each value by itself be true?",
    "reference": "Does each record stand once, and does what it refers to exist?",
    "consistency": "Do the values of a record, and the records of a person, agree?",
    "macro": "Do counts, rates and shares of codes look like those of a college, and like last year's?",
    "equity readiness": "Do the records tell enough about each group to measure gaps between groups?",
    "timeliness": "Did what was due arrive, in time?",
    "drift": "Has a file changed its shape since the one before?",
    "outside agreement": "Do public sources, such as IPEDS, say the same as the records?",
}
NOTHING = "(nothing)"
MANY = 3  # rows shown of those that pass, and of those that fail


@dataclass(frozen=True)
class Shown:
    """Rows of a proof, as far as they are shown: ``columns``, and of each row whether it passes and its cells.

    ``left_out`` says how many more rows pass and fail; ``beside`` what other tables must hold, a line a row.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: tuple[int, int]
    beside: tuple[str, ...]


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules in the order of the book: by layer, then by table and id."""
    order = list(LAYERS)
    return sorted(rules, key=lambda rule: (order.index(layer_of(rule)), rule.table, rule.id))


def is_derived(rule: Rule) -> bool:
    """Return whether a rule follows from the declaration of a table; all others are written by hand."""
    return rule.id in _derived_ids()


@cache
def _derived_ids() -> frozenset[str]:
    return frozenset(rule.id for rule in structural_rules())


def facts_of(rule: Rule) -> dict[str, str]:
    """Return what a rule says by the name of the fact; empty where there is nothing to say."""
    return {
        "rule_id": rule.id,
        "version": str(rule.version),
        "title": rule.title,
        "layer": layer_of(rule),
        "table": rule.table,
        "dimension": rule.dimension,
        "severity": rule.severity,
        "severity_changes": "; ".join(f"{severity} from {day}" for day, severity in rule.severity_changes),
        "population": rule.population_words,
        "no_population": rule.not_applicable_words,
        "threshold": str(rule.threshold),
        "evidence": rule.threshold.evidence,
        "program_years": _years(rule),
        "columns": ", ".join(rule.columns),
        "origin": "derived from the declaration of the table" if is_derived(rule) else "written by hand",
        "why": rule.why,
        "fix": rule.fix,
    }


def shown_rows(rule: Rule) -> Shown:
    """Return the first rows that pass and fail, with only those columns in which they differ."""
    passes, fails = rule.passes[:MANY], rule.fails[:MANY]
    names = dict.fromkeys(name for row in (*passes, *fails) for name in row)
    differing = [name for name in names if len({said(row.get(name)) for row in (*passes, *fails)}) > 1]
    columns = tuple(differing or [name for name in rule.columns if name in names])
    rows = [("passes", row) for row in passes] + [("fails", row) for row in fails]
    cells = tuple((word, tuple(said(row.get(name)) for name in columns)) for word, row in rows)
    left_out = (len(rule.passes) - len(passes), len(rule.fails) - len(fails))
    beside = tuple(_beside(table, row) for table, rows_ in rule.context.items() for row in rows_[:MANY])
    return Shown(columns, cells, left_out, () if is_derived(rule) else beside)


def said(value: Any) -> str:
    """Return a value of a proof as people write it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _beside(table: str, row: Row) -> str:
    own = {name: value for name, value in row.items() if name not in PARTITION} or row
    return f"{table}: {', '.join(f'{name} {said(value)}' for name, value in own.items())}"


def _years(rule: Rule) -> str:
    limits = (("from", rule.effective_from), ("to", rule.effective_to))
    return " ".join(f"{word} {year}" for word, year in limits if year) or "all"
