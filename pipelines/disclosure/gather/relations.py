"""How the cells of one release hang together: dimensions, pairs, programs, places, and the counts of one indicator.

What further tables tell (which program is of which cluster, which counts include one another) stands in ``links``.
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.gather.facts import Facts, at_most, sums
from pipelines.disclosure.gather.plan import STUDENT_COUNTS
from pipelines.disclosure.problem import NO_LIMIT
from pipelines.measures.dimensions import ALL

_CELL = ["grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension",
         "subgroup_code"]  # fmt: skip
_SPLITS = (
    ("denominator", ("numerator", "other")), ("other", ("failure", "unknown")), ("denominator", ("known", "unknown")),
)  # fmt: skip


def parts_of(cells: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """Return (total, cell) for children whose columns of ``plan.KEYS`` name their total, and ``cell`` themselves."""
    totals = cells.select(*_CELL, pl.col("cell").alias("total"))
    found = children.select(*_CELL, "cell", *([c for c in ("kind", "margin", "by") if c in children.columns]))
    return found.join(totals, on=_CELL, how="inner", nulls_equal=True, maintain_order="left")


def within(parts: pl.DataFrame) -> Facts:
    """Return that parts of sets that overlap are at most the whole, where that follows from what is counted.

    Who succeeds in a part succeeds in the whole. Who does not may do so in another part and is then nobody of no
    success in the whole: of such counts only the sum of parts is bounded.
    """
    return at_most(parts.filter(pl.col("kind").is_in([*STUDENT_COUNTS, "denominator", "numerator"])))


def overlapping(parts: pl.DataFrame) -> list[Facts]:
    """Return the facts of parts that overlap: each is at most the whole (``within``), and all together at least."""
    return [within(parts), sums(parts, lowest=-NO_LIMIT)]


def dimension_facts(cells: pl.DataFrame, margins: pl.DataFrame) -> list[Facts]:
    """Return that the parts of each dimension make up everybody, or cover them (margins: dimension, margin)."""
    single = ~pl.col("subgroup_dimension").str.contains("*", literal=True) & (pl.col("subgroup_dimension") != ALL)
    children = cells.filter(single).join(margins, left_on="subgroup_dimension", right_on="dimension", how="left")
    found = children.with_columns(pl.col("subgroup_dimension").alias("by"))
    up = found.with_columns(pl.lit(ALL).alias("subgroup_dimension"), pl.lit(ALL).alias("subgroup_code"))
    return [fact for _, parts in parts_of(cells, up).group_by("by", maintain_order=True) for fact in _by_margin(parts)]


def pair_facts(cells: pl.DataFrame, margins: pl.DataFrame) -> list[Facts]:
    """Return that the cells of a pair make up, or cover, the cells of each of its two dimensions."""
    pairs = cells.filter(pl.col("subgroup_dimension").str.contains("*", literal=True))
    names = pairs.with_columns(
        pl.col("subgroup_dimension").str.split("*").alias("dimensions"),
        pl.col("subgroup_code").str.split("*").alias("codes"),
    )
    found = []
    for kept, summed in ((0, 1), (1, 0)):
        up = names.with_columns(
            pl.col("dimensions").list.get(kept).alias("subgroup_dimension"),
            pl.col("codes").list.get(kept).alias("subgroup_code"),
            pl.col("dimensions").list.get(summed).alias("summed"),
            pl.col("subgroup_dimension").alias("by"),
        ).join(margins, left_on="summed", right_on="dimension", how="left")
        parts = parts_of(cells, up)
        found += [fact for _, one in parts.group_by("by", maintain_order=True) for fact in _by_margin(one)]
    return found


def place_facts(cells: pl.DataFrame) -> list[Facts]:
    """Return that institutions cover the grantee, in every cell, and programs cover their place."""
    of_institutions = cells.filter(pl.col("institution_id").is_not_null())
    of_programs = cells.filter(pl.col("cip_code").is_not_null())
    null = pl.lit(None, pl.String)
    places = parts_of(cells, of_institutions.with_columns(null.alias("institution_id")))
    programs = parts_of(cells, of_programs.with_columns(null.alias("cip_code")))
    return [*overlapping(places), *overlapping(programs)]


def indicator_facts(cells: pl.DataFrame) -> list[Facts]:
    """Return denominator = numerator + other, other = failure + unknown, denominator = known + unknown."""
    found = []
    splits = (
        ("denominator", ("numerator", "other")),
        ("other", ("failure", "unknown")),
        ("denominator", ("known", "unknown")),
    )
    for whole, parts in splits:
        children = cells.filter(pl.col("kind").is_in(parts))
        up = children.with_columns((pl.lit(f"{whole}_") + pl.col("indicator")).alias("count_code"))
        pairs = parts_of(cells, up)
        # Where one of the parts cannot be told, the other says nothing of the whole.
        found.append(sums(pairs.filter(pl.len().over("total") == len(parts))))
    return found


def _by_margin(parts: pl.DataFrame) -> list[Facts]:
    """Return the facts of parts by how they sum: partitions are equalities. Parts of no margin say nothing."""
    of = {kind: parts.filter(pl.col("margin") == kind) for kind in ("partition", "cover")}
    return [sums(of["partition"]), *overlapping(of["cover"])]
