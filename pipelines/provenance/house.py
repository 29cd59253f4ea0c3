"""The house as a run found it: program, rules, queries, grantees and what people wrote, as one content-addressed zip.

One hash stands for one content, whoever packs it where and when; the same house is stored once. The records that were
sent are no part of it: they stand in the archive. How it is unpacked and run again is said in the room ``replay``.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import expectations
import pipelines
from pipelines.configuration import ConfigurationError
from pipelines.grantee import OWN_FOLDER
from pipelines.home import is_sample_inbox, make_private, write_private
from pipelines.measures.labor_settings import CRITICAL
from pipelines.models import sql_root

FOLDER = "house"  # of a home: what runs were made under, by hash
OWN_GRANTEES, INBOX = "own_grantees", "inbox"
OWN_RUBRIC, RUBRIC_VARIABLE = "own_rubric", "CTE_RUBRIC"
LAYOUTS, RULES, DEFINITIONS, REFERENCE = "layouts", "rules", "definitions", "reference"
PEOPLE, CODE = "people", "code"
PARTS = (LAYOUTS, RULES, DEFINITIONS, REFERENCE, PEOPLE, CODE)
SUB_ELEMENTS = "sub_elements.toml"  # beside a rubric
_RULE_FILES = ("waivers.toml", "thresholds.toml")
_PEOPLES_FILES = ("agreements.toml", "owners.toml", "plan.toml", "ratings.toml")
_GRANTEES = ("pipelines/grantees/", "tests/grantees/", f"{OWN_GRANTEES}/")
_PACKED_AT = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell; the real one would change the bytes


@dataclass(frozen=True)
class House:
    """The files of a house by path. ``part`` tells them apart by what a change of them is called."""

    files: Mapping[str, bytes]

    @cached_property
    def sha256(self) -> str:
        """The hash that stands for this content: over the sorted paths and the hashes of their bytes."""
        return _hash_of(self.files)

    def part_hashes(self) -> dict[str, str]:
        """Return the hash of each part."""
        return {part: _hash_of(self.part(part)) for part in PARTS}

    def part(self, name: str) -> dict[str, bytes]:
        """Return the files of one part."""
        return {path: content for path, content in self.files.items() if part_of(path) == name}


def part_of(path: str) -> str:
    """Return which part of a house a path belongs to; what is none of the others is code."""
    name = path.rpartition("/")[2]
    if path.startswith("expectations/") or name in _RULE_FILES:
        return RULES
    if path.startswith(("pipelines/reference/", "pipelines/codes/")):
        return REFERENCE
    if name.startswith("layout") and name.endswith(".toml"):
        return LAYOUTS
    if path.startswith(f"{OWN_RUBRIC}/") or name in _PEOPLES_FILES:
        return PEOPLE
    return DEFINITIONS if name == "grantee.toml" and path.startswith(_GRANTEES) else CODE


def house_of_today(inbox: Path) -> House:
    """Return the house that this process runs, with the folders that the environment names.

    What people wrote beside the invented records of a sample's ``inbox`` is a part of it as well.
    """
    package = Path(pipelines.__file__).parent
    found = dict(_below(package, "pipelines")) | dict(_below(Path(expectations.__file__).parent, "expectations"))
    if package not in sql_root().parents:
        found |= dict(_below(sql_root(), "sql"))
    if own := os.environ.get(OWN_FOLDER):
        found |= dict(_own_grantees(Path(own)))
    if rubric := os.environ.get(RUBRIC_VARIABLE):
        # With the texts that a State fills in, and no other neighbor: who keeps the rubric at home has secrets there.
        both = (Path(rubric), Path(rubric).with_name(SUB_ELEMENTS))
        found |= {f"{OWN_RUBRIC}/{path.name}": path.read_bytes() for path in both if path.is_file()}
    if is_sample_inbox(inbox):
        found |= {f"{INBOX}/{path.relative_to(inbox).as_posix()}": path.read_bytes() for path in inbox.glob("*/*.toml")}
    return House(dict(sorted(found.items())))


def keep(home: Path, house: House) -> str:
    """Keep a house in a home, once for each content, and return its hash."""
    path = place_of(home, house.sha256, "zip")
    if not path.is_file():
        make_private(path.parent)
        write_private(path, packed(house))
    return house.sha256


def kept(home: Path, sha256: str) -> House:
    """Return a house kept in a home. Raises ConfigurationError where it is gone or is another one."""
    path = place_of(home, sha256, "zip")
    try:
        with zipfile.ZipFile(path) as archive:
            house = House({name: archive.read(name) for name in archive.namelist()})
    except (OSError, EOFError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as fault:
        msg = f"{path}: what the run was made under cannot be read; restore the file from its backup"
        raise ConfigurationError(msg) from fault
    if house.sha256 != sha256:
        msg = f"{path}: the content is not the one that the run was made under; restore the file from its backup"
        raise ConfigurationError(msg)
    return house


def packed(house: House) -> bytes:
    """Return a house as a zip without times, modes or an order of its own."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(house.files.items()):
            archive.writestr(zipfile.ZipInfo(path, _PACKED_AT), content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def place_of(home: Path, sha256: str, ending: str) -> Path:
    """Return where a home keeps the content of that hash."""
    return home / FOLDER / f"{sha256}.{ending}"


def _own_grantees(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what the program reads of the user's own grantees; keys and records left there are no part of a house."""
    for place in sorted(root.glob("*/grantee.toml")):
        for path in sorted(place.parent.iterdir()):
            if (path.suffix == ".toml" or path.name == CRITICAL) and path.is_file():
                yield f"{OWN_GRANTEES}/{path.relative_to(root).as_posix()}", path.read_bytes()


def _below(root: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each file below a folder, links to folders included, without what Python leaves."""
    for folder, folders, files in os.walk(root, followlinks=True):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__pycache__")))
        for file in sorted(f for f in files if not f.startswith(".")):
            path = Path(folder, file)
            yield f"{name}/{path.relative_to(root).as_posix()}", path.read_bytes()


def _hash_of(files: Mapping[str, bytes]) -> str:
    lines = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
