"""Items of evidence for the core elements: what the records, the rule book and the grantee's folder can show.

A level follows from none of them; what cannot be told is listed as such, so that its absence is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.grantee import Grantee
from pipelines.indicator_definition import Definition
from pipelines.schema import content_columns, core_tables
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import FileLine, Finding, IndicatorLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.verdicts import Verdict

HOUSE = "house default"
LINKABLE = ("ssn", "state")


@dataclass(frozen=True)
class Known:
    """What the evidence is taken from, read once."""

    grantee: Grantee
    definition: Definition
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    files: tuple[FileLine, ...]
    indicators: tuple[IndicatorLine, ...]


FILES = "files received, repeats and superseded ones left out"


def evidence(number: int, partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items of evidence for a core element; none for those that only people can assess."""
    makers = {1: _collection, 2: _governance, 3: _alignment, 4: _information, 6: _use}
    maker = makers.get(number)
    return maker(partition, known) if maker else ()


def _collection(_partition: Partition, known: Known) -> tuple[Evidence, ...]:
    applicable = [v for v in known.verdicts if v.status in ("passed", "failed")]
    waived = sum(v.status == "failed" and v.is_waived for v in applicable)
    counting = in_force(known.files)
    replaced = sum(f.status == "superseded" for f in known.files)
    critical = next((f for f in known.findings if f.severity == "critical"), None)
    return (
        Evidence("Rules passed", "rules that had records to judge", "quality.rule_result",
                 sum(v.status == "passed" for v in applicable), len(applicable)),
        Evidence("Failures that a waiver covers, failures all the same", "rules that failed", "quality.rule_result",
                 waived, sum(v.status == "failed" for v in applicable)),
        Evidence("Open critical findings", "waived ones included", "quality.finding",
                 critical.open_count if critical else 0),
        Evidence("Files refused", FILES, "quality.submission",
                 sum(f.status == "refused" for f in counting), len(counting)),
        Evidence("Files replaced by a later one", "all files received", "quality.submission",
                 replaced, len(known.files)),
        Evidence("Accuracy against an outside source", "no audit sample or other source is at hand", "none"),
    )  # fmt: skip


def _governance(_partition: Partition, known: Known) -> tuple[Evidence, ...]:
    policy, definition = known.grantee.policy(), known.definition
    columns = [column for table in core_tables() for column in content_columns(table)]
    failed = [v for v in known.verdicts if v.status == "failed"]
    return (
        Evidence("Rules in force", "all rules that judge this program year", "quality.rule_result",
                 len(known.verdicts)),
        Evidence("Data elements with a written definition", "elements of the canonical tables", "pipelines.schema",
                 sum(bool(c.comment) for c in columns), len(columns)),
        Evidence("Indicator definitions", "those in force in the program year", "grantee.toml",
                 text=f"{definition.version}: {definition.evidence}"),
        Evidence("Suppression policy", "minimum count to show, and who approved it", "grantee.toml",
                 text=f"{policy.threshold}; approved by {policy.approved_by or 'nobody yet'}"),
        Evidence("Due dates", "evidence for the calendar", "grantee.toml",
                 text=known.grantee.due.get("evidence") or "not stated"),
        Evidence("Waivers in use", "rules that failed", "quality.rule_result",
                 sum(v.is_waived for v in failed), len(failed)),
        Evidence("Owners of rules", "no owner is recorded yet", "none"),
    )  # fmt: skip


def _alignment(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    columns = [column for table in core_tables() for column in content_columns(table)]
    placement = next((i for i in known.indicators if i.indicator_code == "1P1" and not i.institution_id), None)
    told = placement is not None and placement.lowest is not None
    return (
        Evidence("Data elements mapped to CEDS", "elements of the canonical tables", "pipelines.schema",
                 sum(c.info["ceds"] not in ("", "local") for c in columns), len(columns)),
        _linkable(partition),
        _unitid(partition),
        _cip(partition),
        Evidence("Outcomes found or ruled out by a match", "denominator of 1P1", "mart.indicator",
                 (placement.denominator_count or 0) - (placement.unknown_count or 0) if told and placement else None,
                 placement.denominator_count if told and placement else None),
        Evidence("Match with secondary records", "no secondary source is connected", "none"),
    )  # fmt: skip


def _linkable(partition: Partition) -> Evidence:
    row = partition.rows(
        """
        select count(distinct student_id) as students,
            count(distinct student_id) filter (where list_contains($3, student_id_kind)) as linkable
        from core.student where grantee_id = $1 and program_year = $2
        """,
        list(LINKABLE),
    )[0]
    return Evidence("Students sent with an identifier that other agencies know", "students; Social Security number or "
                    "State id", "core.student", row["linkable"], row["students"])  # fmt: skip


def _unitid(partition: Partition) -> Evidence:
    row = partition.rows(
        """
        select count(*) as institutions, count(unitid) as with_unitid
        from core.institution where grantee_id = $1 and program_year = $2
        """
    )[0]
    return Evidence("Institutions with an IPEDS UNITID", "institutions that sent records", "core.institution",
                    row["with_unitid"], row["institutions"])  # fmt: skip


def _cip(partition: Partition) -> Evidence:
    rows = partition.rows(
        """
        select cip_version, count(*) as programs from core.program
        where grantee_id = $1 and program_year = $2 and cip_version is not null
        group by cip_version order by programs desc, cip_version
        """
    )
    programs = sum(r["programs"] for r in rows)
    named = f" ({rows[0]['cip_version']})" if rows else ""
    return Evidence(f"Programs in the most used CIP version{named}", "programs with a version", "core.program",
                    rows[0]["programs"] if rows else 0, programs)  # fmt: skip


def _information(_partition: Partition, known: Known) -> tuple[Evidence, ...]:
    counting = in_force(known.files)
    late = [f.days_late for f in counting if f.is_late and f.days_late is not None]
    totals = [i for i in known.indicators if i.institution_id is None]
    return (
        Evidence("Files late", FILES, "quality.submission", sum(f.is_late for f in counting), len(counting)),
        Evidence("Days late, the latest file", FILES, "quality.submission", max(late, default=0)),
        Evidence("Indicators computed", "1P1, 2P1 and 3P1 of the grantee", "mart.indicator",
                 sum(i.status == "computed" for i in totals), len(totals)),
        Evidence("Indicator cells reportable after suppression", "follows with the shareable edition", "none"),
    )  # fmt: skip


def _use(_partition: Partition, known: Known) -> tuple[Evidence, ...]:
    by_institution = [i for i in known.indicators if i.institution_id is not None]
    return (
        Evidence("Indicators by institution that could be computed", "institutions by indicator", "mart.indicator",
                 sum(i.status == "computed" for i in by_institution), len(by_institution)),
        Evidence("Gaps in performance computed", "subgroups follow with disclosure control", "none"),
        Evidence("Gaps tracked to items of the action plan", "no plan has been entered", "plan.toml"),
    )  # fmt: skip
