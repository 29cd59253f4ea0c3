"""Does a return tell a college anything that it did not send itself, or name a person to anybody?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from core_rows import add, rows_of, small_warehouse
from intake_example import Example as Intake
from returns_example import ADA, BEN, GRANTEE, YEAR, Example, cells_of
from search_for_people import Planted, in_files

from expectations.catalogue import all_rules
from pipelines import models
from pipelines.check.judging import MEASURED
from pipelines.desk.directory import AGENCY, UNLISTED, slug_of
from pipelines.grantee import grantee
from pipelines.returns.counted import may_be_told
from pipelines.returns.own import MADE_OF, OWN_BY_WORD, is_own, outside_tables_of, tables_from_outside
from pipelines.returns.write import write_returns
from pipelines.schema import core_tables

# Rules on records of institutions whose verdict rests on what others sent. A new rule that is not told by line to the
# college that sent the record stands here on purpose, and so does one that leaves.
REST_ON_OTHERS = {
    "institution_name_unique",  # the name of another institution
    "institution_unitid_unique",
    "program_clusters_of_one_framework",  # the programs of all institutions of the grantee
    "program_nontraditional_sex_agrees",
    "program_enrollment_completer_looked_for",  # wage records and the clearinghouse
    "staff_full_time_at_one_institution",  # what another institution reports of the same person
    "student_birth_date_same_everywhere",
    "student_sex_same_everywhere",
}
OWN, OTHERS = "student_sex_readable", "student_sex_same_everywhere"
THRESHOLD = grantee(GRANTEE).policy().threshold
BIRTH = "12/22/1987"


@pytest.fixture
def example(tmp_path: Path) -> Example:
    made = Example(tmp_path).colleges()
    made.file()
    made.students(ADA, range(2, 62))
    made.students(BEN, range(62, 122))
    return made


def _cells(example: Example, folder: str) -> set[Any]:
    return {cell for path in example.files(folder) for cell in cells_of(path)}


def test_which_rules_rest_on_others_is_known_for_every_rule_of_the_book() -> None:
    of_institutions = {table.fullname for table in core_tables() if not table.info["outside"]}
    assert {r.id for r in all_rules() if r.table in of_institutions and not is_own(r)} == REST_ON_OTHERS
    own_elsewhere = {r.table for r in all_rules() if r.table not in of_institutions and is_own(r)}
    assert own_elsewhere == {"quality.transaction"}, "placements, measures and files are nobody's own"


def test_a_rule_is_called_own_by_word_only_where_its_words_do_not_say_it() -> None:
    book = {rule.id: rule for rule in all_rules()}
    assert all(is_own(book[rule_id]) for rule_id in OWN_BY_WORD)


def test_what_concentrators_and_participants_are_made_of_is_the_colleges_own() -> None:
    """The claim of ``MADE_OF``: another college's records of the same person change no row."""
    alone, beside = small_warehouse(), small_warehouse()
    for connection in (alone, beside):
        add(connection, "program_enrollment")
        add(connection, "enrollment", credits_earned=15)
    for table in ("institution", "program", "course", "student", "program_enrollment"):
        add(beside, table, institution_id="B")
    add(beside, "enrollment", institution_id="B", credits_earned=90)
    for table in MADE_OF:
        rows = [rows_of(connection, table, "*", "institution_id = 'A'") for connection in (alone, beside)]
        assert rows[0] == rows[1] != []


def test_no_code_of_a_college_opens_the_folder_of_the_agency_or_of_another_college() -> None:
    """Where the file system takes capitals for small letters, two names that differ by those are one folder."""
    codes = ["ADA", "ada", "Ada", "AGENCY", "agency", "UNLISTED", "unlisted", "../ADA", "ADA/", "ADA."]
    slugs = [slug_of(code).casefold() for code in codes]
    assert len({*slugs, AGENCY, UNLISTED}) == len(codes) + 2
    assert not [slug for slug in slugs if "/" in slug or "." in slug]


