"""Invented figures of occupations in a small warehouse: a row says only what its test is about."""

from __future__ import annotations

from typing import Any

import duckdb


def lead(connection: duckdb.DuckDBPyConnection, cip: str, *socs: str | None, version: str = "CIP2020") -> None:
    """Let a field lead to occupations; None is what the crosswalk calls NO MATCH."""
    for soc in socs:
        connection.execute(
            "insert into reference.field_occupation (program_year, cip_code, cip_version, soc_code) "
            "values ('2020-21', ?, ?, ?)", [cip, version, soc],
        )  # fmt: skip


def project(connection: duckdb.DuckDBPyConnection, soc: str, **values: Any) -> None:
    """Add an occupation to the projections; without openings or growth, none are published."""
    connection.execute(
        "insert into reference.occupation_projection (program_year, occupation_code, occupation_title, "
        "occupation_type, openings_thousands, growth_percent, typical_education) values (?, ?, ?, ?, ?, ?, ?)",
        [
            values.get("year", "2024-25"), soc, f"Occupation {soc}", values.get("kind", "Line item"),
            values.get("openings"), values.get("growth"), values.get("education", "High school diploma or equivalent"),
        ],
    )  # fmt: skip


def pay(connection: duckdb.DuckDBPyConnection, soc: str, published: str, *, hourly: str = "*") -> None:
    """Add an occupation's median wage as published: dollars, or a sign."""
    dollars = int(published) if published.isdigit() else None
    connection.execute(
        "insert into reference.occupation_wage (program_year, occupation_code, occupation_group, "
        "annual_median_published, hourly_median_published, annual_median_dollars) "
        "values ('2025-26', ?, 'detailed', ?, ?, ?)", [soc, published, hourly, dollars],
    )  # fmt: skip


def mark(connection: duckdb.DuckDBPyConnection, **values: Any) -> None:
    """Change the marks of the grantee."""
    for name, value in values.items():
        connection.execute(f"update reference.labor_rule set {name} = ? where grantee_id = 'oregon'", [value])
