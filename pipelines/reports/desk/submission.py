"""The desk's pages: one a file received, with its lines, what was found in it, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from markupsafe import Markup

from pipelines.desk.desk import Desk
from pipelines.desk.files import Received, files
from pipelines.desk.submission import MOST_LINES, Known, known
from pipelines.reports import words
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render
from pipelines.reports.desk.parts import rule_part
from pipelines.scorecard.verdicts import SEVERITIES


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the pages."""
    from expectations.catalogue import all_rules

    everything = known(desk)
    part = rule_part(desk, {rule.id: rule for rule in all_rules()}, places.of_submission(""))
    for received in (one for of_place in files(desk).values() for one in of_place):
        if received.submission_id in everything.with_page:
            yield _page(desk, everything, received, part)


def _page(desk: Desk, everything: Known, received: Received, part: Callable[[str], Markup]) -> Page:
    own, line = received.submission_id, received.line
    row = everything.rows[own]
    place = places.of_submission(own)
    grantee_name = desk.directory.grantee_name(row["grantee_id"])
    quarantined, drift = everything.quarantined.get(own, []), everything.drift.get(own, [])
    found = sorted(
        everything.found.get(own, []),
        key=lambda r: (SEVERITIES.index(r["severity"]), -r["open_count"], r["rule_id"]),
    )
    content = render(
        desk, "submission.html", place,
        row=row, file=line, grantee_name=grantee_name, is_waiting=received.is_waiting, part=part,
        with_page=everything.with_page,
        earlier=everything.rows.get(row["supersedes_submission_id"] or ""),
        later=everything.rows.get(everything.replaced_by.get(own, "")),
        same_bytes=everything.same_bytes.get(own, []),
        quarantined=quarantined, quarantined_count=quarantined[0]["whole_count"] if quarantined else 0,
        most_lines=MOST_LINES,
        found=found, open_count=sum(r["open_count"] for r in found),
        drift=drift, drift_counts=sorted(Counter(r["kind"] for r in drift).items()),
        measured=[r["kind"] for r in everything.measured.get(own, [])],
        columns=everything.columns.get(own, []),
        acts=everything.acts.get(own, []),
    )  # fmt: skip
    told = (grantee_name, line.program_year, line.table_name, words.FILE_STATUS[line.status], line.sha256[:12])
    return Page(place, content, "File", line.file_name, " ".join(told))
