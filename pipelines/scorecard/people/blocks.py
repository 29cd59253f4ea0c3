"""Blocks of the files that people write, such as ``[[rating]]``: their keys and values, checked alike.

What a block means stands in ``ratings``, ``plan_file`` and ``agreements``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from pipelines.acts.people import hold_fit_for_the_log
from pipelines.configuration import ConfigurationError, read_toml
from pipelines.intake.inbox import is_program_year

_LONGEST_NAME = 200  # an id or a party; one that hides signs or breaks a line would be read as another
# A slip such as 0204-07-01 would stand in a workbook as another day, and the end of a plan of 9999 is none.
_FIRST_YEAR, _LAST_YEAR = 1950, 2199
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Key:
    """What may stand under a key: a test of the value and the fix in words."""

    is_fit: Callable[[Any], bool]
    fix: str
    is_needed: bool = True
    is_text: bool = False

    def or_none(self) -> Key:
        """Return the same key as one that may be left out."""
        return Key(self.is_fit, self.fix, is_needed=False, is_text=self.is_text)


@dataclass(frozen=True)
class Block:
    """One block: where it stands, for errors, and its values by key."""

    where: str
    values: Mapping[str, Any]

    def refuse(self, words: str) -> NoReturn:
        """Say what is wrong with the block, and the fix. Raises ConfigurationError."""
        msg = f"{self.where}: {words}"
        raise ConfigurationError(msg)

    def hold_one_of(self, key: str, values: Collection[Any]) -> None:
        """Refuse a value that is none of those that there are."""
        if self.values[key] not in values:
            known = ", ".join(map(str, values)) or "none yet"
            self.refuse(f"{key} = {self.values[key]!r}: there is none such; there are {known}")

    def hold_new(self, key: str, seen: set[Any]) -> None:
        """Refuse a value that another block has had before; keep it in ``seen``."""
        if self.values[key] in seen:
            self.refuse(f"{key} = {self.values[key]!r} stands twice; give each its own")
        seen.add(self.values[key])


def content_of(path: Path, names: Collection[str]) -> dict[str, Any]:
    """Return the blocks of a file by name, none where there is no file. Raises ConfigurationError on other names."""
    content = read_toml(path) if path.is_file() else {}
    if unknown := [name for name in content if name not in names]:
        msg = f"{path}: {', '.join(unknown)}: no such block; the blocks are {', '.join(names)}"
        raise ConfigurationError(msg)
    return content


def blocks_of(path: Path, content: Mapping[str, Any], name: str, keys: Mapping[str, Key]) -> Iterator[Block]:
    """Yield the blocks ``[[name]]``, checked. Raises ConfigurationError that names file, block, key and the fix."""
    entries = content.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        msg = f"{path}: {name}: write each block below a line [[{name}]]"
        raise ConfigurationError(msg)
    for number, entry in enumerate(entries, start=1):
        named = f" ({entry['id']})" if isinstance(entry.get("id"), str) else ""
        yield checked(Block(f"{path}: [[{name}]] number {number}{named}", entry), keys)


def checked(block: Block, keys: Mapping[str, Key]) -> Block:
    """Return the block; refuse keys that are missing or unknown, and values that do not fit."""
    if missing := [name for name, key in keys.items() if key.is_needed and name not in block.values]:
        block.refuse(f"{', '.join(missing)}: missing; add {'it' if len(missing) == 1 else 'them'}")
    if unknown := sorted(set(block.values) - set(keys)):
        block.refuse(f"{', '.join(unknown)}: no such key; the keys are {', '.join(keys)}")
    for name, value in block.values.items():
        if not keys[name].is_fit(value):
            block.refuse(f"{name}: {keys[name].fix}")
        if keys[name].is_text:
            hold_fit_for_the_log(f"{block.where}: {name}", value)
    return block


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_name(value: Any) -> bool:
    return _is_text(value) and len(value) <= _LONGEST_NAME and value.isprintable()


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(_is_name(one) for one in value)


def _is_day(value: Any) -> bool:
    # A moment is no day, though Python's type is derived from it.
    return type(value) is date and _FIRST_YEAR <= value.year <= _LAST_YEAR


def _is_money(value: Any) -> bool:
    return isinstance(value, str) and _MONEY.fullmatch(value) is not None


def one_of(*values: str) -> Key:
    """Return a key of which only some words are values."""
    return Key(lambda value: value in values, f"one of {', '.join(values)}")


TEXT = Key(_is_text, "say it in words, in quotes", is_text=True)
ID = Key(_is_name, "write a short name in quotes")
IDS = Key(_is_list, 'write a list of short texts, such as ["one", "another"]')
NAMES = Key(lambda value: _is_list(value) and bool(value), 'write a list of short names, such as ["one", "another"]')
# TOML's true is a bool, which is an int in Python.
WHOLE = Key(lambda value: type(value) is int, "write a whole number without quotes")
DAY = Key(_is_day, f"write a date from {_FIRST_YEAR} to {_LAST_YEAR} without quotes, such as 2027-06-30")
YEAR = Key(lambda value: isinstance(value, str) and is_program_year(value), 'write a program year like "2023-24"')
MONEY = Key(_is_money, 'write dollars in quotes, such as "12500" or "12500.50"')
