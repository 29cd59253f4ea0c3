"""The bytes of a file, looked at piece by piece, so that no file is held in memory whole.

A file is read by position rather than mapped into memory: of a mapped file that somebody shortens, the next look kills
the process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from pipelines.intake.reading.lines_format import FileRefused

BLOCK_BYTES = 1 << 24  # looked at together: large enough for numpy, small enough that the masks do not matter
_LEAST_BYTES = 1 << 20  # read together: single lines are asked for in order, and each would be a call of its own


class FileBytes:
    """A file as if it were ``bytes``, for slices only. Leave the context to have it closed and checked.

    Raises FileRefused (``file_readable``) where the file cannot be opened or changes while it is read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as fault:
            msg = f"the file cannot be opened ({fault.strerror}); let the pipeline read it, then send it again"
            raise FileRefused(reason_code="file_readable", message=msg) from fault
        self._before = self._state()
        self._size, self._at, self._block = self._before[0], 0, b""

    def __enter__(self) -> FileBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_changed = kind is None and self._state() != self._before
        self._file.close()
        if is_changed:
            raise _changed()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        if start >= stop:
            return b""
        if start < self._at or stop > self._at + len(self._block):
            self._load(start, max(stop, min(start + _LEAST_BYTES, self._size)))
        return self._block[start - self._at : stop - self._at]

    def _load(self, start: int, stop: int) -> None:
        self._block = b""  # the old block goes before the new one comes
        self._file.seek(start)
        pieces, missing = [], stop - start
        while missing:
            pieces.append(self._file.read(missing) or b"")
            missing -= len(pieces[-1])
            if not pieces[-1]:
                raise _changed()
        self._at, self._block = start, pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _state(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns


class Behind:
    """What stands behind the first bytes of a file, such as behind its byte order mark."""

    def __init__(self, data: FileBytes, offset: int) -> None:
        self._data, self._offset = data, offset

    def __len__(self) -> int:
        return len(self._data) - self._offset

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(len(self))
        return self._data[start + self._offset : stop + self._offset]


Data = bytes | FileBytes | Behind


def blocks(data: Data) -> Iterator[bytes]:
    """Yield all bytes in pieces."""
    return (data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES))


def behind(data: Data, offset: int) -> Data:
    """Return the bytes without the first ``offset`` ones; nothing of a file is copied."""
    return Behind(data, offset) if isinstance(data, FileBytes) and offset else data[offset:] if offset else data


def _changed() -> FileRefused:
    msg = "the file changed while it was read; wait until it is written to its end, then send it again"
    return FileRefused(reason_code="file_readable", message=msg)
