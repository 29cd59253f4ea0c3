"""A worksheet beside the one certified for the year before: each difference told as a sum of where it comes from.

Certified last year, then last year as its records are today, then last year under this year's definition, then this
year. The steps of a line add up to its difference exactly; where one cannot be told apart it is told with the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.car.worksheet import MEASURES, Count, Line, Worksheet


@dataclass(frozen=True)
class Before:
    """What is known of the year before.

    ``certified`` is the frozen worksheet and ``act_number`` its act; ``same_definition`` the records of today under
    its definition; ``new_definition`` the same records under this year's. None where it cannot be had.
    """

    act_number: int
    certified: Worksheet
    same_definition: Worksheet | None
    new_definition: Worksheet | None


@dataclass(frozen=True)
class Difference:
    """A line and measure. The three parts sum to ``now - certified``; a part that cannot be told apart is None.

    Where ``data`` or ``definition`` is None, what they would hold is in the next part that is not.
    """

    line: Line
    measure: str
    certified: Count
    now: Count
    data: int | None = None
    definition: int | None = None
    students: int | None = None

    @property
    def total(self) -> int | None:
        """The difference; None where one of the two has no number."""
        if self.certified.persons is None or self.now.persons is None:
            return None
        return self.now.persons - self.certified.persons


def differences(now: Worksheet, before: Before) -> tuple[Difference, ...]:
    """Return every line and measure beside the year before; a line that one of the forms lacks has no number there."""
    known = {line.code for line in now.lines}
    gone = [line for line in before.certified.lines if line.code not in known]
    return tuple(_difference(line, measure, now, before) for line in (*now.lines, *gone) for measure in MEASURES)


def _difference(line: Line, measure: str, now: Worksheet, before: Before) -> Difference:
    certified, today = _count(before.certified, line, measure), _count(now, line, measure)
    if certified.persons is None or today.persons is None:
        return Difference(line, measure, certified, today)
    steps: list[int | None] = []
    at = certified.persons
    for worksheet in (before.same_definition, before.new_definition):
        reached = _count(worksheet, line, measure).persons if worksheet else None
        steps.append(None if reached is None else reached - at)
        at = at if reached is None else reached
    return Difference(line, measure, certified, today, steps[0], steps[1], today.persons - at)


def _count(worksheet: Worksheet, line: Line, measure: str) -> Count:
    """Return a count of a worksheet. A code without a line there had nobody: whoever has one gets a line for it."""
    found = worksheet.line(line.code)
    if found is not None:
        return found.count(measure)
    total = worksheet.total.count(measure)
    is_code = line.code.startswith(f"{line.dimension}:") and any(x.dimension == line.dimension for x in worksheet.lines)
    if is_code and total.persons is not None:
        return Count(0)
    return Count(None, total.status if total.persons is None else "no_such_line")
