"""Cells: persons by place, program and subgroup. The dimensions are said here once; the queries follow from them.

What a cell counts (outcomes, students) and for whom it stands is said by the query that asks for cells. A person counts
once in a cell. No definition of who counts stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipelines.code_sets import STATES, code_set

ALL = "all"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Dimension:
    """What persons are told apart by. ``codes`` by weight: of several that reports hold, the first is the person's.

    ``column`` is that of ``mart.student_year``; empty for what follows from the programs and not from the person.
    """

    name: str
    column: str
    codes: tuple[str, ...]


def _of_person(name: str, column: str, values: Sequence[str]) -> Dimension:
    return Dimension(name, column, (*values, *STATES))


_FLAGS = (
    "disability", "economic_disadvantage", "nontraditional_preparation", "single_parent", "out_of_workforce",
    "english_learner", "homelessness", "foster_care", "active_duty_parent",
)  # fmt: skip
CREDIT_STATUSES = ("credit", "noncredit", "credit_and_noncredit", UNKNOWN)
CONTEXTS = {
    "eligible_recipient": "eligible_recipient_id",
    "career_cluster": "career_cluster_code",
    "award_level": "award_level_code",
}
_CIP = "cip_code"
_PROGRAM_COLUMNS = (_CIP, *CONTEXTS.values())


def dimensions() -> tuple[Dimension, ...]:
    """Return the twelve dimensions of which each is a partition of the persons, by name."""
    # The largest text of several answers counts, as within an institution (mart.student_year): here the first.
    by_value = {name: sorted(code_set(name), reverse=True) for name in ("sex", "race_ethnicity")}
    found = [_of_person(name, name, values) for name, values in by_value.items()]
    found += [_of_person(name, f"{name}_status", ("yes", "no")) for name in _FLAGS]
    return tuple(sorted((*found, Dimension("credit_status", "", CREDIT_STATUSES)), key=lambda d: d.name))


def margins() -> Iterator[tuple[str, str]]:
    """Yield (what parts are told by, how they sum): dimensions, pairs in alphabetical order, places, programs."""
    kinds = {**{d.name: "partition" for d in dimensions()}, **dict.fromkeys(CONTEXTS, "cover")}
    yield from sorted(kinds.items())
    for one, other in combinations(sorted(kinds), 2):
        if not {one, other} <= set(CONTEXTS):
            yield f"{one}*{other}", "partition" if kinds[one] == kinds[other] else "cover"
    yield from (("institution_id", "cover"), (_CIP, "cover"))


def cells_query(
    source: str, keys: Sequence[str], year: str, flags: Mapping[str, str], counts: Mapping[str, str]
) -> str:
    """Return the common table expressions that end in ``cells``: one row for each cell that has anybody.

    ``source`` is a query with a row for each person and program: ``keys``, the program year ``year`` whose attributes
    count, institution_id, person_id, credit_status and the columns of programs. ``flags`` maps a name to an aggregate
    over a person's rows, ``counts`` one to an aggregate over persons. ``cells`` has ``keys``, institution_id, cip_code,
    subgroup_dimension, subgroup_code and ``counts``.
    """
    parts = {
        "reported": source,
        "persons": _persons(keys, year, flags),
        "attributes": _attributes(year),
        "profiles": _profiles(keys, year, counts),
        "subgroups": _subgroups(keys, counts),
        "cells": _cells(keys, counts),
    }
    return ",\n".join(f"{name} as (\n{query}\n)" for name, query in parts.items())


def _persons(keys: Sequence[str], year: str, flags: Mapping[str, str]) -> str:
    """Return the persons of each place and program, each once there."""
    own = [*keys, *([year] if year not in keys else []), "person_id"]
    places: tuple[tuple[str, ...], ...] = ((), ("institution_id",))
    recipient = (CONTEXTS["eligible_recipient"],)
    sets = [(*place, *program) for program in [(), *((c,) for c in _PROGRAM_COLUMNS)] for place in places
            if not (place and program == recipient)]  # fmt: skip
    has_credit, has_noncredit = (f"max(case credit_status when '{c}' then 1 else 0 end)" for c in CREDIT_STATUSES[:2])
    credit = f"case {has_credit} + 2 * {has_noncredit} when 0 then 4 when 1 then 1 when 2 then 2 else 3 end"
    measured = [f"cast({credit} as tinyint) as credit_status", *(f"{sql} as {name}" for name, sql in flags.items())]
    return f"""select
    {_list([*own, "institution_id", *_PROGRAM_COLUMNS, *measured])}
