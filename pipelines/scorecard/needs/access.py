"""Element (E): the way from student to credential, who falls behind on it, parity by program, nontraditional fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from pipelines.code_sets import STATES
from pipelines.desk.subgroups import group_name
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
PARITY_BELOW = Fraction(4, 5)
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
_PARITY = """
    select parity.*, size.program_name from mart.local_parity as parity
    left join mart.local_program_size as size using (grantee_id, program_year, institution_id, program_id)
    where grantee_id = $1 and program_year = $2
    order by parity.eligible_recipient_id, institution_id, program_id, subgroup_dimension, subgroup_code
"""
_NONTRADITIONAL = """
    select access.eligible_recipient_id, sum(access.participant_count) as participant_count,
        count(distinct access.institution_id || '*' || access.program_id) as program_count,
        sum(case when access.subgroup_code in ('female', 'male') and (field.nontraditional_sex = access.subgroup_code
            or field.nontraditional_sex = 'both') then access.participant_count else 0 end) as met_count,
        sum(case when access.subgroup_code in ('unknown', 'declined', 'not_reported', 'not_collected')
            then access.participant_count else 0 end) as unknown_count
    from mart.local_access as access
    inner join mart.nontraditional_program as field using (grantee_id, program_year, institution_id, program_id)
    where grantee_id = $1 and program_year = $2 and access.subgroup_dimension = 'sex'
        and field.nontraditional_sex in ('female', 'male', 'both')
    group by access.eligible_recipient_id order by access.eligible_recipient_id
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
            if index < PARITY_BELOW:
                shown.append((index, (row[0], base, row[1], later, row[2], _decimal(index), row[3])))
    found, left_out = limited(shown)
    note = _rule(smallest, tried, len(shown), left_out, small, "groups at a stage")
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


def parity_table(seen: Sources) -> Table:
    """Return the groups that stand lower among a program's participants than among the recipient's students."""
    limits = settings(seen)
    shown, tried, small, untold = [], 0, 0, 0
    for row in rows_of(seen, "mart.local_parity", _PARITY):
        if row["status"] != "computed":
            untold += 1
        elif min(row["group_student_count"], row["known_participant_count"]) <= limits.smallest_n:
            small += 1
        else:
            tried += 1
            index = Fraction(
                row["group_participant_count"] * row["known_student_count"],
                row["known_participant_count"] * row["group_student_count"],
            )
            if index < PARITY_BELOW:
                shown.append((index, _parity_row(row, index)))
    found, left_out = limited(shown)
    note = _rule(limits.smallest_n, tried, len(shown), left_out, small, "groups of a program")
    note += f" Of {untold} more the index cannot be told (not measurable, or no participants of known membership)."
    return table(
        seen,
        "parity",
        (
            "(E) Participation parity by program",
            "participants of the program, beside all students whom the recipient's institutions reported",
            "mart.local_parity",
        ),
        _PARITY_COLUMNS,
        found,
        note,
    )


_PARITY_COLUMNS = (
    Column("group", "Recipient, program and group"),
    Column("program", "In the program", "share", "of participants whose membership is known"),
    Column("program_unknown", "Participants not known", "count"),
    Column("students", "Of students", "share", "of the recipient's students whose membership is known"),
    Column("students_unknown", "Students not known", "count"),
    Column("index", "Parity index", "number", "share in the program over share of students; 1 is parity"),
    Column("verdict", "Readiness of the data"),
)


def _parity_row(row: Mapping[str, Any], index: Fraction) -> tuple[Cell, ...]:
    name = f"{recipient_words(row['eligible_recipient_id'])}, {row['program_name'] or 'not in the inventory'} "
    name += (
        f"({row['institution_id']} {row['program_id']}): {group_name(row['subgroup_dimension'], row['subgroup_code'])}"
    )
    return (
        name,
        Share(row["group_participant_count"], row["known_participant_count"]),
        row["unknown_participant_count"],
        Share(row["group_student_count"], row["known_student_count"]),
        row["unknown_student_count"],
        _decimal(index),
        row["verdict"].replace("_", " "),
    )


def nontraditional_table(seen: Sources) -> Table:
    """Return one row a recipient: who in nontraditional programs is of the sex that they are nontraditional for."""
    rows = tuple(
        (
            recipient_words(r["eligible_recipient_id"]),
            r["program_count"],
            Share(int(r["met_count"]), int(r["participant_count"] - r["unknown_count"])),
            int(r["unknown_count"]),
        )
        for r in rows_of(seen, "mart.nontraditional_program", _NONTRADITIONAL)
    )
    columns = (
        RECIPIENT,
        Column("programs", "Nontraditional programs", "count", "with somebody in them"),
        Column("share", "Of the underrepresented sex", "share", "of their participants whose sex is known"),
        Column("unknown", "Sex not known", "count"),
    )
    return table(
        seen,
        "nontraditional",
        (
            "(E) Nontraditional fields",
            "participants in programs that are nontraditional for one sex, once a program",
            "mart.local_access, mart.nontraditional_program",
        ),
        columns,
        rows,
    )


def _part(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], stage: str) -> Share:
    known = sum(r[f"{stage}_count"] for r in rows if r["subgroup_code"] not in STATES)
    return Share(row[f"{stage}_count"], known)


def _rule(smallest: int, tried: int, found: int, left_out: int, small: int, what: str) -> str:
    return (
        f"Rule of the lines: every group with an index below 0.80 (the 80 percent rule; no test of chance), more than "
        f"{smallest} students of the group and more than {smallest} persons of known membership beside it, lowest "
        f"first. Of {tried} {what} of that size {found} are below; {left_out} of these do not fit here. {small} are "
        f"too small. Where institutions report CTE students alone, the comparison is not with the whole college."
    )


def _decimal(index: Fraction) -> Decimal:
    return (Decimal(index.numerator) / Decimal(index.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
