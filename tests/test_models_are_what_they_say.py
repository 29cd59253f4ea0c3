"""A model is a file: its path is its name, its header its documentation, its query its inputs."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from core_rows import add, complete, earn, rows_of, small_warehouse

from pipelines.measures import definitions
from pipelines.models import ModelError, all_models, build

HEADER = "-- Says what it is.\n-- grain: a\n-- column a: The key.\n"


def write(root: Path, name: str, text: str) -> None:
    path = root / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_edges_are_read_from_the_query_and_not_from_its_ctes(tmp_path):
    query = "with x as (select a from core.student), y as (select a from x where a in (select a from mart.one))"
    write(tmp_path, "mart/two", HEADER + query + " select a from y anti join quality.submission using (a)")
    write(tmp_path, "mart/one", HEADER + "select 1 as a")
    write(tmp_path, "queries/example", "select whatever")
    one, two = all_models(tmp_path)
    assert (one.table, two.table) == ("mart.one", "mart.two")
    assert two.inputs == ("core.student", "mart.one", "quality.submission")


def test_a_note_to_who_changes_the_query_is_no_word_of_the_description_that_analysts_read(tmp_path):
    write(tmp_path, "mart/one", HEADER + "with x as (select 1 as a)\n\n-- Why this is so odd.\nselect a from x")
    (model,) = all_models(tmp_path)
    assert model.description == "Says what it is."
    assert "odd" not in model.sql


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select 1 as a", "the header needs"),
        (HEADER + "select from where", "a model is one select"),
        (HEADER + "select 1 as a; select 2 as a", "a model is one select"),
        (HEADER + "select a from student", "student is no CTE"),
        (HEADER.replace("grain: a", "grain: b") + "select 1 as a", "the grain names b"),
        (HEADER + "select a from mart.bad", "in a circle"),
    ],
)
def test_a_model_that_cannot_be_read_names_its_file_and_the_fix(tmp_path, text, complaint):
    write(tmp_path, "mart/bad", text)
    with pytest.raises(ModelError, match=f"sql/mart/bad.sql.*{complaint}|{complaint}.*sql/mart/bad.sql"):
        all_models(tmp_path)


def test_a_column_that_the_header_forgets_stops_the_build_and_leaves_the_old_table(tmp_path):
    write(tmp_path, "mart/one", HEADER + "select 1 as a, 2 as forgotten")
    (model,) = all_models(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("create schema mart; create table mart.one as select 7 as a")
        with pytest.raises(ModelError, match=r"sql/mart/one.sql.*forgotten"):
            build(connection, model)
        assert connection.execute("select a from mart.one").fetchall() == [(7,)]


def test_a_table_may_become_a_view_and_keeps_its_comments(tmp_path):
    write(tmp_path, "mart/one", HEADER.replace("is.", "is, isn't it.") + "-- materialized: view\nselect 1 as a")
    (model,) = all_models(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("create schema mart; create table mart.one as select 7 as a")
        build(connection, model)
        build(connection, model)
        comments = connection.execute("select comment from duckdb_views() where view_name = 'one'").fetchone()
        column = connection.execute("select comment from duckdb_columns() where table_name = 'one'").fetchone()
    assert comments == ("Says what it is, isn't it.",)
    assert column == ("The key.",)


def test_every_model_builds_its_documented_columns_and_one_row_per_grain():
    connection = small_warehouse()
    for year in ("2021-22", "2022-23", "2023-24"):
        earn(connection, 12, program_year=year)
        complete(connection, date(int(year[:4]) + 1, 5, 1), program_year=year)
        add(connection, "placement", program_year=year, reference_quarter="2023Q4", placement_status="employment")
        add(connection, "placement", program_year=year, reference_quarter="2023Q4", placement_status="unknown",
            placement_source="survey")  # fmt: skip
        add(connection, "credential", program_year=year, award_date=date(2023, 5, 1))
        add(connection, "credential", program_year=year, award_date=date(2023, 5, 2))
        add(connection, "student", program_year=year, term_code="spring")
    connection.execute("update quality.submission set loaded_line_count = 2, vintage = 'end_of_term'")
    connection.execute(
        "insert into quality.drift_scope (submission_id, kind, subject_count) "
        "select submission_id, 'truncated', 1 from quality.submission"
    )
    connection.execute("update core.institution set unitid = '208415'")
    connection.execute(
        "insert into reference.ipeds_directory (program_year, unitid, institution_name, state, control, instcat) "
        "values ('2022-23', '208415', 'Cedar Fork', 'OR', 1, 4), ('2022-23', '208275', 'Elsewhere', 'OR', 1, 4)"
    )
    connection.execute(
        "insert into reference.field_occupation (program_year, cip_code, cip_version, soc_code) "
        "values ('2020-21', '48.0508', 'CIP2020', '51-4121')"
    )
    connection.execute(
        "insert into reference.field_cluster (program_year, cip_code, cip_version, career_cluster_code) "
        "values ('2025-26', '48.0508', 'CIP2020', 'construction'), ('2025-26', '48.0508', 'CIP2020', 'education')"
    )
    connection.execute(
        "insert into reference.occupation_projection (program_year, occupation_code, occupation_type) "
        "values ('2024-25', '51-4121', 'Line item')"
    )
    connection.execute("insert into reference.occupation_employment (program_year) values ('2021-22')")
    connection.execute("insert into reference.census_occupation (program_year) values ('2018-19')")
    connection.execute("insert into quality.run (run_id, finished_at, exit_code) values ('run-1', '2026-01-02', 0)")
    connection.execute(
        "insert into quality.rule_result (run_id, rule_id, status, grantee_id) "
        "values ('run-1', 'rule', 'passed', null), ('run-1', 'rule', 'passed', 'oregon')"
    )
    connection.execute(
        "insert into quality.finding (finding_id, state, grantee_id, rule_id, program_year, table_name, column_name) "
        "values ('one', 'open', 'oregon', 'rule', '2022-23', 'core.student', 'sex')"
    )
    _answer(connection)
    _release(connection)
    for model in [m for m in all_models() if m.schema != "publish"]:
        grain = ", ".join(model.grain)
        repeated = rows_of(connection, f"{model.table}", grain, f"true group by {grain} having count(*) > 1")
        assert repeated == [], model.origin
        assert connection.execute(f"select count(*) from {model.table}").fetchone() != (0,) or model.name == "exclusion"
    connection.close()


def _answer(connection: duckdb.DuckDBPyConnection) -> None:
    """Explain finding ``one`` in the return that had it, twice."""
    connection.execute(
        "insert into quality.submission (submission_id, grantee_id, file_name) "
        "values ('answer', 'oregon', '2_A_12.csv')"
    )
    connection.execute(
        "insert into core.explanation (grantee_id, finding_id, explanation, submission_id, line_number) "
        "values ('oregon', 'one', 'Left', 'answer', 4), ('oregon', 'one', 'Gone', 'answer', 5)"
    )
    for number in (1, 2):
        connection.execute(
            "insert into quality.return_package (return_id, grantee_id, institution_id, submission_id, file_path) "
            "values (?, 'oregon', 'A', '12', 'oregon/A/2')",
            [str(number)],
        )
        connection.execute("insert into quality.returned_finding values (?, 'one', 'new')", [str(number)])


def _release(connection: duckdb.DuckDBPyConnection) -> None:
    """Release one count of one year under a policy."""
    of = "'r1', 'oregon', '2022-23'"
    connection.execute(
        "insert into quality.release (release_id, grantee_id, program_year, number, status) "
        f"values ({of}, 1, 'released')"
    )
    connection.execute(
        "insert into quality.release_policy (release_id, grantee_id, program_year, indicator_code, threshold, "
        f"count_rounding, bands, rate_digits) values ({of}, 'all', 10, 1, '0.05,0.10,0.20', 3)"
    )
    connection.execute(
        "insert into quality.release_cell (release_id, grantee_id, program_year, count_code, subgroup_dimension, "
        f"subgroup_code, count, is_shown, role) values ({of}, 'participant', 'all', 'all', 40, true, 'written')"
    )


def test_every_measure_leaves_out_the_rows_that_cannot_be_placed():
    readers = [m for m in all_models() if m.schema == "mart" and any(i.startswith("core.") for i in m.inputs)]
    about_all_rows = {"exclusion", "element_completeness", "record_count"}
    assert {m.name for m in readers if "mart.exclusion" not in m.inputs} == about_all_rows


def test_definitions_carry_fractions_years_and_dates_so_that_no_query_reckons_with_years():
    with duckdb.connect() as connection:
        definitions.load_definitions(connection, ["2023-24"])
        columns = "previous_program_year, cohort_program_year_1p1, cohort_end_date_1p1, quarter_numerator, due_date"
        row = connection.execute(f"select {columns} from reference.definition where grantee_id = 'oregon'").fetchone()
    assert row == ("2022-23", "2022-23", date(2023, 6, 30), 2, date(2024, 8, 15))
    assert definitions.program_year_plus("1999-00", 0) == "1999-00"
    assert definitions.program_year_plus("1998-99", 1) == "1999-00"
