"""Puts a page together from the published file; the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.scorecard.outcomes import NAMES
from pipelines.shareable.card import Change, Gap, Heading, Indicator, Pooled, Shareable
from pipelines.shareable.cells import ALL, Cells, Place, cells_of
from pipelines.shareable.groups import CLUSTERS, FAMILIES, PAIRS, STUDENTS, families, family, group, student_families
from pipelines.shareable.names import STATES, Names, names_of
from pipelines.shareable.protection import Together, protection
from pipelines.shareable.published import Published
from pipelines.shareable.quality import coverage, failed_rules, tallies
from pipelines.shareable.told import WITHHELD, highest, rate_of

Row = Mapping[str, Any]
_YEAR = ("indicator", "student_count", "gap", "rule_result", "coverage", "release_change", "definition",
         "suppression_policy")  # fmt: skip

_NOT_METHOD = ("fiction", "night")  # the page says the first on top; the second changes every night, and no page may
_TABLE = {"publish.indicator": "Rates", "publish.student_count": "Counts of students"}
_CHANGES = ("newly_shown", "newly_withheld", "changed", "added", "removed", "unchanged")


def shareables(published: Published) -> Iterator[Shareable]:
    """Yield what is said of each grantee and program year that has a release in force, in this order."""
    fiction = next((row["note"] for row in published.rows("note") if row["topic"] == "fiction"), "")
    for release in sorted(published.rows("release"), key=lambda row: (row["grantee_id"], row["program_year"])):
        yield _shareable(published, release, fiction)


def _shareable(published: Published, release: Row, fiction: str) -> Shareable:
    owner = {"grantee_id": release["grantee_id"]}
    year = {**owner, "program_year": release["program_year"]}
    tables = {table: published.rows(table, **year) for table in _YEAR}
    names = names_of(published.rows("code"), published.rows("institution", **owner))
    heading = _heading(published.rows("grantee", **owner), release, fiction)
    cells = cells_of(tables["indicator"], tables["student_count"], tables["suppression_policy"])
    students = tuple(cells.count(what) for what in STUDENTS)
    clusters = family(cells, names, *CLUSTERS)
    programs, withheld = _programs(cells, names)
    pooled = _pooled(published.rows("indicator_pooled", **owner), release["program_year"], names, cells)
    together = Together(clusters, programs, withheld, pooled)
    return Shareable(
        heading=heading,
        indicators=tuple(_indicator(cells, code) for code in cells.indicator_codes),
        students=students,
        families=families(cells, names, FAMILIES),
        pairs=families(cells, names, PAIRS),
        gaps=_gaps(tables["gap"], cells, names),
        student_families=student_families(cells, names),
        institutions=_institutions(cells, names),
        clusters=clusters,
        programs=programs,
        programs_withheld=withheld,
        pooled=pooled,
        tallies=tallies(tables["rule_result"]),
        failed_rules=failed_rules(tables["rule_result"], published.rows("rule")),
        coverage=coverage(tables["coverage"], names),
        protection=protection(heading.grantee_name, students[1], tables, together, release),
        changes=_changes(tables["release_change"], release["release_id"]),
        definition=tuple(tables["definition"]),
        notes=tuple(row for row in published.rows("note") if row["topic"] not in _NOT_METHOD),
    )  # fmt: skip


def _heading(grantees: list[dict[str, Any]], release: Row, fiction: str) -> Heading:
    who = grantees[0] if grantees else {}
    return Heading(
        grantee_id=release["grantee_id"],
        grantee_name=who.get("grantee_name") or release["grantee_id"],
        eligible_agency=who.get("eligible_agency") or "",
        program_year=release["program_year"],
        release_id=release["release_id"],
        number=release["number"],
        released_at=release["released_at"],
        fiction=fiction,
    )


def _indicator(cells: Cells, code: str) -> Indicator:
    row = cells.rates.get((code, None, None, ALL, ALL), {})
    rate, unknown = cells.rate(code), cells.count(f"unknown_{code}")
    return Indicator(
        code, NAMES.get(code, code), row.get("cohort_program_year") or "", row.get("outcome_window_end"),
        row.get("definition_version") or "", rate, unknown, highest(rate, unknown),
    )  # fmt: skip


def _institutions(cells: Cells, names: Names) -> tuple[Any, ...]:
    found = sorted((names.institution(one), one) for one in cells.institutions())
    return tuple(group(cells, name, Place(institution_id=one)) for name, one in found)


def _programs(cells: Cells, names: Names) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Return the programs of which a number or a range is told, and the names of the others."""
    told, withheld = [], []
    for cip in cells.programs():
        name = f"{cip} {names.program(cip)}".strip()
        line = group(cells, name, Place(cip_code=cip))
        if any(rate.at is not None for rate in line.rates):
            told.append(line)
        elif any(rate.status == WITHHELD for rate in line.rates):
            withheld.append(name)
    return tuple(told), tuple(withheld)


def _gaps(rows: list[dict[str, Any]], cells: Cells, names: Names) -> tuple[Gap, ...]:
    """Return the gaps of the grantee's groups that are shown, by name: an order by size would be a ranking."""
    found = (_gap(row, cells, names) for row in rows if row["suppression_code"] is None and _has_own_gap(row))
    return tuple(sorted(found, key=lambda gap: (gap.indicator_code, gap.name)))


def _gap(row: Row, cells: Cells, names: Names) -> Gap:
    code, group = row["indicator_code"], (row["subgroup_dimension"], row["subgroup_code"])
    rate, reference = cells.rate(code, *group), cells.rate(code)
    return Gap(names.alone(*group), code, rate, reference, float(row["gap"]), row["students_needed"])


def _has_own_gap(row: Row) -> bool:
    is_everywhere = row["institution_id"] is None and row["cip_code"] is None
    is_single = row["subgroup_dimension"] != ALL and "*" not in row["subgroup_dimension"]
    # The gap of those who are not in a special population, or of whom nothing is known, is no finding about a group.
    return is_everywhere and is_single and row["subgroup_code"] not in ("no", *STATES)


def _changes(rows: list[dict[str, Any]], release_id: str) -> tuple[Change, ...]:
    found = [row for row in rows if row["release_id"] == release_id and row["change"] in _CHANGES]
    found.sort(key=lambda row: (row["table_name"], _CHANGES.index(row["change"])))
    return tuple(
        Change(
            _TABLE.get(row["table_name"], row["table_name"]), row["change"].replace("_", " "), row["row_count"],
            row["previous_number"],
        )
        for row in found
    )  # fmt: skip


def _pooled(rows: list[dict[str, Any]], program_year: str, names: Names, cells: Cells) -> tuple[Pooled, ...]:
    found = [
        Pooled(
            names.institution(row["institution_id"]) if row["institution_id"] else "All institutions",
            "Everybody" if row["subgroup_dimension"] == ALL
            else names.alone(row["subgroup_dimension"], row["subgroup_code"]),
            f"{row['first_program_year']} to {row['last_program_year']}", row["indicator_code"],
            rate_of(row, digits=cells.digits(row["indicator_code"])),
        )
        for row in rows
        if row["first_program_year"] <= program_year <= row["last_program_year"]
    ]  # fmt: skip
    told = (one for one in found if one.rate.at is not None)
    return tuple(sorted(told, key=lambda one: (one.place, one.group, one.indicator_code, one.years)))
