"""Dagster's view of the rule book: one multi-asset check a table, one spec a rule. They report; an asset judges.

No check blocks: a blocking check would stop all grantees for the fault of one.
"""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.asset_step import RESOURCES, RESULT
from pipelines.assets import asset_of
from pipelines.night import Night

if TYPE_CHECKING:
    from expectations.rule import Rule


def _checks(table: str, rules: "Sequence[Rule]") -> dg.AssetChecksDefinition:
    asset = asset_of(table)
    if asset is None:
        message = f"{table}: no asset carries the checks of this table"
        raise ValueError(message)
    specs = [
        dg.AssetCheckSpec(
            rule.id, asset=asset, description=f"{rule.title}. {rule.why}",
            additional_deps=[RESULT] if asset != RESULT else [],
        )
        for rule in rules
    ]  # fmt: skip

    @dg.multi_asset_check(name=f"{table.replace('.', '_')}_rules", specs=specs, required_resource_keys=RESOURCES)
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night: Night = context.resources.night
        rows = night.connection.execute(
            "select rule_id, grantee_id, program_year, status, is_waived, population_count, failed_count "
            "from quality.rule_result where run_id = ? and grantee_id is not null "
            "and institution_id is null order by 1, 2, 3",
            [night.run_id],
        ).fetchall()
        verdicts = {rule_id: list(group) for rule_id, group in groupby(rows, key=lambda row: row[0])}
        for rule in rules:
            yield _check_result(rule, asset, verdicts.get(rule.id, []))

    return check


def _check_result(rule: "Rule", asset: dg.AssetKey, verdicts: Sequence[tuple[Any, ...]]) -> dg.AssetCheckResult:
    """Return one result over all partitions of the night; counts only, because Dagster shows its metadata to all."""
    bad = [row for row in verdicts if row[3] in ("failed", "error") and not row[4]]
    return dg.AssetCheckResult(
        check_name=rule.id,
        asset_key=asset,
        passed=not bad,
        severity=dg.AssetCheckSeverity.ERROR if rule.severity == "critical" else dg.AssetCheckSeverity.WARN,
        metadata={
            "partitions_failed": ", ".join(f"{row[1]} {row[2]}" for row in bad) or "none",
            "population_count": sum(row[5] or 0 for row in verdicts),
            "failed_count": sum(row[6] or 0 for row in verdicts),
            "threshold": str(rule.threshold),
        },
    )


def all_checks() -> list[dg.AssetChecksDefinition]:
    """Return one multi-asset check a table, with one spec a rule."""
    from expectations.catalogue import rules_of, tables_with_rules

    return [_checks(t, rules_of(t)) for t in tables_with_rules() if not t.startswith("reference.")]
