"""What a State asks of the size, scope and quality of programs: ``[local_needs]`` of a ``grantee.toml``, checked.

No threshold is ours: without one the evidence says that none was entered. What is compared with them is counted by
``sql/mart/local_program_size.sql`` and said by ``pipelines.scorecard.needs``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError

# What a threshold may be about, and the words for it; those in percent are of the program's 2P1 cohort.
MEASURES: Mapping[str, str] = {
    "participants": "Participants in a program (size)",
    "concentrators": "Concentrators in a program (size)",
    "work_based_learning": "Students of a program with a work-based learning record (scope)",
    "credential_percent": "Percent of a program's 2P1 cohort with a credential (quality)",
}
_NUMBER = re.compile(r"[0-9]{1,7}(/[0-9]{1,7}|\.[0-9]{1,7})?")  # no powers of ten: 1e9999999 takes a minute to read
_KEYS = "measure, at_least, source and as_of"


@dataclass(frozen=True)
class Threshold:
    """The least that a State asks of a program; ``at_least`` is a count or percent, ``source`` and ``as_of`` whence."""

    measure: str
    at_least: Fraction
    source: str
    as_of: date


def local_needs_of(content: Any, path: Path) -> tuple[Threshold, ...]:
    """Return the thresholds of ``[[local_needs.threshold]]``. Raises ConfigurationError that names file, block, key."""
    if not isinstance(content, dict) or set(content) - {"threshold"}:
        msg = f"{path}: [local_needs]: write blocks [[local_needs.threshold]] with {_KEYS}, and nothing else"
        raise ConfigurationError(msg)
    blocks = content.get("threshold", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        msg = f"{path}: [local_needs] threshold: write each block below a line [[local_needs.threshold]]"
        raise ConfigurationError(msg)
    found = tuple(_threshold(block, f"{path}: [[local_needs.threshold]] {n}") for n, block in enumerate(blocks, 1))
    if doubled := [name for name, count in Counter(one.measure for one in found).items() if count > 1]:
        msg = f"{path}: [[local_needs.threshold]] {', '.join(doubled)}: declared twice; leave one block"
        raise ConfigurationError(msg)
    return found


def _threshold(block: dict[str, Any], where: str) -> Threshold:
    if set(block) != {"measure", "at_least", "source", "as_of"}:
        msg = f"{where}: the keys are {_KEYS}, all four"
        raise ConfigurationError(msg)
    if not isinstance(block["measure"], str) or block["measure"] not in MEASURES:
        msg = f"{where}: measure = {block['measure']!r}; write one of {', '.join(MEASURES)}"
        raise ConfigurationError(msg)
    if type(block["as_of"]) is not date:
        msg = f"{where}: as_of = {block['as_of']!r}; write the day of the source without quotes, such as 2024-07-01"
        raise ConfigurationError(msg)
    if not isinstance(block["source"], str) or not block["source"].strip():
        msg = f"{where}: source is empty; name the document and page that set the threshold"
        raise ConfigurationError(msg)
    return Threshold(block["measure"], _number(block, where), block["source"], block["as_of"])


def _number(block: dict[str, Any], where: str) -> Fraction:
    most = 100 if block["measure"].endswith("percent") else 10**6
    said = block["at_least"]
    try:
        found = Fraction(said) if isinstance(said, str) and _NUMBER.fullmatch(said) else Fraction(-1)
    except ZeroDivisionError:
        found = Fraction(-1)
    if not 0 <= found <= most:
        msg = f'{where}: at_least = {block["at_least"]!r}; write a number from 0 to {most} in quotes, such as "10"'
        raise ConfigurationError(msg)
    return found
