"""Which files received hold the records of each institution, and findings on them.

What the rules find is said by ``institution``, what is known of a file by ``submission``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.desk.desk import Desk
from pipelines.desk.files import Received
from pipelines.desk.files import files as received_files
from pipelines.schema import core_tables

Place = tuple[str, str]  # grantee and slug of an institution
FOUND_IN = """
    select grantee_id, institution_id, submission_id, count(*) as open_count
    from quality.finding where state = 'open' and submission_id is not null and grantee_id is not null group by all
"""


@dataclass(frozen=True)
class FileHere:
    """A file received that holds records of an institution, or findings on them. ``records`` are counts by table."""

    received: Received
    records: tuple[tuple[str, int], ...]
    open_count: int


def place_of(desk: Desk, grantee_id: str | None, institution_id: str | None) -> Place:
    """Return where what belongs to an institution's code is told; all codes of no list have one place."""
    return grantee_id or "", desk.directory.find(grantee_id, institution_id).slug


def files(desk: Desk) -> Mapping[Place, list[FileHere]]:
    """Return the files that hold records of an institution, or findings on them, by program year and name."""
    records: dict[Place, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    found: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for r in desk.rows(_held()):
        of_file = records[place_of(desk, r["grantee_id"], r["institution_id"])][r["submission_id"]]
        of_file[r["table_name"]] += r["row_count"]
    for r in desk.rows(FOUND_IN):
        found[place_of(desk, r["grantee_id"], r["institution_id"])][r["submission_id"]] += r["open_count"]
    received = {one.submission_id: one for of_place in received_files(desk).values() for one in of_place}
    return {
        place: sorted(
            (
                FileHere(received[one], tuple(sorted(records[place][one].items())), found[place][one])
                for one in {*records[place], *found[place]} & received.keys()
            ),
            key=lambda file: (
                file.received.line.program_year,
                file.received.line.file_name,
                file.received.submission_id,
            ),
        )
        for place in {*records, *found}
    }


def _by_name(file: FileHere) -> tuple[str, str, str]:
    return file.received.line.program_year, file.received.line.file_name, file.received.submission_id


def _held() -> str:
    """Return a query that counts the records in force of each table by institution and file."""
    return " union all ".join(
        f"select '{table.name}' as table_name, grantee_id, institution_id, submission_id, count(*) as row_count "
        f"from {table.fullname} group by all"
        for table in core_tables()
    )
