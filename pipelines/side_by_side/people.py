"""Who counts under the definition loaded: the persons of one reporting year, everybody and by institution.

Persons stand in tables of the database in memory and leave it as counts only. Rates are made where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.query import named_rows
from pipelines.side_by_side.beside import Beside

COUNTS = ("participant", "concentrator", "completer")
INDICATORS = ("1P1", "2P1", "3P1")
MEASURES = (*COUNTS, *INDICATORS)
COUNTED = ("mart.participant", "mart.concentrator", "mart.completer", "mart.person", "mart.indicator_case")
_MET, _UNKNOWN = 2, 1
# Everybody has the place '', so that places can be compared; a person has the best outcome of all programs there.
_PEOPLE = f"""
with member as (
    select 'participant' as measure, grantee_id, institution_id, student_id, cast(null as integer) as outcome
    from mart.participant where program_year = $year
    union all
    select 'concentrator', grantee_id, institution_id, student_id, null from mart.concentrator
    where program_year = $year
    union all
    select 'completer', grantee_id, institution_id, student_id, null from mart.completer where program_year = $year
    union all
    select indicator_code, grantee_id, institution_id, student_id,
        case outcome when 'met' then {_MET} when 'unknown' then {_UNKNOWN} else 0 end
    from mart.indicator_case where program_year = $year
)
select measure, coalesce(member.institution_id, '') as place, person.person_id, max(outcome) as outcome
from member
inner join mart.person as person using (grantee_id, institution_id, student_id)
group by grouping sets ((measure, member.institution_id, person.person_id), (measure, person.person_id))
"""
_SUMS = f"""
select measure, place, count(*) as denominator, count(*) filter (where outcome = {_MET}) as numerator,
    count(*) filter (where outcome = {_UNKNOWN}) as unknown
from kept.people_{{name}} group by measure, place
"""
# Built with the indicators; what completes is said by the definition loaded.
_SENT = """
select record_count.institution_id,
    max(case
        when record_count.table_name = 'program_enrollment' and definition.completer_basis <> 'award' then 1
        when record_count.table_name = 'credential' and definition.completer_basis <> 'exit' then 1
        else 0
    end) = 1 as has_completion
from mart.record_count as record_count
inner join reference.definition as definition using (grantee_id, program_year)
where record_count.program_year = $year and record_count.row_count > 0
group by record_count.institution_id
having max(case when record_count.table_name = 'enrollment' then 1 else 0 end) = 1
"""
_MOVES = f"""
select measure, place,
    count(*) filter (where a.person_id is null) as entered_count,
    count(*) filter (where b.person_id is null) as left_count,
    count(*) filter (where b.outcome = {_MET} and a.outcome is distinct from {_MET}) as numerator_entered_count,
    count(*) filter (where a.outcome = {_MET} and b.outcome is distinct from {_MET}) as numerator_left_count
from kept.people_{{before}} as a full join kept.people_{{after}} as b using (measure, place, person_id)
group by measure, place
"""


@dataclass(frozen=True)
class Counted:
    """Persons of a measure at a place: of a count the denominator only means something."""

    denominator: int = 0
    numerator: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Moved:
    """Persons who count under one definition and not under the other, in denominator and numerator."""

    entered: int = 0
    left: int = 0
    numerator_entered: int = 0
    numerator_left: int = 0


Place = tuple[str, str]  # measure and institution, '' for everybody


def gather(room: Beside, name: str, program_year: str) -> dict[Place, Counted]:
    """Keep who counts in a reporting year, from the tables built (``COUNTED``), by a name, and return how many."""
    room.connection.execute("create schema if not exists kept")
    room.connection.execute(f"create or replace table kept.people_{name} as {_PEOPLE}", {"year": program_year})
    rows = named_rows(room.connection, _SUMS.format(name=name))
    return {(row.pop("measure"), row.pop("place")): Counted(**row) for row in rows}


def told_counts(room: Beside, program_year: str) -> frozenset[Place]:
    """Return the counts that can be told at each place, as ``mart.student_count`` does: what was not sent is no 0."""
    rows = named_rows(room.connection, _SENT, {"year": program_year})
    told = {(count, row["institution_id"]) for row in rows for count in COUNTS[:2]}
    told |= {(COUNTS[2], row["institution_id"]) for row in rows if row["has_completion"]}
    return frozenset(told | {(count, "") for count, _ in told})


def moved(room: Beside, before: str, after: str) -> dict[Place, Moved]:
    """Return how many persons enter and leave, from the persons kept under one name to those under another."""
    rows = named_rows(room.connection, _MOVES.format(before=before, after=after))
    return {
        (row["measure"], row["place"]): Moved(
            row["entered_count"], row["left_count"], row["numerator_entered_count"], row["numerator_left_count"]
        )
        for row in rows
    }
