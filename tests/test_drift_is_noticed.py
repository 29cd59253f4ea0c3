"""Does a file that differs from the last one raise a question, and an honest one none?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_example import COURSE_HEADER, ENROLLMENT_HEADER, Example

from pipelines import grantee as grantees
from pipelines.intake.drift.change import differ_clearly
from pipelines.intake.drift.earlier import Earlier
from pipelines.intake.drift.header import header_drift
from pipelines.intake.drift.profile import Profile, told_code
from pipelines.intake.drift.scan import MANY_ROWS, columns_looked_at, count_values
from pipelines.intake.drift.shape import SHAPE_OF, SHAPE_SQL, SPACES, is_scientific, shape_of
from pipelines.intake.drift.values import value_drift
from pipelines.layout_files import file_layouts
from pipelines.layouts import Transactions
from pipelines.measurement_tables import DRIFT_KINDS, measurement_tables

LAST, THIS = "2022-23", "2023-24"
PEOPLE = 60
PROGRAM_HEADER = "COLLEGE,REPORT_YEAR,PROGRAM,TITLE,CIP,AWARD,LENGTH,CLUSTER,NONTRAD,CREDIT"
CREDENTIAL_HEADER = "COLLEGE,REPORT_YEAR,STUDENT_ID,PROGRAM,KIND,TITLE,AWARD,AWARD_DATE,EVIDENCE"
Rows = list[list[str]]
Plant = Callable[[Rows], Rows]


def _enrollments(year: str, number: int = 0) -> Rows:
    first = (812120000 if year == LAST else 812130000) + number * 100  # nobody is in both years
    return [
        ["C1" if n % 3 else "C2", year, "FA", str(first + n + 1), f"W{n % 7:03}", "3.00", "3.00"] for n in range(PEOPLE)
    ]


def _courses(year: str, number: int = 0) -> Rows:
    return [
        ["C1", year, "FA", f"W{number * 100 + n:04}", "Welding", f"P{n % 4}", "CN"[n % 4 == 0]] for n in range(PEOPLE)
    ]


def _programs(year: str, number: int = 0) -> Rows:
    return [
        ["C1", year, f"P{number * 100 + n}", "Welding", f"48.05{n % 90:02}", "C1", "12", f"{n % 9 + 1:02}", "N", "C"]
        for n in range(PEOPLE)
    ]


def _credentials(year: str, number: int = 0) -> Rows:
    first = (812120000 if year == LAST else 812130000) + number * 100
    return [
        ["C1", year, str(first + n + 1), "P1", "D", "Welding", "C1", f"1{n % 3}/{n % 28 + 1:02}/{year[:4]}", "R"]
        for n in range(PEOPLE)
    ]


FILES: dict[str, tuple[str, str, Callable[[str, int], Rows]]] = {
    "enrollment": ("enrollment_{}_{}.csv", ENROLLMENT_HEADER, _enrollments),
    "course": ("course_{}_{}.csv", COURSE_HEADER, _courses),
    "program": ("program_{}.csv", PROGRAM_HEADER, _programs),
    "credential": ("credential_{}.csv", CREDENTIAL_HEADER, _credentials),
}


def _text(header: str, rows: Rows) -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def _set(place: int, value: str | Callable[[str], str], count: int = PEOPLE) -> Plant:
    """Return what changes a column in the first ``count`` rows."""
    return lambda rows: [
        [(value if isinstance(value, str) else value(cell)) if n < count and p == place else cell
         for p, cell in enumerate(row)]
        for n, row in enumerate(rows)
    ]  # fmt: skip


def _last_years(rows: Rows) -> Rows:
    number = (int(rows[0][3]) - 812130001) // 100
    return [[row[0], THIS, *row[2:]] for row in _enrollments(LAST, number)]


def _both(*plants: Plant) -> Plant:
    def plant(rows: Rows) -> Rows:
        for one in plants:
            rows = one(rows)
        return rows

    return plant


def _accept(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute("update quality.submission set status = 'accepted' where status = 'read'")


def _put(
    example: Example, name: str, year: str, plant: Plant = list, header: Callable[[str], str] = str, term: int = 0
) -> None:
    """Put a kind of file into the inbox; each ``term`` has records of its own, because no file may repeat another."""
    place, columns, rows = FILES[name]
    example.put(place.format(year, f"T{term}"), _text(header(columns), plant(rows(year, term))), year)


def _two_years(example: Example, name: str, plant: Plant = list, header: Callable[[str], str] = str) -> None:
    """Take in and accept last year's file of a kind, then this year's with something planted."""
    _put(example, name, LAST)
    example.night()
    _accept(example)
    _put(example, name, THIS, plant, header)
    example.night()


def _drift(example: Example, year: str = THIS) -> list[tuple[Any, ...]]:
    return example.rows(
        f"select kind, column_name, measured, n, detail from quality.drift where program_year = '{year}' order by all"
    )


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


def test_an_honest_second_year_raises_no_question(example: Example) -> None:
    for year in (LAST, THIS):
        for name in FILES:
            _put(example, name, year)
        example.night()
        _accept(example)
    assert example.rows("select status, count(*) from quality.submission group by all") == [("accepted", 8)]
    assert example.rows("select * from quality.drift") == []
    for name in FILES:
        measured = example.rows(
            "select kind from quality.drift_scope inner join quality.submission using (submission_id) "
            f"where program_year = '{THIS}' and table_name = '{name}'"
        )
        expected = {"column_missing", "code_share_jumped", "doubled", "truncated", "other_grantee"}
        assert expected <= {kind for (kind,) in measured} <= set(DRIFT_KINDS)


# By table and term: what is planted, and which kind of drift it shows as, in which column, in how many of the rows.
Shown = tuple[str, str | None, int, int]
PLANTED: dict[tuple[str, int], tuple[Plant, tuple[Shown, ...]]] = {
    ("enrollment", 1): (_set(5, "three", 9), (("column_retyped", "ATTEMPTED", 9, PEOPLE),)),
    ("enrollment", 2): (
        _set(3, lambda i: f"{i[:3]}-{i[3:5]}-{i[5:]}"), (("pattern_changed", "STUDENT_ID", PEOPLE, PEOPLE),)),
    ("enrollment", 3): (_set(3, "8.1213E+08", 5), (("excel_scientific", "STUDENT_ID", 5, PEOPLE),)),
    ("enrollment", 4): (_set(3, lambda i: i[1:], 8), (("excel_zeros_lost", "STUDENT_ID", 8, PEOPLE),)),
    ("enrollment", 5): (_last_years, (("repeats_last_year", None, PEOPLE, PEOPLE),)),
    ("enrollment", 6): (lambda rows: rows[:20], (("truncated", None, 40, PEOPLE),)),
    ("enrollment", 7): (lambda rows: [*rows, *rows], (("doubled", None, PEOPLE, 2 * PEOPLE),)),
    ("course", 1): (_set(6, "Q", 4), (("code_never_seen", "CREDIT", 4, PEOPLE),)),
    ("course", 2): (_set(6, "N"), (("code_share_jumped", "CREDIT", PEOPLE, PEOPLE),)),
    ("course", 3): (_set(0, "X9", 40), (("other_grantee", "COLLEGE", 40, PEOPLE),)),
    ("program", 0): (
        _both(_set(4, "1.0101", 7), _set(7, lambda code: code.lstrip("0"), 9)),
        (("excel_cip", "CIP", 7, PEOPLE), ("excel_zeros_lost", "CLUSTER", 9, PEOPLE))),
    ("credential", 0): (
        _both(_set(7, lambda day: day.replace("2023", "2022")), _set(7, "45123", 6)),
        (("excel_date_serial", "AWARD_DATE", 6, PEOPLE), ("other_year", "AWARD_DATE", 54, 54))),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Shown]]:
    """What was measured in each planted file of this year, by the file's name, after last year was accepted."""
    example = Example(tmp_path_factory.mktemp("planted"))
    for name, term in PLANTED:
        _put(example, name, LAST, term=term)
    example.night()
    _accept(example)
    for (name, term), (plant, _) in PLANTED.items():
        _put(example, name, THIS, plant, term=term)
    example.night()
    changes: dict[str, set[Shown]] = {}
    for file_name, *shown in example.rows("select file_name, kind, column_name, measured, n from quality.drift"):
        changes.setdefault(file_name, set()).add(tuple(shown))
    return changes


