"""The desk's page of waivers: how each stands, who answers for it, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipelines.desk.desk import Desk
from pipelines.desk.standing import words_of_rules
from pipelines.desk.waivers import waiver_rows
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the page."""
    rows = waiver_rows(desk, words_of_rules())
    standings = Counter(row.line.standing for row in rows)
    content = render(
        desk,
        "waivers.html",
        places.WAIVERS,
        rows=rows,
        open_again=standings["exceeded"] + standings["expired"],
        ending=standings["expiring"],
        covering=standings["active"] + standings["expiring"],
        idle=standings["idle"],
    )
    titles = " ".join(sorted({row.line.title for row in rows}))
    yield Page(places.WAIVERS, content, kind="Page", title="Waivers", keywords=titles)
