"""Writes pages and documents below a home, readable by their owner alone, each in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.grantee import grantee, grantee_ids
from pipelines.home import make_private, write_private
from pipelines.reports.document import scorecard_json
from pipelines.reports.index import other_files, render_index
from pipelines.reports.ipeds import write_ipeds_pages
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard, run_of
from pipelines.scorecard.card import Run, Scorecard
from pipelines.scorecard.verdicts import rule_words


def write_scorecards(
    connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, partitions: Sequence[tuple[str, str]]
) -> tuple[Path, ...]:
    """Write page and JSON of each (grantee, program year), the pages on IPEDS, and the index over all of them.

    Partitions that are not named keep the scorecard that they have; the index shows them too.

    Returns:
        The paths written, the index last.
    """
    run, words = _run(connection, run_id), rule_words()
    everything = sorted({*known_partitions(connection), *partitions})
    cards = {place: build_scorecard(connection, *place, run, words) for place in everything}
    written = [path for place in sorted(partitions) for path in _write(home, cards[place])]
    shown = [
        card for place, card in cards.items() if (scorecard_folder(home, *place) / "scorecard-internal.html").exists()
    ]
    desk = make_private(home / "reports")
    ipeds = [(p.relative_to(desk).as_posix(), grantee(p.stem).name) for p in write_ipeds_pages(connection, home)]
    page = render_index(shown, run, other_files(connection), ipeds)
    write_private(desk / "index.html", page.encode())
    return (*written, desk / "index.html")


def scorecard_folder(home: Path, grantee_id: str, program_year: str) -> Path:
    """Return the folder that holds the scorecards of a grantee and program year."""
    return home / "scorecards" / grantee_id / program_year


def known_partitions(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return (grantee, program year) of all files that known grantees have ever sent."""
    rows = connection.execute(
        "select distinct grantee_id, program_year from quality.submission where list_contains($1, grantee_id) "
        "and program_year is not null order by grantee_id, program_year",
        [list(grantee_ids())],
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def _run(connection: duckdb.DuckDBPyConnection, run_id: str) -> Run:
    """Return the run; its rule book is that of today, because the night's book is closed after its scorecards."""
    run = run_of(connection, run_id)
    if run.rule_book_version:
        return run
    from expectations.catalogue import rule_book_version

    return replace(run, rule_book_version=rule_book_version())


def _write(home: Path, card: Scorecard) -> list[Path]:
    folder = scorecard_folder(home, card.grantee_id, card.program_year)
    for parent in (folder.parents[1], folder.parent, folder):
        make_private(parent)
    page, document = folder / "scorecard-internal.html", folder / "scorecard-internal.json"
    write_private(page, render_scorecard(card).encode())
    write_private(document, scorecard_json(card).encode())
    return [page, document]
