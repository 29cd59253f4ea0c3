"""Our ways and the yardstick: `python -m benchmarks.judging.ways WAY FOLDER SOURCE`.

SOURCE is ``parquet``, the file that the peers read, or ``table``, the same rows in a warehouse, as a night finds them.
A way first imports and opens what it needs and then returns the work to be timed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.judging.columns import GRANTEES, YEARS
from benchmarks.judging.file import INSTITUTION, PROGRAM, RECORD, SPOILED, write_files
from benchmarks.process import Work, report, warm

if TYPE_CHECKING:
    from pipelines.validation.judge import Verdict

SCHEMA = "bench"
TABLE = f"{SCHEMA}.{RECORD}"
BY_HAND = Path(__file__).with_name("by_hand.sql")
RESUBMITTED = f"{GRANTEES[3]}-{YEARS[1]}-1"  # one of the three files of one of fifteen partitions
_TODAY = date(2026, 11, 22)
_PLACE = ("grantee_id", "program_year", "institution_id")
_Failed = dict[str, dict[str, int]]  # rule, then place


def write(folder: Path, rows: str, spoiled: str = str(SPOILED)) -> Work:
    """Write the files, and load them into a warehouse."""
    from pipelines.warehouse import open_warehouse

    def work() -> dict[str, Any]:
        write_files(folder, int(rows), int(spoiled))
        with open_warehouse(folder / "home") as connection:
            connection.execute(f"create schema {SCHEMA}")
            for name in (RECORD, INSTITUTION, PROGRAM):
                connection.execute(f"create table {SCHEMA}.{name} as from '{folder / name}.parquet'")
        return {"bytes": (folder / f"{RECORD}.parquet").stat().st_size}

    return work


def by_hand(connection: duckdb.DuckDBPyConnection) -> Work:
    """Count the failing rows of all rules by place with hand-written SQL."""
    statements = _statements()

    def work() -> dict[str, Any]:
        failed: _Failed = defaultdict(dict)
        for statement in statements:
            result = connection.execute(statement)
            names = [column[0] for column in result.description or ()]
            for row in result.fetchall():
                place = _place(row[: len(_PLACE)])
                for name, number in zip(names[len(_PLACE) :], row[len(_PLACE) :], strict=True):
                    failed[name][place] = int(number or 0)  # DuckDB's count_if of nulls alone is null
        return {"failed": failed}

    return work


def counted(connection: duckdb.DuckDBPyConnection) -> Work:
    """Count by place, and let Great Expectations judge every rule in every partition; no failing row is written."""
    from benchmarks.judging.rules import rules
    from pipelines.schema import PARTITION
    from pipelines.validation import engine as _engine  # noqa: F401 - takes seconds to import, once a night
    from pipelines.validation.counting import count
    from pipelines.validation.judge import open_book
    from pipelines.validation.reduction import Scope

    book_of_rules = rules()

    def work() -> dict[str, Any]:
        failed: _Failed = defaultdict(dict)
        with open_book(connection, TABLE, book_of_rules) as book:
            counts = count(connection, book.wanted(Scope(TABLE, keys=PARTITION), _PLACE))
            _refuse_errors([one for cell in _partitions() for one in book.verdicts(counts, cell)])
            for cell in (cell for cell in counts.cells if len(cell) == len(_PLACE)):
                for verdict in book.numbers(counts, cell):
                    failed[verdict.rule_id][_place(cell)] = verdict.failed_count or 0
        return {"failed": failed}

    return work


def written(connection: duckdb.DuckDBPyConnection) -> Work:
    """Judge as ``counted`` does, and write every failing row with its key and value, as a night finds them."""
    from benchmarks.judging.rules import rules
    from pipelines.validation import engine as _engine  # noqa: F401 - takes seconds to import, once a night
    from pipelines.validation.counted import Count, count_partitions
    from pipelines.validation.failing_rows import FOUND, begin
    from pipelines.validation.judge import open_book
    from pipelines.validation.partition import Partition

    book_of_rules = rules()
    wanted = Count(tuple(rule.id for rule in book_of_rules), tuple(Partition(*cell) for cell in _partitions()))

    def work() -> dict[str, Any]:
        begin(connection)
        with open_book(connection, TABLE, book_of_rules) as book:
            tallies = count_partitions(connection, book, wanted)
        _refuse_errors([tally[None] for tally in tallies.values()])
        return _found(connection, FOUND, "true")

    return work


def night(connection: duckdb.DuckDBPyConnection) -> Work:
    """Judge all partitions as a first night: hash the rows, count, judge, write results, counts and every finding."""
    for table in ("rule_count", "rule_result", "finding"):
        connection.execute(f"delete from quality.{table}")
    connection.execute("checkpoint")
    return _judge_night(connection, "first")


def resubmitted(connection: duckdb.DuckDBPyConnection) -> Work:
    """Judge all partitions as the night after ``night``, when the rows of one file have changed.

    Wages change by a cent: each row is another one, and fails the same rules as before.
    """
    cent = f"update {TABLE} set quarterly_wage = quarterly_wage + 0.01 where submission_id = '{RESUBMITTED}'"
    [changed] = connection.execute(cent).fetchall()
    assert changed[0] > 0, "no row has changed, so nothing would be judged again"
    connection.execute("checkpoint")
    return _judge_night(connection, "second")


def _judge_night(connection: duckdb.DuckDBPyConnection, run_id: str) -> Work:
    from benchmarks.judging.rules import rules
    from pipelines.validation import engine as _engine  # noqa: F401 - takes seconds to import, once a night
    from pipelines.validation.partition import Partition
    from pipelines.validation.results import judge_partitions

    book = [(TABLE, rules())]
    partitions = [Partition(*cell) for cell in _partitions()]

    def work() -> dict[str, Any]:
        outcomes = judge_partitions(connection, partitions, run_id, _TODAY, lambda _partition: book)
        connection.execute("checkpoint")
        _refuse_errors([outcome.verdict for outcome in outcomes])
        return _found(connection, "quality.finding", "state = 'open'")

    return work


def _found(connection: duckdb.DuckDBPyConnection, table: str, where: str) -> dict[str, Any]:
    failed: _Failed = defaultdict(dict)
    counts = f"select rule_id, {', '.join(_PLACE)}, count(*) from {table} where {where} group by all"
    for rule, *place, number in connection.execute(counts).fetchall():
        failed[rule][_place(place)] = number
    return {"failed": failed, "rows": sum(sum(places.values()) for places in failed.values())}


def _partitions() -> list[tuple[str, str]]:
    return [(grantee, year) for grantee in GRANTEES for year in YEARS]


def _refuse_errors(verdicts: Sequence[Verdict]) -> None:
    broken = {verdict.rule_id: verdict.error for verdict in verdicts if verdict.error}
    if broken:
        message = f"rules that could not be judged: {broken}"
        raise RuntimeError(message)


@contextmanager
def _opened(folder: Path, source: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, or an empty one that looks at the Parquet; the disk has been read, so that nobody pays."""
    from pipelines.warehouse import FILE_NAME, open_in_memory, open_warehouse

    warm([*folder.glob("*.parquet"), folder / "home" / FILE_NAME])
    with ExitStack() as stack:
        if source == "table":
            yield stack.enter_context(open_warehouse(folder / "home"))
            return
        connection = stack.enter_context(open_in_memory())
        connection.execute(f"create schema {SCHEMA}")
        for name in (RECORD, INSTITUTION, PROGRAM):
            connection.execute(f"create view {SCHEMA}.{name} as from '{folder / name}.parquet'")
        yield connection


def _statements() -> list[str]:
    lines = [line for line in BY_HAND.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    return [text.strip() for text in "\n".join(lines).split(";") if text.strip()]


def _place(cell: Sequence[Any]) -> str:
    return "/".join(str(part) for part in cell)


def main(name: str, folder: str, *arguments: str) -> None:
    """Run one way and print what it cost and counted."""
    if name == "write":
        report(write(Path(folder), *arguments))
        return
    ways: Mapping[str, Any] = {way.__name__: way for way in (by_hand, counted, written, night, resubmitted)}
    with _opened(Path(folder), *arguments) as connection:
        report(ways[name](connection))


if __name__ == "__main__":
    main(*sys.argv[1:])
