"""Our ways and the yardstick: `python -m benchmarks.judging.ways WAY FOLDER SOURCE`.

SOURCE is ``parquet``, the file that the peers read, or ``table``, a DuckDB table loaded from it, as the warehouse has
it. A way first imports and opens what it needs and then returns the work to be timed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.judging.columns import GRANTEES, YEARS
from benchmarks.judging.file import INSTITUTION, PROGRAM, RECORD, write_files
from benchmarks.process import Work, report

SCHEMA = "bench"
BY_HAND = Path(__file__).with_name("by_hand.sql")
RESUBMITTED = {"grantee_id": GRANTEES[3], "program_year": YEARS[1]}
_PLACE = ("grantee_id", "program_year", "institution_id")


def write(folder: Path, rows: str, spoiled: str = "200") -> Work:
    """Write the files, and load them into a DuckDB file."""

    def work() -> dict[str, Any]:
        write_files(folder, int(rows), int(spoiled))
        with duckdb.connect(str(folder / "table.duckdb")) as connection:
            _configure(connection)
            connection.execute(f"create schema {SCHEMA}")
            for name in (RECORD, INSTITUTION, PROGRAM):
                connection.execute(f"create table {SCHEMA}.{name} as from '{folder / name}.parquet'")
        return {"bytes": (folder / f"{RECORD}.parquet").stat().st_size}

    return work


def by_hand(folder: Path, source: str) -> Work:
    """Count the failing rows of all rules by place with hand-written SQL."""
    connection, statements = _opened(folder, source), _statements()

    def work() -> dict[str, Any]:
        failed: dict[str, dict[str, int]] = defaultdict(dict)
        for statement in statements:
            result = connection.execute(statement)
            names = [column[0] for column in result.description or ()]
            for row in result.fetchall():
                for name, count in zip(names[len(_PLACE) :], row[len(_PLACE) :], strict=True):
                    failed[name][_place(row)] = int(count or 0)
        return {"failed": failed}

    return work


def counted(folder: Path, source: str) -> Work:
    """Let Great Expectations judge every rule in every partition on our engine, without failing rows."""
    return _judged(folder, source, is_written=False)


def written(folder: Path, source: str) -> Work:
    """Judge as ``counted`` does, and write every failing row of every rule into a table."""
    return _judged(folder, source, is_written=True)


def resubmitted(folder: Path, source: str) -> Work:
    """Judge one grantee's year, one of fifteen, after a file of it came again, and write its failing rows."""
    return _judged(folder, source, is_written=True, where=RESUBMITTED)


def _judged(folder: Path, source: str, *, is_written: bool, where: dict[str, str] | None = None) -> Work:
    from benchmarks.judging.rules import TABLE, rules
    from pipelines.validation import engine as _engine  # noqa: F401 - takes seconds to import, once a night
    from pipelines.validation.judge import judge

    connection, book = _opened(folder, source), rules()

    def work() -> dict[str, Any]:
        verdicts = judge(connection, TABLE, book, where)
        broken = {verdict.rule_id: verdict.error for verdict in verdicts if verdict.error}
        assert not broken, broken
        totals = {verdict.rule_id: verdict.failed_count for verdict in verdicts}
        if not is_written:
            return {"total": totals}
        failing = [(v.rule_id, v.predicate) for v in verdicts if v.failed_count and v.predicate]
        return {"total": totals, "rows": _write_rows(connection, TABLE, failing, where)}

    return work


def _write_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    failing: Sequence[tuple[str, str]],
    where: dict[str, str] | None,
) -> int:
    """Write rule, place, file and line of each failing row in one pass, and return how many there are."""
    here = " and ".join(f"{column} = '{value}'" for column, value in (where or {}).items()) or "true"
    flags = ", ".join(f"case when {predicate} then '{rule}' end" for rule, predicate in failing)
    connection.execute(
        f"create or replace table {SCHEMA}.found as select * from (select unnest(list_filter([{flags}], "
        f"lambda rule: rule is not null)) as rule_id, {', '.join(_PLACE)}, submission_id, line_number "
        f"from {table} where {here})"
    )
    connection.execute("checkpoint")
    return int((connection.execute(f"select count(*) from {SCHEMA}.found").fetchone() or (0,))[0])


def _opened(folder: Path, source: str) -> duckdb.DuckDBPyConnection:
    """Open the table, or a new file that looks at the Parquet; the disk has been read once, so that nobody pays."""
    warm(folder.glob("*.parquet"))
    if source == "table":
        warm([folder / "table.duckdb"])
        connection = duckdb.connect(str(folder / "table.duckdb"))
        _configure(connection)
        return connection
    path = folder / "views.duckdb"
    path.unlink(missing_ok=True)
    connection = duckdb.connect(str(path))
    _configure(connection)
    connection.execute(f"create schema {SCHEMA}")
    for name in (RECORD, INSTITUTION, PROGRAM):
        connection.execute(f"create view {SCHEMA}.{name} as from '{folder / name}.parquet'")
    return connection


def _configure(connection: duckdb.DuckDBPyConnection) -> None:
    """Set what the warehouse sets."""
    connection.execute("set enable_progress_bar = false; set preserve_insertion_order = false")


def warm(paths: Iterable[Path]) -> None:
    """Read files once, so that the first way pays no more for the disk than the last."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def _statements() -> list[str]:
    lines = [line for line in BY_HAND.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    return [text.strip() for text in "\n".join(lines).split(";") if text.strip()]


def _place(row: Sequence[Any]) -> str:
    return "/".join(str(part) for part in row[: len(_PLACE)])


def main(name: str, folder: str, *arguments: str) -> None:
    """Run one way and print what it cost and counted."""
    ways = {way.__name__: way for way in (write, by_hand, counted, written, resubmitted)}
    report(ways[name](Path(folder), *arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
