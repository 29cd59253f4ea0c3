"""Do the awards in the records agree with IPEDS Completions, and is every disagreement found, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_rows import add, rows_of, small_warehouse

from expectations import completions_agreement
from pipelines.models import all_models, build
from pipelines.validation.judge import judge

TABLE = "mart.completions_agreement"
YEAR = "2022-23"
LANE = "209038"
STATUS = "cip_code, award_level_code, status, ours_count, theirs_count"
_STUDENTS = count(1)


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork (A) with the UNITID of a real college; its program P1, welding, leads to an associate's degree."""
    connection = small_warehouse()
    connection.execute(f"update core.institution set unitid = '{LANE}'")
    connection.execute("update core.program set award_level_code = '03'")
    yield connection
    connection.close()


def publish(connection: duckdb.DuckDBPyConnection, total: int, **values: Any) -> None:
    """Add a row of IPEDS Completions: associate's degrees in welding, first majors, unless said otherwise."""
    row = {
        "program_year": YEAR, "unitid": LANE, "cip_code": "48.0508", "cip_version": "CIP2020",
        "ipeds_award_level": "03", "major_number": "1", "total_count": total, **values,
    }  # fmt: skip
    row["is_total"] = row["cip_code"] == "99"
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"insert into reference.ipeds_completions ({', '.join(row)}) values ({marks})", list(row.values())
    )


def award(connection: duckdb.DuckDBPyConnection, times: int = 1, **values: Any) -> None:
    """Let so many new students receive an award: an associate's degree in May of the year, unless said otherwise."""
    for _ in range(times):
        said = {"award_level_code": "03", "award_date": date(2023, 5, 1), **values}
        student = said.pop("student_id", f"t{next(_STUDENTS)}")
        add(connection, "student", student_id=student, program_year=said.get("program_year", YEAR))
        add(connection, "credential", student_id=student, credential_type="degree", **said)


def compared(connection: duckdb.DuckDBPyConnection, columns: str = STATUS, year: str = YEAR) -> list[Any]:
    return rows_of(connection, TABLE, columns, f"program_year = '{year}'")


def found(connection: duckdb.DuckDBPyConnection, year: str = YEAR) -> dict[str, int]:
    """Return the rules of agreement that find something in a year, each with the number of its rows."""
    compared(connection, year=year)
    return judged(connection, year)


def judged(connection: duckdb.DuckDBPyConnection, year: str = YEAR) -> dict[str, int]:
    """Return the same of the table as it stands."""
    rules = [rule for rule in completions_agreement.RULES if rule.table == TABLE]
    verdicts = judge(connection, TABLE, rules, {"program_year": year})
    assert not [verdict.error for verdict in verdicts if verdict.error]
    return {verdict.rule_id: verdict.failed_count or 0 for verdict in verdicts if verdict.failed_count}


def test_three_awards_apart_is_agreement_and_four_is_none(college: Any) -> None:
    cases = [
        (0, 0, "agrees"), (3, 0, "agrees"), (4, 0, "only_ours"), (0, 3, "agrees"), (0, 4, "only_ipeds"),
        (7, 4, "agrees"), (8, 4, "differs"), (1, 5, "differs"),
    ]  # fmt: skip
    for number, (ours, theirs, _) in enumerate(cases):
        cip = {"cip_code": f"51.000{number}"}
        add(college, "program", program_id=f"Q{number}", award_level_code="03", **cip)
        award(college, ours, program_id=f"Q{number}")
        publish(college, theirs, **cip)
    assert compared(college, "cip_code, ours_count, theirs_count, status")[1:] == [
        (f"51.000{number}", *case) for number, case in enumerate(cases)
    ]


