"""soda-core on DuckDB: one data contract over views of the Parquet files.

Checks are soda's own where it has them; ranges of dates, pairs and conditions are its failed-rows expressions, keys and
references its failed-rows queries (its own duplicate check counts only the rows beyond the first). It counts for the
table as a whole: it groups by nothing, and lists failing rows for its paid product only.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.judging.checks import Check, checks
from benchmarks.process import Work, report, warm

_OF_COLUMN = ("not_null", "in_set", "regex", "between", "length")


def way(folder: Path) -> Work:
    """Verify the contract and return the failing rows of each check."""
    os.environ["SODA_CORE_TELEMETRY_ENABLED"] = "false"  # it would send what it does to its maker
    import duckdb
    from soda_core.contracts.api.verify_api import verify_contract_locally
    from soda_duckdb import DuckDBDataSource

    warm(folder.glob("*.parquet"))
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false; create schema bench")
    for name in ("record", "institution", "program"):
        connection.execute(f"create view bench.{name} as from '{folder / name}.parquet'")
    path = folder / "contract.yml"
    path.write_text(json.dumps(_contract()), encoding="utf-8")

    def work() -> dict[str, Any]:
        source = DuckDBDataSource.from_existing_cursor(connection, name="duckdb")
        session = verify_contract_locally(data_sources=[source], contract_file_path=str(path), publish=False)
        assert not session.has_errors, session.get_errors_str()
        [result] = session.contract_verification_results
        return {"total": {one.check.name: int(one.threshold_value) for one in result.check_results}}

    return work


def _contract() -> dict[str, Any]:
    of_column = defaultdict(list)
    for check in checks():
        if _is_of_column(check):
            of_column[check.columns[0]].append(_column_check(check))
    rest = [{"failed_rows": _failed_rows(check)} for check in checks() if not _is_of_column(check)]
    listed = [{"name": name, "checks": known} for name, known in of_column.items()]
    return {"dataset": "duckdb/bench/record", "columns": listed, "checks": rest}


def _is_of_column(check: Check) -> bool:
    return check.kind in _OF_COLUMN and not (check.kind == "between" and isinstance(check.argument[0], date))


def _column_check(check: Check) -> dict[str, Any]:
    said: dict[str, Any] = {"name": check.id, "qualifier": check.id}
    match check.kind:
        case "in_set":
            said["valid_values"] = list(check.argument)
        case "regex":
            said["valid_format"] = {"name": check.id, "regex": check.argument}
        case "between":
            said |= {"valid_min": check.argument[0]} | ({"valid_max": check.argument[1]} if check.argument[1] else {})
        case "length":
            said["valid_min_length"], said["valid_max_length"] = check.argument
    if check.population is not None:
        said["filter"] = _population(check)
    return {"missing" if check.kind == "not_null" else "invalid": said}


def _population(check: Check) -> str:
    name, values = check.population or ("", ())
    return f"{name} in ({', '.join(repr(value) for value in values)})"


def _failed_rows(check: Check) -> dict[str, Any]:
    names = ", ".join(check.columns)
    whole = " and ".join(f"{name} is not null" for name in check.columns)
    said: dict[str, Any] = {"name": check.id, "qualifier": check.id}
    match check.kind:
        case "null":
            said["expression"] = f"{_population(check)} and {names} is not null"
        case "between":  # its own ranges are of numbers only
            said["expression"] = f"{names} not between '{check.argument[0]}' and '{check.argument[1]}'"
        case "at_least":
            said["expression"] = f"{check.columns[0]} < {check.columns[1]}"
        case "satisfies":
            said["expression"] = f"not ({check.argument})"
        case "unique":
            said["query"] = (
                f"select * from bench.record where {whole} and ({names}) in "
                f"(select ({names}) from bench.record where {whole} group by {names} having count(*) > 1)"
            )
        case "refers":
            table, others = check.argument
            pairs = " and ".join(f"r.{one} = o.{other}" for one, other in zip(check.columns, others, strict=True))
            whole = " and ".join(f"r.{name} is not null" for name in check.columns)
            said["query"] = (
                f"select * from bench.record as r where {whole} and not exists (from bench.{table} as o where {pairs})"
            )
    return said


if __name__ == "__main__":
    report(way(Path(sys.argv[1])))