def test_a_rule_that_looks_into_a_table_from_outside_is_not_told_by_line() -> None:
    rule = next(rule for rule in all_rules() if rule.id == "enrollment_student_known")
    assert is_own(rule)
    assert not is_own(rule, {"core.student"})


def test_a_file_that_a_layout_calls_outside_belongs_to_no_institution(tmp_path: Path) -> None:
    (tmp_path / "layout.toml").write_text(
        'id = "x"\nversion = "1"\n[[file]]\nname = "aid"\ntable = "student"\nfile_name = "aid_{program_year}.csv"\n'
        'is_outside = true\ncolumns = [{ name = "SID", to = "student_id" }]\n'
    )
    owner = replace(grantee(GRANTEE), folder=tmp_path)
    assert "core.student" in outside_tables_of(owner, "aid_2023-24.csv", YEAR)
    assert "core.student" not in outside_tables_of(owner, "student_2023-24.csv", YEAR)
    assert tables_from_outside(owner) == {"core.student", "core.placement"}


def test_no_cell_of_a_college_holds_anything_of_another_of_wage_records_or_of_nobody(example: Example) -> None:
    example.file("w1" * 8, "placement_2023-24.csv", table_name="placement")
    shown = {
        "own": example.finding(OWN, ADA, 2, value_masked="own value"),
        "other": example.finding(OWN, BEN, 62, value_masked="value of Ben"),
        "unlisted": example.finding(OWN, "812-12-0001", 122, value_masked="value of nobody"),
        "wage": example.finding("placement_placement_status_readable", ADA, 2, value_masked="wage value",
                                table_name="core.placement", submission_id="w1" * 8),
        "others": example.finding(OTHERS, ADA, 3, value_masked="differs elsewhere"),
    }  # fmt: skip
    example.night()
    ada, agency = _cells(example, ADA), _cells(example, "agency")
    assert {name for name, finding in shown.items() if finding in ada} == {"own"}
    assert {name for name, finding in shown.items() if finding in agency} == {"unlisted", "wage"}
    assert not {"value of Ben", "value of nobody", "wage value", "differs elsewhere"} & ada
    assert not [cell for cell in ada if isinstance(cell, str) and ("Ben" in cell or OTHERS in cell)]
    assert sorted(path.name for path in (example.home / "returns" / GRANTEE).iterdir()) == [ADA, BEN, "agency"]


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, None), (THRESHOLD - 1, None), (THRESHOLD, THRESHOLD), (THRESHOLD + 9, THRESHOLD), (60 - THRESHOLD + 1, None),
     (60, None)],
)  # fmt: skip
def test_what_rests_on_others_is_told_as_a_rounded_count_or_not_at_all(
    example: Example, count: int, told: int | None
) -> None:
    example.finding(OWN, ADA, 2)
    for line in range(2, 2 + count):
        example.finding(OTHERS, ADA, line)
    example.night()
    cells = _cells(example, ADA)
    assert [cell for cell in cells if "or more" in str(cell)] == ([f"{told} students or more"] if told else [])
    assert (OTHERS in cells) == (told is not None), "where nothing is told, not even that there is something"
    withheld = example.connection.execute("select withheld_count from quality.return_package").fetchall()
    assert withheld == [(count,)], "the agency knows"


def test_many_findings_about_one_student_are_one_student(example: Example) -> None:
    example.finding(OWN, ADA, 2)
    example.connection.execute("update core.student set student_id = 'one' where line_number < 30")
    for line in range(2, 30):
        example.finding(OTHERS, ADA, line)
    example.night()
    assert OTHERS not in _cells(example, ADA)