def test_of_many_awards_a_twentieth_is_agreement_in_whole_awards(college: Any) -> None:
    cases = [(79, 3), (80, 4), (99, 4), (100, 5), (119, 5), (1000, 50)]
    for number, (theirs, _) in enumerate(cases):
        add(college, "program", program_id=f"Q{number}", award_level_code="03", cip_code=f"51.000{number}")
        publish(college, theirs, cip_code=f"51.000{number}")
    rows = compared(college, "cip_code, theirs_count, tolerance_count, difference_count")
    assert [row[1:] for row in rows[1:]] == [(theirs, tolerance, -theirs) for theirs, tolerance in cases]


def test_the_two_levels_under_one_year_are_one_and_totals_are_never_added(college: Any) -> None:
    college.execute("update core.program set award_level_code = '01'")
    award(college, 5, award_level_code="01")
    publish(college, 2, ipeds_award_level="20")
    publish(college, 3, ipeds_award_level="21")
    publish(college, 90, ipeds_award_level="02")  # a level that neither the inventory nor an award says
    publish(college, 95, cip_code="99")
    assert compared(college) == [("48.0508", "01", "agrees", 5, 5)]


def test_a_second_major_may_be_in_the_records_or_not(college: Any) -> None:
    cases = [(10, 10, 0, "agrees"), (12, 12, 0, "agrees"), (16, 16, 0, "agrees"), (20, 16, 4, "differs"),
             (6, 10, -4, "differs")]  # fmt: skip
    for number, (ours, *_) in enumerate(cases):
        cip = {"cip_code": f"51.000{number}"}
        add(college, "program", program_id=f"Q{number}", award_level_code="03", **cip)
        award(college, ours, program_id=f"Q{number}")
        publish(college, 10, **cip)
        publish(college, 6, **cip, major_number="2")
    columns = "cip_code, first_major_count, second_major_count, ours_count, theirs_count, difference_count, status"
    assert [row[1:] for row in compared(college, columns)[1:]] == [(10, 6, *case) for case in cases]


def test_a_file_without_second_majors_says_nothing_of_them(college: Any) -> None:
    publish(college, 10)
    assert compared(college, "second_major_count") == [None]


def test_an_award_belongs_to_the_year_of_its_date_and_counts_once(college: Any) -> None:
    award(college, 4)
    award(college, 1, student_id="late", program_year="2023-24", award_date=date(2023, 6, 30))
    award(college, 1, student_id="next", award_date=date(2023, 7, 1))
    award(college, 1, student_id="before", award_date=date(2022, 6, 30))
    award(college, 1, student_id="twice")
    award(college, 1, student_id="twice", program_year="2023-24")
    publish(college, 6)
    assert compared(college, "ours_count, late_count, status") == [(6, 1, "agrees")]
    assert compared(college, "ours_count, late_count", "2023-24") == [(1, 1)]
    assert compared(college, "ours_count, late_count", "2021-22") == [(1, 1)]


def test_only_programs_of_the_inventory_are_compared_and_an_award_at_another_level_is_shown(college: Any) -> None:
    award(college, 4, award_level_code="02")
    award(college, 1, program_id=None)
    award(college, 1, award_level_code=None)
    publish(college, 50, cip_code="51.3801")
    publish(college, 4)
    columns = "award_level_code, is_inventory_level, status, reason_code, ours_count, theirs_count"
    assert compared(college, columns) == [
        ("02", False, "only_ours", None, 4, 0),
        ("03", True, "only_ipeds", None, 0, 4),
        ("unknown", False, "not_comparable", "level_unknown", 1, None),
    ]


@pytest.mark.parametrize(
    ("published", "lag", "tolerance"),
    [(("2022-23", "2021-22"), 0, 3), (("2021-22", "2020-21"), 1, 20), (("2020-21", "2023-24"), 2, 20)],
)
def test_an_earlier_file_is_marked_with_its_lag_and_held_to_a_wider_tolerance(
    college: Any, published: tuple[str, ...], lag: int, tolerance: int
) -> None:
    for year in published:
        publish(college, 30, program_year=year)
    assert compared(college, "lag_years, tolerance_count, reference_program_year") == [
        (lag, tolerance, max(year for year in published if year <= YEAR))
    ]
    assert found(college) == (
        {"completions_award_missing": 1} if lag == 0 else {"completions_awards_near_earlier_year": 1}
    )


