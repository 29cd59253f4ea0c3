"""The closed loop of each institution: what was returned to it, what it explained, and how its findings went on.

Counted are findings; which rules fail at an institution is said by ``institution``. How a return is written is said by
the room ``returns``, how an explanation is read back by ``sql/quality/finding_explanation.sql``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.held import Place, place_of

Row = Mapping[str, Any]
MOVED = ("returned_count", "explained_count", "corrected_count", "came_back_count")
HISTORY = """
    select history.*, run.started_at from quality.institution_history as history
    inner join quality.run as run on history.run_id = run.run_id
    order by history.grantee_id, history.run_id, history.institution_id, history.program_year
"""
RETURNS = """
    select package.*, submission.file_name,
        row_number() over (partition by package.file_path order by package.return_number desc) = 1 as is_last
    from quality.return_package as package
    left join quality.submission as submission on package.submission_id = submission.submission_id
    order by package.returned_at desc, package.program_year desc, submission.file_name, package.return_id
"""
EXPLANATIONS = """
    select told.grantee_id, told.institution_id, told.program_year, told.explanation, told.received_at,
        finding.rule_id, finding.file_name, finding.line_number, finding.column_name, finding.state
    from quality.finding_explanation as told
    inner join quality.finding as finding on told.finding_id = finding.finding_id
    order by told.received_at desc, finding.rule_id, finding.file_name, finding.line_number, told.finding_id
"""


@dataclass(frozen=True)
class Return:
    """A return as it was written. ``file_path`` is empty where a later one took its place or its files are gone."""

    program_year: str
    submission_id: str
    file_name: str
    number: int
    returned_at: datetime
    file_path: str
    new_count: int
    still_open_count: int
    came_back_count: int
    fixed_count: int
    withheld_count: int


@dataclass(frozen=True)
class Explanation:
    """What an institution said about a finding: free text of a sender, digits masked."""

    rule_id: str
    program_year: str
    file_name: str
    line_number: int | None
    column_name: str
    is_open: bool
    text: str
    received_at: datetime


@dataclass(frozen=True)
class Night:
    """A run after which something was otherwise than before. ``open_count`` is None where nothing was judged yet."""

    run_id: str
    started_at: datetime
    open_count: int | None
    returned_count: int
    explained_count: int
    corrected_count: int
    came_back_count: int

    @property
    def has_moved(self) -> bool:
        """Whether something was returned, explained, corrected or came back."""
        return any((self.returned_count, self.explained_count, self.corrected_count, self.came_back_count))


def returns(desk: Desk) -> Mapping[Place, list[Return]]:
    """Return every return by institution, the newest first."""
    found: dict[Place, list[Return]] = defaultdict(list)
    for r in desk.rows(RETURNS):
        folder = desk.home / "returns"
        is_there = r["is_last"] and all((folder / f"{r['file_path']}.{kind}").is_file() for kind in ("xlsx", "csv"))
        one = Return(
            r["program_year"], r["submission_id"], r["file_name"] or "", r["return_number"], r["returned_at"],
            r["file_path"] if is_there else "", r["new_count"], r["still_open_count"], r["came_back_count"],
            r["fixed_count"], r["withheld_count"],
        )  # fmt: skip
        found[place_of(desk, r["grantee_id"], r["institution_id"])].append(one)
    return found


def explanations(desk: Desk) -> Mapping[Place, list[Explanation]]:
    """Return the latest explanation of each finding by institution, the newest first."""
    found: dict[Place, list[Explanation]] = defaultdict(list)
    for r in desk.rows(EXPLANATIONS) if desk.has("quality.finding_explanation") else ():
        one = Explanation(
            r["rule_id"], r["program_year"] or "", r["file_name"] or "", r["line_number"], r["column_name"] or "",
            r["state"] == "open", r["explanation"], r["received_at"],
        )  # fmt: skip
        found[place_of(desk, r["grantee_id"], r["institution_id"])].append(one)
    return found


def nights(desk: Desk) -> Mapping[Place, list[Night]]:
    """Return how each institution fared, the oldest night first; nights that changed nothing are left out."""
    judged: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))  # grantee -> run -> program years
    told: dict[Place, list[Row]] = defaultdict(list)
    started: dict[str, datetime] = {}
    for row in desk.rows(HISTORY) if desk.has("quality.institution_history") else ():
        years = judged[row["grantee_id"]][row["run_id"]]
        years |= {row["program_year"]} if row["open_count"] is not None else set()
        told[place_of(desk, row["grantee_id"], row["institution_id"])].append(row)
        started[row["run_id"]] = row["started_at"]
    return {place: list(_that_differ(_nights(rows, judged[place[0]], started))) for place, rows in told.items()}


def _nights(rows: list[Row], judged: Mapping[str, set[str]], started: Mapping[str, datetime]) -> Iterator[Night]:
    """Yield every run since the institution was first heard of; years that a run did not judge stay as they were."""
    by_run: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_run[row["run_id"]].append(row)
    by_year: dict[str, int] = {}
    for run_id in sorted(run for run in judged if run >= rows[0]["run_id"]):
        mine = by_run.get(run_id, [])
        for year in judged[run_id]:
            by_year[year] = sum(row["open_count"] or 0 for row in mine if row["program_year"] == year)
        moved = (sum(row[name] for row in mine) for name in MOVED)
        yield Night(run_id, started[run_id], sum(by_year.values()) if by_year else None, *moved)


def _that_differ(found: Iterator[Night]) -> Iterator[Night]:
    before: Night | None = None
    for night in found:
        if before is None or night.has_moved or night.open_count != before.open_count:
            yield night
        before = night
