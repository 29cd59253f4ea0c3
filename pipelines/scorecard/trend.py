"""The indicators of a grantee over its years, and where a series breaks: years that are not comparable never share one.

What was certified in the annual report stands beside what the same year is counted at now. No wording of pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipelines.grantee import Grantee
from pipelines.measures.dimensions import ALL, FLAGS
from pipelines.scorecard.comparability import touching
from pipelines.scorecard.read import Partition
from pipelines.scorecard.reportable import groups
from pipelines.scorecard.share import Share

RACE = "race_ethnicity"
Certified = Literal["as certified", "restated", "not certified"]
_YEARS = """
    select program_year, cohort_program_year, indicator_code, subgroup_dimension, subgroup_code, numerator_count,
        denominator_count, unknown_count, status, definition_version
    from mart.indicator
    where grantee_id = $1 and program_year <= $2 and institution_id is null and cip_code is null
        and list_contains($3, subgroup_dimension)
    order by indicator_code, subgroup_dimension, subgroup_code, program_year
"""
_LEVELS = """
    select program_year, indicator_code, level_percent, result from mart.level_test
    where grantee_id = $1 and program_year <= $2 and eligible_recipient_id is null
"""
_CERTIFIED = """
    select program_year, measure, person_count from quality.certified_worksheet
    where grantee_id = $1 and program_year <= $2 and section = 'total'
    qualify act_number = max(act_number) over (partition by program_year)
"""
_STANDARDS = """
    select program_year, list(distinct race_question_standard order by race_question_standard) as standards
    from core.student where grantee_id = $1 and program_year <= $2 and race_question_standard is not null
    group by program_year
"""


@dataclass(frozen=True)
class Point:
    """What decides whether a year may be compared with the one before it.

    ``standards`` are the standards of the race question in use, empty where they do not matter or are not known;
    ``changes`` are the titles of changes from outside that begin in the year.
    """

    definition_version: str
    standards: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def series(points: Sequence[Point]) -> tuple[tuple[str, str], ...]:
    """Return for each year, in order, the letter of its series and why it begins one; an empty text where it does not.

    Years of one letter are comparable with each other as far as is known, years of two never are.
    """
    found: list[tuple[str, str]] = []
    number = 0
    for place, point in enumerate(points):
        why = _break(points[place - 1], point) if place else ""
        number += bool(why)
        found.append((letter(number), why))
    return tuple(found)


def letter(number: int) -> str:
    """Return A for 0, Z for 25, AA for 26."""
    first, last = divmod(number, 26)
    return (letter(first - 1) if first else "") + chr(ord("A") + last)


def _break(before: Point, now: Point) -> str:
    reasons = list(now.changes)
    if before.definition_version != now.definition_version:
        reasons.insert(0, f"definition {before.definition_version} became {now.definition_version}")
    if before.standards and now.standards and before.standards != now.standards:
        reasons.append(f"race question {' and '.join(before.standards)} became {' and '.join(now.standards)}")
    return "; ".join(reasons)


@dataclass(frozen=True)
class TrendLine:
    """An indicator of a group in one year. ``rate`` is None unless computed; ``certified`` is what was reported."""

    indicator_code: str
    dimension: str
    code: str
    program_year: str
    cohort_program_year: str
    status: str
    rate: Share | None
    unknown_count: int | None
    definition_version: str
    series: str
    why: str
    level_percent: Decimal | None = None
    result: str = ""
    certified: Share | None = None

    @property
    def standing(self) -> Certified:
        """Whether the figure is what was certified in the annual report of its year."""
        if self.certified is None:
            return "not certified"
        return "as certified" if self.certified == self.rate else "restated"


def trend_lines(partition: Partition, owner: Grantee) -> tuple[TrendLine, ...]:
    """Return everybody's indicators and those of each subgroup for all years up to this one, by indicator and group."""
    rows = partition.rows(_YEARS, [ALL, "sex", RACE, *FLAGS])
    wanted = {(ALL, ALL), *groups()}
    by_line: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if (row["subgroup_dimension"], row["subgroup_code"]) in wanted:
            key = (row["indicator_code"], row["subgroup_dimension"], row["subgroup_code"])
            by_line.setdefault(key, []).append(row)
    levels = {(r["program_year"], r["indicator_code"]): r for r in partition.rows_of("mart.level_test", _LEVELS)}
    standards = standards_by_year(partition)
    certified = _certified(partition)
    return tuple(
        _line(row, own, levels, certified)
        for own_rows in by_line.values()
        for row, own in zip(own_rows, series(_points(own_rows, owner, standards)), strict=True)
    )


def standards_by_year(partition: Partition) -> dict[str, tuple[str, ...]]:
    """Return the standards of the race question that the records of each year were collected by."""
    return {row["program_year"]: tuple(row["standards"]) for row in partition.rows(_STANDARDS)}


def _points(rows: Sequence[Mapping[str, Any]], owner: Grantee, standards: Mapping[str, tuple[str, ...]]) -> list[Point]:
    dimension = rows[0]["subgroup_dimension"]
    changes = touching(owner, dimension)
    before = ""
    points = []
    for row in rows:
        year = row["program_year"]
        begun = tuple(one.title for one in changes if before < one.program_year <= year)
        known = standards.get(year, ()) if dimension == RACE else ()
        points.append(Point(row["definition_version"] or "", known, begun))
        before = year
    return points


def _line(
    row: Mapping[str, Any],
    own_series: tuple[str, str],
    levels: Mapping[tuple[str, str], Mapping[str, Any]],
    certified: Mapping[tuple[str, str], Share],
) -> TrendLine:
    place = (row["program_year"], row["indicator_code"])
    is_all = row["subgroup_dimension"] == ALL
    level = levels.get(place, {}) if is_all else {}
    is_told = row["status"] == "computed" and row["denominator_count"]
    return TrendLine(
        indicator_code=row["indicator_code"],
        dimension=row["subgroup_dimension"],
        code=row["subgroup_code"],
        program_year=row["program_year"],
        cohort_program_year=row["cohort_program_year"] or "",
        status=row["status"],
        rate=Share(row["numerator_count"], row["denominator_count"]) if is_told else None,
        unknown_count=row["unknown_count"] if is_told else None,
        definition_version=row["definition_version"] or "",
        series=own_series[0],
        why=own_series[1],
        level_percent=level.get("level_percent"),
        result=level.get("result") or "",
        certified=certified.get(place) if is_all else None,
    )


def _certified(partition: Partition) -> dict[tuple[str, str], Share]:
    rows = partition.rows_of("quality.certified_worksheet", _CERTIFIED)
    counts = {(r["program_year"], r["measure"]): r["person_count"] for r in rows}
    return {
        (year, code.upper()): Share(counts[year, f"{code}_numerator"], denominator)
        for (year, measure), denominator in sorted(counts.items())
        if measure.endswith("_denominator") and denominator is not None
        for code in [measure.removesuffix("_denominator")]
        if counts.get((year, f"{code}_numerator")) is not None
    }