def test_one_student_more_is_not_told_by_a_second_return(example: Example) -> None:
    example.finding(OWN, ADA, 2)
    for line in range(2, 2 + THRESHOLD):
        example.finding(OTHERS, ADA, line)
    example.night()
    example.finding(OTHERS, ADA, 2 + THRESHOLD)
    assert example.night() == 0
    assert {may_be_told(count, 1_000, 10) for count in range(10, 20)} == {10}


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_line_that_could_not_be_read_goes_to_a_college_only_where_it_can_be_no_others(
    tmp_path: Path, *, is_alone: bool
) -> None:
    example = Example(tmp_path).colleges()
    example.file()
    example.students(ADA, range(2, 6))
    if not is_alone:
        example.students(None, range(6, 7))  # a record that names no college may be anybody's
    unread = example.finding("line_field_count", None, 9, table_name="quality.received_line",
                             value_masked="line_field_count", column_name="reason_code")  # fmt: skip
    example.night()
    (row,) = example.told(ADA if is_alone else "agency")
    assert (row["Finding"], row["Line"], row["Column"], row["Value as sent"]) == (unread, "9", "", "")
    assert (example.files(ADA) != []) == is_alone


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Planted, list[Path]]:
    """The packages of a night on records with planted people, some of them in the wrong columns, and its files."""
    from pipelines.validation.partition import Partition
    from pipelines.validation.results import judge_partitions, rules_in_force

    planted, made = Planted(words=(BIRTH, "1987-12-22")), Intake(tmp_path_factory.mktemp("judged"))
    header = "COLLEGE,REPORT_YEAR,COLLEGE_NAME,UNITID,RECIPIENT,TYPE"
    made.put(f"institution_{YEAR}.csv", f"{header}\nC1,{YEAR},One,12345,R1,CC\n")
    made.put(f"student_{YEAR}_FA_week4.csv", _students(planted))
    made.night()

    def rules(partition: Partition) -> Iterator[tuple[str, list[Any]]]:
        tables = {"core.student", "core.institution", *MEASURED}
        yield from ((table, of) for table, of in rules_in_force(partition) if table in tables)

    with made.warehouse() as connection:
        for model in models.all_models():
            if model.table in MEASURED:
                models.build(connection, model)
        connection.execute("insert into quality.run (run_id, started_at, is_sample) values ('r1', ?, true)",
                           [datetime(2024, 8, 2)])  # fmt: skip  # noqa: DTZ001
        judge_partitions(connection, [Partition(GRANTEE, YEAR)], "r1", date(2024, 8, 2), rules)
        write_returns(connection, made.home, "r1", [(GRANTEE, YEAR)])
    return planted, [path for path in (made.home / "returns").rglob("*") if path.is_file()]


def _students(planted: Planted) -> str:
    header = (
        "COLLEGE,REPORT_YEAR,TERM,STUDENT_ID,BIRTHDATE,GENDER,HISPANIC,RACE,DISABILITY,ECON_DISADV,NONTRAD,"
        "SINGLE_PARENT,OUT_OF_WORKFORCE,ENGLISH_LEARNER,HOMELESS,FOSTER,MILITARY_PARENT"
    )
    line = "C1,{year},{term},{person},{born},{sex},N,W,N,Y,N,N,N,N,N,N,N"
    good = {"year": YEAR, "term": "FA", "person": planted.plant("student"), "born": BIRTH, "sex": "M"}
    faults = (
        {},
        {"person": planted.hyphenated("twice")}, {"person": planted.hyphenated("twice"), "sex": "F"},
        {"sex": planted.plant("sex")}, {"sex": BIRTH}, {"term": planted.hyphenated("term")},
        {"born": planted.plant("born")}, {"person": BIRTH, "born": planted.plant("swapped")},
        {"sex": "Q"}, {"born": "31/31/1987"}, {"year": planted.plant("year")},
    )  # fmt: skip
    broken = f"C1,{YEAR},FA,{planted.plant('broken')},{BIRTH},M,N"
    return "\n".join([header, *(line.format(**good | fault) for fault in faults), broken]) + "\n"


def test_no_identifier_and_no_birth_date_stands_in_any_byte_of_a_return(judged: tuple[Planted, list[Path]]) -> None:
    planted, files = judged
    told = {row for path in files for row in cells_of(path)}
    there_to_hide = {"(not shown: personal)", "student_sex_readable", "student_birth_date_readable"}
    assert there_to_hide <= told
    assert "C1" in {path.parent.name for path in files}, "the college is told, and not the agency alone"
    assert in_files(planted, files) == {}
