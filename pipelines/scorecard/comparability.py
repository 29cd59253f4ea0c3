"""Changes from outside that make years incomparable, read from ``comparability.toml``: data, because facts change.

Changes of a grantee's own (definitions, layouts, race question) are seen in its records and folder and stand in the
sections that show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, hold_keys, read_toml
from pipelines.grantee import Grantee

PATH = Path(__file__).with_name("comparability.toml")


@dataclass(frozen=True)
class Change:
    """A change by its first program year, what it ``touches``, what may not be compared, and whence that is known."""

    program_year: str
    title: str
    touches: tuple[str, ...]
    says: str
    evidence: str


@cache
def outside_changes(path: Path = PATH) -> tuple[Change, ...]:
    """Return the changes of the file by year and title. Raises ConfigurationError that names file, block and key."""
    blocks = read_toml(path).get("change", [])
    found = [_change(path, number, block) for number, block in enumerate(blocks, start=1)]
    return tuple(sorted(found, key=lambda one: (one.program_year, one.title)))


def _change(path: Path, number: int, block: Mapping[str, Any]) -> Change:
    where = f"{path}: [[change]] {number}"
    hold_keys(Change, block, where)
    if not isinstance(block["touches"], list):
        msg = f"{where}: touches = {block['touches']!r}; write a list of words"
        raise ConfigurationError(msg)
    return Change(**{**block, "touches": tuple(block["touches"])})


def touching(owner: Grantee, dimension: str) -> tuple[Change, ...]:
    """Return the changes that break the series of a subgroup dimension of a grantee, by its declared source."""
    sources = {f"source:{one.source}" for one in owner.equity_sources if one.equity_dimension == dimension}
    return tuple(one for one in outside_changes() if {dimension, *sources} & set(one.touches))
