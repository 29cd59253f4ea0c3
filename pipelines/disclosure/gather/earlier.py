"""What earlier releases of a grantee have told, as facts on today's counts.

The attacker is taken to know by how much every count has changed since. So what was ever shown is known for good, a
cell that was to stay uncertain then is still, and every bound that held then holds now, moved by the change. Of a cell
that appears for the first time nothing is taken to be known.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import polars as pl

from pipelines.disclosure.gather.cells import with_kinds
from pipelines.disclosure.gather.coding import Policies, coded
from pipelines.disclosure.gather.facts import Facts, satisfied
from pipelines.disclosure.gather.plan import KEYS, SPAN
from pipelines.disclosure.gather.pooled import summed
from pipelines.disclosure.problem import NO_LIMIT, Counts, Relations

_SCHEMA = {**dict.fromkeys(("release_id", *KEYS), pl.String), "count": pl.Int64, "width": pl.Int64,
           "is_sensitive": pl.Boolean, "is_shown": pl.Boolean, "code": pl.String}  # fmt: skip
YEAR_LENGTH = len("2021-22")
_IS_THERE = "select count(*) from duckdb_tables() where schema_name = 'quality' and table_name = 'release'"


def oldest_first(connection: duckdb.DuckDBPyConnection, earlier: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return cells in the order of their releases by ``quality.release``; as they are where there is no such table."""
    if earlier is None or not connection.execute(_IS_THERE).fetchall()[0][0]:
        return earlier
    numbers = connection.sql("select release_id, max(number) as number from quality.release group by all").pl()
    found = earlier.join(numbers, on="release_id", how="left", maintain_order="left")
    return found.sort("number", maintain_order=True).drop("number")


