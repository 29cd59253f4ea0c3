"""Blocks about rules in a grantee's files, such as ``[[waiver]]``: their keys and values, checked alike.

What a block means stands in ``thresholds`` and ``waiver_file``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, get_args

from expectations.rule import Severity
from pipelines.configuration import ConfigurationError, read_toml
from pipelines.intake.inbox import is_program_year

_DECIMAL = re.compile(r"0(\.\d{1,9})?|1(\.0{1,9})?")
_SEVERITIES = get_args(Severity)


@dataclass(frozen=True)
class Block:
    """One block: where it stands, for errors, and its values by key."""

    where: str
    values: Mapping[str, Any]

    def refuse(self, words: str) -> NoReturn:
        """Say what is wrong with the block, and the fix. Raises ConfigurationError."""
        msg = f"{self.where}: {words}"
        raise ConfigurationError(msg)


def blocks_of(path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[Block]:
    """Yield the blocks ``[[name]]`` of a file, none where there is no file.

    Raises ConfigurationError that names file, block, key and the fix.
    """
    content = read_toml(path) if path.is_file() else {}
    entries = content.pop(name, [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        msg = f"{path}: {', '.join(content) or name}: only blocks that begin with [[{name}]] can stand here"
        raise ConfigurationError(msg)
    for entry in entries:
        block = Block(f"{path}: [[{name}]] of {entry.get('rule_id', 'no rule')}", entry)
        if missing := [key for key in required if key not in entry]:
            block.refuse(f"{', '.join(missing)}: missing; add {'it' if len(missing) == 1 else 'them'}")
        if unknown := sorted(set(entry) - {*required, *optional}):
            block.refuse(f"{', '.join(unknown)}: no such key; the keys are {', '.join((*required, *optional))}")
        for key, value in entry.items():
            is_fit, fix = _CHECKS[key]
            if not is_fit(value):
                block.refuse(f"{key}: {fix}")
        yield block


def _is_rule(value: Any) -> bool:
    """Return whether a rule has, or had, this id: a block of a rule that was withdrawn since must not stop a night."""
    from expectations.catalogue import RETIRED, all_rules

    return isinstance(value, str) and (value in RETIRED or any(rule.id == value for rule in all_rules()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_empty(value: Any) -> bool:
    return isinstance(value, str)


def _is_year(value: Any) -> bool:
    return isinstance(value, str) and is_program_year(value)


def _is_share(value: Any) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0  # TOML's true is a bool, which is an int in Python


def _is_day(value: Any) -> bool:
    return type(value) is date


_TEXT = (_is_text, "say it in words, in quotes")
_PLACE = (_is_text_or_empty, "write the institution's id in quotes")
_SHARE = (_is_share, 'write a decimal from 0 to 1 in quotes, such as "0.05"')
_COUNT = (_is_count, "write a whole number of rows, 0 or more")
_DAY = (_is_day, "write a date without quotes, such as 2027-06-30")
_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "rule_id": (_is_rule, "no rule has this id; docs/rules.md lists them all"),
    "program_year": (_is_year, 'write it like "2023-24"'),
    "severity": (lambda value: value in _SEVERITIES, f"one of {', '.join(_SEVERITIES)}"),
    "share": _SHARE, "tolerance_share": _SHARE, "count": _COUNT, "tolerance_count": _COUNT,
    "effective_from": _DAY, "effective_to": _DAY, "approved_at": _DAY, "expires": _DAY,
    "institution_id": _PLACE, "approver_institution_id": _PLACE,
    "evidence": _TEXT, "reason": _TEXT, "author": _TEXT, "approved_by": _TEXT,
}  # fmt: skip
