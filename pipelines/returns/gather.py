"""Which findings go to whom: each open one of the files in force to its institution, to the agency, or into a count.

Set-based, a grantee at a time, in temporary tables that ``gathered`` makes and drops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.desk.directory import Directory
from pipelines.grantee import Grantee
from pipelines.query import has_table
from pipelines.returns.own import OF_ONE_RECORD, outside_tables_of, own_rules
from pipelines.returns.package import File
from pipelines.schema import core_tables
from pipelines.warehouse import insert_rows, quoted

FOUND, FILE, OUTSIDE, OWN, LISTED, SOLE, MENTION = (
    f"return_{name}" for name in ("found", "file", "outside", "own", "listed", "sole", "mention")
)
EXPLANATIONS = "quality.finding_explanation"
NO_REPAIR = "quality.submission"  # whether a file came in time is nothing that a file can repair; the desk tells it


@dataclass(frozen=True)
class Last:
    """The last return to somebody about a file or those that it replaced; ``line`` are the ids of all of them.

    ``is_settled``: no finding that they hold as open waits for a rule that broke, so that nothing open is nothing open.
    """

    return_number: int
    content_sha256: str | None
    open_count: int
    line: tuple[str, ...]
    is_settled: bool = True


def files_in_force(connection: duckdb.DuckDBPyConnection, grantee_id: str, years: Collection[str]) -> list[File]:
    """Return the files of program years that no later one has replaced and that are still there.

    What a person has refused is to be repaired until something else counts in its place.
    """
    rows = connection.execute(
        "select submission_id, grantee_id, program_year, file_name, coalesce(sha256, ''), table_name, "
        "coalesce(slot, submission_id), status = 'refused' from quality.submission as s where grantee_id = ? "
        "and list_contains(?, program_year) and status not in ('superseded', 'repeated') and destroyed_at is null "
        "and not (coalesce(decision, '') = 'refused' and exists (select 1 from quality.submission as o where "
        "o.grantee_id = s.grantee_id and o.program_year = s.program_year and o.slot = s.slot "
        "and o.status not in ('superseded', 'repeated', 'refused'))) order by program_year, submission_id",
        [grantee_id, list(years)],
    )
    return [File(*row) for row in rows.fetchall()]


@contextmanager
def gathered(
    connection: duckdb.DuckDBPyConnection, owner: Grantee, directory: Directory, files: Sequence[File]
) -> Iterator[None]:
    """Hold, while it lasts, the open findings of files in ``return_found``, each with its recipient and kind."""
    outside = [(f.submission_id, t) for f in files for t in outside_tables_of(owner, f.file_name, f.program_year)]
    listed = [(one.institution_id,) for one in directory.of_grantee(owner.id)]
    for name, columns, rows in (
        (FILE, "submission_id varchar", [(file.submission_id,) for file in files]),
        (OUTSIDE, "submission_id varchar, table_name varchar", outside),
        (OWN, "rule_id varchar", [(rule_id,) for rule_id in sorted(own_rules(owner))]),
        (LISTED, "institution_id varchar", listed),
    ):
        connection.execute(f"create or replace temp table {name} ({columns})")
        insert_rows(connection, name, rows)
    try:
        connection.execute(_sole())
        connection.execute(_mention(), [owner.id])
        connection.execute(_found(connection), [owner.id])
        yield
    finally:
        for name in (FOUND, FILE, OUTSIDE, OWN, LISTED, SOLE, MENTION):
            connection.execute(f"drop table if exists {name}")


def _is_of_file() -> str:
    """Return SQL that is true for findings about a file or a line of it that could not be read: no record, nobody's."""
    names = ", ".join(quoted(name) for name in (*(t.fullname for t in core_tables()), *OF_ONE_RECORD))
    return f"(f.table_name not in ({names}))"


def _sole() -> str:
    """Return the statement that names the institution of files with records of exactly one, none of them outside."""
    records = " union all ".join(
        f"select distinct submission_id, institution_id from {table.fullname} semi join needed using (submission_id)"
        for table in core_tables()
    )
    return f"""
    create or replace temp table {SOLE} as
    with needed as (
        select distinct f.submission_id from quality.finding as f inner join {FILE} using (submission_id)
        where f.state = 'open' and {_is_of_file()}
    )
    select submission_id, any_value(institution_id) as institution_id from ({records}) as record
    where submission_id not in (
        select o.submission_id from {OUTSIDE} as o inner join quality.submission as s using (submission_id)
        where list_contains(string_split(s.table_name, ','), split_part(o.table_name, '.', 2))
    )
    group by submission_id having count(distinct institution_id) = 1 and count(*) = count(institution_id)
        and any_value(institution_id) in (select institution_id from {LISTED})
    """


