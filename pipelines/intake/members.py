"""What is inside a file that came: itself, the files of an archive, the sheets of a workbook; each a submission.

Places are given here (``a.zip/x.csv``, ``Book.xlsx!Sheet``). How archives are unpacked and workbooks loaded stands in
``reading``; which layout reads a member is decided by whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import make_private
from pipelines.intake.reading.lines_format import FileRefused
from pipelines.intake.reading.unpack import ArchiveRefused, Plain, is_gzip, is_zip, unpack
from pipelines.intake.reading.unpack_gzip import unpack_gzip
from pipelines.intake.reading.workbook import sheets_of
from pipelines.intake.reading.workbook_kind import workbook_kind

__all__ = ["ArchiveRefused", "Member", "members"]


@dataclass(frozen=True)
class Member:
    """One thing to be read.

    ``place`` is what the ledger calls it; ``name`` is what layouts know it by; ``path`` is where its bytes are now;
    ``sheet`` is the sheet to be read, empty for anything but a workbook. A workbook that cannot be opened is one member
    without a sheet: reading it says why.
    """

    place: str
    name: str
    path: Path
    sheet: str = ""


def members(path: Path, name: str, folder: Path, is_workbook_expected: Callable[[str], bool]) -> list[Member]:
    """Return what is to be read of a file, at least one member; all places differ.

    ``name`` is what the file is called. ``folder`` is a private folder that the caller removes: what is unpacked there
    holds clear identifiers (files of mode 0600). ``is_workbook_expected`` says of a name whether a layout reads it as a
    workbook; another workbook is one member, which its reader refuses by what it is. Raises ArchiveRefused with the
    fix where nothing of an archive is taken in.
    """
    if is_gzip(path):
        plain = [unpack_gzip(path, make_private(folder / "gzip"), name)]
    elif is_zip(path) and not workbook_kind(path) and not is_workbook_expected(name):
        plain = unpack(path, make_private(folder / "zip"), name)
    else:
        plain = [Plain(name, name, path)]
    return [member for one in plain for member in _sheets(one, is_workbook_expected)]


def _sheets(plain: Plain, is_workbook_expected: Callable[[str], bool]) -> Iterator[Member]:
    """Yield a file as it is, or, where it is a workbook and is to be one, its sheets."""
    whole = Member(plain.place, plain.name, plain.path)
    if not is_workbook_expected(plain.name) or not workbook_kind(plain.path):
        yield whole
        return
    try:
        sheets = sheets_of(plain.path)
    except FileRefused:
        yield whole
        return
    seen: set[str] = set()
    for number, sheet in enumerate(sheets, start=1):
        place = f"{plain.place}!" + "".join(c if c.isprintable() else "?" for c in sheet)
        yield Member(place if place not in seen else f"{place} ({number})", plain.name, plain.path, sheet)
        seen.add(place)
