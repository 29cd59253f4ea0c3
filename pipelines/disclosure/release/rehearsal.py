"""What a rehearsal leaves on disk: each withheld cell and why, for whoever answers for the release. It never leaves.

Two files a grantee below ``releases/dry-run``, of mode 0600; the next rehearsal writes them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.disclosure.release.one import Ended
from pipelines.disclosure.release.rooms import KEYS
from pipelines.disclosure.release.rows import WITHHELD
from pipelines.disclosure.release.words import lines_of, table_lines
from pipelines.home import make_private, write_private

FOLDER = Path("releases", "dry-run")
_HEAD = (
    "RESTRICTED: this tells which counts are withheld for themselves and which to protect others. Never pass it on.",
    "A rehearsal: nothing was released.",
)
_FICTION = "FICTIONAL: every record behind these counts is invented."


def write_rehearsal(home: Path, ended: Ended, *, is_sample: bool) -> Sequence[Path]:
    """Write both files of a grantee and return where they lie."""
    make_private(home / FOLDER.parts[0])
    folder = make_private(home / FOLDER)
    table, text = folder / f"{ended.grantee_id}.csv", folder / f"{ended.grantee_id}.txt"
    lines = [*([_FICTION] if is_sample else []), *_HEAD, "", *lines_of(ended, is_rehearsal=True)]
    if ended.proof is not None and not ended.proof.is_safe:
        lines += ["", f"The attack got through: {ended.proof.reason}"]
    if ended.cells.height:
        lines += ["", "By kind of count:", *table_lines(ended.cells)]
    write_private(text, ("\n".join(lines) + "\n").encode())
    rows = withheld_cells(ended) if ended.cells.height else pl.DataFrame({key: [] for key in (*KEYS, "why")})
    write_private(table, rows.write_csv().encode())
    return table, text


def withheld_cells(ended: Ended) -> pl.DataFrame:
    """Return the cells that are not shown as numbers, with the count and why; ``proved`` where the attack did."""
    cells = ended.cells.filter(pl.col("code").is_not_null())
    proof = ended.proof.frame.select(*KEYS, "lowest", "highest") if ended.proof else None
    if proof is not None:
        cells = cells.join(proof, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    return cells.with_columns(why=_why()).drop("role", "is_shown").sort(KEYS, nulls_last=False)


def _why() -> pl.Expr:
    is_small = pl.col("is_sensitive") & (pl.col("count") > 0) & (pl.col("count") < pl.col("threshold"))
    return (
        pl.when(pl.col("code") != WITHHELD).then(pl.lit("top or bottom coded"))
        .when(is_small).then(pl.lit("under the threshold"))
        .when(pl.col("is_sensitive")).then(pl.lit("nobody or everybody of the group"))
        .otherwise(pl.lit("protects others, or its group's size is withheld"))
    )  # fmt: skip
