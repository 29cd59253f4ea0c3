"""pandera on Polars: one schema, validated lazily, so that all failing cases are listed.

Rules about one column are pandera's own checks; populations, pairs, keys and references are expressions in checks of
the frame, because a schema has one key and no populations. It lists every failing case with the number of its row, and
groups by nothing: cases are counted by check afterwards, for the table as a whole.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.judging.checks import Check, checks
from benchmarks.process import Work, report, warm


def way(folder: Path) -> Work:
    """Read and validate the file, and return the failing rows of each check."""
    os.environ["PANDERA_VALIDATION_DEPTH"] = "SCHEMA_AND_DATA"
    import pandera.polars as pa

    from benchmarks.judging.peers.polars_form import frame

    warm(folder.glob("*.parquet"))
    missing = {check.columns[0]: check.id for check in checks() if _is_required(check)}

    def work() -> dict[str, Any]:
        schema, data = _schema(folder), frame(folder)
        try:
            schema.validate(data, lazy=True)
        except pa.errors.SchemaErrors as found:
            cases = found.failure_cases
        counted = cases.group_by("schema_context", "column", "check").len().rows()
        totals: dict[str, int] = dict.fromkeys((check.id for check in checks()), 0)
        for _context, column, name, count in counted:
            totals[missing[column] if name == "not_nullable" else name] += count
        return {"total": totals, "rows": cases.height}

    return work


def _is_required(check: Check) -> bool:
    return check.kind == "not_null" and check.population is None


def _schema(folder: Path) -> Any:
    import pandera.polars as pa

    from benchmarks.judging.peers.polars_form import passes

    of_column: dict[str, list[Any]] = defaultdict(list)
    required = {check.columns[0] for check in checks() if _is_required(check)}
    of_frame = []
    for check in checks():
        own = _own(check)
        if own is not None:
            of_column[check.columns[0]].append(own)
        elif not _is_required(check):
            holds = passes(check, folder)
            of_frame.append(pa.Check(lambda data, holds=holds: data.lazyframe.select(holds), error=check.id))
    columns = {
        name: pa.Column(nullable=name not in required, checks=of_column[name])
        for name in sorted({*of_column, *required})
    }
    return pa.DataFrameSchema(columns, checks=of_frame)


def _own(check: Check) -> Any:
    """Return the check of pandera's own that says this, None where it has none."""
    import pandera.polars as pa

    known = {
        "in_set": pa.Check.isin, "regex": pa.Check.str_contains, "between": pa.Check.in_range,
        "length": pa.Check.str_length,
    }  # fmt: skip
    if check.population is not None or check.kind not in known:
        return None
    if check.kind == "between" and check.argument[1] is None:
        return pa.Check.ge(check.argument[0], error=check.id)
    several = check.argument if check.kind in ("between", "length") else (check.argument,)
    return known[check.kind](*several, error=check.id)


if __name__ == "__main__":
    report(way(Path(sys.argv[1])))
