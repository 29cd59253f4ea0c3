"""Fixes applied to what was measured: another ``Sources``, which the functions that judge a scorecard judge as it is.

Each fix sets something to what it is once corrected, so that order does not matter and twice is as once. Nothing is
judged here. Rows of tables stay as they are: measures read from the partition itself are told by ``answered``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from pipelines.scorecard.candidates.fix import Fix
from pipelines.scorecard.candidates.ground import Ground, Row, blank
from pipelines.scorecard.coverage import bare, known
from pipelines.scorecard.criteria import Measured
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import CoverageLine, FileLine, IndicatorLine
from pipelines.scorecard.share import Share
from pipelines.scorecard.sources import Sources


def applied(seen: Sources, ground: Ground, fixes: Collection[Fix]) -> Sources:
    """Return the sources as they were, had the fixes been made; the same sources where there are none."""
    if not fixes:
        return seen
    named = {(fix.kind, fix.what) for fix in fixes}
    gates = tuple(gate for gate in seen.gates if ("file" if gate.kind == "file" else "gate", gate.id) not in named)
    return replace(seen, measured=_measured(seen.measured, ground, frozenset(fixes)), gates=gates)


def _measured(was: Measured, ground: Ground, fixes: frozenset[Fix]) -> Measured:
    tables = {fix.what for fix in fixes if fix.kind == "table"}
    flawed = {(fix.what, fix.institution, fix.where) for fix in fixes if fix.kind == "records"}
    filled = {(fix.institution, fix.where, fix.what) for fix in fixes if fix.kind == "elements"}
    missing = None if was.missing_tables is None else tuple(t for t in was.missing_tables if t not in tables)
    has_answers = any(fix.kind in ("answers", "collected") for fix in fixes)
    rows = tuple(_answered(row, fixes) for row in ground.coverage) if has_answers else ground.coverage
    return replace(
        was,
        files=tuple(_file(file, fixes) for file in was.files),
        missing_tables=missing,
        coverage=_coverage_lines(was.coverage, rows) if has_answers else was.coverage,
        known=_known(rows) if has_answers else was.known,
        indicators=tuple(_indicator(line, fixes) for line in was.indicators),
        elements=[
            {**row, "value_count": row["row_count"]}
            if (row["institution_id"], bare(row["table_name"]), row["column_name"]) in filled
            else row
            for row in was.elements
        ],
        flawed={place: count for place, count in was.flawed.items() if place not in flawed},
    )


def _answered(row: Row, fixes: frozenset[Fix]) -> Row:
    place = (row["equity_dimension"], row["institution_id"])
    if Fix("collected", *place) in fixes:
        row = {**row, "value_count": row["value_count"] + row["not_collected_count"], "not_collected_count": 0}
    if Fix("answers", *place) in fixes:
        row = {**row, "value_count": row["value_count"] + blank(row), "unknown_count": 0, "not_reported_count": 0}
    return row


def _coverage_lines(lines: tuple[CoverageLine, ...], rows: tuple[Row, ...]) -> tuple[CoverageLine, ...]:
    """Return the lines of the grantee as the sums of its institutions: a student counts once at each."""
    counts = ("value_count", "unknown_count", "declined_count", "not_reported_count", "not_collected_count")
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("student_count", *counts), 0))
    for row in rows:
        for count in ("student_count", *counts):
            sums[row["equity_dimension"]][count] += row[count]
    return tuple(
        replace(
            line,
            value_count=sums[line.dimension]["value_count"],
            unknown_count=sums[line.dimension]["unknown_count"],
            not_reported_count=sums[line.dimension]["not_reported_count"],
            not_collected_count=sums[line.dimension]["not_collected_count"],
            known=known(sums[line.dimension]),
        )
        if sums[line.dimension]["student_count"] == line.student_count
        else line
        for line in lines
    )


def _known(rows: tuple[Row, ...]) -> dict[str, list[Share]]:
    """Return the known shares by institution as ``coverage.known_by_institution`` does."""
    by_institution: dict[str, list[Share]] = defaultdict(list)
    for row in rows:
        if row["not_collected_count"] < row["student_count"]:
            by_institution[row["institution_id"]].append(known(row))
    return by_institution


def _file(file: FileLine, fixes: frozenset[Fix]) -> FileLine:
    if not in_force((file,)):
        return file
    if file.status == "refused" and Fix("file", file.file_name) in fixes:
        file = replace(file, status="accepted", message="")
    elif Fix("lines", file.file_name) not in fixes:
        return file
    return replace(file, loaded_line_count=file.physical_line_count - file.header_line_count, quarantined_line_count=0)


def _indicator(line: IndicatorLine, fixes: frozenset[Fix]) -> IndicatorLine:
    """Return the indicator of the grantee with nobody's outcome unknown: its rate stays between the same two ends."""
    if line.institution_id is None and Fix("outcomes", line.indicator_code) in fixes:
        return replace(line, unknown_count=0)
    return line