@pytest.mark.parametrize("planted", PLANTED, ids=lambda place: f"{place[0]}-{place[1]}")
def test_what_has_gone_wrong_with_a_file_is_measured_in_rows(
    found: dict[str, set[Shown]], planted: tuple[str, int]
) -> None:
    name, term = planted
    assert set(PLANTED[planted][1]) <= found[FILES[name][0].format(THIS, f"T{term}")]


def test_each_kind_of_drift_is_planted_somewhere_in_these_tests() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in DRIFT_KINDS if f'("{kind}", ' not in text] == []


def test_a_column_that_nobody_agreed_on_is_noticed_once_and_not_again_after_it_was_accepted(example: Example) -> None:
    with_note = lambda rows: [[*row, "n"] for row in rows]  # noqa: E731 - a plant
    _two_years(example, "course", with_note, lambda header: f"{header},NOTE")
    assert _drift(example) == [("column_added", "NOTE", None, None, "not in the layout")]
    _accept(example)
    _put(example, "course", "2024-25", with_note, lambda header: f"{header},NOTE")
    example.night()
    assert _drift(example, "2024-25") == []


def test_columns_that_stand_elsewhere_are_noticed_though_they_are_read_by_name(example: Example) -> None:
    def swap(values: Sequence[str]) -> list[str]:
        return [*values[:4], values[6], values[4], values[5]]

    _two_years(
        example, "course", lambda rows: [swap(r) for r in rows], lambda header: ",".join(swap(header.split(",")))
    )
    assert _drift(example) == [("column_moved", "CREDIT", 5, None, "place 5, 7 before")]


