"""A file received, opened: the file itself, the files of an archive, or the sheets of a workbook, each an arrival.

How archives are opened safely stands in ``members``; what is done with the parts, in ``submit``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipelines.intake.archive import Stored
from pipelines.intake.arrival import Arrival, layouts_for
from pipelines.intake.inbox import Found
from pipelines.intake.members import Member, members
from pipelines.intake.place import name_in
from pipelines.intake.reading.unpack import ArchiveRefused
from pipelines.intake.source import Supplier
from pipelines.intake.trust import Doubt
from pipelines.layout_files import in_force_for
from pipelines.layouts import FileLayout

Keep = Callable[[Path], Stored]  # stores a file and says where


class NothingInside(Exception):  # noqa: N818 - an answer to the sender, not an error of ours
    """An archive or workbook holds no file or sheet that could be read; the message holds the fix."""


def parts_of(supplier: Supplier, whole: Arrival, folder: Path, keep: Keep) -> list[Arrival]:
    """Return what a file received consists of. ``folder`` is a private one for what is unpacked.

    Raises ArchiveRefused where an archive cannot be trusted, NothingInside where there is nothing to read.
    """
    year = whole.found.program_year

    def is_workbook_expected(name: str) -> bool:
        return any(f.kind == "workbook" for f in _in_force(supplier, year, name))

    opened = members(whole.path, whole.found.file_name, folder, is_workbook_expected)
    wanted = [m for m in opened if not m.sheet or not _is_ignored(supplier, year, m)]
    if not wanted:
        what = "no sheet with records" if opened else "no file"
        msg = f"{whole.found.file_name}: there is {what} in it; send the file that was meant"
        raise NothingInside(msg)
    kept: dict[Path, Stored] = {}
    return [_part(whole, member, kept, keep) for member in wanted]


def doubt_about(fault: ArchiveRefused | NothingInside) -> Doubt:
    """Return why a file that could not be opened is refused."""
    return Doubt("file_archive_safe" if isinstance(fault, ArchiveRefused) else "file_not_empty", str(fault))


def _part(whole: Arrival, member: Member, kept: dict[Path, Stored], keep: Keep) -> Arrival:
    if member.path == whole.path and not member.sheet:
        return whole
    found = Found(whole.found.grantee_id, whole.found.program_year, member.place, whole.found.path)
    if member.path == whole.path:
        return Arrival(found, whole.sha256, whole.byte_count, whole.path, whole.received_at, whole.sha256)
    stored = kept.get(member.path) or keep(member.path)
    kept[member.path] = stored
    return Arrival(found, stored.sha256, stored.byte_count, stored.path, whole.received_at, whole.sha256)


def _is_ignored(supplier: Supplier, program_year: str, member: Member) -> bool:
    """Return whether the layouts say of a sheet that it holds no records."""
    if layouts_for(supplier, program_year, member.place):
        return False
    ignored = {sheet for f in _in_force(supplier, program_year, name_in(member.place)) for sheet in f.ignored_sheets}
    return "*" in ignored or member.sheet in ignored


def _in_force(supplier: Supplier, program_year: str, name: str) -> list[FileLayout]:
    return list(in_force_for(supplier.folder, name, program_year))
