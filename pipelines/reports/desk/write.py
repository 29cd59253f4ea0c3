"""Writes the desk below ``reports``: pages that changed, the style and scripts they share, the index of the search.

Which pages there are is said by the modules named here, each with ``pages(desk)``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import ModuleType

import duckdb

from pipelines.desk.desk import Desk, open_desk
from pipelines.home import make_private
from pipelines.reports.desk import (
    dictionary,
    grantee,
    institution,
    measures,
    notices,
    overview,
    places,
    rows,
    rules,
    submission,
    waivers,
)
from pipelines.reports.desk.page import Page
from pipelines.reports.ipeds import write_ipeds_pages
from pipelines.reports.page import TEMPLATES

# Written side by side: rows are made by DuckDB, the others by templates, and neither waits for the other.
STREAMS = ((grantee, measures, institution, submission, rules, waivers, dictionary, notices), (rows,))
KINDS = tuple(chain(*STREAMS))
Entry = tuple[str, str, str, str]  # kind, title, keywords and place, as the search lists them


def write_desk(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> int:
    """Write every page of the desk and return how many there are; pages that are no longer made go."""
    desk = open_desk(connection, home, run_id)
    reports = make_private(home / "reports")
    with ThreadPoolExecutor(len(STREAMS)) as streams:
        apart = [replace(desk, connection=connection.cursor()) for _ in STREAMS]
        written = list(streams.map(lambda d, kinds: _write_all(reports, pages_of(d, kinds)), apart, STREAMS))
    written.append(_write_all(reports, assets()))
    made = {place: entries for stream in written for place, entries in stream.items()}
    found = [entry for entries in made.values() for entry in entries]
    _write(reports / places.SEARCH, f"window.deskPages = {json.dumps(found, ensure_ascii=True)};\n")
    _clear(reports, made)
    write_ipeds_pages(connection, home)
    return len(made)


def write_first_page(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> Path:
    """Write the overview, which also says how the run ended, and the page of its notices; return the first's path."""
    desk = open_desk(connection, home, run_id)
    for page in (overview.page(desk), *notices.pages(desk)):
        _write(make_private(home / "reports") / page.place, page.content)
    return home / "reports" / places.OVERVIEW


def pages_of(desk: Desk, kinds: Iterable[ModuleType] = KINDS) -> Iterator[Page]:
    """Yield every page of those kinds; of all, the overview is lacking, which is written by itself."""
    for kind in kinds:
        yield from kind.pages(desk)


def assets() -> Iterator[Page]:
    """Yield what all pages share: the style and the script."""
    folder = TEMPLATES / "desk"
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8") + (folder / "desk.css").read_text(encoding="utf-8")
    yield Page(places.STYLE, style)
    yield Page(places.SCRIPT, (folder / "desk.js").read_text(encoding="utf-8"))


def _write_all(reports: Path, pages: Iterable[Page]) -> dict[str, list[Entry]]:
    """Write pages and return, by their places, what the search lists of each."""
    made = {}
    for page in pages:
        _write(reports / page.place, page.content)
        whole = [(page.kind, page.title, page.keywords, page.place)] if page.kind else []
        parts = [(part.kind, part.title, part.keywords, f"{page.place}#{part.anchor}") for part in page.parts]
        made[page.place] = whole + parts
    return made


def _write(path: Path, content: str) -> None:
    """Write a page of mode 0600 in one step, unless it is there already.

    Not forced to the disk page by page, as ``home.write_private`` does: the next run makes all of them anew.
    """
    encoded = content.encode("utf-8", "replace")
    if path.is_file() and path.stat().st_size == len(encoded) and path.read_bytes() == encoded:
        return
    if not path.parent.is_dir():
        make_private(path.parent)
    aside = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encoded)
    aside.replace(path)


def _clear(reports: Path, written: Container[str]) -> None:
    """Remove pages of the desk that were not made this time."""
    for folder in places.FOLDERS:
        for path in (reports / folder).rglob("*.html"):
            if path.relative_to(reports).as_posix() not in written:
                path.unlink()
