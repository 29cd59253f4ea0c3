"""What the values of a column look like: dates, codes, numbers, identifiers. Shapes only; no value leaves this module.

The one exception are codes (``Looks.codes``), and only values so short, so few and so often repeated that they can be
nobody's name or number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["empty", "date", "year", "quarter", "cip", "number", "identifier", "codes", "text"]
_MOST_CODES = 40
_LONGEST_CODE = 12
_ENOUGH = 0.95  # of the values must have the shape: the sample may hold a few faults
_DATES = {
    "YYYY-MM-DD": re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])"),
    "MM/DD/YYYY": re.compile(r"(0?[1-9]|1[0-2])/([0-2]?\d|3[01])/(19|20)\d\d"),
    "YYYYMMDD": re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])"),
}
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "year": re.compile(r"(19|20)\d\d(-\d\d)?"),
    "quarter": re.compile(r"(19|20)\d\dQ[1-4]"),
    "cip": re.compile(r"\d\d\.\d{4}"),
    "number": re.compile(r"-?(\d{1,5}(\.\d+)?|\.\d+)"),
}
_IDENTIFIER = re.compile(r"(?=.*\d)[A-Za-z]{0,4}[\d -]{5,}[A-Za-z]?|\S+@\S+")
_FILLER = re.compile(r"0{4,}|9{4,}|[zZ]{2,}|[xX]{2,}")
_CODE = re.compile(r"(?!.*\d{4})[\w/+&. -]{1,12}")


@dataclass(frozen=True)
class Looks:
    """What a column looks like. ``format`` is that of dates and years; ``codes`` are values that can be shown.

    ``fillers`` are texts such as 99999999 that probably mean "no value". ``widest`` counts characters.
    """

    kind: Kind
    format: str = ""
    codes: tuple[str, ...] = ()
    distinct: int = 0
    fillers: tuple[str, ...] = ()
    widest: int = 0


def looks_of(values: Sequence[str]) -> Looks:
    """Return what the texts of a column look like; blanks say nothing."""
    counts = Counter(v for value in values if (v := value.strip()))
    fillers = tuple(sorted(v for v in counts if _FILLER.fullmatch(v) and len(counts) > 1))
    real = Counter({v: n for v, n in counts.items() if v not in fillers})
    widest = max(map(len, values), default=0)
    if not real:
        return Looks("empty", fillers=fillers, widest=widest)
    for form, shape in _DATES.items():
        if _share(real, shape) >= _ENOUGH:
            return Looks("date", form, fillers=fillers, distinct=len(real), widest=widest)
    kind: Kind
    for kind in ("quarter", "cip", "year"):
        if _share(real, _SHAPES[kind]) >= _ENOUGH:
            return Looks(kind, _year_format(real, kind), distinct=len(real), fillers=fillers, widest=widest)
    if _share(real, _IDENTIFIER) >= _ENOUGH:
        return Looks("identifier", distinct=len(real), fillers=fillers, widest=widest)
    if _are_codes(real):
        shown = tuple(sorted(v for v, n in counts.items() if n > 1 and _CODE.fullmatch(v)))
        return Looks("codes", codes=shown, distinct=len(real), fillers=fillers, widest=widest)
    kind = "number" if _share(real, _SHAPES["number"]) >= _ENOUGH else "text"
    return Looks(kind, distinct=len(real), fillers=fillers, widest=widest)


def _share(counts: Counter[str], shape: re.Pattern[str]) -> float:
    return sum(n for value, n in counts.items() if shape.fullmatch(value)) / counts.total()


def _are_codes(counts: Counter[str]) -> bool:
    """Return whether the values are few, short and mostly repeated."""
    repeated = sum(n for n in counts.values() if n > 1) / counts.total()
    return len(counts) <= _MOST_CODES and all(len(v) <= _LONGEST_CODE for v in counts) and repeated >= _ENOUGH


def _year_format(counts: Counter[str], kind: str) -> str:
    if kind != "year":
        return ""
    return "YYYY-YY" if all("-" in value for value in counts) else "YYYY"
