"""What was published of a figure as of a run: the number, or the code that suppression put in its place."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.replay.figure import Figure

_CELL = """
select if(cell.is_shown, cast(cell.count as varchar), coalesce(cell.code, 'not shown')) as told
from quality.release_cell as cell
inner join (
    select release_id from quality.release
    where status = 'released' and grantee_id = $grantee and program_year = $year and run_id <= $run
    order by number desc limit 1
) as newest on cell.release_id = newest.release_id
where cell.role = 'written' and cell.grantee_id = $grantee and cell.program_year = $year
    and cell.count_code = $code and cell.institution_id is not distinct from $institution and cell.cip_code is null
    and cell.subgroup_dimension = $dimension and cell.subgroup_code = $subgroup
"""


def published(
    connection: duckdb.DuckDBPyConnection,
    figure: Figure,
    place: tuple[str, str, str | None],
    run_id: str,
) -> dict[str, str]:
    """Return what the newest release that took its figures from this run or an earlier one said, by name of the number.

    ``place`` is grantee, program year and institution. Numbers without a published cell are left out.
    """
    grantee_id, program_year, institution_id = place
    told = {}
    for name, code in _codes(figure).items():
        values = {
            "grantee": grantee_id, "year": program_year, "institution": institution_id, "run": run_id, "code": code,
            "dimension": figure.dimension, "subgroup": figure.subgroup,
        }  # fmt: skip
        found = connection.execute(_CELL, values).fetchone()
        if found:
            told[name] = str(found[0])
    return told


def suppression(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return in words what suppression changed: numbers published as a number in one release and as a code in another.

    A number that is shown in both follows the count; that is no matter of suppression.
    """
    if not before and not after:
        return ["nothing was published of it"]
    names = sorted({*before, *after})
    pairs = [(name, before.get(name, "not published"), after.get(name, "not published")) for name in names]
    return [
        f"{name}: {old} -> {new}" for name, old, new in pairs if old != new and not (old.isdigit() and new.isdigit())
    ] or ["the same numbers are shown and hidden"]


def _codes(figure: Figure) -> dict[str, str]:
    if figure.kind == "indicator":
        return {f"{what}_count": f"{what}_{figure.code}" for what in ("numerator", "denominator", "unknown")}
    return {"student_count": figure.code} if figure.kind == "count" else {}
