"""Writes the scorecards for everybody: from the published file alone, readable by all, each in one step.

Page, workbook and JSON say the same, which is worked out in ``shareable``. Neither the warehouse nor a grantee's
configuration is read here; they could be made wherever the published file is.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.home import make_private
from pipelines.reports.cohort import write_cohort
from pipelines.reports.forms.shareable import shareable_form, shareable_sections
from pipelines.reports.forms.workbook import workbook_bytes
from pipelines.reports.page import render_page
from pipelines.reports.shareable_document import shareable_json
from pipelines.reports.shared_file import write_shared
from pipelines.scorecard.section import tables_of
from pipelines.scorecard.share import Share
from pipelines.shareable.build import shareables
from pipelines.shareable.card import NOTICE, Kept, Shareable
from pipelines.shareable.published import opened
from pipelines.shareable.told import NOT_MEASURED

FILES = ("scorecard.html", "scorecard.xlsx", "scorecard.json")
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
    ("glossary", "Glossary"),
)


def write_shareable(published: Path, home: Path) -> int:
    """Write page, workbook and JSON of each grantee and year with a release in force; those of others go.

    The page that lays grantees side by side is made anew from the JSON files.

    Args:
        published: ``cte.duckdb``, opened for reading alone.
        home: the folder below which ``scorecards/<grantee>/<program_year>/scorecard.*`` are written.

    Returns:
        How many scorecards stand there now. Raises duckdb.IOException without a published file.
    """
    written = set()
    with opened(published) as file:
        for card in shareables(file):
            folder = home / "scorecards" / card.heading.grantee_id / card.heading.program_year
            for parent in (folder.parents[1], folder.parent, folder):
                make_private(parent)
            for name, content in zip(FILES, _forms(card), strict=True):
                write_shared(folder / name, content)
            written.add(folder)
    for name in FILES:
        for path in home.glob(f"scorecards/*/*/{name}"):
            if path.parent not in written:
                path.unlink()
    write_cohort(home / "scorecards")
    return len(written)


def _forms(card: Shareable) -> tuple[bytes, bytes, bytes]:
    form = shareable_form(card)
    return render_shareable(card).encode(), workbook_bytes(form), shareable_json(card, form).encode()


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
        tables=tables_of(shareable_sections(card)),
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
