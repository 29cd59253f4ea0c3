"""The scorecards of five grantees and three program years: `python -m benchmarks scorecards [--students 100000]`.

The home is that of a night of `cte sample`, whose marts are there when the clock starts. The plain way is DuckDB's COPY
of those marts to CSV, which is what reading them costs alone. Each way is a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.page import SCORECARDS, aligned, keep, machine
from benchmarks.process import report, run

YEARS = "2021-22,2022-23,2023-24"
WAYS = {"plain": "DuckDB, COPY of the marts to CSV", "cards": "all scorecards, built and written"}
_PARTITIONS = "select distinct grantee_id, program_year from core.student order by all"
_MARTS = "select table_name from information_schema.tables where table_schema = 'mart' order by all"
_HEAD = ("students a year", "way", "seconds", "times", "CPU seconds", "CPU times", "files", "MB", "peak MB")


def make(folder: Path, students: int) -> None:
    """Write the sample and run a night on it; a night that finds the sample's faults ends with 1."""
    cte, inbox = str(Path(sys.executable).with_name("cte")), str(folder / "inbox")
    sample = [cte, "sample", "--out", inbox, "--students", str(students), "--program-years", YEARS]
    night = [cte, "run", "--home", str(folder / "home"), "--inbox", inbox]
    for command, good in ((sample, (0,)), (night, (0, 1))):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in good:
            message = f"cte {command[1]} ended with {done.returncode}:\n{done.stderr[-2000:]}"
            raise RuntimeError(message)


def plain(folder: Path, target: Path) -> None:
    """Copy each mart to a CSV file."""
    from pipelines.warehouse import open_warehouse

    with open_warehouse(folder / "home") as connection:
        for (table,) in connection.execute(_MARTS).fetchall():
            connection.execute(f"copy mart.{table} to '{target / table}.csv'")


def cards(folder: Path, target: Path) -> None:
    """Build all scorecards and write page, workbook and JSON of each, as a night does."""
    from pipelines.reports.write import write_scorecards
    from pipelines.warehouse import open_warehouse

    with open_warehouse(folder / "home") as connection:
        places = connection.execute(_PARTITIONS).fetchall()
        write_scorecards(connection, target, _run_id(connection), places, folder / "inbox")


def parts(folder: Path) -> dict[str, str]:
    """Return what each part of the work took over all scorecards."""
    from pipelines.reports.document import scorecard_json
    from pipelines.reports.forms.internal import internal_form
    from pipelines.reports.forms.workbook import workbook_bytes
    from pipelines.reports.scorecard import render_scorecard
    from pipelines.scorecard.build import build_scorecard, run_of
    from pipelines.scorecard.verdicts import rule_words
    from pipelines.warehouse import open_warehouse

    with open_warehouse(folder / "home") as connection:
        night, words, inbox = run_of(connection, _run_id(connection)), rule_words(), folder / "inbox"
        places = connection.execute(_PARTITIONS).fetchall()
        built, spent = _timed(lambda place: build_scorecard(connection, *place, night, words, inbox), places)
    found = {f"building {len(built)} scorecards": spent}
    forms: dict[str, Callable[[Any], object]] = {
        "pages": render_scorecard,
        "JSON": scorecard_json,
        "workbooks": lambda card: workbook_bytes(internal_form(card)),
    }
    return found | {name: _timed(form, built)[1] for name, form in forms.items()}


def _timed(work: Callable[[Any], Any], over: Iterable[Any]) -> tuple[list[Any], str]:
    started, used = time.perf_counter(), time.process_time()
    made = [work(one) for one in over]
    return made, f"{time.perf_counter() - started:.1f} s, {time.process_time() - used:.1f} CPU s"


def _run_id(connection: Any) -> str:
    (run_id,) = connection.execute("select run_id from quality.run order by started_at desc limit 1").fetchone()
    return str(run_id)


def measure(folder: Path, way: str) -> dict[str, Any]:
    """Do the work of one way into a folder of its own; return how many files there are, and their bytes."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        {"plain": plain, "cards": cards}[way](folder, Path(made))
        sizes = [path.stat().st_size for path in Path(made).rglob("*") if path.is_file()]
    return {"files": len(sizes), "bytes": sum(sizes)}


def main(words: Sequence[str]) -> None:
    """Make the home of each size, measure both ways in turn, print the table, and keep it where asked to."""
    asked = _parser().parse_args(words)
    rows: list[Sequence[str]] = [_HEAD]
    notes: list[str] = []
    for students in (int(number) for number in asked.students.replace("_", "").split(",")):
        with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=asked.folder) as made:
            print(f"a night of {students:,} students a year", file=sys.stderr, flush=True)
            run("benchmarks.scorecards", "make", made, str(students))
            rows += _measured(made, f"{students:,}", asked.repetitions)
            spent = run("benchmarks.scorecards", "parts", made)["parts"]
        notes.append(f"* {students:,} students a year: " + "; ".join(f"{part} {took}" for part, took in spent.items()))
    ran = f"Medians of {asked.repetitions} runs of each way, in turn. {machine()}"
    text = "\n\n".join([aligned(rows, texts=(1,)), "\n".join(notes), ran])
    print(text)
    if asked.write:
        keep(text, marks=SCORECARDS)


def _measured(folder: str, students: str, repetitions: int) -> list[Sequence[str]]:
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(repetitions):
        for way, measured in runs.items():
            measured.append(run("benchmarks.scorecards", way, folder))
    cost = {way: {name: median(one[name] for one in all_) for name in all_[0]} for way, all_ in runs.items()}
    base = cost["plain"]
    return [
        (
            students if way == "plain" else "", WAYS[way],
            f"{one['seconds']:.1f}", f"{one['seconds'] / base['seconds']:.1f}",
            f"{one['cpu_seconds']:.1f}", f"{one['cpu_seconds'] / base['cpu_seconds']:.1f}",
            f"{one['files']:.0f}", f"{one['bytes'] / 1e6:.1f}", f"{one['peak_mb']:,.0f}",
        )
        for way, one in cost.items()
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks scorecards", description=__doc__)
    parser.add_argument("--students", default="10000,100000", help="how many a year, separated by commas")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 1 GB for 100,000 students for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    return parser


if __name__ == "__main__":
    what, place, *size = sys.argv[1:]
    if what == "make":
        report(lambda: make(Path(place), int(size[0])) or {})
    else:
        if what != "plain":
            from expectations.catalogue import all_rules

            all_rules()  # takes seconds to import, once a night
        report(lambda: {"parts": parts(Path(place))} if what == "parts" else measure(Path(place), what))
