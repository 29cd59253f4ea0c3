"""What arrived: files with what became of their lines, lateness, missing tables, rows against the year before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.scorecard.card import Gate
from pipelines.scorecard.lines import FileLine, RecordLine
from pipelines.scorecard.read import Partition

IN_FORCE = ("received", "read", "accepted", "refused")


def file_lines(partition: Partition, time_zone: str) -> tuple[FileLine, ...]:
    """Return all files of the partition by name, superseded and repeated ones included; days are those of the zone."""
    rows = partition.rows(
        """
        select * from quality.submission where grantee_id = $1 and program_year = $2
        order by file_name, received_at, submission_id
        """
    )
    return tuple(file_line(r, time_zone) for r in rows)


def file_line(row: Mapping[str, Any], time_zone: str) -> FileLine:
    """Return a row of ``quality.submission`` as a line; the day on which it came is that of the time zone."""
    received = day_of(row["received_at"], time_zone)
    due = row["due_date"]
    return FileLine(
        grantee_id=row["grantee_id"] or "",
        program_year=row["program_year"] or "",
        file_name=row["file_name"],
        table_name=row["table_name"] or "",
        status=row["status"],
        message=row["message"] or "",
        sha256=row["sha256"] or "",
        physical_line_count=row["physical_line_count"] or 0,
        header_line_count=row["header_line_count"] or 0,
        loaded_line_count=row["loaded_line_count"] or 0,
        quarantined_line_count=row["quarantined_line_count"] or 0,
        received_on=received,
        due_date=due,
        is_late=bool(row["is_late"]),
        days_late=(received - due).days if received and due else None,
    )


def day_of(moment: datetime | None, time_zone: str) -> date | None:
    """Return the day on which a moment in UTC fell in a time zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date() if moment else None


def in_force(files: tuple[FileLine, ...]) -> tuple[FileLine, ...]:
    """Return the files that count: neither superseded by a later one nor sent twice."""
    return tuple(file for file in files if file.status in IN_FORCE)


def file_gates(files: tuple[FileLine, ...]) -> tuple[Gate, ...]:
    """Return a closed gate for each file that was refused; the message names the fix."""
    return tuple(
        Gate("file", file.file_name, file.file_name, file.message or "no message", "file")
        for file in files
        if file.status == "refused"
    )


def refusal_rules(partition: Partition) -> frozenset[str]:
    """Return the rules that fail for refused files and for nothing else."""
    rows = partition.rows(
        """
        select q.reason_code from quality.quarantine as q
        inner join quality.submission as s on s.submission_id = q.submission_id
        where s.grantee_id = $1 and s.program_year = $2
        group by q.reason_code
        having count(*) = count(*) filter (where s.status = 'refused' and q.line_number is null)
        """
    )
    return frozenset(r["reason_code"] for r in rows)


def missing_tables(partition: Partition) -> tuple[str, ...] | None:
    """Return the required tables of which no file arrived; None where nothing is known to be expected."""
    rows = partition.rows(
        """
        select table_name, received_count from quality.expected_file
        where grantee_id = $1 and program_year = $2 order by table_name
        """
    )
    return tuple(r["table_name"] for r in rows if not r["received_count"]) if rows else None


def expected_count(partition: Partition) -> int:
    """Return how many canonical tables the program year needs."""
    query = "select count(*) from quality.expected_file where grantee_id = $1 and program_year = $2"
    return int(partition.value(query))


def record_lines(partition: Partition) -> tuple[RecordLine, ...]:
    """Return rows by table, beside the year before; without it, a rise in quality may be a loss of records.

    The year before is None unless every institution of this year has one, or the sum would compare unlike with like.
    """
    rows = partition.rows(
        """
        with excluded as (
            select table_name, count(*) as excluded_count from mart.exclusion
            where grantee_id = $1 and program_year = $2 group by table_name
        ), counted as (
            select table_name, sum(row_count) as row_count,
                case when count(*) = count(previous_row_count) then sum(previous_row_count) end as previous_row_count
            from mart.record_count where grantee_id = $1 and program_year = $2 group by table_name
        )
        select c.table_name, c.row_count, c.previous_row_count, coalesce(e.excluded_count, 0) as excluded_count
        from counted as c left join excluded as e on e.table_name = c.table_name order by c.table_name
        """
    )
    return tuple(
        RecordLine(r["table_name"], int(r["row_count"] or 0), _whole(r["previous_row_count"]), r["excluded_count"])
        for r in rows
    )


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def exclusions(partition: Partition) -> tuple[tuple[str, int], ...]:
    """Return how many rows could not be placed, by reason."""
    rows = partition.rows(
        """
        select reason_code, count(*) as row_count from mart.exclusion
        where grantee_id = $1 and program_year = $2 group by reason_code order by reason_code
        """
    )
    return tuple((r["reason_code"], r["row_count"]) for r in rows)