@pytest.mark.parametrize("published", [(), ("2019-20", "2023-24")])
def test_without_a_file_of_ipeds_nothing_is_compared_and_no_rule_applies(college: Any, published: Any) -> None:
    award(college, 9)
    for year in published:
        publish(college, 9, program_year=year)
    assert compared(college, "status, reason_code, theirs_count, lag_years") == [
        ("not_comparable", "ipeds_not_loaded", None, None)
    ]
    rules = [rule for rule in completions_agreement.RULES if rule.table == TABLE]
    verdicts = judge(college, TABLE, rules, {"program_year": YEAR})
    assert [(v.population_count, v.error) for v in verdicts] == [(0, None)] * len(rules)
    assert all("no IPEDS file" in rule.not_applicable_words for rule in rules)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update core.institution set unitid = null", "no_unitid"),  # as the invented colleges of a sample home
        ("update core.institution set unitid = '999999'", "institution_not_in_ipeds"),
        ("update core.program set award_level_code = 'noncredit'", "level_not_in_ipeds"),
        ("update core.program set award_level_code = null", "level_unknown"),
        ("update core.program set cip_version = 'CIP2010'", "cip_version_differs"),
        ("update core.program set cip_code = '48.0599'", "cip_not_in_ipeds"),
        ("update core.program set cip_code = '99'", "cip_not_in_ipeds"),
    ],
)
def test_what_cannot_be_compared_says_why_and_is_no_difference(college: Any, change: str, reason: str) -> None:
    publish(college, 50)
    publish(college, 50, cip_code="99")
    college.execute(change)
    columns = "status, reason_code, first_major_count, theirs_count, difference_count, tolerance_count"
    assert compared(college, columns) == [("not_comparable", reason, None, None, None, None)]
    assert found(college) == ({"completions_cip_known": 1} if reason == "cip_not_in_ipeds" else {})


def test_campuses_that_share_a_number_are_one_institution_to_ipeds(college: Any) -> None:
    add(college, "institution", institution_id="B", unitid=LANE)
    add(college, "program", institution_id="B", program_id="P9", award_level_code="03")
    add(college, "student", institution_id="B", student_id="b1")
    add(college, "credential", institution_id="B", student_id="b1", program_id="P9", award_level_code="03",
        award_date=date(2023, 5, 1))  # fmt: skip
    award(college, 4)
    publish(college, 5)
    assert compared(college, "institution_id, program_count, ours_count, status") == [("A", 2, 5, "agrees")]


def test_colleges_without_a_number_stay_apart(college: Any) -> None:
    add(college, "institution", institution_id="B", unitid=None)
    add(college, "institution", institution_id="C", unitid=None)
    for place in "BC":
        add(college, "program", institution_id=place, program_id="P9", award_level_code="03")
    assert compared(college, "institution_id, reason_code") == [
        ("A", "ipeds_not_loaded"), ("B", "no_unitid"), ("C", "no_unitid"),
    ]  # fmt: skip


EXCEPTIONS: list[tuple[dict[str, str], bool]] = [
    ({}, True), ({"cip_code": "48.0508"}, True), ({"award_level_code": "03"}, True),
    ({"cip_code": "51.3801"}, False), ({"award_level_code": "02"}, False), ({"unitid": "999999"}, False),
    ({"last_program_year": "2021-22"}, False), ({"first_program_year": "2023-24"}, False),
    ({"grantee_id": "florida"}, False),
]  # fmt: skip


