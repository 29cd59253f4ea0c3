"""The words of the check of layouts: what a problem is, where it stands, and the name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something to repair (``is_wrong``) or to look at in a file of configuration; the message holds the fix."""

    file: Path
    key: str
    message: str
    is_wrong: bool = True

    @property
    def text(self) -> str:
        """One line for people: how bad, which file, which key, what to do."""
        return f"{'wrong' if self.is_wrong else 'look at'}: {self.file}: {self.key}: {self.message}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of the known names was probably meant, as words; all of them where none is near and they are few."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    few = 30
    return f"there are {', '.join(names)}" if len(names) <= few else "see docs/tables.md"
