"""Writes the scorecards for everybody: from the published file alone, readable by all, each in one step.

What stands on a page is worked out in ``shareable``. Neither the warehouse nor a grantee's configuration is read here;
a page could be made wherever the published file is.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.home import make_private
from pipelines.reports.page import render_page
from pipelines.scorecard.share import Share
from pipelines.shareable.build import shareables
from pipelines.shareable.card import NOTICE, Kept, Shareable
from pipelines.shareable.published import opened
from pipelines.shareable.told import NOT_MEASURED

FILE = "scorecard.html"
BAR = 100  # width of a drawn rate
SECTIONS = (
    ("short", "In short"),
    ("reading", "How to read this page"),
    ("indicators", "Core indicators"),
    ("groups", "Groups of students"),
    ("gaps", "Gaps"),
    ("institutions", "Institutions"),
    ("programs", "Career clusters and programs"),
    ("years", "Several years together"),
    ("students", "Students"),
    ("quality", "Quality of the records"),
    ("protection", "How students are protected"),
    ("changes", "What changed"),
    ("methods", "Methods"),
)


def write_shareable(published: Path, home: Path) -> int:
    """Write a page for each grantee and program year with a release in force; pages of others go.

    Args:
        published: ``cte.duckdb``, opened for reading alone.
        home: the folder below which ``scorecards/<grantee>/<program_year>/scorecard.html`` is written.

    Returns:
        How many pages stand there now. Raises duckdb.IOException without a published file.
    """
    written = set()
    with opened(published) as file:
        for card in shareables(file):
            folder = home / "scorecards" / card.heading.grantee_id / card.heading.program_year
            for parent in (folder.parents[1], folder.parent, folder):
                make_private(parent)
            _write(folder / FILE, render_shareable(card).encode())
            written.add(folder / FILE)
    for page in home.glob(f"scorecards/*/*/{FILE}"):
        if page not in written:
            page.unlink()
    return len(written)


def render_shareable(card: Shareable) -> str:
    """Return the page of one grantee and program year."""
    return render_page(
        "shareable.html",
        notice=NOTICE,
        fictional=card.heading.grantee_name if card.heading.fiction else "",
        card=card,
        sections=SECTIONS,
        codes=[one.code for one in card.indicators if one.rate.status not in NOT_MEASURED],
        unmeasured=[one for one in card.indicators if one.rate.status in NOT_MEASURED],
        bar=BAR,
        points=points,
        share=share,
        bands=bands,
    )


def points(gap: float) -> str:
    """Return a gap in percentage points, such as ``+3.2``."""
    told = f"{abs(gap) * 100:.1f}"
    sign = "" if told == "0.0" else "+" if gap > 0 else "\N{MINUS SIGN}"
    return f"{sign}{told}"


def share(kept: Kept) -> str:
    """Return the share withheld of what could be told, in words."""
    return Share(kept.withheld, kept.total).percent


def bands(text: str | None) -> str:
    """Return the ends of the scale that are told as ranges: ``0.05,0.10`` is ``5%, 10%``."""
    return ", ".join(f"{float(one) * 100:g}%" for one in (text or "").split(",") if one)


def _write(path: Path, content: bytes) -> None:
    """Write a file that everybody may read, in one step: whoever reads it sees all of it or none."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.chmod(0o644)  # whatever the umask, which is strict while the warehouse is open
    aside.replace(path)
