"""Element (B)(i): size, scope and quality of programs, beside what the State asks of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from statistics import median_low
from typing import Any

from pipelines.local_needs import MEASURES, Threshold
from pipelines.scorecard.needs.read import (
    MOST_ROWS,
    RECIPIENT,
    number,
    recipient_words,
    rows_of,
    share,
    table,
)
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

NOT_ENTERED = "no State threshold entered"
NO_SOURCE = "no data source"
_PROGRAMS = """
    select * from mart.local_program_size where grantee_id = $1 and program_year = $2
    order by eligible_recipient_id, institution_id, program_id
"""
Program = dict[str, Any]


def programs_of(seen: Sources) -> dict[str, list[Program]]:
    """Return the programs of each recipient, recipients in order."""
    found: dict[str, list[Program]] = defaultdict(list)
    for row in rows_of(seen, "mart.local_program_size", _PROGRAMS):
        found[row["eligible_recipient_id"]].append(row)
    return found


def verdict(program: Program, threshold: Threshold) -> str:
    """Return met, below or untold, in exact numbers; untold where unknown outcomes could still reach the threshold."""
    if threshold.measure != "credential_percent":
        count = program[f"{threshold.measure}_count".replace("participants", "participant").replace("ators", "ator")]
        return "untold" if count is None else "met" if count >= threshold.at_least else "below"
    size = program["credential_denominator_count"]
    if not size:
        return "untold"
    lowest = Fraction(100 * program["credential_numerator_count"], size)
    if lowest >= threshold.at_least:
        return "met"
    return (
        "untold"
        if lowest + Fraction(100 * program["credential_unknown_count"], size) >= threshold.at_least
        else ("below")
    )


def size_table(seen: Sources) -> Table:
    """Return one row a recipient: programs, how large they are, their endpoint, and how many are below a threshold."""
    columns = (
        RECIPIENT,
        Column("programs", "Programs", "count", "in the inventory, or with somebody in them"),
        Column("outside", "Not in the inventory", "count"),
        Column("empty", "Without participants", "share", "of programs whose participants can be told"),
        Column("fewest", "Fewest concentrators", "count", "in a program"),
        Column("median", "Median concentrators", "count", "lower median of programs"),
        Column("most", "Most concentrators", "count", "in a program"),
        Column("endpoint", "Award level named", "share", "of programs of the inventory"),
        Column("experience", "With work-based learning", "share", "of programs whose institution sent such records"),
        Column("credential", "2P1", "share", "of the cohorts of programs, a person once a program"),
        Column("credential_unknown", "2P1: outcome unknown", "count", "in the share as no success"),
        Column("dual", "Dual credit"),
        *(
            Column(
                f"below_{m}",
                f"Below the State's minimum: {m.replace('_', ' ')}",
                "share",
                "of programs of which it can be told",
            )
            for m in MEASURES
        ),
    )
    rows = tuple(_size_row(seen, name, programs) for name, programs in sorted(programs_of(seen).items()))
    return table(
        seen,
        "size",
        ("(B)(i) Size, scope and quality", "programs of the recipient in the year", "mart.local_program_size"),
        columns,
        rows,
        "Small is not weak: a State's own minimum decides, and only where it is entered.",
    )


def _size_row(seen: Sources, name: str, programs: Sequence[Program]) -> tuple[Cell, ...]:
    told = [p["participant_count"] for p in programs if p["participant_count"] is not None]
    sizes = [p["concentrator_count"] for p in programs if p["concentrator_count"] is not None]
    listed = [p for p in programs if p["is_in_inventory"]]
    experience = [p["work_based_learning_count"] for p in programs if p["work_based_learning_count"] is not None]
    cohort = [p for p in programs if p["credential_status"] == "computed"]
    by_measure = {one.measure: one for one in seen.known.grantee.local_needs}
    return (
        recipient_words(name),
        len(programs),
        len(programs) - len(listed),
        Share(told.count(0), len(told)) if told else UNKNOWN,
        *((min(sizes), median_low(sizes), max(sizes)) if sizes else (UNKNOWN,) * 3),
        Share(sum(p["award_level_code"] is not None for p in listed), len(listed)),
        Share(sum(n > 0 for n in experience), len(experience)) if experience else NO_SOURCE,
        *(
            (
                share(*(sum(p[f"credential_{part}_count"] for p in cohort) for part in ("numerator", "denominator"))),
                sum(p["credential_unknown_count"] for p in cohort),
            )
            if cohort
            else (_status(programs),) * 2
        ),
        NO_SOURCE,
        *(_below(programs, by_measure.get(measure)) for measure in MEASURES),
    )


def _status(programs: Sequence[Program]) -> str:
    found = {p["credential_status"] for p in programs}
    return "pending" if "pending" in found else "not computable" if "not_computable" in found else "nobody in a cohort"


def _below(programs: Sequence[Program], threshold: Threshold | None) -> Cell:
    if threshold is None:
        return NOT_ENTERED
    told = [found for found in (verdict(program, threshold) for program in programs) if found != "untold"]
    return Share(told.count("below"), len(told)) if told else UNKNOWN


def threshold_table(seen: Sources) -> Table:
    """Return what the State asks of a program, measure by measure, with source and date."""
    entered = {one.measure: one for one in seen.known.grantee.local_needs}
    rows = tuple(
        (words, str(entered[m].at_least), entered[m].source, entered[m].as_of.isoformat())
        if m in entered
        else (words, NOT_ENTERED, "", "")
        for m, words in MEASURES.items()
    )
    columns = (
        Column("measure", "Measure"),
        Column("at_least", "At least"),
        Column("source", "Source"),
        Column("date", "Of"),
    )
    return table(
        seen,
        "thresholds",
        (
            "(B)(i) What the State asks of a program",
            "programs of all recipients",
            "grantee.toml, [[local_needs.threshold]]",
        ),
        columns,
        rows,
    )


def below_table(seen: Sources) -> Table:
    """Return the programs that are below a threshold, in the order of their recipients, as many as fit."""
    rows: list[tuple[Cell, ...]] = [
        ((f"{recipient_words(name)}, {seen.names.get(p['institution_id'], p['institution_id'])}: "
         f"{p['program_name'] or 'not in the inventory'} ({p['program_id']})"),
         number(p["participant_count"]), number(p["concentrator_count"]),
         share(p["credential_numerator_count"], p["credential_denominator_count"]),
         number(p["credential_unknown_count"]), ", ".join(found))
        for name, programs in sorted(programs_of(seen).items()) for p in programs
        if (found := [t.measure.replace("_", " ") for t in seen.known.grantee.local_needs if verdict(p, t) == "below"])
    ]  # fmt: skip
    columns = (
        Column("program", "Program"),
        Column("participants", "Participants", "count"),
        Column("concentrators", "Concentrators", "count"),
        Column("credential", "2P1", "share"),
        Column("unknown", "2P1: outcome unknown", "count"),
        Column("below", "Below the minimum of"),
    )
    note = (
        f"Rule of the lines: every program below a threshold entered, by recipient, institution and program; "
        f"{max(len(rows) - MOST_ROWS, 0)} more do not fit here."
    )
    return table(
        seen,
        "below",
        ("(B)(i) Programs below a State threshold", "programs of all recipients", "mart.local_program_size"),
        columns,
        tuple(rows[:MOST_ROWS]),
        note,
    )
