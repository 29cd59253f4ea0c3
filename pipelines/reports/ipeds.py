"""The page "What IPEDS shows" of each grantee: public figures beside the grantee's own records, never mixed with them.

What is counted stands in ``measures.ipeds``. The page holds nothing that a grantee has sent, so it is not restricted.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.grantee import all_grantees
from pipelines.home import make_private, write_private
from pipelines.intake.source import sources
from pipelines.measures.ipeds import GROUPS, IpedsView, ipeds_view
from pipelines.reference_tables import RACES, SEXES
from pipelines.reports.page import capitalize_first, render_page
from pipelines.scorecard.share import Share

# No apostrophe: the notice also stands in the style sheet, for print.
NOTICE = (
    "Public source (NCES, IPEDS): all completers, CTE and not, including transfer and bachelor's degrees; "
    "not a count of CTE students"
)
FOLDER = "ipeds"  # below the reports of a home


def write_ipeds_pages(connection: duckdb.DuckDBPyConnection, home: Path) -> tuple[Path, ...]:
    """Write the page of each grantee and return the paths; none while no IPEDS file has been added."""
    written = []
    for owner in all_grantees():
        view = ipeds_view(connection, owner)
        if view:
            folder = make_private(make_private(home / "reports") / FOLDER)
            written.append(folder / f"{owner.id}.html")
            write_private(written[-1], render_ipeds(view).encode())
    return tuple(written)


def render_ipeds(view: IpedsView) -> str:
    """Return what IPEDS shows of a grantee's institutions as one HTML page."""
    return render_page(
        "ipeds.html",
        notice=NOTICE,
        view=view,
        owner=view.owner,
        source=next(source.name for source in sources() if source.id == "ipeds"),
        blocks=(("Sex", tuple(SEXES)), ("Race and ethnicity", tuple(RACES))),
        group_label=lambda group: capitalize_first(GROUPS[group]),
        percent=_percent,
        files=sorted(
            {*(year.file for year in view.years), *(proposal.file for proposal in view.proposals)},
            key=lambda file: (file.table_name, file.program_year),
        ),
    )


def _percent(part: int | None, whole: int | None) -> str:
    """Return a share in words; empty where there is none."""
    return "" if part is None or not whole else Share(part, whole).percent
