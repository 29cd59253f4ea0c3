"""How a release or its rehearsal ended, in lines for the terminal of the reporting officer. Nothing of it leaves."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.disclosure.release.one import Ended
from pipelines.disclosure.release.rows import WITHHELD, counts_of
from pipelines.disclosure.release.years import ASIDE, BLOCKED, CARRIED, FRESH, REFUSED, UNCHANGED

_FATES = {
    FRESH: "released", UNCHANGED: "nothing has changed since the last release, which stays",
    CARRIED: "the last release is carried forward", REFUSED: "refused", BLOCKED: "blocked",
}  # fmt: skip
STOPPED = (CARRIED, REFUSED, BLOCKED)


def is_whole(ended: Ended) -> bool:
    """Return whether every year that was asked for left, or had nothing new."""
    return not ended.blockers and not any(year.fate in STOPPED for year in ended.years.values())


def lines_of(ended: Ended, *, is_rehearsal: bool) -> Iterator[str]:
    """Yield what became of each year, and why."""
    for name, year in ended.years.items():
        if year.fate == ASIDE:
            continue
        place, fate = f"{ended.grantee_id} {name}", _FATES[year.fate]
        counts = ""
        if year.fate == FRESH:
            fate = "would be released" if is_rehearsal else fate
            counts = f": {_share(ended.cells.filter(pl.col('program_year') == name))}"
        yield f"{place}: {fate}{counts}"
        yield from (f"  because {reason}" for reason in year.reasons)
        if is_rehearsal and year.fate != BLOCKED:
            yield from (f"  still in the way: {reason}" for reason in ended.blockers.get(name, ()))
        if year.change is not None and year.fate == FRESH and year.change.by_institution:
            yield from _cautions(year.change.by_institution)


def kind_lines(cells: pl.DataFrame) -> Iterator[str]:
    """Yield how much is withheld by kind of count."""
    written = cells.filter(pl.col("role") == "written")
    for (count_code,), part in sorted(written.group_by("count_code"), key=_place):
        yield f"  {count_code}: {_share(part)}"


def table_lines(cells: pl.DataFrame) -> Iterator[str]:
    """Yield how much is withheld by kind of count and dimension."""
    written = cells.filter(pl.col("role") == "written")
    for (count_code, dimension), part in sorted(written.group_by("count_code", "subgroup_dimension"), key=_place):
        yield f"  {count_code} by {dimension}: {_share(part)}"


def _place(group: tuple[tuple[object, ...], pl.DataFrame]) -> tuple[str, ...]:
    return tuple(map(str, group[0]))


def _share(cells: pl.DataFrame) -> str:
    counts = counts_of(cells)
    all_, withheld = counts["cell_count"], counts["withheld_count"]
    share = f" ({100 * withheld / all_:.1f} percent)" if all_ else ""
    primary = cells.filter((pl.col("code") == WITHHELD) & pl.col("is_sensitive")).height
    told = f"{all_} cells, {counts['shown_count']} shown, {counts['coded_count']} coded, {withheld} withheld{share}"
    return f"{told}; of these {primary} for themselves, {withheld - primary} to protect others"


def _cautions(by_institution: dict[str, int]) -> Iterator[str]:
    few = {name: count for name, count in by_institution.items() if 0 < count < max(by_institution.values())}
    for name, count in list(few.items())[:10]:
        yield f"  caution: at {name} as few as {count} persons changed since the last release"
