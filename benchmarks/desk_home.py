"""A home whose night found a great deal: 3,000 verdicts on rules of the book and 1 million open findings, made by SQL.

Nothing of it was sent or judged. Rules, grantees and the words of values are real; how many rows fail a rule is uneven,
as in life: the worst tenth of the rules has a third of the findings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.process import Work

if TYPE_CHECKING:
    import duckdb

FINDINGS, VERDICTS = 1_000_000, 3_000
YEARS = ("2022-23", "2023-24")
INSTITUTIONS, FILES = 12, 8  # of a grantee; of a grantee's program year
RUNS = ("20261119T020000000Z-0001", "20261120T020000000Z-0002", "20261121T020000000Z-0003")
RUN = RUNS[-1]


def desk_home(folder: Path, findings: str = str(FINDINGS)) -> Work:
    """Make the home, its tables declared as ever and its models empty."""
    from expectations.catalogue import all_rules, rule_book_version
    from pipelines.grantee import grantee_ids
    from pipelines.measures.definitions import load_definitions
    from pipelines.models import all_models, build
    from pipelines.warehouse import insert_rows, open_warehouse

    places = [(grantee_id, year) for grantee_id in grantee_ids() for year in YEARS]
    rules = sorted(all_rules(), key=lambda rule: (not rule.table.startswith("core."), rule.id))[
        : VERDICTS // len(places)
    ]
    rows = [(i, r.id, r.table, r.dimension, r.severity, r.columns[0]) for i, r in enumerate(rules)]

    def work() -> dict[str, int]:
        with open_warehouse(folder / "home") as connection:
            load_definitions(connection, YEARS)
            for model in all_models():
                if model.schema != "publish":
                    build(connection, model)
            connection.execute(_RULE)
            insert_rows(connection, "rule", rows)
            connection.execute("create temp table place (g varchar, y varchar)")
            insert_rows(connection, "place", places)
            for statement in STATEMENTS:
                connection.execute(statement, _asked(statement, findings, rule_book_version()))
            last = f"rule_result where institution_id is null and run_id = '{RUN}'"
            return {"findings": _count(connection, "finding"), "verdicts": _count(connection, last)}

    return work


def _asked(statement: str, findings: str, version: str) -> dict[str, object]:
    known = {"findings": int(findings), "version": version, "runs": list(RUNS)}
    return {name: value for name, value in known.items() if f"${name}" in statement}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int((connection.execute(f"select count(*) from quality.{table}").fetchone() or (0,))[0])


_RULE = """
create temp table rule (i integer, rule_id varchar, table_name varchar, dimension varchar, severity varchar,
    column_name varchar)
