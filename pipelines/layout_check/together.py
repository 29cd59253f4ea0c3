"""Do the blocks of a folder go together: one block for each file and year, no year left out, every identifier known?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError, read_toml
from pipelines.layout_check.blocks import Block
from pipelines.layout_check.columns import table_of
from pipelines.layout_check.problem import Problem, nearest
from pipelines.schema import core_tables

_EXAMPLES = {"program_year": "2023-24", "term_code": "fall", "collection_year": "2022", "institution_id": "X1"}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def folder_problems(folder: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong between the blocks of a folder, and between them and its ``grantee.toml``."""
    for first, second in combinations(blocks, 2):
        yield from _both_match(first, second)
    yield from _gaps(blocks)
    if (folder / "grantee.toml").is_file():
        yield from _identifiers(folder / "grantee.toml", blocks)
        has = {b.layout.table for b in blocks}
        for table in core_tables():
            if table.name not in has and not table.info["optional"]:
                what = f"no file fills core.{table.name}; what the measures need of it will be missing"
                yield Problem(folder, f"[[file]] table = {table.name!r}", what, is_wrong=False)


def _both_match(first: Block, second: Block) -> Iterator[Problem]:
    a, b = first.layout, second.layout
    if not _years_meet(first, second) or not a.file_name or not b.file_name:
        return
    if not (a.matches(_example(b.file_name)) or b.matches(_example(a.file_name))):
        return
    if a.file_name == b.file_name and a.record and b.record:
        if a.record == b.record:
            yield second.problem(
                "record", f"{first.key} in {first.path.name} has the code {b.record!r} too; change one"
            )
        return
    if a.kind == b.kind == "workbook":
        if a.sheet == b.sheet:
            yield second.problem(
                "sheet", f"{first.key} in {first.path.name} reads the sheet {b.sheet!r} too; change one"
            )
        return
    what = f"{first.key} in {first.path.name} takes files of that name too, in the same years"
    yield second.problem("file_name", f"{what}; only one of them can: change a name, a record or the effective years")


def _years_meet(first: Block, second: Block) -> bool:
    a, b, endless = first.layout, second.layout, "9999"
    return a.effective_from <= (b.effective_to or endless) and b.effective_from <= (a.effective_to or endless)


def _example(file_name: str) -> str:
    return _PLACEHOLDER.sub(lambda found: _EXAMPLES.get(found[1], "x"), file_name)


def _gaps(blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield years between two versions of a file that neither takes."""
    for name in dict.fromkeys(b.layout.name for b in blocks):
        versions = sorted((b for b in blocks if b.layout.name == name), key=lambda b: b.layout.effective_from)
        for before, after in pairwise(versions):
            last, first = before.layout.effective_to, after.layout.effective_from
            if last[:4].isdigit() and first[:4].isdigit() and int(first[:4]) > int(last[:4]) + 1:
                what = f"nothing is in force between {last} and {first}; move one, unless there were no files"
                yield after.problem("effective_from", what, is_wrong=False)


def _identifiers(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    try:
        kinds = read_toml(path).get("identifier", [])
    except ConfigurationError as fault:
        yield Problem(path, "(the whole file)", str(fault).removeprefix(f"{path}: "))
        return
    if not kinds and any(_identifies(b) for b in blocks):
        what = "files carry identifiers of persons, and no [[identifier]] says their forms: all would be of kind other"
        yield Problem(path, "[[identifier]]", f"{what}; add a kind and a pattern")
    for number, kind in enumerate(kinds, start=1):
        where, known = f"[[identifier]] {number}", code_set("student_id_kind")
        if kind.get("kind") not in known:
            yield Problem(path, f"{where} kind", f"{kind.get('kind')!r}: {nearest(str(kind.get('kind')), known)}")
        try:
            re.compile(kind.get("pattern", ""))
        except re.error as fault:
            yield Problem(path, f"{where} pattern", f"no regular expression: {fault}; write one in single quotes")


def _identifies(block: Block) -> bool:
    table = table_of(block)
    ours = {c.name for c in table.columns if c.info["pii"] == "identifier"} if table is not None else set()
    return any(c.pii == "identifier" or c.to in ours for c in block.layout.columns)
