"""Zip archives to plain files, for whoever reads them next: what cannot be trusted is refused before it is unpacked.

Archives may lie about sizes, so bytes are counted while they are unpacked. Names only name: members are written under
numbers of our own, so that no name can lead out of the folder. An archive within an archive stays one.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.intake.inbox import name_of

MOST_MEMBERS = 1_000
MOST_BYTES = 2 << 30  # of all members together, unpacked
MOST_RATIO = 200  # unpacked to packed; published tables have 4 to 20, bombs a thousand and more
RATIO_COUNTS_FROM = 10 << 20  # small files of one repeated line may pack as well as any bomb
_BLOCK = 1 << 20
_ENCRYPTED = 1


class ArchiveRefused(Exception):  # noqa: N818 - an answer to the sender, not an error of ours
    """Nothing of the archive is taken in; the message says why, and the fix."""


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


def is_zip(path: Path) -> bool:
    """Return whether a file opens like a zip archive."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(archive: Path, folder: Path) -> list[Plain]:
    """Unpack all files of a zip archive into an empty folder. Raises ArchiveRefused with the fix."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = list(_trusted(opened))
            left = MOST_BYTES
            found = []
            for number, member in enumerate(members):
                target = folder / str(number)
                left -= _write(opened, member, target, left)
                name = PurePosixPath(member.filename).name
                found.append(Plain(f"{name_of(archive)}/{member.filename}", name, target, archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        msg = f"the archive is damaged or packed in an unusual way ({type(fault).__name__}); fetch or pack it anew"
        raise ArchiveRefused(msg) from fault
    return found


def _trusted(opened: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files of an archive, without what operating systems leave behind. Raises ArchiveRefused."""
    infos = [i for i in opened.infolist() if not i.is_dir()]
    if len(infos) > MOST_MEMBERS:
        msg = f"the archive holds {len(infos)} files, more than {MOST_MEMBERS}; unpack it and give what is needed"
        raise ArchiveRefused(msg)
    seen: set[str] = set()
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        fault = _fault(info, parts, is_twice=info.filename.casefold() in seen)
        if fault:
            raise ArchiveRefused(fault)
        seen.add(info.filename.casefold())
        if not any(part.startswith((".", "__MACOSX")) for part in parts):
            yield info


def _fault(info: zipfile.ZipInfo, parts: tuple[str, ...], *, is_twice: bool) -> str:
    strange = info.filename.startswith("/") or ".." in parts or any(c in "\\:" or c < " " for c in info.filename)
    if strange:
        return "a name in the archive leads out of it or is no plain name; pack it anew with plain names"
    if is_twice:
        return f"{info.filename} stands in the archive twice; pack one of them"
    if info.flag_bits & _ENCRYPTED:
        return f"{info.filename} is encrypted; give it without a password"
    if info.file_size > RATIO_COUNTS_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return f"{info.filename} would unpack to more than {MOST_RATIO} times its size; give it unpacked"
    return ""


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Unpack one file with mode 0600 and return its size. Raises ArchiveRefused where there is more than said."""
    size = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with opened.open(member) as packed, os.fdopen(descriptor, "wb") as plain:
        while block := packed.read(_BLOCK):
            size += plain.write(block)
            if size > most:
                msg = f"the archive unpacks to more than {MOST_BYTES >> 30} GiB; unpack it and give what is needed"
                raise ArchiveRefused(msg)
    return size
