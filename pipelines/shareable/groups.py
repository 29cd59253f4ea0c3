"""Groups of persons in the order of the page: one line a group, a table a family of dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.shareable.card import Family, Group, Groups
from pipelines.shareable.cells import ALL, EVERYWHERE, Cells, Place
from pipelines.shareable.names import SPECIAL, Names
from pipelines.shareable.told import APART, NOBODY, UNTOLD, WITHHELD, Count, Rate

# Anchor, title and dimensions of each table.
FAMILIES = (
    ("sex", "Sex", ("sex",)),
    ("race", "Race and ethnicity", ("race_ethnicity",)),
    ("special", "Special populations", SPECIAL),
    ("credit", "Credit status", ("credit_status",)),
    ("level", "Award level", ("award_level",)),
    ("recipient", "Eligible recipient", ("eligible_recipient",)),
)
CLUSTERS = ("cluster", "Career clusters", ("career_cluster",))
PAIRS = (("race-sex", "Race and ethnicity and sex", ("race_ethnicity*sex",)),)
_ABSENT = (NOBODY, APART, UNTOLD)
STUDENTS = ("participant", "concentrator", "completer")


def families(cells: Cells, names: Names, kinds: Sequence[tuple[str, str, Sequence[str]]]) -> tuple[Family, ...]:
    """Return the tables of rates by group for the grantee; none for dimensions of which nothing was published."""
    found = (family(cells, names, *kind) for kind in kinds)
    return tuple(one for one in found if one is not None)


def family(cells: Cells, names: Names, anchor: str, name: str, dimensions: Sequence[str]) -> Family | None:
    """Return the table of rates of some dimensions."""
    parts = tuple(_groups(cells, names, dimension, has_rates=True) for dimension in dimensions)
    told = tuple(part for part in parts if part.groups or part.withheld)
    return Family(anchor, name, told) if told else None


def student_families(cells: Cells, names: Names) -> tuple[Family, ...]:
    """Return the tables of participants, concentrators and completers by group for the grantee."""
    found = []
    for anchor, name, dimensions in (*FAMILIES, CLUSTERS):
        parts = tuple(_groups(cells, names, dimension, has_rates=False) for dimension in dimensions)
        told = tuple(part for part in parts if part.groups or part.withheld)
        if told:
            found.append(Family(f"students-{anchor}", name, told))
    return tuple(found)


def group(cells: Cells, name: str, place: Place, dimension: str = ALL, code: str = ALL, members: str = "") -> Group:
    """Return one line: the three counts of students and the rate of every indicator."""
    counts = tuple(cells.count(what, dimension, code, place) for what in STUDENTS)
    rates = tuple(cells.rate(indicator, dimension, code, place) for indicator in cells.measured)
    return Group(name, members, counts, rates)


def _groups(cells: Cells, names: Names, dimension: str, *, has_rates: bool) -> Groups:
    lines, withheld = [], []
    for code in names.in_order(dimension, cells.codes(dimension)):
        members = _members(cells, names, dimension, code, cells.measured if has_rates else STUDENTS)
        line = group(cells, names.group(dimension, code), EVERYWHERE, dimension, code, members)
        told = line.rates if has_rates else line.counts
        if all(_is_dark(one) for one in told):
            withheld.append(line.name)
        elif any(one.status not in _ABSENT for one in told):
            lines.append(line)
    return Groups(dimension, names.dimension(dimension), tuple(lines), tuple(withheld))


def _members(cells: Cells, names: Names, dimension: str, code: str, columns: Sequence[str]) -> str:
    """Return whom a line holds together; by column where each shows other groups."""
    found = {what: names.members(dimension, cells.members(what, dimension, code)) for what in columns}
    held = {what: members for what, members in found.items() if members}
    if len(set(held.values())) <= 1:
        return next(iter(held.values()), "")
    return "; ".join(f"{_column(what)}: {members}" for what, members in held.items())


def _column(what: str) -> str:
    return f"{what.capitalize()}s" if what in STUDENTS else what


def _is_dark(told: Count | Rate) -> bool:
    """Return whether a number is withheld and nothing beside it is told, not even the size of its group."""
    return told.status == WITHHELD and (isinstance(told, Count) or told.size.number is None)
