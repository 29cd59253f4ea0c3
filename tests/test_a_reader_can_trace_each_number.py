"""Does each number of a scorecard stand with what it is of, whence and of when? Else nobody can check it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from forms_example import internal_card, shareable_card

from pipelines.reports.scorecard import render_scorecard
from pipelines.reports.shareable import render_shareable

# A date or year, or the words for where it stands or that there is none yet.
DATED = re.compile(r"Source: .*(\d{4}-\d{2}|no round yet|the day of the run|the year that each file's name says)")
RATE = re.compile(r"(?<![\d.])\d+(\.\d+)?%")
COUNTS = re.compile(r"[\d,]+\s+of\s+[\d,]+")
RANGE = re.compile(r"% or (more|less)")  # a code in the place of a number that is not told
# What is no measured share: marks that people set, ends of an interval, and what follows from counts in the same row.
SET_OR_DERIVED = re.compile(r"interval|level|line|threshold|needed|waived at most|expected|^from$|all unknown", re.I)


@dataclass
class Seen:
    """A table of a page: caption, words of the head, and rows of cells with whether they hold numbers."""

    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[tuple[str, bool]]] = field(default_factory=list)

    def bare_rates(self) -> Iterator[str]:
        """Return the rows in which a measured percentage stands without its counts."""
        beside = {"Numerator", "Denominator"} <= set(self.head)
        for row in self.rows:
            for place, (text, is_number) in enumerate(row):
                title = self.head[place] if place < len(self.head) else ""
                is_measured = is_number and RATE.search(text) and not SET_OR_DERIVED.search(title)
                if is_measured and not beside and not COUNTS.search(text) and not RANGE.search(text):
                    yield " | ".join(cell for cell, _ in row)


class Page(HTMLParser):
    """Reads the tables of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[Seen] = []
        self._into: list[str] | None = None
        self._is_number = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(Seen())
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append([])
        elif tag in ("caption", "th", "td") and self.tables:
            self._into, self._is_number = [], "num" in (dict(attrs).get("class") or "").split()

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._into is None or tag not in ("caption", "th", "td"):
            return
        text, self._into = " ".join("".join(self._into).split()), None
        if tag == "caption":
            self.tables[-1].caption = text
        elif not self.tables[-1].head or (tag == "th" and len(self.tables[-1].rows) == 1):
            self.tables[-1].head.append(text)
        else:
            self.tables[-1].rows[-1].append((text, self._is_number))


@pytest.fixture(scope="module", params=["internal", "shareable"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "internal":
        return render_scorecard(internal_card())
    return render_shareable(shareable_card(tmp_path_factory.mktemp("shared")))


def test_each_table_says_whence_its_numbers_are_and_of_when(page: str) -> None:
    tables = Page(page).tables
    assert len(tables) > 10
    assert [table.caption for table in tables if not DATED.search(table.caption)] == []


def test_each_measured_share_stands_with_its_counts(page: str) -> None:
    tables = Page(page).tables
    assert sum(bool(RATE.search(text)) for t in tables for row in t.rows for text, _ in row) > 10
    assert [bare for table in tables for bare in table.bare_rates()] == []


def test_a_share_without_its_counts_or_a_table_without_its_source_would_be_seen(page: str) -> None:
    bare = '<table><caption>A</caption><tr><th>Share</th></tr><tr><td class="num">12.5%</td></tr></table>'
    (table,) = Page(bare).tables
    assert not DATED.search(table.caption)
    assert list(table.bare_rates()) == ["12.5%"]
    spoiled = COUNTS.sub("", page)
    assert [bare for table in Page(spoiled).tables for bare in table.bare_rates()] != []
