"""Shapes of values, which show how something is written and not what: digits as 9, letters as A, all else as it is.

What a shape says about a file's history is decided in ``values`` and ``spreadsheet``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

Form = Literal["exact", "number", "text", "as_it_is"]
LONGEST = 24  # characters; a longer value is cut, because nobody reads the shape of a sentence
BLANK, OTHERS = "(blank)", "(others)"
_FROM, _TO = "012345678abcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 9 + "A" * 51
# What DuckDB trims: the separators of Unicode.
SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_TABLE = str.maketrans(_FROM, _TO)
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_SENT_SCIENTIFIC = re.compile(r"[-+]?[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}")
_SENT_DIGITS, _SENT_DIGIT = re.compile(r"[0-9]+"), re.compile(r"[0-9]")
_NUMBER = re.compile(r"[-+]?(9+\.?9*|\.9+)")
_WHOLE_NUMBER = re.compile(r"9+")
# 1.23457E+08, as a spreadsheet writes a number that is too wide for its cell; nothing else has this shape.
_SCIENTIFIC = re.compile(r"[-+]?9(\.9+)?A\+9{1,3}")
_DATE_SERIAL = re.compile(r"9{5}(\.9+)?")


def shape_sql(text: str) -> str:
    """Return SQL for the shape of a text; null where there is none, empty where it is blank."""
    cut = f"left(trim({text}), {LONGEST})"
    # Numbers first, as most identifiers are: 0.4 microseconds a value, where replacing takes 3 and translate() takes 6.
    digits = f"when regexp_full_match({cut}, '[0-9]*') then repeat('9', length({cut}))"
    others = rf"regexp_replace(regexp_replace({cut}, '[0-9]', '9', 'g'), '[A-Za-z]|[^\x20-\x7e]', 'A', 'g')"
    more = f"case when length(trim({text})) > {LONGEST} then '…' else '' end"
    return f"case {digits} else {others} end || {more}"


def shape_of(text: str) -> str:
    """Return the shape of a text, the same that ``shape_sql`` makes."""
    text = text.strip(SPACES)
    return _NOT_PRINTABLE.sub("A", text[:LONGEST].translate(_TABLE)) + "…" * (len(text) > LONGEST)


def _number_shape_of(text: str) -> str:
    return _WHOLE_NUMBER.sub("9", shape_of(text))


def _text_shape_of(text: str) -> str:
    """Return how a free text is written, in a word: each has a shape of its own, which says nothing."""
    if _SENT_SCIENTIFIC.fullmatch(text):
        return "9.9A+9"
    return "9" if _SENT_DIGITS.fullmatch(text) else "A9" if _SENT_DIGIT.search(text) else "A"


# How values of a column are told apart: exactly; numbers of any length alike (3.00 and 12.00 are 9.9); in a word; or
# not at all, because they are shapes already.
SHAPE_OF: Mapping[Form, Callable[[str], str]] = MappingProxyType(
    {"exact": shape_of, "number": _number_shape_of, "text": _text_shape_of, "as_it_is": str}
)
SHAPE_SQL: Mapping[Form, str] = MappingProxyType(
    {
        "exact": shape_sql("v"),
        "number": f"regexp_replace({shape_sql('v')}, '9+', '9', 'g')",
        "text": f"case when regexp_matches(v, '^{_SENT_SCIENTIFIC.pattern}$') then '9.9A+9' "
        f"when regexp_matches(v, '^{_SENT_DIGITS.pattern}$') then '9' "
        f"when regexp_matches(v, '{_SENT_DIGIT.pattern}') then 'A9' else 'A' end",
        "as_it_is": "v",
    }
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
