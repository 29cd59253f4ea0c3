"""How the last night ended, whose turn it is, and which run the counts of the first page are of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.desk.desk import Desk

How = Literal["none", "finished", "gates_closed", "not_all_judged", "broke_off", "never_ended"]
LAST_NIGHT = """
    select run_id, started_at, finished_at, exit_code, rule_book_version is not null as is_whole from quality.run
    where kind is distinct from 'reference' order by run_id desc limit 1
"""
LAST_JUDGED = """
    select run.run_id, run.started_at, run.finished_at from quality.run as run
    where run.run_id = (select max(run_id) from quality.rule_result where grantee_id is not null)
"""
ERRORS = """
    select count(*) as found from quality.rule_result
    where run_id = $1 and status = 'error' and institution_id is null
"""


@dataclass(frozen=True)
class Ending:
    """The end of the last night. ``counted_run_id`` is the last run that judged anything; ``counted_at`` its start.

    ``counts_are``: of this run (``whole``), of as much as it judged (``part``), of an earlier run (``earlier``), or
    there are none.
    """

    how: How
    run_id: str
    started_at: datetime | None
    finished_at: datetime | None
    exit_code: int | None
    error_count: int
    counts_are: Literal["whole", "part", "earlier", "none"]
    counted_run_id: str | None
    counted_at: datetime | None

    @property
    def is_system_fault(self) -> bool:
        """Whether it is the operator's turn: this says nothing about the data."""
        return self.how in ("not_all_judged", "broke_off", "never_ended")


def ending(desk: Desk) -> Ending:
    """Return how the last nightly run ended; a run that added reference files is none."""
    last = next(iter(desk.rows(LAST_NIGHT)), None)
    judged = next(iter(desk.rows(LAST_JUDGED)), {"run_id": None, "started_at": None})
    if last is None:
        return Ending("none", "", None, None, None, 0, "none", None, None)
    errors = desk.rows(ERRORS, last["run_id"])[0]["found"]
    return Ending(
        _how(last), last["run_id"], last["started_at"], last["finished_at"], last["exit_code"], errors,
        _counts_are(last, judged["run_id"]), judged["run_id"], judged["started_at"],
    )  # fmt: skip


def _how(last: dict[str, Any]) -> How:
    if last["finished_at"] is None:
        return "never_ended"
    if not last["is_whole"]:
        return "broke_off"
    return {0: "finished", 1: "gates_closed"}.get(last["exit_code"], "not_all_judged")  # type: ignore[return-value]


def _counts_are(last: dict[str, Any], judged_run_id: str | None) -> Literal["whole", "part", "earlier", "none"]:
    if judged_run_id is None:
        return "none"
    if judged_run_id != last["run_id"]:
        return "earlier"
    return "whole" if last["is_whole"] else "part"
