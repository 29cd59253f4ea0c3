"""Element (E): participation parity by program, and nontraditional fields."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pipelines.desk.subgroups import group_name
from pipelines.scorecard.needs.eighty_percent import BELOW, rule_of_lines, two_places
from pipelines.scorecard.needs.read import RECIPIENT, limited, recipient_words, rows_of, settings, table
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources

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
            if index < BELOW:
                shown.append((index, _parity_row(row, index)))
    found, left_out = limited(shown)
    note = rule_of_lines(limits.smallest_n, tried, len(shown), left_out, small, "groups of a program")
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
        two_places(index),
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
