"""A process somewhere else: other time zone, encoding, hash seed, threads, fonts, order of folders and age of files.

``python elsewhere.py WHAT PLACE FOLDER`` fills a folder with scorecards as they are made at a place. What must not
differ between places is asked by the tests; what a place is, stands here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

ROOT = Path(__file__).parents[1]
CLONED = ("pipelines", "expectations", "sql", "sample_data")
BEGAN, RUN_ID = datetime(2024, 9, 2, 6, tzinfo=UTC), "20240902T060000000Z-0000"
OLD = datetime(2001, 1, 1, tzinfo=UTC).timestamp()
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>{}</fontconfig>"""
ONE_FONT_FOR_ALL = (
    "<dir>/usr/share/fonts/truetype/dejavu</dir>"
    "<alias><family>sans-serif</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>"
)


@dataclass(frozen=True)
class Place:
    """What differs from place to place. ``fonts`` is the inside of a fontconfig file, ``locale`` (source, encoding)."""

    time_zone: str
    locale: tuple[str, str]
    hash_seed: int
    threads: int
    fonts: str
    is_backwards: bool  # folders are listed backwards, files are old, and DuckDB need not keep the order of rows

    def environment(self, folder: Path, clone: Path) -> dict[str, str]:
        """Return the environment of a process there; a folder of its own holds fonts and locale."""
        folder.mkdir(parents=True)
        (folder / "fonts.conf").write_text(FONTS.format(self.fonts), encoding="utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CTE_", "DAGSTER_", "LC_", "PYTHON"))}
        name = _locale(folder, *self.locale)
        threads = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"), str(self.threads))
        return kept | threads | {
            "TZ": self.time_zone, "LC_ALL": name, "LANG": name, "LANGUAGE": name, "LOCPATH": str(folder),
            "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": str(self.hash_seed),
            "PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder),
            "FONTCONFIG_FILE": str(folder / "fonts.conf"), "CTE_REPLAYED_DAY": BEGAN.date().isoformat(),
        }  # fmt: skip


# East of the date line and Turkish, whose capital of "i" is no "I" and whose decimals have a comma; and west of it.
PLACES = {
    "here": Place("Pacific/Kiritimati", ("tr_TR", "ISO-8859-9"), 1, 1, "", is_backwards=False),
    "there": Place("Pacific/Pago_Pago", ("C", ""), 20_000, 4, ONE_FONT_FOR_ALL, is_backwards=True),
}


def _locale(folder: Path, source: str, encoding: str) -> str:
    """Return the name of a locale, made where the machine can make one; else the plain one, whose encoding is ASCII."""
    compiler, name = shutil.which("localedef"), f"{source}.{encoding}"
    if not encoding or compiler is None:
        return "C"
    done = subprocess.run([compiler, "-i", source, "-f", encoding, folder / name], capture_output=True, check=False)
    return name if done.returncode == 0 else "C"


def clone_of(folder: Path, place: str) -> Path:
    """Copy what a clone holds for a night; its files are of the moment, or old."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in CLONED:
        shutil.copytree(ROOT / name, folder / name, copy_function=shutil.copyfile, ignore=ignored)
    for path in folder.rglob("*") if PLACES[place].is_backwards else ():
        os.utime(path, (OLD, OLD))
    return folder


def start(what: str, place: str, folder: Path, clone: Path = ROOT) -> subprocess.Popen[str]:
    """Start a process at a place, which makes ``what`` below a folder by the program of a clone."""
    command = [sys.executable, __file__, what, place, str(folder)]
    environment = PLACES[place].environment(folder, clone)
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def told(process: subprocess.Popen[str], seconds: int = 600) -> str:
    """Wait for a process and return what it said. Raises AssertionError where it failed."""
    said, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, said[-3000:]
    return said


def cards(folder: Path) -> None:
    """Write the scorecards of the invented warehouse, internal and shareable, with the cohort page."""
    from scorecard_example import GRANTEE, RUN, WORDS, YEAR, warehouse
    from shareable_example import published_file

    from pipelines.reports import write
    from pipelines.reports.shareable import write_shareable

    connection = warehouse(3)
    connection.execute("update quality.run set rule_book_version = ?", [RUN.rule_book_version or "of the example"])
    write.rule_words = lambda: WORDS  # to read the whole rule book takes longer than all else
    write.write_scorecards(connection, folder / "home", RUN.run_id, [(GRANTEE, YEAR)])
    write_shareable(published_file(folder / "cte.duckdb"), folder / "home")


def night(folder: Path) -> None:
    """Run a night on one grantee of the clone's sample, up to the scorecards."""
    import pipelines
    from pipelines.asset_step import SCORECARD
    from pipelines.night import Settings
    from pipelines.replay.inside import make_up_to

    clone = Path(pipelines.__file__).parents[1]
    print(clone)  # noqa: T201 - the test asks whose program ran
    home, inbox = folder / "home", clone / "sample_data"
    make_up_to(Settings(home, inbox, ("udc",), say=lambda _line: None, begun=(BEGAN, RUN_ID)), [SCORECARD])


def _open_with(place: Place) -> None:
    """Let every DuckDB of this process have the place's threads."""
    connect = duckdb.connect

    def opened(*arguments: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*arguments, **named)
        connection.execute(f"set threads = {place.threads}")
        connection.execute(f"set preserve_insertion_order = {not place.is_backwards}")
        return connection

    duckdb.connect = opened


class _Backwards:
    """The entries of a folder, the last one first."""

    def __init__(self, entries: Any) -> None:
        with entries:
            self.entries = iter(list(entries)[::-1])

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self.entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self.entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: all entries have been read."""


def _list_backwards() -> None:
    listdir: Callable[..., list[str]] = os.listdir
    scandir: Callable[..., Any] = os.scandir
    os.listdir = lambda *path: listdir(*path)[::-1]  # type: ignore[assignment]
    os.scandir = lambda *path: _Backwards(scandir(*path))  # type: ignore[assignment]


if __name__ == "__main__":
    here = PLACES[sys.argv[2]]
    _open_with(here)
    if here.is_backwards:
        _list_backwards()
    {"cards": cards, "night": night}[sys.argv[1]](Path(sys.argv[3]))
