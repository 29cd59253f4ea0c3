"""The rows that a release leaves in ``quality.release_cell``: a pure function of cells and decisions."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.disclosure.problem import Flags
from pipelines.disclosure.release.rooms import KEYS, Gathered

WITHHELD = "withheld"
_PAIR = ("numerator_", "denominator_")


def cell_rows(gathered: Gathered, is_withheld: Flags) -> pl.DataFrame:
    """Return a row a cell with the columns of ``quality.release_cell``, apart from release_id and the proof.

    A numerator whose denominator is withheld tells nothing by its code: it is withheld without one.
    """
    problem = gathered.problem
    cells = gathered.keys.select(*KEYS, "count", "role", "threshold", "code").with_columns(
        pl.Series("width", problem.width),
        pl.Series("is_sensitive", problem.is_sensitive),
        pl.Series("is_withheld", is_withheld | problem.must_hide) & (pl.col("role") == "written"),
        pl.Series("is_published", problem.is_published),
    )
    groups = cells.filter(pl.col("count_code").str.starts_with(_PAIR[1]) & pl.col("is_withheld")).select(
        pl.col("count_code").str.replace(*reversed(_PAIR)), *(key for key in KEYS if key != "count_code")
    )
    hidden = groups.with_columns(has_no_group=pl.lit(True)).unique()
    code = pl.when("is_withheld").then(
        pl.when(pl.col("has_no_group").is_not_null()).then(pl.lit(WITHHELD)).otherwise(
            pl.col("code").fill_null(WITHHELD)
        )
    )  # fmt: skip
    return cells.join(hidden, on=KEYS, how="left", nulls_equal=True, maintain_order="left").select(
        *KEYS, "count", "role", "threshold", "width", "is_sensitive",
        is_shown=~pl.col("is_withheld") & pl.col("is_published") & (pl.col("role") == "written"),
        code=code,
    )  # fmt: skip


def of_years(cells: pl.DataFrame, years: Sequence[str]) -> pl.DataFrame:
    """Return the cells that a release of these years writes: their own, and sums over years that take one of them in.

    Program years sort as text, and so do the ends of a span ('2021-22 to 2023-24').
    """
    first, last = pl.col("program_year").str.slice(0, 7), pl.col("program_year").str.slice(-7)
    return cells.filter(pl.any_horizontal(*((first <= year) & (last >= year) for year in years)))


def counts_of(cells: pl.DataFrame) -> dict[str, int]:
    """Return how many cells there are, are sensitive, shown, coded and withheld; derived ones only among sensitive."""
    written = cells.filter(pl.col("role") == "written")
    code = written["code"].fill_null("")
    return {
        "cell_count": written.height,
        "sensitive_count": int(cells["is_sensitive"].sum()),
        "shown_count": int(written["is_shown"].sum()),
        "coded_count": int(code.str.starts_with("at_").sum()),
        "withheld_count": int((code == WITHHELD).sum()),
    }
