"""What lies in an inbox: which files are submissions of which grantee and program year, and what is none.

Names and places only; no file is opened here.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.grantee import grantee_ids
from pipelines.home import SAMPLE_MARKER, is_sample_inbox

_YEAR = re.compile(r"(\d{4})-(\d{2})")
_CLOSED = "the folder cannot be looked into: permission denied; give the account that runs this read permission"
# What invented people say of invented records may lie beside them; real people's files stand in the grantee's folder.
SAID_OF_A_SAMPLE = ("ratings.toml", "plan.toml", "agreements.toml", "owners.toml")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Found:
    """A file in the folder of a grantee's program year. ``file_name`` is its name as text that can be stored."""

    grantee_id: str
    program_year: str
    file_name: str
    path: Path


@dataclass(frozen=True)
class Stray:
    """Something in an inbox that is no submission: where it lies, and what to do about it."""

    place: str
    message: str


def is_program_year(text: str) -> bool:
    """Return whether a text names a program year, such as 2023-24."""
    match = _YEAR.fullmatch(text)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])


def program_year_in(path: Path) -> str | None:
    """Return the program year that a file's folder or name says, or None where neither does."""
    candidates = [path.resolve().parent.name, *(m[0] for m in _YEAR.finditer(path.name))]
    return next((c for c in candidates if is_program_year(c)), None)


def name_of(path: Path) -> str:
    """Return the last part of a path as text that can be stored and told.

    Question marks stand for bytes that are no UTF-8 and for what cannot be seen: a line end in a name would forge a
    line of the log, an escape sequence would rewrite the terminal.
    """
    return "".join(c if c.isprintable() else "?" for c in path.name)


def look_into(
    inbox: Path, grantees: Collection[str] | None = None, program_years: Collection[str] | None = None
) -> tuple[list[Found], list[Stray]]:
    """Return the submissions of an inbox and what is none, in the order of their names.

    ``grantees`` and ``program_years`` leave out the others (None: none is left out); strays are always told.
    """
    found: list[Found] = []
    strays: list[Stray] = []
    for entry in _entries(inbox):
        if not entry.is_dir():
            if not _belongs_to_root(entry.name):
                strays.append(
                    Stray(name_of(entry), "a file here belongs to no grantee; put it into <grantee>/<program_year>/")
                )
        elif entry.name not in grantee_ids():
            known = ", ".join(grantee_ids())
            strays.append(Stray(f"{name_of(entry)}/", f"no such grantee; there are {known}. To add one, see README"))
        else:
            files, others = _of_grantee(entry, SAID_OF_A_SAMPLE if is_sample_inbox(inbox) else ())
            strays += others
            found += [f for f in files if grantees is None or f.grantee_id in grantees]
    return [f for f in found if program_years is None or f.program_year in program_years], strays


def _of_grantee(folder: Path, no_strays: Collection[str]) -> tuple[list[Found], list[Stray]]:
    found, strays = [], []
    try:
        entries = list(_entries(folder))
    except PermissionError:
        return [], [Stray(f"{folder.name}/", _CLOSED)]
    for entry in entries:
        place = f"{folder.name}/{name_of(entry)}"
        if not entry.is_dir():
            if entry.name not in no_strays:
                strays.append(
                    Stray(place, "a file here belongs to no program year; put it into a folder such as 2023-24")
                )
        elif not is_program_year(entry.name):
            strays.append(Stray(f"{place}/", "not a program year; name the folder like 2023-24"))
        else:
            files, others = _of_year(folder, entry, place)
            found += files
            strays += others
    return found, strays


def _of_year(grantee_folder: Path, folder: Path, place: str) -> tuple[list[Found], list[Stray]]:
    found: list[Found] = []
    strays: list[Stray] = []
    home = grantee_folder.resolve()
    try:
        files = list(_entries(folder))
    except PermissionError:
        return [], [Stray(f"{place}/", _CLOSED)]
    for file in files:
        fault = _no_file(file, home)
        if fault:
            strays.append(Stray(f"{place}/{name_of(file)}" + "/" * _is_folder(file), fault))
        else:
            found.append(Found(grantee_folder.name, folder.name, name_of(file), file))
    return found, strays


def _no_file(path: Path, home: Path) -> str:
    """Say why something is no submission; empty where it is one. Whether it can be read shows when it is opened.

    A link may lead to another file of the same grantee. Otherwise whoever can write here could have any file of this
    machine, or another grantee's, taken in as his own, and read about it in a report.
    """
    try:
        mode, target = path.stat().st_mode, path.resolve(strict=True)
    except PermissionError:
        return "the file cannot be looked at: permission denied; give the account that runs this access to its folder"
    except (OSError, RuntimeError):  # a circle is a RuntimeError before Python 3.13
        return "a link that leads to no file; put the file itself here"
    if stat.S_ISDIR(mode):
        return "folders are not looked into; move its files up"
    if not stat.S_ISREG(mode):
        return "no file but a pipe, socket or device, which may never end; put a file here"
    if home not in target.parents:
        return "a link that leads out of the grantee's folder is not followed; put the file itself here"
    return ""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _entries(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder by name, but for what operating systems and open editors leave behind."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith((".", "~$")) and path.name.lower() not in _SYSTEM_FILES:
            yield path


def _belongs_to_root(name: str) -> bool:
    return name in ("faults.csv", SAMPLE_MARKER) or name.upper().startswith("README")
