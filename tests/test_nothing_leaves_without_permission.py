"""Does a program year stay where no agency confirmed its policy, or certified exactly what would leave?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from acts_example import ADA, ANA, BO, CY, ENROLLMENTS, OREGON, copy_of, judge, office_of, taken_in
from core_rows import YEARS, add, rows_of
from intake_example import YEAR, Example, enrollments

from pipelines.acts.certify import certify
from pipelines.acts.decide import accept
from pipelines.disclosure.permission import Permission, may_release
from pipelines.disclosure.release.record import Entry, Try, write_entries, write_policies
from pipelines.grantee import Grantee, grantee
from pipelines.measures.definitions import load_definitions

CONFIRMED = {"approved_by": "Ana Diaz, data governance", "approved_on": date(2024, 8, 1)}
AGAIN = "cte certify"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home after a night, its figures made, that nobody has looked at yet."""
    example = taken_in(tmp_path_factory.mktemp("judged"))
    _count(example)
    return example


@pytest.fixture(scope="module")
def first(judged: Example, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home whose files are accepted by the steward and certified by the agency."""
    example = copy_of(judged, tmp_path_factory.mktemp("first"))
    with office_of(example) as office:
        accept(office, OREGON, ANA)
        certify(office, OREGON, BO)
    return example


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def _count(example: Example) -> None:
    """Make the figures of what counts now, as a night does."""
    with example.warehouse() as connection:
        load_definitions(connection, YEARS)
        for table in ("institution", "program", "student"):
            connection.execute(f"delete from core.{table}")
        for table in ("institution", "program"):
            add(connection, table, program_year=YEAR, institution_id="C1")
        for (student_id,) in connection.execute("select distinct student_id from core.enrollment").fetchall():
            add(connection, "student", program_year=YEAR, institution_id="C1", student_id=student_id)
        rows_of(connection, "quality.worksheet_series", "count(*)")  # builds what it reads: the figures, too


def _open() -> Grantee:
    """Oregon, with a policy for wage records, too, and nobody who has confirmed either."""
    known = grantee("oregon")
    return replace(known, suppression=(known.policy(), replace(known.policy(), name="wage_record")))


def _confirmed() -> Grantee:
    """Oregon, whose policies somebody has confirmed."""
    return replace(_open(), suppression=tuple(replace(one, **CONFIRMED) for one in _open().suppression))  # type: ignore[arg-type]


def _asked(example: Example, owner: Grantee | None = None, *, is_sample: bool = False) -> Permission:
    with example.warehouse() as connection:
        return may_release(connection, owner or _confirmed(), YEAR, is_sample=is_sample)


def _change(example: Example, sql: str) -> None:
    with example.warehouse() as connection:
        connection.execute(sql)


def _one_reason(permission: Permission, *words: str) -> None:
    assert not permission.is_given
    assert len(permission.reasons) == 1, permission.reasons
    assert all(word in permission.reasons[0] for word in words), permission.reasons


def test_what_is_confirmed_certified_and_whole_may_leave(example: Example) -> None:
    assert _asked(example) == Permission(())
    assert _asked(example).is_given


def test_a_policy_that_nobody_confirmed_blocks_and_names_file_block_and_keys(example: Example) -> None:
    found = _asked(example, _open())
    assert not found.is_given
    own, wage = found.reasons
    assert "grantee.toml: [suppression]: approved_by and approved_on not said" in own
    assert "[[suppression_source]] wage_record: approved_by and approved_on not said" in wage


def test_invented_records_need_nobody_who_confirms_a_policy_but_a_certification(example: Example) -> None:
    assert _asked(example, _open(), is_sample=True).is_given
    _change(example, "update quality.act set kind = 'accept' where kind = 'certify'")
    _one_reason(_asked(example, _open(), is_sample=True), "certified nothing", AGAIN)


def test_who_confirmed_without_a_day_has_not_confirmed(example: Example) -> None:
    known = _confirmed()
    undated = replace(known.suppression[0], approved_on=None)
    _one_reason(_asked(example, replace(known, suppression=(undated, *known.suppression[1:]))), "approved_on not said")


def test_a_source_that_does_not_count_needs_no_confirmation(example: Example) -> None:
    known = _confirmed()
    open_wage = tuple(p if p.name == "publisher" else replace(p, approved_by="") for p in known.suppression)
    survey = tuple(replace(one, placement_sources=("survey",)) for one in known.definitions)
    assert _asked(example, replace(known, suppression=open_wage, definitions=survey)).is_given
    _one_reason(_asked(example, replace(known, suppression=open_wage)), "wage_record: approved_by not said")


def test_wage_records_whose_agreement_nobody_wrote_down_block(example: Example) -> None:
    known = _confirmed()
    _one_reason(
        _asked(example, replace(known, suppression=known.suppression[:1])),
        'no [[suppression_source]] has name = "wage_record"', "agreement",
    )  # fmt: skip


def test_files_that_nobody_accepted_or_certified_stay(judged: Example, tmp_path: Path) -> None:
    example = copy_of(judged, tmp_path)
    _one_reason(_asked(example), "not accepted yet", "cte accept")
    with office_of(example) as office:
        accept(office, OREGON, ANA)
    _one_reason(_asked(example), "the agency has certified nothing of it", AGAIN)


def test_a_year_of_which_there_is_no_file_stays(example: Example) -> None:
    with example.warehouse() as connection:
        found = may_release(connection, _confirmed(), "2019-20", is_sample=False)
    _one_reason(found, "no file counts")


def test_what_a_college_certified_for_itself_does_not_leave(judged: Example, tmp_path: Path) -> None:
    example = copy_of(judged, tmp_path)
    with office_of(example) as office:
        accept(office, OREGON, ANA)
        certify(office, replace(OREGON, institution_id="C1"), BO)
    _one_reason(_asked(example), "the agency has certified nothing of it")


def test_a_resubmission_takes_the_permission_away_until_it_is_certified_again(example: Example) -> None:
    example.put(ENROLLMENTS, enrollments(ADA, CY, "812-12-0003"))
    example.night()
    _one_reason(_asked(example), "not accepted yet")
    judge(example)
    _count(example)
    with office_of(example, 21) as office:
        accept(office, OREGON, ANA)
    _one_reason(_asked(example), "other files count now than were certified", AGAIN)
    with office_of(example, 22) as office:
        certify(office, OREGON, BO)
    assert _asked(example).is_given


def test_files_that_came_after_the_last_judgement_stay(example: Example) -> None:
    _change(example, "update quality.submission set received_at = timestamp '2025-01-01'")
    _one_reason(_asked(example), "after the last judgement", "cte run")


@pytest.mark.parametrize("change", [
    "update mart.indicator set denominator_count = coalesce(denominator_count, 0) + 1 where indicator_code = '3P1'",
    "update mart.indicator set definition_version = 'another'",
    "update mart.indicator set status = 'pending'",
    "delete from mart.indicator where indicator_code = '2P1'",
    "delete from quality.certified_indicator where indicator_code = '2P1'",
])  # fmt: skip
def test_figures_that_are_others_than_the_certified_ones_stay(example: Example, change: str) -> None:
    _change(example, change)
    _one_reason(_asked(example), "figures are others than were certified by act 2", AGAIN)


def test_figures_that_are_gone_do_not_pass_for_unchanged(example: Example) -> None:
    _change(example, "drop table mart.indicator")
    _one_reason(_asked(example), "no figures have been computed", "cte run")


def test_students_whom_another_years_files_moved_stay(example: Example) -> None:
    _change(example, "update mart.student_count set student_count = student_count + 1")
    _one_reason(_asked(example), "participants or concentrators are others", AGAIN)


def test_a_certification_of_before_students_were_hashed_is_not_one_of_them(example: Example) -> None:
    _change(example, "update quality.act set details = replace(details, 'students_sha256', 'something') "
                     "where kind = 'certify'")  # fmt: skip
    _one_reason(_asked(example), "act 2 did not certify the counts of students", AGAIN)


@pytest.mark.parametrize("kind", ["nightly", "reference"])
def test_after_a_run_that_broke_off_nothing_leaves(example: Example, kind: str) -> None:
    _change(example, "insert into quality.run (run_id, started_at, kind, exit_code) "
                     f"values ('20240830T090000000Z-0009', timestamp '2024-08-30', '{kind}', 3)")  # fmt: skip
    _one_reason(_asked(example), "20240830T090000000Z-0009", "broke off", "cte run")


def test_all_that_stands_against_it_is_told_at_once(example: Example) -> None:
    _change(example, "update mart.student_count set student_count = student_count + 1")
    _change(example, "update quality.run set rule_book_version = null, exit_code = 3 where run_id = "
                     "(select max(run_id) from quality.run)")  # fmt: skip
    assert len(_asked(example, _open()).reasons) == 4


def _left_under(example: Example, owner: Grantee, *, number: int = 4, year: str = YEAR) -> None:
    """Write down a release of a year under the policies of a grantee."""
    with example.warehouse() as connection:
        tried = Try(f"r{number}", number, owner, None, datetime(2024, 9, 1), "Bo Lee", is_sample=False)  # noqa: DTZ001 - UTC
        write_entries(connection, tried, [Entry(year, "released")])
        write_policies(connection, tried, [year])


def _with(owner: Grantee, name: str, **values: object) -> Grantee:
    return replace(owner, suppression=tuple(
        replace(one, **values) if one.name == name else one for one in owner.suppression  # type: ignore[arg-type]
    ))  # fmt: skip


def test_a_threshold_lowered_by_a_slip_blocks_until_somebody_confirms_it(example: Example) -> None:
    _left_under(example, _confirmed())
    assert _asked(example).is_given
    slipped = replace(
        _confirmed(), suppression=tuple(replace(one, threshold=3, width=3) for one in _confirmed().suppression)
    )
    _one_reason(_asked(example, slipped), "threshold is 3, and was 10", "in release 4", "confirm the change")
    day = {"approved_on": date(2024, 10, 1)}
    assert _asked(example, _with(_with(slipped, "publisher", **day), "wage_record", **day)).is_given


def test_a_slip_in_a_year_that_never_left_is_held_to_the_year_before_it(example: Example) -> None:
    _left_under(example, _confirmed(), year="2021-22")
    slipped = _with(_with(_confirmed(), "publisher", rate_digits=4), "wage_record", rate_digits=4)
    _one_reason(_asked(example, slipped), "rate_digits is 4, and was 3")


def test_a_stricter_policy_of_a_source_and_rules_as_they_were_need_no_new_confirmation(example: Example) -> None:
    _left_under(example, _confirmed())
    stricter = _with(_confirmed(), "wage_record", threshold=15, width=15, bands=_confirmed().policy().bands[1:])
    assert _asked(example, stricter).is_given
    _left_under(example, stricter, number=5)
    _one_reason(_asked(example), "the rules of 1P1", "threshold is 10, and was 15", "bands have 0.05")
