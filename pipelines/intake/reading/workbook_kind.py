"""What a file is by its first bytes and, for a zip, by what it holds: archive, workbook, or something else.

Told by content alone, never by the name, which anybody may give. Nothing is unpacked or loaded here.
"""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path
from typing import Literal

WorkbookKind = Literal["", "xlsx", "xls", "encrypted"]
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_GZIP = b"\x1f\x8b"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def is_zip(path: Path) -> bool:
    """Return whether a file opens like a zip archive, as .xlsx workbooks do too."""
    return _begins(path, 4) in _ZIP


def is_gzip(path: Path) -> bool:
    """Return whether a file opens like a gzip archive."""
    return _begins(path, 2) == _GZIP


def workbook_kind(path: Path) -> WorkbookKind:
    """Return what kind of workbook a file is, or "" where it is none; ``encrypted`` is one behind a password."""
    if is_zip(path):
        return "xlsx" if _holds_workbook(path) else ""
    if _begins(path, 8) != _COMPOUND:
        return ""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED_STREAM) >= 0:
            return "encrypted"
        return "xls" if any(content.find(name) >= 0 for name in _BOOK_STREAMS) else ""


def _holds_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def _begins(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)
