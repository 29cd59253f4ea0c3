"""dataframely on Polars: one schema, and its filter, which keeps apart the failing rows with the rules that they fail.

Nulls, patterns and sets are said with dataframely's columns; bounds and lengths, of which it counts both ends apart,
populations, pairs, keys and references are rules with expressions. It lists every failing row once, with a flag for
each rule; counts by place are one more group by over those rows, which is made here.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.judging.checks import Check, checks
from benchmarks.process import Work, report, warm

_PLACE = ("grantee_id", "program_year", "institution_id")


def way(folder: Path) -> Work:
    """Read and filter the file, and return the failing rows of each rule by place."""
    import polars as pl

    from benchmarks.judging.peers.polars_form import frame

    warm(folder.glob("*.parquet"))

    def work() -> dict[str, Any]:
        data = frame(folder)
        schema, names = _schema(data.schema, folder)
        _, failure = schema.filter(data)
        failing = failure.details()
        flags = [(pl.col(name) == "invalid").sum().alias(check) for name, check in names.items()]
        failed: dict[str, dict[str, int]] = defaultdict(dict)
        for row in failing.group_by(_PLACE).agg(flags).iter_rows(named=True):
            place = "/".join(str(row[name]) for name in _PLACE)
            for check in names.values():
                failed[check][place] = row[check]
        return {"failed": failed, "rows": failing.height}

    return work


def _schema(types: Any, folder: Path) -> tuple[Any, dict[str, str]]:
    """Return the schema, and for each of its rules that is one of ours its name."""
    import dataframely as dy

    from benchmarks.judging.peers.polars_form import passes

    said: dict[str, dict[str, Any]] = {name: {"nullable": True} for name in types}
    names, body = {}, {}
    for check in checks():
        own = _own(check, said)
        if own is None:
            body[f"rule_{check.id}"] = _rule(passes(check, folder))
            names[f"rule_{check.id}"] = check.id
        else:
            names[f"{check.columns[0]}|{own}"] = check.id
    columns = {name: _column(types[name], options) for name, options in said.items()}
    return type("Record", (dy.Schema,), columns | body), names


def _rule(holds: Any) -> Any:
    import dataframely as dy

    return dy.rule()(lambda _cls: holds)


def _own(check: Check, said: dict[str, dict[str, Any]]) -> str | None:
    """Say the check among the options of its column, and return dataframely's name of it; None where it cannot."""
    column = said[check.columns[0]]
    if check.population is not None:
        return None
    match check.kind:
        case "not_null":
            column["nullable"] = False
            return "nullability"
        case "regex":
            column["regex"] = check.argument
            return "regex"
        case "in_set":
            column["check"] = lambda values, known=list(check.argument): values.is_in(known)
            return "check"
    return None


def _column(kind: Any, options: dict[str, Any]) -> Any:
    import dataframely as dy
    import polars as pl

    if kind == pl.String:
        return dy.String(**options)
    if kind == pl.Date:
        return dy.Date(**options)
    return dy.Int64(**options) if kind == pl.Int64 else dy.Decimal(kind.precision, kind.scale, **options)


if __name__ == "__main__":
    report(way(Path(sys.argv[1])))
