"""Places: how a file within a file is named, ``a.zip/x.csv`` or ``Book.xlsx!Sheet``, and what layouts know it by."""

from __future__ import annotations

import re

_SHEET = re.compile(r"(?P<book>.*\.(?:xlsx|xlsm|xlsb|xls)(?:\.gz)?)!(?P<sheet>.+)", re.IGNORECASE | re.DOTALL)
_DIGITS = re.compile(r"([0-9]{1,18})")
_PACKED = re.compile(r"\.gz$", re.IGNORECASE)


def sheet_in(place: str) -> str:
    """Return the sheet that a place names; empty for what is no sheet."""
    match = _SHEET.fullmatch(place)
    return match["sheet"] if match else ""


def name_in(place: str) -> str:
    """Return the name that layouts know: without an archive in front, a sheet behind or the ending of gzip."""
    match = _SHEET.fullmatch(place)
    return _PACKED.sub("", (match["book"] if match else place).rpartition("/")[2])


def folder_in(place: str) -> str:
    """Return what stands before the name, with its slash: the archive and the folders in it; empty where none does."""
    match = _SHEET.fullmatch(place)
    folder, slash, _ = (match["book"] if match else place).rpartition("/")
    return folder + slash


def as_counted(place: str) -> list[tuple[int, str]]:
    """Return a key to sort places by as people number them: ``update_2`` comes before ``update_10``."""
    return [(int(part or 0), "") if number % 2 else (0, part) for number, part in enumerate(_DIGITS.split(place))]
