"""Which of our codes their codes probably are: by code, label or a word that leaves no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column

from pipelines.code_sets import ATTRIBUTE_STATE, code_set, codes_of
from pipelines.layout_draft.looks import Looks
from pipelines.layout_draft.words import words

_RARE = 0.01
_SEPARATORS = (";", "|", ",", "/")


@dataclass(frozen=True)
class CodeGuess:
    """Their code to ours where it is sure. ``unknown`` counts values without; ``shown`` are those that may be told.

    ``is_whole``: what is without is so rare that it is probably wrong. ``is_ours``: every value is a code of ours
    already, so that no map is needed.
    """

    codes: dict[str, str]
    unknown: int = 0
    shown: tuple[str, ...] = ()
    separator: str = ""
    is_whole: bool = False
    is_ours: bool = False


def guess_codes(column: Column, texts: Sequence[str], looks: Looks) -> CodeGuess:  # type: ignore[type-arg]
    """Return the sure part of the code map of a coded column of ours."""
    counts = Counter(v for t in texts if (v := t.strip()) and v not in looks.fillers)
    if set(counts) <= set(codes_of(column)):
        return CodeGuess({}, is_whole=bool(counts), is_ours=bool(counts))
    separator = ""
    if column.info["many"]:
        separator = next((mark for mark in _SEPARATORS if any(mark in value for value in counts)), "")
        counts = Counter(part.strip() for v in counts.elements() for part in (v.split(separator) if separator else [v]))
    known = _known(column)
    codes = {value: known[value.casefold()] for value in sorted(counts) if value.casefold() in known}
    rest = set(counts) - set(codes)
    is_whole = sum(counts[value] for value in rest) <= _RARE * counts.total()
    return CodeGuess(codes, len(rest), tuple(sorted(rest & set(looks.codes))), separator, is_whole and bool(codes))


def _known(column: Column) -> dict[str, str]:  # type: ignore[type-arg]
    """Return what stands for each of our codes without doubt, in lower case."""
    known: dict[str, str] = {}
    for name in [ATTRIBUTE_STATE, column.info["codes"]] if column.info["states"] else [column.info["codes"]]:
        for code in code_set(name).values():
            said = (code.code, code.code.replace("_", " "), code.label, *words().codes.get(name, {}).get(code.code, ()))
            known |= {word.casefold(): code.code for word in said}
    return known
