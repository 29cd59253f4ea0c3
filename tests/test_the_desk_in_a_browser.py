"""Can everybody use the desk: by eye, by keyboard, by ear, on a phone, without scripts and without a network?"""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from desk_browser import WIDTHS, browser, uri, visit
from ipeds_example import ReferenceHome, completers, completers_row, directory, zipped

from benchmarks.steward_tasks import walk
from pipelines.reports.desk.write import write_desk
from pipelines.reports.ipeds import write_ipeds_pages
from pipelines.warehouse import open_warehouse

pytestmark = pytest.mark.slow
RULE = "enrollment_credits_earned_plausible"
# One page of each kind, below the home; of many, the one that says most.
PAGES = {
    "first page": "reports/index.html",
    "grantee": "reports/grantees/oregon.html",
    "measures": "reports/measures/*/*.html",
    "institution": "reports/institutions/*/*.html",
    "submission": "reports/submissions/*.html",
    "rule book": "reports/rules/index.html",
    "rule": f"reports/rules/{RULE}.html",
    "rows": "reports/rows/*/*/*.html",
    "waivers": "reports/waivers.html",
    "dictionary": "reports/dictionary.html",
    "notices": "reports/notices.html",
    "Data Docs": "reports/data-docs/index.html",
    "Data Docs of a table": "reports/data-docs/*/**/*.html",
    "scorecard": "scorecards/oregon/*/scorecard-internal.html",
}
# Made by the desk's own template, so that they have its bar and its search.
OF_THE_DESK = [kind for kind in PAGES if "Data Docs" not in kind and kind != "scorecard"]
SHOWN_AS_TEXT = "<script>alert(1)</script>"
HOSTILE = f"{SHOWN_AS_TEXT}<img src=x onerror=alert(2)> =cmd|' /C calc'!A0 \u202egpj.exe"


def place(home, kind):
    found = sorted(home.glob(PAGES[kind]), key=lambda path: (-path.stat().st_size, path.as_posix()))
    assert found, f"the night wrote no page {PAGES[kind]}"
    return found[0]


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


@pytest.fixture(scope="module", params=list(PAGES))
def visited(request, chromium, demonstration):
    with visit(chromium, uri(place(demonstration.home, request.param))) as open_page:
        yield open_page


@pytest.fixture
def opened(chromium, demonstration):
    """Opens a page of a kind by itself."""
    contexts = []

    def open_kind(kind, **options):
        context = visit(chromium, uri(place(demonstration.home, kind)), **options)
        contexts.append(context)
        return context.__enter__()

    yield open_kind
    for context in contexts:
        context.__exit__(None, None, None)


def test_nothing_that_axe_can_tell_keeps_anybody_out_of_a_page_in_the_light(visited):
    assert visited.findings() == []


def test_nor_in_the_dark(visited):
    visited.page.emulate_media(color_scheme="dark")
    found = visited.findings(colors_only=True)
    visited.page.emulate_media(color_scheme="light")
    assert found == []


def too_narrow_for(visited):
    found = []
    for width in WIDTHS:
        visited.page.set_viewport_size({"width": width, "height": 900})
        found += [width] * visited.is_wider_than_its_window()
    visited.page.set_viewport_size({"width": 1280, "height": 900})
    visited.page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += ["200 %"] * visited.is_wider_than_its_window()
    visited.page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def test_no_page_is_wider_than_a_phone_or_a_wall_or_than_a_window_with_letters_twice_as_large(visited):
    assert too_narrow_for(visited) == []


def test_a_page_says_nothing_to_the_console_and_asks_nothing_of_a_network(visited):
    assert visited.heard == []


def test_a_page_on_ipeds_which_the_sample_has_none_of_keeps_nobody_out_either(chromium, tmp_path):
    home = ReferenceHome(tmp_path / "home")
    (tmp_path / "c2022_c.csv").write_bytes(completers(completers_row("209038", "03", 5000)))
    zipped(tmp_path / "HD2022.zip", hd2022__csv=directory(("209038", "Lane Community College", "OR", 1, 4)))
    home.add(tmp_path / "c2022_c.csv", tmp_path / "HD2022.zip")
    with home.open() as connection:
        write_ipeds_pages(connection, home.path)
    with visit(chromium, uri(home.path / "reports" / "ipeds" / "oregon.html")) as visited:
        assert visited.findings() == []
        assert too_narrow_for(visited) == []
        assert visited.heard == []
        visited.page.emulate_media(color_scheme="dark")
        assert visited.findings(colors_only=True) == []


