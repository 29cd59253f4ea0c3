"""Years put together: sums of an indicator's yearly counts, for groups too small to be told year by year.

A person may stand in two years and counts in each: a pooled count is the sum of yearly counts by what it is, so the
years partition it exactly, whoever the persons are. Whether a pooled count can be told is decided by who protects.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix, hstack, vstack

from pipelines.disclosure.gather.coding import coded, policies_for
from pipelines.disclosure.gather.facts import Facts, relations_of, sums
from pipelines.disclosure.gather.gathered import Gathered, as_frame, as_gathered
from pipelines.disclosure.gather.order import codes_of, ordered
from pipelines.disclosure.gather.plan import KEYS, POOLED_YEARS, SPAN
from pipelines.disclosure.problem import NO_LIMIT, Flags, Problem, Relations

_PLACE = [key for key in KEYS if key != "program_year"]
_GROUP = [key for key in _PLACE if key != "count_code"]
_KINDS = ["denominator", "numerator", "other"]


def pooled(gathered: Gathered, is_withheld: Flags) -> Gathered:
    """Return the same cells, their decisions fixed, and behind them sums of years where a yearly count is withheld.

    The codes of yearly counts have become bounds of theirs (``problem.with_codes``).
    ``is_withheld`` has an entry a cell: what was decided. What is shown by it is known now, what is withheld stays so;
    protecting the answer decides the sums alone. Without any such sum the cells come back as they are, decided.
    """
    frame = as_frame(gathered)
    decided = _decided(gathered.problem, is_withheld)
    wanted = _wanted(frame, is_withheld | gathered.problem.must_hide)
    if wanted.is_empty():
        return Gathered(gathered.keys, decided)
    rows, facts = summed(frame, wanted)
    numbers = pl.int_range(frame.height, frame.height + rows.height, dtype=pl.Int64).alias("cell")
    rows = rows.with_columns(numbers)
    grantee_id = str(frame["grantee_id"][0])
    cells = coded(rows, policies_for(grantee_id, rows["program_year"].unique().sort().to_list()))
    cells = cells.with_columns(is_known=pl.lit(value=False), lowest=pl.lit(0, pl.Int64), highest=pl.lit(NO_LIMIT))
    cells = ordered(pl.concat([frame, cells], how="diagonal_relaxed"))[frame.height :]
    return _behind(Gathered(gathered.keys, decided), cells, facts)


def summed(cells: pl.DataFrame, wanted: pl.DataFrame) -> tuple[pl.DataFrame, Facts]:
    """Return a cell for each wanted sum of years (``_PLACE``, first, last), and that it is their sum.

    The cells come in the order of ``KEYS`` and are numbered behind ``cells``; the years in between count, too.
    """
    spans = wanted.with_columns((pl.col("first") + SPAN + pl.col("last")).alias("span"))
    yearly = cells.filter(~pl.col("program_year").str.contains(SPAN, literal=True))
    within = (pl.col("program_year") >= pl.col("first")) & (pl.col("program_year") <= pl.col("last"))
    parts = yearly.join(spans, on=_PLACE, how="inner", nulls_equal=True, maintain_order="left").filter(within)
    rows = parts.group_by("span", *_PLACE).agg(
        pl.col("count").sum(), pl.col("indicator").first(), pl.col("kind").first(), pl.col("role").first()
    )
    rows = rows.rename({"span": "program_year"}).with_columns(pl.col("program_year").alias("cohort_year")).sort(KEYS)
    rows = rows.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("cell") + cells.height)
    totals = rows.select(*_PLACE, pl.col("program_year").alias("span"), pl.col("cell").alias("total"))
    linked = parts.join(totals, on=[*_PLACE, "span"], nulls_equal=True, maintain_order="left")
    return rows, sums(linked.select("total", "cell"))


def _wanted(frame: pl.DataFrame, is_withheld: Flags) -> pl.DataFrame:
    """Return the sums to try: (``_PLACE``, first, last) of places and single dimensions with a withheld rate."""
    dimension = pl.col("subgroup_dimension")
    is_single = ~dimension.str.contains("*", literal=True) & pl.col("cip_code").is_null()
    is_yearly = ~pl.col("program_year").str.contains(SPAN, literal=True)
    cells = frame.with_columns(pl.Series("is_withheld", is_withheld)).filter(
        pl.col("indicator").is_not_null() & is_single & is_yearly & pl.col("kind").is_in(_KINDS)
    )
    cells = cells.join(_last_years(cells), on=["indicator", "program_year"])
    numerators = cells.filter(pl.col("kind") == "numerator")
    groups = [*_GROUP, "indicator"]
    # One year is no sum, and where every year is told the sum is, too.
    told = cells.filter(pl.col("role") == "written").group_by(groups).agg(pl.col("is_withheld").any())
    several = numerators.group_by(groups).agg(pl.len().alias("years")).filter(pl.col("years") > 1)
    worth = several.join(told.filter("is_withheld"), on=groups, how="semi", nulls_equal=True)
    have = frame.filter(~is_yearly).select(*_PLACE, pl.col("program_year").alias("span"))
    found = cells.join(worth, on=groups, how="semi", nulls_equal=True).select(*_PLACE, "first", "last").unique()
    found = found.with_columns((pl.col("first") + SPAN + pl.col("last")).alias("span"))
    return found.join(have, on=[*_PLACE, "span"], how="anti", nulls_equal=True).drop("span").sort(_PLACE)


def _last_years(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the last years in which an indicator has numerators: indicator, program_year, first, last."""
    years = cells.filter(pl.col("kind") == "numerator").select("indicator", "program_year").unique()
    last = years.sort("indicator", "program_year").group_by("indicator", maintain_order=True).tail(POOLED_YEARS)
    ends = (pl.col("program_year").min().over("indicator").alias("first"),
            pl.col("program_year").max().over("indicator").alias("last"))  # fmt: skip
    return last.with_columns(*ends)


def _decided(problem: Problem, is_withheld: Flags) -> Problem:
    stays = is_withheld | problem.must_hide
    return replace(problem, is_known=problem.is_known | (problem.is_published & ~stays), must_hide=stays)


def _behind(gathered: Gathered, cells: pl.DataFrame, facts: Facts) -> Gathered:
    """Return the gathered cells with further ones behind them, and the facts that tie both."""
    new = as_gathered(cells, Relations(csr_matrix((0, cells.height), dtype=np.int64), *_no_bounds()))
    old, added = gathered.problem, new.problem
    tied = relations_of(facts, old.count.size + cells.height)
    room = csr_matrix((old.relations.matrix.shape[0], cells.height), dtype=np.int64)
    relations = Relations(
        csr_matrix(vstack([hstack([old.relations.matrix, room]), tied.matrix])),
        np.concatenate([old.relations.lowest, tied.lowest]),
        np.concatenate([old.relations.highest, tied.highest]),
    )
    each = {
        name: np.concatenate([getattr(old, name), getattr(added, name)])
        for name in ("count", "width", "is_sensitive", "is_published", "must_hide", "is_known", "weight", "lowest",
                     "highest", "block", "place", "hides")
    }  # fmt: skip
    return Gathered(
        pl.concat([gathered.keys, new.keys]), Problem(**each, relations=relations, codes=codes_of(cells))
    )  # fmt: skip


def _no_bounds() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