from reported
group by {", ".join(own)}, {_grouping_sets(sets)}"""


def _attributes(year: str) -> str:
    """Return the answers of persons at each institution and at all of them, as places in the list of codes."""
    answers = [f"min({_place_of(d)}) as {d.name}" for d in dimensions() if d.column]
    return f"""select
    {_list(["grantee_id", f"program_year as {year}", "institution_id", "person_id", *answers])}
from mart.student_year
group by grantee_id, program_year, person_id, {_grouping_sets([("institution_id",), ()])}"""


def _place_of(dimension: Dimension) -> str:
    cases = " ".join(f"when '{code}' then {place}" for place, code in enumerate(dimension.codes, start=1))
    return f"cast(case {dimension.column} {cases} else {dimension.codes.index(UNKNOWN) + 1} end as tinyint)"


def _profiles(keys: Sequence[str], year: str, counts: Mapping[str, str]) -> str:
    """Return how many persons of a place and program share all answers: far fewer rows than persons for the cells."""
    absent = {d.name: d.codes.index("not_reported") + 1 for d in dimensions() if d.column}
    answers = [f"coalesce(attributes.{name}, {place}) as {name}" for name, place in absent.items()]
    by = [f"persons.{name}" for name in (*keys, "institution_id", *_PROGRAM_COLUMNS, "credit_status")]
    return f"""select
    {_list([*by, *answers, *(f"{sql} as {name}" for name, sql in counts.items())])}
from persons
left join attributes
    on
        persons.grantee_id = attributes.grantee_id
        and persons.{year} = attributes.{year}
        and persons.person_id = attributes.person_id
        and coalesce(persons.institution_id, '') = coalesce(attributes.institution_id, '')
group by {", ".join([*by, *(f"coalesce(attributes.{name}, {place})" for name, place in absent.items())])}"""


def _subgroups(keys: Sequence[str], counts: Mapping[str, str]) -> str:
    """Return the counts of all subgroups: pairs for whole places, single dimensions within programs."""
    names = [d.name for d in dimensions()]
    single = [(), *((name,) for name in names)]
    sums = [f"cast(sum({name}) as bigint) as {name}" for name in counts]
    is_of_place = " and ".join(f"{column} is null" for column in _PROGRAM_COLUMNS)
    own = [*keys, "institution_id"]
    return f"""select
    {_list([*own, *(f"cast(null as varchar) as {c}" for c in _PROGRAM_COLUMNS), *names, *sums])}
from profiles
where {is_of_place}
group by {", ".join(own)}, {_grouping_sets([*single, *combinations(names, 2)])}
union all
select
    {_list([*own, *_PROGRAM_COLUMNS, *names, *sums])}
from profiles
where not ({is_of_place})
group by {", ".join([*own, *_PROGRAM_COLUMNS])}, {_grouping_sets(single)}"""


def _cells(keys: Sequence[str], counts: Mapping[str, str]) -> str:
    told_by = {**{d.name: (d.name, _code_of(d)) for d in dimensions()},
               **{name: (column, column) for name, column in CONTEXTS.items()}}  # fmt: skip
    dimension = [f"case when {told_by[name][0]} is not null then '{name}' end" for name in sorted(told_by)]
    code = [told_by[name][1] for name in sorted(told_by)]
    named = [
        f"coalesce(nullif(concat_ws('*', {', '.join(parts)}), ''), '{ALL}') as {column}"
        for column, parts in (("subgroup_dimension", dimension), ("subgroup_code", code))
    ]
    return f"select\n    {_list([*keys, 'institution_id', _CIP, *named, *counts])}\nfrom subgroups"


def _code_of(dimension: Dimension) -> str:
    cases = " ".join(f"when {place} then '{code}'" for place, code in enumerate(dimension.codes, start=1))
    return f"case {dimension.name} {cases} end"


def _grouping_sets(sets: Sequence[Sequence[str]]) -> str:
    return f"grouping sets ({', '.join('(' + ', '.join(one) + ')' for one in sets)})"


def _list(columns: Iterable[str]) -> str:
    return ",\n    ".join(columns)
