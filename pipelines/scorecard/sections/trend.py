"""The section of trends: each indicator over the years, with level, 90 % line and what was certified.

A letter names each series of years that may be compared; where it changes, the reason stands beside it.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.desk.subgroups import group_name
from pipelines.measures.dimensions import ALL
from pipelines.measures.rates import wilson_interval
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.trend import TrendLine, trend_lines

NINE_TENTHS = Decimal("0.9")
STATUSES = {"pending": "pending", "no_denominator": "nobody in the cohort", "not_computable": UNKNOWN}
RESULTS = {
    "met": "reached",
    "not_met": "not reached",
    "no_level": "no level is known",
    "not_the_states_figure": "not the State's figure: the records do not hold all of the State",
}
SAYS = (
    (
        "Years with the same letter may be compared as far as is known. Where the letter changes, a definition or a "
        "standard has changed, and no line may be drawn across."
    ),
    (
        "A figure is as certified where the worksheet of the annual report (CAR) was frozen with the same counts, and "
        "restated where the records count otherwise today."
    ),
)
COLUMNS = (
    Column("row", "Indicator and year"),
    Column("cohort", "Cohort"),
    Column("rate", "Rate", "share", "of all concentrators of the cohort; unknown outcomes count as not met"),
    Column("interval", "95% interval", "text", "Wilson"),
    Column("unknown", "Outcome unknown", "count", "of the cohort"),
    Column("level", "State level", "number", "percent"),
    Column("line", "90% line", "number", "percent, exactly"),
    Column("result", "90% of the level"),
    Column("certified", "Certified in the CAR", "share", "as frozen last for that year"),
    Column("standing", "This figure is"),
    Column("series", "Series"),
    Column("why", "Why a new series"),
)


def trend(seen: Sources) -> Section:
    """Return the section: everybody by year, then each subgroup with its years side by side."""
    lines = trend_lines(seen.partition, seen.known.grantee)
    as_of = seen.known.as_of(seen.partition.program_year)
    if not lines:
        return Section("trend", "Trend", (*SAYS, "No indicator has been counted yet, so no trend can be told."), ())
    everybody = tuple(line for line in lines if line.dimension == ALL)
    untold = [line for line in everybody if line.level_percent is None]
    says = (*SAYS, "No State level is set for some years; their 90% line cannot be told.") if untold else SAYS
    first = Table(
        "trend_years", "Indicators by year", "CTE concentrators of each indicator's cohort, the grantee as a whole",
        "mart.indicator, mart.level_test, quality.certified_worksheet", as_of, COLUMNS,
        tuple(_row(line) for line in everybody), query="indicator_by_year",
    )  # fmt: skip
    return Section("trend", "Trend", says, (first, _by_group(lines, as_of)))


def _row(line: TrendLine) -> tuple[Cell, ...]:
    level = line.level_percent
    return (
        f"{line.indicator_code} {line.program_year}",
        line.cohort_program_year,
        rate_cell(line),
        _interval(line.rate),
        line.unknown_count if line.rate else None,
        "not set" if level is None else _plain(level),
        "not set" if level is None else _plain(level * NINE_TENTHS),
        RESULTS.get(line.result, STATUSES.get(line.result, line.result or "no level is known")),
        line.certified or "not certified",
        line.standing,
        line.series,
        line.why,
    )


def rate_cell(line: TrendLine) -> Cell:
    """Return the rate, or the word that says why there is none."""
    return line.rate or STATUSES.get(line.status, UNKNOWN)


def _interval(rate: Share | None) -> str:
    if rate is None or not rate.denominator or rate.numerator is None:
        return ""
    interval = wilson_interval(rate.numerator, rate.denominator)
    if interval is None:
        return ""
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f}%"


def _plain(number: Decimal) -> Decimal:
    """Return a number without the zeros that a database adds, at least two decimals kept."""
    return number.quantize(Decimal("0.01")) if number == number.quantize(Decimal("0.01")) else number.normalize()


def _by_group(lines: tuple[TrendLine, ...], as_of: str) -> Table:
    years = sorted({line.program_year for line in lines})
    groups: dict[tuple[str, str, str], dict[str, TrendLine]] = {}
    for line in lines:
        if line.dimension != ALL:
            groups.setdefault((line.indicator_code, line.dimension, line.code), {})[line.program_year] = line
    columns = (
        Column("row", "Indicator and group"),
        *(Column(f"y{year.replace('-', '_')}", year, "share", "of the group's cohort") for year in years),
        Column("series", "Series", "text", "a letter a year, in order"),
        Column("breaks", "Not to be compared across"),
    )
    everybody = {(line.indicator_code, line.program_year): line for line in lines if line.dimension == ALL}
    rows = tuple(_group_row(key, own, years, everybody) for key, own in groups.items())
    return Table(
        "trend_subgroups", "Indicators of subgroups by year",
        "CTE concentrators of each subgroup, the grantee as a whole",
        "mart.indicator", as_of, columns, rows,
        "A subgroup's level is that of all concentrators; the law sets none of its own.", "indicator_by_year",
    )  # fmt: skip


def _group_row(
    key: tuple[str, str, str],
    own: dict[str, TrendLine],
    years: list[str],
    everybody: dict[tuple[str, str], TrendLine],
) -> tuple[Cell, ...]:
    code, dimension, group = key
    # Without a row nobody of the group is in the cohort, unless the whole indicator could not be counted.
    untold = {year: line for year in years if (line := everybody.get((code, year))) and line.rate is None}
    return (
        f"{code} {group_name(dimension, group)}",
        *(rate_cell(line) if (line := own.get(year) or untold.get(year)) else "nobody" for year in years),
        " ".join(own[year].series for year in years if year in own),
        "; ".join(f"{year}: {own[year].why}" for year in years if year in own and own[year].why),
    )
