"""What simulations start from besides the sources of a scorecard, read once: counts by institution. No judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.scorecard.coverage import bare
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.verdicts import LAST_RUN

_COVERAGE = """
    select * from mart.coverage where grantee_id = $1 and program_year = $2 and institution_id is not null
    order by institution_id, equity_dimension
"""
_READINESS = """
    select * from mart.readiness where grantee_id = $1 and program_year = $2
    order by institution_id nulls first, equity_dimension
"""
_RULES = f"""
    select f.rule_id, r.dimension, f.institution_id, f.table_name,
        count(distinct (f.submission_id, f.line_number)) as record_count
    from quality.finding as f
    inner join (
        select rule_id, dimension from quality.rule_result
        where grantee_id = $1 and program_year = $2 and institution_id is null and run_id = ({LAST_RUN})
    ) as r on r.rule_id = f.rule_id
    where f.grantee_id = $1 and f.program_year = $2 and f.state = 'open' and f.severity <> 'info'
        and f.line_number is not null and f.institution_id is not null
    group by all order by all
"""
_FAILED = f"""
    select rule_id, institution_id, failed_count from quality.rule_result
    where grantee_id = $1 and program_year = $2 and institution_id is not null and failed_count > 0
        and run_id = ({LAST_RUN})
    order by rule_id, institution_id
"""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ground:
    """Counts as they are. ``readiness`` has rows of the grantee (institution None) and of institutions.

    ``rules`` names, by (dimension, institution, table), the rules with open findings there.
    """

    coverage: tuple[Row, ...]
    readiness: tuple[Row, ...]
    rules: Mapping[tuple[str, str, str], tuple[str, ...]]
    failed: Mapping[str, Mapping[str, int]]


def ground_of(seen: Sources) -> Ground:
    """Return what the marts and ledgers of a partition say by institution; empty where they say nothing."""
    rules: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in seen.partition.rows(_RULES):
        rules[row["dimension"], row["institution_id"], bare(row["table_name"])].append(row["rule_id"])
    failed: dict[str, dict[str, int]] = defaultdict(dict)
    for row in seen.partition.rows(_FAILED):
        failed[row["rule_id"]][row["institution_id"]] = row["failed_count"]
    return Ground(
        coverage=tuple(seen.partition.rows_of("mart.coverage", _COVERAGE)),
        readiness=tuple(seen.partition.rows_of("mart.readiness", _READINESS)),
        rules={place: tuple(ids) for place, ids in rules.items()},
        failed=failed,
    )


def blank(row: Row) -> int:
    """Return of how many students of a row of ``mart.coverage`` an answer is missing: blank or said to be unknown."""
    return int(row["unknown_count"] + row["not_reported_count"])
