"""Whether the lines of a worksheet add up, by the rules of its form. Where there is no number nothing is checked.

Integers only: a worksheet that is one person off does not add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.car.worksheet import INDICATORS, MEASURES, Line, Worksheet

Outcome = Literal["passed", "failed", "not_checked"]


@dataclass(frozen=True)
class Check:
    """One rule held to one measure. ``found`` are the lines' numbers, ``total`` is what they are held to."""

    section_title: str
    says: str
    measure: str
    outcome: Outcome
    found: str = ""
    total: int | None = None


def checks(worksheet: Worksheet) -> tuple[Check, ...]:
    """Return every check of a worksheet, in the order of its sections."""
    sections: dict[str, list[Line]] = defaultdict(list)
    for line in worksheet.lines:
        sections[line.section].append(line)
    of_sections = (check for lines in sections.values() for check in _of_section(worksheet, lines))
    return (*of_sections, *_of_indicators(worksheet))


def failed(worksheet: Worksheet) -> tuple[Check, ...]:
    """Return the checks that a worksheet fails."""
    return tuple(check for check in checks(worksheet) if check.outcome == "failed")


def _of_section(worksheet: Worksheet, lines: Sequence[Line]) -> Iterator[Check]:
    for measure in MEASURES if lines[0].section_rule != "total" else ():
        total = worksheet.total.count(measure).persons
        counts = [line.count(measure) for line in lines]
        known = [count.persons for count in counts if count.persons is not None]
        if total is None or any(count.is_awaited for count in counts):
            yield Check(lines[0].section_title, _SAYS[lines[0].section_rule], measure, "not_checked")
        else:
            yield _of_measure(lines, measure, known, total)


def _of_measure(lines: Sequence[Line], measure: str, parts: list[int], total: int) -> Check:
    title, rule, added = lines[0].section_title, lines[0].section_rule, sum(parts)
    if rule == "part":
        return _of_flags(title, measure, lines, total)
    if rule == "partition":
        return Check(title, _SAYS[rule], measure, "passed" if added == total else "failed", f"sum {added}", total)
    if measure.endswith("_unknown"):
        # Who met the measure in one cluster is no unknown among all, whatever becomes of a program in another one.
        return Check(title, _SUM_ONLY, measure, "passed" if total <= added else "failed", f"sum {added}", total)
    found = f"largest {max(parts)}, sum {added}"
    return Check(title, _SAYS[rule], measure, "passed" if max(parts) <= total <= added else "failed", found, total)


_SAYS = {
    "partition": "the lines sum to the grand total, those off the form with them",
    "part": "no line, with those it is not known of, exceeds the grand total; lines overlap",
    "cover": "the largest line does not exceed the grand total, and the sum reaches it; lines overlap",
}
_SUM_ONLY = "the sum reaches the grand total; who succeeds by another line is unknown on this one only"


def _of_flags(title: str, measure: str, lines: Sequence[Line], total: int) -> Check:
    """Return the check of flags: of each, those who have it and those of whom it is not known are different people."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.dimension] += line.count(measure).persons or 0
    largest = max(sums.values())
    return Check(title, _SAYS["part"], measure, "passed" if largest <= total else "failed", f"largest {largest}", total)


def _of_indicators(worksheet: Worksheet) -> Iterator[Check]:
    """Yield for each indicator whether on every line success and unknown outcome fit into the denominator."""
    says = "on every line the numerator and the unknown outcomes together do not exceed the denominator"
    for indicator in INDICATORS:
        name = indicator.lower()
        rows = [
            [line.count(f"{name}_{part}") for part in ("numerator", "unknown", "denominator")]
            for line in worksheet.lines
        ]
        told = [[count.persons for count in row if count.persons is not None] for row in rows]
        wrong = sum(row[0] + row[1] > row[2] for row in told if len(row) == len(rows[0]))
        if any(count.is_awaited for row in rows for count in row):
            yield Check("Indicators", says, f"{name}_numerator", "not_checked")
        else:
            outcome: Outcome = "failed" if wrong else "passed"
            yield Check("Indicators", says, f"{name}_numerator", outcome, f"{wrong} lines exceed it")
