"""Which table of ours a sample probably fills, and which column of it each of theirs: by name, held to the content.

A guess is sure or not; only what is sure is written as a mapping. Code maps are the matter of ``guess_codes``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Date, Integer, Numeric, Table

from pipelines.layout_draft.guess_codes import CodeGuess, guess_codes
from pipelines.layout_draft.looks import Looks, looks_of
from pipelines.layout_draft.sample import SampleTable
from pipelines.layout_draft.words import EXACT, WORDS, likeness, phrases_of, words, words_of
from pipelines.schema import core_tables

_OF_INTAKE = ("grantee_id", "student_id_kind", "submission_id", "line_number", "unreadable_columns")
_OF_FILE_NAME = 2.5  # a word in the name of a file or sheet weighs less than a column whose name says all
_SURE_LEAD = 1.5
_PATTERN_SHARE = 0.95
# Columns that nearly every table has say nothing of which one it is.
_COMMON = ("institution_id", "program_year", "student_id", "term_code", "program_id")


@dataclass(frozen=True)
class ColumnGuess:
    """What one of their columns probably is. ``why`` says why a guess is not sure."""

    name: str
    looks: Looks
    to: str = ""
    is_sure: bool = False
    why: str = ""
    codes: CodeGuess | None = None


@dataclass(frozen=True)
class TableGuess:
    """Which table a sample fills, and its columns. ``lacking`` are required columns that none of theirs fills."""

    table: str
    is_sure: bool
    columns: tuple[ColumnGuess, ...]
    lacking: tuple[str, ...]


def guess_table(sample: SampleTable, hint: str) -> TableGuess:
    """Return the likeliest table of ours; ``hint`` is the name of the file, for its words."""
    looks = {name: looks_of(values) for name, values in sample.columns}
    texts = dict(sample.columns)
    scored = sorted(
        ((_score(table, columns := _assign(table, looks, texts), hint, sample.name), table, columns)
         for table in core_tables()),
        key=lambda found: -found[0],
    )  # fmt: skip
    (best, table, columns), (second, _, _) = scored[0], scored[1]
    filled = {c.to for c in columns if c.is_sure}
    lacking = tuple(c.name for c in _required(table) if c.name not in filled)
    return TableGuess(table.name, best > 0 and best - second >= _SURE_LEAD, columns, lacking)


def _required(table: Table) -> list[Column]:  # type: ignore[type-arg]
    return [c for c in table.columns if not c.nullable and not c.info["states"] and c.name not in _OF_INTAKE]


def _score(table: Table, columns: Sequence[ColumnGuess], hint: str, name: str) -> float:
    found = {c.to: c for c in columns if c.to}
    score = sum((1.0 if c.is_sure else 0.5) * (0.2 if c.to in _COMMON else 1) for c in found.values())
    missing = sum(c.name not in found for c in _required(table))
    said = {*words_of(hint), *words_of(name)}
    squashed = "".join(words_of(name)) + "".join(words_of(hint))
    clues = words().tables.get(table.name, ())
    by_name = any(clue in said or (len(clue) > 3 and clue in squashed) for clue in clues)  # noqa: PLR2004
    return score - missing + _OF_FILE_NAME * by_name


def _assign(table: Table, looks: dict[str, Looks], texts: dict[str, tuple[str, ...]]) -> tuple[ColumnGuess, ...]:
    """Give each of their columns the one of ours whose name is likest and whose content fits; each of ours once."""
    ours = [c for c in table.columns if c.name not in _OF_INTAKE]
    offers = sorted(
        ((score, -place, theirs, column) for place, theirs in enumerate(looks) for column in ours
         if (score := _by_name(table, column, theirs)) or _by_content(column, looks[theirs])),
        key=lambda offer: (-offer[0] - _by_content(offer[3], looks[offer[2]]), -offer[1], offer[3].name),
    )  # fmt: skip
    taken: dict[str, ColumnGuess] = {}
    used: set[str] = set()
    for score, _, theirs, column in offers:
        if theirs in taken or column.name in used:
            continue
        guess = _judged(column, theirs, looks[theirs], texts[theirs], score)
        if guess is not None:
            taken[theirs] = guess
            used.add(column.name)
    return tuple(taken.get(name, ColumnGuess(name, look)) for name, look in looks.items())


def _by_name(table: Table, column: Column, theirs: str) -> int:  # type: ignore[type-arg]
    return max(likeness(theirs, phrase) for phrase in phrases_of(table.name, column.name))


def _by_content(column: Column, looks: Looks) -> int:  # type: ignore[type-arg]
    """Return how much the content alone speaks for a column: only where no other column looks like that."""
    return {"cip": column.name == "cip_code", "quarter": column.name == "reference_quarter",
            "year": column.name == "program_year" and looks.format == "YYYY-YY"}.get(looks.kind, False) * 2  # fmt: skip


def _judged(column: Column, theirs: str, looks: Looks, texts: tuple[str, ...], score: int) -> ColumnGuess | None:  # type: ignore[type-arg]
    """Return the guess as sure or likely; None where the content contradicts it."""
    speaks = _by_content(column, looks)
    if looks.kind == "empty":
        return ColumnGuess(theirs, looks, column.name, why="the name says so; the sample has no value of it")
    if column.info["codes"]:
        found = guess_codes(column, texts, looks)
        is_sure = score >= WORDS and found.is_whole
        why = "" if is_sure else "by its name; not all of its codes are clear" if found.codes else "by its name alone"
        return ColumnGuess(theirs, looks, column.name, is_sure, why, found)
    if _contradicts(column, looks, texts):
        return None
    if column.name == "program_year" and looks.format == "YYYY":
        why = 'the name and the years say so; write format = "start_year" or "end_year"'
        return ColumnGuess(theirs, looks, column.name, why=why)
    is_specific = isinstance(column.type, Date) or bool(column.info["pattern"]) or speaks > 0
    is_sure = score >= EXACT or (score + speaks >= WORDS and is_specific)
    return ColumnGuess(theirs, looks, column.name, is_sure, "" if is_sure else "a part of the name says so")


def _contradicts(column: Column, looks: Looks, texts: tuple[str, ...]) -> bool:  # type: ignore[type-arg]
    """Return whether the content cannot be that of our column."""
    if isinstance(column.type, Date):
        return looks.kind != "date"
    if column.name == "program_year":
        return looks.kind != "year"
    if isinstance(column.type, Numeric | Integer):
        return looks.kind not in ("number", "codes") or not _share(r"-?(\d+(\.\d*)?|\.\d+)", texts, looks)
    if column.info["pattern"]:
        return not _share(column.info["pattern"], texts, looks)
    if column.info["pii"] == "identifier":
        return looks.kind in ("date", "year", "cip", "quarter") or looks.distinct <= 1
    return looks.kind in ("date", "year", "quarter", "cip")


def _share(pattern: str, texts: tuple[str, ...], looks: Looks) -> bool:
    real = [t.strip() for t in texts if t.strip() and t.strip() not in looks.fillers]
    return sum(re.fullmatch(pattern, t) is not None for t in real) >= _PATTERN_SHARE * len(real)
