"""Bytes to physical lines: where they begin and end. Knows nothing of encodings, fields, headers or quotes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.reading.lines_source import Data, blocks

LINE_FEED, CARRIAGE_RETURN = 10, 13


@dataclass(frozen=True)
class Lines:
    """The physical lines of a text: ``start`` and ``end`` index ``data``; ``end`` is where the line end begins."""

    data: Data
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    has_lone_return: bool
    is_terminated: bool

    def __len__(self) -> int:
        return len(self.start)

    def stop(self, line: int) -> int:
        """Return where the next line starts."""
        return int(self.start[line + 1]) if line + 1 < len(self) else len(self.data)

    def text(self, line: int) -> str:
        """Return one line without its end; bytes that are no text become U+FFFD."""
        return self.data[int(self.start[line]) : int(self.end[line])].decode(errors="replace")


def split_lines(data: Data) -> Lines:
    r"""Find the physical lines: each ends with ``\n``, ``\r\n`` or a lone ``\r``; the last one may have no end."""
    found, pairs, at, has_lone_return = [np.empty(0, np.int64)], [np.empty(0, np.bool_)], 0, False
    is_after_return = False
    for block in blocks(data):
        breaks, is_pair, is_lone = _breaks(block, data[at + len(block) : at + len(block) + 1], is_after_return)
        found.append(breaks + at)
        pairs.append(is_pair)
        has_lone_return |= is_lone
        is_after_return = block.endswith(b"\r")
        at += len(block)
    breaks = np.concatenate(found)
    is_terminated = bool(len(breaks)) and int(breaks[-1]) == len(data) - 1
    rest = [] if is_terminated or not len(data) else [len(data)]
    end = np.concatenate([breaks, np.array(rest, np.int64)])
    start = np.concatenate([np.zeros(1, np.int64), breaks + 1])[: len(end)]
    end[: len(breaks)] -= np.concatenate(pairs)
    return Lines(data, start, end, has_lone_return, is_terminated)


def _breaks(block: bytes, following: bytes, is_after_return: bool) -> tuple[NDArray[np.int64], NDArray[np.bool_], bool]:  # noqa: FBT001
    r"""Return where the lines of a block end, whether each ends in ``\r\n``, and whether any ends in a lone ``\r``."""
    view = np.frombuffer(block, np.uint8)
    is_feed = view == LINE_FEED
    if b"\r" not in block:
        breaks = np.flatnonzero(is_feed)
        is_pair = np.zeros(len(breaks), np.bool_)
        is_pair[:1] = is_after_return and breaks[:1] == 0
        return breaks, is_pair, False
    is_return = view == CARRIAGE_RETURN
    is_lone = is_return.copy()
    is_lone[:-1] &= ~is_feed[1:]
    is_lone[-1:] &= following != b"\n"
    breaks = np.flatnonzero(is_feed | is_lone)
    before = np.concatenate([np.array([is_after_return]), is_return[:-1]])
    return breaks, is_feed[breaks] & before[breaks], bool(is_lone.any())
