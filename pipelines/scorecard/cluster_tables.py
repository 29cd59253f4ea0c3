"""The tables of the section of Career Clusters, each made of ``mart.program_cluster`` alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pipelines.career_clusters import MODERN, CareerClusters
from pipelines.scorecard.cluster_programs import (
    NONE,
    ONE,
    READY,
    SEVERAL,
    UNKNOWN,
    Program,
    Sign,
    by_institution,
    counts,
    framework_words,
    label,
    person_share,
    program_share,
)
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN as CANNOT_TELL

SOURCE, QUERY, QUERY_BY_FIELD = "mart.program_cluster", "program_clusters_summed", "program_clusters"
WHO = (
    "programs of the inventory; concentrators of the year, each counted once in the State, at the program in which "
    "most credits were earned"
)
PROGRAMS = Column("programs", "Programs", "share", "of the programs of the inventory")
PERSONS = Column("concentrators", "Concentrators", "share", "of all concentrators, each counted once")
REASONS = {
    "not_in_inventory": "program that only its students name: the inventory lacks it",
    "crosswalk_not_loaded": "no crosswalk of this framework is loaded",
    "cip_unreadable": "CIP code could not be read",
    "cip_version_differs": "CIP code of another taxonomy than the crosswalk",
    "cip_not_in_crosswalk": "CIP code is not in the crosswalk",
    "several_clusters": "CIP code of several clusters, and the primary rule chooses none",
    "no_state_cluster": "no State's cluster was sent",
}
AGREEMENT = {
    "primary": "State's cluster is the primary one of the CIP code",
    "among": "State's cluster is another one that the crosswalk names for the CIP code (agrees)",
    "disagrees": "State's cluster is none that the crosswalk names for the CIP code (disagrees)",
} | REASONS
READINESS = {
    READY: "State's cluster of the 14 is there",
    ONE: "State's cluster of the 14 is missing; the crosswalk names one",
    SEVERAL: "State's cluster of the 14 is missing; the crosswalk names several, the State chooses",
    NONE: "State's cluster of the 14 is missing; the crosswalk names none, or is not loaded",
}


def framework_table(said: CareerClusters, year: str, programs: Sequence[Program]) -> Table:
    """Return what the grantee's folder and the crosswalk say of the framework."""
    editions = sorted({p.crosswalk_program_year for p in programs if p.crosswalk_program_year})
    rows: tuple[tuple[Cell, ...], ...] = (
        ("framework of this program year", framework_words(said.framework_of(year))),
        ("adoption of the framework of 14 by the State", said.adopted),
        ("effective from program year", said.effective_from or ("none" if said.adopted == "not" else "not known")),
        ("source of the adoption", said.evidence or "none given"),
        ("primary rule for CIP codes of several clusters", said.primary_rule),
        ("crosswalk of the 14 clusters, program year of its edition", ", ".join(editions) or "not loaded"),
    )
    return Table(
        "clusters_framework", "Framework and adoption", "the grantee", "grantee.toml [career_clusters]",
        f"as configured for {year}", (Column("what", "What"), Column("value", "Value")), rows,
    )  # fmt: skip


def coverage_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return how many programs and concentrators have a cluster, pooled and by institution, median and worst."""
    columns = (
        Column("what", "What"), Column("all", "All", "share"),
        Column("median", "Median institution", "share", "the lower one of two"),
        Column("worst", "Worst institution", "share"),
        Column("institutions", "Institutions", "count", "with a program or a concentrator"),
    )  # fmt: skip
    is_known = any(p.expected_framework for p in programs)
    is_loaded = any(p.crosswalk_program_year for p in programs)
    signs: tuple[tuple[str, Sign, bool], ...] = (
        ("a State's cluster of any framework", lambda p: p.career_cluster_code is not None, True),
        ("a State's cluster in the framework of the year", _is_of_the_year, is_known),
        ("a State's cluster of the 14", lambda p: p.career_cluster_framework == MODERN, True),
        ("a cluster of the 14 proposed by the crosswalk", lambda p: p.proposed_cluster_code is not None, is_loaded),
    )
    rows = tuple(row for one in signs for row in _coverage_rows(programs, *one))
    return Table("clusters_coverage", "Who has a cluster", WHO, SOURCE, as_of, columns, rows,
                 "An institution's concentrators are those counted at its programs.", QUERY)  # fmt: skip


def _is_of_the_year(program: Program) -> bool:
    framework = program.career_cluster_framework
    return framework is not None and framework == program.expected_framework


def _coverage_rows(programs: Sequence[Program], words: str, sign: Sign, is_told: object) -> Iterator[tuple[Cell, ...]]:
    for who, share in (("programs", program_share), ("concentrators", person_share)):
        median, worst, number = by_institution(programs, sign, share)
        shown: tuple[Cell, ...] = (share(programs, sign), median or "none", worst or "none")
        yield (f"{who} with {words}", *(shown if is_told else (CANNOT_TELL,) * 3), number)


def state_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return programs and concentrators by the State's cluster; the rows partition both totals."""
    return _by_cluster(
        ("clusters_state", "By the cluster under which the State approved", "no State's cluster was sent",
         "Persons counted once: a table by indicator counts who has two clusters in both."),
        programs, lambda p: p.career_cluster_code, as_of,
    )  # fmt: skip


