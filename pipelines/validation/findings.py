"""The life of findings from night to night: new, still open, fixed, come back.

A finding's id rests on rule, record key and column, not on the line, so that it survives a resubmission. Which rows
fail stands in ``failing_rows``.
"""

from __future__ import annotations

import duckdb

from pipelines.validation.failing_rows import FOUND
from pipelines.validation.finding_ids import keep_ids

_LETTERS = (
    "case when position > 26 then chr(cast(64 + (position - 1) // 26 as integer)) else '' end "
    "|| chr(cast(65 + (position - 1) % 26 as integer))"
)
_SHEET = r"regexp_extract(file_name, '(?i)\.(xlsx|xlsm|xlsb|xls)([.]gz)?!(.+)$', 3)"
# The cell that a finding points at, in the words of a spreadsheet; null outside of workbooks.
CELL = f"case when {_SHEET} <> '' and position <= 702 then {_SHEET} || '!' || {_LETTERS} || line_number end"


def settle(
    connection: duckdb.DuckDBPyConnection,
    judged_rule_ids: list[str],
    grantee_id: str | None,
    program_year: str | None,
    run_id: str,
) -> None:
    """Carry the partition's findings into tonight: new, still open, come back, or fixed; rules in error stay as is."""
    connection.execute(
        f"create or replace temp table {FOUND}_as_finding as {_identified()}", [grantee_id, program_year]
    )
    keep_ids(connection, f"{FOUND}_as_finding", grantee_id)
    bind = {"run": run_id, "grantee": grantee_id, "year": program_year, "rules": judged_rule_ids}
    connection.execute(
        f"""
        update quality.finding as f
        set change = case when f.state = 'open' then 'fixed' else f.change end, state = 'fixed'
        where f.grantee_id is not distinct from $grantee and ($year is null or f.program_year = $year)
            and list_contains($rules, f.rule_id)
            and not exists (select 1 from {FOUND}_as_finding as n where n.finding_id = f.finding_id)
        """,
        {k: bind[k] for k in ("grantee", "year", "rules")},
    )
    connection.execute(
        f"""
        update quality.finding as f set
            change = case when f.state = 'fixed' then 'came_back' else 'still_open' end, state = 'open',
            submission_id = n.submission_id, file_name = n.file_name, line_number = n.line_number, cell = n.cell,
            record_key_masked = n.record_key_masked, value_masked = n.value_masked, severity = n.severity,
            rule_version = n.rule_version, is_waived = n.is_waived, last_seen_run_id = $run
        from {FOUND}_as_finding as n where n.finding_id = f.finding_id
        """,
        {"run": run_id},
    )
    connection.execute(
        f"""
        insert into quality.finding by name
        select n.*, 'open' as state, 'new' as change, $run as first_seen_run_id, $run as last_seen_run_id
        from {FOUND}_as_finding as n
        where not exists (select 1 from quality.finding as f where f.finding_id = n.finding_id)
        """,
        {"run": run_id},
    )


def _identified() -> str:
    """Return a query that gives each finding of tonight its id and its file.

    Records that share a key (duplicates) are told apart by their order, not their line.
    """
    return f"""
    with numbered as (
        select n.*, s.file_name,
            row_number() over (partition by n.rule_id, n.record_key order by s.file_name, n.line_number) as place
        from {FOUND} as n left join quality.submission as s using (submission_id)
    ),
    -- Where a column stands in a sheet; a sheet has one layout, so that a column of ours stands there once.
    placed as (
        select submission_id, our_column, min(position) as position
        from quality.submission_column where our_column is not null group by submission_id, our_column
    )
    select
        substr(sha256(concat_ws('|', rule_id, coalesce($1, ''), coalesce($2, ''), table_name, record_key, column_name,
            cast(place as varchar))), 1, 20) as finding_id,
        rule_id, rule_version, severity, $1 as grantee_id, institution_id, coalesce($2, program_year) as program_year,
        numbered.submission_id,
        table_name, file_name, line_number, column_name, {CELL} as cell, record_key_masked, value_masked, is_waived
    from numbered left join placed
        on placed.submission_id = numbered.submission_id and placed.our_column = numbered.column_name
    """
