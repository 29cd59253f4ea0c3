"""Files received, each with its id, and the tables of which none has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.desk.desk import Desk
from pipelines.grantee import grantee, grantee_ids
from pipelines.scorecard.files import IN_FORCE, file_line
from pipelines.scorecard.lines import FileLine

REFERENCE: tuple[None, None] = (None, None)


@dataclass(frozen=True)
class Received:
    """A file received. ``is_waiting``: read, and nobody has accepted or refused it yet."""

    submission_id: str
    line: FileLine
    received_at: datetime | None
    is_waiting: bool

    @property
    def is_in_force(self) -> bool:
        """Whether it counts: neither replaced by a later one nor sent twice."""
        return self.line.status in IN_FORCE


def files(desk: Desk) -> Mapping[tuple[str | None, str | None], list[Received]]:
    """Return all files by grantee and program year, by name; those of no known grantee or year under (None, None)."""
    zones = {one: grantee(one).time_zone for one in grantee_ids()}
    found: dict[tuple[str | None, str | None], list[Received]] = defaultdict(list)
    rows = desk.rows("select * from quality.submission order by file_name, received_at, submission_id")
    for row in rows:
        is_placed = row["grantee_id"] in zones and bool(row["program_year"])
        place = (row["grantee_id"], row["program_year"]) if is_placed else REFERENCE
        zone = zones[row["grantee_id"]] if is_placed else "UTC"
        is_waiting = is_placed and row["status"] == "read"
        found[place].append(Received(row["submission_id"], file_line(row, zone), row["received_at"], is_waiting))
    return found


def missing_tables(desk: Desk) -> Mapping[tuple[str, str], list[str]]:
    """Return the required tables of which no file has come, by grantee and program year."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if desk.has("quality.expected_file"):
        query = (
            "select grantee_id, program_year, table_name from quality.expected_file "
            "where coalesce(received_count, 0) = 0 order by 1, 2, 3"
        )
        for row in desk.rows(query):
            found[row["grantee_id"], row["program_year"]].append(row["table_name"])
    return found
