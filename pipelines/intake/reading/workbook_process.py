"""A workbook loaded by a process of its own, under limits, and what is told where that fails.

The text comes back through memory that both share (where the system has none, a file without a name), so that nothing
with clear identifiers is left behind or reaches another disk, however this process or that one ends. What the sheets
mean is decided in ``workbook``.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO

import pyarrow as pa  # type: ignore[import-untyped]

from pipelines.intake.reading import unpack, workbook_load
from pipelines.intake.reading.lines_format import FileRefused
from pipelines.intake.reading.unpack import ArchiveRefused, refuse_bomb
from pipelines.intake.reading.workbook_kind import workbook_kind

SECONDS_AT_LEAST = 120
_SECONDS_PER_MIB = 2
MEMORY_AT_LEAST = 3 << 30  # the libraries alone reserve one and use a tenth of it
_MEMORY_PER_BYTE = 40  # of the plain size: a cell of 8 bytes of XML takes 32 in the library, and its text as much again
_FAULTS = {
    workbook_load.DAMAGED: "the workbook is damaged and cannot be opened; open it in Excel, save it anew as .xlsx",
    workbook_load.PROTECTED: "the workbook is protected by a password; save it without one",
}
_DIED = (
    "the workbook cannot be loaded within {memory} GiB and {seconds} s: it is damaged, or has cells far out of its "
    "table; delete the empty rows and columns around it, and save it anew as .xlsx, or as CSV (UTF-8)"
)


@dataclass(frozen=True)
class Sheet:
    """The used cells of a sheet as text, and what was noticed, as ``workbook_load`` describes both."""

    name: str
    cells: pa.Table
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _Content:
    """The bytes of a workbook: the same ones are loaded once, wherever they lie."""

    sha256: str
    path: Path = field(compare=False)


@dataclass(frozen=True)
class _Loaded:
    sheets: tuple[Sheet, ...] = ()
    fault: str = ""


def load_workbook(path: Path) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook, hidden ones included, in its order.

    Raises FileRefused with the fix where it is none or cannot be loaded, OSError where the disk is full.
    """
    _refuse_unsafe(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    loaded = _load(_Content(sha256, path))
    if loaded.fault:
        raise FileRefused(reason_code="file_is_text", message=loaded.fault)
    return loaded.sheets


def _refuse_unsafe(path: Path) -> None:
    """Raise FileRefused for what is no workbook, cannot be opened by anybody, or is a bomb."""
    if not path.stat().st_size:
        msg = "the file is empty (0 bytes); send it again, or a header alone where there is nothing to report"
        raise FileRefused(reason_code="file_not_empty", message=msg)
    kind = workbook_kind(path)
    if kind == "encrypted":
        raise FileRefused(reason_code="file_is_text", message=_FAULTS[workbook_load.PROTECTED])
    if not kind:
        msg = "this is no workbook, and the layout expects one; save it as .xlsx, or register a layout of its own kind"
        raise FileRefused(reason_code="file_is_text", message=msg)
    try:
        for member in _parts(path):
            refuse_bomb("the workbook", member.file_size, member.compress_size)
    except ArchiveRefused as refusal:
        raise FileRefused(reason_code="file_archive_safe", message=str(refusal)) from None
    if _plain_size(path) > unpack.MOST_BYTES:
        msg = f"the workbook unpacks to more than {unpack.MOST_BYTES / (1 << 30):g} GiB; send it as CSV (UTF-8)"
        raise FileRefused(reason_code="file_archive_safe", message=msg)


def _parts(path: Path) -> list[zipfile.ZipInfo]:
    if workbook_kind(path) != "xlsx":
        return []
    with zipfile.ZipFile(path) as book:
        return book.infolist()


def _plain_size(path: Path) -> int:
    return max(path.stat().st_size, sum(member.file_size for member in _parts(path)))


@lru_cache(maxsize=1)  # sheets of one workbook are read one after the other
def _load(content: _Content) -> _Loaded:
    size = _plain_size(content.path)
    memory = MEMORY_AT_LEAST + _MEMORY_PER_BYTE * size
    seconds = SECONDS_AT_LEAST + _SECONDS_PER_MIB * (size >> 20)
    with _nameless() as out:
        code = _run(content.path, out.fileno(), memory, seconds)
        if code == workbook_load.DISK_FULL:
            msg = "no space for the text of a workbook; free memory, or lift the limit on the size of files (ulimit -f)"
            raise OSError(msg)
        if code:
            return _Loaded(fault=_FAULTS.get(code) or _DIED.format(memory=memory >> 30, seconds=seconds))
        return _Loaded(_sheets(out))


def _nameless() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("workbook"), "w+b")
    return tempfile.TemporaryFile()


def _run(path: Path, descriptor: int, memory: int, seconds: int) -> int:
    """Load a workbook in a new process; return its exit code, which no fault of a workbook makes 0."""
    command = [sys.executable, "-P", workbook_load.__file__, str(path), str(descriptor), str(memory), str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is an argument and no shell reads it
            command, pass_fds=[descriptor], timeout=seconds, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return workbook_load.TOO_LARGE
    return done.returncode


def _sheets(out: IO[bytes]) -> tuple[Sheet, ...]:
    """Return the streams of a file as sheets, mapped and not copied; they stay readable when the file is closed."""
    size = out.seek(0, 2)
    if not size:
        return ()
    source = pa.BufferReader(pa.py_buffer(mmap.mmap(out.fileno(), size, access=mmap.ACCESS_READ)))
    sheets = []
    while source.tell() < size:
        cells = pa.ipc.open_stream(source).read_all()
        said = {key.decode(): value.decode() for key, value in (cells.schema.metadata or {}).items()}
        sheets.append(Sheet(said["sheet"], cells, tuple(said["remarks"].split())))
    return tuple(sheets)
