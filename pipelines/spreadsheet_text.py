"""Texts as cells of a spreadsheet: whatever stands in one stays a text, runs nothing, and can be read back.

How tables are laid out stands with those who write them.
"""

from __future__ import annotations

import re
from functools import lru_cache

# What a spreadsheet program may take for the beginning of a formula, wide forms of the signs included.
_STARTS = r"=+\-@\uFF1D\uFF0B\uFF0D\uFF20"
_FORMULA = re.compile(rf"[\s\"]*[{_STARTS}]|[\t\r\n]")
# Controls, what turns the direction of a line or hides in it, halves of characters that no file can hold, a backslash
# that would read like one of our own signs, and a semicolon before a formula: many take it for the end of the cell.
_UNSAFE = re.compile(
    r"\\(?=u\{)|[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
    rf"|;(?=[\s\"]*[{_STARTS}])"
)
_SIGN = re.compile(r"\\u\{([0-9A-F]{2,6})\}")
_HELD = "'"
_KEPT = 2_048  # texts worked out once: what is wrong with a column of a table is the same on most of its lines


@lru_cache(_KEPT)
def visible(text: str) -> str:
    """Return a text with every character that hides, turns or breaks a line written as its number: a sign of ours."""
    return _UNSAFE.sub(lambda found: f"\\u{{{ord(found[0]):02X}}}", text)


@lru_cache(_KEPT)
def plain(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet takes for a formula: an apostrophe stands before such a one.

    Before an apostrophe, too, so that ``as_sent`` finds back what it was.
    """
    is_held = starts_formula(text) or text.startswith(_HELD)
    return (_HELD if is_held else "") + visible(text)


@lru_cache(_KEPT)
def starts_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula."""
    return _FORMULA.match(text) is not None


def as_sent(cell: str) -> str:
    """Return the text that ``plain`` has made a cell of."""
    return _SIGN.sub(lambda found: chr(int(found[1], 16)), cell.removeprefix(_HELD))
