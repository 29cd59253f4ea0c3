"""Shapes of values, which show how something is written and not what: digits as 9, letters as A, all else as it is.

What a shape says about a file's history is decided in ``values`` and ``spreadsheet``.
"""

from __future__ import annotations

import re

LONGEST = 24  # characters; a longer value is cut, because nobody reads the shape of a sentence
BLANK, OTHERS = "(blank)", "(others)"
_FROM, _TO = "012345678abcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 9 + "A" * 51
_NUMBER = re.compile(r"[-+]?(9+\.?9*|\.9+)")
_WHOLE_NUMBER = re.compile(r"9+")
# 1.23457E+08, as a spreadsheet writes a number that is too wide for its cell; nothing else has this shape.
_SCIENTIFIC = re.compile(r"[-+]?9(\.9+)?A\+9{1,3}")
_DATE_SERIAL = re.compile(r"9{5}(\.9+)?")


def shape_sql(text: str) -> str:
    """Return SQL for the shape of a text; null where there is none, empty where it is blank."""
    cut = f"left(trim({text}), {LONGEST})"
    known = f"translate({cut}, '{_FROM}', '{_TO}')"
    more = f"case when length(trim({text})) > {LONGEST} then '…' else '' end"
    return rf"regexp_replace({known}, '[^\x20-\x7e]', 'A', 'g') || {more}"


def number_shape_sql(text: str) -> str:
    """Return SQL for the shape of a number, in which 3.00 and 12.00 are written alike: 9.9."""
    return f"regexp_replace({shape_sql(text)}, '9+', '9', 'g')"


def text_shape_sql(text: str) -> str:
    """Return SQL for how a free text is written, in a word: each text has a shape of its own, which says nothing."""
    return (
        rf"case when regexp_matches({text}, '^\s*[-+]?\d(\.\d+)?[eE]\+\d{{1,3}}\s*$') then '9.9A+9' "
        rf"when regexp_matches({text}, '^\s*\d+\s*$') then '9' "
        rf"when regexp_matches({text}, '\d') then 'A9' else 'A' end"
    )


def is_number(shape: str) -> bool:
    """Return whether a value of that shape is a number."""
    return _NUMBER.fullmatch(shape) is not None


def digits_in(shape: str) -> int | None:
    """Return how many digits a whole number of that shape has; None for anything else."""
    return len(shape) if _WHOLE_NUMBER.fullmatch(shape) else None


def is_scientific(shape: str) -> bool:
    """Return whether a value of that shape is a number in scientific notation."""
    return _SCIENTIFIC.fullmatch(shape) is not None


def is_date_serial(shape: str) -> bool:
    """Return whether a date of that shape is a spreadsheet's count of days since 1900 (45123)."""
    return _DATE_SERIAL.fullmatch(shape) is not None
