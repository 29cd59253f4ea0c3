"""What is compared with what: both ways in turn, each run in a process of its own, the medians side by side.

How a way does its work stands in ``ways``, how the result is shown in ``page``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import process

Say = Callable[[str], None]


@dataclass(frozen=True)
class Cost:
    """The medians of several runs of one way: time by the clock, time of all processors, and peak memory."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Comparison:
    """Our way beside the plain way over ``count`` lines or rows."""

    title: str
    students: int
    count: int
    unit: str
    ours: Cost
    plain: Cost
    plain_name: str


@dataclass(frozen=True)
class Agreement:
    """How many rules both ways of judging counted alike, and of how many of them some row failed."""

    rule_count: int
    failing_count: int
    unsaid: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a sentence."""
        left_out = f"; not written by hand, and left out: {', '.join(self.unsaid)}" if self.unsaid else ""
        return f"{self.rule_count} rules counted alike, {self.failing_count} of them with failing rows{left_out}"


def compare(folder: Path, students: int, repetitions: int, say: Say) -> tuple[list[Comparison], Agreement]:
    """Write a sample below ``folder`` and measure intake and validation on it.

    Raises RuntimeError where a way fails, or where the two ways of judging count differently.
    """
    say(f"{students} students: writing the sample")
    run("sample", folder, str(students))
    intake, plain = _alternate(("intake", "plain"), folder, repetitions, say)
    say("preparing the validation")
    prepared = run("prepare", folder)
    judge, by_hand = _alternate(("judge", "by_hand"), folder, repetitions, say)
    agreement = agree(judge[0], by_hand[0])
    size = prepared["students"]
    lines, rows = intake[0]["lines"], prepared["rows"]
    polars = "polars read_csv + write_parquet"
    return [
        Comparison("landing", size, lines, "lines", _cost(intake), _cost(plain), polars),
        Comparison("validation", size, rows, "rows", _cost(judge), _cost(by_hand), "hand-written SQL"),
    ], agreement


def agree(judge: Mapping[str, Any], by_hand: Mapping[str, Any]) -> Agreement:
    """Return how far two ways of judging agree. Raises RuntimeError that names the rules counted differently."""
    if judge["broken"]:
        message = f"rules that could not be judged: {judge['broken']}"
        raise RuntimeError(message)
    counted: dict[str, int] = judge["failed"]
    differing = {rule: (n, by_hand["failed"][rule]) for rule, n in counted.items() if n != by_hand["failed"][rule]}
    if differing:
        message = f"counted by the rule and by benchmarks/by_hand.sql: {differing}; one of the two says it wrongly"
        raise RuntimeError(message)
    return Agreement(len(counted), sum(n > 0 for n in counted.values()), tuple(judge["unsaid"]))


def run(way: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run one way in a process of its own and return what it cost and counted."""
    return process.run("benchmarks.ways", way, str(folder), *arguments)


def _alternate(ways: tuple[str, str], folder: Path, repetitions: int, say: Say) -> tuple[list[Any], list[Any]]:
    """Run both ways in turn, so that a busy minute of the machine does not hit one of them alone."""
    runs: tuple[list[Any], list[Any]] = ([], [])
    for number in range(repetitions):
        for outcomes, way in zip(runs, ways, strict=True):
            outcomes.append(run(way, folder))
            say(f"{way} {number + 1} of {repetitions}: {outcomes[-1]['seconds']:.1f} s")
    return runs


def _cost(outcomes: list[Any]) -> Cost:
    return Cost(*(median(one[name] for one in outcomes) for name in ("seconds", "cpu_seconds", "peak_mb")))
