"""Linear facts on cells while they are collected: frames of terms and bounds, joined and never looped over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags, Relations

_TERMS = {"fact": pl.Int64, "cell": pl.Int64, "coefficient": pl.Int64}
_BOUNDS = {"fact": pl.Int64, "lowest": pl.Int64, "highest": pl.Int64}


@dataclass(frozen=True)
class Facts:
    """Facts ``lowest <= sum of coefficient x count <= highest``.

    ``terms`` has fact, cell, coefficient; ``bounds`` has fact, lowest, highest. Facts are numbered from 0 within.
    """

    terms: pl.DataFrame
    bounds: pl.DataFrame


def sums(parts: pl.DataFrame, *, lowest: int = 0, highest: int = 0) -> Facts:
    """Return for each ``total`` of (total, cell): total - sum of its cells lies within the bounds."""
    totals = parts.select(pl.col("total").unique(maintain_order=True)).with_row_index("fact")
    totals = totals.with_columns(pl.col("fact").cast(pl.Int64))
    of_parts = parts.join(totals, on="total").select("fact", "cell", pl.lit(-1, pl.Int64).alias("coefficient"))
    of_totals = totals.select("fact", pl.col("total").alias("cell"), pl.lit(1, pl.Int64).alias("coefficient"))
    return Facts(pl.concat([of_totals, of_parts]), _bounds(totals["fact"], lowest, highest))


def at_most(parts: pl.DataFrame) -> Facts:
    """Return for each pair of (total, cell): the cell is at most the total."""
    pairs = parts.select("total", "cell").unique(maintain_order=True).with_row_index("fact")
    pairs = pairs.with_columns(pl.col("fact").cast(pl.Int64))
    of_parts = pairs.select("fact", "cell", pl.lit(1, pl.Int64).alias("coefficient"))
    of_totals = pairs.select("fact", pl.col("total").alias("cell"), pl.lit(-1, pl.Int64).alias("coefficient"))
    return Facts(pl.concat([of_totals, of_parts]), _bounds(pairs["fact"], -NO_LIMIT, 0))


def caps(cells: pl.DataFrame) -> Facts:
    """Return for each row of (cell, highest): the cell is at most that."""
    numbered = cells.with_row_index("fact").with_columns(pl.col("fact").cast(pl.Int64))
    terms = numbered.select("fact", "cell", pl.lit(1, pl.Int64).alias("coefficient"))
    return Facts(terms, numbered.select("fact", pl.lit(-NO_LIMIT, pl.Int64).alias("lowest"), "highest"))


def together(facts: Sequence[Facts]) -> Facts:
    """Return several collections as one, numbered anew."""
    terms, bounds, offset = [pl.DataFrame(schema=_TERMS)], [pl.DataFrame(schema=_BOUNDS)], 0
    for one in facts:
        terms.append(one.terms.select(pl.col("fact") + offset, "cell", "coefficient"))
        bounds.append(one.bounds.select(pl.col("fact") + offset, "lowest", "highest"))
        offset += one.bounds.height
    return Facts(pl.concat(terms), pl.concat(bounds))


def relations_of(facts: Facts, cell_count: int) -> Relations:
    """Return facts as a sparse matrix over all cells."""
    place = (facts.terms["fact"].to_numpy(), facts.terms["cell"].to_numpy())
    matrix = csr_matrix(
        (facts.terms["coefficient"].to_numpy(), place), shape=(facts.bounds.height, cell_count), dtype=np.int64
    )
    return Relations(matrix, facts.bounds["lowest"].to_numpy().copy(), facts.bounds["highest"].to_numpy().copy())


def satisfied(relations: Relations, counts: Counts) -> Flags:
    """Return which facts counts satisfy, in exact integers."""
    said = relations.matrix @ counts
    return np.asarray((said >= relations.lowest) & (said <= relations.highest), dtype=np.bool_)


def only(relations: Relations, kept: Flags) -> Relations:
    """Return the facts that are kept."""
    return Relations(csr_matrix(relations.matrix[kept]), relations.lowest[kept], relations.highest[kept])


def nothing_by(relations: Relations, nothing: Flags) -> Flags:
    """Return the cells that are 0 in every world because these are: sums and parts of nothing, again and again."""
    found = nothing.copy()
    sides = [(relations.matrix[relations.highest == 0], 1), (relations.matrix[relations.lowest == 0], -1)]
    while True:
        more = found.copy()
        for matrix, sign in sides:
            # What is at most a sum of nothing is nothing.
            least, most = (sign * matrix).minimum(0), (sign * matrix).maximum(0)
            is_nothing = abs(least) @ (~found).astype(np.int64) == 0
            more[most[is_nothing].indices] = True
        if np.array_equal(more, found):
            return found
        found = more


def _bounds(facts: pl.Series, lowest: int, highest: int) -> pl.DataFrame:
    return pl.DataFrame({"fact": facts}).with_columns(
        pl.lit(lowest, pl.Int64).alias("lowest"), pl.lit(highest, pl.Int64).alias("highest")
    )
