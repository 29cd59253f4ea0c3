"""A home, an inbox and Oregon's files in small, for the tests of intake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.intake.rebuild import rebuild
from pipelines.intake.submit import Intake, take_in
from pipelines.warehouse import open_warehouse

YEAR = "2023-24"
COURSE_HEADER = "COLLEGE,REPORT_YEAR,TERM,COURSE,TITLE,PROGRAM,CREDIT"
ENROLLMENT_HEADER = "COLLEGE,REPORT_YEAR,TERM,STUDENT_ID,COURSE,ATTEMPTED,EARNED"
SSN = "123-45-6788"


def courses(count: int, year: str = YEAR, title: str = "Welding") -> str:
    """A good course file of Oregon with that many rows."""
    rows = (f"C1,{year},FA,W{i:03},{title},P1,C" for i in range(count))
    return "\n".join([COURSE_HEADER, *rows]) + "\n"


def enrollments(*student_ids: str) -> str:
    """A good enrollment file of Oregon, one row a student."""
    rows = (f"C1,{YEAR},FA,{student_id},W001,3,3.0" for student_id in student_ids)
    return "\n".join([ENROLLMENT_HEADER, *rows]) + "\n"


@dataclass
class Example:
    """A home with its inbox. Each night comes a day after the one before."""

    root: Path
    nights: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.root / "home"

    def put(self, name: str, content: str | bytes, year: str = YEAR, grantee: str = "oregon") -> Path:
        folder = self.root / "inbox" / grantee / year
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_warehouse(self.home) as connection:
            yield connection

    def night(self, **selection: Any) -> Intake:
        self.nights += 1
        now = datetime(2024, 8, 1, 9, tzinfo=UTC) + timedelta(days=self.nights)
        with self.warehouse() as connection:
            return take_in(connection, self.home, self.root / "inbox", now, say=self.said.append, **selection)

    def rebuild(self) -> int:
        with self.warehouse() as connection:
            return rebuild(connection, self.home, self.said.append)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse() as connection:
            return connection.execute(query).fetchall()

    def statuses(self) -> dict[str, str]:
        """What has become of each file, by name; of files of one name the latest received."""
        return dict(self.rows("select file_name, status from quality.submission order by received_at, status"))
