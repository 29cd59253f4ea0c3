"""The life of findings from night to night: new, still open, fixed, come back.

A finding's id rests on rule, record key and column, not on the line, so that it survives a resubmission. Which rows
fail stands in ``failing_rows``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from pipelines.validation.failing_rows import FOUND
from pipelines.validation.finding_ids import keep_ids
from pipelines.validation.partition import NO_INSTITUTION
from pipelines.validation.stored import Place, Tally
from pipelines.warehouse import insert_rows

_LETTERS = (
    "case when position > 26 then chr(cast(64 + (position - 1) // 26 as integer)) else '' end "
    "|| chr(cast(65 + (position - 1) % 26 as integer))"
)
_SHEET = r"regexp_extract(file_name, '(?i)\.(xlsx|xlsm|xlsb|xls)([.]gz)?!(.+)$', 3)"
# The cell that a finding points at, in the words of a spreadsheet; null outside of workbooks.
CELL = f"case when {_SHEET} <> '' and position <= 702 then {_SHEET} || '!' || {_LETTERS} || line_number end"


def settle(
    connection: duckdb.DuckDBPyConnection, run_id: str, fresh: Mapping[Place, Tally], kept: Mapping[Place, Tally]
) -> None:
    """Carry findings into tonight: new, still open, come back, or fixed.

    ``fresh`` was counted tonight, so that ``found_tonight`` holds all its failing rows; what was ``kept`` is as it was;
    rules in error are left alone. Results of the run must be written already: findings bear their severity and waiver.
    """
    _tell_places(connection, "fresh_tonight", {place: tally for place, tally in fresh.items() if not tally[None].error})
    _tell_places(connection, "kept_tonight", kept)
    connection.execute(f"create or replace temp table {FOUND}_as_finding as {_identified()}")
    keep_ids(connection, f"{FOUND}_as_finding")
    connection.execute(_KEEP, {"run": run_id})
    connection.execute(_FIX)
    connection.execute(_REOPEN, {"run": run_id})
    connection.execute(_ADD, {"run": run_id})
    connection.execute(_JUDGE, {"run": run_id})


def _tell_places(connection: duckdb.DuckDBPyConnection, name: str, places: Collection[Place]) -> None:
    connection.execute(f"create or replace temp table {name} (rule_id varchar, g varchar, y varchar)")
    insert_rows(connection, name, [(rule_id, p.grantee_id, p.program_year) for rule_id, p in places])


def _is_of(place: str) -> str:
    """Return SQL that is true for findings ``f`` of a rule and partition in the table ``place``."""
    return (
        f"f.rule_id = {place}.rule_id and f.grantee_id is not distinct from {place}.g "
        f"and ({place}.y is null or f.program_year = {place}.y)"
    )


_KEEP = f"""
update quality.finding as f set change = 'still_open', last_seen_run_id = $run
from kept_tonight where f.state = 'open' and {_is_of("kept_tonight")}
"""
_FIX = f"""
update quality.finding as f
set change = case when f.state = 'open' then 'fixed' else f.change end, state = 'fixed'
from fresh_tonight where {_is_of("fresh_tonight")}
    and not exists (select 1 from {FOUND}_as_finding as n where n.finding_id = f.finding_id)
"""
_REOPEN = f"""
update quality.finding as f set
    change = case when f.state = 'fixed' then 'came_back' else 'still_open' end, state = 'open',
    submission_id = n.submission_id, file_name = n.file_name, line_number = n.line_number, cell = n.cell,
    record_key_masked = n.record_key_masked, value_masked = n.value_masked, rule_version = n.rule_version,
    last_seen_run_id = $run
from {FOUND}_as_finding as n where n.finding_id = f.finding_id
"""
_ADD = f"""
insert into quality.finding by name
select n.*, 'open' as state, 'new' as change, $run as first_seen_run_id, $run as last_seen_run_id
from {FOUND}_as_finding as n
where not exists (select 1 from quality.finding as f where f.finding_id = n.finding_id)
"""
# What the run says of the rule at the institution, where it says something, else of the rule for all of them.
_JUDGE = f"""
update quality.finding as f set severity = said.severity, is_waived = said.is_waived
from (
    select
        found.finding_id,
        coalesce(own.severity, whole.severity) as severity,
        coalesce(own.is_waived, whole.is_waived) as is_waived
    from quality.finding as found
    inner join quality.rule_result as whole on whole.run_id = $run and whole.institution_id is null
        and whole.rule_id = found.rule_id and whole.grantee_id is not distinct from found.grantee_id
        and (whole.program_year is null or whole.program_year = found.program_year)
    left join quality.rule_result as own on own.run_id = $run
        and own.institution_id = coalesce(nullif(found.institution_id, ''), '{NO_INSTITUTION}')
        and own.rule_id = found.rule_id and own.grantee_id = found.grantee_id
        and own.program_year = found.program_year
    where found.state = 'open' and found.last_seen_run_id = $run
) as said
where f.finding_id = said.finding_id
    and (f.severity is distinct from said.severity or f.is_waived is distinct from said.is_waived)
"""


def _identified() -> str:
    """Return a query that gives each finding of tonight its id and its file.

    Records that share a key (duplicates) are told apart by their order, not their line. Findings of reference tables
    belong to no partition, whatever year their record is of. What is said of a file is said of its name: sent again
    with the same fault it is the same finding, and keeps its age and its explanation.
    """
    return f"""
    with named as (
        select n.* exclude (record_key), s.file_name,
            coalesce(replace(n.record_key, n.submission_id, s.file_name), n.record_key) as record_key
        from {FOUND} as n left join quality.submission as s using (submission_id)
    ),
    numbered as (
        select *,
            row_number() over (
                partition by rule_id, grantee_id, program_year, record_key
                order by file_name, line_number, submission_id
            ) as place
        from named
    ),
    -- Where a column stands in a sheet; a sheet has one layout, so that a column of ours stands there once.
    placed as (
        select submission_id, our_column, min(position) as position
        from quality.submission_column where our_column is not null group by submission_id, our_column
    )
    select
        substr(sha256(concat_ws('|', rule_id, coalesce(grantee_id, ''),
            case when grantee_id is null then '' else program_year end, table_name, record_key, column_name,
            cast(place as varchar))), 1, 20) as finding_id,
        rule_id, rule_version, grantee_id, institution_id, program_year, numbered.submission_id,
        table_name, file_name, line_number, column_name, {CELL} as cell, record_key_masked, value_masked,
        cast(null as varchar) as severity, cast(null as boolean) as is_waived
    from numbered left join placed
        on placed.submission_id = numbered.submission_id and placed.our_column = numbered.column_name
    """
