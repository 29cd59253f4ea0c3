"""A search of everything that left for counts under the policy: the file, its copies, the pages. It knows no solver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import duckdb

from pipelines.disclosure.audit import under_policy

# A table of counts: what holds the count of persons, and the column of how many it is a part of.
COUNTS = (("indicator", "numerator_count"), ("indicator_pooled", "numerator_count"))
_TAGS, _STYLE = re.compile(r"<[^>]+>"), re.compile(r"<(style|head).*?</\1>", re.DOTALL)
# How many numbers of each kind are withheld: it counts numbers, not students.
_OF_NUMBERS = re.compile(r'<caption id="kept-caption".*?</table>', re.DOTALL)
# What a page says of itself counts rates and programs, not students; "release 1 of 2026-01-15" is a date.
_OF = re.compile(r"(?<![\d,.])([\d,]+) of ([1-9][\d,]*)(?![\d,]|-\d| rates are| clusters have| single programs)")


def found_in_published(folder: Path) -> list[str]:
    """Return what is under the policy in the DuckDB file, in the CSV copies and in the Parquet copies."""
    with duckdb.connect(str(folder / "cte.duckdb"), read_only=True) as file:
        found = [f"cte.duckdb: {one}" for one in under_policy(file)]
    for kind in ("csv", "parquet"):
        with duckdb.connect() as copies:
            copies.execute("create schema publish")
            for path in sorted((folder / kind).glob(f"*.{kind}")):
                copies.execute(f"create table publish.{path.stem} as from '{path}'")
            assert copies.execute("select count(*) from publish.student_count").fetchone() != (0,), "nothing to search"
            found += [f"{kind}: {one}" for one in under_policy(copies)]
    return found


def told_pairs(page: Path) -> Iterator[tuple[int, int]]:
    """Yield each ``n of m`` that a page shows."""
    of_students = _OF_NUMBERS.sub("", _STYLE.sub("", page.read_text(encoding="utf-8")))
    text = unescape(_TAGS.sub(" ", of_students))
    for part, whole in _OF.findall(text):
        yield int(part.replace(",", "")), int(whole.replace(",", ""))


def shown_pairs(folder: Path) -> set[tuple[int, int]]:
    """Return numerator and denominator of each rate that the published file shows."""
    with duckdb.connect(str(folder / "cte.duckdb"), read_only=True) as file:
        return {
            pair for table, count in COUNTS
            for pair in file.execute(
                f"select {count}, denominator_count from publish.{table} where {count} is not null"
            ).fetchall()
        }  # fmt: skip
