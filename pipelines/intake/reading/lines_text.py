"""A file to marked lines: its encoding declared or detected, what is no text refused, each line judged by its bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.intake.reading.lines_bytes import Lines, split_lines
from pipelines.intake.reading.lines_classify import (
    CONTROL,
    ENCODING,
    MARK_BYTES,
    Marks,
    mark_blank,
    mark_fields,
    runs,
)
from pipelines.intake.reading.lines_encoding import (
    as_utf8,
    from_one_byte,
    likely_encoding,
    likely_one_byte,
    looks_like_utf16,
    refuse_other_kinds,
    wrong_encoding,
)
from pipelines.intake.reading.lines_format import DETECT, FileRefused
from pipelines.intake.reading.lines_source import Data

# Fewer undecodable lines than this are quarantined one by one even if no other line could tell the encoding.
_FEWEST_BAD_LINES = 20
_LEAST_BAD_SHARE = 0.01


@dataclass(frozen=True)
class Text:
    """The lines of a file as UTF-8 with their marks, and in which encoding the file was."""

    lines: Lines
    marks: Marks
    encoding: str
    has_mark: bool
    remarks: tuple[str, ...] = ()


def load(data: Data, codec: str, own: bytes) -> Text:
    """Split and mark a file; ``own`` is delimiter and quote, empty where there are none. Raises FileRefused."""
    refuse_other_kinds(data)
    if codec == DETECT:
        return _detected(data, own)
    text = _utf8(data, codec, own)
    _refuse_binary(text)
    _refuse_wrong_encoding(data, text)
    return text


def _utf8(data: Data, codec: str, own: bytes) -> Text:
    text, has_mark = as_utf8(data, codec)
    return _marked(text, codec, own, has_mark=has_mark)


def _marked(data: Data, encoding: str, own: bytes, *, has_mark: bool = False) -> Text:
    lines = split_lines(data)
    marks = Marks.of(len(lines))
    for run in runs(lines, 0, len(lines), MARK_BYTES):
        if own:
            mark_fields(lines, run, marks, own)
        else:
            mark_blank(lines, run, marks)
    return Text(lines, marks, encoding, has_mark)


def _detected(data: Data, own: bytes) -> Text:
    """Read a file in the encoding that its bytes tell: UTF-16, else UTF-8, else one byte a character.

    A file with more lines in good UTF-8 than in bad is UTF-8 with some bad lines: to read it as anything else would
    garble every accent in it.
    """
    if looks_like_utf16(data):
        text = _utf8(data, "utf-16", own)
        return _said(text, "its bytes are those of UTF-16")
    text = _utf8(data, "utf-8", own)
    _refuse_binary(text)
    bad = int((text.marks.kind == ENCODING).sum())
    good = int(text.marks.has_other_than_ascii.sum()) - bad
    if not bad:
        return _said(text, "all of it is valid UTF-8" if good else "it has no other characters than ASCII")
    if text.has_mark or good >= bad:
        return _said(text, f"{good} lines have characters of UTF-8, although {bad} have bytes that are none")
    encoding = likely_one_byte(data)
    first = int(np.argmax(text.marks.kind == ENCODING)) + 1
    said = "has none of the bytes" if encoding == "cp1252" else "has bytes"
    return _said(
        _marked(from_one_byte(data, encoding), encoding, own),
        f"line {first} is no UTF-8 and the file {said} that cp1252 does not know",
    )


def _said(text: Text, reason: str) -> Text:
    return replace(text, remarks=(f"read as {text.encoding}, because {reason}",))


def _refuse_binary(text: Text) -> None:
    count, kind = len(text.lines), text.marks.kind
    binary = int(((kind == CONTROL) | (kind == ENCODING)).sum())
    if 2 * binary <= count:
        return
    if any(b"\0" in text.lines.data[at : at + MARK_BYTES] for at in range(0, len(text.lines.data), MARK_BYTES)):
        # No text has NUL, in whichever encoding.
        msg = f"this is no text file: {binary} of {count} lines hold control characters; export it as CSV (UTF-8)"
        raise FileRefused(reason_code="file_is_text", message=msg)


def _refuse_wrong_encoding(data: Data, text: Text) -> None:
    """Refuse the file where the lines say that its encoding is another one.

    A few bad bytes cost their lines only. But where most lines are bad, or many are and no accented character is
    right, the encoding is wrong, and quarantining just the people with accents in their names would bias all that is
    counted later.
    """
    count, marks = len(text.lines), text.marks
    bad = int((marks.kind == ENCODING).sum())
    none_right = bad == int(marks.has_other_than_ascii.sum())
    if 2 * bad > count or (none_right and bad >= max(_FEWEST_BAD_LINES, _LEAST_BAD_SHARE * count)):
        first = int(np.argmax(marks.kind == ENCODING)) + 1
        evidence = f"{bad} of {count} lines cannot be read, the first is line {first}"
        raise wrong_encoding(text.encoding, likely_encoding(data), evidence)
