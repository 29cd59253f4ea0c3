"""Sub-elements of a rubric, as its user has entered them in ``sub_elements.toml`` beside it. No text of ours.

The texts belong to the tool that they come from; without the file, or with an empty one, ratings still can name codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, hold_keys, read_toml

FILE_NAME = "sub_elements.toml"


@dataclass(frozen=True)
class SubElement:
    """A sub-element: its code and text, and what the tool asks for at a level, where it says so."""

    element: int
    code: str
    text: str
    criteria: Mapping[int, str] = field(default_factory=dict)


def sub_elements(
    rubric_file: Path, elements: Collection[int], levels: Collection[int]
) -> dict[int, tuple[SubElement, ...]]:
    """Return the sub-elements by number of their core element, in the order of the file beside a rubric.

    Raises ConfigurationError that names file, block, key and the fix.
    """
    path = rubric_file.with_name(FILE_NAME)
    content = read_toml(path) if path.is_file() else {}
    blocks = content.pop("sub_element", [])
    if content or not isinstance(blocks, list):
        _refuse(f"{path}: {', '.join(content) or 'sub_element'}", "only blocks [[sub_element]] can stand here")
    found: dict[int, list[SubElement]] = defaultdict(list)
    seen: set[str] = set()
    for number, block in enumerate(blocks, start=1):
        one = _sub_element(block, f"{path}: [[sub_element]] number {number}", elements, levels)
        if one.code in seen:
            _refuse(f"{path}: [[sub_element]] number {number}: code {one.code!r}", "stands twice; take one out")
        seen.add(one.code)
        found[one.element].append(one)
    return {element: tuple(own) for element, own in found.items()}


def _sub_element(block: Any, where: str, elements: Collection[int], levels: Collection[int]) -> SubElement:
    hold_keys(SubElement, block, where)
    element, criteria = block["element"], block.get("criteria", {})
    if type(element) is not int or element not in elements:
        _refuse(f"{where}: element", f"write the number of a core element: {', '.join(map(str, sorted(elements)))}")
    for key in ("code", "text"):
        if not isinstance(block[key], str) or not block[key].strip():
            _refuse(f"{where}: {key}", "write it in words, in quotes")
    known = {str(level): level for level in sorted(levels)}
    if not isinstance(criteria, dict) or not set(criteria) <= set(known):
        _refuse(f"{where}: criteria", f"write [sub_element.criteria] with a line a level: {', '.join(known)}")
    if not all(isinstance(text, str) for text in criteria.values()):
        _refuse(f"{where}: criteria", "write them in words, in quotes")
    return SubElement(element, block["code"], block["text"], {known[level]: text for level, text in criteria.items()})


def _refuse(where: str, fix: str) -> None:
    msg = f"{where}: {fix}"
    raise ConfigurationError(msg)
