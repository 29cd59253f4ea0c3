"""Do people, and not nights, decide about files: in their role, with their name, on what they saw, for all to see?"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from acts_example import (
    ADA,
    ANA,
    BO,
    COURSES,
    CY,
    ENROLLMENTS,
    OREGON,
    PLACE,
    STEWARDS,
    copy_of,
    cte,
    judge,
    office_of,
    taken_in,
)
from intake_example import YEAR, Example, enrollments

from pipelines.acts.certify import certify
from pipelines.acts.decide import accept, refuse
from pipelines.acts.people import STEWARD, Person
from pipelines.configuration import ConfigurationError
from pipelines.home import lock
from pipelines.validation import waiver_file

WAIVED = "student_age_plausible"
INDICATOR = (
    "create or replace table mart.indicator as select 'oregon' as grantee_id, '2023-24' as program_year, "
    "'2022-23' as cohort_program_year, date '2024-06-30' as outcome_window_end, '2P1' as indicator_code, "
    "institution_id, null::varchar as cip_code, 'all' as subgroup_dimension, 'all' as subgroup_code, "
    "numerator::bigint as numerator_count, 10::bigint as denominator_count, 0::bigint as unknown_count, "
    "'computed' as status, 'v1' as definition_version from (values (null, {0}), ('C1', {0}), ('C2', 9)) "
    "as figure (institution_id, numerator)"
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    return taken_in(tmp_path_factory.mktemp("first"))


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path)


def test_what_was_read_counts_as_accepted_only_after_the_steward_said_so(example: Example) -> None:
    assert set(example.statuses().values()) == {"read"}
    done = cte(example, "accept", *PLACE, *STEWARDS)
    assert done.exit_code == 0, done.output
    assert set(example.statuses().values()) == {"accepted"}


def test_the_person_is_shown_the_hash_of_exactly_the_bytes_that_were_signed(example: Example) -> None:
    files = sorted(
        [name, hashlib.sha256((example.root / "inbox" / "oregon" / YEAR / name).read_bytes()).hexdigest()]
        for name in (COURSES, ENROLLMENTS)
    )
    signed = hashlib.sha256(json.dumps(files, separators=(",", ":")).encode()).hexdigest()
    done = cte(example, "accept", *PLACE, *STEWARDS)
    assert f"signed {signed}" in done.output
    assert all(sha256 in done.output for _, sha256 in files)
    row = example.rows("select kind, person_name, role, statement, signed_sha256, account from quality.act")
    assert row[0][:5] == ("accept", ANA.name, STEWARD, ANA.statement, signed)
    assert str(os.getuid()) in row[0][5], "a name is a claim; the account of the operating system stands beside it"


def test_one_file_can_be_accepted_while_another_waits(example: Example) -> None:
    assert cte(example, "accept", *PLACE, "--file", COURSES, *STEWARDS).exit_code == 0
    assert example.statuses() == {COURSES: "accepted", ENROLLMENTS: "read"}
    again = cte(example, "accept", *PLACE, "--file", COURSES, *STEWARDS)
    assert again.exit_code == 2
    assert f"{COURSES} (accepted): not read" in again.output


def test_a_closed_gate_is_named_with_the_fix_and_nothing_is_accepted(example: Example) -> None:
    example.nights += 1
    judge(example, "enrollment_student_id_present")
    done = cte(example, "accept", *PLACE, *STEWARDS)
    assert done.exit_code == 2
    assert "enrollment_student_id_present (3 rows fail" in done.output
    assert "waivers.toml" in done.output
    assert set(example.statuses().values()) == {"read"}
    assert example.rows("select count(*) from quality.act") == [(0,)]


def test_what_no_rule_has_judged_yet_cannot_be_accepted(example: Example) -> None:
    example.put(ENROLLMENTS, enrollments(ADA, CY, "812-12-0003"))
    example.night()
    done = cte(example, "accept", *PLACE, *STEWARDS)
    assert done.exit_code == 2
    assert f"{ENROLLMENTS} came after the last judgement" in done.output
    other = cte(example, "accept", "--grantee", "oregon", "--program-year", "2019-20", *STEWARDS)
    assert (other.exit_code, "no file is read" in other.output) == (2, True)


def test_a_night_that_died_among_the_tables_opens_no_gate_because_it_has_not_judged_them_all(example: Example) -> None:
    example.nights += 1
    judge(example, "enrollment_student_id_present")
    example.nights += 1
    judge(example)
    with example.warehouse() as connection:
        connection.execute(
            "update quality.run set exit_code = 3, rule_book_version = null "
            "where run_id = (select max(run_id) from quality.run)"
        )
    done = cte(example, "accept", *PLACE, *STEWARDS)
    assert (done.exit_code, "enrollment_student_id_present (3 rows fail" in done.output) == (2, True)


def test_a_refused_file_leaves_and_the_one_it_had_replaced_counts_again_until_it_is_judged_anew(
    example: Example,
) -> None:
    with office_of(example) as office:
        accept(office, OREGON, ANA)
    example.put(ENROLLMENTS, enrollments(ADA))
    example.night()
    judge(example)
    assert example.rows("select count(*) from core.enrollment") == [(1,)]
    with office_of(example, 21) as office:
        act = refuse(office, OREGON, ANA, "half of the students are missing; send all", [ENROLLMENTS])
    assert [name for name, _ in act.detail["in_force_again"]] == [ENROLLMENTS]
    assert example.rows("select count(*) from core.enrollment") == [(2,)]
    told = example.rows("select status, message from quality.submission where status = 'refused'")
    assert told == [("refused", "refused by the agency: half of the students are missing; send all")]
    counting = example.rows("select distinct status from quality.submission where status <> 'refused'")
    assert counting == [("accepted",)], "what a person had accepted is not to be accepted twice"
    with (
        office_of(example, 22) as office,
        pytest.raises(ConfigurationError, match="refused by a person after the last"),
    ):
        certify(office, OREGON, BO)


def test_a_refusal_stands_in_the_nights_after_it_although_the_file_still_lies_in_the_inbox(example: Example) -> None:
    refused = cte(example, "refuse", *PLACE, "--file", COURSES, "--reason", "wrong campus; send yours", *STEWARDS)
    assert refused.exit_code == 0, refused.output
    example.night()
    assert example.statuses()[COURSES] == "refused"
    assert example.rows("select count(*) from core.course") == [(0,)]
    example.rebuild()
    assert example.statuses()[COURSES] == "refused"


def test_refusing_needs_the_names_of_the_files_so_that_a_whole_year_is_not_lost_by_a_word_left_out(
    example: Example,
) -> None:
    done = cte(example, "refuse", *PLACE, "--reason", "all wrong; send again", *STEWARDS)
    assert (done.exit_code, "--file NAME" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("command", "role", "needed"),
    [("accept", "reporting_officer", "steward"), ("certify", "steward", "reporting_officer"), ("accept", "dean", "")],
)
def test_a_role_that_an_act_is_not_for_is_told_whose_act_it_is(
    example: Example, command: str, role: str, needed: str
) -> None:
    done = cte(example, command, *PLACE, "--name", "X", "--role", role, "--statement", "I may")
    assert done.exit_code == 2
    assert f"--role {needed}" in done.output if needed else ": a reporting officer certifies" in done.output
    assert set(example.statuses().values()) == {"read"}


@pytest.mark.parametrize("text", ["student 812-12-0001 was checked", "812120001", " ", "a\x1b[31mb"])
def test_a_statement_that_the_log_could_not_keep_for_good_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError, match="--statement") as fault:
        Person("Ana", STEWARD, text)
    assert "8121" not in str(fault.value).replace("-", "")


def test_figures_once_certified_stay_as_reported_when_they_are_restated(example: Example) -> None:
    _build_figures(example, 4)
    with office_of(example, 20) as office:
        accept(office, OREGON, ANA)
    with office_of(example, 21) as office:
        first = certify(office, OREGON, BO)
    _build_figures(example, 5)
    with office_of(example, 22) as office:
        second = certify(office, OREGON, BO)
    rows = example.rows(
        "select act_number, numerator_count from quality.certified_indicator where institution_id is null order by 1"
    )
    assert rows == [(first.act_number, 4), (second.act_number, 5)]
    assert first.signed_sha256 == second.signed_sha256, "the same bytes were signed; the figures were computed anew"


def test_a_college_certifies_its_own_figures_and_nobody_elses(example: Example) -> None:
    _build_figures(example, 4)
    assert cte(example, "accept", *PLACE, *STEWARDS).exit_code == 0
    officer = ("--name", "Bo Lee", "--role", "reporting_officer", "--statement", "Correct")
    done = cte(example, "certify", *PLACE, "--institution", "C1", *officer)
    assert done.exit_code == 0, done.output
    assert example.rows("select institution_id, numerator_count from quality.certified_indicator") == [("C1", 4)]
    other = cte(example, "certify", *PLACE, "--institution", "C2", *officer)
    assert (other.exit_code, "no file counts" in other.output) == (2, True)


def test_figures_that_rest_on_a_file_nobody_accepted_are_not_certified(example: Example) -> None:
    _build_figures(example, 4)
    with office_of(example) as office:
        accept(office, OREGON, ANA, [COURSES])
    with office_of(example) as office, pytest.raises(ConfigurationError, match=f"not accepted yet: {ENROLLMENTS}"):
        certify(office, OREGON, BO)


def test_figures_that_were_never_computed_cannot_be_certified(example: Example) -> None:
    with office_of(example) as office:
        accept(office, OREGON, ANA)
        with pytest.raises(ConfigurationError, match="cte run"):
            certify(office, OREGON, BO)


def test_an_act_waits_for_no_night_and_says_who_holds_the_home(example: Example) -> None:
    with lock(example.home, "night-1"):
        done = cte(example, "accept", *PLACE, *STEWARDS)
    assert (done.exit_code, "night-1" in done.output) == (3, True)


def test_a_home_without_a_night_has_nothing_to_decide_and_none_is_made(tmp_path: Path) -> None:
    done = cte(Example(tmp_path), "accept", *PLACE, *STEWARDS)
    assert (done.exit_code, "cte run" in done.output) == (2, True)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('author = "Ana"', "approved_by"),
        ('author = "Ana Diaz"\napproved_by = "ana  diaz"', "approved_by"),
        ('author = "Ana"\napproved_by = "Bo"\ninstitution_id = "C1"', "approver_institution_id"),
        (
            'author = "Ana"\napproved_by = "Bo"\ninstitution_id = "C1"\napprover_institution_id = "c1"',
            "own institution",
        ),
    ],
    ids=["nobody", "the author", "somebody from nowhere", "somebody of the same institution"],
)
def test_nobody_approves_a_waiver_of_their_own_or_for_their_own_institution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, key: str
) -> None:
    _waive(tmp_path, monkeypatch, lines)
    with pytest.raises(ConfigurationError, match=rf"waivers\.toml: \[\[waiver\]\] of {WAIVED}: .*{key}"):
        waiver_file.waivers_of("udc")


def _build_figures(example: Example, numerator: int) -> None:
    with example.warehouse() as connection:
        connection.execute(INDICATOR.format(numerator))


def _waive(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    text = (
        f'[[waiver]]\nrule_id = "{WAIVED}"\nprogram_year = "{YEAR}"\ntolerance_count = 3\nreason = "r"\n'
        f"approved_at = 2024-01-01\nexpires = 2030-01-01\n{lines}\n"
    )
    (folder / "waivers.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(waiver_file, "grantee", lambda _: type("Place", (), {"folder": folder}))