def test_a_known_exception_is_named_and_found_no_more_and_it_ends(college: Any) -> None:
    publish(college, 50)
    compared(college)
    for exception, is_known in EXCEPTIONS:
        row = {
            "grantee_id": "oregon", "unitid": LANE, "cip_code": None, "award_level_code": None,
            "first_program_year": "2021-22", "last_program_year": "2023-24", "reason": "the campus in Reno",
            "approved_by": "A. Steward, 2026-03-01", **exception,
        }  # fmt: skip
        college.execute("delete from reference.ipeds_exception")
        college.execute("insert into reference.ipeds_exception values (?, ?, ?, ?, ?, ?, ?, ?)", list(row.values()))
        (model,) = [model for model in all_models() if model.table == TABLE]
        build(college, model)
        words = "the campus in Reno (approved by A. Steward, 2026-03-01)" if is_known else None
        query = f"select status, exception_reason from {TABLE} where program_year = '{YEAR}'"
        assert college.execute(query).fetchall() == [("only_ipeds", words)], exception
        assert judged(college) == ({} if is_known else {"completions_award_missing": 1}), exception


def test_an_exception_that_nothing_needs_any_more_is_told(college: Any) -> None:
    college.execute(
        f"insert into reference.ipeds_exception values ('oregon', '{LANE}', null, null, '2021-22', '2023-24', 'a', 'b')"
    )
    publish(college, 2)
    assert found(college) == {"completions_exception_needed": 1}


# ---- the published files

_LEVEL = "lpad(cast(AWLEVEL as varchar), 2, '0')"
_OURS = {"20": "01", "21": "01", "02": "02", "03": "03", "04": "04", "05": "05"}
COLLEGES = (209038, 102030, 131399)  # Lane, Lawson State of Alabama, the University of the District of Columbia


