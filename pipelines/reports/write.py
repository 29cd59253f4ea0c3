"""Writes scorecards below a home, readable by their owner alone, each in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.home import make_private, write_private
from pipelines.reports.document import scorecard_json
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard, run_of
from pipelines.scorecard.card import Run, Scorecard
from pipelines.scorecard.verdicts import rule_words


def write_scorecards(
    connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, partitions: Sequence[tuple[str, str]]
) -> tuple[Path, ...]:
    """Write page and JSON of each (grantee, program year); others keep the scorecard that they have.

    Returns:
        The paths written.
    """
    run, words = _run(connection, run_id), rule_words()
    cards = [build_scorecard(connection, *place, run, words) for place in sorted(partitions)]
    return tuple(path for card in cards for path in _write(home, card))


def scorecard_folder(home: Path, grantee_id: str, program_year: str) -> Path:
    """Return the folder that holds the scorecards of a grantee and program year."""
    return home / "scorecards" / grantee_id / program_year


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