"""
_INSTITUTION = f"(select 'C' || lpad(cast(range as varchar), 2, '0') as institution_id from range({INSTITUTIONS}))"
STATEMENTS = (
    """
    insert into quality.run by name
    select run_id, strptime(run_id[:15], '%Y%m%dT%H%M%S') as started_at, started_at + interval 9 minute as finished_at,
        1 as exit_code, '0' as code_version, $version as rule_book_version, true as is_sample, 'nightly' as kind
    from (select unnest($runs) as run_id)
    """,
    f"""
    insert into core.institution by name
    select g as grantee_id, y as program_year, institution_id, 'College ' || institution_id as institution_name
    from place, {_INSTITUTION}
    """,
    f"""
    insert into quality.submission by name
    select substr(md5(g || y || n), 1, 16) as submission_id, g as grantee_id, y as program_year,
        'student' as table_name, 'student_' || y || '_' || n || '.csv' as file_name, md5(g || y || n) as sha256,
        2000000 as byte_count, 30001 as physical_line_count, 1 as header_line_count, 30000 as loaded_line_count,
        30000 as loaded_row_count, 0 as quarantined_line_count, timestamp '2026-11-18 12:00:00' as received_at,
        date '2026-11-30' as due_date, false as is_late, 'accepted' as status
    from place, (select cast(range as varchar) as n from range({FILES}))
    """,
    """
    create temp table numbered as
    select n, floor(rules * power(hash(n) % 1000003 / 1000003, 2)) as i, row_number() over () as place_number
    from (select range as n, (select count(*) from rule) as rules from range($findings))
    """,
    f"""
    insert into quality.finding by name
    select substr(sha256(cast(n as varchar)), 1, 20) as finding_id, rule_id, 1 as rule_version, severity,
        g as grantee_id, 'C' || lpad(cast(hash(n, 3) % {INSTITUTIONS} as varchar), 2, '0') as institution_id,
        y as program_year, substr(md5(g || y || hash(n, 4) % {FILES}), 1, 16) as submission_id, table_name,
        'student_' || y || '_' || hash(n, 4) % {FILES} || '.csv' as file_name, hash(n, 5) % 30000 + 2 as line_number,
        column_name, 'institution_id=' || institution_id || ' student_id=(masked) program_id=P' || hash(n, 6) % 900
            || ' credential_type=certificate award_date=2024-05-' || lpad(cast(hash(n, 7) % 28 + 1 as varchar), 2, '0')
            as record_key_masked,
        case when n % 3 = 0 then '(masked)' when n % 3 = 1 then 'A & B ' || hash(n, 8) % 5000 end as value_masked,
        'open' as state, case when n % 10 = 0 then 'new' else 'still_open' end as change, n % 50 = 0 as is_waived,
        case when n % 10 = 0 then '{RUNS[-1]}' else '{RUNS[0]}' end as first_seen_run_id, '{RUN}' as last_seen_run_id
    from numbered inner join rule using (i)
    inner join (select *, row_number() over (order by g, y) - 1 as p from place) as spot
        on hash(n, 2) % (select count(*) from place) = spot.p
    """,
    f"""
    insert into quality.rule_result by name
    with spoken as (
        select g, y, null as institution_id from place
        union all
        select g, y, institution_id from place, {_INSTITUTION}
    ),
    failed as (
        select grantee_id as g, program_year as y, rule_id, institution_id, count(*) as failed_count
        from quality.finding
        group by grouping sets (
            (grantee_id, program_year, rule_id), (grantee_id, program_year, rule_id, institution_id)
        )
    )
    select run_id, rule.rule_id, 1 as rule_version, dimension, severity, spoken.g as grantee_id,
        spoken.institution_id, spoken.y as program_year, 30000 as population_count,
        case when run_id < '{RUN}' then coalesce(failed_count, 0) * 9 // 10 else coalesce(failed_count, 0) end
            as failed_count,
        'none may fail' as threshold, case when failed_count > 0 then 'failed' else 'passed' end as status,
        false as is_waived
    from spoken cross join rule cross join (select unnest($runs) as run_id)
    left join failed on spoken.g = failed.g and spoken.y = failed.y and rule.rule_id = failed.rule_id
        and spoken.institution_id is not distinct from failed.institution_id
    """,
    # What each rule's findings may do to the three indicators: of all and of each institution, of all years and of one.
    """
    insert into quality.rule_effect by name
    with found as (
        select rule_id, grantee_id, institution_id, program_year as record_program_year, count(*) as finding_count
        from quality.finding
        group by grouping sets (
            (rule_id, grantee_id), (rule_id, grantee_id, program_year), (rule_id, grantee_id, institution_id),
            (rule_id, grantee_id, institution_id, program_year)
        )
    )
    select rule_id, grantee_id, y as program_year, indicator_code, institution_id, record_program_year,
        case hash(rule_id, indicator_code) % 3 when 0 then 'outcome' when 1 then 'cohort' else 'nothing' end
            as use_code,
        finding_count, least(finding_count, 9000) as denominator_touched_count,
        least(finding_count // 2, 6000) as numerator_touched_count, denominator_touched_count as
        doubtful_denominator_count, numerator_touched_count as doubtful_numerator_count, 0 as outside_count,
        0 as nameless_count, 6000 as numerator_count, 9000 as denominator_count,
        6000 - numerator_touched_count as lowest_numerator_count, 9000 as lowest_denominator_count,
        6000 + least(finding_count // 3, 3000) as highest_numerator_count, 9000 as highest_denominator_count,
        case when hash(rule_id) % 4 = 0 then 'cannot_tell' else 'computed' end as status,
        case when hash(rule_id) % 4 = 0 then 'no_record' end as reason
    from found, (select unnest(['1P1', '2P1', '3P1']) as indicator_code), (select distinct y from place)
    where record_program_year is null or record_program_year <= y
    """,
)
