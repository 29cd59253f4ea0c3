"""A plain search of ``publish.*`` for counts under the policy: no model of an attacker, only what stands there.

It runs on the written file too, and needs nothing but that file.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.disclosure.audit.rows import columns_of

FEW, FEW_OTHERS = "under the threshold", "complement under the threshold"
NOBODY, EVERYBODY, NO_POLICY = "nobody", "everybody", "no policy"
KEY = ("grantee_id", "program_year", "first_program_year", "last_program_year", "rule_id", "count_code",
       "indicator_code", "institution_id", "cip_code", "table_name", "column_name", "dimension", "subgroup_dimension",
       "subgroup_code")  # fmt: skip
_OF_COUNTS = "coalesce(nullif(split_part(said.count_code, '_', 2), ''), 'all')"
_ALL = "'all'"


@dataclass(frozen=True)
class Searched:
    """A published count: which indicator it is of, its column, and the column of how many it is a part of, if any."""

    table: str
    indicator: str
    count: str
    whole: str | None = None
    is_share: bool = False
    is_of_persons: bool = True


SEARCHED = (
    Searched("student_count", _OF_COUNTS, "student_count"),
    *(
        one
        for table in ("indicator", "indicator_pooled")
        for one in (
            Searched(table, "said.indicator_code", "denominator_count"),
            Searched(table, "said.indicator_code", "numerator_count", "denominator_count"),
            Searched(table, "said.indicator_code", "rate", is_share=True),
        )
    ),
    Searched("gap", "said.indicator_code", "rate", is_share=True),
    Searched("rule_result", _ALL, "population_count", is_of_persons=False),
    Searched("rule_result", _ALL, "failed_count", "population_count", is_of_persons=False),
    Searched("coverage", _ALL, "row_count", is_of_persons=False),
    Searched("coverage", _ALL, "informative_count", "row_count", is_of_persons=False),
)


@dataclass(frozen=True)
class Finding:
    """A published number under the policy: where it stands, and what is wrong with it; never the number itself."""

    table_name: str
    key: str
    column_name: str
    problem: str


def under_policy(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Return every published count under its threshold, its complement, and true 0 and 100 percent of persons.

    Thresholds are those of ``publish.suppression_policy``: of the row's year and kind of count, else the strictest of
    the grantee. A number of a grantee without a policy is a finding too. Counts of rows (rule_result, coverage) come
    under the strictest; that no row fails, or all do, is no secret of a person.
    """
    found: list[Finding] = []
    for one in SEARCHED:
        if {one.count, "grantee_id"} <= columns_of(connection, one.table):
            rows = connection.execute(_query(connection, one)).fetchall()
            found += [Finding(one.table, key, one.count, problem) for key, problem in rows]
    return tuple(found)


def _query(connection: duckdb.DuckDBPyConnection, one: Searched) -> str:
    has = columns_of(connection, one.table)
    key = ", ".join(f"coalesce(cast(said.{column} as varchar), 'all')" for column in KEY if column in has)
    is_span = "first_program_year" in has
    year = "said.first_program_year || ' to ' || said.last_program_year" if is_span else "said.program_year"
    count, share = ("null", f"said.{one.count}") if one.is_share else (f"said.{one.count}", "null")
    ends = f"""
        when is_of_persons and (share = 0 or (n = 0 and whole > 0)) then '{NOBODY}'
        when is_of_persons and (share = 1 or (n = whole and whole > 0)) then '{EVERYBODY}'"""
    return f"""
        with policy as ({_policy(connection)}),
        told as (
            select concat_ws(' ', {key}) as key, cast({count} as bigint) as n, cast({share} as double) as share,
                cast({f"said.{one.whole}" if one.whole else "null"} as bigint) as whole,
                {one.is_of_persons} as is_of_persons, coalesce(own.least, grantee.least) as least
            from publish.{one.table} as said
            left join policy as own on said.grantee_id = own.grantee_id and {year} = own.program_year
                and {one.indicator if one.is_of_persons else "null"} = own.indicator_code
            left join policy as grantee on said.grantee_id = grantee.grantee_id and grantee.program_year is null
            where said.{one.count} is not null
        )
        select key, case
            when least is null then '{NO_POLICY}'
            when n > 0 and n < least then '{FEW}'
            when whole - n > 0 and whole - n < least then '{FEW_OTHERS}' {ends} end as problem
        from told where problem is not null order by all
    """


def _policy(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a query of thresholds: grantee_id, program_year and indicator_code (null for any), least."""
    has = columns_of(connection, "suppression_policy")
    source = "publish.suppression_policy" if "threshold" in has else "(select null as threshold) as nothing"
    grantee = "grantee_id" if "grantee_id" in has else "null"
    whole = f"select cast({grantee} as varchar) as grantee_id, null::varchar as program_year, "
    whole += f"null::varchar as indicator_code, max(threshold) as least from {source} group by all"
    if not {"program_year", "indicator_code"} <= has:
        return whole
    return (
        f"{whole} union all select grantee_id, program_year, indicator_code, max(threshold) from {source} group by all"
    )
