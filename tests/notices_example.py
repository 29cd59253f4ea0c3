"""Two nights in an empty warehouse for the tests of notices: what the second changed, and what must stay in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scorecard_example import insert

from pipelines.notices.send import send_notices
from pipelines.warehouse import open_warehouse

BEFORE, TONIGHT = "20261121T020000000Z-aaaa", "20261122T020000000Z-bbbb"
PERSON = "812120042"
GATE, OPENED = "enrollment_student_known", "student_key_unique"
PLACE = {"grantee_id": "oregon", "program_year": "2023-24"}


@contextmanager
def nights(home: Path, *, exit_code: int = 1, is_quiet: bool = False) -> Iterator[Any]:
    """Yield the warehouse of a home after two nights; where ``is_quiet``, the second one changed nothing."""
    with open_warehouse(home) as connection:
        for run_id, day in ((BEFORE, 21), (TONIGHT, 22)):
            insert(connection, "quality.run", run_id=run_id, started_at=_at_two(day), kind="nightly",
                   finished_at=_at_two(day), exit_code=exit_code, rule_book_version="v",
                   is_sample=False)  # fmt: skip
            _verdict(connection, run_id, GATE if run_id == TONIGHT and not is_quiet else OPENED, "oregon")
            _verdict(connection, run_id, OPENED, "florida")
        if not is_quiet:
            _changes(connection)
        yield connection


def _at_two(day: int) -> datetime:
    return datetime(2026, 11, day, 2, tzinfo=UTC).replace(tzinfo=None)  # as the warehouse keeps times


def _verdict(connection: Any, run_id: str, rule_id: str, grantee_id: str) -> None:
    insert(connection, "quality.rule_result", run_id=run_id, rule_id=rule_id, severity="critical", status="failed",
           grantee_id=grantee_id, program_year="2023-24", population_count=900, failed_count=3,
           is_waived=False)  # fmt: skip


def _changes(connection: Any) -> None:
    """A file came whose name and records hold a person's number, with three grave findings and many slight ones."""
    insert(connection, "quality.submission", submission_id="s1", file_name=f"Smith {PERSON}.csv", status="read",
           is_late=True, received_at=_at_two(22), message=f"line 1: {PERSON}", **PLACE)  # fmt: skip
    insert(connection, "quality.submission", submission_id="s2", file_name="x", status="refused", program_year=PERSON,
           received_at=_at_two(22))  # fmt: skip
    for severity, count, change in (("critical", 3, "new"), ("warning", 41, "new"), ("info", 25, "fixed")):
        for number in range(count):
            insert(connection, "quality.finding", finding_id=f"{severity}{number}", rule_id=GATE, severity=severity,
                   institution_id=PERSON, record_key_masked=PERSON, value_masked=PERSON, submission_id="s1",
                   state="fixed" if change == "fixed" else "open", change=change,
                   first_seen_run_id=TONIGHT if change == "new" else BEFORE,
                   last_seen_run_id=TONIGHT if change == "new" else BEFORE, **PLACE)  # fmt: skip


def configure(home: Path, *blocks: str, head: str = "") -> None:
    """Write ``notices.toml`` as it is asked for: readable by its owner alone."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "notices.toml"
    path.write_text(head + "".join(f"[[channel]]\n{block}\n" for block in blocks), encoding="utf-8")
    path.chmod(0o600)


def send(home: Path, **night: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Send the notices of such a night; return what was said and what was written down."""
    said: list[str] = []
    with nights(home, **night) as connection:
        send_notices(connection, home, TONIGHT, said.append)
        return said, written(connection)


def written(connection: Any) -> list[dict[str, Any]]:
    """What stands in ``quality.notice``, by channel."""
    result = connection.execute("select * from quality.notice order by channel")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
