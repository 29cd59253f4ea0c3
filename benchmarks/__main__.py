"""The command: `python -m benchmarks [landing | judging | desk | indicators | disclosure | scorecards | check] ...`.

`judging` takes `--peers` besides, and `--write` keeps what was measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import checking, desk, disclosure, indicators, landing, scorecards
from benchmarks.compare import compare
from benchmarks.judging import compare as judging
from benchmarks.page import keep, machine, table

PARTS = {
    "landing": landing.main, "judging": judging.main, "desk": desk.main, "indicators": indicators.main,
    "disclosure": disclosure.main, "scorecards": scorecards.main,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure each number of students, print the table, and keep it where asked to."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in PARTS:
        PARTS[words[0]](words[1:])
        return
    if words == ["check"]:
        checking.main()
        return
    asked = _parser().parse_args(words)
    comparisons, remarks = [], []
    for students in asked.students:
        with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=asked.folder) as folder:
            measured, agreement = compare(Path(folder), students, asked.repetitions, _say)
        comparisons += measured
        remarks.append(f"{measured[-1].students:,} students: {agreement}.")
    runs = f"Medians of {asked.repetitions} runs of each way, in turn."
    text = "\n\n".join([table(comparisons), "\n".join(f"* {remark}" for remark in remarks), f"{runs} {machine()}"])
    print(text)
    if asked.write:
        keep(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="The pipeline beside the plainest way.")
    parser.add_argument("--students", type=_numbers, default=(100_000, 1_000_000), help="how many, separated by commas")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 2 to 3 GB a million students for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.replace("_", "").split(","))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
