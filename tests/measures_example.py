"""An invented grantee with indicators, levels, gaps and match rates for tests of the desk's page of measures."""

from __future__ import annotations

from typing import Any

import duckdb
from level_rows import count, level, plan
from scorecard_example import GRANTEE, YEAR, insert, warehouse

from pipelines.measures.gaps.tables import create
from pipelines.measures.level_tables import load_levels
from pipelines.models import all_models, build

BEFORE = "2022-23"
# Group to numerator and denominator of 1P1; all together 600 of 1,000.
GROUPS = {
    ("sex", "female"): (310, 480), ("sex", "male"): (285, 505), ("sex", "not_reported"): (5, 15),
    ("race_ethnicity", "white"): (410, 640), ("race_ethnicity", "hispanic_or_latino"): (140, 250),
    ("race_ethnicity", "black_or_african_american"): (30, 80), ("race_ethnicity", "unknown"): (20, 30),
    ("single_parent", "yes"): (20, 60), ("single_parent", "no"): (560, 900), ("single_parent", "declined"): (20, 40),
    ("english_learner", "yes"): (9, 12), ("credit_status", "noncredit"): (88, 190),
}  # fmt: skip
_MATCH = """create table mart.placement_match (grantee_id text, program_year text, institution_id text,
    placement_source text, subgroup_dimension text, subgroup_code text, denominator_count bigint,
    looked_for_count bigint, matched_count bigint)"""


def measured_warehouse(*, has_gaps: bool = True) -> duckdb.DuckDBPyConnection:
    """Return a warehouse whose Oregon has 600 of 1,000 placed in 2023-24, 40 unknown, and a level of 70.25 %."""
    connection = warehouse()
    connection.execute("create table core.program_enrollment (grantee_id text)")
    connection.execute("delete from mart.indicator")
    connection.execute("alter table mart.indicator add column unlinkable_count bigint")
    load_levels(connection)
    connection.execute("update reference.state_coverage set covers_state = true where grantee_id = ?", [GRANTEE])
    _counts(connection)
    level(connection, "70.25")
    level(connection, "40", eligible_recipient_id="R1")
    plan(connection, BEFORE)
    for model in all_models():
        if model.table in ("mart.level_test", "mart.subgroup_progress"):
            build(connection, model)
    if has_gaps:
        _gaps(connection)
        _matches(connection)
    return connection


def _counts(connection: duckdb.DuckDBPyConnection) -> None:
    count(connection, 600, 1000, unknown_count=40, unlinkable_count=70)
    count(connection, None, 700, indicator_code="2P1", status="pending", unknown_count=None)
    count(connection, 0, 0, indicator_code="3P1", status="no_denominator")
    count(connection, 500, 1000, program_year=BEFORE)
    for (dimension, code), (numerator, denominator) in GROUPS.items():
        count(connection, numerator, denominator, unknown_count=3, subgroup_dimension=dimension, subgroup_code=code)
    count(connection, 200, 480, program_year=BEFORE, subgroup_dimension="sex", subgroup_code="female")
    for recipient in ("R1", "R2"):
        count(connection, 300, 500, subgroup_dimension="eligible_recipient", subgroup_code=recipient)
    count(connection, 70, 100, institution_id="C01", unknown_count=12)
    count(connection, None, 40, institution_id="C02", status="not_computable", unknown_count=None)


def _gaps(connection: duckdb.DuckDBPyConnection) -> None:
    create(connection)
    told = [(key, counts) for key, counts in GROUPS.items() if key[1] not in ("unknown", "declined", "not_reported")]
    for rank, ((dimension, code), (numerator, denominator)) in enumerate(told, start=1):
        gap = numerator / denominator - 0.6
        values: dict[str, Any] = {
            "gap_low": gap - 0.03, "gap_high": gap + 0.05, "q_value": 0.2 / rank, "worklist_rank": rank,
            "survives_worst_case": abs(gap) > 0.1, "lowest_gap": gap - 0.1, "highest_gap": gap + 0.1,
            "readiness_verdict": "with_caution", "readiness_reason": "never yes at 1 institution",
            "students_needed": 7, "standardized_gap": gap / 2, "standardized_share": 0.82, "detectable_gap": 0.091,
        }  # fmt: skip
        add_gap(connection, dimension, code, numerator, denominator, **values)
    add_gap(connection, "sex", "female", 7, 20, institution_id="C01", worklist_rank=50, readiness_verdict="too_few")
    add_gap(connection, "all", "all", 7, 20, cip_code="48.0508", worklist_rank=51, detectable_gap=1.0, q_value=0.4)
    add_gap(connection, "race_ethnicity*sex", "white*female", 7, 20, worklist_rank=52, reason="too few for a test")
    untold = {"gap": None, "status": "not_computable", "reason": "no subgroup: to which one they belong is not known"}
    add_gap(connection, "sex", "not_reported", 5, 15, **untold)
    insert(connection, "mart.gap_method", grantee_id=GRANTEE, program_year=YEAR, indicator_code="1P1",
           subgroup_dimension="single_parent", subgroup_code="yes", method="ppg1_2022", is_flagged=True)  # fmt: skip


def add_gap(
    connection: duckdb.DuckDBPyConnection, dimension: str, code: str, numerator: int, denominator: int, **values: Any
) -> None:
    """Add a gap of 1P1 against 600 of 1,000."""
    row = {
        "grantee_id": GRANTEE, "program_year": YEAR, "indicator_code": "1P1", "subgroup_dimension": dimension,
        "subgroup_code": code, "numerator_count": numerator, "denominator_count": denominator, "unknown_count": 3,
        "gap": numerator / denominator - 0.6, "status": "computed", "reason": "", "definition_version": "v1", **values,
    }  # fmt: skip
    insert(connection, "mart.gap", **row)


def _matches(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_MATCH)
    for (dimension, code), (numerator, denominator) in {("all", "all"): (600, 1000), **GROUPS}.items():
        insert(connection, "mart.placement_match", grantee_id=GRANTEE, program_year=YEAR, subgroup_code=code,
               placement_source="wage_record", subgroup_dimension=dimension, denominator_count=denominator,
               looked_for_count=denominator - 5, matched_count=numerator)  # fmt: skip
