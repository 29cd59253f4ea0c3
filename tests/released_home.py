"""A small home with releases of three years and two grantees: enough that each worked query finds something."""

from __future__ import annotations

from pathlib import Path

import duckdb
from released_rows import SPAN, YEAR, cell, empty_warehouse, insert, measured, release

from pipelines.models import all_models, build
from pipelines.publish.file import publish
from pipelines.publish.fill import fill_publish

RACES = {"asian": (60, 120), "white": (330, 550), "black_or_african_american": (90, 200)}


def released_file(home: Path) -> Path:
    """Return the published file of the small home, made below a folder."""
    connection = empty_warehouse()
    for number, year in enumerate(("2021-22", "2022-23", YEAR), start=1):
        release(connection, number, program_year=year)
        _oregon(connection, number, year)
    release(connection, 4)
    _oregon(connection, 4, YEAR)
    release(connection, 4, program_year=SPAN)
    measured(connection, 12, 45, release_id="r4", program_year=SPAN, institution_id="B")
    release(connection, 5, grantee_id="udc")
    connection.execute(
        "update quality.release_indicator set definition_version = 'udc-house-1' where release_id = 'r5'"
    )
    measured(connection, 60, 110, release_id="r5", grantee_id="udc")
    for model in all_models():
        if model.schema == "quality" and model.name.startswith("release_"):
            build(connection, model)
    fill_publish(connection, [], "run-1", is_sample=True)
    path = publish(connection, home)
    connection.close()
    return path


def _oregon(connection: duckdb.DuckDBPyConnection, number: int, year: str) -> None:
    """Add everybody, groups, institutions and a cluster, of which some are withheld or coded."""
    at = {"release_id": f"r{number}", "program_year": year}
    for code, count in (("participant", 1_500 + number), ("concentrator", 1_000), ("completer", 700)):
        cell(connection, code, count, **at)
    cell(connection, "participant", 1_480 + number, subgroup_dimension="sex", subgroup_code="female", **at)
    cell(connection, "participant", 20, subgroup_dimension="sex", subgroup_code="not_reported", **at)
    for indicator in ("1P1", "2P1", "3P1"):
        of = {**at, "indicator_code": indicator}
        measured(connection, 500 + number, 940, **of)
        cell(connection, f"unknown_{indicator}", 80, **at)
        _groups(connection, of)
        _places(connection, of)
    insert(connection, "release_quality", {
        **at, "grantee_id": "oregon", "subject": "rule", "name": "some_rule", "column_name": "", "rule_version": 1,
        "dimension": "validity", "severity": "warning", "status": "passed", "is_waived": False,
        "population_count": 900, "counted_count": 0, "threshold": "none",
    })  # fmt: skip


def _groups(connection: duckdb.DuckDBPyConnection, of: dict[str, str]) -> None:
    for code, (met, count) in RACES.items():
        measured(connection, met, count, subgroup_dimension="race_ethnicity", subgroup_code=code, **of)
    for code, met, count in (("hispanic_or_latino", 12, 20), ("two_or_more_races", 8, 10)):
        group = {"subgroup_dimension": "race_ethnicity", "subgroup_code": code, "code": "withheld"}
        measured(connection, met, count, **group, **of)
    measured(connection, 2, 150, subgroup_dimension="sex", subgroup_code="male", code="at_most_10_percent", **of)
    pair = {"subgroup_dimension": "race_ethnicity*sex", "subgroup_code": "white*female"}
    measured(connection, 200, 300, **pair, **of)
    measured(connection, 300, 500, subgroup_dimension="career_cluster", subgroup_code="01", **of)
    measured(connection, 250, 400, subgroup_dimension="eligible_recipient", subgroup_code="R1", **of)
    measured(connection, 100, 200, cip_code="48.0508", **of)


def _places(connection: duckdb.DuckDBPyConnection, of: dict[str, str]) -> None:
    measured(connection, 300, 600, institution_id="A", **of)
    asian = {"subgroup_dimension": "race_ethnicity", "subgroup_code": "asian"}
    measured(connection, 40, 120, institution_id="A", **asian, **of)
    disability = {"subgroup_dimension": "disability", "subgroup_code": "yes", "group_code": "withheld"}
    measured(connection, 3, 8, institution_id="A", **disability, **of)
    measured(connection, 5, 14, institution_id="B", code="withheld", **of)
