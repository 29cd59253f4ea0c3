"""The page that a director asks for first: rows and columns of tables that stand further down. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.scorecard.section import Section, Table
from pipelines.scorecard.sections.gaps import SAID_WORDS


@dataclass(frozen=True)
class Pick:
    """What is shown of a table: columns by key, under a title.

    ``is_of_the_year`` leaves out rows of other years, ``saying`` those in which no cell says so.
    """

    table: str
    title: str
    columns: tuple[str, ...]
    is_of_the_year: bool = False
    saying: str = ""


PICKS = (
    Pick("element_ratings", "Core elements", ("element", "suggested", "rated", "movement")),
    Pick("trend_years", "Core indicators of the year",
         ("row", "rate", "interval", "unknown", "level", "line", "result"), is_of_the_year=True),
    Pick("gaps_tested", "Groups lower by more than chance, whatever unknown outcomes were",
         ("group", "rate", "gap", "interval", "needed"), saying=SAID_WORDS["below_surely"]),
    Pick("special_populations", "Special populations", ("population", "collected", "known", "reportable")),
    Pick("raises_levels", "What would raise a level", ("step", "from", "to", "action", "records", "level")),
    Pick("plan_gains", "What the plan has gained",
         ("item", "status", "measure", "start", "goal", "now", "now_count", "so_far")),
)  # fmt: skip


def one_page(sections: Sequence[Section], program_year: str) -> tuple[Table, ...]:
    """Return the picked tables in their order; those without rows are left out, and their sections say why."""
    tables = {table.id: table for section in sections for table in section.tables}
    picked = (_picked(tables[pick.table], pick, program_year) for pick in PICKS if pick.table in tables)
    return tuple(table for table in picked if table.rows)


def _picked(table: Table, pick: Pick, program_year: str) -> Table:
    places = [number for number, column in enumerate(table.columns) if column.key in pick.columns]
    rows = tuple(
        tuple(row[place] for place in places)
        for row in table.rows
        if (not pick.is_of_the_year or str(row[0]).endswith(program_year)) and (not pick.saying or pick.saying in row)
    )
    columns = tuple(table.columns[place] for place in places)
    return replace(table, id=f"short_{table.id}", title=pick.title, columns=columns, rows=rows, note="", query="")