def test_by_keyboard_alone_every_link_of_the_first_page_is_reached_in_order_and_seen(opened):
    page = opened("first page").page
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
        ".filter(e => e.checkVisibility()).map((e, i) => { e.dataset.order = i; return i })"
    )
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        order, is_seen = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
            " const inside = b.right > 0 && b.bottom > 0 && b.left < innerWidth && b.top < innerHeight;"
            " const outlined = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;"
            " return [Number(e.dataset.order), inside && outlined] }"
        )
        assert is_seen, f"focus is not seen on element {order}"
        reached.append(order)
    assert reached == wanted
    assert len(wanted) > 10


def test_the_first_key_leads_past_the_navigation(opened):
    page = opened("rule book").page
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_rule_is_found_by_its_name_and_opened_without_a_mouse(opened):
    visited = opened("first page")
    page = visited.page
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search the desk")
    assert field.evaluate("e => e === document.activeElement")
    page.keyboard.type(RULE)
    page.get_by_role("option").first.wait_for()
    assert "found" in page.locator(".search [role=status]").inner_text()
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == page.locator("[aria-selected=true]").get_attribute("id")
    assert visited.findings() == []
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/rules/{RULE}.html")
    assert visited.heard == []


def test_who_chooses_faster_than_the_search_looks_up_keeps_the_choice(opened):
    page = opened("first page").page
    page.keyboard.press("/")
    page.keyboard.type(RULE[:3])
    page.get_by_role("option").first.wait_for()
    page.keyboard.type(RULE[3:])
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)  # longer than the search waits for what comes after a letter
    assert page.locator("[aria-selected=true]").count() == 1
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/rules/{RULE}.html")


def test_who_speaks_to_the_machine_can_turn_the_search_s_key_off(opened):
    page = opened("first page").page
    page.get_by_role("button", name="Turn off the / key").click()
    page.reload()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")
    assert page.get_by_role("button", name="Turn on the / key").is_visible()


def test_a_filter_narrows_the_table_says_how_many_are_left_and_can_be_sent_as_a_link(opened, chromium):
    visited = opened("rule book")
    page = visited.page
    rows = page.locator("table[data-filter] >> nth=0").locator("tbody tr:not(.group)")
    every = rows.count()
    page.locator(".filter input").first.fill("unique")
    said = page.locator(".filter [role=status]").first
    said.filter(has_text=" of ").wait_for()
    left = rows.filter(visible=True).count()
    assert 0 < left < every
    assert said.inner_text() == f"{left} of {every} rows"
    assert visited.findings() == []
    with visit(chromium, page.url) as sent:
        assert sent.page.locator(".filter [role=status]").first.inner_text() == f"{left} of {every} rows"
    page.get_by_role("button", name="Clear").first.click()
    assert rows.filter(visible=True).count() == every
    assert "#" not in page.url


def test_a_choice_of_severity_shows_rows_of_that_severity_alone(opened):
    page = opened("rule book").page
    page.get_by_label("Severity").select_option("critical")
    shown = page.locator("table[data-filter] >> nth=0").locator("tbody tr:not(.group)").filter(visible=True)
    assert shown.count() > 10
    assert shown.filter(has_text="critical").count() == shown.count()


@pytest.mark.parametrize("kind", OF_THE_DESK)
def test_without_scripts_a_table_is_whole_and_nothing_dead_is_shown(kind, opened):
    page = opened(kind, java_script_enabled=False).page
    folded = page.locator("details:not([open]) > summary")
    while folded.count():  # what a browser folds, it unfolds without scripts
        folded.first.click()
    assert page.locator("tbody tr").filter(visible=False).count() == 0
    assert page.locator("input, select, button").count() == 0
    assert page.get_by_role("navigation", name="The desk").get_by_role("link", name="Rule book").is_visible()


