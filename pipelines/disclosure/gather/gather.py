"""All that a release of one grantee would say, and all that hangs together with it, as one problem."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from pipelines.disclosure.gather import earlier as past
from pipelines.disclosure.gather import links
from pipelines.disclosure.gather.cells import derived_cells, in_order, with_kinds, written_cells
from pipelines.disclosure.gather.coding import coded, policies_for
from pipelines.disclosure.gather.facts import Facts, caps, nothing_by, only, relations_of, satisfied, together
from pipelines.disclosure.gather.gathered import Gathered, as_gathered
from pipelines.disclosure.gather.order import ordered
from pipelines.disclosure.gather.plan import SPAN
from pipelines.disclosure.gather.public import award_caps, no_wider_than_public
from pipelines.disclosure.gather.relations import dimension_facts, indicator_facts, pair_facts, place_facts
from pipelines.disclosure.problem import Relations

Pairs = list[tuple[tuple[str, str], tuple[str, str]]]


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
    cells, of_spans = past.with_spans(cells, before)
    policies = policies_for(grantee_id, {*cells["program_year"], *before["program_year"]})
    cells = past.marked(coded(cells, policies), before)
    yearly = cells.filter(~pl.col("program_year").str.contains(SPAN, literal=True))
    pairs = links.inclusions(yearly)
    capped = award_caps(connection, grantee_id, yearly)
    facts = [*_facts(connection, grantee_id, yearly, pairs), caps(capped), of_spans]
    relations = relations_of(together(facts), cells.height)
    relations = only(relations, satisfied(relations, cells["count"].to_numpy()))
    cells = past.narrowed(cells, before, policies)
    cells = _known_by_definition(no_wider_than_public(cells, relations, capped), relations)
    cells = ordered(cells)
    return as_gathered(cells, past.tightened(relations, cells, before))


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


def _known_by_definition(cells: pl.DataFrame, relations: Relations) -> pl.DataFrame:
    """Return cells in which what 3P1 cannot count is known to be 0, and no secret; so is what is made of these alone.

    Where nobody of a place is prepared for a nontraditional field, its numerators are 0 by what 3P1 counts.
    """
    is_known = pl.col("cell").is_in(links.nontraditional_cells(cells).implode())
    is_nothing = pl.Series(nothing_by(relations, cells.select(is_known).to_series().to_numpy()))
    return cells.with_columns(
        (pl.col("is_known") | is_nothing).alias("is_known"),
        (pl.col("is_sensitive") & ~is_nothing).alias("is_sensitive"),
        pl.when(is_nothing).then(0).otherwise(pl.col("width")).alias("width"),
    )


def _facts(connection: duckdb.DuckDBPyConnection, grantee_id: str, cells: pl.DataFrame, pairs: Pairs) -> list[Facts]:
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
    ]
