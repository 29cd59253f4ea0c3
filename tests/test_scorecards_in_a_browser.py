"""Can everybody read a scorecard, inside and outside: by eye, by keyboard, on a phone, without scripts, on paper?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_browser import WIDTHS, Visit, browser, uri, visit
from playwright.sync_api import Browser
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, warehouse
from test_the_cohort_page_ranks_nobody import cohort, home_of

from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard

pytestmark = pytest.mark.slow
KINDS = ("internal", "shareable", "cohort")
NOTICES = {"internal": "restricted: unprotected counts", "shareable": "FICTIONAL", "cohort": "FICTIONAL"}
SHEET = 700  # px: what a letter or A4 sheet holds between its margins, at 96 px an inch
# A row that no reader could see: not drawn, folded away, or without any height.
UNSEEN = (
    "rows => rows.filter(r => !r.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true,"
    " opacityProperty: true}) || r.getBoundingClientRect().height < 1).map(r => r.textContent.trim().slice(0, 80))"
)
# What is cut at the edge of the sheet, where nobody can scroll.
CUT = (
    "() => [...document.querySelectorAll('table, svg.chart, pre, dl, p')].filter(e => e.checkVisibility() &&"
    " (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1"
    " || e.scrollWidth > e.clientWidth + 1 && /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)))"
    ".map(e => e.tagName + ' ' + (e.id || e.textContent.slice(0, 60)) + ' '"
    " + Math.round(e.getBoundingClientRect().right))"
)
# Boxes around a table that would hide a part of it, to the side or below.
HIDING = (
    "() => [...document.querySelectorAll('table, svg.chart')].flatMap(t => { const found = [];"
    " for (let e = t.parentElement; e; e = e.parentElement) { const s = getComputedStyle(e);"
    " if ((s.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)"
    " || (s.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 1)) found.push(e.className || e.tagName) }"
    " return found })"
)
# Charts after which no table follows before the next heading of a section.
ALONE = (
    "() => [...document.querySelectorAll('svg.chart')].filter(c => { const s = c.closest('section');"
    " return !s || ![...s.querySelectorAll('table')].some(t =>"
    " c.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING) }).map(c => c.outerHTML.slice(0, 120))"
)
# Regions that scroll sideways and that the tab key does not stop at, or that have no name to be told by.
UNREACHED = (
    "() => [...document.querySelectorAll('.scroll')].filter(e => e.tabIndex !== 0"
    " || !(e.getAttribute('aria-label') || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent))"
    ".map(e => e.outerHTML.slice(0, 120))"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One page of each kind, of invented numbers."""
    folder = tmp_path_factory.mktemp("scorecards")
    internal = folder / "scorecard-internal.html"
    internal.write_text(render_scorecard(build_scorecard(warehouse(), GRANTEE, YEAR, RUN, WORDS)), encoding="utf-8")
    homes = [home_of(folder, grantee, denominator_1p1=grantee) for grantee in ("udc", "oregon")]
    cohort(folder, *homes)
    (shareable,) = (folder / "all").glob("udc/*")
    page = next(homes[0].glob("scorecards/*/*/scorecard.html"))
    (shareable / "scorecard.html").write_bytes(page.read_bytes())
    return {"internal": internal, "shareable": shareable / "scorecard.html", "cohort": folder / "all" / "index.html"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visited(kind: str, pages: dict[str, Path], chromium: Browser) -> Iterator[Visit]:
    with visit(chromium, uri(pages[kind])) as open_page:
        yield open_page


@pytest.fixture
def printed(kind: str, pages: dict[str, Path], chromium: Browser) -> Iterator[Visit]:
    """The page as a printer gets it: print styles, and a window as wide as the sheet."""
    with visit(chromium, uri(pages[kind]), viewport={"width": SHEET, "height": 900}) as open_page:
        open_page.page.emulate_media(media="print")
        yield open_page


def rows_told(page: Path, chromium: Browser, *, scripts: bool) -> list[str]:
    with visit(chromium, uri(page), java_script_enabled=scripts) as open_page:
        return [" ".join(text.split()) for text in open_page.page.locator("tr").all_text_contents()]


def test_nothing_that_axe_can_tell_keeps_anybody_out_in_the_light_or_the_dark(visited: Visit) -> None:
    assert visited.findings() == []
    visited.page.emulate_media(color_scheme="dark")
    assert visited.findings(colors_only=True) == []


def test_no_scorecard_is_wider_than_a_phone_or_than_a_window_with_letters_twice_as_large(visited: Visit) -> None:
    too_wide: list[object] = []
    for width in WIDTHS:
        visited.page.set_viewport_size({"width": width, "height": 900})
        too_wide += [width] * visited.is_wider_than_its_window()
    visited.page.set_viewport_size({"width": 1280, "height": 900})
    visited.page.evaluate("document.documentElement.style.fontSize = '200%'")
    too_wide += ["200 %"] * visited.is_wider_than_its_window()
    assert too_wide == []


def test_a_scorecard_asks_nothing_of_a_network_and_says_nothing_to_the_console(visited: Visit) -> None:
    visited.page.wait_for_load_state("load")
    assert visited.page.locator("script").count() == 0
    assert visited.heard == []


def test_whoever_forbids_scripts_reads_every_row(kind: str, pages: dict[str, Path], chromium: Browser) -> None:
    with_scripts = rows_told(pages[kind], chromium, scripts=True)
    assert len(with_scripts) > 5
    assert rows_told(pages[kind], chromium, scripts=False) == with_scripts
    with visit(chromium, uri(pages[kind]), java_script_enabled=False) as open_page:
        folded = open_page.page.locator("details:not([open]) > summary")
        while folded.count():  # what a browser folds, it unfolds without scripts
            folded.first.click()
        assert open_page.page.locator("tr").filter(visible=False).count() == 0


def test_the_keyboard_reaches_whatever_scrolls_and_hears_its_name(visited: Visit) -> None:
    assert visited.page.locator(".scroll").count() > 0
    assert visited.page.evaluate(UNREACHED) == []


def test_a_table_follows_each_chart_for_who_cannot_see_it(visited: Visit, kind: str) -> None:
    assert visited.page.evaluate(ALONE) == []
    assert visited.page.locator("svg.chart").count() > 0 or kind != "internal"


def test_on_paper_no_row_is_hidden(printed: Visit) -> None:
    assert printed.page.locator("tr").evaluate_all(UNSEEN) == []


def test_on_paper_nothing_is_cut_at_the_edge_where_nobody_can_scroll(printed: Visit) -> None:
    assert printed.page.evaluate(CUT) == []
    assert printed.page.evaluate(HIDING) == []


def test_on_paper_the_notice_stands_too(printed: Visit, kind: str) -> None:
    notices = printed.page.get_by_role("note", name="What these numbers are")
    assert notices.is_visible()
    assert NOTICES[kind] in notices.inner_text()


def test_a_scorecard_can_be_handed_on_as_a_pdf(printed: Visit) -> None:
    assert printed.page.pdf(format="Letter").startswith(b"%PDF-")
    assert printed.heard == []
