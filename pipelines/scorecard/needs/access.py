"""Element (E): the way from student to credential, and who falls behind on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pipelines.code_sets import STATES
from pipelines.desk.subgroups import group_name
from pipelines.scorecard.needs.eighty_percent import BELOW, rule_of_lines, two_places
from pipelines.scorecard.needs.read import QUERY, RECIPIENT, limited, number, recipient_words, rows_of, settings, table
from pipelines.scorecard.needs.size import programs_of
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources

STAGES = ("participant", "concentrator", "completer", "credentialed")
WORDS: Mapping[str, str] = {
    "participant": "Participants",
    "concentrator": "Concentrators",
    "completer": "Completers",
    "credentialed": "Completers with a credential",
}
_ACCESS = """
    select * from mart.local_access where grantee_id = $1 and program_year = $2 and program_id is null
    order by eligible_recipient_id, subgroup_dimension, subgroup_code
"""
_SENT = """
    select institution_id from mart.record_count
    where grantee_id = $1 and program_year = $2 and table_name = 'credential' and row_count > 0
"""
_VERDICTS = """
    select distinct eligible_recipient_id, subgroup_dimension, verdict from mart.local_parity
    where grantee_id = $1 and program_year = $2 order by all
"""


def told_stages(seen: Sources) -> dict[str, set[str]]:
    """Return the stages that each recipient's records can tell: those of which no institution of it was silent."""
    sent = {row["institution_id"] for row in rows_of(seen, "mart.record_count", _SENT)}
    found: dict[str, set[str]] = {}
    for recipient, programs in programs_of(seen).items():
        told = {s for s in STAGES[:3] if all(p[f"{s}_count"] is not None for p in programs)}
        has_credentials = "completer" in told and all(p["institution_id"] in sent for p in programs)
        found[recipient] = told | ({"credentialed"} if has_credentials else set())
    return found


def funnel_table(seen: Sources) -> Table:
    """Return one row a recipient: students, participants, concentrators, completers, credentials."""
    told = told_stages(seen)
    rows = tuple(
        (
            recipient_words(r["eligible_recipient_id"]),
            number(r["student_count"]),
            *(
                number(r[f"{stage}_count"] if stage in told.get(r["eligible_recipient_id"], set()) else None)
                for stage in STAGES
            ),
        )
        for r in rows_of(seen, "mart.local_access", _ACCESS)
        if r["subgroup_dimension"] == "all"
    )
    columns = (
        RECIPIENT,
        Column("student", "Students reported", "count"),
        *(Column(stage, WORDS[stage], "count") for stage in STAGES),
    )
    return table(
        seen,
        "access",
        ("(E) From student to credential", "persons of the recipient in the year, each once", "mart.local_access"),
        columns,
        rows,
        "Counts of one year, not a cohort that is followed: a completer may have become a concentrator in an "
        "earlier year, and a credential counts where the year's own records have it.",
        QUERY,
    )


def behind_table(seen: Sources) -> Table:
    """Return the groups whose share falls from the recipient's students to a later stage, by the 80 percent rule."""
    smallest = settings(seen).smallest_n
    shown: list[tuple[Fraction, tuple[Cell, ...]]] = []
    tried = small = untold = 0
    for base, later, row in _steps(seen):
        if row is None:
            untold += 1
        elif min(base.numerator or 0, later.denominator or 0) <= smallest:
            small += 1
        else:
            tried += 1
            index = (later.fraction or Fraction(0)) / (base.fraction or Fraction(1))
            if index < BELOW:
                shown.append((index, (row[0], base, row[1], later, row[2], two_places(index), row[3])))
    found, left_out = limited(shown)
    note = rule_of_lines(smallest, tried, len(shown), left_out, small, "groups at a stage")
    note += f" Of {untold} more it cannot be told (not measurable, or nothing came that tells the stage)."
    of = ("(E) Groups that fall behind on the way", "persons of the recipient in the year", "mart.local_access")
    return table(seen, "behind", of, _BEHIND_COLUMNS, found, note, QUERY)


_BEHIND_COLUMNS = (
    Column("group", "Recipient, stage and group"),
    Column("students", "Of students", "share", "of students whose membership is known"),
    Column("students_unknown", "Students not known", "count"),
    Column("stage", "At the stage", "share", "of persons at the stage whose membership is known"),
    Column("stage_unknown", "At the stage, not known", "count"),
    Column("index", "Index", "number", "share at the stage over share of students"),
    Column("verdict", "Readiness of the data"),
)


def _steps(seen: Sources) -> Iterator[tuple[Share, Share, tuple[str, int, int, str] | None]]:
    """Yield each group's share of students and at a stage, with its name and unknown counts; None where untold."""
    told = told_stages(seen)
    verdicts = {(r["eligible_recipient_id"], r["subgroup_dimension"]): r["verdict"]
                for r in rows_of(seen, "mart.local_parity", _VERDICTS)}  # fmt: skip
    cells: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(seen, "mart.local_access", _ACCESS):
        if row["subgroup_dimension"] != "all":
            cells[row["eligible_recipient_id"], row["subgroup_dimension"]].append(row)
    for (recipient, dimension), rows in sorted(cells.items()):
        verdict = verdicts.get((recipient, dimension), "not_judged")
        unknown = {s: sum(r[f"{s}_count"] for r in rows if r["subgroup_code"] in STATES)
                   for s in ("student", *STAGES)}  # fmt: skip
        for row in rows:
            if row["subgroup_code"] in (*STATES, "no"):
                continue
            group = group_name(dimension, row["subgroup_code"])
            for stage in STAGES:
                is_told = stage in told.get(recipient, set()) and verdict != "not_measurable"
                name = f"{recipient_words(recipient)}, {WORDS[stage].lower()}: {group}"
                words = (name, unknown["student"], unknown[stage], verdict.replace("_", " "))
                yield _part(row, rows, "student"), _part(row, rows, stage), words if is_told else None


def _part(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], stage: str) -> Share:
    known = sum(r[f"{stage}_count"] for r in rows if r["subgroup_code"] not in STATES)
    return Share(row[f"{stage}_count"], known)
