"""The steward's desk of a home with a million findings, beside the plain copy of them: `python -m benchmarks desk`.

The home is made by ``desk_home``. The plain way is DuckDB's COPY of the same findings to one CSV file.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.compare import run
from benchmarks.desk_home import FINDINGS, RUN
from benchmarks.page import DESK, aligned, keep, machine
from benchmarks.process import Work

WAYS = {
    "desk_copy": "DuckDB, COPY to CSV",
    "desk_written": "the desk, written anew",
    "desk_again": "the desk, written already",
}
_HEAD = ("way", "seconds", "times", "CPU s", "CPU times", "peak MB", "files", "MB", "first page, KB", "largest, KB")


def desk_copy(folder: Path) -> Work:
    """Write the open findings to a CSV file."""
    from pipelines.warehouse import open_warehouse

    target = folder / "finding.csv"

    def work() -> dict[str, Any]:
        with open_warehouse(folder / "home") as connection:
            connection.execute(f"copy (from quality.finding where state = 'open') to '{target}'")
        return {"files": 1, "bytes": target.stat().st_size, "first": 0, "largest": 0}

    return work


def desk_written(folder: Path) -> Work:
    """Write the whole desk anew."""
    shutil.rmtree(folder / "home" / "reports", ignore_errors=True)
    return desk_again(folder)


def desk_again(folder: Path) -> Work:
    """Write the whole desk, the first page included, where it may be written already."""
    from expectations.catalogue import all_rules
    from pipelines.reports.desk.write import write_desk, write_first_page
    from pipelines.warehouse import open_warehouse

    all_rules()  # takes seconds to import, once a night
    home = folder / "home"

    def work() -> dict[str, Any]:
        with open_warehouse(home) as connection:
            write_desk(connection, home, RUN)
            first = write_first_page(connection, home, RUN)
        sizes = [path.stat().st_size for path in (home / "reports").rglob("*.html")]
        return {"files": len(sizes), "bytes": sum(sizes), "first": first.stat().st_size, "largest": max(sizes)}

    return work


def desk_kinds(folder: Path) -> Work:
    """Make the pages of each kind without writing them."""
    from expectations.catalogue import all_rules
    from pipelines.desk.desk import open_desk
    from pipelines.reports.desk.write import KINDS
    from pipelines.warehouse import open_warehouse

    all_rules()

    def work() -> dict[str, Any]:
        spent: dict[str, str] = {}
        with open_warehouse(folder / "home") as connection:
            desk = open_desk(connection, folder / "home", RUN)
            for kind in KINDS:
                started, used = time.perf_counter(), time.process_time()
                count = sum(1 for _ in kind.pages(desk))
                seconds, cpu = time.perf_counter() - started, time.process_time() - used
                spent[kind.__name__.rpartition(".")[2]] = f"{count:,} pages, {seconds:.1f} s, {cpu:.1f} CPU s"
        return {"kinds": spent}

    return work


def main(arguments: Sequence[str]) -> None:
    """Make the home, measure each way in turn, print the table, and keep it where asked to."""
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=asked.folder) as made:
        folder = Path(made)
        _say(f"making a home with {asked.findings:,} findings")
        there = run("desk_home", folder, str(asked.findings))
        found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for _ in range(asked.repetitions):
            for way, outcomes in found.items():
                outcomes.append(run(way, folder))
                _say(f"{way}: {outcomes[-1]['seconds']:.1f} s, {outcomes[-1]['cpu_seconds']:.1f} CPU s")
        kinds = run("desk_kinds", folder)["kinds"]
    what = f"{there['findings']:,} open findings, {there['verdicts']:,} verdicts on rules for a grantee as a whole."
    spent = "\n".join(f"* {kind}: {words}" for kind, words in kinds.items())
    notes = f"Medians of {asked.repetitions} runs of each way, in turn. {machine()}"
    text = f"{what}\n\n{table(found)}\n\nMaking the pages of each kind, unwritten:\n\n{spent}\n\n{notes}"
    print(text)
    if asked.write:
        keep(text, marks=DESK)


def table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return the medians as a Markdown table; ``times`` is a cost as a multiple of the copy's."""
    plain = found["desk_copy"]
    rows: list[Sequence[str]] = [_HEAD]
    for way, outcomes in found.items():
        last = outcomes[-1]
        rows.append((
            WAYS[way], f"{_of(outcomes, 'seconds'):.1f}", f"{_of(outcomes, 'seconds') / _of(plain, 'seconds'):.1f}",
            f"{_of(outcomes, 'cpu_seconds'):.1f}", f"{_of(outcomes, 'cpu_seconds') / _of(plain, 'cpu_seconds'):.1f}",
            f"{_of(outcomes, 'peak_mb'):,.0f}", f"{last['files']:,}", f"{last['bytes'] / 1e6:,.0f}",
            f"{last['first'] / 1e3:,.0f}", f"{last['largest'] / 1e3:,.0f}",
        ))  # fmt: skip
    return aligned(rows, texts=(0,))


def _of(outcomes: Sequence[dict[str, Any]], what: str) -> float:
    return float(median(outcome[what] for outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks desk", description="The desk beside a plain copy.")
    parser.add_argument("--findings", type=int, default=FINDINGS, help="how many findings are open")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 0.5 GB a million findings for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
