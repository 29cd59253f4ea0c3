"""Can a reader take withheld for zero, unknown for no, or learn more from a drawing than from the words?"""

import re
from html.parser import HTMLParser

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shareable_example import GRANTEE, HOSTILE, NAME, YEAR, add, published_file

from pipelines.reports.shareable import bands, points, write_shareable
from pipelines.shareable.told import code_words, highest, rate_of, status_of

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
BARS = re.compile(r'<svg class="bar".*?</svg>', re.DOTALL)


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements, their attributes, and the text outside of styles."""

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


def page_of(folder, **options):
    write_shareable(published_file(folder / "cte.duckdb", **options), folder)
    return (folder / "scorecards" / GRANTEE / options.get("year", YEAR) / "scorecard.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return page_of(tmp_path_factory.mktemp("shared"))


def words(page):
    return re.sub(r"\s+", " ", "".join(Reader(page).text))


def row_of(page, name):
    return re.search(rf'<tr>\s*<th scope="row">(?:<a [^>]*>)?{name}.*?</tr>', page, re.DOTALL).group()


def test_withheld_is_a_word_and_a_hatched_bar_of_full_width_never_a_number(page):
    row = row_of(page, "No")

    assert "withheld" in row
    assert 'fill="url(#hatch)" x="0" width="100"' in row
    assert re.findall(r"[0-9]+", re.sub(r"<[^>]+>", " ", row)) == ["372"]  # the size of the group, which is shown


def test_a_group_of_which_nothing_is_told_has_a_line_without_any_digit(page):
    row = row_of(page, "Asian")

    assert "withheld" in row
    assert not re.search(r"[0-9]", re.sub(r"<[^>]+>", " ", row))


def test_several_groups_of_which_nothing_is_told_are_not_said_to_be_withheld_as_one(tmp_path):
    file = published_file(tmp_path / "cte.duckdb")
    with duckdb.connect(str(file)) as connection:
        for table, number in (("indicator", "rate"), ("student_count", "student_count")):
            connection.execute(f"update publish.{table} set {number} = null, suppression_code = 'withheld' "
                               "where subgroup_code in ('white', 'all_other')")  # fmt: skip
    write_shareable(file, tmp_path)
    page = (tmp_path / "scorecards" / GRANTEE / YEAR / "scorecard.html").read_text(encoding="utf-8")

    assert "withheld, each of them" in row_of(page, "Asian, White, All other groups")


def test_all_withheld_bars_are_the_same_so_that_no_length_tells(page):
    bars = [bar for bar in BARS.findall(page) if 'width="100" height="8"/></svg>' in bar]

    assert len(bars) >= 2
    assert len(set(bars)) == 1


def test_a_range_is_drawn_over_its_whole_range_and_no_further(page):
    least, most = row_of(page, "White"), row_of(page.partition(">Single parents<")[2], "Yes")

    assert "80% or more" in least
    assert 'x="80.0" width="20.0"' in least
    assert "20% or less" in most
    assert 'x="0" width="20.0"' in most
    assert ">of 60<" in most  # the size of a group may be told where its rate is not


def test_a_shown_rate_stands_with_its_counts_its_interval_and_what_unknown_outcomes_leave_open(page):
    row = row_of(page, "1P1")

    assert "61.7%" in row
    assert "254 of 412" in row
    assert "56.9% to 66.2%" in row
    assert "75.5%" in row  # (254 + 57) / 412


def test_pending_and_not_computable_are_words_and_no_bar(page):
    for code, told in (("2P1", "not yet complete"), ("3P1", "cannot be computed")):
        row = row_of(page, code)

        assert told in row
        assert not BARS.search(row)


def test_groups_of_an_indicator_without_rates_are_not_said_to_be_empty(page):
    groups = re.search(r'<section id="groups".*?</section>', page, re.DOTALL).group()

    assert "2P1 has no rates by group: not yet complete." in groups
    assert "nobody in this group" not in groups


def test_all_other_groups_say_whom_they_hold(page):
    row = row_of(page, "All other groups")

    assert "Asian, Unknown" in row
    assert "38 of 71" in row


def test_all_other_groups_are_told_by_column_where_columns_hold_different_ones(tmp_path):
    file = published_file(tmp_path / "cte.duckdb")
    other = {"grantee_id": GRANTEE, "program_year": YEAR, "subgroup_dimension": "race_ethnicity",
             "subgroup_code": "all_other"}  # fmt: skip
    with duckdb.connect(str(file)) as connection:
        add(connection, "student_count", **other, count_code="participant", members="asian,white", student_count=90)
        add(connection, "student_count", **other, count_code="concentrator", members="asian", student_count=30)
    write_shareable(file, tmp_path)
    page = (tmp_path / "scorecards" / GRANTEE / YEAR / "scorecard.html").read_text(encoding="utf-8")
    students = page.partition('<section id="students"')[2].partition(">Race and ethnicity<")[2]

    assert "Participants: Asian, White; Concentrators: Asian" in row_of(students, "All other groups")


def test_gaps_are_told_of_shown_rates_alone(page):
    gaps = re.search(r'<section id="gaps".*?</section>', page, re.DOTALL).group()

    assert "\N{MINUS SIGN}0.7" in gaps
    assert "+0.8" in gaps
    assert "it may have the widest gap of all" in gaps
    assert "Unknown" not in gaps


def test_the_page_says_how_it_was_protected_and_how_much_is_withheld(page):
    text = words(page)

    assert "has 412 concentrators, some groups are too small to show: 7 of 17 rates are withheld" in text
    assert "A count of 1 to 9 students is never shown." in text
    assert "1 of 2 clusters have a rate or a range, against 1 of 2 single programs" in text
    assert "1 rate is given over several years" in text
    assert "not confirmed by the agency" in text


def test_quality_counts_are_coded_and_not_zero(page):
    assert "5% or less" in row_of(page, "Sex is filled")
    assert "95% or more" in row_of(page, "Sex")


def test_a_sample_says_that_it_is_fictional_and_real_records_do_not(page, tmp_path):
    assert f"FICTIONAL, not data of {NAME}" in words(page)
    assert "FICTIONAL" not in page_of(tmp_path, is_sample=False)


def test_what_changed_is_told_against_the_release_before_and_not_of_older_ones(page):
    changes = re.search(r'<section id="changes".*?</section>', page, re.DOTALL).group()

    assert "This release against release 4" in changes
    assert "newly shown" in changes
    assert "88" not in changes


def test_a_year_that_was_carried_forward_says_so_in_the_words_of_the_file(tmp_path):
    file = published_file(tmp_path / "cte.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update publish.release set status = 'carried_forward', reason = 'It stays as it is.'")
    write_shareable(file, tmp_path)
    page = (tmp_path / "scorecards" / GRANTEE / YEAR / "scorecard.html").read_text(encoding="utf-8")

    assert "It stays as it is." in words(page)


def test_a_night_without_a_release_changes_no_byte_of_a_page(page, tmp_path):
    file = published_file(tmp_path / "cte.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("insert into publish.note values ('night', 'Written by run 20260102.')")
    write_shareable(file, tmp_path)

    assert (tmp_path / "scorecards" / GRANTEE / YEAR / "scorecard.html").read_text(encoding="utf-8") == page


def test_hostile_names_are_shown_and_never_run(tmp_path):
    read = Reader(page_of(tmp_path, name=HOSTILE))

    assert not read.having("script")
    assert HOSTILE in "".join(read.text)
    assert not read.faults


def test_a_page_asks_nothing_of_the_network_and_runs_nothing(page):
    read = Reader(page)

    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert not read.having("script")
    assert not any(key.startswith("on") for _tag, attributes in read.elements for key in attributes)


def test_a_page_can_be_read_with_a_screen_reader(page):
    read = Reader(page)

    assert not read.faults
    assert not read.open
    assert len(read.having("h1")) == len(read.having("main")) == 1
    assert len(read.having("caption")) == len(read.having("table"))
    assert all("scope" in attributes for attributes in read.having("th"))
    ids = [attributes["id"] for _tag, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [a.get("aria-labelledby", "") for _tag, a in read.elements]
    assert {part for names in named for part in names.split()} <= set(ids)
    assert {a["href"][1:] for a in read.having("a") if a["href"].startswith("#")} <= set(ids)


def test_what_is_folded_opens_on_paper_and_wide_tables_scroll_in_a_frame_of_their_own(page):
    read = Reader(page)
    frames = [a for a in read.having("div") if a.get("class") == "scroll"]

    assert len(frames) == len(read.having("table"))
    assert all(frame["role"] == "region" and frame["tabindex"] == "0" for frame in frames)
    assert "details::details-content" in page


def test_drawings_say_nothing_to_those_who_listen_because_the_words_beside_them_say_it_all(page):
    read = Reader(page)

    assert all(a.get("aria-hidden") == "true" for a in read.having("svg"))
    assert not any("title" in a or "alt" in a for _tag, a in read.elements)


def test_several_policies_are_told_apart_so_that_no_sentence_claims_too_much(tmp_path):
    file = published_file(tmp_path / "cte.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update publish.suppression_policy set threshold = 20 where indicator_code = '1P1'")
    write_shareable(file, tmp_path)
    page = (tmp_path / "scorecards" / GRANTEE / YEAR / "scorecard.html").read_text(encoding="utf-8")

    assert "A count of 1 to 9 (1P1: 1 to 19) students is never shown." in words(page)


@pytest.mark.parametrize(
    ("code", "told", "status"),
    [
        ("withheld", "withheld", "withheld"),
        ("at_most_5_percent", "5% or less", "at_most"),
        ("at_least_97_5_percent", "97.5% or more", "at_least"),
        ("between_5_and_20_percent", "5% to 20%", "between"),
        ("pending", "not yet complete", "pending"),
        ("a_code_of_tomorrow", "a code of tomorrow", "a_code_of_tomorrow"),
    ],
)
def test_each_code_is_told_in_words(code, told, status):
    assert code_words(code) == told
    assert status_of(code) == status


@given(st.sampled_from(["withheld", "pending", "not_computable", "no_denominator", "a_code_of_tomorrow"]))
def test_a_code_without_a_range_is_never_drawn_and_never_a_number(code):
    row = {"suppression_code": code, "numerator_count": None, "denominator_count": None, "rate": None}
    rate = rate_of(row)

    assert rate.at is None
    assert rate.numerator is None
    assert rate.size.number is None
    assert not re.search(r"[0-9]", rate.words)
    assert not highest(rate, rate.size)


@given(st.floats(-1, 1))
def test_a_gap_of_nothing_has_no_sign(gap):
    told = points(gap)

    assert told == "0.0" or told[0] == ("+" if gap > 0 else "\N{MINUS SIGN}")


def test_ends_of_the_scale_are_told_in_percent():
    assert bands("0.05,0.10") == "5%, 10%"
    assert not bands(None)
