"""All that a release of one grantee would say, and all that hangs together with it, as one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from pipelines.disclosure.gather import earlier as past
from pipelines.disclosure.gather import links
from pipelines.disclosure.gather.cells import derived_cells, in_order, with_kinds, written_cells
from pipelines.disclosure.gather.coding import Policies, coded
from pipelines.disclosure.gather.facts import Facts, caps, only, relations_of, satisfied, together
from pipelines.disclosure.gather.order import hidden_with, staged
from pipelines.disclosure.gather.plan import INDICATORS, KEYS
from pipelines.disclosure.gather.public import award_caps, no_wider_than_public
from pipelines.disclosure.gather.relations import dimension_facts, indicator_facts, pair_facts, place_facts
from pipelines.disclosure.problem import Problem, Relations
from pipelines.grantee import grantee
from pipelines.suppression_policy import policy_of

Pairs = list[tuple[tuple[str, str], tuple[str, str]]]


@dataclass(frozen=True)
class Gathered:
    """The cells of a release and what is known of them.

    ``keys`` has a row a cell, in the order of the problem: the columns of ``plan.KEYS``, count, threshold, width, role
    (written or derived), code (of top and bottom coding, else null), indicator, kind and cohort_year.
    """

    keys: pl.DataFrame
    problem: Problem


def gather(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    program_years: Sequence[str],
    earlier: pl.DataFrame | None = None,
) -> Gathered:
    """Return the cells of a grantee's program years and how they hang together.

    ``earlier`` holds ``quality.release_cell`` of the grantee's releases, oldest first. Years that it has and that are
    not asked for are part of the question as they were released last. Raises ConfigurationError for an unknown grantee.
    """
    before = past.told(past.oldest_first(connection, earlier))
    cells = _cells(connection, grantee_id, program_years, before)
    policies = _policies(grantee_id, cells["program_year"].unique().sort().to_list())
    cells = past.marked(coded(cells, policies), before)
    pairs = links.inclusions(cells)
    capped = award_caps(connection, grantee_id, cells)
    facts = _facts(connection, grantee_id, cells, pairs, capped)
    count = cells["count"].to_numpy()
    relations = relations_of(together(facts), cells.height)
    relations = only(relations, satisfied(relations, count))
    cells = _known_by_definition(no_wider_than_public(cells, relations, capped))
    cells = staged(cells, [(a, b) for a, b in pairs if (b, a) in pairs])
    return as_gathered(cells, past.tightened(relations, cells, before))


def as_gathered(cells: pl.DataFrame, relations: Relations) -> Gathered:
    """Return cells with all their columns, and their relations, as a problem."""
    flag = lambda name: cells[name].to_numpy().astype(np.bool_)  # noqa: E731
    number = lambda name: cells[name].to_numpy().astype(np.int64)  # noqa: E731
    problem = Problem(
        count=number("count"), width=number("width"), is_sensitive=flag("is_sensitive"),
        is_published=(cells["role"] == "written").to_numpy(), must_hide=flag("must_hide"), is_known=flag("is_known"),
        weight=number("weight"), lowest=number("lowest"), highest=number("highest"),
        stage=number("stage").astype(np.int8), block=number("block").astype(np.int32), hides=hidden_with(cells),
        relations=relations,
    )  # fmt: skip
    return Gathered(cells.select(*KEYS, *_TOLD), problem)


_TOLD = ("count", "threshold", "width", "role", "code", "indicator", "kind", "cohort_year")


def unsatisfied(problem: Problem) -> np.ndarray:
    """Return the relations that the truth does not satisfy, by number; there must be none."""
    return np.flatnonzero(~satisfied(problem.relations, problem.count))


def _cells(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Sequence[str], before: pl.DataFrame
) -> pl.DataFrame:
    cohorts = connection.sql(
        "select distinct program_year, indicator_code as indicator, cohort_program_year as cohort from mart.indicator "
        "where grantee_id = ? and cohort_program_year is not null",
        params=[grantee_id],
    ).pl()
    written = written_cells(connection, grantee_id, years)
    stays = past.rows_that_stay(before, written, years)
    stays = with_kinds(stays).join(cohorts, on=["program_year", "indicator"], how="left")
    stays = stays.with_columns(pl.col("cohort").fill_null(pl.col("program_year")).alias("cohort_year"))
    written = with_kinds(written)
    cells = pl.concat([written, stays.select(written.columns)])
    cells = in_order(pl.concat([cells, derived_cells(cells)]))
    return cells.with_columns(pl.col("program_year").is_in(list(years)).alias("is_asked"))


def _known_by_definition(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells in which what 3P1 cannot count is known to be 0, and no secret."""
    is_known = pl.col("cell").is_in(links.nontraditional_cells(cells).implode())
    return cells.with_columns(
        (pl.col("is_known") | is_known).alias("is_known"),
        (pl.col("is_sensitive") & ~is_known).alias("is_sensitive"),
        pl.when(is_known).then(0).otherwise(pl.col("width")).alias("width"),
    )


def _policies(grantee_id: str, years: Sequence[str]) -> Policies:
    owner = grantee(grantee_id)
    return {(year, name): policy_of(owner, name or None, year) for year in years for name in ("", *INDICATORS)}


def _facts(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, cells: pl.DataFrame, pairs: Pairs, capped: pl.DataFrame
) -> list[Facts]:
    margins = connection.sql(
        "select distinct subgroup_dimension as dimension, margin from mart.margin where table_name = 'mart.indicator'"
    ).pl()
    return [
        *indicator_facts(cells),
        *dimension_facts(cells, margins),
        *pair_facts(cells, margins),
        *place_facts(cells),
        *links.cluster_facts(connection, grantee_id, cells),
        *links.recipient_facts(connection, grantee_id, cells),
        *links.inclusion_facts(cells, pairs),
        caps(capped),
    ]
