"""The cells of ``mart.indicator`` as a frame: what kind of subgroup each one is, and which cell it is compared with."""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.code_sets import STATES
from pipelines.measures.dimensions import ALL, CONTEXTS, FLAGS, UNKNOWN

KEYS = (
    "grantee_id", "program_year", "indicator_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code",
)  # fmt: skip
# Null keys join nowhere: where all institutions or all programs are meant, the text is empty here.
PLACE = ("program_year", "indicator_code", "institution", "cip")
REFERENCE = (*PLACE, "subgroup_dimension", "subgroup_code")
COUNTS = ("numerator_count", "denominator_count", "unknown_count")


def read_cells(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> pl.DataFrame:
    """Return the cells of a grantee and year, each with its kind and its reference's counts (null where it has none).

    ``kind`` is everybody, program, context, single, pair or context_pair. ``is_state`` says that the cell is no
    subgroup (membership not known), ``is_rest`` that it holds those whom a special population leaves over. ``row``
    numbers the cells in the order of their keys.
    """
    columns = ", ".join((*KEYS, "cohort_program_year", *COUNTS, "status as indicator_status", "definition_version"))
    mine = "grantee_id = $1 and program_year = $2"
    query = f"select {columns} from mart.indicator where {mine} order by {', '.join(KEYS)}"
    found = connection.sql(query, params=[grantee_id, program_year]).pl().with_row_index("row")
    cells = _parted(found.with_columns(pl.col(*COUNTS).cast(pl.Int64)))
    return _with_reference(cells.with_columns(_kind().alias("kind")))


def _parted(cells: pl.DataFrame) -> pl.DataFrame:
    """Add the two parts of dimension and code; the second is empty for a single one."""
    dimension, code = pl.col("subgroup_dimension"), pl.col("subgroup_code")
    is_pair = dimension.str.contains("*", literal=True)
    # A recipient's code is what senders wrote and may hold the mark itself: the other part, of a code set, never does.
    is_first_free = dimension.str.extract(r"^([^*]+)\*").is_in(tuple(CONTEXTS))
    pattern = {True: (r"^(?s:(.*))\*", r"\*([^*]*)$"), False: (r"^([^*]*)\*", r"\*(?s:(.*))$")}
    parts = [
        pl.when(is_first_free).then(code.str.extract(pattern[True][i])).otherwise(code.str.extract(pattern[False][i]))
        for i in (0, 1)
    ]
    split = [
        pl.when(is_pair).then(dimension.str.extract(r"^([^*]+)\*")).otherwise(dimension).alias("dimension_1"),
        pl.when(is_pair).then(dimension.str.extract(r"\*([^*]+)$")).otherwise(pl.lit("")).alias("dimension_2"),
        pl.when(is_pair).then(parts[0]).otherwise(code).alias("code_1"),
        pl.when(is_pair).then(parts[1]).otherwise(pl.lit("")).alias("code_2"),
    ]
    cells = cells.with_columns(
        pl.col("institution_id").fill_null("").alias("institution"), pl.col("cip_code").fill_null("").alias("cip"),
        *split,
    )  # fmt: skip
    states = [
        pl.when(pl.col(f"dimension_{i}").is_in((*CONTEXTS, ALL)))
        .then(pl.col(f"code_{i}") == UNKNOWN)
        .otherwise(pl.col(f"code_{i}").is_in(STATES))
        .alias(f"is_state_{i}")
        for i in (1, 2)
    ]
    rests = [pl.col(f"dimension_{i}").is_in(FLAGS) & (pl.col(f"code_{i}") == "no") for i in (1, 2)]
    unknown_program = pl.col("cip") == UNKNOWN
    return cells.with_columns(*states).with_columns(
        (pl.col("is_state_1") | pl.col("is_state_2") | unknown_program).alias("is_state"),
        (rests[0] | rests[1]).alias("is_rest"),
    )


def _kind() -> pl.Expr:
    first, second, cip = pl.col("dimension_1"), pl.col("dimension_2"), pl.col("cip")
    return (
        pl.when((first == ALL) & (cip == ""))
        .then(pl.lit("everybody"))
        .when(first == ALL)
        .then(pl.lit("program"))
        .when(second == "")
        .then(pl.when(first.is_in(tuple(CONTEXTS))).then(pl.lit("context")).otherwise(pl.lit("single")))
        .when(first.is_in(tuple(CONTEXTS)) | second.is_in(tuple(CONTEXTS)))
        .then(pl.lit("context_pair"))
        .otherwise(pl.lit("pair"))
    )


def _with_reference(cells: pl.DataFrame) -> pl.DataFrame:
    """Add key and counts of the reference: all concentrators of the place and program, or of the pair's context."""
    in_context = pl.col("kind") == "context_pair"
    is_first = pl.col("dimension_1").is_in(tuple(CONTEXTS))
    context = pl.when(is_first).then("dimension_1").otherwise("dimension_2")
    code = pl.when(is_first).then("code_1").otherwise("code_2")
    keyed = cells.with_columns(
        pl.when(in_context).then(context).otherwise(pl.lit(ALL)).alias("reference_dimension"),
        pl.when(in_context).then(code).otherwise(pl.lit(ALL)).alias("reference_code"),
        pl.when(pl.col("kind") == "program").then(pl.lit("")).otherwise(pl.col("cip")).alias("reference_cip"),
    )
    reference = cells.select(*REFERENCE, *(pl.col(name).alias(f"reference_{name}") for name in COUNTS))
    return keyed.join(
        reference, how="left", maintain_order="left",
        left_on=["program_year", "indicator_code", "institution", "reference_cip", "reference_dimension",
                 "reference_code"],
        right_on=list(REFERENCE),
    )  # fmt: skip