def told(earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Return the cells of earlier releases that have a number behind them, in the order given: oldest first."""
    if earlier is None:
        return pl.DataFrame(schema={**_SCHEMA, "role": pl.String})
    kept = earlier.select(*(pl.col(name).cast(kind) for name, kind in _SCHEMA.items()),
                          *(["role"] if "role" in earlier.columns else []))  # fmt: skip
    if "role" not in kept.columns:
        is_derived = pl.col("count_code").str.contains("^(other|failure|known)_")
        kept = kept.with_columns(pl.when(is_derived).then(pl.lit("derived")).otherwise(pl.lit("written")).alias("role"))
    return kept.filter(pl.col("count").is_not_null())


def rows_that_stay(before: pl.DataFrame, cells: pl.DataFrame, years: Sequence[str]) -> pl.DataFrame:
    """Return the written cells that an earlier release had and that are not among ``cells`` (KEYS and count).

    Of a year that is released anew nobody is left in them: a row that vanished would tell. Of other years they stand
    as in their last release, which stays in force.
    """
    written = before.filter((pl.col("role") == "written") & ~pl.col("program_year").str.contains(SPAN, literal=True))
    last = written.group_by("program_year").agg(pl.col("release_id").last())
    is_asked = pl.col("program_year").is_in(list(years))
    stays = written.join(last, on=["program_year", "release_id"], how="semi").filter(~is_asked).select(*KEYS, "count")
    gone = written.filter(is_asked).select(KEYS).unique(maintain_order=True)
    gone = gone.join(cells, on=KEYS, how="anti", nulls_equal=True).with_columns(pl.lit(0, pl.Int64).alias("count"))
    return pl.concat([stays, gone])


def marked(cells: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return cells with is_known, and is_sensitive, must_hide and width also as they were in any earlier release."""
    ever = before.group_by(KEYS).agg(
        pl.col("is_shown").any().alias("was_shown"), pl.col("is_sensitive").any().alias("was_sensitive"),
        pl.col("width").fill_null(0).max().alias("was_width"),
    )  # fmt: skip
    found = cells.join(ever, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    was_shown, was_sensitive = (pl.col(name).fill_null(value=False) for name in ("was_shown", "was_sensitive"))
    is_asked = pl.col("is_asked")
    width = pl.when(was_sensitive).then(pl.max_horizontal("width", pl.col("was_width").fill_null(0)))
    return found.with_columns(
        was_shown.alias("is_known"),
        # A known code hides nothing new, but a year that is not released anew shows no more than it did.
        (pl.col("must_hide") | was_sensitive | (~is_asked & ~was_shown)).alias("must_hide"),
        (pl.col("is_sensitive") | was_sensitive).alias("is_sensitive"),
        width.otherwise(pl.col("width")).alias("width"),
    ).drop("was_shown", "was_sensitive", "was_width")


def tightened(relations: Relations, cells: pl.DataFrame, before: pl.DataFrame) -> Relations:
    """Return relations whose bounds also say what held of earlier counts, moved by the change since."""
    count = cells["count"].to_numpy()
    lowest, highest = relations.lowest.copy(), relations.highest.copy()
    for (_,), one in before.group_by("release_id", maintain_order=True):
        then, is_there = counts_then(cells, one)
        moved = relations.matrix @ (count - then)
        outside = abs(relations.matrix) @ (~is_there).astype(np.int64) > 0
        holds = satisfied(relations, then) & ~outside
        has_lowest, has_highest = holds & (relations.lowest > -NO_LIMIT), holds & (relations.highest < NO_LIMIT)
        lowest = np.where(has_lowest, np.maximum(lowest, relations.lowest + moved), lowest)
        highest = np.where(has_highest, np.minimum(highest, relations.highest + moved), highest)
    return Relations(relations.matrix, lowest, highest)


def with_spans(cells: pl.DataFrame, before: pl.DataFrame) -> tuple[pl.DataFrame, Facts]:
    """Return cells and, behind them, the sums of years that have left, as their years count now; and that they are."""
    is_span = pl.col("program_year").str.contains(SPAN, literal=True)
    wanted = before.filter(is_span).select(
        *(key for key in KEYS if key != "program_year"),
        pl.col("program_year").str.slice(0, YEAR_LENGTH).alias("first"),
        pl.col("program_year").str.slice(-YEAR_LENGTH).alias("last"),
    ).unique(maintain_order=True)  # fmt: skip
    rows, facts = summed(cells, wanted)
    rows = rows.with_columns(pl.lit(value=True).alias("is_asked"))
    return pl.concat([cells, rows.select(cells.columns)]), facts


def narrowed(cells: pl.DataFrame, before: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Return cells with lowest and highest: what the codes of earlier releases said, moved by the change since.

    A numerator that was not shown lay where its code said, or between the codes.
    """
    count = cells["count"].to_numpy()
    lowest, highest = np.zeros(cells.height, dtype=np.int64), np.full(cells.height, NO_LIMIT)
    for _, one in before.group_by("release_id", maintain_order=True):
        said = coded(with_kinds(one.select(*KEYS, "count", "is_shown")), policies)
        is_hidden = (pl.col("kind") == "numerator") & ~pl.col("is_shown") & pl.col("told_highest").is_not_null()
        limits = said.filter(is_hidden).select(*KEYS, lowest="told_lowest", highest="told_highest", then="count")
        found = cells.select(KEYS).join(limits, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
        is_told = found["then"].is_not_null().to_numpy()
        moved = count - found["then"].fill_null(0).to_numpy()
        lowest = np.where(is_told, np.maximum(lowest, found["lowest"].fill_null(0).to_numpy() + moved), lowest)
        highest = np.where(is_told, np.minimum(highest, found["highest"].fill_null(0).to_numpy() + moved), highest)
    return cells.with_columns(pl.Series("lowest", lowest), pl.Series("highest", highest))


def counts_then(cells: pl.DataFrame, one: pl.DataFrame) -> tuple[Counts, np.ndarray]:
    """Return the counts of cells in one release, 0 where it had no row, and which cells are of a year that it had."""
    had = one.select(*KEYS, pl.col("count").alias("then"))
    found = cells.select(KEYS).join(had, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    is_there = cells["program_year"].is_in(one["program_year"].unique().implode()).to_numpy()
    return found["then"].fill_null(0).to_numpy(), is_there
