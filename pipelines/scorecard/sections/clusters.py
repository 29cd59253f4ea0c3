"""The section of Career Clusters: under which the State approved its programs, and what a crosswalk proposes.

The tables stand in ``cluster_tables``. The State's cluster decides; nothing here converts one framework into another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.career_clusters import FIRST_FEDERAL_SUBMISSION, LEGACY, PRIMARY_RULES, CareerClusters
from pipelines.scorecard.cluster_programs import Program, framework_words, program_share, programs_of
from pipelines.scorecard.cluster_tables import (
    agreement_table,
    coverage_table,
    framework_table,
    legacy_table,
    proposal_table,
    readiness_table,
    state_table,
    to_do_table,
    unmapped_table,
)
from pipelines.scorecard.section import Section
from pipelines.scorecard.sources import Sources

AUTHORITY = (
    "The cluster under which the State approved a program decides. A crosswalk from CIP codes proposes, and where the "
    "two differ, that is a question to the approval and no error of it."
)
NEVER = (
    "Totals of the 16 legacy clusters are never converted into the 14, nor the other way round: the old clusters were "
    "split and joined, so that only programs, each by its own approval or CIP code, can be placed anew."
)
SUB_CLUSTERS = (
    "Sub-clusters of the framework of 14 are in no record that programs are submitted with; they only serve to rank "
    "the clusters of a CIP code."
)
HOW_TO_LOAD = (
    "No crosswalk of the 14 clusters is loaded, so that nothing is proposed and nothing can be compared. Take "
    "CIP_Career_Clusters_Crosswalk.xlsx from Advance CTE, put its year into the name, and load it with: "
    "cte reference add CIP_Career_Clusters_Crosswalk_2025.xlsx; the next night uses it."
)
NO_PROGRAMS = "No program of this year could be read: nothing can be told of its clusters."


def clusters(seen: Sources) -> Section:
    """Return the section; without a crosswalk it shows what the submission alone can say, and how to load one."""
    said = seen.known.grantee.career_clusters
    programs = programs_of(seen.partition)
    year, as_of = seen.partition.program_year, seen.known.as_of(seen.partition.program_year)
    first = framework_table(said, year, programs)
    if not programs:
        return Section("clusters", "Career Clusters", (AUTHORITY, NO_PROGRAMS, NEVER), (first,))
    tables = (
        first,
        coverage_table(programs, as_of),
        state_table(programs, as_of),
        *((proposal_table(programs, as_of), unmapped_table(programs, as_of)) if _is_loaded(programs) else ()),
        agreement_table(programs, as_of),
        *(() if _is_legacy_alone(programs) else (legacy_table(programs, as_of),)),
        readiness_table(programs, as_of),
        to_do_table(programs, as_of),
    )
    return Section("clusters", "Career Clusters", tuple(_says(said, year, programs)), tables)


def _is_loaded(programs: Sequence[Program]) -> bool:
    return any(program.crosswalk_program_year for program in programs)


def _is_legacy_alone(programs: Sequence[Program]) -> bool:
    """Return whether the legacy clusters are those of the State's table and no others."""
    return all(p.legacy_cluster_code == p.career_cluster_code for p in programs)


def _says(said: CareerClusters, year: str, programs: Sequence[Program]) -> Iterator[str]:
    yield AUTHORITY
    yield _adoption(said, year)
    if _is_loaded(programs):
        yield f"A crosswalk names several clusters for most CIP codes. One of them is primary: {_rule(said)}."
    else:
        yield HOW_TO_LOAD
    ready = program_share(programs, lambda p: p.readiness == "ready")
    yield (
        f"The first federal submission in the framework of 14 is expected {FIRST_FEDERAL_SUBMISSION}: "
        f"{ready.numerator} of {ready.denominator} programs have a State's cluster of the 14."
    )
    if _is_legacy_alone(programs):
        yield "The legacy clusters are those that were sent, as in the table by the State's cluster."
    yield NEVER
    yield SUB_CLUSTERS


def _rule(said: CareerClusters) -> str:
    return (
        f"{PRIMARY_RULES[said.primary_rule]} (house default {said.primary_rule}; the workbook's order is alphabetical)"
    )


def _adoption(said: CareerClusters, year: str) -> str:
    in_force = said.framework_of(year)
    if in_force is None:
        return (
            f"Which framework holds in {year} is not known, because it is not known whether the State has adopted the "
            "14: shares of programs in the framework of the year cannot be told."
        )
    since = f", adopted {said.adopted} from {said.effective_from} on" if said.effective_from else ""
    if in_force == LEGACY and not since:
        since = f"; whether the State has adopted the 14: {said.adopted}"
    return f"In {year} programs are approved under the {framework_words(in_force)}{since}."
