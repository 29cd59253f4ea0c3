"""The 100 rules as Polars expressions, for peers on Polars that have no form of their own for a rule."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.judging.checks import Check


def frame(folder: Path) -> pl.DataFrame:
    """Read the file that is judged."""
    return pl.read_parquet(folder / "record.parquet")


def passes(check: Check, folder: Path) -> pl.Expr:
    """Return an expression that is true where a row passes or is not judged; never null."""
    holds = _holds(check, folder)
    judged = pl.lit(True)
    if check.kind not in ("not_null", "null"):
        judged = pl.all_horizontal(pl.col(name).is_not_null() for name in check.columns)
    if check.population is not None:
        judged = judged & population(check)
    return holds.fill_null(value=True) | ~judged.fill_null(value=False)


def population(check: Check) -> pl.Expr:
    """Return an expression that is true for the rows that a check speaks of."""
    name, values = check.population or ("", ())
    return pl.col(name).is_in(values)


def _holds(check: Check, folder: Path) -> pl.Expr:
    column, argument = pl.col(check.columns[0]), check.argument
    match check.kind:
        case "not_null":
            holds = column.is_not_null()
        case "null":
            holds = column.is_null()
        case "in_set":
            holds = column.is_in(argument)
        case "regex":
            holds = column.str.contains(argument)
        case "between":
            holds = column.is_between(*argument) if argument[1] is not None else column >= argument[0]
        case "length":
            holds = column.str.len_chars().is_between(*argument)
        case _:
            holds = _of_several(check, folder)
    return holds


def _of_several(check: Check, folder: Path) -> pl.Expr:
    match check.kind:
        case "at_least":
            return pl.col(check.columns[0]) >= pl.col(check.columns[1])
        case "satisfies":
            return pl.sql_expr(check.argument)
        case "unique":
            return pl.struct(check.columns).is_unique()
    table, others = check.argument
    known = pl.read_parquet(folder / f"{table}.parquet").select(others).unique()
    if len(others) == 1:
        return pl.col(check.columns[0]).is_in(known.to_series().implode())
    return pl.struct(check.columns).is_in(known.to_struct().implode())
