"""Evidence for element 3, alignment across agencies and learner levels: what can be joined, and with what."""

from __future__ import annotations

from pipelines.schema import content_columns, core_tables
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.evidence.matches import match_items
from pipelines.scorecard.evidence.noncredit import noncredit_items
from pipelines.scorecard.read import Partition

LINKABLE = ("ssn", "state")
CEDS = "CEDS v13"


def alignment(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items for element 3."""
    as_of = known.as_of(partition.program_year)
    return (
        *_ceds(),
        _linkable(partition, as_of),
        _unitid(partition, as_of),
        _cip(partition, as_of),
        *match_items(partition, known, as_of),
        Evidence("Match with secondary records", "no secondary source is connected", "none",
                 as_of="not dated: there is none"),
        *noncredit_items(partition, as_of),
    )  # fmt: skip


def _ceds() -> tuple[Evidence, Evidence]:
    columns = [column for table in core_tables() for column in content_columns(table)]
    population, source, query = "elements of the canonical tables", "pipelines.schema", "publish.dictionary"
    mapped = sum(c.info["ceds"] not in ("", "local") for c in columns)
    local = sum(c.info["ceds"] == "local" for c in columns)
    return (
        Evidence("Data elements mapped to CEDS", population, source, mapped, len(columns), as_of=CEDS, query=query),
        Evidence("Data elements that CEDS has no element for", population, source, local, len(columns), as_of=CEDS,
                 query=query),
    )  # fmt: skip


def _linkable(partition: Partition, as_of: str) -> Evidence:
    row = partition.rows(
        """
        select count(distinct student_id) as students,
            count(distinct student_id) filter (where list_contains($3, student_id_kind)) as linkable
        from core.student where grantee_id = $1 and program_year = $2
        """,
        list(LINKABLE),
    )[0]
    return Evidence("Students sent with an identifier that other agencies know", "students; Social Security number or "
                    "State id", "core.student", row["linkable"], row["students"], as_of=as_of,
                    query="core.student")  # fmt: skip


def _unitid(partition: Partition, as_of: str) -> Evidence:
    row = partition.rows(
        """
        select count(*) as institutions, count(unitid) as with_unitid
        from core.institution where grantee_id = $1 and program_year = $2
        """
    )[0]
    return Evidence("Institutions with an IPEDS UNITID", "institutions that sent records", "core.institution",
                    row["with_unitid"], row["institutions"], as_of=as_of, query="core.institution")  # fmt: skip


def _cip(partition: Partition, as_of: str) -> Evidence:
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
                    rows[0]["programs"] if rows else 0, programs, as_of=as_of, query="core.program")  # fmt: skip
