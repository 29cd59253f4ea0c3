"""One file packed with gzip to the plain file: bytes counted meanwhile, refused where it is cut short or garbled.

The name that the sender's gzip has noted inside is not asked: the file's own name counts, without ``.gz``.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from pipelines.intake.reading import unpack
from pipelines.intake.reading.unpack import ArchiveRefused, Plain, write_counted
from pipelines.intake.reading.workbook_kind import is_gzip, is_zip, workbook_kind

_TAR_AT, _TAR = 257, b"ustar"


def unpack_gzip(archive: Path, folder: Path, name: str) -> Plain:
    """Unpack a gzip file, of one member or several in a row, into an empty folder, with mode 0600.

    ``name`` is what the file is called. Raises ArchiveRefused with the fix.
    """
    target = folder / "0"
    try:
        with gzip.open(archive) as packed:
            write_counted(packed, target, archive.stat().st_size, unpack.MOST_BYTES)  # type: ignore[arg-type]
    except (gzip.BadGzipFile, zlib.error, EOFError) as fault:
        msg = (
            f"the gzip file is damaged, cut short or followed by something else ({type(fault).__name__}); pack it anew"
        )
        raise ArchiveRefused(msg) from fault
    if is_gzip(target) or (is_zip(target) and not workbook_kind(target)) or _is_tar(target):
        msg = "the gzip file holds an archive; pack each file by itself, or all of them as one zip"
        raise ArchiveRefused(msg)
    return Plain(name, name[:-3] if name.lower().endswith(".gz") else name, target, archive)


def _is_tar(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(_TAR_AT)
        return file.read(len(_TAR)) == _TAR
