"""What the unknown leave possible of each gap: unknown outcomes, and persons whose subgroup is not known."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.measures.dimensions import UNKNOWN
from pipelines.measures.gaps.cells import PLACE
from pipelines.measures.gaps.exact import Limits, Members, choose, limits, wide_limits

_PARTS = ("met", "not_met", "unknown")
_ABOVE = ("program_year", "indicator_code", "institution")  # the place, all programs


def worst_case(cells: pl.DataFrame, computed: pl.DataFrame) -> Limits:
    """Return the limits of the gaps of ``computed``, a part of ``cells`` with counts, in its order.

    Exact for the subgroups of persons (single and pairs). Never too narrow, but not always reachable, for programs,
    clusters, award levels and recipients, of which a person may have several, and where somebody's own is not known.
    """
    counted = cells.filter(pl.col("numerator_count").is_not_null()).with_columns(*_parts(""))
    frame = computed.with_columns(*_parts(""), *_parts("reference_"))
    maybe, growth = _maybe(frame, counted), _growth(frame, counted)
    group, reference = _members(frame), _members(frame, "reference_")
    is_exact = (growth.count == 0) & frame["kind"].is_in(("single", "pair", "context_pair")).to_numpy()
    return choose(is_exact, limits(group, maybe, reference), wide_limits(group, maybe, reference, growth))


def _parts(prefix: str) -> list[pl.Expr]:
    met, count, unknown = (pl.col(f"{prefix}{n}_count") for n in ("numerator", "denominator", "unknown"))
    values = {"met": met, "not_met": count - met - unknown, "unknown": unknown}
    return [values[part].alias(f"{prefix}{part}") for part in _PARTS]


def _members(frame: pl.DataFrame, prefix: str = "") -> Members:
    return Members(*(frame[f"{prefix}{part}"].to_numpy() for part in _PARTS))


def _maybe(frame: pl.DataFrame, cells: pl.DataFrame) -> Members:
    """Return those outside each group who may belong to it: no known part of their own code contradicts the group's.

    In a program's cells these are, too, persons whose program is not known.
    """
    has_two, state_1, state_2 = pl.col("dimension_2") != "", pl.col("is_state_1"), pl.col("is_state_2")
    in_place, above = [*PLACE, "subgroup_dimension"], [*_ABOVE, "subgroup_dimension"]
    of_no_program = cells.filter(pl.col("cip") == UNKNOWN)
    in_programs = frame.with_columns(pl.when(pl.col("cip") != "").then(pl.lit(UNKNOWN)).alias("any_cip"))
    no_program_keys = [*above, "any_cip"]
    of_no_program = of_no_program.with_columns(pl.lit(UNKNOWN).alias("any_cip"))
    found = [
        _sums(frame, cells.filter(has_two & state_2 & ~state_1), [*in_place, "code_1"]),
        _sums(frame, cells.filter(has_two & state_1 & ~state_2), [*in_place, "code_2"]),
        _sums(frame, cells.filter(state_1 & (state_2 | ~has_two)), in_place),
        _sums(in_programs, of_no_program.filter(~state_1), [*no_program_keys, "code_1"]),
        _sums(in_programs, of_no_program.filter(state_1), no_program_keys),
    ]
    return _added(found)


def _growth(frame: pl.DataFrame, cells: pl.DataFrame) -> Members:
    """Return those who may belong to each reference besides: of the unknown context, or of the unknown program."""
    contexts = cells.filter((pl.col("kind") == "context") & pl.col("is_state_1") & (pl.col("cip") == ""))
    programs = cells.filter((pl.col("kind") == "program") & (pl.col("cip") == UNKNOWN))
    of_contexts = contexts.select(*_ABOVE, *_PARTS, pl.col("subgroup_dimension").alias("reference_dimension"))
    in_program = (pl.col("kind") != "program") & (pl.col("cip") != "")
    of_programs = frame.with_columns(pl.when(in_program).then(pl.lit(UNKNOWN)).alias("any_cip"))
    return _added([
        _sums(frame, of_contexts, [*_ABOVE, "reference_dimension"]),
        _sums(of_programs, programs.with_columns(pl.lit(UNKNOWN).alias("any_cip")), [*_ABOVE, "any_cip"]),
    ])  # fmt: skip


def _sums(frame: pl.DataFrame, cells: pl.DataFrame, keys: Sequence[str]) -> Members:
    """Return the sums of the cells that share the keys with each row of the frame, 0 where none does."""
    sums = cells.group_by(keys).agg(pl.col(_PARTS).sum())
    joined = frame.select(keys).join(sums, on=list(keys), how="left", maintain_order="left")
    return _members(joined.with_columns(pl.col(_PARTS).fill_null(0)))


def _added(members: Sequence[Members]) -> Members:
    return Members(
        sum((one.met for one in members[1:]), members[0].met),
        sum((one.not_met for one in members[1:]), members[0].not_met),
        sum((one.unknown for one in members[1:]), members[0].unknown),
    )
