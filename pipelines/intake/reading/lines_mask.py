"""Excerpts of lines that could not be read: their shape only, because nobody knows whose values they hold.

Values of readable columns are masked by their PII class elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_format import QUARANTINE_SCHEMA

EXCERPT_LENGTH = 80
_MASKED_TOGETHER = 1 << 16  # lines: a file may be bad throughout, and their text takes four times its shape
_SHAPE = {"N": "9", "L": "A", "M": "A", "C": "?"}
_VALUE_LIKE = re.compile(r"\d{4}")


def mask(text: str) -> str:
    """Return the shape of a text: digits as 9, letters as A, control characters as ?, cut after 80 characters."""
    shape = "".join(_SHAPE.get(unicodedata.category(c)[0], c) for c in text[:EXCERPT_LENGTH])
    return shape + "…" * (len(text) > EXCERPT_LENGTH)


def tell_names(names: Sequence[str]) -> list[str]:
    """Return names of columns that nobody has declared, as a message may tell them.

    Where one has four digits in a row, the end of the header line may be missing, and a record stand behind it: then
    the shapes of all.
    """
    if any(_VALUE_LIKE.search(name) for name in names):
        return [mask(name) for name in names]
    return ["".join(c if c.isprintable() else "?" for c in name) for name in names]


def mask_all(texts: pl.Series) -> pl.Series:
    """Return the shapes of many texts; the same as ``mask`` of each."""
    shape = texts.str.slice(0, EXCERPT_LENGTH)
    for pattern, sign in ((r"\p{N}", "9"), (r"[\p{L}\p{M}]", "A"), (r"\p{C}", "?")):
        shape = shape.str.replace_all(pattern, sign)
    return (
        shape
        + pl.select(pl.when(texts.str.len_chars() > EXCERPT_LENGTH).then(pl.lit("…")).otherwise(pl.lit(""))).to_series()
    )


def quarantine(
    lines: Lines, at: NDArray[np.int64], reasons: Sequence[str], counts: NDArray[np.int64] | None = None
) -> pl.DataFrame:
    """Return one quarantine row for each line index in ``at``; ``counts`` are the physical lines each one takes."""
    parts = [_excerpts(lines, at[first : first + _MASKED_TOGETHER]) for first in range(0, len(at), _MASKED_TOGETHER)]
    return pl.DataFrame(
        {
            "line_number": at + 1,
            "reason_code": reasons,
            "excerpt_masked": pl.concat(parts) if parts else pl.Series(dtype=pl.String),
            "line_count": np.ones(len(at), np.int64) if counts is None else counts,
        },
        schema=QUARANTINE_SCHEMA,
    )


def _excerpts(lines: Lines, at: NDArray[np.int64]) -> pl.Series:
    """Return the shapes of lines; of each only as many bytes are looked at as can be shown, and one character more."""
    starts = lines.start[at]
    ends = np.minimum(lines.end[at], starts + 4 * (EXCERPT_LENGTH + 1))
    cut = (lines.data[a:b].decode(errors="replace") for a, b in zip(starts.tolist(), ends.tolist(), strict=True))
    return mask_all(pl.Series(list(cut), dtype=pl.String))
