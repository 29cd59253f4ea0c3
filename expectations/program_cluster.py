"""The rule about the Career Cluster of a program beside the crosswalk of its framework.

That a cluster is sent at all, and of which framework, is judged in ``program`` and ``program_inventory``.
"""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.rule import Rule, Threshold

COMPARED = ("primary", "among", "disagrees")
ONE: dict[str, Any] = {
    "grantee_id": "demo", "program_year": "2026-27", "institution_id": "college-1", "program_id": "P1",
    "cip_code": "48.0508", "cip_version": "CIP2020", "career_cluster_code": "construction", "agreement": "primary",
}  # fmt: skip

RULES = (
    Rule(
        id="program_cluster_in_crosswalk", table="mart.program_cluster",
        title="The Career Cluster of each program is one that the crosswalk names for its CIP code",
        dimension="accuracy", severity="info", layer="outside agreement",
        expectation=gxe.ExpectColumnValuesToBeInSet(column="agreement", value_set=["primary", "among"]),
        population=Column("agreement").is_in(list(COMPARED)),
        population_words="programs with a State's cluster whose CIP code is in a loaded crosswalk of its framework",
        not_applicable_words="no crosswalk of the framework in which the State approved its programs is loaded, or it "
                             "knows the CIP code of none",
        columns=("career_cluster_code", "cip_code", "proposed_cluster_code"),
        threshold=Threshold(
            share="0.05",
            evidence="house default: the State's approval decides, so that a difference is a question and no error",
        ),
        why="A program under a cluster that its field of study does not lead to is either approved under the wrong "
            "cluster or under the wrong CIP code: tables by cluster and by CIP code then tell two stories of it.",
        fix="Compare the approval with the CIP code. If the State approved it so on purpose, leave it; no cluster is "
            "changed by this software.",
        passes=(
            ONE, {**ONE, "agreement": "among"}, {**ONE, "agreement": "no_state_cluster"},
            {**ONE, "agreement": "crosswalk_not_loaded"}, {**ONE, "agreement": "cip_version_differs"},
            {**ONE, "agreement": "cip_not_in_crosswalk"}, {**ONE, "agreement": None},
        ),
        fails=({**ONE, "agreement": "disagrees", "career_cluster_code": "education"},),
    ),
)  # fmt: skip
