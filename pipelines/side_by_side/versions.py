"""Which definition the models read: a version of the grantee's folder, or one with a single key of another.

What the keys mean is said where definitions are declared; here they are only exchanged, as columns and codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.measures.definitions import load_definitions
from pipelines.side_by_side.beside import Beside

# Columns and code sets that follow from a key of another name; all others are called like their key.
_KEY_OF = {
    "quarter_numerator": "semester_credits_per_quarter_credit",
    "quarter_denominator": "semester_credits_per_quarter_credit",
    "clock_hours_per_credit": "clock_hours_per_semester_credit",
    "youth_born_after_date": "youth_age_max",
    **{f"cohort_{what}_{i}": f"cohort_lag_{i}" for what in ("program_year", "end_date") for i in ("1p1", "2p1", "3p1")},
    "placement_status": "placement_statuses",
    "placement_source": "placement_sources",
    "credential_type": "credential_types",
    "evidence_source": "credential_evidence",
    "credit_status": "credit_statuses",
    "matchable_student_id_kind": "matchable_identifier_kinds",
}
# How a key reads in the grantee's folder, where it has become several columns.
_SAID = {"semester_credits_per_quarter_credit": "quarter_numerator || '/' || quarter_denominator"}
_NO_KEY = {"grantee_id", "program_year", "definition_version", "evidence", "due_date"}


@dataclass(frozen=True)
class Change:
    """A key that two definitions answer differently, with both answers in words.

    ``columns`` of ``reference.definition`` and ``code_sets`` of ``reference.counted_code`` follow from it.
    """

    key: str
    before: str
    after: str
    columns: tuple[str, ...] = ()
    code_sets: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The change in one line."""
        return f"{self.key}: {self.before} -> {self.after}"


def version_in_force(grantee_id: str, program_year: str) -> str:
    """Return the version of the definition that nights use for a program year. Raises ConfigurationError if none."""
    return grantee(grantee_id).definition(program_year).version


def load_version(room: Beside, program_year: str, version: str) -> None:
    """Load a version for all program years of the home; the one in force in the program year as a night loads it.

    A night gives each year the version in force in it, so that a cohort of an earlier year may be counted by another.
    Raises ConfigurationError for a version or a program year that there is not.
    """
    grantee(room.grantee_id).definition_of_version(version)
    is_in_force = version == version_in_force(room.grantee_id, program_year)
    chosen = {} if is_in_force else {room.grantee_id: version}
    load_definitions(room.connection, _years(room, program_year), chosen=chosen)
    for table in ("definition", "counted_code"):
        room.connection.execute(f"delete from reference.{table} where grantee_id <> ?", [room.grantee_id])


def keep(room: Beside, name: str) -> None:
    """Keep the definition loaded under a name, to be loaded again or to be compared."""
    room.connection.execute("create schema if not exists kept")
    for table in ("definition", "counted_code"):
        room.connection.execute(f"create or replace table kept.{table}_{name} as from reference.{table}")


def load_kept(room: Beside, name: str, change: Change | None = None, other: str = "") -> None:
    """Load a definition kept before; with a change, that one key as the definition kept as ``other`` answers it."""
    run = room.connection.execute
    for table in ("definition", "counted_code"):
        run(f"delete from reference.{table}")
        run(f"insert into reference.{table} from kept.{table}_{name}")
    if change and change.columns:
        answers = ", ".join(f"{column} = other.{column}" for column in change.columns)
        run(
            f"update reference.definition as own set {answers} from kept.definition_{other} as other "
            "where own.grantee_id = other.grantee_id and own.program_year = other.program_year"
        )
    for code_set in change.code_sets if change else ():
        run("delete from reference.counted_code where code_set = ?", [code_set])
        run(f"insert into reference.counted_code from kept.counted_code_{other} where code_set = ?", [code_set])


def changes(room: Beside, before: str, after: str, program_year: str) -> tuple[Change, ...]:
    """Return the keys in which two kept definitions differ, up to a program year, in the order of the columns."""
    keys: dict[str, list[str]] = {}
    for column in (row[0] for row in room.connection.execute("describe reference.definition").fetchall()):
        if column not in _NO_KEY:
            keys.setdefault(_KEY_OF.get(column, column), []).append(column)
    found = [(key, columns, _answers(room, (before, after), key, columns, program_year))
             for key, columns in keys.items()]  # fmt: skip
    made = [Change(key, *answers, columns=tuple(columns)) for key, columns, answers in found if answers]
    codes = _differing_codes(room, before, after, program_year)
    return (*made, *(Change(_KEY_OF.get(s, s), old, new, code_sets=(s,)) for s, old, new in codes))


def _years(room: Beside, program_year: str) -> list[str]:
    query = f'select distinct program_year from "{room.source}".reference.definition order by 1'
    years = [row[0] for row in room.connection.execute(query).fetchall()]
    if program_year not in years:
        msg = f"--program-year {program_year}: the warehouse knows {', '.join(years) or 'no program year'}"
        raise ConfigurationError(msg)
    return years


def _answers(
    room: Beside, names: tuple[str, str], key: str, columns: list[str], program_year: str
) -> tuple[str, str] | None:
    """Return what two kept definitions answer in the latest year in which they differ; None where they agree."""
    said = _SAID.get(key, key if key in columns else columns[0])
    parts = " or ".join(f"a.{column} is distinct from b.{column}" for column in columns)
    told = [
        f"(select *, coalesce(cast({said} as varchar), 'nothing') as said from kept.definition_{name})"
        for name in names
    ]
    found = room.connection.execute(
        f"select a.said, b.said from {told[0]} as a inner join {told[1]} as b using (program_year) "
        f"where ({parts}) and program_year <= ? order by program_year desc limit 1",
        [program_year],
    ).fetchone()
    return (_as_written(found[0]), _as_written(found[1])) if found else None


def _as_written(answer: str) -> str:
    """Return a number as the folder writes it: 12 where the column holds 12.00."""
    return answer.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", answer) else answer


def _differing_codes(room: Beside, before: str, after: str, program_year: str) -> list[tuple[str, str, str]]:
    """Return (code set, codes before, codes after) of the latest year in which they differ."""
    return room.connection.execute(
        f"""with told as (
    select 'before' as side, * from kept.counted_code_{before} union all
    select 'after' as side, * from kept.counted_code_{after}
), listed as (
    select code_set, program_year,
        coalesce(string_agg(code, ', ' order by code) filter (where side = 'before'), 'none') as before_codes,
        coalesce(string_agg(code, ', ' order by code) filter (where side = 'after'), 'none') as after_codes
    from told where program_year <= ? group by code_set, program_year
)
select code_set, before_codes, after_codes from listed where before_codes <> after_codes
qualify program_year = max(program_year) over (partition by code_set) order by code_set""",
        [program_year],
    ).fetchall()
