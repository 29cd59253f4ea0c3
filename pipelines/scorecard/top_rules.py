"""The rules with most open findings: at how many institutions they fail, and whether that gets better or worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.scorecard.lines import RuleLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import LAST_RUN, LATEST, RuleWords, Verdict, fix, title
from pipelines.validation.partition import NO_INSTITUTION

MOST = 10
FINDINGS = """
    select rule_id, min(severity) as severity, count(*) as finding_count
    from quality.finding where grantee_id = $1 and program_year = $2 and state = 'open'
    group by rule_id order by finding_count desc, rule_id limit $3
"""
INSTITUTIONS = f"""
    select rule_id, count(*) filter (where status = 'failed') as failing_count, count(*) as judged_count
    from quality.rule_result
    where grantee_id = $1 and program_year = $2 and institution_id <> $3 and status in ('passed', 'failed')
        and run_id = ({LAST_RUN})
    group by rule_id
"""
# Compared is the last night on which another share failed, not the last night: files come twice a year and nights
# daily, so that the night before says "same", and the page would change with each night on unchanged input.
# `quality.rule_trend` compares with the night before, of runs that are over; the run that writes the page is not.
BEFORE = f"""
    select now.rule_id, max_by(earlier.failed_count, earlier.run_id) as failed_count,
        max_by(earlier.population_count, earlier.run_id) as population_count
    from ({LATEST}) as now
    inner join quality.rule_result as earlier
        on now.rule_id = earlier.rule_id and now.rule_version = earlier.rule_version
            and now.grantee_id = earlier.grantee_id and now.program_year = earlier.program_year
            and now.run_id > earlier.run_id
    inner join quality.run as run on earlier.run_id = run.run_id
    where earlier.institution_id is null and run.exit_code in (0, 1)
        and now.population_count > 0 and earlier.population_count > 0
        and now.failed_count * earlier.population_count <> earlier.failed_count * now.population_count
    group by now.rule_id
"""


def top_rules(partition: Partition, found: tuple[Verdict, ...], words: Mapping[str, RuleWords]) -> tuple[RuleLine, ...]:
    """Return the ten rules with most open findings, the most first, equals by id."""
    by_id = {v.rule_id: v for v in found}
    institutions = {
        r["rule_id"]: Share(r["failing_count"], r["judged_count"]) for r in partition.rows(INSTITUTIONS, NO_INSTITUTION)
    }
    before = {r["rule_id"]: Share(r["failed_count"], r["population_count"]) for r in partition.rows(BEFORE)}
    return tuple(
        _line(r, by_id.get(r["rule_id"]), words, institutions.get(r["rule_id"], Share(0, 0)), before.get(r["rule_id"]))
        for r in partition.rows(FINDINGS, MOST)
    )


def _line(
    row: Mapping[str, Any],
    verdict: Verdict | None,
    words: Mapping[str, RuleWords],
    institutions: Share,
    before: Share | None,
) -> RuleLine:
    rule_id = row["rule_id"]
    failed = verdict.failed if verdict else Share(None, None)
    return RuleLine(
        rule_id=rule_id,
        title=title(words, rule_id),
        severity=row["severity"],
        dimension=verdict.dimension if verdict else "",
        finding_count=row["finding_count"],
        institutions=institutions,
        failed=failed,
        trend=_trend(failed, before),
        before=before,
        threshold=verdict.threshold if verdict else "",
        status=verdict.status if verdict else "",
        is_waived=verdict.is_waived if verdict else False,
        fix=fix(words, rule_id),
    )


def _trend(failed: Share, before: Share | None) -> str:
    """Return better or worse than the share before; empty where no other share has been seen."""
    if before is None or before.fraction is None or failed.fraction is None:
        return ""
    return "better" if failed.fraction < before.fraction else "worse"
