"""The steps and ways that are measured, each run in a process of its own: `python -m benchmarks.ways WAY FOLDER ...`.

A way first imports and opens what it needs and then returns the work to be timed. What is compared with what stands in
``compare``.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.process import Work, report

if TYPE_CHECKING:
    import duckdb

GRANTEE = "oregon"  # delimited files, one per term, with quarter credits: what a plain CSV reader can read too
YEAR = "2023-24"
ATTENDING = 0.864  # of the students that a sample of one year is asked for, those with a record in it; measured
PARTITION = {"grantee_id": GRANTEE, "program_year": YEAR}
BY_HAND = Path(__file__).with_name("by_hand.sql")


def sample(folder: Path, students: str) -> Work:
    """Write the files of that many students of one grantee and one program year, without faults."""
    from pipelines.sample.plan import plan
    from pipelines.sample.submissions import write_samples

    # The sample counts the students of all grantees, of which this one has its share in per mille.
    everywhere = round(int(students) / ATTENDING * 1000 / plan(GRANTEE).students)

    def work() -> dict[str, Any]:
        write_samples(folder / "inbox", students=everywhere, program_years=[YEAR], is_clean=True, grantees=[GRANTEE])
        return {}

    return work


def intake(folder: Path) -> Work:
    """Take the files in as a night does: archive, count, read, pseudonymize, land in raw, conform to core."""
    from pipelines.grantee import grantee
    from pipelines.intake.submit import take_in
    from pipelines.warehouse import open_warehouse

    grantee(GRANTEE)
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)

    def work() -> dict[str, Any]:
        with open_warehouse(home) as connection:
            taken = take_in(connection, home, folder / "inbox", datetime.now(UTC))
        if taken.count("read") < len(taken.submissions):
            message = f"{len(taken.submissions) - taken.count('read')} clean files were refused"
            raise RuntimeError(message)
        return {"lines": taken.line_count}

    return work


def plain(folder: Path) -> Work:
    """Read the same files as text with Polars and write them as Parquet: nothing counted, checked or understood."""
    import polars as pl

    target = folder / "plain"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()

    def work() -> dict[str, Any]:
        for file in sorted((folder / "inbox" / GRANTEE / YEAR).iterdir()):
            pl.read_csv(file, infer_schema=False).write_parquet(target / f"{file.stem}.parquet", compression="zstd")
        return {}

    return work


def prepare(folder: Path) -> Work:
    """Spoil some rows of core, so that rules fail, and build the models that rules of core look into."""
    from benchmarks.spoil import spoil
    from pipelines.measures.definitions import load_definitions
    from pipelines.models import all_models, build
    from pipelines.warehouse import open_warehouse

    needed = {"mart.concentrator"}
    for model in reversed(all_models()):  # inputs stand before those who read them
        needed |= set(model.inputs) if model.table in needed else set()

    def work() -> dict[str, Any]:
        with open_warehouse(folder / "home") as connection:
            spoil(connection)
            load_definitions(connection, [YEAR])
            for model in all_models():
                if model.table in needed:
                    build(connection, model)
            rows = sum(_one(connection, f"select count(*) from {table.fullname}") for table in _core_tables())
            students = _one(connection, "select count(distinct student_id) from core.student")
        return {"rows": rows, "students": students}

    return work


def judge(folder: Path) -> Work:
    """Judge core by the rule book, as a night does: Great Expectations on our engine."""
    from expectations.catalogue import rules_of
    from pipelines.validation import engine as _engine  # noqa: F401 - takes seconds to import, once a night
    from pipelines.validation.judge import judge

    connection = _opened(folder)
    said = {row[0] for text in _statements() for row in connection.execute(f"describe {text}", PARTITION).fetchall()}
    rules = {t.fullname: [r for r in rules_of(t.fullname) if r.is_effective(YEAR)] for t in _core_tables()}
    chosen = {table: [rule for rule in known if rule.id in said] for table, known in rules.items()}
    unsaid = sorted(rule.id for known in rules.values() for rule in known if rule.id not in said)

    def work() -> dict[str, Any]:
        verdicts = [v for table, rules in chosen.items() for v in judge(connection, table, rules, PARTITION)]
        broken = {v.rule_id: v.error for v in verdicts if v.error}
        return {"failed": {v.rule_id: v.failed_count for v in verdicts}, "unsaid": unsaid, "broken": broken}

    return work


def by_hand(folder: Path) -> Work:
    """Count the same by hand-written SQL."""
    connection, statements = _opened(folder), _statements()

    def work() -> dict[str, Any]:
        failed: dict[str, int] = {}
        for statement in statements:
            result = connection.execute(statement, PARTITION)
            names = [column[0] for column in result.description or ()]
            counts = [count or 0 for count in result.fetchone() or ()]  # DuckDB's count_if over no rows is null
            failed |= dict(zip(names, counts, strict=True))
        return {"failed": failed}

    return work


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int((connection.execute(query).fetchone() or (0,))[0])


def _statements() -> list[str]:
    lines = [line for line in BY_HAND.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    return [text.strip() for text in "\n".join(lines).split(";") if text.strip()]


def _core_tables() -> list[Any]:
    from pipelines.schema import core_tables

    return list(core_tables())


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse and read the tables once, so that neither way pays for the disk."""
    import duckdb

    from pipelines.warehouse import FILE_NAME

    connection = duckdb.connect(str(folder / "home" / FILE_NAME), read_only=True)
    connection.execute("set enable_progress_bar = false")
    for table in _core_tables():
        columns = ", ".join(column.name for column in table.columns)
        connection.execute(f"select bit_xor(hash({columns})) from {table.fullname}").fetchall()
    return connection


def main(name: str, folder: str, *arguments: str) -> None:
    """Run one way and print what it cost and counted as one line of JSON."""
    from benchmarks.desk import desk_again, desk_copy, desk_kinds, desk_written
    from benchmarks.desk_home import desk_home
    from benchmarks.landing_ways import land_again, land_new, land_plain, landing_file

    own = (sample, intake, plain, prepare, judge, by_hand)
    ways: dict[str, Callable[..., Work]] = {
        way.__name__: way
        for way in (
            *own,
            landing_file,
            land_new,
            land_again,
            land_plain,
            desk_home,
            desk_copy,
            desk_written,
            desk_again,
            desk_kinds,
        )
    }
    report(ways[name](Path(folder), *arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
