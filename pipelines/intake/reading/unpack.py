"""Archives to plain files, for whoever reads them next: what cannot be trusted is refused before it is unpacked.

Archives may lie about sizes, so bytes are counted while they are unpacked. Names only name: members are written under
numbers of our own, so that no name can lead out of the folder. Which names and members are trusted is said here for
zip, and in ``unpack_gzip`` for gzip; what a workbook is, though a zip too, in ``workbook_kind``.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pipelines.intake.inbox import name_of
from pipelines.intake.reading.workbook_kind import is_gzip, is_zip, workbook_kind

__all__ = ["ArchiveRefused", "Plain", "is_gzip", "is_zip", "refuse_bomb", "trusted", "unpack", "write_counted"]

MOST_MEMBERS = 1_000
MOST_BYTES = 2 << 30  # of all members together, unpacked
MOST_RATIO = 200  # unpacked to packed; published tables have 4 to 20, bombs a thousand and more
RATIO_COUNTS_FROM = 10 << 20  # small files of one repeated line may pack as well as any bomb
_MOST_NAME_LENGTH = 1_000
_BLOCK = 1 << 20
_ENCRYPTED = 1
_USUAL = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError, OverflowError)


class ArchiveRefused(Exception):  # noqa: N818 - an answer to the sender, not an error of ours
    """Nothing of the archive is taken in; the message says why, and the fix. Its rule id is ``file_archive_safe``."""

    reason_code = "file_archive_safe"


@dataclass(frozen=True)
class Plain:
    """A file that can be read as it is.

    ``place`` is its name as it is told, with the archive in front of a member's (``HD2021.zip/hd2021.csv``); ``name``
    is the last part of it, which layouts know. ``archive`` is the file that it was unpacked from.
    """

    place: str
    name: str
    path: Path
    archive: Path | None = None


def unpack(archive: Path, folder: Path, name: str = "") -> list[Plain]:
    """Unpack all files of a zip archive into an empty folder, with mode 0600.

    ``name`` is what the archive is called (its own file name by default). Raises ArchiveRefused with the fix.
    """
    place = name or name_of(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            found = list(_unpacked(opened, archive, place, folder))
    except _DAMAGE as fault:
        raise _damaged(fault) from fault
    except OSError as fault:
        if fault.errno != errno.EINVAL:  # a directory that points before the archive makes it seek there
            raise
        raise _damaged(fault) from fault
    if not found:
        msg = "the archive holds no file; pack the files that are to be sent, or send them as they are"
        raise ArchiveRefused(msg)
    return found


def trusted(opened: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files of an archive, without what operating systems leave behind. Raises ArchiveRefused."""
    infos = [i for i in opened.infolist() if not i.is_dir()]
    if len(infos) > MOST_MEMBERS:
        msg = f"the archive holds {len(infos)} files, more than {MOST_MEMBERS}; unpack it and give what is needed"
        raise ArchiveRefused(msg)
    if sum(i.file_size for i in infos) > MOST_BYTES:
        raise _too_much()
    seen: set[str] = set()
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        fault = _name_fault(info, parts, is_twice=info.filename.casefold() in seen) or _content_fault(info)
        if fault:
            raise ArchiveRefused(fault)
        seen.add(info.filename.casefold())
        if not any(part.startswith((".", "__MACOSX")) for part in parts):
            yield info


def write_counted(packed: IO[bytes], target: Path, packed_bytes: int, left: int) -> int:
    """Unpack one file with mode 0600 and return its size in bytes; ``left`` is how many there may be.

    Raises ArchiveRefused where there are more, or too many for the bytes that they are packed in.
    """
    size = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as plain:
        while block := packed.read(_BLOCK):
            size += plain.write(block)
            if size > left:
                raise _too_much()
            refuse_bomb("the archive", size, packed_bytes)
    return size


def refuse_bomb(what: str, size: int, packed_bytes: int) -> None:
    """Raise ArchiveRefused where so many bytes from so few are a bomb rather than a table."""
    if size > RATIO_COUNTS_FROM and size > MOST_RATIO * max(packed_bytes, 1):
        msg = f"{what} would unpack to more than {MOST_RATIO} times its size; give it unpacked"
        raise ArchiveRefused(msg)


def _unpacked(opened: zipfile.ZipFile, archive: Path, place: str, folder: Path) -> Iterator[Plain]:
    left = MOST_BYTES
    for number, member in enumerate(list(trusted(opened))):
        target = folder / str(number)
        with opened.open(member) as packed:
            left -= write_counted(packed, target, member.compress_size, left)
        if is_gzip(target) or (is_zip(target) and not workbook_kind(target)):
            msg = f"{member.filename} is an archive within the archive; pack its files directly"
            raise ArchiveRefused(msg)
        yield Plain(f"{place}/{member.filename}", PurePosixPath(member.filename).name, target, archive)


def _name_fault(info: zipfile.ZipInfo, parts: tuple[str, ...], *, is_twice: bool) -> str:
    name = info.filename
    is_strange = name.startswith("/") or ".." in parts or any(c in "\\:" for c in name)
    if is_strange or not info.orig_filename.isprintable() or len(name) > _MOST_NAME_LENGTH:
        return "a name in the archive leads out of it or is no plain name; pack it anew with plain names"
    return f"{name} stands in the archive twice; pack one of them" if is_twice else ""


def _content_fault(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return f"{info.filename} is a link or device and no file; pack the file itself"
    if info.flag_bits & _ENCRYPTED:
        return f"{info.filename} is encrypted; give it without a password"
    if info.compress_type not in _USUAL:
        return f"{info.filename} is packed in an unusual way (method {info.compress_type}); pack it as an ordinary zip"
    refuse_bomb(info.filename, info.file_size, info.compress_size)
    return ""


def _too_much() -> ArchiveRefused:
    return ArchiveRefused(
        f"the archive unpacks to more than {MOST_BYTES / (1 << 30):g} GiB; unpack it and give what is needed"
    )


def _damaged(fault: Exception) -> ArchiveRefused:
    how = type(fault).__name__
    return ArchiveRefused(f"the archive is damaged or packed in an unusual way ({how}); fetch or pack it anew")
