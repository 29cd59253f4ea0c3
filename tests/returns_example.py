"""Two colleges of Oregon in a warehouse made by hand, and the packages that a night returns to them.

Findings are said, not judged: what a rule finds is no matter of returns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import load_workbook

from pipelines.returns.write import write_returns
from pipelines.warehouse import ddl, declared_tables, insert_rows

GRANTEE, YEAR = "oregon", "2023-24"
ADA, BEN = "ADA", "BEN"  # the colleges
SHA = "ab" * 32


def _warehouse() -> duckdb.DuckDBPyConnection:
    """The tables of records and of the ledger, without their comments: a whole warehouse takes a second."""
    connection = duckdb.connect()
    connection.execute("create schema core; create schema quality")
    for table in declared_tables():
        if table.schema in ("core", "quality"):
            connection.execute(ddl(table))
    return connection


@dataclass
class Example:
    """A home with its warehouse in memory. ``night`` writes what is due, each a day after the one before."""

    home: Path
    connection: duckdb.DuckDBPyConnection = field(default_factory=_warehouse)
    nights: int = 0
    findings: int = 0

    def add(self, table: str, **row: Any) -> None:
        place = {"grantee_id": GRANTEE, "program_year": YEAR, **row}
        insert_rows(self.connection, f"{table} ({', '.join(place)})", [tuple(place.values())])

    def colleges(self) -> Example:
        for code, name in ((ADA, "Ada College"), (BEN, "Ben College")):
            self.add("core.institution", institution_id=code, institution_name=name, submission_id="list")
        return self

    def file(self, submission_id: str = "s1" * 8, name: str = "student_2023-24_FA.csv", **more: Any) -> str:
        row = {"table_name": "student", "sha256": SHA, "status": "read", "slot": name, **more}
        self.add("quality.submission", submission_id=submission_id, file_name=name, **row)
        return submission_id

    def students(self, college: str | None, lines: range, submission_id: str = "s1" * 8) -> None:
        for line in lines:
            self.add("core.student", institution_id=college, student_id=f"pseudonym-{line}", line_number=line,
                     submission_id=submission_id)  # fmt: skip

    def finding(self, rule_id: str, college: str | None, line: int | None, **more: Any) -> str:
        self.findings += 1
        row = {
            "finding_id": f"f{self.findings:019}", "table_name": "core.student", "severity": "warning",
            "submission_id": "s1" * 8, "column_name": "sex", "value_masked": "?", "state": "open", "rule_version": 1,
        } | more  # fmt: skip
        self.add("quality.finding", rule_id=rule_id, institution_id=college, line_number=line, **row)
        return str(row["finding_id"])

    def change(self, finding_id: str, **row: Any) -> None:
        said = ", ".join(f"{name} = ?" for name in row)
        self.connection.execute(f"update quality.finding set {said} where finding_id = ?", [*row.values(), finding_id])

    def night(self) -> int:
        self.nights += 1
        run_id, started_at = f"2024080{self.nights}T090000000Z-0001", datetime(2024, 8, self.nights, 9)  # noqa: DTZ001
        insert_rows(self.connection, "quality.run (run_id, started_at, is_sample)", [(run_id, started_at, True)])
        return write_returns(self.connection, self.home, run_id, [(GRANTEE, YEAR)])

    def files(self, folder: str = "**") -> list[Path]:
        return sorted(path for path in (self.home / "returns").glob(f"{GRANTEE}/{folder}/*") if path.is_file())

    def told(self, folder: str) -> list[dict[str, str]]:
        """The findings of the one package of a college, from its CSV."""
        (path,) = (path for path in self.files(folder) if path.suffix == ".csv")
        return read_csv(path)

    def changes(self, folder: str) -> dict[str, str]:
        return {row["Finding"]: row["Status since last return"] for row in self.told(folder)}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]


def cells_of(path: Path) -> Iterator[Any]:
    """Every cell of a workbook or CSV file, as openpyxl or csv reads it."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (cell for row in csv.reader(file) for cell in row)
        return
    book = load_workbook(path)
    yield from (cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)