def _mention() -> str:
    """Return the statement that holds what the last return said of each finding, by recipient."""
    return f"""
    create or replace temp table {MENTION} as
    select coalesce(p.institution_id, '') as recipient, h.finding_id,
        max_by(h.change, (p.run_id, p.return_number)) as change,
        max_by(p.return_id, (p.run_id, p.return_number)) as return_id
    from quality.returned_finding as h inner join quality.return_package as p using (return_id)
    where p.grantee_id = ? group by 1, 2
    """


def _found(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the statement that gives each open finding its recipient (empty: the agency), kind and change."""
    return f"""
    create or replace temp table {FOUND} as
    with placed as (
        select f.*,
            case when {_is_of_file()} then coalesce(s.institution_id, '')
                when o.table_name is not null or l.institution_id is null then ''
                else f.institution_id end as recipient,
            case when not {_is_of_file()} and o.table_name is null and l.institution_id is not null
                and w.rule_id is null then 'withheld' else 'told' end as kind
        from quality.finding as f inner join {FILE} using (submission_id)
        left join {SOLE} as s using (submission_id)
        left join {OUTSIDE} as o on o.submission_id = f.submission_id and o.table_name = f.table_name
        left join {LISTED} as l on l.institution_id = f.institution_id
        left join {OWN} as w on w.rule_id = f.rule_id
        where f.state = 'open' and f.grantee_id = ? and not starts_with(f.table_name, '{NO_REPAIR}')
    )
    select p.finding_id, p.rule_id, p.rule_version, p.severity, coalesce(p.is_waived, false) as is_waived,
        p.submission_id, p.table_name, p.line_number, p.column_name, p.cell, p.value_masked, p.recipient, p.kind,
        coalesce(e.explanation, '') as explanation,
        case when m.change is null then 'new' when m.change = 'fixed' then 'came_back' else 'still_open' end as change
    from placed as p
    left join {MENTION} as m using (recipient, finding_id)
    left join {_explained(connection)} as e using (finding_id)
    """


def _explained(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the view of explanations; nothing while the night has not made it."""
    nothing = "(select null::varchar as finding_id, null::varchar as explanation where false)"
    return EXPLANATIONS if has_table(connection, EXPLANATIONS) else nothing


def hashes(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Return by recipient and submission a hash over the open findings that would be told."""
    rows = connection.execute(
        f"""
        select recipient, submission_id, sha256(string_agg(sha256(concat_ws(chr(31), finding_id, rule_id,
            rule_version, severity, is_waived, coalesce(line_number, 0), coalesce(cell, ''), coalesce(column_name, ''),
            coalesce(value_masked, ''), explanation)), '' order by finding_id))
        from {FOUND} where kind = 'told' group by 1, 2
        """
    )
    return {(recipient, submission): found for recipient, submission, found in rows.fetchall()}


def last_returns(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, files: Sequence[File]
) -> dict[tuple[str, str], Last]:
    """Return by recipient and submission the last return about it and about the files that it has replaced.

    A refused file replaces nothing, and what was said of another that counts or waits is not said of this one.
    """
    rows = connection.execute(
        "select coalesce(p.institution_id, ''), p.program_year, coalesce(s.slot, p.submission_id), p.return_id, "
        "p.submission_id, p.return_number, p.content_sha256, p.new_count + p.still_open_count + p.came_back_count "
        "from quality.return_package as p left join quality.submission as s using (submission_id) "
        "where p.grantee_id = ? order by p.run_id, p.return_number",
        [grantee_id],
    ).fetchall()
    current, waiting = {file.submission_id for file in files}, _waiting(connection)
    by_slot: dict[tuple[str, str], dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_slot[row[1], row[2]][row[0]].append(row)
    found = {}
    for file in files:
        for recipient, of_slot in by_slot.get((file.program_year, file.slot), {}).items():
            replaced = set() if file.is_refused else {row[4] for row in of_slot} - current
            mine = [row for row in of_slot if row[4] == file.submission_id or row[4] in replaced]
            if mine:
                line = tuple(row[3] for row in mine)
                found[recipient, file.submission_id] = Last(
                    max(row[5] for row in mine), mine[-1][6], mine[-1][7], line, waiting.isdisjoint(line)
                )
    return found


def _waiting(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the returns with findings that are open in a file that is gone: their rule broke, nothing is known."""
    rows = connection.execute(
        f"select distinct m.return_id from {MENTION} as m inner join quality.finding as f using (finding_id) "
        f"where m.change <> 'fixed' and f.state = 'open' and f.submission_id not in (select submission_id from {FILE})"
    )
    return {return_id for (return_id,) in rows.fetchall()}
