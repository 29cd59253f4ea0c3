"""How many persons count otherwise than in the release before: what decides whether a year is released anew.

Who holds two releases side by side sees what a correction moved; where it moved one student, he sees that student.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.disclosure.release.rooms import KEYS

_FAMILY = ("program_year", "count_code", "subgroup_dimension")


@dataclass(frozen=True)
class Change:
    """What changed in a year. ``touched`` is a lower bound on persons; ``has_new`` whether counts of a new kind came.

    ``institutions`` are those where fewer than asked for changed, but somebody did.
    """

    touched: int
    has_new: bool
    by_institution: dict[str, int]

    @property
    def is_nothing(self) -> bool:
        """Whether all counts are those of the release before."""
        return self.touched == 0 and not self.has_new


def change(now: pl.DataFrame, before: pl.DataFrame) -> Change:
    """Return what changed between two frames of cells of a year (the seven keys and ``count``).

    Parts that sum to a total change by the larger of what they gained and what they lost together; the largest of
    these over all totals, dimensions and places is the least number of persons who were touched. A kind of count
    (count and dimension) that only one of the two has is not compared.
    """
    kinds_now, kinds_before = (frame.select(_FAMILY).unique() for frame in (now, before))
    in_both = kinds_now.join(kinds_before, on=_FAMILY, how="semi")
    left, right = (_counts(frame, in_both, name) for frame, name in ((now, "now"), (before, "before")))
    moved = (
        left.join(right, on=KEYS, how="full", coalesce=True, nulls_equal=True)
        .with_columns(by=pl.col("now").fill_null(0) - pl.col("before").fill_null(0))
        .filter(pl.col("by") != 0)
        .group_by("count_code", "institution_id", "cip_code", "subgroup_dimension")
        .agg(up=pl.col("by").clip(lower_bound=0).sum(), down=-pl.col("by").clip(upper_bound=0).sum())
        .with_columns(touched=pl.max_horizontal("up", "down"))
    )
    own = moved.filter(pl.col("institution_id").is_not_null()).group_by("institution_id").agg(pl.col("touched").max())
    touched = moved["touched"].max()
    has_new = kinds_now.height > in_both.height
    return Change(int(touched) if isinstance(touched, int) else 0, has_new, dict(sorted(own.iter_rows())))


def _counts(frame: pl.DataFrame, kinds: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.join(kinds, on=_FAMILY, how="semi").select(*KEYS, pl.col("count").cast(pl.Int64).alias(name))
