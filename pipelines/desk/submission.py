"""What is known of each file received: which it replaced, what became of its lines, what drifted, who decided.

Everything is read once for all files. The line law and lateness are said by ``files``; which rules fail by ``tally``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.scorecard.files import IN_FORCE

Row = Mapping[str, Any]
MOST_FILES = 1000  # where there are more, those replaced or sent again in earlier program years have no page
MOST_LINES = 200
NUMBERED = """
    select *, count(*) over (partition by submission_id) as whole_count,
        row_number() over (partition by submission_id order by line_number nulls first, reason_code) as place
    from quality.quarantine
"""
QUARANTINED = f"select * from ({NUMBERED}) as numbered where place <= {MOST_LINES} order by submission_id, place"
# By rule: what stands open in the file, and what did once and is fixed.
FOUND = """
    select submission_id, grantee_id, case when grantee_id is not null then program_year end as program_year, rule_id,
        min(severity) as severity, count(*) filter (where state = 'open') as open_count,
        count(*) filter (where state = 'open' and change = 'new') as new_count,
        count(*) filter (where state = 'fixed') as fixed_count
    from quality.finding where submission_id is not null group by all order by all
"""
DRIFT = "select * from quality.drift order by submission_id, kind, layout_name, column_name, detail"
MEASURED = "select submission_id, kind from quality.drift_scope order by all"
COLUMNS = (
    "select * from quality.submission_column order by submission_id, table_name, layout_name, position, column_name"
)
ACTS = """
    select act_number, kind, grantee_id, program_year, person_name, role, statement, acted_at, details
    from quality.act where kind in ('accept', 'refuse', 'certify', 'purge') order by act_number
"""


@dataclass(frozen=True)
class Known:
    """All rows about the files, each by its file: ``rows`` of ``quality.submission`` by id, the rest by what it is."""

    rows: Mapping[str, Row]
    with_page: frozenset[str]
    replaced_by: Mapping[str, str]
    same_bytes: Mapping[str, list[Row]]
    quarantined: Mapping[str, list[Row]]
    found: Mapping[str, list[Row]]
    drift: Mapping[str, list[Row]]
    measured: Mapping[str, list[Row]]
    columns: Mapping[str, list[Row]]
    acts: Mapping[str, list[Row]]


def with_page(desk: Desk) -> frozenset[str]:
    """Return the ids of files that have a page: all, or of many those that count or are recent."""
    return _with_page(desk.rows("select submission_id, program_year, status from quality.submission"))


def _with_page(rows: Sequence[Row]) -> frozenset[str]:
    years = sorted({row["program_year"] for row in rows if row["program_year"]})[-2:]
    return frozenset(
        row["submission_id"]
        for row in rows
        if len(rows) <= MOST_FILES or row["status"] in IN_FORCE or row["program_year"] in years
    )


def known(desk: Desk) -> Known:
    """Return what is known of all files received."""
    rows = desk.rows("select * from quality.submission order by received_at, submission_id")
    return Known(
        rows={row["submission_id"]: row for row in rows},
        with_page=_with_page(rows),
        replaced_by={earlier: row["submission_id"] for row in rows if (earlier := row["supersedes_submission_id"])},
        same_bytes=_same_bytes(rows),
        quarantined=_by_file(desk.rows(QUARANTINED)),
        found=_by_file(desk.rows(FOUND)),
        drift=_by_file(desk.rows(DRIFT)),
        measured=_by_file(desk.rows(MEASURED)),
        columns=_by_file(desk.rows(COLUMNS)),
        acts=_acts(desk, rows),
    )


def _by_file(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["submission_id"]].append(row)
    return found


def _same_bytes(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Return, for each file, the others of its grantee with the same bytes. Sheets have those of their workbook."""
    alike: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        alike[_bytes_of(row)].append(row)
    return {row["submission_id"]: [one for one in alike[_bytes_of(row)] if one is not row] for row in rows}


def _bytes_of(row: Row) -> tuple[str, str, str]:
    return row["grantee_id"] or "", row["sha256"] or "", row["file_name"].partition("!")[2]


def _acts(desk: Desk, rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Return the acts about each file. An act names its files by name and hash, of one program year or of several."""
    of_file: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        of_file[row["grantee_id"] or "", row["file_name"], row["sha256"] or ""].append(row)
    found: dict[str, list[Row]] = defaultdict(list)
    for act in desk.rows(ACTS):
        for name, sha256 in json.loads(act["details"] or "{}").get("files", ()):
            for row in of_file.get((act["grantee_id"] or "", name, sha256), ()):
                if act["program_year"] in (None, row["program_year"]):
                    found[row["submission_id"]].append(act)
    return found
