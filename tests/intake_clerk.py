"""A clerk who keeps the files of one small grantee by hand: which version counts, and what core then holds.

The rules of replacement in plain Python, written from what was decided and not from the code of intake. Files are told
by what a sender did, one step after the other.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from dialect_example import COURSE_COLUMNS
from intake_example import YEAR

VINTAGES = ("4wk", "eot", "audit")  # from the least final to the most
COUNT = ("read", "accepted")
PACKED = "all.zip"
Row = tuple[str, str, str]  # act, course, title
LAYOUT = f"""
[[file]]
name = "plain"
table = "course"
file_name = "plain_{{program_year}}_{{college}}.csv"
is_optional = true
{COURSE_COLUMNS}
[[file]]
name = "stage"
table = "course"
file_name = "stage_{{program_year}}_{{vintage}}.csv"
vintages = {{ "4wk" = "fourth_week", eot = "end_of_term", audit = "audited" }}
is_optional = true
{COURSE_COLUMNS}
[[file]]
name = "update"
table = "course"
file_name = "update_{{program_year}}_{{number}}.csv"
transactions = {{ column = "ACT" }}
is_optional = true
{COURSE_COLUMNS.replace("columns = [", 'columns = [ { name = "ACT" },')}
[[file]]
name = "lines"
table = "course"
file_name = "lines_{{program_year}}.jsonl"
kind = "json_lines"
is_optional = true
{COURSE_COLUMNS}
"""
FILES = {  # what a sender may send: place in the inbox, or in an archive in it, and its kind
    f"plain_{YEAR}_east.csv": "plain",
    f"plain_{YEAR}_west.csv": "plain",
    f"stage_{YEAR}_4wk.csv": "stage",
    f"stage_{YEAR}_eot.csv": "stage",
    f"stage_{YEAR}_audit.csv": "stage",
    f"lines_{YEAR}.jsonl": "lines",
    f"update_{YEAR}_2.csv": "update",
    f"update_{YEAR}_10.csv": "update",
    f"{PACKED}/plain_{YEAR}_north.csv": "plain",
    f"{PACKED}/update_{YEAR}_2.csv": "update",
}
BROKEN = 3  # the version of each file that nobody can read
ACTS = (("A", "C", "D"), ("A", "D", "C"), ("C", "A", "A"))


def rows_of(place: str, version: int) -> tuple[Row, ...]:
    """Return what a version of a file says. Plain files of the same version say the same, whatever they are called."""
    kind = FILES[place]
    if kind == "update":
        return tuple((act, f"U{number}", f"{place}v{version}") for number, act in enumerate(ACTS[version % 3]))
    said = kind if kind == "plain" else place
    return tuple(("A", f"{said}{number}", f"v{version}") for number in range(version + 1))


def text_of(kind: str, rows: Iterable[Row]) -> str:
    """Return a file with these rows."""
    if kind == "lines":
        cells = [("C1", "FA", course, title, "C") for _, course, title in rows]
        names = ("COLLEGE", "TERM", "COURSE", "TITLE", "CREDIT")
        return "".join(json.dumps(dict(zip(names, line, strict=True))) + "\n" for line in cells)
    head, act_of = ("ACT,", lambda act: f"{act},") if kind == "update" else ("", lambda _: "")
    lines = "".join(f"{act_of(act)}C1,FA,{course},{title},C\n" for act, course, title in rows)
    return f"{head}COLLEGE,TERM,COURSE,TITLE,CREDIT\n{lines}"


def zipped(members: dict[str, str]) -> bytes:
    """Return an archive of these files, the same bytes for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def content_of(place: str, version: int) -> str:
    """Return the text of a version of a file."""
    return f"{place} is not ready\n" if version == BROKEN else text_of(FILES[place], rows_of(place, version))


@dataclass
class Version:
    """One submission as the clerk knows it. ``turn`` is the moment at which it was last sent."""

    place: str
    version: int
    night: int
    status: str = ""
    decision: str = ""
    turn: int = 0
    was_read: bool = False

    @property
    def slot(self) -> str:
        return self.place.replace(self.place.rpartition("_")[2], "*") if self.is_stage else self.place

    @property
    def is_stage(self) -> bool:
        return FILES[self.place] == "stage"

    @property
    def finality(self) -> int:
        return VINTAGES.index(self.place.rpartition("_")[2].removesuffix(".csv")) if self.is_stage else -1

    @property
    def rows(self) -> tuple[Row, ...]:
        return rows_of(self.place, self.version)


