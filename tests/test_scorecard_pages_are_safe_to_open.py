"""Can a page be opened, printed and handed on without leaking, calling out, or saying what is not so?"""

import re
import stat
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from scorecard_example import GRANTEE, HOSTILE, RUN, WORDS, YEAR, warehouse

from pipelines.reports import write
from pipelines.reports.page import TEMPLATES, render_page
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements, their attributes and the text outside of styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open, self.text, self.faults = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def having(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def card():
    return build_scorecard(warehouse(), GRANTEE, YEAR, RUN, WORDS)


@pytest.fixture(scope="module")
def page(card):
    return render_scorecard(card)


def without_run(text):
    return re.sub(r'<section id="run".*?</section>', "", text, flags=re.DOTALL)


def test_a_hostile_institution_name_is_shown_and_never_run():
    hostile = build_scorecard(warehouse(3, names=(HOSTILE, "b'<img src=x>", "</svg><b>")), GRANTEE, YEAR, RUN, WORDS)
    read = Reader(render_scorecard(hostile))

    assert not read.having("script")
    assert not read.having("img")
    assert not read.having("b")
    assert HOSTILE in "".join(read.text)
    assert not read.faults


def test_a_hostile_reason_of_a_waiver_is_shown_and_never_run(card):
    hostile = replace(card.waivers[0], reason=HOSTILE, approved_by="<b>Bo</b>", institution_name="<img src=x>")
    read = Reader(render_scorecard(replace(card, waivers=(hostile,))))

    assert not read.having("script")
    assert not read.having("img")
    assert not read.having("b")
    assert HOSTILE in "".join(read.text)


def test_a_waiver_never_looks_like_a_pass(page):
    (section,) = re.findall(r'<section id="waivers".*?</section>', page, re.DOTALL)

    assert 'class="mark yes"' not in section
    assert section.count('class="mark no"') == 2
    assert "open again: more rows fail than were waived" in section
    assert "in words of the day" not in section  # words that count days would change the page every night


def test_a_hostile_message_about_a_file_is_shown_and_never_run(card):
    files = (replace(card.files[0], file_name=HOSTILE, status="refused", message=HOSTILE),)
    read = Reader(render_scorecard(replace(card, files=files)))

    assert not read.having("script")
    assert HOSTILE in "".join(read.text)


def test_a_page_asks_nothing_of_the_network_and_runs_nothing(page):
    read = Reader(page)

    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert not read.having("script")
    assert not any(key.startswith("on") for _tag, attributes in read.elements for key in attributes)
    assert [a["href"] for a in read.having("link")] == ["data:,"]
    policy = next(a["content"] for a in read.having("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_every_page_says_that_it_is_restricted_and_fictional(page):
    text = "".join(Reader(page).text)

    assert "restricted: unprotected counts" in text
    assert "FICTIONAL, not data of Oregon Higher Education Coordinating Commission" in text


def test_a_page_of_real_records_does_not_call_them_fictional(card):
    real = replace(card, is_sample=False)

    assert "FICTIONAL" not in render_scorecard(real)


def test_a_page_can_be_read_with_a_screen_reader(page):
    read = Reader(page)

    assert not read.faults
    assert not read.open
    assert read.having("html") == [{"lang": "en"}]
    assert len(read.having("h1")) == len(read.having("main")) == 1
    assert len(read.having("caption")) == len(read.having("table"))
    assert all("scope" in attributes for attributes in read.having("th"))
    ids = [attributes["id"] for _tag, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [a.get("aria-labelledby", "") for _tag, a in read.elements]
    assert {part for names in named for part in names.split()} <= set(ids)
    anchors = {a["href"][1:] for a in read.having("a") if a["href"].startswith("#")}
    assert anchors <= set(ids)


def luminance(color):
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "paper"), ("muted", "paper"), ("accent", "paper"), ("alert", "paper"), ("ink", "wash"), ("muted", "wash"),
     ("alert", "wash"), ("bar-ink", "bar"), ("ink", "heat-1"), ("ink", "heat-2"), ("ink", "heat-3"), ("ink", "heat-4")],
)  # fmt: skip
def test_text_can_be_read_on_its_ground_by_weak_eyes(theme, text, ground):
    sheet = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    colors = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", sheet, re.S)
    ]
    light, dark = sorted(luminance(colors[theme][name]) for name in (text, ground))

    assert (dark + 0.05) / (light + 0.05) >= 4.5  # WCAG 2.2, AA


def test_no_rate_is_drawn_for_an_indicator_that_is_not_computed(card, page):
    chart = re.search(r'<svg class="chart"[^>]*bounds-chart.*?</svg>', page, re.DOTALL).group()

    assert ">1P1<" in chart
    assert ">3P1<" in chart
    assert ">2P1<" not in chart
    none = tuple(replace(line, lowest=None, highest=None, status="pending") for line in card.indicators)
    assert "bounds-chart" not in render_scorecard(replace(card, indicators=none, institution_indicators=()))


def test_charts_take_their_colors_from_the_page_so_that_dark_mode_can_be_read(page):
    charts = re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    colors = {color for chart in charts for color in re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', chart)}

    assert len(charts) == 3
    assert not colors
    assert 'fill="var(--state-value)"' in charts[1]


def test_the_same_card_gives_the_same_bytes_however_many_charts_were_drawn_before(card, page):
    assert render_scorecard(card) == page


def test_a_later_run_on_unchanged_input_changes_the_run_block_alone(card, page):
    later = replace(card, run=replace(RUN, run_id="later", started_at=RUN.started_at + timedelta(days=1)))
    second = render_scorecard(later)

    assert second != page
    assert without_run(second) == without_run(page)


def test_a_page_without_any_record_still_opens_and_says_so():
    empty = render_scorecard(build_scorecard(warehouse(is_filled=False), GRANTEE, YEAR, RUN, WORDS))
    text = "".join(Reader(empty).text)

    assert "No file has been received for this program year." in text
    assert (
        "100.0%"
        not in re.sub(r"Data elements with a written definition.*?</tr>", "", text, flags=re.DOTALL).split(
            "Core indicators"
        )[-1]
    )


def test_a_template_that_lacks_a_value_fails_instead_of_showing_a_blank():
    with pytest.raises(Exception, match="undefined"):
        render_page("scorecard.html")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(write, "rule_words", lambda: WORDS)
    monkeypatch.setattr("expectations.catalogue.rule_book_version", lambda: "book", raising=False)
    return tmp_path / "home"


def test_pages_are_readable_by_their_owner_alone(home):
    written = write.write_scorecards(warehouse(), home, RUN.run_id, [(GRANTEE, YEAR)])

    assert [path.relative_to(home).as_posix() for path in written] == [
        f"scorecards/{GRANTEE}/{YEAR}/scorecard-internal.html",
        f"scorecards/{GRANTEE}/{YEAR}/scorecard-internal.json",
        f"scorecards/{GRANTEE}/{YEAR}/scorecard-internal.xlsx",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in written} == {0o700}


def test_a_night_over_one_partition_leaves_the_scorecards_of_others_untouched(home):
    connection = warehouse()
    write.write_scorecards(connection, home, RUN.run_id, [(GRANTEE, YEAR)])
    kept = home / "scorecards" / GRANTEE / YEAR / "scorecard-internal.html"
    before = kept.stat().st_mtime_ns
    write.write_scorecards(connection, home, RUN.run_id, [("udc", YEAR)])

    assert kept.stat().st_mtime_ns == before