def proposal_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return programs and concentrators by the primary cluster that the crosswalk proposes."""
    return _by_cluster(
        ("clusters_proposed", "By the cluster of the 14 that the crosswalk proposes", "unmapped: none is proposed",
         "A proposal, which decides nothing."),
        programs, lambda p: p.proposed_cluster_code, as_of,
    )  # fmt: skip


def legacy_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return programs and concentrators by legacy cluster, as sent or by a crosswalk that the user loaded."""
    return _by_cluster(
        ("clusters_legacy", "By legacy cluster", "not available",
         "As sent, or by a crosswalk from CIP codes that the user loaded; never converted from the 14."),
        programs, lambda p: p.legacy_cluster_code, as_of,
    )  # fmt: skip


def _by_cluster(
    words: tuple[str, str, str, str], programs: Sequence[Program], key: Callable[[Program], str | None], as_of: str
) -> Table:
    """``words`` are id, title, the name of the row without a cluster, and note."""
    table_id, title, none, note = words
    found = counts(programs, lambda p: key(p) or UNKNOWN)
    rest = (none, *found.pop(UNKNOWN)) if UNKNOWN in found else None
    rows = [(label(code), *shares) for code, shares in found.items()]
    rows += [rest] if rest else []
    total = ("all", program_share(programs, lambda _: True), person_share(programs, lambda _: True))
    return Table(table_id, title, WHO, SOURCE, as_of, (Column("cluster", "Career Cluster"), PROGRAMS, PERSONS),
                 (*rows, total), note, QUERY)  # fmt: skip


def unmapped_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return why programs have no proposal; with those that have one the rows partition both totals."""
    return _by_words("clusters_unmapped", "Proposed, and why not", programs, lambda p: p.unmapped_reason or "proposed",
                     {"proposed": "a cluster of the 14 is proposed"} | REASONS, as_of)  # fmt: skip


def agreement_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return how the State's clusters stand beside the crosswalk of their own framework."""
    return _by_words("clusters_agreement", "The State's cluster beside the crosswalk of the same framework", programs,
                     lambda p: p.agreement, AGREEMENT, as_of)  # fmt: skip


def readiness_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return how far programs are from the first submission in the framework of 14."""
    return _by_words("clusters_readiness", "Ready for the first federal submission in the framework of 14", programs,
                     lambda p: p.readiness, READINESS, as_of)  # fmt: skip


def _by_words(
    table_id: str, title: str, programs: Sequence[Program], key: Callable[[Program], str], words: Mapping[str, str],
    as_of: str,
) -> Table:  # fmt: skip
    found = counts(programs, key)
    rows = tuple((text, *found[code]) for code, text in words.items() if code in found)
    return Table(table_id, title, WHO, SOURCE, as_of, (Column("standing", "Standing"), PROGRAMS, PERSONS), rows,
                 query=QUERY)  # fmt: skip


def to_do_table(programs: Sequence[Program], as_of: str) -> Table:
    """Return what is missing for that submission, a row for each CIP code and State's cluster."""
    columns = (
        Column("cip", "CIP code"), Column("name", "Program", note="the first name of several"),
        Column("programs", "Programs", "count"), Column("concentrators", "Concentrators", "count", "counted once"),
        Column("now", "State's cluster now"), Column("proposed", "Proposed of the 14"),
        Column("choices", "Clusters that the crosswalk names", "count"), Column("missing", "What is missing"),
    )  # fmt: skip
    missing = [p for p in programs if p.is_in_inventory and p.readiness != READY]
    keys = sorted({_group(p) for p in missing})
    rows = tuple(_to_do(key, [p for p in missing if _group(p) == key]) for key in keys)
    return Table(
        "clusters_to_do", "What is missing for that submission, by CIP code",
        "programs of the inventory without a State's cluster of the 14, and their concentrators", SOURCE, as_of,
        columns, rows, "The State approves; what is proposed here is sent nowhere.", QUERY_BY_FIELD,
    )  # fmt: skip


def _group(program: Program) -> tuple[str, str, str]:
    return program.cip_code or "unreadable", program.cip_version or "", program.career_cluster_code or UNKNOWN


def _to_do(key: tuple[str, str, str], programs: Sequence[Program]) -> tuple[Cell, ...]:
    first = programs[0]
    reason = f": {REASONS[first.unmapped_reason]}" if first.readiness == NONE and first.unmapped_reason else ""
    missing = "the State's cluster of the 14" + {ONE: "; one to confirm", SEVERAL: "; one to choose"}.get(
        first.readiness, reason
    )
    return (
        key[0] if key[1] in ("", "CIP2020") else f"{key[0]} ({key[1]})",
        min((p.program_name for p in programs if p.program_name), default=""),
        len(programs), sum(p.concentrator_once_count for p in programs), label(key[2]),
        label(first.proposed_cluster_code) if first.proposed_cluster_code else "none",
        first.proposed_cluster_count if first.crosswalk_program_year else CANNOT_TELL, missing,
    )  # fmt: skip
