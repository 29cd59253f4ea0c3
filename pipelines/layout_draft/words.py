"""The vocabulary of drafts (``words.toml``): how suppliers call our columns, tables and codes. No guessing here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.configuration import read_toml

FILE = Path(__file__).parent / "words.toml"
_BORDER = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
EXACT, WORDS, PART = 3, 2, 1


@dataclass(frozen=True)
class Words:
    """The vocabulary: phrases by column of ours, by table and column, by table; codes by code set and code."""

    columns: dict[str, tuple[str, ...]]
    of: dict[str, dict[str, tuple[str, ...]]]
    tables: dict[str, tuple[str, ...]]
    codes: dict[str, dict[str, tuple[str, ...]]]
    personal: frozenset[str]
    not_personal: frozenset[str]


@cache
def words() -> Words:
    """Return the vocabulary. Raises ConfigurationError where its file cannot be read."""
    content = read_toml(FILE)
    return Words(
        columns={k: tuple(v) for k, v in content["columns"].items()},
        of={t: {k: tuple(v) for k, v in block.items()} for t, block in content["of"].items()},
        tables={k: tuple(v) for k, v in content["tables"].items()},
        codes={s: {k: tuple(v) for k, v in block.items()} for s, block in content["codes"].items()},
        personal=frozenset(content["personal"]["words"]),
        not_personal=frozenset(content["personal"]["not"]),
    )


@cache
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: ``DE_BirthDate2`` has de, birth, date, 2."""
    return tuple(word.lower() for word in _BORDER.split(name) if word)


@cache
def likeness(name: str, phrase: str) -> int:
    """Return how surely a name says a phrase: 3 the same, 2 all its words (of two or more), 1 a part of it, 0 not."""
    said, wanted = words_of(name), tuple(phrase.split())
    if "".join(said) == "".join(wanted):
        return EXACT
    if set(wanted) <= set(said):
        return WORDS if len(wanted) > 1 else PART
    shortest = 5
    return PART if len(phrase) >= shortest and "".join(wanted) in "".join(said) else 0


def phrases_of(table: str, column: str) -> tuple[str, ...]:
    """Return how suppliers call a column of ours in a table: its own name first."""
    known = words()
    return (column.replace("_", " "), *known.of.get(table, {}).get(column, ()), *known.columns.get(column, ()))


def is_known_word(name: str) -> bool:
    """Return whether a name has a word that names of columns have: what tells a header from a record."""
    return any(word in _every_word() for word in words_of(name))


def may_name_a_person(name: str) -> bool:
    """Return whether the name of a column sounds as if it held identifiers, names or ways to reach a person."""
    said = {*words_of(name), "".join(words_of(name))}
    return bool(said & words().personal) and not said & words().not_personal


@cache
def _every_word() -> frozenset[str]:
    known = words()
    phrases = [*known.columns.values(), *(p for block in known.of.values() for p in block.values())]
    general = {"id", "code", "date", "name", "type", "number", "num", "ind", "flag", "status", "title", "desc"}
    return frozenset({w for phrase in phrases for p in phrase for w in p.split()} | general | known.personal)
