"""The words that a scorecard explains, from ``glossary.toml``, and which of them a table uses. Nothing is counted."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.scorecard.section import Table


@dataclass(frozen=True)
class Term:
    """A word, its sense and where that comes from; ``found_in`` are the words by which tables are known to use it."""

    id: str
    term: str
    says: str
    source: str
    found_in: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The id of its place on a page."""
        return f"term-{self.id}"


@cache
def glossary() -> tuple[Term, ...]:
    """Return all words in the order of the alphabet."""
    text = files("pipelines.scorecard").joinpath("glossary.toml").read_text(encoding="utf-8")
    found = (Term(**{**one, "found_in": tuple(one["found_in"])}) for one in tomllib.loads(text)["term"])
    return tuple(sorted(found, key=lambda term: (term.term.lower(), term.id)))


def terms_of(table: Table) -> tuple[Term, ...]:
    """Return the words that a table's title, population, columns or first cells use."""
    columns = " | ".join(f"{column.title} | {column.note}" for column in table.columns)
    firsts = {cell for row in table.rows for cell in row[:1] if isinstance(cell, str) and len(cell) < _SHORT}
    text = " | ".join((table.title, table.population, columns, *sorted(firsts))).lower()
    return tuple(term for term in glossary() if any(_pattern(word).search(text) for word in term.found_in))


_SHORT = 8  # codes such as 1P1 and no sentences


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word.lower())}(?!\w)")
