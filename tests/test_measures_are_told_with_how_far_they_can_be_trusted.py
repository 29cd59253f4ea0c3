"""Does the page of measures say what the numbers can bear, and say nothing that they cannot?"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from desk_browser import WIDTHS, browser, uri, visit
from level_rows import level_warehouse
from measures_example import BEFORE, add_gap, measured_warehouse
from scorecard_example import GRANTEE, HOSTILE, RUN, YEAR
from test_scorecard_pages_are_safe_to_open import Reader

from pipelines.desk.desk import Desk, open_desk
from pipelines.desk.directory import Directory
from pipelines.desk.measures import MOST, measured, measures
from pipelines.desk.subgroups import group_name, kind_name
from pipelines.measures.dimensions import dimensions
from pipelines.measures.gaps.said import SAID
from pipelines.reports.desk import places
from pipelines.reports.desk.intervals import EDGE, RATE_WIDTH, WIDTH, gap_drawing, rate_drawing, scale_of
from pipelines.reports.desk.measures import level, pages, points
from pipelines.reports.desk.write import assets


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    connection = measured_warehouse()
    yield open_desk(connection, tmp_path_factory.mktemp("home"), RUN.run_id)
    connection.close()


def content_of(desk, year=YEAR):
    return {page.place: page.content for page in pages(desk)}[places.of_measures(GRANTEE, year)]


@pytest.fixture(scope="module")
def page(desk):
    return content_of(desk)


MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


def text_of(content):
    """Return the words of a page with blanks between cells, dashes and minus signs as they are typed."""
    plain = " ".join(Reader(content).text).replace(MINUS, "-").replace(DASH, "--")
    return re.sub(r"\s+", " ", plain)


def section(page, anchor):
    return text_of(re.search(rf'<section id="{anchor}".*?</section>', page, re.DOTALL)[0])


def test_each_year_with_indicators_has_its_page_and_the_grantees_page_knows_it(desk):
    assert measured(desk) == [(GRANTEE, BEFORE), (GRANTEE, YEAR)]
    assert places.of_measures(GRANTEE, YEAR) == f"measures/{GRANTEE}/{YEAR}.html"


def test_the_page_says_that_it_is_restricted_and_fictional(page):
    text = text_of(page)
    assert "restricted: unprotected counts" in text
    assert "FICTIONAL" in text


def test_a_level_is_told_with_what_is_needed_and_what_the_unknown_could_change(page):
    text = section(page, "levels")
    assert "60.0% 600 of 1,000 56.9% to 63.0%" in text
    assert "70.25%" in text
    assert "633" in text  # 0.9 * 0.7025 * 1000 = 632.25
    assert "below 90% of the level" in text
    assert "if all unknown succeeded: reaches 90% of the level" in text  # 640 of 1,000
    assert "below 90% in it for 2 years in a row" not in text  # no level of the year before is known


def test_how_many_persons_may_stand_there_twice_is_said(page):
    assert "1P1: 70 of 1,000 have an identifier that means nothing at another college." in section(page, "levels")


def test_what_is_pending_says_so_and_shows_no_rate(page):
    text = section(page, "levels")
    assert "pending: the source period is not complete" in text
    assert "nobody to count" in text
    assert " 0.0%" not in text


def test_a_gap_stands_with_interval_bounds_verdict_and_reason(page):
    text = section(page, "gaps")
    assert "9 gaps were tested: 3 are below 0 by more than chance, 3 of them in the worst case too." in text
    row = text[text.index("Single parents 1P1") :]
    assert "33.3% 20 of 60 3 unknown" in row
    assert "-26.7 -29.7 to -21.7" in row
    assert "could show 9.1" in row
    assert "flagged: PPG-1" in row
    assert row.startswith(
        "Single parents 1P1 lower, in the worst case too worst case -36.7 to -16.7 Special population"
    )
    assert "with caution why never yes at 1 institution" in row


def test_what_is_surely_lower_stands_first_and_among_equals_the_worklist_orders(desk):
    (groups, *_) = measures(desk, (GRANTEE, YEAR)).gaps
    order = [(SAID.index(row["said"]), row["worklist_rank"]) for row in groups.rows]
    assert order == sorted(order)
    assert {row["said"] for row in groups.rows} == {"below_surely", "chance", "above_surely"}


def test_one_person_who_failed_is_never_called_a_gap_that_survives_the_worst_case(tmp_path):
    with measured_warehouse() as connection:
        alone = {"gap_low": -0.75, "gap_high": -0.1, "survives_worst_case": True, "reason": "too few for a test"}
        add_gap(connection, "race_ethnicity", "asian", 0, 1, gap=-0.6, q_value=None, **alone)
        desk = open_desk(connection, tmp_path, RUN.run_id)
        (groups, *_) = measures(desk, (GRANTEE, YEAR)).gaps
        text = section(content_of(desk), "gaps")
    assert [row["subgroup_code"] for row in groups.untested] == ["asian"]
    assert "asian" not in {row["subgroup_code"] for row in groups.surviving}
    assert "1 gap without a test, of which nothing can be said" in text
    assert text.rstrip().endswith("Asian 1P1 0.0% 0 of 1 -60.0 -75.0 to -10.0 Too few for a test")


def test_a_clear_interval_among_so_many_tests_may_still_be_chance(tmp_path):
    with measured_warehouse() as connection:
        told = {"gap_low": -0.2, "gap_high": -0.01, "survives_worst_case": True}
        add_gap(connection, "race_ethnicity", "asian", 40, 80, q_value=0.06, **told)
        add_gap(connection, "foster_care", "yes", 40, 80, q_value=0.04, readiness_verdict="not_measurable", **told)
        (groups, *_) = measures(open_desk(connection, tmp_path, RUN.run_id), (GRANTEE, YEAR)).gaps
    said = {row["subgroup_code"]: row["said"] for row in groups.rows if row["denominator_count"] == 80}
    assert (said["asian"], said["yes"]) == ("chance", "not_measurable")


def test_kinds_of_gaps_are_not_mixed(desk, page):
    told = measures(desk, (GRANTEE, YEAR))
    assert [table.kind for table in told.gaps] == ["groups", "pairs", "programs", "institutions"]
    assert "White and Female" in section(page, "pairs")
    assert "48.0508" in section(page, "programs")
    assert "could show none" in section(page, "programs")
    assert "Cedar Fork Community College" in section(page, "at-institutions")


def test_what_has_no_gap_says_why_and_is_in_no_table_of_gaps(page):
    text = section(page, "untold")
    assert "Cannot be computed No subgroup: to which one they belong is not known Sex not reported (1P1)" in text
    assert "Sex not reported" not in section(page, "gaps")


def test_progress_compares_only_what_was_counted_alike(page):
    text = section(page, "progress")
    assert "Female 1P1 64.6% 310 of 480 41.7% 200 of 480 +22.9 rose" in text
    assert "Male 1P1 56.4% 285 of 505 -- -- no year before" in text


def test_institutions_and_match_rates_stand_there_and_a_missing_figure_is_a_dash(page):
    assert "70.0% 70 of 100 up to 82.0%" in section(page, "institutions")
    assert "cannot be computed from what was sent" in section(page, "institutions")
    assert "Single parents Unemployment insurance wage records" in section(page, "matches")


def test_a_run_that_broke_off_before_the_gaps_says_that_none_is_known(tmp_path):
    with measured_warehouse(has_gaps=False) as connection:
        text = text_of(content_of(open_desk(connection, tmp_path, RUN.run_id)))
    assert "That says neither that there is none nor that there are many." in text


def test_without_any_indicator_there_is_no_page_and_no_fault(tmp_path):
    with level_warehouse() as connection:
        empty = Desk(connection, tmp_path, RUN, Directory({}))
        assert list(pages(empty)) == []
        connection.execute("drop table mart.indicator")
        assert list(pages(empty)) == []


def test_a_large_grantee_does_not_make_a_large_page_and_the_others_can_be_asked_for(tmp_path):
    with measured_warehouse() as connection:
        connection.begin()
        for number in range(MOST["pairs"] + 20):
            add_gap(connection, "race_ethnicity*sex", f"white*g{number}", 7, 20, worklist_rank=1000 + number)
        connection.commit()
        text = section(content_of(open_desk(connection, tmp_path, RUN.run_id)), "pairs")
    assert "The first 100 of 121. A query shows the others." in text


def test_the_query_on_the_page_runs_and_finds_every_gap(desk, page):
    query = "".join(Reader(re.search(r"<pre.*?</pre>", page, re.DOTALL)[0]).text)
    found = desk.connection.execute(query).fetchall()
    assert len(found) == desk.connection.execute("select count(*) from mart.gap").fetchone()[0]


def test_what_others_wrote_is_shown_as_text(tmp_path):
    with measured_warehouse() as connection:
        connection.execute("update mart.level_test set eligible_recipient_id = ? where eligible_recipient_id = 'R1'",
                           [HOSTILE])  # fmt: skip
        add_gap(connection, "eligible_recipient", HOSTILE, 1, 20, reason=HOSTILE, readiness_reason=HOSTILE)
        content = content_of(open_desk(connection, tmp_path, RUN.run_id))
    assert "<script>alert" not in content
    assert text_of(content).count("<script>alert('x')</script>") >= 3


@pytest.mark.parametrize(
    ("dimension", "code", "name"),
    [
        ("all", "all", "Everybody"), ("sex", "female", "Female"), ("sex", "declined", "Sex declined"),
        ("single_parent", "yes", "Single parents"), ("single_parent", "no", "Single parents: no"),
        ("english_learner", "not_collected", "English learners: not collected"),
        ("race_ethnicity*sex", "asian*male", "Asian and Male"), ("eligible_recipient", "R7", "R7"),
        ("eligible_recipient", "R*7", "R*7"), ("eligible_recipient*sex", "R*7*male", "R*7 and Male"),
        ("disability*eligible_recipient", "yes*R*7", "Individuals with disabilities and R*7"),
        ("credit_status", "credit_and_noncredit", "Credit and noncredit"),
        ("career_cluster", "unknown", "Career cluster unknown"), ("sex", "a*b", "a*b"),
    ],
)  # fmt: skip
def test_subgroups_are_called_by_their_names(dimension, code, name):
    assert group_name(dimension, code) == name


def test_every_dimension_of_the_indicators_has_words_for_all_its_codes():
    for dimension in dimensions():
        assert kind_name(dimension.name) != dimension.name
        assert all(group_name(dimension.name, code) != code for code in dimension.codes)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, DASH),
        (float("nan"), DASH),
        (0.0321, "+3.2"),
        (-0.2667, f"{MINUS}26.7"),
        (-0.0001, "0.0"),
        (1.0, "+100.0"),
    ],
)
def test_a_gap_is_told_in_points_and_none_is_a_dash(value, told):
    assert points(value) == told


@pytest.mark.parametrize(
    ("percent", "told"), [("61.5300", "61.53%"), ("40.0000", "40.00%"), ("61.5312", "61.5312%"), ("100", "100.00%")]
)
def test_a_level_is_shown_as_written_and_never_rounded(percent, told):
    assert level(Decimal(percent)) == told


def test_a_drawing_keeps_within_its_box_and_what_is_not_computed_is_not_drawn():
    wide = {"gap": -0.5, "gap_low": -0.9, "gap_high": 0.2}
    drawn = gap_drawing(wide, scale_of([wide]))
    assert EDGE <= drawn.low <= drawn.at <= drawn.high <= WIDTH - EDGE
    assert gap_drawing({"gap": 0.0, "gap_low": None, "gap_high": None}, 0.05).low is None
    row = {"numerator_count": 0, "denominator_count": 12, "unknown_count": 12, "status": "computed",
           "level_percent": Decimal("61.53")}  # fmt: skip
    drawn = rate_drawing(row)
    assert (drawn.rate, drawn.highest, drawn.low) == (0.0, float(RATE_WIDTH), 0.0)
    assert rate_drawing(row | {"status": "pending"}) is None


@pytest.mark.slow
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_full_page_keeps_nobody_out_in_any_light_and_on_any_screen(desk, tmp_path, color_scheme):
    for page in (*pages(desk), *assets()):
        path = tmp_path / page.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.content, encoding="utf-8")
    (tmp_path / places.SEARCH).write_text("window.deskPages = [];\n", encoding="utf-8")
    address = uri(tmp_path / places.of_measures(GRANTEE, YEAR))
    with browser() as started, visit(started, address, color_scheme=color_scheme) as visited:
        assert visited.findings() == []
        for width in WIDTHS:
            visited.page.set_viewport_size({"width": width, "height": 900})
            assert not visited.is_wider_than_its_window(), width
        visited.page.get_by_label("Told by").first.select_option("Race and ethnicity")
        assert visited.page.locator("#gaps tbody tr:visible").count() == 3
        assert visited.heard == []