@pytest.fixture(scope="module")
def published(real_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both published files, and three colleges whose records of 2021-22 are made from the second."""
    connection = small_warehouse()
    for table in ("credential", "student", "program", "institution", "course"):
        connection.execute(f"delete from core.{table}")
    for file, year in (("c2021_a", "2020-21"), ("c2022_a", "2021-22")):
        connection.execute(
            "insert into reference.ipeds_completions (program_year, unitid, cip_code, cip_version, ipeds_award_level, "
            f"major_number, total_count, is_total) select '{year}', cast(UNITID as varchar), CIPCODE, 'CIP2020', "
            f"{_LEVEL}, cast(MAJORNUM as varchar), CTOTALT, CIPCODE = '99' "
            f"from read_parquet('{real_data / 'ipeds' / f'{file}_major1_7col.parquet'}')"
        )
    levels = " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in _OURS.items())
    listed = ", ".join(f"'{unitid}'" for unitid in COLLEGES)
    connection.execute(
        "create temp table field as select unitid, cip_code, award_level_code, sum(total_count) as awards from ("
        f"select *, case ipeds_award_level {levels} end as award_level_code from reference.ipeds_completions) "
        f"where program_year = '2021-22' and not is_total and unitid in ({listed}) and award_level_code is not null "
        "group by all"
    )
    for unitid in COLLEGES:
        add(connection, "institution", program_year="2021-22", institution_id=f"U{unitid}", unitid=str(unitid))
    _from_field(connection)
    yield connection
    connection.close()


def _from_field(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a program of each field and level, and a student for each of its awards."""
    line = "'2021-22 all' as submission_id, row_number() over () as line_number, '' as unreadable_columns"
    base = "'oregon' as grantee_id, '2021-22' as program_year, 'U' || unitid as institution_id"
    program = "cip_code || '-' || award_level_code as program_id"
    who = f"'s' || cip_code || award_level_code || n as student_id, {line}"
    states = [
        row[0] for row in connection.execute("describe core.student").fetchall()
        if row[0] in ("sex", "hispanic_ethnicity", "race_selections") or row[0].endswith("_status")
    ]  # fmt: skip
    told = ", ".join(f"'not_reported' as {name}" for name in states)
    many = "from field, unnest(range(cast(awards as bigint))) as each (n)"
    connection.execute(
        f"insert into core.program by name select {base}, {program}, cip_code, 'CIP2020' as cip_version, "
        f"award_level_code, cip_code as program_name, 'credit' as credit_status, {line} from field"
    )
    connection.execute(
        f"insert into core.student by name select {base}, 'annual' as term_code, 'ssn' as student_id_kind, "
        f"'1997_two_question' as race_question_standard, {told}, {who} {many}"
    )
    connection.execute(
        f"insert into core.credential by name select {base}, {program}, award_level_code, 'degree' as credential_type, "
        f"date '2022-05-15' as award_date, {who} {many}"
    )


@pytest.fixture
def exact(published: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published files and the records made from them; what a test does to them is undone."""
    published.execute("begin")
    published.execute("create table if not exists untouched_program as from core.program")
    published.execute("create table if not exists untouched_credential as from core.credential")
    published.execute("commit")
    yield published
    for table in ("program", "credential"):
        published.execute(f"delete from core.{table}")
        published.execute(f"insert into core.{table} from untouched_{table}")


def _biggest(connection: duckdb.DuckDBPyConnection, level: str = "03") -> tuple[str, str]:
    """Return institution and program with the most awards at a level."""
    found = connection.execute(
        "select 'U' || unitid, cip_code || '-' || award_level_code from field where award_level_code = ? "
        "order by awards desc, cip_code limit 1", [level],
    ).fetchone()  # fmt: skip
    assert found
    return found


def test_records_made_from_the_published_file_agree_in_every_field_and_level(exact: duckdb.DuckDBPyConnection) -> None:
    rows = compared(exact, "status, difference_count, lag_years", "2021-22")
    fields = exact.execute("select count(*) from field").fetchone()
    assert fields
    assert len(rows) == fields[0] > 150
    assert set(rows) == {("agrees", 0, 0)}
    assert found(exact, "2021-22") == {}


TWICE = (
    "insert into core.credential by name select * replace ('certificate' as credential_type) from core.credential "
    "where institution_id = ? and program_id = ?"
)


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        ("delete from core.credential where institution_id = ? and program_id = ?", {"completions_award_missing": 1}),
        ("delete from core.credential where institution_id = ? and program_id = ? and line_number % 3 = 0",
         {"completions_awards_agree": 1}),
        ("update core.credential set award_level_code = '05' where institution_id = ? and program_id = ?",
         {"completions_award_missing": 1, "completions_award_unknown_to_ipeds": 1}),
        ("update core.credential set award_date = date '2021-05-15' where institution_id = ? and program_id = ?",
         {"completions_award_missing": 1}),
        ("update core.program set cip_code = '47.0101' where institution_id = ? and program_id = ?",
         {"completions_award_unknown_to_ipeds": 1}),
        ("update core.program set cip_code = '47.9998' where institution_id = ? and program_id = ?",
         {"completions_cip_known": 1}),
        (TWICE, {"completions_awards_agree": 1}),
    ],
)  # fmt: skip
def test_each_fault_that_is_planted_is_found_and_nothing_else(
    exact: duckdb.DuckDBPyConnection, fault: str, rules: dict[str, int]
) -> None:
    exact.execute(fault, list(_biggest(exact)))
    assert found(exact, "2021-22") == rules


def test_records_of_a_year_are_told_from_those_of_another(exact: duckdb.DuckDBPyConnection) -> None:
    """Set beside the file of the year before, two fifths of the fields fail the tolerance of the same year."""
    exact.execute("delete from core.credential")
    exact.execute(
        "update reference.ipeds_completions set program_year = case program_year when '2020-21' then '2021-22' else "
        "'2020-21' end"
    )
    try:
        exact.execute("insert into core.credential from untouched_credential")
        rows = compared(exact, "status, lag_years", "2021-22")
        assert {lag for _, lag in rows} == {0}
        assert sum(status != "agrees" for status, _ in rows) > len(rows) // 5
    finally:
        exact.execute(
            "update reference.ipeds_completions set program_year = case program_year when '2020-21' then '2021-22' "
            "else '2020-21' end"
        )
