"""One line of JSON to the texts of one record: each value exactly as written."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

NOT_VALID, CONTROL = "line_json_valid", "line_control_characters"
_PLAIN = {str, type(None)}
_NAMES = {True: "true", False: "false"}
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BLANK = re.compile(r"[ \t\n\r]*")


class NotReadable(Exception):  # noqa: N818 - an answer about the line, not an error of ours
    """The line is no record. ``reason`` is the id of the rule that it breaks."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def object_of(line: bytes) -> dict[str, str | None]:
    """Return the keys of a line with their values as text, nested ones as JSON text. Raises NotReadable."""
    try:
        text = line.decode()
        found: dict[str, str | None] = _DECODER.decode(text)
    except (ValueError, RecursionError) as fault:
        raise NotReadable(NOT_VALID) from fault
    if not text.lstrip().startswith("{"):
        raise NotReadable(NOT_VALID)
    if not _PLAIN.issuperset(map(type, found.values())):
        found = _exact(text, found)
    if b"\\" in line:
        _refuse_strange(found)
    return found


def _exact(text: str, found: dict[str, Any]) -> dict[str, str | None]:
    """Cut the nested values out of the text: written anew they would be other text."""
    told: dict[str, str | None] = {}
    at = text.index("{") + 1
    for value in found.values():
        key, at = _DECODER.raw_decode(text, _behind(text, at))
        start = _behind(text, _behind(text, at) + 1)
        _, at = _DECODER.raw_decode(text, start)
        told[key] = text[start:at] if isinstance(value, dict | list) else _NAMES.get(value, value)
        at = _behind(text, at) + 1
    return told


def _behind(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _refuse_strange(found: dict[str, str | None]) -> None:
    """Escapes may say what the text of a file may not hold: halves of characters, and control characters."""
    text = "\n".join(map(str, (*found, *found.values())))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as fault:
            raise NotReadable(NOT_VALID) from fault
    if _CONTROL_CHARACTER.search(text):
        raise NotReadable(CONTROL)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_json(_: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=_no_json)