@dataclass
class Clerk:
    """All versions ever sent, by place and version, what lies in the inbox, and a count of moments."""

    known: dict[tuple[str, int], Version] = field(default_factory=dict)
    lying: dict[str, int] = field(default_factory=dict)
    moment: int = 0
    night: int = 0

    def take_in(self) -> None:
        """Look at all that lies in the inbox, archives first as their names say."""
        self.night += 1
        for place in sorted(self.lying, key=lambda place: (place.partition("/")[0], place)):
            self._receive(place, self.lying[place])
        for one in self.known.values():
            current = self.in_force(one.slot)
            is_overtaken = current and self.lying.get(current.place) == current.version
            is_another = "/" not in one.place and self.lying.get(one.place, one.version) != one.version
            if one.status == "refused" and not one.decision and is_overtaken and is_another:
                one.status = "superseded"

    def in_force(self, slot: str) -> Version | None:
        """Return the version that counts in a slot."""
        return next((v for v in self.known.values() if v.slot == slot and v.status in COUNT), None)

    def accept(self, place: str) -> None:
        """Accept what was read at a place."""
        for one in self.known.values():
            if one.place == place and one.status == "read":
                one.status = one.decision = "accepted"

    def refuse(self, place: str) -> None:
        """Refuse what counts of a place; the most final of its slot counts again, and of these the last sent."""
        one = next((v for v in self.known.values() if v.place == place and v.status in COUNT), None)
        if one is None:
            return
        one.status = one.decision = "refused"
        others = [v for v in self.known.values() if v.slot == one.slot and v.status == "superseded"]
        able = [v for v in others if v.was_read and v.decision != "refused"]
        if able:
            best = max(able, key=lambda v: (v.finality, v.turn))
            best.status = best.decision or "read"

    def core(self) -> list[tuple[str, str]]:
        """Return course and title of each row that is left: plain rows, and updates in the order of their slots."""
        counting = [v for v in self.known.values() if v.status in COUNT]
        left = [(course, title) for v in counting if FILES[v.place] != "update" for _, course, title in v.rows]
        done: list[tuple[str, str]] = []
        for one in sorted((v for v in counting if FILES[v.place] == "update"), key=self._first_sent):
            for act, course, title in one.rows:
                if act in "CD":
                    done = [row for row in done if row[0] != course]
                if act in "AC":
                    done.append((course, title))
        return sorted(left + done)

    def history(self) -> list[tuple[str, str]]:
        """Return course and title of what was replaced: what the files themselves had said."""
        replaced = [v for v in self.known.values() if v.status == "superseded" and v.was_read]
        return sorted((course, title) for v in replaced for act, course, title in v.rows if act in "AC")

    def statuses(self) -> list[tuple[str, str, str]]:
        """Return place, status and decision of every version."""
        return sorted((v.place, v.status, v.decision) for v in self.known.values())

    def _receive(self, place: str, version: int) -> None:
        one = self.known.get((place, version)) or Version(place, version, self.night)
        current = self.in_force(one.slot)
        if one.decision == "refused" or one is current:
            return
        if one.status == "refused" or (one.status == "superseded" and self._is_behind(one, current)):
            return
        self.known[place, version] = one
        if version == BROKEN:
            one.status = "refused"
        elif self._is_repeat(one):
            one.status = "repeated"
        else:
            self._count(one, current)

    def _is_behind(self, one: Version, current: Version | None) -> bool:
        return current is not None and current.finality > one.finality

    def _is_repeat(self, one: Version) -> bool:
        alike = [v for v in self.known.values() if v.status in COUNT and v.place != one.place]
        same = [v for v in alike if FILES[v.place] == "plain" == FILES[one.place] and v.version == one.version]
        return any(self.lying.get(v.place, v.version) == v.version for v in same)

    def _count(self, one: Version, current: Version | None) -> None:
        self.moment += 1
        one.turn, one.was_read, one.decision = self.moment, True, ""
        is_behind = self._is_behind(one, current)
        one.status = "superseded" if is_behind else "read"
        if current and not is_behind:
            current.status = "superseded"
        for other in self.known.values():
            is_open = other.status in ("refused", "repeated") and not other.decision and other.slot == one.slot
            if is_open and other is not one and other.finality <= one.finality:
                other.status = "superseded"

    def _first_sent(self, one: Version) -> tuple[int, str, int]:
        night = min(v.night for v in self.known.values() if v.slot == one.slot)
        folder, _, name = one.place.rpartition("/")
        return night, folder or "~", int(name.removesuffix(".csv").rpartition("_")[2])
