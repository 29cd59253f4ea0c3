"""What disclosure control costs and withholds: `python -m benchmarks disclosure [--cells 50000] [--methods optimal]`.

A release of five invented agencies, with about as many cells as asked for: gathering the counts, deciding what is
withheld, writing ``publish.*``, attacking it. Ways of deciding beside each other: the least loss, greedily, and the
row-wise practice of hiding the smallest other cell of a row, whose leaks the attack counts. Persons are made by
``disclosure_world``; no privacy is decided here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import duckdb

from benchmarks.disclosure_world import AGENCIES, YEARS, fill
from benchmarks.page import aligned, machine
from benchmarks.process import report, run

METHODS = ("optimal", "greedy", "rows")
# Published cells of one program year: those of agencies with few colleges, and what all colleges add. Measured.
_CELLS_ALWAYS, _CELLS_OF_COLLEGES = 7_000, 58_000
LIMIT = 90.0  # seconds that the search may take for a grantee
_HEAD = ("cells", "variables", "way", "gather", "protect", "publish", "audit", "together", "withheld", "besides coded",
         "leaks", "not proven", "verdict", "peak MB")  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """What one grantee's release took, in seconds, and what became of its cells."""

    grantee_id: str
    cells: int
    variables: int
    must_hide: int
    withheld: int
    leaks: int
    late: int
    verdict: str
    gather: float
    protect: float
    publish: float
    audit: float


def measure(years: int, share: float, method: str, limit: float = LIMIT, only: Sequence[str] = tuple(AGENCIES)
            ) -> dict[str, Any]:  # fmt: skip
    """Make the world, release each grantee, and return sums of seconds and counts; a line a grantee to stderr."""
    from pipelines.warehouse import open_in_memory

    connection = open_in_memory()
    fill(connection, YEARS[-years:], share, only)
    found = []
    for number, grantee_id in enumerate(only, start=1):
        found.append(released(connection, grantee_id, YEARS[-years:], method, number, limit))
        print(found[-1], file=sys.stderr, flush=True)
    sums = ("cells", "variables", "must_hide", "withheld", "leaks", "late", "gather", "protect", "publish", "audit")
    verdicts = {one.verdict for one in found}
    return {
        **{name: sum(getattr(one, name) for one in found) for name in sums},
        "verdict": "proven" if verdicts == {"proven"} else ", ".join(sorted(verdicts)),
    }


def released(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Sequence[str], method: str, number: int, limit: float
) -> Spent:
    """Release one grantee as the command does, without permission and without an act, and attack it."""
    from pipelines.disclosure.audit import audit
    from pipelines.disclosure.gather.gather import gather
    from pipelines.disclosure.protect.protect import protect
    from pipelines.disclosure.release.draft import as_told
    from pipelines.disclosure.release.rows import cell_rows
    from pipelines.disclosure.release.tables import make_anew

    marks = [time.perf_counter()]
    gathered = gather(connection, grantee_id, years)
    marks.append(time.perf_counter())
    problem = gathered.problem
    decided = protect(problem, seconds=limit, method=method)
    marks.append(time.perf_counter())
    gathered = as_told(gathered, decided)
    _write(connection, grantee_id, years, cell_rows(gathered, decided.is_withheld), number)
    make_anew(connection)
    marks.append(time.perf_counter())
    found = audit(connection, gathered, seconds=limit, worlds=decided.worlds)
    marks.append(time.perf_counter())
    steps = [after - before for before, after in pairwise(marks)]
    hidden, late = problem.is_published & problem.must_hide, int((found.leaks["how"] == "time").sum())
    return Spent(
        grantee_id, int(problem.is_published.sum()), len(problem.count), int(hidden.sum()),
        int((decided.is_withheld & problem.is_published).sum()), found.leaks.height - late, late, found.verdict, *steps,
    )  # fmt: skip


def _write(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Sequence[str], cells: Any, number: int
) -> None:
    from pipelines.disclosure.release import record
    from pipelines.grantee import grantee

    moment = datetime(2026, 1, number, tzinfo=UTC).replace(tzinfo=None)
    tried = record.Try(f"benchmark-{number}", number, grantee(grantee_id), None, moment, "nobody", is_sample=True)
    record.write_entries(connection, tried, [record.Entry(year, "released") for year in years])
    record.write_cells(connection, tried, cells)
    record.write_context(connection, tried, years)
    record.write_policies(connection, tried, years)


def main(words: Sequence[str]) -> None:
    """Measure each size and way, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks disclosure", description=__doc__)
    parser.add_argument("--cells", default="50000", help="about how many published cells, separated by commas")
    parser.add_argument("--methods", default=",".join(METHODS), help="optimal, greedy, rows")
    parser.add_argument("--years", type=int, default=1, help="program years released together, up to 3")
    parser.add_argument(
        "--seconds", type=float, default=LIMIT, help="for the search and for the attack, a grantee each"
    )
    asked = parser.parse_args(words)
    rows: list[Sequence[str]] = [_HEAD]
    for cells in (int(number) for number in asked.cells.replace("_", "").split(",")):
        share = min(1.0, max(0.02, (cells / asked.years - _CELLS_ALWAYS) / _CELLS_OF_COLLEGES))
        for method in asked.methods.split(","):
            one = run("benchmarks.disclosure", str(asked.years), str(share), method, str(asked.seconds))
            rows.append(_row(method, one))
    print(f"{aligned(rows, texts=(2, 12))}\n\nSeconds by the clock. {machine()}")


def _row(method: str, one: dict[str, Any]) -> Sequence[str]:
    steps = [one[name] for name in ("gather", "protect", "publish", "audit")]
    shares = (one["withheld"] / one["cells"], (one["withheld"] - one["must_hide"]) / one["cells"])
    return (
        f"{one['cells']:,.0f}", f"{one['variables']:,.0f}", method, *(f"{step:.1f}" for step in (*steps, sum(steps))),
        *(f"{100 * share:.1f} %" for share in shares),
        f"{one['leaks']:,.0f}", f"{one['late']:,.0f}", one["verdict"], f"{one['peak_mb']:,.0f}",
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "udc":
        print(json.dumps(measure(len(YEARS), 1.0, "optimal", only=("udc",))))
    else:
        years_, share_, method_, seconds_ = sys.argv[1:]
        report(lambda: measure(int(years_), float(share_), method_, float(seconds_)))
