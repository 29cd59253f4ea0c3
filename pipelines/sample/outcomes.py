"""What became of the leavers of a sample: credentials and placements, each in the program year in which it is known.

A frame of leavers has a row a person with exit date, exit reason, exit year and the draws of ``sample.records``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from pipelines.sample.studies import COMPLETED

_LEVELS = {
    "01": "Certificate", "02": "Certificate", "03": "Associate in Applied Science", "04": "Diploma",
    "05": "Bachelor of Applied Science", "noncredit": "Noncredit Certificate",
}  # fmt: skip
# Status, the source that knows it, and per mille of the leavers who were looked for; skill moves between the first two.
_PLACEMENTS = (
    ("employment", "wage_record", 590), ("not_engaged", "wage_record", 130),
    ("postsecondary_education", "clearinghouse", 130), ("advanced_training", "administrative", 20),
    ("military", "administrative", 15), ("national_service", "administrative", 5), ("unknown", "wage_record", 55),
    ("employment", "survey", 35), ("unknown", "survey", 10),
)  # fmt: skip
_AWARDED, _AWARDED_LATE, _CERTIFIED, _LOOKED_FOR = 0.80, 0.90, 0.25, 0.97  # shares; 0.90 includes those before
_PER_SKILL = 600  # per mille of employment gained per unit of skill above 0.85
_COLUMNS = (
    "institution_id", "student_id", "program_id", "credential_type", "credential_title", "award_level_code",
    "award_date", "evidence_source",
)  # fmt: skip


def credentials(leavers: pl.DataFrame, start_year: int) -> pl.DataFrame:
    """Return the awards of a program year: of its own completers, and late ones of the year before."""
    completers = leavers.filter(pl.col("exit_reason") == COMPLETED)
    now = completers.filter(pl.col("exit_year") == start_year)
    before = completers.filter(pl.col("exit_year") == start_year - 1)
    own = now.filter(pl.col("award_draw") < _AWARDED)
    certified = now.filter(pl.col("second_award_draw") < _CERTIFIED)
    late = before.filter(pl.col("award_draw").is_between(_AWARDED, _AWARDED_LATE))
    end = pl.lit(date(start_year + 1, 6, 30))
    soon = pl.min_horizontal(pl.col("exit_date") + _days(10), end)
    next_summer = _industry(pl.lit(date(start_year, 7, 8)) + _days(25))
    industry = _industry(pl.min_horizontal(pl.col("exit_date") + _days(18), end))
    return pl.concat([
        own.with_columns(_kind(), _title(), soon.alias("award_date"), _text("award_record", "evidence_source")),
        certified.with_columns(*industry, _text("self_report", "evidence_source")),
        late.with_columns(*next_summer, _text("issuer_verified", "evidence_source")),
    ], how="diagonal_relaxed").select(_COLUMNS)  # fmt: skip


def _days(most: int) -> pl.Expr:
    return pl.duration(days=(pl.col("delay_draw") * most).floor().cast(pl.Int64))


def _text(value: str, name: str) -> pl.Expr:
    return pl.lit(value).alias(name)


def _kind() -> pl.Expr:
    is_degree = pl.col("award_level_code").is_in(["03", "05"])
    return pl.when(is_degree).then(pl.lit("degree")).otherwise(pl.lit("certificate")).alias("credential_type")


def _title() -> pl.Expr:
    level = pl.col("award_level_code").replace_strict(_LEVELS)
    return pl.format("{}, {}", level, "program_name").alias("credential_title")


def _industry(day: pl.Expr) -> list[pl.Expr]:
    title = pl.format("Industry certification, {}", "program_name").alias("credential_title")
    none = pl.lit(None, pl.String).alias("award_level_code")
    return [_text("industry_certification", "credential_type"), title, none, day.alias("award_date")]


def placements(leavers: pl.DataFrame, start_year: int) -> pl.DataFrame:
    """Return what was found in the second quarter after exit, where that quarter lies in the program year.

    Looked for are completers and concentrators; of a few there is no record at all.
    """
    is_looked_for = (pl.col("exit_reason") == COMPLETED) | (pl.col("reported_concentrator_status") == "yes")
    quarter = pl.col("exit_date").dt.year() * 4 + pl.col("exit_date").dt.quarter() + 1  # two later, counted from 0
    found = leavers.filter(is_looked_for, pl.col("exit_reason") != "deceased", pl.col("source_draw") < _LOOKED_FOR)
    first = start_year * 4 + 2  # July to September
    in_year = found.with_columns(quarter=quarter).filter(pl.col("quarter").is_between(first, first + 3))
    return in_year.with_columns(
        pl.format("{}Q{}", pl.col("quarter") // 4, pl.col("quarter") % 4 + 1).alias("reference_quarter"),
        _drawn(0).alias("placement_status"), _drawn(1).alias("placement_source"),
    )  # fmt: skip


def _drawn(part: int) -> pl.Expr:
    """Return the status (0) or the source (1) that a leaver's draw falls to."""
    shift = ((pl.col("skill") - 0.85) * _PER_SKILL).clip(-120, 120)
    draw, edge = pl.col("placement_draw") * sum(share for *_, share in _PLACEMENTS), pl.lit(0.0)
    chain: Any = pl
    for number, choice in enumerate(_PLACEMENTS):
        edge = edge + choice[2] + (shift if number == 0 else -shift if number == 1 else 0)
        chain = chain.when(draw < edge).then(pl.lit(choice[part]))
    drawn: pl.Expr = chain.otherwise(pl.lit(_PLACEMENTS[-1][part]))
    return drawn
