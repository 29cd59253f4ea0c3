"""The section on comparability: what changed between years, and what may therefore not be compared.

From the records (layouts, race question, CIP version, definitions in force), the grantee's folder (clusters), the runs
(rule book) and the file of changes from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pipelines.scorecard.comparability import outside_changes
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.trend import standards_by_year

SAYS = (
    "A change that is not listed may still exist: only what the records, the agency's folder and the file of outside "
    "changes tell can be seen."
)
COLUMNS = (
    Column("change", "What changed"),
    Column("year", "First program year"),
    Column("before", "Before"),
    Column("since", "Since"),
    Column("not_compared", "What may not be compared"),
    Column("evidence", "Whence this is known"),
)
_LAYOUTS = """
    select program_year, table_name, list(distinct layout_version order by layout_version) as used
    from quality.submission
    where grantee_id = $1 and program_year <= $2 and layout_version is not null and table_name is not null
        and status not in ('superseded', 'repeated')
    group by program_year, table_name order by table_name, program_year
"""
_CIP = """
    select program_year, list(distinct cip_version order by cip_version) as used from core.program
    where grantee_id = $1 and program_year <= $2 and cip_version is not null
    group by program_year order by program_year
"""
_DEFINITIONS = """
    select program_year, list(distinct definition_version order by definition_version) as used from mart.indicator
    where grantee_id = $1 and program_year <= $2 and definition_version is not null
    group by program_year order by program_year
"""
FRAMEWORK = "Career cluster framework"
NOT_COMPARED = {
    FRAMEWORK: "totals of clusters before and since; old totals are never converted",
    "Indicator definition": "indicators, participants and concentrators before and since",
    "Race question": "figures by race and ethnicity before and since",
    "CIP version": "programs and clusters by CIP code before and since, without a crosswalk",
    "Layout": "completeness and codes of these records, unless both layouts are compared column by column",
}
Used = Mapping[str, tuple[str, ...]]


def comparability(seen: Sources) -> Section:
    """Return the section: one table of changes by year, one of what is in force."""
    as_of = seen.known.as_of(seen.partition.program_year)
    rows = tuple(sorted(_changes(seen), key=lambda row: (str(row[1]), str(row[0]), str(row[3]))))
    changes = Table(
        "comparability_changes", "Changes between years", "the grantee's years up to this one; outside, any year",
        "quality.submission, core.student, core.program, mart.indicator, scorecard/comparability.toml", as_of, COLUMNS,
        rows,
    )  # fmt: skip
    return Section("comparability", "Comparability", (SAYS,), (changes, _in_force(seen, as_of)))


def _changes(seen: Sources) -> Iterator[tuple[Cell, ...]]:
    partition = seen.partition
    for kind, used in _seen_in_records(seen).items():
        yield from _steps(kind, kind, used, "")
    yield from _layout_steps(partition.rows(_LAYOUTS))
    yield from _framework_steps(seen)
    for change in outside_changes():
        yield (change.title, change.program_year, None, None, change.says, change.evidence)


def _layout_steps(rows: list[dict[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each change of layouts, with all kinds of record that it is the same change of."""
    layouts: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        layouts.setdefault(row["table_name"], {})[row["program_year"]] = tuple(row["used"])
    kinds: dict[tuple[Cell, ...], list[str]] = {}
    for table, used in layouts.items():
        for _, *step in _steps("Layout", table, used, ""):
            kinds.setdefault(tuple(step), []).append(table.replace("_", " "))
    for same, tables in kinds.items():
        yield (f"Layout of {', '.join(tables)}", *same)


def _framework_steps(seen: Sources) -> Iterator[tuple[Cell, ...]]:
    """Yield a row where the State took up another framework of Career Clusters, as the agency's folder says."""
    clusters = seen.known.grantee.career_clusters
    years = sorted(_used(seen.partition.rows(_DEFINITIONS)))
    used = {year: (clusters.framework_of(year) or "cannot tell",) for year in years}
    yield from _steps(FRAMEWORK, FRAMEWORK, used, clusters.evidence)


def _seen_in_records(seen: Sources) -> dict[str, Used]:
    return {
        "Indicator definition": _used(seen.partition.rows(_DEFINITIONS)),
        "Race question": standards_by_year(seen.partition),
        "CIP version": _used(seen.partition.rows(_CIP)),
    }


def _used(rows: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {row["program_year"]: tuple(row["used"]) for row in rows}


def _steps(kind: str, title: str, used: Used, evidence: str) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each year in which something else is in use than in the year before it that has any."""
    years = sorted(used)
    for before, year in pairwise(years):
        if used[before] != used[year]:
            old, new = ", ".join(used[before]), ", ".join(used[year])
            yield (title, year, old, new, NOT_COMPARED[kind], evidence or f"records of {before} and {year}")


def _in_force(seen: Sources, as_of: str) -> Table:
    year, owner = seen.partition.program_year, seen.known.grantee
    records = _seen_in_records(seen)
    clusters = owner.career_clusters
    rows: list[tuple[Cell, ...]] = [
        (kind, ", ".join(used.get(year, ())) or "not told by any record", f"records of {year}")
        for kind, used in records.items()
    ]
    rows += [
        (FRAMEWORK, clusters.framework_of(year) or "cannot tell", clusters.evidence or "not stated"),
        ("Rule book of this run", seen.run.rule_book_version or "not recorded", "quality.run"),
    ]
    columns = (Column("what", "What"), Column("value", "In force"), Column("evidence", "Whence this is known"))
    return Table(
        "comparability_in_force", "What this year rests on", "the grantee's records of this program year",
        "core.student, core.program, mart.indicator, quality.run, grantee.toml", as_of, columns, tuple(rows),
        "Verdicts of another rule book may differ on the same records; `cte why` tells what changed.",
    )  # fmt: skip
