"""Is the invented population plausible: does it hang together, persist over years, and have what measures look for?"""

import polars as pl
import pytest

from pipelines.grantee import grantee_ids
from pipelines.sample.plan import plan
from pipelines.sample.records import cohorts, records
from pipelines.schema import content_columns, core_table, equity_columns, key_of

Years = dict[str, tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]]
KEYS = ["institution_id", "student_id"]


@pytest.fixture(scope="module")
def years() -> Years:
    """Records in our words of two years of all grantees."""
    made = {}
    for grantee_id in grantee_ids():
        entered = cohorts(plan(grantee_id), 7, 3000, range(2022, 2024))
        first, second = (records(plan(grantee_id), entered, year, 2022) for year in (2022, 2023))
        made[grantee_id] = (first, second)
    return made


@pytest.fixture(params=grantee_ids())
def both(request: pytest.FixtureRequest, years: Years) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    return years[request.param]


def test_no_key_stands_twice_and_no_required_value_is_missing(both) -> None:
    for frames in both:
        for name, frame in frames.items():
            key = [column for column in key_of(core_table(name)) if column in frame.columns]
            assert frame.select(pl.struct(key).is_duplicated().any()).item() is False, name
            required = [c.name for c in content_columns(core_table(name)) if not c.nullable and c.name in frame.columns]
            assert frame.select(pl.any_horizontal(pl.col(required).is_null().any())).item() is False, name


def test_every_reference_resolves_in_its_year_or_for_leavers_in_the_year_before(both) -> None:
    everybody = pl.concat([frames["student"] for frames in both])
    for frames in both:
        for table in ("program_enrollment", "enrollment"):
            assert frames[table].join(frames["student"], on=KEYS, how="anti").is_empty()
        for table in ("credential", "placement"):
            assert frames[table].join(everybody, on=KEYS, how="anti").is_empty()
        course = ["institution_id", "term_code", "course_id"]
        assert frames["enrollment"].join(frames["course"], on=course, how="anti").is_empty()
        assert frames["credential"].join(frames["program"], on=["institution_id", "program_id"], how="anti").is_empty()
        assert frames["student"].join(frames["enrollment"], on=[*KEYS, "term_code"], how="anti").is_empty()


def test_credits_and_dates_are_in_their_order(both) -> None:
    for frames in both:
        assert frames["enrollment"].select((pl.col("credits_earned") <= pl.col("credits_attempted")).all()).item()
        stays = frames["program_enrollment"].drop_nulls("exit_date")
        assert stays.select((pl.col("entry_date") <= pl.col("exit_date")).all()).item()
        both_or_none = pl.col("exit_date").is_null() == pl.col("exit_reason").is_null()
        assert frames["program_enrollment"].select(both_or_none.all()).item()


def test_a_person_keeps_sex_race_and_birth_date_from_term_to_term_and_year_to_year(both) -> None:
    attributes = ["birth_date", "sex", "race_selections", *[c.name for c in equity_columns()]]
    together = pl.concat([frames["student"] for frames in both])
    counts = together.group_by("student_id").agg(pl.col(attributes).n_unique())
    assert counts.select(pl.max_horizontal(pl.col(attributes).max())).item() == 1


def test_some_students_go_on_into_the_next_year_and_others_are_new(both) -> None:
    first, second = ({*frames["student"]["student_id"]} for frames in both)
    assert 0.2 < len(first & second) / len(second) < 0.7


def test_every_institution_has_students_in_and_out_of_each_special_population(both) -> None:
    for frames in both:
        for column in (c.name for c in equity_columns() if c.info["codes"] == "yes_no"):
            if column == "nontraditional_preparation_status":
                continue  # follows from program and sex
            answers = frames["student"].group_by("institution_id").agg(pl.col(column).unique())[column]
            assert all({"yes", "no"} <= set(found) for found in answers), column


def test_some_who_never_filed_an_aid_form_are_sent_as_no_and_none_whose_form_says_yes(both) -> None:
    """The field's largest silent bias: without it nobody could see that readiness finds it."""
    students = pl.concat([frames["student"] for frames in both])
    never_filed = students.filter(pl.col("aid_form_status") == "no")
    said = never_filed["economic_disadvantage_status"]
    assert {"no", "unknown", "not_reported"} <= {*said}
    assert "yes" not in {*said, *never_filed["single_parent_status"]}
    assert 0.05 < len(never_filed) / len(students) < 0.4


def test_there_are_concentrators_completers_awards_and_placements_to_measure(both) -> None:
    stays = pl.concat([frames["program_enrollment"] for frames in both])
    assert 0.25 < (stays["reported_concentrator_status"] == "yes").mean() < 0.9
    contradiction = (pl.col("reported_concentrator_status") == "yes") & (pl.col("reported_participant_status") == "no")
    assert stays.filter(contradiction).is_empty()
    completed = stays.filter(pl.col("exit_reason") == "completed")
    assert 0.05 < len(completed) / len(stays) < 0.5
    assert 0.6 < len(pl.concat([f["credential"] for f in both]).unique(KEYS)) / len(completed) <= 1
    statuses = both[1]["placement"]["placement_status"]
    assert 0.4 < (statuses == "employment").mean() < 0.9
    assert {"not_engaged", "unknown", "postsecondary_education"} <= set(statuses)


def test_there_are_gaps_for_the_measures_to_find(years: Years) -> None:
    """Florida is the largest: students of economically disadvantaged families pass fewer courses there."""
    frames = years["florida"][0]
    flag = "economic_disadvantage_status"
    people = frames["student"].unique(KEYS, maintain_order=True).select(*KEYS, flag)
    taken = frames["enrollment"].join(people, on=KEYS).with_columns(is_passed=pl.col("credits_earned") > 0)
    rates = dict(taken.group_by(flag).agg(pl.col("is_passed").mean()).iter_rows())
    assert rates["yes"] < rates["no"]
