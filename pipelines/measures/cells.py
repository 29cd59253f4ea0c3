"""Cells: persons by place, program and subgroup. The queries follow from the list of dimensions.

What a cell counts (outcomes, students) and for whom it stands is said by the query that asks for cells. A person counts
once in a cell. No definition of who counts stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from pipelines.measures.dimensions import ALL, CIP, CONTEXTS, CREDIT_STATUSES, UNKNOWN, Dimension, dimensions

_PROGRAM_COLUMNS = (CIP, *CONTEXTS.values())


def cells_query(
    source: str,
    keys: Sequence[str],
    year: str,
    flags: Mapping[str, str],
    counts: Mapping[str, str],
    *,
    is_whole: bool = True,
) -> str:
    """Return the common table expressions that end in ``cells``: one row for each cell that has anybody.

    ``source`` is a query with a row for each person and program: ``keys``, the program year ``year`` whose attributes
    count, institution_id, person_id, credit_status and the columns of programs. ``flags`` maps a name to an aggregate
    over a person's rows, ``counts`` one to an aggregate over persons. ``cells`` has ``keys``, institution_id, cip_code,
    subgroup_dimension, subgroup_code and ``counts``; unless ``is_whole``, no programs and no pairs.
    """
    parts = {
        "reported": source,
        "members": _members(year),
        "persons": _persons(keys, year, flags, _PROGRAM_COLUMNS if is_whole else ()),
        "attributes": _attributes(year),
        "places": _places(keys),
        "profiles": _profiles(keys, counts),
        "told": _told(_told_rows() if is_whole else _told_rows()[: len(dimensions()) + 1]),
        "subgroups": _subgroups(counts),
        "codes": _codes(),
        "cells": _cells(keys, counts),
    }
    return ",\n".join(f"{name} as (\n{query}\n)" for name, query in parts.items())


def _members(year: str) -> str:
    """Return each person of a year with a number: what follows is keyed by numbers, not by long texts."""
    return f"""select
    grantee_id,
    {year},
    person_id,
    row_number() over (order by grantee_id, {year}, person_id) as member
from reported
group by grantee_id, {year}, person_id"""


def _persons(keys: Sequence[str], year: str, flags: Mapping[str, str], told_apart: Sequence[str]) -> str:
    """Return the persons of each place and, where programs are ``told_apart``, of each program: each once there."""
    own = [f"reported.{key}" for key in keys]
    programs = [(), *((column,) for column in told_apart)]
    sets = [(*place, *program) for program in programs for place in ((), ("institution_id",))
            if not (place and program == (CONTEXTS["eligible_recipient"],))]  # fmt: skip
    columns = [c if c in told_apart else f"cast(null as varchar) as {c}" for c in _PROGRAM_COLUMNS]
    has_credit, has_noncredit = (f"max(case credit_status when '{c}' then 1 else 0 end)" for c in CREDIT_STATUSES[:2])
    credit = f"case {has_credit} + 2 * {has_noncredit} when 0 then 4 when 1 then 1 when 2 then 2 else 3 end"
    measured = [f"cast({credit} as tinyint) as credit_status", *(f"{sql} as {name}" for name, sql in flags.items())]
    return f"""select
    {_list([*own, "members.member", "institution_id", *columns, *measured])}
from reported
inner join members
    on
        reported.grantee_id = members.grantee_id
        and reported.{year} = members.{year}
        and reported.person_id = members.person_id
group by {", ".join(own)}, members.member, {_grouping_sets(sets)}"""


def _attributes(year: str) -> str:
    """Return the answers of persons at each institution and at all of them, as places in the list of codes."""
    answers = [f"min({_place_of(d)}) as {d.name}" for d in dimensions() if d.column]
    return f"""select
    {_list(["members.member", "student.institution_id", *answers])}
from mart.student_year as student
inner join members
    on
        student.grantee_id = members.grantee_id
        and student.program_year = members.{year}
        and student.person_id = members.person_id
group by members.member, {_grouping_sets([("student.institution_id",), ()])}"""


def _place_of(dimension: Dimension) -> str:
    cases = " ".join(f"when '{code}' then {place}" for place, code in enumerate(dimension.codes, start=1))
    return f"cast(case student.{dimension.column} {cases} else {dimension.codes.index(UNKNOWN) + 1} end as tinyint)"


def _places(keys: Sequence[str]) -> str:
    """Return each place, or program of a place, with a number and what it is told by (``kind``)."""
    columns = [*keys, "institution_id", *_PROGRAM_COLUMNS]
    kinds = " ".join(f"when {column} is not null then '{name}'" for name, column in {CIP: CIP, **CONTEXTS}.items())
    return f"""select
    {_list([*columns, f"case {kinds} else '{ALL}' end as kind"])},
    row_number() over (order by {", ".join(columns)}) as place
