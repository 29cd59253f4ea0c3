"""The desk's page of each grantee, a section a program year, and the page of reference sources and strays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.desk.desk import Desk
from pipelines.desk.grantee import YearFacts, year_facts
from pipelines.desk.measures import measured
from pipelines.desk.sources import Sources, read_history, read_sources
from pipelines.desk.waivers import WaiverRow, waiver_rows
from pipelines.measures.ipeds import has_ipeds
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, known_grantees, render
from pipelines.scorecard.verdicts import SEVERITIES


@dataclass(frozen=True)
class LineSum:
    """Lines of all files together; the first is the sum of the others."""

    physical: int
    header: int
    loaded: int
    quarantined: int


def pages(desk: Desk) -> Iterator[Page]:
    """Yield a page for each grantee that has sent something, then that of reference sources and strays."""
    sources, history = read_sources(desk), read_history(desk)
    waivers = waiver_rows(desk, sources.words)
    for grantee_id, name in known_grantees(desk):
        years = sorted({year for own, year in sources.places() if own == grantee_id and year}, reverse=True)
        facts = [year_facts(sources, history, (grantee_id, year)) for year in years]
        yield _page(sources, grantee_id, name, facts, [row for row in waivers if row.grantee_id == grantee_id])
    facts = [year_facts(sources, history, (None, None))]
    yield _page(sources, None, desk.directory.grantee_name(None), facts, [])


def _page(
    sources: Sources, grantee_id: str | None, name: str, years: list[YearFacts], waivers: list[WaiverRow]
) -> Page:
    desk, place = sources.desk, places.of_grantee(grantee_id)
    root = "../" * place.count("/")
    anchors = {year.program_year: f"y{year.program_year}" if year.program_year else "reference" for year in years}
    content = render(
        desk,
        "grantee.html",
        place,
        grantee_id=grantee_id,
        name=name,
        years=years,
        anchors=anchors,
        severities=SEVERITIES,
        waivers=waivers,
        hrefs={
            anchors[year.program_year]: [root + places.of_submission(file.submission_id) for file in year.files]
            for year in years
        },
        totals={anchors[year.program_year]: _sum(year) for year in years},
        scorecards={anchors[year.program_year] for year in years if _has_scorecard(desk, grantee_id, year)},
        measured=measured(desk),
        ipeds=f"ipeds/{grantee_id}.html" if grantee_id and has_ipeds(desk.connection) else "",
    )
    words = " ".join([grantee_id or "reference strays", *(year.program_year or "" for year in years)])
    return Page(place, content, kind="Grantee" if grantee_id else "Page", title=name, keywords=words)


def _has_scorecard(desk: Desk, grantee_id: str | None, year: YearFacts) -> bool:
    if not grantee_id or not year.program_year:
        return False
    return (desk.home / "reports" / places.of_scorecard(grantee_id, year.program_year)).is_file()


def _sum(year: YearFacts) -> LineSum:
    lines = [file.line for file in year.files]
    return LineSum(
        sum(line.physical_line_count for line in lines), sum(line.header_line_count for line in lines),
        sum(line.loaded_line_count for line in lines), sum(line.quarantined_line_count for line in lines),
    )  # fmt: skip
