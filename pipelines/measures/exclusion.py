"""The query of ``mart.exclusion``: rows that no measure can place, told from keys and references of the schema.

Only what decides whether a row can be placed. A doubtful value in a row that has its place is for the rules to say.
"""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Table

from pipelines.schema import PARTITION, core_tables, key_of

_HEADER = """\
-- Rows of the canonical tables that cannot be placed, counted by reason; every measure leaves out these and no others.
-- key_unreadable: a part of the key is missing or could not be read. orphan: the row refers to a row that is not there,
-- or that is itself left out. duplicate: second and later row of a key, in the order in which the files came.
-- grain: table_name, submission_id, line_number
-- column grantee_id: The grantee.
-- column program_year: Program year of the submission.
-- column institution_id: The institution; the code unknown where the row does not say.
-- column table_name: The canonical table, without its schema.
-- column submission_id: The file that holds the row.
-- column line_number: First physical line of the row in that file.
-- column reason_code: key_unreadable, orphan or duplicate; the first that holds.
"""


def exclusion_query() -> str:
    """Return header and query of ``mart.exclusion``; the tables come in the order in which they refer to each other."""
    tables = list(core_tables())
    referred = {_placed_name(reference): reference for table in tables for reference in _references(table)}
    ctes = [cte for table in tables for cte in (_repeated(table), _judged(table), _suspect(table))]
    for reference in referred.values():
        judged = f"{reference.referred_table.name}_judged "
        place = next(n for n, cte in enumerate(ctes) if cte.startswith(judged))
        ctes.insert(place + 1, _placed(reference))
    parts = [part for table in tables for part in (_unplaceable(table), _duplicates(table))]
    return f"{_HEADER}with " + ",\n".join(ctes) + "\n" + "\nunion all\n".join(parts)


def _own_key(table: Table) -> list[str]:
    return [name for name in key_of(table) if name not in PARTITION]


def _references(table: Table) -> list[ForeignKeyConstraint]:
    """Return the references worth a join: one to a student of the year already says that the institution is there."""
    references = sorted(table.foreign_key_constraints, key=lambda r: r.referred_table.name)
    has_student = any(r.referred_table.name == "student" and _is_of_the_year(r) for r in references)
    return [r for r in references if not (has_student and r.referred_table.name == "institution")]


def _is_of_the_year(reference: ForeignKeyConstraint) -> bool:
    return "program_year" in reference.column_keys


def _placed_name(reference: ForeignKeyConstraint) -> str:
    return f"{reference.referred_table.name}_placed{'' if _is_of_the_year(reference) else '_in_any_year'}"


def _is_unreadable(table: Table) -> str:
    """Return the condition that a part of the key is missing or unreadable, the record's own year included."""
    missing = [f"judged.{name} is null" for name in _own_key(table) if not table.columns[name].nullable]
    unreadable = [f"judged.unreadable_columns like '%,{name},%'" for name in ("program_year", *_own_key(table))]
    return "\n            or ".join([*missing, *unreadable])


def _orphan_and_joins(table: Table) -> tuple[list[str], list[str]]:
    conditions, joins = [], []
    for reference in _references(table):
        other = _placed_name(reference)
        pairs = zip(reference.column_keys, (e.column.name for e in reference.elements), strict=True)
        on = "\n            and ".join(f"judged.{ours} = {other}.{theirs}" for ours, theirs in pairs)
        joins.append(f"    left join {other}\n        on\n            {on}")
        optional = [name for name in reference.column_keys if table.columns[name].nullable]
        given = "".join(f"judged.{name} is not null and " for name in optional)
        conditions.append(f"{given}{other}.grantee_id is null")
    return conditions, joins


def _key_part(table: Table, name: str) -> str:
    """Return a part of the key that can be compared: one that may be empty is empty text then."""
    return f"coalesce(judged.{name}, '')" if table.columns[name].nullable else f"judged.{name}"


def _repeated(table: Table) -> str:
    """Return the keys that stand more than once, told before anything is joined: these are few."""
    key = [f"{_key_part(table, name)} as {name}" for name in key_of(table)]
    selected = ",\n        ".join(key)
    places = ", ".join(str(place) for place in range(1, len(key) + 1))
    return f"""{table.name}_repeated as (
    select
        {selected}
    from core.{table.name} as judged
    group by {places}
    having count(*) > 1
)"""


def _judged(table: Table) -> str:
    conditions, joins = _orphan_and_joins(table)
    key = [f"{_key_part(table, name)} as {name}" for name in key_of(table)]
    selected = ",\n        ".join(key)
    orphan = "".join(f"\n            when {condition} then 'orphan'" for condition in conditions)
    repeated = f"{table.name}_repeated"
    on = "\n            and ".join(f"{_key_part(table, name)} = {repeated}.{name}" for name in key_of(table))
    joins.append(f"    left join {repeated}\n        on\n            {on}")
    joined = "\n".join([f"    from core.{table.name} as judged", *joins])
    return f"""{table.name}_judged as (
    select
        {selected},
        judged.submission_id,
        judged.line_number,
        case
            when {_is_unreadable(table)} then 'key_unreadable'{orphan}
        end as reason_code,
        {repeated}.grantee_id is not null as is_repeated
{joined}
)"""


def _suspect(table: Table) -> str:
    return f"""{table.name}_suspect as (
    select *
    from {table.name}_judged
    where reason_code is not null or is_repeated
)"""


def _placed(reference: ForeignKeyConstraint) -> str:
    """Return the rows that others may refer to, once each: those of a student are one a term."""
    return f"""{_placed_name(reference)} as (
    select distinct {", ".join(element.column.name for element in reference.elements)}
    from {reference.referred_table.name}_judged
    where reason_code is null
)"""


def _unplaceable(table: Table) -> str:
    return f"""select
    grantee_id,
    program_year,
    coalesce(institution_id, 'unknown') as institution_id,
    '{table.name}' as table_name,
    submission_id,
    line_number,
    reason_code
from {table.name}_suspect
where reason_code is not null"""


def _duplicates(table: Table) -> str:
    """Return the second and later rows of a key; a row that cannot be placed anyway repeats nothing."""
    key = ", ".join(f"competing.{name}" for name in key_of(table))
    return f"""select
    grantee_id,
    program_year,
    institution_id,
    '{table.name}' as table_name,
    submission_id,
    line_number,
    'duplicate' as reason_code
from (
    select
        competing.*,
        row_number() over (
            partition by {key}
            order by submission.received_at, competing.submission_id, competing.line_number
        ) as place
    from {table.name}_suspect as competing
    left join quality.submission as submission on competing.submission_id = submission.submission_id
    where competing.reason_code is null
) as numbered
where place > 1"""
