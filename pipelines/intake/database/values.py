"""One value of a database as text: nothing rounded, nothing padded, nothing guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

Said = Callable[[Any], str | None]


class NoText(TypeError):  # noqa: N818 - a state of a value, told in words by whoever knows its column
    """A value that has no text of its own; the message says what it is, never the value."""


def as_text(value: object) -> str | None:
    """Return a value as text; null stays null. Raises NoText for what must be cast in the query."""
    kind: type = type(value)
    said = _SAID.get(kind) or next((_SAID[k] for k in _SAID if isinstance(value, k)), None)
    if said is None:
        kinds: dict[type, str] = {bytes: "binary data", bytearray: "binary data", memoryview: "binary data"}
        raise NoText(kinds.get(kind, f"a value of type {kind.__name__}"))
    return said(value)


def _iso(value: date | datetime | time) -> str:
    return value.isoformat()


_SAID: dict[type, Said] = {
    str: str,
    type(None): lambda _: None,
    bool: lambda value: "true" if value else "false",
    int: str,
    Decimal: lambda value: format(value, "f"),  # 1E+2 is 100; the digits behind the point stay as they are
    float: repr,  # the shortest text that gives the same number again
    datetime: _iso,
    date: _iso,
    time: _iso,
    UUID: str,
}
