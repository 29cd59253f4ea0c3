"""Judging by 100 rules, side by side: `python -m benchmarks judging [--rows N,N] [--peers] [--write]`.

All ways run in turn, each in a process of its own, over the same rows, and the run stops where two of them count
differently. How each does its work stands in ``ways`` and ``peers``, what is shown of it in ``table``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import process
from benchmarks.compare import Cost
from benchmarks.judging import environments
from benchmarks.judging.checks import checks

SIZES = (100_000, 1_000_000, 5_000_000, 10_000_000)
Outcome = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to judge: what it is called, what it reads, and up to how many rows it is asked."""

    name: str
    title: str
    source: str
    most_rows: int | None = None

    @property
    def is_peer(self) -> bool:
        """Whether it needs an environment of its own."""
        return self.name in environments.PEERS

    def run(self, folder: Path) -> Outcome:
        """Judge the files in ``folder`` once, and return what it cost and counted."""
        if self.is_peer:
            module = f"benchmarks.judging.peers.{self.name}"
            return process.run(module, str(folder), python=str(environments.make(self.name)))
        return process.run("benchmarks.judging.ways", self.name, str(folder), self.source)


OURS = (
    Way("by_hand", "hand-written SQL, counts only", "parquet"),
    Way("counted", "ours, counts only", "parquet"),
    Way("written", "ours, all failing rows written", "parquet"),
    Way("by_hand", "hand-written SQL, counts only", "table"),
    Way("counted", "ours, counts only", "table"),
    Way("written", "ours, all failing rows written", "table"),
    Way("night", "ours, the night: hashes, results, findings", "table"),
    Way("resubmitted", "ours, the night after one file changed", "table"),
)
THEIRS = (
    Way("soda_duckdb", "soda-core on DuckDB, counts only", "parquet"),
    Way("pandera_polars", "pandera on Polars", "parquet"),
    Way("pointblank_polars", "pointblank on Polars", "parquet", most_rows=5_000_000),  # 11.4 GB for these
    Way("dataframely_polars", "dataframely on Polars", "parquet"),
    Way("gx_pandas", "Great Expectations on pandas", "parquet", most_rows=1_000_000),
)


@dataclass(frozen=True)
class Judging:
    """What each way cost on a file of so many rows and bytes, and what it listed, or why it did not run."""

    row_count: int
    byte_count: int
    costs: Mapping[Way, Cost]
    listed: Mapping[Way, int | None]
    faults: Mapping[Way, str]


def main(arguments: Sequence[str]) -> None:
    """Measure each size, print the tables, and keep them where asked to."""
    from benchmarks.judging.table import text_of
    from benchmarks.page import JUDGING, keep

    asked = _parser().parse_args(arguments)
    ways = OURS + THEIRS if asked.peers else OURS
    measured = [_measured(asked.folder, rows, ways, asked.repetitions) for rows in asked.rows]
    text = text_of(measured, asked.repetitions)
    print(text)
    if asked.write:
        keep(text, marks=JUDGING)


def totals(outcome: Outcome) -> dict[str, int]:
    """Return how many rows fail each rule, in the table as a whole."""
    counted = outcome.get("total") or {rule: sum(places.values()) for rule, places in outcome["failed"].items()}
    return {check.id: counted.get(check.id, 0) for check in checks()}


def disagreement(one: Outcome, other: Outcome) -> dict[str, tuple[Any, Any]]:
    """Return the rules that two ways count differently, by place where both can tell, with both counts."""
    differing: dict[str, tuple[Any, Any]] = {
        rule: (count, totals(other)[rule]) for rule, count in totals(one).items() if count != totals(other)[rule]
    }
    if "failed" in one and "failed" in other:
        for check in checks():
            by_place = [{p: n for p, n in way["failed"].get(check.id, {}).items() if n} for way in (one, other)]
            if by_place[0] != by_place[1]:
                differing[check.id] = (by_place[0], by_place[1])
    return differing


def _measured(folder: Path | None, rows: int, ways: Sequence[Way], repetitions: int) -> Judging:
    with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=folder) as made:
        place = Path(made)
        _say(f"{rows:,} rows: writing the file")
        written = process.run("benchmarks.judging.ways", "write", made, str(rows))
        runs, faults = run_all(place, [way for way in ways if rows <= (way.most_rows or rows)], repetitions)
    _refuse_disagreement(runs)
    costs = {way: _cost(outcomes) for way, outcomes in runs.items()}
    listed = {way: outcomes[0].get("rows") for way, outcomes in runs.items()}
    return Judging(rows, written["bytes"], costs, listed, faults)


def run_all(place: Path, ways: Sequence[Way], repetitions: int) -> tuple[dict[Way, list[Outcome]], dict[Way, str]]:
    """Run all ways in turn. A peer that cannot run is left out, with the reason; ours and hand-written SQL must run."""
    runs: dict[Way, list[Outcome]] = {way: [] for way in ways}
    faults: dict[Way, str] = {}
    for number in range(repetitions):
        for way in list(runs):
            try:
                runs[way].append(way.run(place))
            except RuntimeError as fault:
                if not way.is_peer:
                    raise
                del runs[way]
                faults[way] = str(fault).strip().splitlines()[-1]
                _say(f"{way.title}: {fault}")
                continue
            cost = _cost(runs[way][-1:])
            _say(f"{way.title} ({way.source}), {number + 1} of {repetitions}: {cost.seconds:.1f} s, "
                 f"{cost.cpu_seconds:.1f} CPU s, {cost.peak_mb:,.0f} MB")  # fmt: skip
    return runs, faults


def _refuse_disagreement(runs: Mapping[Way, Sequence[Outcome]]) -> None:
    yardstick = runs[OURS[0]][0]
    for way, outcomes in runs.items():
        differing = disagreement(yardstick, outcomes[0])
        if differing:
            message = f"hand-written SQL and {way.name} ({way.source}) count differently: {differing}"
            raise RuntimeError(message)


def _cost(outcomes: Sequence[Outcome]) -> Cost:
    return Cost(*(median(one[name] for one in outcomes) for name in ("seconds", "cpu_seconds", "peak_mb")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks judging", description="Judging beside SQL and peers.")
    parser.add_argument("--rows", type=_numbers, default=SIZES, help="how many rows, separated by commas")
    parser.add_argument("--peers", action="store_true", help="measure the peers too; their environments are made once")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 0.2 GB a million rows for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/README.md")
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.replace("_", "").split(","))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
