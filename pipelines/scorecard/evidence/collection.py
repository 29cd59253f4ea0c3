"""Evidence for element 1, that data is collected consistently and accurately: what rules and files say.

Institutions are told by their median and their worst decile besides the whole, so that a large one hides no small one.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.known import FILES, Known
from pipelines.scorecard.files import in_force
from pipelines.scorecard.read import Partition
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.share import Share, at_rank
from pipelines.scorecard.verdicts import LAST_RUN, SEVERITIES
from pipelines.validation.partition import NO_INSTITUTION

_PASSED = f"""
    select institution_id, severity, count(*) filter (where status = 'passed') as passed, count(*) as judged
    from quality.rule_result
    where grantee_id = $1 and program_year = $2 and institution_id is not null and institution_id <> $3
        and status in ('passed', 'failed') and run_id = ({LAST_RUN})
    group by institution_id, severity order by institution_id, severity
"""
_FILLED = """
    select institution_id, sum(value_count) as filled, sum(asked_count) as asked from mart.element_completeness
    where grantee_id = $1 and program_year = $2 and institution_id is not null and institution_id <> $3
    group by institution_id order by institution_id
"""
_EXCLUDED = """
    select reason_code, count(*) as row_count from mart.exclusion
    where grantee_id = $1 and program_year = $2 group by reason_code order by reason_code
"""
_ROWS = "select sum(row_count) from mart.record_count where grantee_id = $1 and program_year = $2"
_DRIFT = """
    select sum(drift_count) as drifted, sum(subject_count) as looked_at from quality.drift_check
    where grantee_id = $1 and program_year = $2
"""
_EXPLAINED = """
    select count(*) filter (where e.finding_id is not null) as explained, count(*) as open_count
    from quality.finding as f left join quality.finding_explanation as e on e.finding_id = f.finding_id
    where f.grantee_id = $1 and f.program_year = $2 and f.state = 'open'
"""
EXCLUDED = {
    "duplicate": ("Records left out as duplicates", "records of all canonical tables"),
    "orphan": ("Records that refer to nothing", "records of all canonical tables"),
}
_RULES = "rules that had records to judge"


def collection(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items for element 1."""
    return (
        *_rules(partition, known),
        *_completeness(partition, known),
        *_left_out(partition, known),
        *_drift(partition, known),
        *_files(partition, known),
        _explanations(partition, known),
        Evidence("Accuracy against an outside source", "no audit sample or other source is at hand", "none",
                 as_of="not dated: there is none"),
    )  # fmt: skip


def _rules(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    as_of = known.as_of(partition.program_year)
    rows = partition.rows(_PASSED, NO_INSTITUTION)
    failed = [v for v in known.verdicts if v.status == "failed"]
    critical = next((f for f in known.findings if f.severity == "critical"), None)
    items = []
    for severity in SEVERITIES:
        own = [v for v in known.verdicts if v.severity == severity and v.status in ("passed", "failed")]
        title = f"Rules of severity {severity} passed"
        passed = sum(v.status == "passed" for v in own)
        items.append(Evidence(title, f"{_RULES}, the grantee as a whole", "quality.rule_result", passed, len(own),
                              as_of=as_of, query="quality.rule_result"))  # fmt: skip
        shares = [Share(r["passed"], r["judged"]) for r in rows if r["severity"] == severity]
        items += over_institutions(title, _RULES, "quality.rule_result", shares, as_of, "rules_passed_by_institution")
    return (
        *items,
        Evidence("Failures that a waiver covers, failures all the same", "rules that failed", "quality.rule_result",
                 sum(v.is_waived for v in failed), len(failed), as_of=as_of, query="quality.rule_result"),
        Evidence("Open critical findings", "waived ones included", "quality.finding",
                 critical.open_count if critical else 0, as_of=as_of, query="quality.finding"),
    )  # fmt: skip


def over_institutions(
    title: str, population: str, source: str, shares: Iterable[Share], as_of: str, query: str
) -> tuple[Evidence, Evidence]:
    """Return two items: the median institution and the one at the worst decile; neither is told without any."""
    found, rule = list(shares), rubric().suggestion
    told = sum(share.fraction is not None for share in found)
    return tuple(
        Evidence(f"{title}: {words}", f"{population}, {told} {'institution' if told == 1 else 'institutions'}", source,
                 share.numerator if share else None, share.denominator if share else None, as_of=as_of, query=query)
        for words, rank in (("median institution", rule.median_rank), ("worst decile", rule.worst_rank))
        for share in [at_rank(found, Fraction(rank))]
    )  # type: ignore[return-value]  # fmt: skip


def _completeness(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    as_of, source = known.as_of(partition.program_year), "mart.element_completeness"
    shares = [Share(int(r["filled"] or 0), int(r["asked"] or 0)) for r in partition.rows(_FILLED, NO_INSTITUTION)]
    title, population = "Elements filled with a value", "values that were asked for; unknown is no value"
    whole = (sum(s.numerator or 0 for s in shares), sum(s.denominator or 0 for s in shares))
    return (
        Evidence(title, f"{population}, all institutions", source, *whole, as_of=as_of, query=source),
        *over_institutions(title, population, source, shares, as_of, source),
    )


def _left_out(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    as_of = known.as_of(partition.program_year)
    counts = {row["reason_code"]: row["row_count"] for row in partition.rows(_EXCLUDED)}
    records = int(partition.value(_ROWS) or 0)
    return tuple(
        Evidence(title, population, "mart.exclusion", counts.get(reason, 0), records, as_of=as_of,
                 query="mart.exclusion")
        for reason, (title, population) in EXCLUDED.items()
    )  # fmt: skip


def _drift(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    rows = partition.rows_of("quality.drift_check", _DRIFT)
    # A sum over no rows is null: nothing was compared, which is not the same as nothing having drifted.
    drifted, looked_at = (rows[0]["drifted"], rows[0]["looked_at"]) if rows else (None, None)
    return (
        Evidence("Columns and codes that drifted", "columns, codes and files compared with what came before",
                 "quality.drift_check", None if drifted is None else int(drifted),
                 None if looked_at is None else int(looked_at),
                 as_of=known.as_of(partition.program_year), query="quality.drift_check"),
    )  # fmt: skip


def _files(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    as_of, source = known.as_of(partition.program_year), "quality.submission"
    counting = in_force(known.files)
    replaced = sum(f.status == "superseded" for f in known.files)
    return (
        Evidence("Files refused", FILES, source, sum(f.status == "refused" for f in counting), len(counting),
                 as_of=as_of, query=source),
        Evidence("Files sent again: replaced by a later one", "all files received", source, replaced,
                 len(known.files), as_of=as_of, query=source),
    )  # fmt: skip


def _explanations(partition: Partition, known: Known) -> Evidence:
    rows = partition.rows_of("quality.finding_explanation", _EXPLAINED)
    return Evidence("Open findings that an institution has explained", "open findings", "quality.finding_explanation",
                    rows[0]["explained"] if rows else None, rows[0]["open_count"] if rows else None,
                    as_of=known.as_of(partition.program_year), query="quality.finding_explanation")  # fmt: skip
