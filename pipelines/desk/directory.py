"""Who the institutions of the grantees are, and under which name each has a page and a folder.

An institution's code is text that somebody sent: where a line is shifted, it may be anything, a person's number
too. Only codes of the grantee's own list (``core.institution``) get a page; all others share one, under no name of
theirs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from pipelines.grantee import grantee, grantee_ids

UNLISTED = "unlisted"  # where records stand whose institution is missing or in no list
UNLISTED_NAME = "No institution of the grantee's list"
AGENCY = "agency"  # where returns to the agency itself lie: files as a whole, and what no institution sent
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")


@dataclass(frozen=True)
class Institution:
    """An institution as a grantee's list names it last. ``slug`` is its name in paths."""

    grantee_id: str
    institution_id: str
    name: str
    slug: str
    is_listed: bool = True


@dataclass(frozen=True)
class Directory:
    """The institutions of all grantees, by (grantee, code), and the names of grantees, for which pages ask often."""

    listed: Mapping[tuple[str, str], Institution]
    grantee_names: Mapping[str, str] = field(default_factory=lambda: {g: grantee(g).name for g in grantee_ids()})

    def find(self, grantee_id: str | None, institution_id: str | None) -> Institution:
        """Return the institution of that code; for a code that is in no list, the one that stands for all those."""
        found = self.listed.get((grantee_id or "", institution_id or ""))
        return found or Institution(grantee_id or "", "", UNLISTED_NAME, UNLISTED, is_listed=False)

    def of_grantee(self, grantee_id: str) -> list[Institution]:
        """Return the listed institutions of a grantee by name."""
        return sorted((i for i in self.listed.values() if i.grantee_id == grantee_id), key=lambda i: (i.name, i.slug))

    def grantee_name(self, grantee_id: str | None) -> str:
        """Return the name of a grantee; sources of reference files and strays have none."""
        return self.grantee_names.get(grantee_id or "", "Reference sources and strays")


def directory_of(connection: duckdb.DuckDBPyConnection) -> Directory:
    """Return the institutions that grantees list, each under the name that its last program year gives it."""
    rows = connection.execute(
        "select grantee_id, institution_id, coalesce(max_by(institution_name, program_year), institution_id) "
        "from core.institution where grantee_id is not null and institution_id is not null group by 1, 2 order by 1, 2"
    ).fetchall()
    return Directory({(g, i): Institution(g, i, name, slug_of(i)) for g, i, name in rows})


def slug_of(institution_id: str) -> str:
    """Return an institution's code as a part of a path: as it is where it is plain, else a hash of it.

    No two codes of a grantee share one, also where the file system takes capitals for small letters, and none has a
    name of ours.
    """
    is_plain = _PLAIN.fullmatch(institution_id) and institution_id.upper() == institution_id
    if is_plain and institution_id.lower() not in (UNLISTED, AGENCY):
        return institution_id
    return "i-" + hashlib.sha256(institution_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
