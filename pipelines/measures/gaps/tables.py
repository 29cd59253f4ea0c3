"""The tables ``mart.gap`` and ``mart.gap_method``: their columns, each said once, and how rows come into them."""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.measures.commented_table import CommentedTable

Columns = dict[str, tuple[str, str]]
_KEY: Columns = {
    "grantee_id": ("varchar", "The grantee."),
    "program_year": ("varchar", "The reporting year."),
    "indicator_code": ("varchar", "1P1, 2P1 or 3P1."),
    "institution_id": ("varchar", "The institution; null means all."),
    "cip_code": ("varchar", "The program as CIP; null means all programs."),
    "subgroup_dimension": ("varchar", "As in mart.indicator; all with a cip_code compares a program with its place."),
    "subgroup_code": ("varchar", "As in mart.indicator."),
    "definition_version": ("varchar", "Definition applied."),
}
_STATUS = "computed, pending, not_computable or true_by_construction; only computed has a gap."
GAP_TABLE = (
    "Restricted. Gap of each subgroup, rate of the subgroup minus rate of all concentrators (the subgroup included) of "
    "the same place and program; for a pair with an eligible recipient, cluster or award level, of that one's own. "
    "Beside it the interval, the test, the power, what the unknown leave possible, and how far the data can be trusted."
)
GAP: Columns = {
    **_KEY,
    "status": ("varchar", _STATUS),
    "reason": ("varchar", "Why the status is what it is, or what is not said of a gap; empty: nothing to say."),
    "numerator_count": ("bigint", "Persons of the subgroup who met the measure."),
    "denominator_count": ("bigint", "Persons of the subgroup."),
    "unknown_count": ("bigint", "Persons of the subgroup whose outcome is not known; counted as not met."),
    "reference_numerator_count": ("bigint", "Persons of the reference who met the measure."),
    "reference_denominator_count": ("bigint", "Persons of the reference."),
    "gap": ("double", "Rate of the subgroup - rate of the reference; below 0 the subgroup does worse."),
    "gap_low": ("double", ("Lower end of the 95% interval (Newcombe's hybrid score against all others, times their "
                          "share); null where the others cannot be told.")),
    "gap_high": ("double", "Upper end."),
    "p_value": ("double", ("Two-sided, pooled two-proportion z against all others. Null where group or others number "
                          "the grantee's smallest n or fewer, and for the no of a special population.")),
    "q_value": ("double", "p_value after Benjamini-Hochberg within the family; never below p_value."),
    "family": ("varchar", ("The tests among which q_value holds: grantee, program year, indicator, level of the place, "
                          "kind of subgroup; null where not tested.")),
    "family_size": ("bigint", "Tests in the family."),
    "is_discovery": ("boolean", "Whether q_value is at most the grantee's false discovery rate; null: not tested."),
    "is_practical": ("boolean", "Whether the gap is at least the grantee's practical threshold, either way."),
    "detectable_gap": ("double", "Smallest gap that a test at 5% would find 4 times of 5 among so many; 1: no gap."),
    "standardized_gap": ("double", ("Gap if the subgroup chose programs like all concentrators (direct standardization "
                                   "by CIP over the programs that have both); null for pairs and programs.")),
    "standardized_share": ("double", "Share of all concentrators in the programs that standardized_gap covers."),
    "students_needed": ("bigint", "Fewest further successes in the subgroup that close the gap; the total moves too."),
    "lowest_gap": ("double", "Lowest gap that unknown outcomes and unknown memberships leave possible."),
    "highest_gap": ("double", "Highest; both are exact for person attributes, else never too narrow."),
    "survives_worst_case": ("boolean", "Whether the gap keeps its sign between the two; null where it is 0 or none."),
    "readiness_verdict": ("varchar", ("measurable, with_caution, too_few, not_measurable (of two dimensions the worse) "
                                     "or not_applicable; from mart.readiness of the cohort's year.")),
    "readiness_reason": ("varchar", "What that verdict rests on, by dimension; empty: nothing to say."),
    "worklist_rank": ("bigint", ("Order in which to look, 1 first, within grantee and program year; null: not to look "
                                "at. An order, no finding: it rests on shrunken values that stand nowhere.")),
}  # fmt: skip
METHOD_TABLE = (
    "Restricted. What other published measures of disproportionate impact say of each gap that is computed: options, "
    "which can disagree with each other and with the statutory gap."
)
METHOD: Columns = {
    **_KEY,
    "method": ("varchar", "ppg_2017, ppg1_2022, prop_index or index_80."),
    "parameters": ("varchar", "Margin, threshold and reference as applied."),
    "status": ("varchar", "computed or not_computable."),
    "reason": ("varchar", "Why it is not computable; empty where it is."),
    "reference": ("varchar", "overall, all_others, or highest_group with its code."),
    "reference_value": ("double", "Rate of the reference."),
    "value": ("double", "ppg_2017, ppg1_2022: rate - reference_value; prop_index, index_80: their ratio."),
    "margin": ("double", "Margin of error of ppg_2017 and ppg1_2022; null for the indices."),
    "is_flagged": ("boolean", "Whether the method says disproportionate impact; null: not computable."),
    "students_needed_parity": ("bigint", "Fewest further successes until the reference is reached."),
    "students_needed_not_flagged": ("bigint", "Fewest until the limit of the flag is reached; 0 where not flagged."),
}
TABLES = (CommentedTable("mart.gap", GAP_TABLE, GAP), CommentedTable("mart.gap_method", METHOD_TABLE, METHOD))


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create both tables anew, empty, with comments."""
    for table in TABLES:
        table.create(connection)


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Append a frame whose columns are those of the table, or more; NaN becomes null."""
    names = next(list(declared.columns) for declared in TABLES if declared.name == table)
    schema = rows.schema
    doubles = [name for name in names if schema[name].is_float()]
    frame = rows.select(names).with_columns(pl.col(doubles).fill_nan(None))
    connection.register("gap_rows", frame)
    connection.execute(f"insert into {table} select {', '.join(names)} from gap_rows")
    connection.unregister("gap_rows")
