"""Are all faults found among 100,000 students, and nothing critical besides? `make proof` asks, as it takes minutes."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import duckdb
import pytest

from tests.conftest import run_cte

STUDENTS = os.environ.get("CTE_PROOF_STUDENTS", "")
AN_HOUR = 3600
PLACE = "f.grantee_id, f.program_year, coalesce(f.file_name, ''), coalesce(cast(f.line_number as varchar), '')"


@pytest.mark.slow
@pytest.mark.skipif(not STUDENTS, reason="takes minutes: `make proof`, or say CTE_PROOF_STUDENTS=100000")
def test_every_fault_of_a_large_sample_is_found_and_nothing_else_is_critical(tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    run_cte("sample", "--students", STUDENTS, "--out", sample, home=tmp_path / "none", seconds=AN_HOUR)
    ran = run_cte("run", "--inbox", sample, home=tmp_path / "home", seconds=AN_HOUR)
    assert ran.exit_code == 1, ran.output
    with (sample / "faults.csv").open(encoding="utf-8", newline="") as lines:
        planted = {tuple(row.values()) for row in csv.DictReader(lines)}
    with duckdb.connect(str(ran.home / "warehouse.duckdb"), read_only=True) as connection:
        found, critical = (
            set(connection.execute(f"select {what} from quality.finding as f where {where}").fetchall())
            for what, where in (
                (f"{PLACE}, coalesce(f.column_name, ''), f.rule_id", "true"),
                (PLACE, "f.severity = 'critical'"),
            )
        )
        errors = connection.execute("select count(*) from quality.rule_result where status = 'error'").fetchone()
    assert len(planted) > 100
    assert planted - found == set()
    assert critical - {fault[:4] for fault in planted} == set()
    assert errors == (0,)
