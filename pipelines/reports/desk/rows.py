"""The desk's pages of failing rows: each open finding on one page, by grantee, program year and rule.

Their rows are made by ``row_html``. The page around them is rendered once, with marks where pages differ; there may be
thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import escape

from pipelines.desk.desk import Desk
from pipelines.desk.rows import ROWS_A_PAGE, Lot, lots
from pipelines.desk.standing import words_of_rules
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render
from pipelines.reports.desk.row_html import html_parameters, pages_query
from pipelines.reports.page import whole
from pipelines.scorecard.verdicts import RuleWords, fix, title

ROWS_AT_ONCE = 500_000  # DuckDB holds 100 MB of HTML for them
# Characters for private use mark where pages differ; what other pages link to is marked like any other text.
_MARKED = re.compile("\ue000(\\w+)\ue001")
_Pieces = list[str]  # text and the name of what stands there, in turn


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the pages, some partitions at a time: a million rows are never held at once."""
    query, shells, words = pages_query(desk), _shells(desk), words_of_rules()
    for batch in _batches(lots(desk)):
        told = [_told(desk, lot, words) for lot in batch]
        cursor = desk.connection.cursor()  # the desk's own is asked other things while pages are written
        cursor.execute(query, html_parameters(desk, batch))
        while found := cursor.fetchmany(20):
            for at, number, rows in found:
                pieces = shells[number > 1, number < batch[at].page_count]
                page = {**told[at], **_numbers(batch[at], number), "rows": rows}
                yield Page(_place(batch[at], number), _filled(pieces, page))


def page_of(desk: Desk) -> Mapping[tuple[str | None, str | None, str, str], str]:
    """Return where an institution's failing rows begin, anchor included, by grantee, program year, rule and slug.

    Of reference tables the program year is None, as their verdict has it.
    """
    return {
        (lot.grantee_id, lot.program_year, lot.rule_id, found.slug): f"{_place(lot, number)}#{found.slug}"
        for lot in lots(desk)
        for found, _, number in lot.first_pages()
    }


def _place(lot: Lot, number: int) -> str:
    return places.of_rows(lot.grantee_id, lot.program_year, lot.rule_id, number)


def _batches(there: Sequence[Lot]) -> Iterator[list[Lot]]:
    """Yield lots in batches that end where there are rows enough."""
    batch: list[Lot] = []
    count = 0
    for lot in there:
        batch.append(lot)
        count += lot.count
        if count >= ROWS_AT_ONCE:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _shells(desk: Desk) -> Mapping[tuple[bool, bool], _Pieces]:
    """Return the page around the rows by whether pages come before and after it, in pieces."""
    place = places.of_rows(_mark("grantee_id"), _mark("program_year"), _mark("rule_id"))
    return {
        (before, after): _MARKED.split(_shell(desk, place, has_previous=before, has_next=after))
        for before in (False, True)
        for after in (False, True)
    }


def _shell(desk: Desk, place: str, *, has_previous: bool, has_next: bool) -> str:
    return render(desk, "rows.html", place, mark=_mark, has_previous=has_previous, has_next=has_next)


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


def _filled(pieces: _Pieces, values: Mapping[str, str]) -> str:
    """Return a page; what stands at a mark is HTML already."""
    return "".join(values[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def _told(desk: Desk, lot: Lot, words: Mapping[str, RuleWords]) -> dict[str, str]:
    """Return what all pages of a lot tell, as HTML by the names of the marks."""
    place = desk.directory.grantee_name(lot.grantee_id) if lot.grantee_id else "Reference tables"
    told = {
        "grantee_id": lot.grantee_id or "",
        "program_year": lot.program_year or "",
        "rule_id": lot.rule_id,
        "title": title(words, lot.rule_id),
        "fix": fix(words, lot.rule_id),
        "place": ", ".join(filter(None, (place, lot.program_year))),
    }
    lines = [(found, count, f"{_place(lot, number)}#{found.slug}") for found, count, number in lot.first_pages()]
    listed = render(desk, "rows_institutions.html", _place(lot, 1), lines=lines) if len(lines) > 1 else ""
    return {name: str(escape(text)) for name, text in told.items()} | {"institutions": listed}


def _numbers(lot: Lot, number: int) -> dict[str, str]:
    """Return what a page of a lot tells of itself and its neighbors."""
    first, last = (number - 1) * ROWS_A_PAGE + 1, min(number * ROWS_A_PAGE, lot.count)
    return {
        "range": f"{whole(first)} to {whole(last)} of {whole(lot.count)}",
        "previous": f"{lot.rule_id}-{number - 1}.html",
        "next": f"{lot.rule_id}-{number + 1}.html",
    }
