"""The section of timeliness: what was due, what came when and how often, and of what age the outcomes are."""

from __future__ import annotations

from statistics import median_low
from typing import Any

from pipelines.measures.definitions import year_end
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import FileLine
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources

SAYS = (
    "Days are those of the agency's time zone.",
    "A file that was replaced counts by its last version; how often it was sent again stands beside it.",
)
COLUMNS = (
    Column("records", "Records"),
    Column("due", "Last due date", "date"),
    Column("received", "Last file received", "date"),
    Column("late", "Files late", "share", "of the files with a due date"),
    Column("median_days", "Days late, median", "number", "of the late files"),
    Column("most_days", "Days late, most", "number"),
    Column("again", "Sent again", "count", "files replaced by a later one"),
    Column("refused", "Refused", "share", "of the files in force"),
)
AGES = (
    Column("what", "What"),
    Column("until", "Records speak of the time until", "date"),
    Column("received", "Last file received", "date"),
    Column("days", "Age in days", "number", "from that day to the last file; not of today, which changes no record"),
)
_EXPECTED = """
    select table_name, received_count from quality.expected_file
    where grantee_id = $1 and program_year = $2 order by table_name
"""


def timeliness(seen: Sources) -> Section:
    """Return the section: a row for each kind of record, those that never came too, then the age of the outcomes."""
    partition, known = seen.partition, seen.known
    as_of = known.as_of(partition.program_year)
    expected = partition.rows(_EXPECTED)
    missing = tuple(row["table_name"] for row in expected if not row["received_count"])
    says = (*SAYS, f"Never received: {', '.join(_words(name) for name in missing)}.") if missing else SAYS
    if not known.files:
        says = (*says, "No file has been received; lateness and age cannot be told.")
    files = Table(
        "timeliness_files", "Files by kind of record", "files received for the program year, repeats left out",
        "quality.submission, quality.expected_file", as_of, COLUMNS, _rows(known.files, missing),
        "A file that carries several kinds of record stands under all their names.",
    )  # fmt: skip
    return Section("timeliness", "Timeliness", says, (files, _ages(seen, as_of)))


def _rows(files: tuple[FileLine, ...], missing: tuple[str, ...]) -> tuple[tuple[Cell, ...], ...]:
    names = sorted({file.table_name for file in files if file.status != "repeated"} | set(missing))
    return tuple(_row(name, [file for file in files if file.table_name == name]) for name in names)


def _row(name: str, files: list[FileLine]) -> tuple[Cell, ...]:
    counting = in_force(tuple(files))
    late = [file.days_late for file in counting if file.is_late and file.days_late is not None]
    return (
        _words(name),
        max((file.due_date for file in counting if file.due_date), default=None),
        max((file.received_on for file in counting if file.received_on), default=None) or "not received",
        Share(sum(file.is_late for file in counting), sum(file.due_date is not None for file in counting)),
        median_low(late) if late else "none late" if counting else "not received",
        max(late) if late else "none late" if counting else "not received",
        sum(file.status == "superseded" for file in files),
        Share(sum(file.status == "refused" for file in counting), len(counting)),
    )


def _words(table_name: str) -> str:
    return table_name.replace("_", " ").capitalize() or "Kind not told by any layout"


def _ages(seen: Sources, as_of: str) -> Table:
    year = seen.partition.program_year
    days = [file.received_on for file in in_force(seen.known.files) if file.received_on]
    last = max(days) if days else None
    ends: list[tuple[str, Any]] = [("Records of the program year", year_end(year))]
    ends += [
        (f"Outcomes of {line.indicator_code}, cohort {line.cohort_program_year}", line.outcome_window_end)
        for line in seen.known.indicators
        if line.institution_id is None and line.outcome_window_end is not None
    ]
    rows = tuple(
        (what, end, last or "not received", (last - end).days if last else "not received") for what, end in ends
    )
    return Table(
        "timeliness_age", "Age of the data", "records of the program year and outcomes joined with them",
        "quality.submission, mart.indicator", as_of, AGES, rows,
    )  # fmt: skip
