"""The desk's page of notices: what was sent after the last nights, through which channel, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.desk.desk import Desk
from pipelines.desk.notices import NIGHTS, last_nights
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the page. A night's own notices stand on it once it is written again after they were sent."""
    nights = last_nights(desk)
    content = render(
        desk, "notices.html", places.NOTICES, nights=nights, most=NIGHTS, failed=nights[0].failed if nights else ()
    )
    yield Page(places.NOTICES, content, "Page", "Notices", "mail chat channel delivered failed")
