"""The hostile corpus: what a hostile file is, what must become of it, and how its lines are counted by other means.

The files stand in ``hostile_text`` and ``hostile_forms``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

YEAR = "2023-24"
HEADER = "COLLEGE,YEAR,TERM,COURSE,TITLE,CREDIT"


@dataclass(frozen=True)
class Became:
    """What must become of a file, or of one of an archive or workbook (``inside`` is what follows its name).

    ``rule`` must be among the reasons of its quarantined lines, and nothing may be quarantined where it is empty.
    ``words`` stand in the message of a file that is refused, and in what is told of one that is read.
    """

    status: str
    rule: str = ""
    words: tuple[str, ...] = ()
    rows: int = 0
    lines: int | None = None
    inside: str = ""


@dataclass(frozen=True)
class Hostile:
    """A hostile file: a name that says what is wrong with it, its bytes, and what must become of it."""

    name: str
    file_name: str
    content: bytes
    became: tuple[Became, ...]


def count_lines(content: bytes) -> int:
    r"""Count physical lines with a regular expression: each ends in ``\r\n``, ``\n`` or ``\r``, or with the file."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            content = content.decode(encoding, errors="replace").encode()
    return len(re.findall(rb"\r\n|\n|\r", content)) + (not content.endswith((b"\n", b"\r")) and content != b"")


def row(number: int, title: str = "Welding", **cells: str) -> str:
    """One good course, told from others by its number; ``cells`` replace values."""
    values = {"COLLEGE": "C1", "YEAR": YEAR, "TERM": "FA", "COURSE": f"W{number:04}", "TITLE": title, "CREDIT": "C"}
    return ",".join((values | cells).values())


def good(name: str, count: int = 30) -> list[str]:
    """Good courses whose titles name the case, because equal files would be repeats of each other."""
    return [row(n, title=name.replace(" ", "-")) for n in range(count)]


def text_file(lines: Sequence[str], head: str = HEADER, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A file of these lines below the header."""
    return (end.join((head, *lines)) + end).encode(encoding)


def case(name: str, content: bytes, *became: Became, stem: str = "course", ending: str = "csv") -> Hostile:
    """A file of that name and those bytes; its physical lines are counted here where ``became`` does not say them."""
    slug = re.sub(r"\W+", "-", name)
    counted = tuple(
        Became(b.status, b.rule, b.words, b.rows, count_lines(content) if b.lines is None else b.lines, b.inside)
        for b in became
    )
    return Hostile(name, f"{stem}_{YEAR}_{slug}.{ending}", content, counted)


def among_good(name: str, lines_between: str | list[str], became: Became) -> Hostile:
    """A file of thirty good rows with other lines between the tenth and the eleventh."""
    lines = good(name)
    lines[10:10] = lines_between if isinstance(lines_between, list) else [lines_between]
    return case(name, text_file(lines), became)


def read(rows: int, rule: str = "", *words: str, lines: int | None = None, inside: str = "") -> Became:
    """The file is read: so many rows, and lines quarantined for ``rule`` if that is given."""
    return Became("read", rule, words, rows, lines, inside)


def refused(rule: str, *words: str, lines: int | None = None, inside: str = "") -> Became:
    """The file is refused for ``rule``."""
    return Became("refused", rule, words, 0, lines, inside)
