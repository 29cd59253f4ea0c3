"""The countdown to the annual report on the first page: what is ready of each grantee, and what is still to do.

Needs ``quality`` alone; where the marts were not made it says that nothing was counted. The report itself is written
in the room ``car``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.acts.log import Act
from pipelines.car.standing import Standing, all_acts, standing, year_to_report, years_never_frozen
from pipelines.desk.overview import Cell
from pipelines.desk.sources import Sources


@dataclass(frozen=True)
class Countdown:
    """A grantee on its way to the annual report. ``closed_gates`` is None where no file has come."""

    grantee_id: str
    standing: Standing
    accepted_count: int
    waiting_count: int
    missing_count: int
    closed_gates: int | None
    never_frozen: tuple[str, ...]

    @property
    def is_late(self) -> bool:
        """Whether the day has passed and nothing was frozen."""
        return self.standing.frozen_by is None and self.standing.days_left < 0


def countdown(sources: Sources, cells: tuple[Cell, ...]) -> tuple[Countdown, ...]:
    """Return the countdown of every grantee that has ever sent anything, by name."""
    desk, began = sources.desk, sources.desk.run.started_at
    if began is None or not desk.has("quality.certified_worksheet"):
        return ()
    names = {cell.grantee_id: desk.directory.grantee_name(cell.grantee_id) for cell in cells}
    acts, by_place = all_acts(desk.connection), {(cell.grantee_id, cell.program_year): cell for cell in cells}
    return tuple(
        _countdown(sources, grantee_id, began.date(), by_place, acts)
        for grantee_id, _ in sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
    )


def _countdown(
    sources: Sources, grantee_id: str, today: date, cells: Mapping[tuple[str, str], Cell], acts: Sequence[Act]
) -> Countdown:
    connection, year = sources.desk.connection, year_to_report(today)
    cell = cells.get((grantee_id, year))
    files = [file for file in sources.files.get((grantee_id, year), []) if file.is_in_force]
    return Countdown(
        grantee_id,
        standing(connection, grantee_id, year, today, acts),
        accepted_count=sum(file.line.status == "accepted" for file in files),
        waiting_count=sum(file.is_waiting for file in files),
        missing_count=len(sources.missing.get((grantee_id, year), ())),
        closed_gates=cell.closed_gates if cell and cell.file_count else None,
        never_frozen=years_never_frozen(connection, grantee_id, year),
    )
