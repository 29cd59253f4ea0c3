"""pointblank on Polars: one validation plan, a step for each rule.

Steps are pointblank's own where a rule is about one column or a key; nulls fail its sets, so rows without a value are
left out before. It counts, and lists rows a step at a time (all of them where it is told so); by place it would need a
segment for each of 180 places and each rule, which nobody would wait for, so it groups by nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.judging.checks import Check, checks
from benchmarks.process import Work, report, warm


def way(folder: Path) -> Work:
    """Read and interrogate the file, and return the failing rows of each step, all of them extracted."""
    import pointblank as pb

    from benchmarks.judging.peers.polars_form import frame

    warm(folder.glob("*.parquet"))

    def work() -> dict[str, Any]:
        data = frame(folder)
        plan = pb.Validate(data)
        for check in checks():
            plan = _with_step(plan, check, folder)
        plan = plan.interrogate(collect_tbl_checked=False, extract_limit=data.height)
        numbers = plan.n_failed()
        rows = sum(0 if extract is None else len(extract) for extract in plan.get_data_extracts().values())
        return {"total": {check.id: numbers[step] for step, check in enumerate(checks(), start=1)}, "rows": rows}

    return work


def _with_step(plan: Any, check: Check, folder: Path) -> Any:
    from benchmarks.judging.peers.polars_form import passes

    column, argument = check.columns[0], check.argument
    match check.kind if check.population is None else "several":
        case "not_null":
            plan = plan.col_vals_not_null(column)
        case "in_set":
            plan = plan.col_vals_in_set(column, list(argument), pre=_with_value(check.columns))
        case "regex":
            plan = plan.col_vals_regex(column, argument, na_pass=True)
        case "between" if argument[1] is not None:
            plan = plan.col_vals_between(column, *argument, na_pass=True)
        case "unique":
            plan = plan.rows_distinct(list(check.columns), pre=_with_value(check.columns))
        case _:
            plan = plan.col_vals_expr(passes(check, folder))
    return plan


def _with_value(columns: tuple[str, ...]) -> Any:
    return lambda data: data.drop_nulls(list(columns))


if __name__ == "__main__":
    report(way(Path(sys.argv[1])))