@pytest.fixture
def oregon_changes_its_layout(tmp_path: Path, plain_grantees: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From this year on CREDIT is called CREDIT_STATUS, and TITLE may be left out."""
    folder = tmp_path / "grantees"
    shutil.copytree(plain_grantees / "oregon", folder / "oregon")
    path = folder / "oregon" / "layout.toml"
    head, *files = path.read_text(encoding="utf-8").split("[[file]]")
    course = next(block for block in files if 'name = "course"' in block)
    later = course.replace('"CREDIT"', '"CREDIT_STATUS"').replace('to = "course_title"', "is_optional = true")
    years = {course: 'effective_to = "2022-23"', later: 'effective_from = "2023-24"'}
    dated = [block.replace("columns = [", f"{year}\ncolumns = [") for block, year in years.items()]
    others = [block for block in files if block != course]
    path.write_text("[[file]]".join([head, *others, *dated]), encoding="utf-8")
    monkeypatch.setattr(grantees, "FOLDER", folder)


@pytest.mark.usefixtures("oregon_changes_its_layout")
def test_a_column_under_another_name_is_known_by_its_content_and_one_left_out_is_missed(example: Example) -> None:
    _two_years(
        example, "course", lambda rows: [[*row[:4], *row[5:]] for row in rows],
        lambda _: "COLLEGE,REPORT_YEAR,TERM,COURSE,PROGRAM,CREDIT_STATUS",
    )  # fmt: skip
    assert _drift(example) == [
        ("column_added", "CREDIT_STATUS", None, None, "not in the file accepted before"),
        ("column_missing", "CREDIT", None, None, "accepted before"),
        ("column_missing", "TITLE", None, None, "accepted before"),
        ("column_renamed", "CREDIT_STATUS", 1000, 1000, "CREDIT before, 100% alike by content"),
    ]


def test_a_file_that_ends_in_the_middle_of_a_record_is_noticed_in_its_first_year(example: Example) -> None:
    _put(example, "course", THIS, lambda rows: [*rows, rows[0][:3]])
    example.night()
    assert _drift(example) == [("truncated", None, 1, 1, "ends in the middle of a record")]


def test_a_correction_is_compared_with_the_version_that_was_accepted_not_with_last_year(example: Example) -> None:
    _two_years(example, "course")
    _accept(example)
    _put(example, "course", THIS, _set(6, "N"))
    example.night()
    accepted = "select submission_id from quality.submission where program_year = '2023-24' and status = 'superseded'"
    compared = "select compared_submission_id from quality.drift_scope where kind = 'code_share_jumped'"
    assert set(example.rows(accepted)) <= set(example.rows(compared))
    assert {(row[0], row[1]) for row in _drift(example)} == {("code_share_jumped", "CREDIT")}


def test_what_was_never_accepted_is_compared_with_nothing(example: Example) -> None:
    _put(example, "course", LAST)
    example.night()
    _put(example, "course", THIS, _set(6, "N"))
    example.night()
    assert example.rows("select count(*) from quality.drift_scope where compared_submission_id is not null") == [(0,)]
    assert example.rows("select count(*) from quality.drift_scope where kind = 'code_share_jumped'") == [(0,)]


def test_the_files_of_two_terms_are_not_compared_with_each_other(example: Example) -> None:
    _two_years(example, "course")
    _accept(example)
    _put(example, "course", THIS, term=1)
    example.night()
    compared = "select kind from quality.drift_scope inner join quality.submission using (submission_id) "
    assert example.rows(compared + "where file_name like '%T1%' and compared_submission_id is not null") == []


def test_a_file_in_a_neighbors_folder_is_known_by_the_unitids_of_the_neighbor(example: Example) -> None:
    neighbor = grantees.grantee("alabama").institutions[:3]
    header = "COLLEGE,REPORT_YEAR,COLLEGE_NAME,UNITID,RECIPIENT,TYPE"
    rows = [[f"A{n}", THIS, i.name.replace(",", ""), i.unitid, "R", "CC"] for n, i in enumerate(neighbor)]
    example.put("institution_2023-24.csv", _text(header, rows))
    example.night()
    assert _drift(example) == [
        ("other_grantee", "UNITID", 3, 3,
         "UNITIDs of institutions of other grantees; 3 of these rows are of alabama"),
    ]  # fmt: skip


def test_a_file_that_lands_again_is_measured_anew_and_not_twice(example: Example) -> None:
    _two_years(example, "course", _set(6, "Q", 4))
    queries = [f"select * from {table.fullname} order by all" for table in measurement_tables()]
    before = [example.rows(query) for query in queries]
    example.rebuild()
    after = [example.rows(query) for query in queries]
    assert [len(rows) for rows in after][:2] == [len(rows) for rows in before][:2]
    assert _drift(example) == [("code_never_seen", "CREDIT", 4, PEOPLE, "code Q")]


def test_no_persons_value_stands_in_what_was_measured(example: Example) -> None:
    header = ENROLLMENT_HEADER
    ids = [row[3] for row in _enrollments(THIS)]
    everywhere = [[row[0], *row[1:4], row[3], row[3], "02/03/1999"] for row in _enrollments(THIS)]
    codes = [[row[3], row[1], "812-12-0042", row[3], *row[4:]] for row in _enrollments(THIS)]
    for term, rows in (("FA", everywhere), ("WI", codes)):
        example.put(f"enrollment_2023-24_{term}.csv", _text(header, rows))
    example.night()
    assert example.rows("select count(*) from quality.submission where status = 'read'") == [(2,)]
    told = " ".join(str(example.rows(f"select * from {table.fullname}")) for table in measurement_tables())
    assert [value for value in (*ids, "812-12-0042", "02/03/1999") if value in told] == []


@pytest.mark.parametrize("code", ["812120042", "812-12-0042", "02/03/1999", "1999-02-03", "19990203", "Maria Gonzalez"])
def test_a_code_that_may_be_a_persons_value_is_told_by_its_shape(code: str) -> None:
    assert told_code(code, set(), grantees.grantee("oregon")) == shape_of(code)
    assert told_code(code, {code}, grantees.grantee("oregon")) == code


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("form", SHAPE_OF)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(lambda t: t.strip(SPACES)))
def test_large_files_have_the_shapes_of_small_ones(connection: duckdb.DuckDBPyConnection, form: str, text: str) -> None:
    sql = {name: sql for name, sql in SHAPE_SQL.items() if name == form}
    found = connection.execute(f"select {sql[form]} from (select $text as v)", {"text": text}).fetchall()
    assert found == [({name: of for name, of in SHAPE_OF.items() if name == form}[form](text),)]


def test_a_large_file_is_counted_as_a_small_one(connection: duckdb.DuckDBPyConnection) -> None:
    layout = next(f for f in file_layouts(grantees.grantee("oregon").folder) if f.name == "course")
    columns = columns_looked_at(layout, ("TERM", "CREDIT"))
    texts = ", ".join(f"{c.text} varchar" for c in columns)
    connection.execute(f"create or replace table counted (submission_id varchar, {texts})")
    rows = [("s", *row) for row in _courses(THIS)] + [
        ("s", " C1 ", None, "", "\u00a0 ", "Ünder 1.2E+05", "1.2E+05", "N")
    ]
    connection.executemany(f"insert into counted values ({', '.join('?' * 8)})", rows)
    few, many = (count_values(connection, "counted", "s", columns, n) for n in (len(rows), MANY_ROWS))
    assert few == many


@given(
    counts=st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 500), min_size=1),
    times=st.integers(1, 50),
    divided=st.integers(1, 5),
)
def test_the_same_distribution_is_never_a_jump_however_large_the_file(
    counts: dict[str, int], times: int, divided: int
) -> None:
    def column(factor: int) -> Profile:
        told = {code: count * factor for code, count in counts.items()}
        return Profile("course", "course", "CREDIT", 1, "credit_status", sum(told.values()), 0, len(told), codes=told)

    layout = next(f for f in file_layouts(grantees.grantee("oregon").folder) if f.name == "course")
    before = Earlier("s", LAST, "f", {("course", "CREDIT"): column(divided)})
    kinds = {m.kind: m.changes for m in value_drift(layout, [column(times)], before)}
    assert kinds.get("code_share_jumped", ()) == ()


def test_a_code_that_is_only_written_otherwise_by_a_new_layout_is_no_jump() -> None:
    new = next(f for f in file_layouts(grantees.grantee("oregon").folder) if f.name == "course")
    columns = tuple(
        replace(c, codes={"1": "credit", "2": "noncredit"}) if c.name == "CREDIT" else c for c in new.columns
    )
    then = Profile("course", "course", "CREDIT", 1, "credit_status", 90, 0, 1, codes={"1": 60, "2": 30})
    now = replace(then, codes={"C": 60, "N": 30})
    before = Earlier("s", LAST, "f", {("course", "CREDIT"): then})
    jumps = {
        name: {m.kind: len(m.changes) for m in value_drift(new, [now], before, old)}["code_share_jumped"]
        for name, old in (("told", replace(new, columns=columns)), ("not told", new))
    }
    assert jumps == {"told": 0, "not told": 4}


def test_an_update_file_is_not_blamed_for_holding_less_than_the_whole() -> None:
    course = next(f for f in file_layouts(grantees.grantee("oregon").folder) if f.name == "course")
    whole = Profile("course", "course", "CREDIT", 1, "credit_status", 90, 0, 1, codes={"C": 90})
    before = Earlier("s", LAST, "f", {("course", "CREDIT"): whole})
    update = replace(whole, row_count=30, codes={"N": 30})
    layouts = {"whole": course, "update": replace(course, transactions=Transactions("CREDIT"))}
    kinds = {name: {m.kind for m in value_drift(layout, [update], before)} for name, layout in layouts.items()}
    assert kinds == {"whole": {"code_never_seen", "code_share_jumped"}, "update": {"code_never_seen"}}


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.data())
def test_a_clear_difference_is_one_to_statisticians_as_well(n: int, previous_n: int, data: st.DataObject) -> None:
    count, before = data.draw(st.integers(0, n)), data.draw(st.integers(0, previous_n))
    assert differ_clearly(count, n, before, previous_n) == differ_clearly(before, previous_n, count, n)
    if differ_clearly(count, n, before, previous_n):
        pooled = (count + before) / (n + previous_n)
        error = (pooled * (1 - pooled) * (1 / n + 1 / previous_n)) ** 0.5
        assert abs(count / n - before / previous_n) / error > 2.999
        assert min(n, previous_n) >= 20


@given(st.permutations(["A", "B", "C", "D", "E", "F"]))
def test_the_fewest_columns_are_said_to_have_moved(order: list[str]) -> None:
    layout = next(f for f in file_layouts(grantees.grantee("oregon").folder) if f.name == "course")
    then = [Profile("course", "course", name, place, row_count=1) for place, name in enumerate("ABCDEF", start=1)]
    now = [replace(p, position=order.index(p.column_name) + 1) for p in then]
    last = Earlier("s", LAST, "f", {("course", p.column_name): p for p in then})
    moved = {m.kind: m.changes for m in header_drift(layout, now, [], last)}["column_moved"]
    stayed = [name for name in order if name not in {c.column_name for c in moved}]
    assert stayed == sorted(stayed)
    assert len(moved) <= len(order) - 2 or order == list("FEDCBA")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.23457E+08", True), ("8.1E+8", True), ("1E+05", True), ("W101", False), ("12.5", False), ("A+9", False)],
)
def test_only_scientific_notation_looks_like_it(text: str, *, expected: bool) -> None:
    assert is_scientific(shape_of(text)) is expected
