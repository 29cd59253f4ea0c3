"""Writes scorecards below a home, readable by their owner alone, each in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.home import make_private, write_private
from pipelines.reports.document import scorecard_json
from pipelines.reports.forms.internal import internal_form
from pipelines.reports.forms.workbook import workbook_bytes
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard, run_of
from pipelines.scorecard.card import Run, Scorecard
from pipelines.scorecard.verdicts import rule_words


def write_scorecards(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    run_id: str,
    partitions: Sequence[tuple[str, str]],
    inbox: Path | None = None,
) -> tuple[Path, ...]:
    """Write page, workbook and JSON of each (grantee, program year); others keep the scorecard that they have.

    ``inbox`` is the night's: of a sample, what invented people say lies there beside the records.

    Returns:
        The paths written.
    """
    run, words = _run(connection, run_id), rule_words()
    cards = [build_scorecard(connection, *place, run, words, inbox) for place in sorted(partitions)]
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
    forms = (
        ("scorecard-internal.html", render_scorecard(card).encode()),
        ("scorecard-internal.json", scorecard_json(card).encode()),
        ("scorecard-internal.xlsx", workbook_bytes(internal_form(card))),
    )
    for name, content in forms:
        write_private(folder / name, content)
    return [folder / name for name, _ in forms]
