"""All subgroups and pairs beside the indicators of everybody: `python -m benchmarks indicators --enrollments 1000000`.

Both ways go from enrollments to cases by the same models, the plain one then in one pass to 1P1, 2P1 and 3P1 of the
grantee's everybody, ours to ``mart.indicator``. What both rest on and serves all models (exclusions, counts of records)
is made before. The records are made by ``indicator_rows``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.page import INDICATORS, aligned, keep, machine
from benchmarks.process import report, run

WAYS = {"plain": "everybody at the grantee, one pass", "cells": "mart.indicator, all cells"}
_BEFORE = ("mart.exclusion", "mart.record_count", "mart.vintage", "mart.nontraditional_field")
_CASES = ("mart.placement_case", "mart.credential_case", "mart.nontraditional_case")
_CELLS = ("mart.indicator_case", "mart.indicator")
_HEAD = (
    "enrollments",
    "way",
    "seconds",
    "times",
    "CPU seconds",
    "CPU times",
    "of which after the cases",
    "rows",
    "peak MB",
)
_PLAIN = f"""create or replace table mart.plain_indicator as
with persons as (
    select grantee_id, program_year, indicator_code, person_id,
        max(case outcome when 'met' then 2 when 'unknown' then 1 else 0 end) as outcome
    from ({" union all ".join(f"select * from {table}" for table in _CASES)})
    group by all
)
select grantee_id, program_year, indicator_code, count(*) as denominator_count,
    count_if(outcome = 2) as numerator_count, count_if(outcome = 1) as unknown_count
from persons
group by all"""
_COUNTS = "grantee_id, program_year, indicator_code, denominator_count, numerator_count, unknown_count"
_AGREE = f"""select count(*) from mart.plain_indicator anti join (
    select {_COUNTS} from mart.indicator
    where institution_id is null and cip_code is null and subgroup_dimension = 'all' and status = 'computed'
) using ({_COUNTS})"""


def _needed(tables: Iterable[str]) -> list[Any]:
    """Return the models that make these tables, in order."""
    from pipelines.models import all_models

    by_table = {model.table: model for model in all_models()}
    needed: set[str] = set()
    open_ = list(tables)
    while open_:
        name = open_.pop()
        if name in by_table and name not in needed:
            needed.add(name)
            open_ += by_table[name].inputs
    return [model for model in all_models() if model.table in needed]


def write(folder: Path, enrollments: int) -> None:
    """Write the records, and what is made before."""
    from benchmarks.indicator_rows import fill
    from pipelines.models import build
    from pipelines.warehouse import open_warehouse

    with open_warehouse(folder / "home") as connection:
        fill(connection, enrollments)
        for model in _needed(_BEFORE):
            build(connection, model)


def measure(folder: Path, way: str) -> dict[str, Any]:
    """Build one way; return the seconds and CPU seconds of the part after the cases, and how many rows there are."""
    from pipelines.models import build
    from pipelines.warehouse import open_warehouse

    before = {model.table for model in _needed(_BEFORE)}
    with open_warehouse(folder / "home") as connection:
        for model in _needed(_CASES):
            if model.table not in before:
                build(connection, model)
        started, used = time.perf_counter(), time.process_time()
        if way == "plain":
            connection.execute(_PLAIN)
        for model in _needed(_CELLS) if way == "cells" else ():
            if model.table in _CELLS:
                build(connection, model)
        spent = {"cells_seconds": time.perf_counter() - started, "cells_cpu_seconds": time.process_time() - used}
        table = "mart.indicator" if way == "cells" else "mart.plain_indicator"
        (rows,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
        differing = connection.execute(_AGREE).fetchone() if way == "cells" else (0,)
        if differing != (0,):
            message = f"{differing} indicators of everybody differ between the two ways"
            raise RuntimeError(message)
    return spent | {"rows": rows}


def main(words: Sequence[str]) -> None:
    """Measure both ways at each size, print the table, and keep it where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks indicators", description=__doc__)
    parser.add_argument("--enrollments", default="1000000,10000000", help="how many, separated by commas")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each way, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where to put 1 GB a million enrollments for the time of a run")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    asked = parser.parse_args(words)
    rows: list[Sequence[str]] = [_HEAD]
    for enrollments in (int(number) for number in asked.enrollments.replace("_", "").split(",")):
        with tempfile.TemporaryDirectory(prefix="cte-benchmark-", dir=asked.folder) as folder:
            rows += _measured(Path(folder), enrollments, asked.repetitions)
    text = f"{aligned(rows, texts=(1,))}\n\nMedians of {asked.repetitions} runs of each way, in turn. {machine()}"
    print(text)
    if asked.write:
        keep(text, marks=INDICATORS)


def _measured(folder: Path, enrollments: int, repetitions: int) -> list[Sequence[str]]:
    run("benchmarks.indicators", "write", str(folder), str(enrollments))
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(repetitions):
        for way, measured in runs.items():
            measured.append(run("benchmarks.indicators", way, str(folder)))
    cost = {
        way: {name: median(one[name] for one in measured) for name in measured[0]} for way, measured in runs.items()
    }
    plain = cost["plain"]
    return [
        (
            f"{enrollments:,}" if way == "plain" else "", name, f"{one['seconds']:.1f}",
            f"{one['seconds'] / plain['seconds']:.2f}", f"{one['cpu_seconds']:.1f}",
            f"{one['cpu_seconds'] / plain['cpu_seconds']:.2f}",
            f"{one['cells_seconds']:.1f} s, {one['cells_cpu_seconds']:.1f} CPU s", f"{one['rows']:,.0f}",
            f"{one['peak_mb']:,.0f}",
        )
        for (way, name), one in zip(WAYS.items(), cost.values(), strict=True)
    ]  # fmt: skip


if __name__ == "__main__":
    what, place, *size = sys.argv[1:]
    report(lambda: write(Path(place), int(size[0])) or {} if what == "write" else measure(Path(place), what))
