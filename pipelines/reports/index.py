"""The desk's first page: an index over grantees and years, with gates, refusals and every file received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.grantee import grantee_ids
from pipelines.reports.page import render_page
from pipelines.scorecard.card import Run, Scorecard
from pipelines.scorecard.files import file_line, in_force
from pipelines.scorecard.lines import FileLine

OTHERS = "Reference sources, and files of no known grantee"


@dataclass(frozen=True)
class LineSum:
    """Lines of all files together; the first is the sum of the others."""

    physical: int
    header: int
    loaded: int
    quarantined: int


def render_index(
    cards: Sequence[Scorecard], run: Run, others: Sequence[FileLine] = (), ipeds_pages: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the index page.

    Args:
        cards: the scorecards that the home holds.
        run: the run that writes the page.
        others: files that belong to no grantee: reference sources and strays.
        ipeds_pages: where the pages on IPEDS lie, as seen from the index, and the grantee that each is about.
    """
    ordered = sorted(cards, key=lambda card: (card.grantee_name, card.program_year))
    everything = [file for card in ordered for file in card.files] + list(others)
    by_place = {(card.grantee_name, card.program_year): card for card in ordered}
    names, years = sorted({name for name, _ in by_place}), sorted({year for _, year in by_place})
    return render_page(
        "index.html",
        fictional="; ".join(names) if run.is_sample else "",
        run=run,
        matrix=[(name, [by_place.get((name, year)) for year in years]) for name in names],
        program_years=years,
        cards=ordered,
        gates=[(card, found) for card in ordered if (found := [g for g in card.gates if g.kind == "rule"])],
        refused=_refused([*((f"{card.grantee_name}, {card.program_year}", card.files) for card in ordered),
                          (OTHERS, others)]),
        others_heading=OTHERS,
        others=list(others),
        total=_sum(everything),
        in_force=in_force,
        ipeds_pages=list(ipeds_pages),
    )  # fmt: skip


def _refused(groups: Sequence[tuple[str, Sequence[FileLine]]]) -> list[tuple[str, list[FileLine]]]:
    refused = ((heading, [file for file in files if file.status == "refused"]) for heading, files in groups)
    return [(heading, files) for heading, files in refused if files]


def other_files(connection: duckdb.DuckDBPyConnection) -> tuple[FileLine, ...]:
    """Return the files received that belong to no known grantee: reference sources and strays, by name."""
    result = connection.execute(
        "select * from quality.submission where grantee_id is null or program_year is null "
        "or not list_contains($1, grantee_id) order by file_name, program_year, submission_id",
        [list(grantee_ids())],
    )
    columns = [column[0] for column in result.description or ()]
    return tuple(file_line(dict(zip(columns, row, strict=True)), "UTC") for row in result.fetchall())


def _sum(files: Sequence[FileLine]) -> LineSum:
    return LineSum(
        sum(f.physical_line_count for f in files), sum(f.header_line_count for f in files),
        sum(f.loaded_line_count for f in files), sum(f.quarantined_line_count for f in files),
    )  # fmt: skip
