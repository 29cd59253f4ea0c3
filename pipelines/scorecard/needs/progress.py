"""Elements (C) and (D): progress toward programs of study, and who teaches, where records were supplied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipelines.scorecard.needs.read import RECIPIENT, number, recipient_words, rows_of, table
from pipelines.scorecard.needs.size import NO_SOURCE, Program, programs_of
from pipelines.scorecard.section import Cell, Column, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

_STAFF = """
    select place.eligible_recipient_id, count(distinct staff.staff_id) as staff_count,
        count(distinct case when staff.employment_status = 'full_time' then staff.staff_id end) as full_time_count,
        count(distinct case when staff.employment_status is not null then staff.staff_id end) as known_count,
        sum(staff.sections_taught_count) as section_count
    from core.staff as staff
    inner join (
        select distinct institution_id, eligible_recipient_id from mart.local_program_size
        where grantee_id = $1 and program_year = $2
    ) as place using (institution_id)
    where staff.grantee_id = $1 and staff.program_year = $2 and not exists (
        select 1 from mart.exclusion as excluded where excluded.table_name = 'staff'
            and excluded.submission_id = staff.submission_id and excluded.line_number = staff.line_number
    )
    group by place.eligible_recipient_id
"""


def progress_table(seen: Sources) -> Table:
    """Return (C): concentrators, completers, those who left without completing, and ladders of award levels."""
    rows = []
    for name, programs in sorted(programs_of(seen).items()):
        levels: dict[str, set[str]] = defaultdict(set)
        for p in programs:
            if p["cip_code"] and p["award_level_code"]:
                levels[p["cip_code"][:5]].add(p["award_level_code"])
        ladder = Share(sum(len(found) > 1 for found in levels.values()), len(levels)) if levels else UNKNOWN
        sums = [_sum(programs, f"{which}_count") for which in ("concentrator", "completer", "left")]
        rows.append((recipient_words(name), *sums, ladder, NO_SOURCE, NO_SOURCE))
    columns = (
        RECIPIENT,
        Column("concentrators", "Concentrators", "count", "a person once a program"),
        Column("completers", "Completers of the year", "count", "a person once a program"),
        Column("left", "Left without completing", "count", "concentrators of this or an earlier year, once a program"),
        Column(
            "ladder",
            "Fields with more than one award level",
            "share",
            "of fields (four digits of CIP) with an award level named",
        ),
        Column("articulated", "Articulated credit"),
        Column("dual", "Dual credit"),
    )
    return table(
        seen,
        "progress",
        ("(C) Progress toward programs of study", "students in programs of the recipient", "mart.local_program_size"),
        columns,
        tuple(rows),
        "Counts of one year that follow nobody: who left may have completed elsewhere. They are of the "
        "programs of which they can be told.",
    )


def _sum(programs: Sequence[Program], column: str) -> Cell:
    told = [p[column] for p in programs if p[column] is not None]
    return sum(told) if told else UNKNOWN


def educators_table(seen: Sources) -> Table:
    """Return (D): instructors where records of them were supplied, else that there is no data source."""
    staff = {r["eligible_recipient_id"]: r for r in rows_of(seen, "core.staff", _STAFF)}
    rows = tuple(
        (
            recipient_words(name),
            row["staff_count"],
            Share(row["full_time_count"], row["known_count"]),
            row["staff_count"] - row["known_count"],
            number(row["section_count"]),
        )
        if (row := staff.get(name))
        else (recipient_words(name), *(NO_SOURCE,) * 4)
        for name in sorted(programs_of(seen))
    )
    columns = (
        RECIPIENT,
        Column("staff", "Instructors", "count"),
        Column("full_time", "Full-time", "share", "of those whose employment status is known"),
        Column("unknown", "Employment status not known", "count"),
        Column("sections", "Sections taught", "count", "where reported"),
    )
    return table(
        seen,
        "educators",
        ("(D) Faculty and staff", "instructors whom the recipient's institutions reported", "core.staff"),
        columns,
        rows,
        "Recruitment, retention, training and counselors are in no record.",
    )
