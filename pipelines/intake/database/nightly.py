"""The source databases of a night: a private folder laid out like an inbox, whose files are taken in and then removed.

How one program year of one grantee is fetched stands in ``fetch``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path

from pipelines.grantee import Grantee, all_grantees
from pipelines.home import is_sample_home, make_private
from pipelines.intake.database.fetch import fetch
from pipelines.intake.database.settings import DatabaseSource, SourceUnreachable, source_of

Say = Callable[[str], None]
_FIRST_MONTH = 7  # program years begin on 1 July


def fetch_sources(
    home: Path,
    today: date,
    say: Say,
    faults: list[SourceUnreachable],
    *,
    grantees: Collection[str] | None = None,
    program_years: Collection[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Path:
    """Return a folder ``<grantee>/<program_year>/<file>`` with what the source databases gave.

    Asked are all grantees with a database or those named, for the current and the earlier program years that
    ``[source]`` says or for those named. Databases that cannot be read are appended to ``faults``, and the others go
    on. The files hold clear identifiers: the caller removes the folder with ``forget`` once they are in the archive;
    where a night dies before, the next one's lock does. A home of invented records asks no database.

    Raises ConfigurationError for a layout whose query cannot be used; nothing is left behind then.
    """
    folder = _private(home, forget(home))
    if is_sample_home(home):
        return folder
    try:
        for grantee in all_grantees():
            source = source_of(grantee) if grantees is None or grantee.id in grantees else None
            if source:
                years = sorted(program_years) if program_years else years_asked(source, today)
                _fetch_grantee(grantee, years, folder, say, faults, environment)
    except BaseException:
        forget(home)
        raise
    return folder


def forget(home: Path) -> Path:
    """Remove what a night has fetched, and return where the folder was."""
    folder = home / "tmp" / "sources"
    if folder.exists():
        shutil.rmtree(folder)
    return folder


def years_asked(source: DatabaseSource, today: date) -> list[str]:
    """Return the program years that a night asks for: the current one, and those before it that ``[source]`` says."""
    current = today.year if today.month >= _FIRST_MONTH else today.year - 1
    return [f"{year}-{(year + 1) % 100:02d}" for year in range(current - source.years + 1, current + 1)]


def _fetch_grantee(
    grantee: Grantee,
    years: Collection[str],
    folder: Path,
    say: Say,
    faults: list[SourceUnreachable],
    environment: Mapping[str, str],
) -> None:
    for year in years:
        try:
            place = _private(folder, folder / grantee.id / year)
            fetched = fetch(grantee, year, grantee.layouts, place, environment)
        except SourceUnreachable as fault:
            faults.append(fault)
            say(f"{fault}; the other grantees go on")
            return
        for one in fetched:
            rows = f"{one.row_count} rows from the database" if one.row_count else "the database has no rows yet"
            say(f"{grantee.id}/{year}/{one.file_name}: {rows}")


def _private(top: Path, folder: Path) -> Path:
    """Make a folder, and every one between it and ``top``, for the owner alone."""
    for part in reversed([p for p in folder.parents if p.is_relative_to(top)]):
        make_private(part)
    return make_private(folder)
