"""What IPEDS tells everybody: nobody completes a program without an award, and awards are counted in public.

Awards are at least the completers where the agency counts completers by awards; where any cell of an institution's year
says otherwise, its figures are of other persons and bound nothing.
"""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl

from pipelines.code_sets import code_set
from pipelines.disclosure.problem import NO_LIMIT, Relations
from pipelines.measures.dimensions import ALL

_RACES = tuple(code_set("race_ethnicity"))
_SEXES = ("male", "female")
_IS_THERE = """
select count(*) from duckdb_tables() where schema_name || '.' || table_name = 'reference.ipeds_completions'
"""
_AWARDS = """
with places as (
    select distinct program_year, institution_id, unitid from core.institution
    where grantee_id = ? and unitid is not null
)
select places.program_year, places.institution_id, awards.cip_code, {sums}
from reference.ipeds_completions as awards
inner join places using (program_year, unitid)
where not coalesce(awards.is_total, false)
group by all
"""


def award_caps(connection: duckdb.DuckDBPyConnection, grantee_id: str, cells: pl.DataFrame) -> pl.DataFrame:
    """Return (cell, highest): the awards of the institution to the same persons, for its counts of completers."""
    if not connection.execute(_IS_THERE).fetchall()[0][0]:
        return _NOTHING
    awards = _awards(connection, grantee_id)
    completers = cells.filter((pl.col("count_code") == "completer") & pl.col("institution_id").is_not_null())
    told = completers.drop("highest", strict=False).join(awards.select(_YEAR).unique(), on=_YEAR, how="semi")
    told = told.filter(
        (pl.col("subgroup_dimension") == ALL)
        | ((pl.col("subgroup_dimension") == "sex") & pl.col("subgroup_code").is_in(_SEXES))
        | ((pl.col("subgroup_dimension") == "race_ethnicity") & pl.col("subgroup_code").is_in(_RACES))
    )
    found = told.join(awards, on=[*_YEAR, "cip_code", "subgroup_code"], how="left", nulls_equal=True)
    # What has no row has no award; a count that could not be read says nothing.
    found = found.with_columns(pl.when(pl.col("highest") == _UNREADABLE).then(None)
                               .otherwise(pl.col("highest").fill_null(0)).alias("highest"))  # fmt: skip
    is_borne_out = (pl.col("highest").is_null() | (pl.col("count") <= pl.col("highest"))).all().over(_YEAR)
    return found.filter(is_borne_out).select("cell", "highest").drop_nulls()


def no_wider_than_public(cells: pl.DataFrame, relations: Relations, capped: pl.DataFrame) -> pl.DataFrame:
    """Return cells with no wider width asked for than what public figures alone leave open: from 0 to ``highest``."""
    if capped.is_empty():
        return cells
    matrix = relations.matrix
    most = np.full(cells.height, NO_LIMIT, dtype=np.int64)
    np.minimum.at(most, capped["cell"].to_numpy(), capped["highest"].to_numpy())
    one_whole = [(sign, np.asarray((sign * matrix > 0).sum(axis=1)).ravel() == 1) for sign in (1, -1)]
    for _ in range(_STEPS):
        for sign, is_whole in one_whole:
            # Where whole - parts >= 0, each part is at most the whole.
            says = is_whole & ((relations.lowest if sign == 1 else -relations.highest) >= 0)
            rows = (sign * matrix[says]).tocoo()
            whole = np.full(rows.shape[0], NO_LIMIT, dtype=np.int64)
            whole[rows.row[rows.data > 0]] = most[rows.col[rows.data > 0]]
            np.minimum.at(most, rows.col[rows.data < 0], whole[rows.row[rows.data < 0]])
    return cells.with_columns(pl.min_horizontal("width", pl.Series("most", most)).alias("width"))


_STEPS = 4  # completers, the counts equal to them a year on, their parts, and the outcomes of those
_YEAR = ["program_year", "institution_id"]
_NOTHING = pl.DataFrame(schema={"cell": pl.Int64, "highest": pl.Int64})
_UNREADABLE = -1


def _awards(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> pl.DataFrame:
    """Return program_year, institution_id, cip_code (null for all), subgroup_code and ``highest`` (-1 unreadable)."""
    groups = {ALL: "total_count", **{code: f"{code}_count" for code in (*_SEXES, *_RACES)}}
    sums = ", ".join(
        f"cast(case when count(*) = count(awards.{column}) then sum(awards.{column}) else {_UNREADABLE} end as bigint) "
        f'as "{code}"' for code, column in groups.items()
    )  # fmt: skip
    wide = connection.sql(_AWARDS.format(sums=sums), params=[grantee_id]).pl()
    long = wide.unpivot(
        on=list(groups), index=[*_YEAR, "cip_code"], variable_name="subgroup_code", value_name="highest"
    )
    is_unreadable = (pl.col("highest") == _UNREADABLE).any()
    of_all = long.group_by(*_YEAR, "subgroup_code").agg(
        pl.when(is_unreadable).then(_UNREADABLE).otherwise(pl.col("highest").sum()).cast(pl.Int64).alias("highest")
    )
    of_all = of_all.with_columns(pl.lit(None, pl.String).alias("cip_code"))
    columns = [*_YEAR, "cip_code", "subgroup_code", "highest"]
    found: pl.DataFrame = pl.concat([long.select(columns), of_all.select(columns)])
    return found
