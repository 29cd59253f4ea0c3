"""The desk's first page: how the last run ended, and what a steward should look at this morning."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from pipelines.desk.countdown import countdown
from pipelines.desk.desk import Desk
from pipelines.desk.overview import Cell, overview
from pipelines.desk.sources import read_sources
from pipelines.desk.worklist import worklist
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render
from pipelines.reports.ipeds import FOLDER

MOST_FILES = 20  # that arrived in the run; all of them stand on the pages of the grantees


def page(desk: Desk) -> Page:
    """Return the first page. It needs nothing but ``quality`` and what is written already: a run may have failed."""
    sources = read_sources(desk)
    told = overview(sources)
    content = render(
        desk,
        "overview.html",
        places.OVERVIEW,
        end=told.ending,
        told=told,
        tasks=worklist(sources, told),
        arrived=told.arrived[:MOST_FILES],
        arrived_late=sum(file.line.is_late for _, file in told.arrived),
        late=sum(cell.late_count for cell in told.cells),
        refused=sum(file.line.status == "refused" for files in sources.files.values() for file in files),
        waiting=sum(cell.waiting_count for cell in told.cells),
        missing=sum(len(cell.missing) for cell in told.cells),
        countdown=countdown(sources, told.cells),
        matrix=_matrix(desk, told.cells),
        scorecards=_scorecards(desk, told.cells),
        ipeds=[(desk.directory.grantee_name(path.stem), f"{FOLDER}/{path.name}") for path in _ipeds_pages(desk)],
    )
    return Page(places.OVERVIEW, content)


def _matrix(desk: Desk, cells: tuple[Cell, ...]) -> list[tuple[str, list[Cell]]]:
    """Return the cells by grantee, in order of name; the last program year comes first."""
    named = [(desk.directory.grantee_name(cell.grantee_id), cell) for cell in cells]
    named.sort(key=lambda pair: pair[1].program_year, reverse=True)
    named.sort(key=lambda pair: (pair[0], pair[1].grantee_id))
    return [
        (name, [cell for _, cell in pairs])
        for (name, _), pairs in groupby(named, key=lambda pair: (pair[0], pair[1].grantee_id))
    ]


def _ipeds_pages(desk: Desk) -> list[Path]:
    """Return the pages on IPEDS that are there to be linked to."""
    return sorted((desk.home / "reports" / FOLDER).glob("*.html"))


def _scorecards(desk: Desk, cells: tuple[Cell, ...]) -> set[tuple[str, str]]:
    """Return the partitions whose scorecard is there to be linked to."""
    reports = desk.home / "reports"
    return {
        (cell.grantee_id, cell.program_year)
        for cell in cells
        if (reports / places.of_scorecard(cell.grantee_id, cell.program_year)).is_file()
    }
