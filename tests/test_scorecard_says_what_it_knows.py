"""Does a scorecard keep apart what is zero, what is empty and what cannot be told?"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from measures_example import add_gap, measured_warehouse
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, insert, verdict, waiver, warehouse

from pipelines.reports.document import scorecard_json
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard, run_of
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.share import Share


@pytest.fixture
def connection():
    return warehouse()


def built(connection):
    return build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS)


def criterion(card, number, name):
    return next(c for c in card.elements[number - 1].criteria if c.id == name)


def test_an_institution_without_records_is_not_complete_but_not_applicable(connection):
    rows = {(r.table_name, r.column_name): r for r in built(connection).completeness.rows}
    full = dict(built(connection).completeness.full)
    connection.execute(
        "update mart.element_completeness set row_count = 0, asked_count = 0, value_count = 0 "
        "where table_name = 'staff'"
    )

    staff = [r for r in built(connection).completeness.rows if r.table_name == "staff"]
    assert staff
    assert {share.percent for row in staff for share in row.shares} == {"n/a"}
    assert "staff" in full
    assert rows


def test_declining_to_answer_is_no_gap_because_disclosure_is_voluntary(connection):
    connection.execute("""
        update mart.coverage set student_count = 100, value_count = 60, declined_count = 40, unknown_count = 0,
            not_reported_count = 0, not_collected_count = 0 where equity_dimension = 'disability'
    """)
    line = next(c for c in built(connection).coverage if c.dimension == "disability")

    assert line.known == Share(60, 60)


def test_a_sentinel_that_fills_the_field_does_not_make_it_known(connection):
    connection.execute("""
        update mart.coverage set student_count = 100, value_count = 60, declined_count = 0, unknown_count = 40,
            not_reported_count = 0, not_collected_count = 0 where equity_dimension = 'disability'
    """)
    line = next(c for c in built(connection).coverage if c.dimension == "disability")

    assert line.known == Share(60, 100)


def test_what_nobody_asked_is_not_collected_rather_than_zero_percent_known(connection):
    line = next(c for c in built(connection).coverage if c.dimension == "foster_care")

    assert line.not_collected_count == line.student_count
    assert line.known.fraction is None
    assert criterion(built(connection), 4, "dimensions_collected").measured == Share(10, 11)


def test_a_pending_indicator_has_no_rate_and_no_bounds(connection):
    pending = next(i for i in built(connection).indicators if i.indicator_code == "2P1")

    assert (pending.lowest, pending.highest, pending.status) == (None, None, "pending")


@pytest.mark.parametrize("status", ["pending", "no_denominator", "not_computable"])
def test_counts_beside_a_status_other_than_computed_make_no_rate(connection, status):
    connection.execute("update mart.indicator set status = $1, numerator_count = 5, denominator_count = 10", [status])
    card = built(connection)

    assert all(line.lowest is None for line in (*card.indicators, *card.institution_indicators))
    assert criterion(card, 4, "outcomes_known").is_met is None


def test_unknown_outcomes_widen_the_bounds_instead_of_counting_as_failures_for_sure(connection):
    line = next(i for i in built(connection).indicators if i.indicator_code == "1P1")

    assert (line.lowest, line.highest) == (Share(141, 228), Share(141 + 23, 228))


def test_an_empty_home_suggests_nothing_and_claims_nothing():
    card = build_scorecard(warehouse(is_filled=False), GRANTEE, YEAR, RUN, WORDS)

    assert [e.suggestion.level for e in card.elements if e.suggestion] == [None, None]
    assert all(c.is_met is None for e in card.elements for c in e.criteria)
    assert card.missing_tables is None


def test_evidence_without_a_source_reads_cannot_tell_and_never_a_number():
    evidence = Evidence("Accuracy", "no outside source", "none")

    assert evidence.share.percent == "cannot tell"
    assert Share(0, 0).percent == "n/a"


def test_a_missing_required_table_is_named(connection):
    card = built(connection)

    assert card.missing_tables == ("placement",)
    assert criterion(card, 4, "tables_arrived").is_met is False


def test_lines_of_files_that_were_replaced_or_sent_twice_count_for_nothing(connection):
    before = criterion(built(connection), 1, "lines_read").measured
    for status in ("superseded", "repeated"):
        insert(connection, "quality.submission", submission_id=status, grantee_id=GRANTEE, program_year=YEAR,
               file_name="Old.csv", status=status, physical_line_count=900, header_line_count=0,
               loaded_line_count=0, quarantined_line_count=900)  # fmt: skip

    assert criterion(built(connection), 1, "lines_read").measured == before


def test_a_file_received_late_in_the_evening_is_late_by_the_grantees_calendar_and_not_by_utc(connection):
    received = datetime(2024, 8, 16, 5, 30, tzinfo=UTC).replace(tzinfo=None)
    connection.execute("update quality.submission set received_at = $1, is_late = false", [received])

    assert {f.days_late for f in built(connection).files} == {0}


def test_verdicts_of_an_earlier_run_do_not_linger_beside_those_of_the_last(connection):
    later = "20261122T020000Z-bbbb"
    verdict(connection, "student_sex_readable", "validity", "warning", 900, 0)
    connection.execute(
        "update quality.rule_result set run_id = $1 where rule_id = 'student_sex_readable' and failed_count = 0",
        [later],
    )
    card = built(connection)

    assert [(t.dimension, t.passed, t.failed) for t in card.themes] == [("validity", 1, 0)]
    assert not [g for g in card.gates if g.kind == "rule"]


def test_the_year_before_is_not_compared_where_an_institution_has_none(connection):
    connection.execute("update mart.record_count set previous_row_count = null where institution_id = 'C03'")

    assert {line.previous_row_count for line in built(connection).records} == {None}


def test_two_colleges_of_one_name_stay_two():
    card = build_scorecard(warehouse(2, names=("River College",) * 2), GRANTEE, YEAR, RUN, WORDS)

    assert len({line.institution_name for line in card.institution_indicators}) == len(
        {line.institution_id for line in card.institution_indicators}
    )


def test_the_ten_rules_with_most_findings_come_in_a_stated_order(connection):
    lines = built(connection).top_rules

    assert len(lines) == 10
    assert [(-line.finding_count, line.rule_id) for line in lines] == sorted(
        (-line.finding_count, line.rule_id) for line in lines
    )
    assert lines[0].failed == Share(41, 900)


def test_the_document_holds_what_the_page_shows_and_no_overall_number(connection):
    document = json.loads(scorecard_json(built(connection)))

    assert set(document) == {
        "format", "edition", "notice", "fictional", "grantee_id", "grantee_name", "program_year",
        "definition_version", "definition_evidence", "rule_book_version", "code_version", "rubric_title", "elements",
        "gates", "could_not_be_judged", "findings", "indicators", "institution_indicators", "gaps", "coverage",
        "readiness", "completeness", "themes", "top_rules", "waivers", "files", "missing_tables", "records",
        "exclusions", "sections", "inputs", "run",
    }  # fmt: skip
    assert document["notice"] == "restricted: unprotected counts"
    assert document["fictional"] == "FICTIONAL, not data of Oregon Higher Education Coordinating Commission"
    pending = next(i for i in document["indicators"] if i["indicator_code"] == "2P1")
    assert (pending["lowest"], pending["highest"]) == (None, None)
    assert all(len(i["sha256"]) == 64 for i in document["inputs"])


def test_two_nights_on_unchanged_input_differ_in_the_run_alone(connection):
    first = json.loads(scorecard_json(built(connection)))
    connection.execute("update quality.rule_result set run_id = 'later'")
    connection.execute("update quality.finding set change = 'still_open', last_seen_run_id = 'later'")
    run = run_of(connection, RUN.run_id)
    later = type(run)("later", RUN.started_at + timedelta(days=1), True, RUN.code_version, RUN.rule_book_version)
    second = json.loads(scorecard_json(build_scorecard(connection, GRANTEE, YEAR, later, WORDS)))

    assert {key for key in first if first[key] != second[key]} == {"run"}


def test_a_run_that_is_not_in_the_books_writes_no_scorecard(connection):
    with pytest.raises(LookupError, match="no run 'nowhere'"):
        run_of(connection, "nowhere")


def test_one_bad_row_of_an_only_row_is_too_little_to_judge_a_college_by(connection):
    connection.execute("delete from quality.finding")
    connection.execute(
        "update mart.element_completeness set row_count = 1, asked_count = 1, value_count = 0 "
        "where table_name = 'institution'"
    )

    assert criterion(built(connection), 1, "required_values").is_met is True


def test_an_attribute_that_nobody_collects_is_not_shaded_as_if_colleges_had_left_it_out(connection):
    rows = {r.column_name: r for r in built(connection).completeness.rows if r.table_name == "student"}

    assert {share.percent for share in rows["foster_care_status"].shares} == {"n/a"}


def test_rows_that_say_no_institution_are_shown_but_are_no_college_to_be_ranked(connection):
    connection.execute("""
        insert into mart.element_completeness
        select grantee_id, program_year, 'unknown', table_name, column_name, 100, 100, 0
        from mart.element_completeness where institution_id = 'C01'
    """)
    card = built(connection)

    assert ("unknown", "Institution unknown") in card.completeness.institutions
    assert criterion(card, 1, "required_values").institution_count == 5


def earlier_night(connection, run_id, failed, *, rule_version=1, exit_code=0):
    """A night before the last one, on which another number of rows failed the rule with most findings."""
    insert(connection, "quality.run", run_id=run_id, exit_code=exit_code)
    insert(connection, "quality.rule_result", run_id=run_id, rule_id="enrollment_credits_earned_plausible",
           rule_version=rule_version, grantee_id=GRANTEE, program_year=YEAR, population_count=900,
           failed_count=failed, status="failed")  # fmt: skip


def test_the_trend_is_against_the_last_other_share_so_that_a_quiet_night_does_not_wipe_it_out(connection):
    earlier_night(connection, "20261101", 20)
    earlier_night(connection, "20261102", 60)
    earlier_night(connection, "20261103", 41)
    line = built(connection).top_rules[0]

    assert (line.trend, line.before, line.failed) == ("better", Share(60, 900), Share(41, 900))


@pytest.mark.parametrize("night", [{"rule_version": 0}, {"exit_code": 3}, {"exit_code": None}])
def test_a_rule_of_other_words_and_a_night_that_broke_are_nothing_to_compare_with(connection, night):
    earlier_night(connection, "20261101", 60, **night)
    line = built(connection).top_rules[0]

    assert (line.trend, line.before) == ("", None)


def test_a_rule_says_at_how_many_of_the_institutions_judged_it_fails_and_records_of_none_are_no_institution(connection):
    rule = ("student_birth_date_present", "completeness", "warning")
    connection.execute("delete from quality.finding where rule_id <> $1", [rule[0]])
    verdict(connection, *rule, 10, 10, institution_id="unknown")
    verdict(connection, *rule, 0, 0, institution_id="C99")
    (line,) = built(connection).top_rules

    assert line.institutions == Share(1, 5)


def test_waivers_that_cover_nothing_any_more_come_before_those_that_do(connection):
    waiver(connection, "student_sex_readable", "C03", "idle", 0)
    waiver(connection, "student_sex_readable", "C04", "expiring", 1)
    lines = built(connection).waivers

    assert [line.standing for line in lines] == ["exceeded", "expired", "expiring", "active", "idle"]
    assert (lines[0].institution_name, lines[0].failed) == ("Rainwater Community College", Share(8, 900))


@pytest.mark.parametrize(
    ("count", "share", "words"),
    [
        (1, "0", "1 row"),
        (1200, "0", "1,200 rows"),
        (0, "0.0005", "0.05%"),
        (7, "0.02", "7 rows or 2%, whichever is more"),
    ],
)
def test_a_tolerance_is_said_in_full_or_a_waiver_would_look_wider_than_it_is(connection, count, share, words):
    connection.execute("delete from quality.waiver")
    waiver(connection, "student_sex_readable", None, "active", 1, tolerance_count=count, tolerance_share=share)

    assert [line.tolerance for line in built(connection).waivers] == [words]


def test_each_institution_is_counted_under_one_verdict_and_too_few_students_is_none(connection):
    lines = {line.dimension: line for line in built(connection).readiness}
    connection.execute("update mart.readiness set institution_id = 'unknown' where institution_id = 'C04'")
    without = {line.dimension: line for line in built(connection).readiness}

    sex = lines["sex"]
    assert (sex.measurable_count, sex.with_caution_count, sex.not_measurable_count, sex.too_few_count) == (2, 1, 1, 1)
    assert sex.reasons == (("never yes", 1), ("not collected", 1), ("source not declared", 1))
    assert without["sex"].not_measurable_count == 0


def test_the_most_frequent_reason_comes_first(connection):
    reasons = ("all no", "never yes", "all no; never yes", "never yes; unlike the year before; all blank")
    for number, text in enumerate(reasons, start=1):
        connection.execute(
            "update mart.readiness set verdict = 'with_caution', reasons = $1 where institution_id = $2",
            [text, f"C0{number}"],
        )
    connection.execute("delete from mart.readiness where institution_id = 'C05'")

    assert built(connection).readiness[0].reasons == (("never yes", 3), ("all no", 2), ("all blank", 1))


def test_a_scorecard_tells_the_interval_and_the_widest_gaps_that_chance_did_not_make():
    with measured_warehouse() as connection:
        alone = {"gap_low": -0.75, "gap_high": -0.1, "survives_worst_case": True}
        add_gap(connection, "race_ethnicity", "asian", 0, 1, gap=-0.6, q_value=None, **alone)
        card = built(connection)

    told = next(line for line in card.indicators if line.indicator_code == "1P1")
    assert told.interval == (0.569309, 0.629925)  # (600 + z*z/2 -+ z*sqrt(240 + z*z/4)) / (1000 + z*z)
    assert (told.level_percent, told.level_result) == ("70.25", "not_met")
    assert (card.gaps.widest[0].subgroup_code, card.gaps.widest[0].said) == ("yes", "below_surely")
    assert all(line.rate.denominator > 10 for line in card.gaps.widest)
    assert (card.gaps.below_count, len(card.gaps.widest)) == (3, 3)
    assert "Lower, in the worst case too" in render_scorecard(card)
    assert f"../../../reports/measures/{GRANTEE}/{YEAR}.html" in render_scorecard(card)


def test_a_scorecard_of_a_night_without_gaps_says_nothing_of_them(connection):
    assert built(connection).gaps.tested_count is None
    assert "Gaps between groups" not in render_scorecard(built(connection))