def test_every_link_of_these_pages_leads_to_a_page_that_is_there(visited):
    targets = visited.page.evaluate("[...new Set([...document.querySelectorAll('a[href]')].map(a => a.href))]")
    files = [Path(target.removeprefix("file://").split("#")[0]) for target in targets if target.startswith("file:")]
    assert [path.as_posix() for path in files if not path.is_file()] == []


def test_a_college_s_package_comes_down_with_a_click(demonstration, chromium, tmp_path):
    home = demonstration.home
    pages = sorted((home / "reports" / "institutions").rglob("*.html"))
    page_path = next(path for path in pages if "../returns/" in path.read_text(encoding="utf-8"))
    handler = partial(SimpleHTTPRequestHandler, directory=home)
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}/"
    try:
        with visit(chromium, origin + page_path.relative_to(home).as_posix(), serving=origin) as visited:
            link = visited.page.locator("a[href*='/returns/'][href$='.xlsx']").first
            with visited.page.expect_download() as download:
                link.click()
            download.value.save_as(tmp_path / "package.xlsx")
            written = home / link.evaluate("a => new URL(a.href).pathname").lstrip("/")
        assert (tmp_path / "package.xlsx").read_bytes() == written.read_bytes()
        assert [said for said in visited.heard if "asked" in said] == []
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def hostile_home(demonstration, tmp_path_factory):
    """The demonstration's home with hostile text where others write: a file's name, values, explanations, colleges."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copy(demonstration.home / "warehouse.duckdb", home)
    with open_warehouse(home) as connection:
        connection.execute("update quality.submission set file_name = $1, message = $1", [HOSTILE])
        connection.execute("update quality.finding set value_masked = $1, record_key_masked = $1", [HOSTILE])
        connection.execute(
            "insert into core.explanation by name "
            "select grantee_id, program_year, finding_id, $1 as explanation, row_number() over () as line_number, "
            "(select min(submission_id) from quality.submission) as submission_id from quality.finding",
            [HOSTILE],
        )
        heard = "select submission_id, line_number, grantee_id, finding_id from core.explanation"
        connection.execute(f"create or replace view quality.answered_finding as {heard}")
        connection.execute("update core.institution set institution_name = $1", [HOSTILE])
        (run_id,) = connection.execute("select max(run_id) from quality.run").fetchone()
        write_desk(connection, home, run_id)
    return home


@pytest.mark.parametrize("kind", ["submission", "rows", "institution", "grantee"])
def test_what_others_sent_stays_text_whatever_it_says(kind, hostile_home, chromium):
    with visit(chromium, uri(place(hostile_home, kind))) as visited:
        page = visited.page
        shown = page.get_by_text(SHOWN_AS_TEXT).filter(visible=True).first
        assert SHOWN_AS_TEXT in shown.inner_text()
        assert page.get_by_text("'!A0").count() > 0
        assert page.locator("img").count() == 0
        assert page.locator("script").count() == 1  # the desk's own
        # Letters that turn the reading direction turn nothing beyond the element they stand in.
        assert shown.evaluate(
            "e => { while (e && !/isolate/.test(getComputedStyle(e).unicodeBidi)) e = e.parentElement;"
            " return e !== null && e.tagName !== 'BODY' }"
        )
        assert visited.heard == []


def test_the_search_lists_hostile_names_as_text(hostile_home, chromium):
    with visit(chromium, uri(hostile_home / "reports" / "rules" / "index.html")) as visited:
        page = visited.page
        page.get_by_role("combobox", name="Search the desk").fill("onerror")
        option = page.get_by_role("option").first
        option.wait_for()
        assert "<img src=x onerror=alert(2)>" in option.inner_text()
        assert visited.heard == []


def test_a_steward_s_morning_takes_less_than_a_minute(opened):
    walked = list(walk(opened("first page").page))
    assert all(one.answer for one in walked)
    assert sum(one.clicks for one in walked) <= 8
    assert sum(one.person_seconds for one in walked) < 60  # by the model of benchmarks/steward_tasks.py
