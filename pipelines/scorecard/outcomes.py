"""The three core indicators with denominators, unknown counts and bounds. No definition stands here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipelines.measures.rates import wilson_interval
from pipelines.scorecard.lines import IndicatorLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share

NAMES = {
    "1P1": "Postsecondary Retention and Placement",
    "2P1": "Earned Recognized Postsecondary Credential",
    "3P1": "Nontraditional Program Concentration",
}
EVERYBODY = """
    select * from mart.indicator
    where grantee_id = $1 and program_year = $2 and subgroup_dimension = 'all' and subgroup_code = 'all'
        and cip_code is null
    order by indicator_code, institution_id nulls first
"""


_LEVELS = """
    select indicator_code, level_percent, result from mart.level_test
    where grantee_id = $1 and program_year = $2 and eligible_recipient_id is null and level_percent is not null
"""


def indicator_lines(partition: Partition, names: Mapping[str, str]) -> tuple[IndicatorLine, ...]:
    """Return the indicators of everybody: the grantee's line before those of its institutions, by indicator."""
    has_levels = partition.has("mart.level_test")
    levels = {row["indicator_code"]: row for row in partition.rows(_LEVELS)} if has_levels else {}
    return tuple(_line(row, names, levels) for row in partition.rows(EVERYBODY))


def _line(row: Mapping[str, Any], names: Mapping[str, str], levels: Mapping[str, Mapping[str, Any]]) -> IndicatorLine:
    code, institution_id = row["indicator_code"], row["institution_id"]
    lowest, highest = bounds(row)
    level = None if institution_id else levels.get(code)
    interval = wilson_interval(lowest.numerator or 0, lowest.denominator or 0) if lowest else None
    return IndicatorLine(
        indicator_code=code,
        name=NAMES.get(code, code),
        institution_id=institution_id,
        institution_name=names.get(institution_id, institution_id) if institution_id else "",
        cohort_program_year=row["cohort_program_year"] or "",
        outcome_window_end=row["outcome_window_end"],
        status=row["status"],
        numerator_count=row["numerator_count"],
        denominator_count=row["denominator_count"],
        unknown_count=row["unknown_count"],
        lowest=lowest,
        highest=highest,
        interval=(round(interval[0], 6), round(interval[1], 6)) if interval else None,
        level_percent=_decimals(level["level_percent"]) if level else None,
        level_result=level["result"] if level else None,
    )


def _decimals(percent: Decimal) -> str:
    """Return a level with two decimals, or with the more that it has."""
    whole, _, decimals = f"{percent:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def bounds(row: Mapping[str, Any]) -> tuple[Share | None, Share | None]:
    """Return the rate if none of the unknown succeeded and if all of them did; nothing unless it was computed."""
    numerator, denominator, unknown = row["numerator_count"], row["denominator_count"], row["unknown_count"]
    if row["status"] != "computed" or not denominator or numerator is None:
        return None, None
    return Share(numerator, denominator), Share(numerator + (unknown or 0), denominator)
