"""Element (B)(ii): whether programs lead to occupations in demand, and what no record can tell of any element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.scorecard.needs.read import rows_of, table
from pipelines.scorecard.needs.size import programs_of
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

_MARKS = ("high_skill", "high_wage", "in_demand", "all_three")
_ALIGNED = """
    select * from mart.labor_alignment where grantee_id = $1 and program_year = $2 and institution_id is not null
        and subgroup_dimension = 'all' order by institution_id
"""
CANNOT: tuple[tuple[str, str, str], ...] = (
    (
        "(A) Performance",
        "Why a group does worse; migrant status, which no record here holds",
        "Talk with students and faculty; disaggregate what the college knows of support and schedule",
    ),
    (
        "(B)(i) Size, scope, quality",
        (
            "Whether a program is good: curriculum, equipment, safety, advisory boards; dual "
            "credit, which is in no record"
        ),
        "Program review, site visits, the secondary partners' files",
    ),
    (
        "(B)(ii) Alignment",
        "What local employers will hire next year, and local needs outside of the projections",
        "Employers, the workforce board, the labor market section for the State",
    ),
    (
        "(C) Programs of study",
        "Plan approvals, articulation agreements, credit transferred from secondary programs",
        "The agreements themselves; a link to secondary records",
    ),
    (
        "(D) Faculty and staff",
        "Recruitment, retention, training, counselors, underrepresented groups among them",
        "Human resources; a file of instructors can be sent (core.staff)",
    ),
    (
        "(E) Equal access",
        "Strategies against barriers, support for special populations, who never applied",
        "Consultation under section 134(d); applicants' and advising records",
    ),
)


def alignment_table(seen: Sources) -> Table:
    """Return the share of concentrators in programs that lead to occupations of note, by institution."""
    recipients = {p["institution_id"]: name for name, programs in programs_of(seen).items() for p in programs}
    rows = tuple(
        (
            (
                f"{recipients.get(r['institution_id'], 'Recipient not known')}: "
                f"{seen.names.get(r['institution_id'], r['institution_id'])}"
            ),
            *(cell for mark in _MARKS for cell in told(r, mark)),
        )
        for r in rows_of(seen, "mart.labor_alignment", _ALIGNED)
    )
    columns = (
        Column("place", "Eligible recipient and institution"),
        *(column for mark in _MARKS for column in _columns(mark)),
    )
    return table(
        seen,
        "alignment",
        ("(B)(ii) Alignment with the labor market", "concentrators of the institution", "mart.labor_alignment"),
        columns,
        rows,
        "What high-skill, high-wage and in-demand mean, and of when the figures are, stands in the section on "
        "the labor market."
        if rows
        else "No labor market figures are loaded: see labor market.",
    )


def _columns(mark: str) -> tuple[Column, Column]:
    words = mark.replace("_", " ").capitalize()
    return (
        Column(mark, words, "share", "of all concentrators; at least, where some are untold"),
        Column(f"{mark}_untold", f"{words}: cannot tell", "count", "concentrators"),
    )


def told(row: Mapping[str, Any], mark: str) -> tuple[Cell, Cell]:
    """Return the share in such programs, and how many cannot be told; the share is unknown where that is everybody."""
    whole, untold = row["concentrator_count"], row[f"{mark}_untold_count"]
    return (UNKNOWN if untold == whole else Share(row[f"{mark}_count"], whole)), untold


def cannot_table(seen: Sources) -> Table:
    """Return, element by element, what records cannot tell and who can be asked."""
    columns = (
        Column("element", "Element"),
        Column("cannot", "What the data cannot tell"),
        Column("ask", "Whom to ask"),
    )
    return table(
        seen,
        "cannot",
        ("What the data cannot tell", "elements of section 134(c)(2)", "the columns that records have; house default"),
        columns,
        CANNOT,
    )