from persons
group by {", ".join(columns)}"""


def _profiles(keys: Sequence[str], counts: Mapping[str, str]) -> str:
    """Return how many persons of a place share all answers: fewer rows, of which each goes into up to 79 sums."""
    absent = {d.name: d.codes.index("not_reported") + 1 for d in dimensions() if d.column}
    answers = {name: f"coalesce(attributes.{name}, {place})" for name, place in absent.items()}
    same = [f"persons.{key} = places.{key}" for key in keys]
    same += [f"coalesce(persons.{c}, '') = coalesce(places.{c}, '')" for c in ("institution_id", *_PROGRAM_COLUMNS)]
    by = ["places.place", "places.kind", "persons.credit_status"]
    named = [
        *(f"{sql} as {name}" for name, sql in answers.items()),
        *(f"{sql} as {name}" for name, sql in counts.items()),
    ]
    return f"""select
    {_list([*by, *named])}
from persons
inner join places
    on
        {f"{chr(10)}        and ".join(same)}
left join attributes
    on
        persons.member = attributes.member
        and coalesce(persons.institution_id, '') = coalesce(attributes.institution_id, '')
group by {", ".join([*by, *answers.values()])}"""


def _told_rows() -> list[tuple[str, str, int, int, int]]:
    """Return what cells are told by: for each kind of place everybody, each dimension, and for whole places each pair.

    The third and fourth are the numbers of the dimensions, 0 for none. The last is where the code of the place itself
    stands: 1 first, 2 second, 0 nowhere.
    """
    names = {d.name: number for number, d in enumerate(dimensions(), start=1)}
    rows = [(ALL, ALL, 0, 0, 0), *((ALL, name, number, 0, 0) for name, number in names.items())]
    rows += [(ALL, f"{a}*{b}", names[a], names[b], 0) for a, b in combinations(names, 2)]
    rows += [(CIP, ALL, 0, 0, 0), *((CIP, name, number, 0, 0) for name, number in names.items())]
    for context in CONTEXTS:
        rows.append((context, context, 0, 0, 1))
        rows += [(context, "*".join(sorted((context, name))), number, 0, 1 if context < name else 2)
                 for name, number in names.items()]  # fmt: skip
    return rows


def _told(rows: Sequence[tuple[str, str, int, int, int]]) -> str:
    values = ",\n    ".join(
        f"({number}, '{kind}', '{name}', {one}, {other}, {at})"
        for number, (kind, name, one, other, at) in enumerate(rows, start=1)
    )
    return f"""select told, kind, subgroup_dimension, one, other, context_at
from (values
    {values}
) as listed (told, kind, subgroup_dimension, one, other, context_at)"""


def _subgroups(counts: Mapping[str, str]) -> str:
    """Return the sums of all cells: each profile enters each thing that its place's cells are told by, in one pass."""
    sums = [f"cast(sum(profiles.{name}) as bigint) as {name}" for name in counts]
    one, other = (_answer_to(f"told.{which}") for which in ("one", "other"))
    return f"""select
    {_list(["profiles.place", "told.told", f"{one} as one_answer", f"{other} as other_answer", *sums])}
from profiles
inner join told on profiles.kind = told.kind
group by {", ".join(["profiles.place", "told.told", one, other])}"""


def _answer_to(number: str) -> str:
    cases = " ".join(f"when {place} then profiles.{d.name}" for place, d in enumerate(dimensions(), start=1))
    return f"case {number} {cases} else 0 end"


def _codes() -> str:
    values = ",\n    ".join(
        f"({number}, {place}, '{code}')"
        for number, dimension in enumerate(dimensions(), start=1)
        for place, code in enumerate(dimension.codes, start=1)
    )
    return f"""select dimension, answer, code
from (values
    {values}
) as listed (dimension, answer, code)"""


def _cells(keys: Sequence[str], counts: Mapping[str, str]) -> str:
    context = f"coalesce({', '.join(f'places.{column}' for column in CONTEXTS.values())})"
    parts = ["case when told.context_at = 1 then place_code end", "one.code",
             "case when told.context_at = 2 then place_code end", "other.code"]  # fmt: skip
    code = ", ".join(part.replace("place_code", context) for part in parts)
    named = ["told.subgroup_dimension", f"coalesce(nullif(concat_ws('*', {code}), ''), '{ALL}') as subgroup_code"]
    own = [f"places.{key}" for key in (*keys, "institution_id", CIP)]
    return f"""select
    {_list([*own, *named, *(f"subgroups.{name}" for name in counts)])}
from subgroups
inner join places on subgroups.place = places.place
inner join told on subgroups.told = told.told
left join codes as one on told.one = one.dimension and subgroups.one_answer = one.answer
left join codes as other on told.other = other.dimension and subgroups.other_answer = other.answer"""


def _grouping_sets(sets: Sequence[Sequence[str]]) -> str:
    return f"grouping sets ({', '.join('(' + ', '.join(one) + ')' for one in sets)})"


def _list(columns: Iterable[str]) -> str:
    return ",\n    ".join(columns)
