"""Writes the desk below ``reports``: pages that changed, the style and scripts they share, the index of the search.

Which pages there are is said by the modules named here, each with ``pages(desk)``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import duckdb

from pipelines.desk.desk import Desk, open_desk
from pipelines.home import make_private
from pipelines.reports.desk import (
    dictionary,
    grantee,
    institution,
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

KINDS = (grantee, institution, submission, rules, rows, waivers, dictionary, notices)


def write_desk(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> int:
    """Write every page of the desk and return how many there are; pages that are no longer made go."""
    desk = open_desk(connection, home, run_id)
    reports = make_private(home / "reports")
    found, written = [], set()
    for page in chain(pages_of(desk), assets()):
        _write(reports / page.place, page.content)
        written.add(page.place)
        found += [(page.kind, page.title, page.keywords, page.place)] if page.kind else []
        found += [(part.kind, part.title, part.keywords, f"{page.place}#{part.anchor}") for part in page.parts]
    _write(reports / places.SEARCH, f"window.deskPages = {json.dumps(found, ensure_ascii=True)};\n")
    _clear(reports, written)
    write_ipeds_pages(connection, home)
    return len(written)


def write_first_page(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> Path:
    """Write the overview, which also says how the run ended, and the page of its notices; return the first's path."""
    desk = open_desk(connection, home, run_id)
    for page in (overview.page(desk), *notices.pages(desk)):
        _write(make_private(home / "reports") / page.place, page.content)
    return home / "reports" / places.OVERVIEW


def pages_of(desk: Desk) -> Iterator[Page]:
    """Yield every page but the overview."""
    for kind in KINDS:
        yield from kind.pages(desk)


def assets() -> Iterator[Page]:
    """Yield what all pages share: the style and the script."""
    folder = TEMPLATES / "desk"
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8") + (folder / "desk.css").read_text(encoding="utf-8")
    yield Page(places.STYLE, style)
    yield Page(places.SCRIPT, (folder / "desk.js").read_text(encoding="utf-8"))


def _write(path: Path, content: str) -> None:
    """Write a page of mode 0600 in one step, unless it is there already.

    Not forced to the disk page by page, as ``home.write_private`` does: the next run makes all of them anew.
    """
    encoded = content.encode("utf-8", "replace")
    if path.is_file() and path.stat().st_size == len(encoded) and path.read_bytes() == encoded:
        return
    make_private(path.parent)
    aside = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encoded)
    aside.replace(path)


def _clear(reports: Path, written: set[str]) -> None:
    """Remove pages of the desk that were not made this time."""
    for folder in places.FOLDERS:
        for path in (reports / folder).rglob("*.html"):
            if path.relative_to(reports).as_posix() not in written:
                path.unlink()
