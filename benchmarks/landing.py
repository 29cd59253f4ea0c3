"""Landing text end to end beside Polars on the same file, by size: `python -m benchmarks landing [--rows N,N]`.

The ways are in ``landing_ways``, the file in ``landing_file``. Whether the cost grows in line with the size is said
by the column a million rows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.compare import Cost, run
from benchmarks.page import LANDING, aligned, keep, machine

SIZES = (100_000, 1_000_000, 5_000_000, 10_000_000)
WAYS = {
    "land_plain": "polars read_csv + write_parquet",
    "land_new": "the pipeline, new file",
    "land_again": "the pipeline, unchanged file",
}
_HEAD = ("rows", "MB", "way", "seconds", "seconds a million rows", "times", "CPU seconds", "CPU times", "peak MB")


@dataclass(frozen=True)
class Landing:
    """What each way cost on a file of ``row_count`` rows and ``byte_count`` bytes."""

    row_count: int
    byte_count: int
    costs: dict[str, Cost]


def main(arguments: Sequence[str]) -> None:
    """Measure each size, print the table, and keep it where asked to."""
    asked = _parser().parse_args(arguments)
    measured = [_measure(asked.folder, rows, asked.repetitions) for rows in asked.rows]
    text = f"{table(measured)}\n\nMedians of {asked.repetitions} runs of each way, in turn. {machine()}"
    print(text)
    if asked.write:
        keep(text, marks=LANDING)


def table(measured: Sequence[Landing]) -> str:
    """Return the measurements as a Markdown table; ``times`` is a cost as a multiple of the plain way's."""
    rows: list[Sequence[str]] = [_HEAD]
    for one in measured:
        plain = one.costs["land_plain"]
        size = (f"{one.row_count:,}", f"{one.byte_count / 1024**2:,.0f}")
        for way, title in WAYS.items():
            cost = one.costs[way]
            rows.append((
                *size, title, f"{cost.seconds:.2f}", f"{cost.seconds / one.row_count * 1e6:.2f}",
                f"{cost.seconds / plain.seconds:.2f}", f"{cost.cpu_seconds:.2f}",
                f"{cost.cpu_seconds / plain.cpu_seconds:.2f}", f"{cost.peak_mb:,.0f}",
            ))  # fmt: skip
            size = ("", "")
    return aligned(rows, texts=(2,))


def _measure(folder: Path | None, rows: int, repetitions: int) -> Landing:
    with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=folder) as made:
        place = Path(made)
        _say(f"{rows:,} rows: writing the file")
        byte_count = run("landing_file", place, str(rows))["bytes"]
        outcomes: dict[str, list[Cost]] = {way: [] for way in WAYS}
        for number in range(repetitions):
            for way, costs in outcomes.items():
                found = run(way, place)
                costs.append(Cost(found["seconds"], found["cpu_seconds"], found["peak_mb"]))
                _say(f"{way} {number + 1} of {repetitions}: {found['seconds']:.1f} s, {found['peak_mb']:,.0f} MB")
    return Landing(rows, byte_count, {way: _median(costs) for way, costs in outcomes.items()})


def _median(costs: Sequence[Cost]) -> Cost:
    names = ("seconds", "cpu_seconds", "peak_mb")
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in names))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks landing", description="Landing beside plain Polars.")
    parser.add_argument("--rows", type=_numbers, default=SIZES, help="how many rows, separated by commas")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 0.5 GB a million rows for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.replace("_", "").split(","))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
