"""The desk's first page: how the last run ended, and what a steward should look at this morning."""

from __future__ import annotations

from pipelines.desk.desk import Desk
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, known_grantees, render


def page(desk: Desk) -> Page:
    """Return the first page. It needs nothing but ``quality`` and what is written already: a run may have failed."""
    content = render(desk, "overview.html", places.OVERVIEW, grantees=list(known_grantees(desk)))
    return Page(places.OVERVIEW, content)
