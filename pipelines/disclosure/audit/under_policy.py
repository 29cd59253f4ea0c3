"""A plain search of ``publish.*`` for counts under the policy: no model of an attacker, only what stands there.

It runs on the written file too, and needs nothing but that file.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

PLACEMENT = "1P1"  # also under the policies of those whose records it rests on
_KEY = "concat_ws(' ', {columns})"
# table -> (indicator, columns of its key, what is counted -> (count, of how many))
SEARCHED = {
    "student_count": (
        "regexp_extract(count_code, '_(.*)$', 1)",
        ("grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension",
         "subgroup_code"),
        {"student_count": ("student_count", "null")},
    ),
    "indicator": (
        "indicator_code",
        ("grantee_id", "program_year", "indicator_code", "institution_id", "cip_code", "subgroup_dimension",
         "subgroup_code"),
        {"denominator_count": ("denominator_count", "null"),
         "numerator_count": ("numerator_count", "denominator_count"), "rate": ("null", "rate")},
    ),
    "indicator_pooled": (
        "indicator_code",
        ("grantee_id", "first_program_year", "last_program_year", "indicator_code", "institution_id",
         "subgroup_dimension", "subgroup_code"),
        {"denominator_count": ("denominator_count", "null"),
         "numerator_count": ("numerator_count", "denominator_count"), "rate": ("null", "rate")},
    ),
    "gap": (
        "indicator_code",
        ("grantee_id", "program_year", "indicator_code", "institution_id", "cip_code", "subgroup_dimension",
         "subgroup_code"),
        {"rate": ("null", "rate")},
    ),
}  # fmt: skip
FEW, FEW_OTHERS, NOBODY, EVERYBODY = "under the threshold", "complement under the threshold", "nobody", "everybody"


@dataclass(frozen=True)
class Finding:
    """A published number under the policy: where it stands, and what is wrong with it; never the number itself."""

    table_name: str
    key: str
    column_name: str
    problem: str


def under_policy(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Return every published count of persons under its threshold, its complement, and true 0 and 100 percent.

    Thresholds are those of ``publish.suppression_policy``: of the publishers, for placement of everybody named there.
    A grantee with numbers and no threshold is an error of the file: a ValueError.
    """
    found: list[Finding] = []
    for table in SEARCHED:
        if _columns(connection, table):
            found += _of_table(connection, table)
    for table, counts in (("rule_result", ("population_count", "failed_count")),
                          ("coverage", ("row_count", "informative_count"))):  # fmt: skip
        if set(counts) <= _columns(connection, table):
            found += _of_rows(connection, table, *counts)
    return tuple(sorted(found, key=lambda one: (one.table_name, one.key, one.column_name, one.problem)))


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'publish' and table_name = ? "
        "and database_name = current_database()",
        [table],
    ).fetchall()
    return {column for (column,) in rows}


def _thresholds(indicator: str) -> str:
    """Return a query of the largest threshold of each grantee that touches an indicator."""
    return (
        "select grantee_id, max(threshold) filter (where name like 'publisher%') as of_publisher, "
        "max(threshold) as of_all from publish.suppression_policy group by grantee_id"
        if indicator
        else ""
    )


def _of_table(connection: duckdb.DuckDBPyConnection, table: str) -> list[Finding]:
    indicator, key, counted = SEARCHED[table]
    has = _columns(connection, table)
    key_text = _KEY.format(columns=", ".join(f"coalesce(cast(said.{c} as varchar), 'all')" for c in key if c in has))
    found: list[Finding] = []
    for column, (count, whole) in counted.items():
        if column not in has:
            continue
        query = f"""
            with policy as ({_thresholds("any")}),
            told as (
                select {key_text} as key, cast({count} as bigint) as n,
                    {"cast(null as bigint)" if whole == "rate" else f"cast({whole} as bigint)"} as whole,
                    {"cast(rate as double)" if whole == "rate" else "cast(null as double)"} as share,
                    case when {indicator} = '{PLACEMENT}' then of_all else of_publisher end as threshold
                from publish.{table} as said left join policy on said.grantee_id = policy.grantee_id
                where {column} is not null
            )
            select key, case
                when threshold is null then 'no policy'
                when n > 0 and n < threshold then '{FEW}'
                when whole - n > 0 and whole - n < threshold then '{FEW_OTHERS}'
                when share = 0 or (n = 0 and whole > 0) then '{NOBODY}'
                when share = 1 or (n = whole and whole > 0) then '{EVERYBODY}' end as problem
            from told where problem is not null order by all
        """
        found += [
            Finding(table, found_key, column, problem) for found_key, problem in connection.execute(query).fetchall()
        ]
    return found


def _of_rows(connection: duckdb.DuckDBPyConnection, table: str, whole: str, part: str) -> list[Finding]:
    """Search counts of rows: a few of many rows are a few persons too."""
    has = _columns(connection, table)
    key = [c for c in ("grantee_id", "program_year", "rule_id", "table_name", "column_name", "dimension") if c in has]
    key_text = _KEY.format(columns=", ".join(f"coalesce(cast(said.{c} as varchar), 'all')" for c in key))
    query = f"""
        with policy as ({_thresholds("any")})
        select {key_text} as key, case
            when {whole} > 0 and {whole} < of_publisher then '{whole}'
            when {part} > 0 and {part} < of_publisher then '{part}'
            else 'complement' end as problem
        from publish.{table} as said inner join policy on said.grantee_id = policy.grantee_id
        where ({whole} > 0 and {whole} < of_publisher) or ({part} > 0 and {part} < of_publisher)
            or ({whole} - {part} > 0 and {whole} - {part} < of_publisher)
        order by all
    """
    return [
        Finding(
            table,
            found_key,
            part if problem == "complement" else problem,
            FEW_OTHERS if problem == "complement" else FEW,
        )
        for found_key, problem in connection.execute(query).fetchall()
    ]
