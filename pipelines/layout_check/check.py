"""The check of layouts: all problems of a folder or file, told in one go, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.layout_check.blocks import Block, read_blocks
from pipelines.layout_check.columns import column_problems
from pipelines.layout_check.problem import Problem
from pipelines.layout_check.shapes import shape_problems
from pipelines.layout_check.together import folder_problems
from pipelines.layout_files import NATIONAL, file_layouts

FINE, WRONG = 0, 2


def problems_of(place: Path) -> list[Problem]:
    """Return what is wrong with, or lacking in, the layouts of a folder or in one layout file, in file order.

    Raises ConfigurationError where there is no layout to check.
    """
    paths = sorted(place.glob("layout*.toml")) if place.is_dir() else [place]
    if not paths:
        msg = f"{place}: no layout*.toml here; name a folder with layouts or a layout file"
        raise ConfigurationError(msg)
    problems, blocks = [], []
    for path in paths:
        own, told = read_blocks(path)
        blocks += own
        problems += told
        problems += [p for block in own for check in (shape_problems, column_problems) for p in check(block)]
        blocks += _borrowed(path)
    problems += folder_problems(place if place.is_dir() else place.parent, blocks)
    if not any(p.is_wrong for p in problems):
        problems += _as_a_night_reads(paths[0].parent)
    return list(dict.fromkeys(problems))


def check_layouts(places: Sequence[Path], say: Callable[[str], None]) -> int:
    """Say every problem of some folders or files and return the exit code: 2 where something is wrong, else 0."""
    found = [problem for place in places for problem in problems_of(place)]
    for problem in found:
        say(problem.text)
    wrong = sum(p.is_wrong for p in found)
    say(f"{wrong} wrong, {len(found) - wrong} to look at")
    return WRONG if wrong else FINE


def _borrowed(path: Path) -> list[Block]:
    """Return the blocks of the national layouts that a file uses; those that do not exist are told of at the end."""
    try:
        uses = read_toml(path).get("uses", [])
    except ConfigurationError:
        return []  # told of already
    names = [uses] if isinstance(uses, str) else uses
    return [block for name in names for block in read_blocks(NATIONAL / name / "layout.toml")[0]]


def _as_a_night_reads(folder: Path) -> list[Problem]:
    """Return what a night would refuse although no check above has seen it."""
    try:
        file_layouts(folder)
    except ConfigurationError as fault:
        return [Problem(folder, "(as a night reads it)", str(fault))]
    return []
