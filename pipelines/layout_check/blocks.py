"""Reading layout files leniently: what can be understood of each ``[[file]]`` block, and what cannot, with its key.

``layout_files`` refuses at the first fault, as a night must; here the rest is read on. What the values mean is judged
in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.layout_check.problem import Problem, nearest
from pipelines.layout_files import placed
from pipelines.layouts import ColumnLayout, FileLayout, Transactions

TOP_KEYS = ("id", "version", "illustrative", "source", "defaults", "codes", "file", "uses")
_WHOLE = ("columns", "transactions")  # read block by block, from the defaults as well
_FROM_TOP = ("layout_id", "layout_version")
Tell = Callable[..., None]


@dataclass(frozen=True)
class Block:
    """One ``[[file]]`` block: as far as it could be understood, the layout that it says."""

    path: Path
    layout: FileLayout

    @property
    def key(self) -> str:
        """How messages name the block."""
        return f"[[file]] {self.layout.name!r}"

    def problem(self, key: str, message: str, *, is_wrong: bool = True) -> Problem:
        """Return a problem at a key of this block."""
        return Problem(self.path, f"{self.key} {key}".rstrip(), message, is_wrong)


def read_blocks(path: Path) -> tuple[list[Block], list[Problem]]:
    """Return the blocks of a layout file and what of it could not be understood."""
    try:
        content = read_toml(path)
    except ConfigurationError as fault:
        return [], [Problem(path, "(the whole file)", str(fault).removeprefix(f"{path}: "))]
    problems: list[Problem] = []

    def tell(key: str, message: str, *, is_wrong: bool = True) -> None:
        problems.append(Problem(path, key, message, is_wrong))

    _check_top(content, tell)
    maps = content.get("codes", {})
    shared = _understood(content.get("defaults", {}), FileLayout, "[defaults]", tell)
    whole = {k: v for k, v in content.get("defaults", {}).items() if k in _WHOLE}
    identity = {"layout_id": str(content.get("id", "")), "layout_version": str(content.get("version", ""))}
    blocks = [_block(path, {**whole, **b}, shared, identity, maps, tell) for b in content.get("file", [])]
    used = {c.get("codes") for b in [whole, *content.get("file", [])] for c in b.get("columns", [])
            if isinstance(c.get("codes"), str)}  # fmt: skip
    for name in sorted(set(maps) - used):
        tell(f"[codes.{name}]", "no column uses this code map; remove it or name it in a column", is_wrong=False)
    return blocks, problems


def _check_top(content: dict[str, Any], tell: Tell) -> None:
    for key in ("id", "version"):
        if not isinstance(content.get(key), str) or not content[key]:
            tell(key, f'every layout file needs its {key} as text; add {key} = "..." at its top')
    for key in content:
        if key not in TOP_KEYS:
            tell(key, f"no such key at the top of a layout file; {nearest(key, TOP_KEYS)}")
    if not content.get("file") and not content.get("uses"):
        tell("[[file]]", "the file says nothing of any file; add a [[file]] block")


def _block(
    path: Path, block: dict[str, Any], shared: dict[str, Any], identity: dict[str, str], maps: Any, tell: Tell
) -> Block:
    where = f"[[file]] {block.get('name', '?')!r}"
    said = {**shared, **_understood(block, FileLayout, where, tell)}
    for key in ("name", "table", "file_name"):
        if key not in said:
            tell(f"{where} {key}", "every file block needs it; add it")
    columns = [
        c for raw in _listed(block.get("columns"), f"{where} columns", tell) for c in _column(raw, maps, where, tell)
    ]
    transactions = None
    if isinstance(block.get("transactions"), dict):
        transaction = _understood(block["transactions"], Transactions, f"{where} transactions", tell)
        if "column" in transaction:
            transactions = Transactions(**transaction)
        else:
            tell(f"{where} transactions", "say in which `column` the codes stand")
    blank: dict[str, Any] = {"name": "?", "table": "", "file_name": ""}
    layout = FileLayout(**{**blank, **said, **identity}, columns=tuple(placed(columns)), transactions=transactions)
    return Block(path, layout)


def _column(raw: Any, maps: Any, where: str, tell: Tell) -> Iterator[ColumnLayout]:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
        tell(f"{where} columns", 'every column is a table with a name; write { name = "THEIRS", to = "ours" }')
        return
    place = f"{where} column {raw['name']!r}"
    said = _understood({k: v for k, v in raw.items() if k != "codes"}, ColumnLayout, place, tell)
    codes = raw.get("codes", {})
    if isinstance(codes, str):
        if codes not in maps:
            tell(
                f"{place} codes",
                f"no code map [codes.{codes}] in this file; {nearest(codes, maps) if maps else 'add it'}",
            )
        codes = maps.get(codes, {})
    if not isinstance(codes, dict) or not all(isinstance(v, str) for v in codes.values()):
        tell(f"{place} codes", 'a code map says their code = our code as text, such as { M = "male" }')
        codes = {}
    yield ColumnLayout(**said, codes=codes)


def _listed(value: Any, where: str, tell: Tell) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    tell(where, "a file without columns can be read by nobody; list them")
    return []


def _understood(block: Any, of: type, where: str, tell: Tell) -> dict[str, Any]:
    """Return the keys that a class knows, with values of the right type; tell of the others."""
    if not isinstance(block, dict):
        tell(where, "write a table of keys and values here")
        return {}
    kinds, said = key_types(of), {}
    for key, value in block.items():
        if key in _WHOLE and of is FileLayout:
            continue
        if key not in kinds:
            tell(f"{where} {key}", f"no such key; {nearest(key, kinds)}")
        elif fault := _of_wrong_type(value, kinds[key]):
            tell(f"{where} {key}", f"{value!r}: {fault}")
        else:
            said[key] = tuple(value) if isinstance(value, list) else value
    return said


@cache
def key_types(of: type) -> dict[str, Any]:
    """Return the keys that a person may write for one of the classes of ``layouts``, with their types."""
    hints = get_type_hints(of)
    return {f.name: hints[f.name] for f in fields(of) if f.name not in _FROM_TOP}


def _of_wrong_type(value: Any, kind: Any) -> str:
    """Return what to write instead where a value is not of a key's type; empty where it is."""
    if get_origin(kind) is Literal:
        return "" if value in get_args(kind) else nearest(str(value), get_args(kind))
    words = {str: "write text in quotes", int: "write a whole number", bool: "write true or false"}
    if kind in words:
        is_right = type(value) is kind
        return "" if is_right else words[kind]
    if get_origin(kind) is dict:
        is_right = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        return "" if is_right else 'write a table of texts, such as { a = "b" }'
    is_right = isinstance(value, list) and all(isinstance(v, str) for v in value)
    return "" if is_right else 'write a list of texts, such as ["a", "b"]'
