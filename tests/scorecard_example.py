"""A small invented warehouse for tests of scorecards and pages: ledger tables by their DDL, marts by their columns."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from pipelines.ledger import quality_tables
from pipelines.schema import content_columns, core_tables
from pipelines.scorecard.card import Run
from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.verdicts import RuleWords
from pipelines.waiver_tables import waiver_tables
from pipelines.warehouse import insert_rows

GRANTEE, YEAR = "oregon", "2023-24"
HOSTILE = "<script>alert('x')</script> & Sons \"College\""
RUN = Run("20261121T020000Z-aaaa", datetime(2026, 11, 21, 2, 0, tzinfo=UTC), True, "0.1.0", "4f2c9e1a7b30")
MARTS = """
create table mart.local_access (grantee_id text, program_year text, eligible_recipient_id text, institution_id text,
    program_id text, subgroup_dimension text, subgroup_code text, student_count bigint, participant_count bigint,
    concentrator_count bigint, completer_count bigint, credentialed_count bigint);
create table mart.local_parity (grantee_id text, program_year text, eligible_recipient_id text, institution_id text,
    program_id text, subgroup_dimension text, subgroup_code text, group_participant_count bigint,
    known_participant_count bigint, unknown_participant_count bigint, group_student_count bigint,
    known_student_count bigint, unknown_student_count bigint, verdict text, status text, parity_index double);
create table mart.local_program_size (grantee_id text, program_year text, eligible_recipient_id text,
    institution_id text, program_id text, is_in_inventory boolean, program_name text, cip_code text,
    award_level_code text, participant_count bigint, concentrator_count bigint, completer_count bigint,
    left_count bigint, credential_status text, credential_numerator_count bigint, credential_denominator_count bigint,
    credential_unknown_count bigint, work_based_learning_count bigint);
create table mart.exclusion (grantee_id text, program_year text, institution_id text, table_name text,
    submission_id text, line_number integer, reason_code text);
create table mart.indicator (grantee_id text, program_year text, cohort_program_year text, outcome_window_end date,
    indicator_code text, institution_id text, cip_code text, subgroup_dimension text, subgroup_code text,
    numerator_count bigint, denominator_count bigint, unknown_count bigint, status text, definition_version text);
create table mart.coverage (grantee_id text, program_year text, institution_id text, equity_dimension text,
    student_count bigint, value_count bigint, unknown_count bigint, declined_count bigint, not_reported_count bigint,
    not_collected_count bigint, yes_count bigint, no_count bigint);
create table mart.readiness (grantee_id text, program_year text, institution_id text, equity_dimension text,
    verdict text, reasons text, informative_count bigint, informative_denominator_count bigint);
create table mart.element_completeness (grantee_id text, program_year text, institution_id text, table_name text,
    column_name text, row_count bigint, asked_count bigint, value_count bigint);
create table mart.record_count (grantee_id text, program_year text, institution_id text, table_name text,
    row_count bigint, previous_row_count bigint);
create table quality.expected_file (grantee_id text, program_year text, table_name text, received_count bigint);
create table mart.labor_alignment (grantee_id text, program_year text, institution_id text, subgroup_dimension text,
    subgroup_code text, concentrator_count bigint, high_skill_count bigint, high_skill_untold_count bigint,
    high_wage_count bigint, high_wage_untold_count bigint, in_demand_count bigint, in_demand_untold_count bigint,
    all_three_count bigint, all_three_untold_count bigint, no_occupation_count bigint);
create table mart.labor_program (grantee_id text, program_year text, cip_code text, cip_version text,
    program_name text, program_count bigint, concentrator_count bigint, crosswalk_status text, occupation_count bigint,
    counted_count bigint, openings_count bigint, growth_least decimal(8, 1), growth_most decimal(8, 1),
    wage_least integer, wage_most integer, has_top_coded boolean, rule text, high_skill text, high_wage text,
    in_demand text, all_three text, critical_count bigint, automation_least decimal(6, 4),
    automation_most decimal(6, 4), proximity_least integer, proximity_most integer);
create table mart.program_occupation (grantee_id text, program_year text, cip_code text, cip_version text,
    soc_code text, is_counted boolean, projection_status text, wage_status text, typical_education text);
create table core.institution (grantee_id text, program_year text, institution_id text, institution_name text,
    unitid text);
create table core.program (grantee_id text, program_year text, cip_version text, cip_code text, credit_status text);
create table core.course (grantee_id text, program_year text, credit_status text);
create table mart.program_cluster (grantee_id text, program_year text, institution_id text, program_id text,
    program_name text, is_in_inventory boolean, cip_code text, cip_version text, career_cluster_code text,
    career_cluster_framework text,
    expected_framework text, proposed_cluster_code text, proposed_cluster_count bigint, unmapped_reason text,
    legacy_cluster_code text, legacy_source text, agreement text, crosswalk_program_year text,
    concentrator_count bigint, concentrator_once_count bigint);
create table core.student (grantee_id text, program_year text, student_id text, student_id_kind text,
    race_question_standard text);
"""
NAMES = ("Cedar Fork Community College", "Driftwood Bay Community College", "High Lava Community College",
         "Juniper Ridge Technical College", "Rainwater Community College", "Two Rivers College", "Willow Bend College",
         "Alder Coast College")  # fmt: skip
RULES = (
    ("enrollment_credits_earned_plausible", "validity", "warning", "Credits earned lie between 0 and 900", 41),
    ("student_sex_readable", "validity", "warning", "Sex could be read", 33),
    ("enrollment_student_known", "integrity", "critical", "The student of an enrollment is in the student file", 17),
    ("student_key_unique", "uniqueness", "critical", "A student is reported once a term", 12),
    ("concentrator_as_derived", "consistency", "warning", "Reported concentrators earned the credits", 9),
    ("program_cip_code_pattern", "validity", "warning", "CIP codes have two and four digits", 7),
    ("line_field_count", "validity", "critical", "A line has as many fields as the header", 5),
    ("placement_known_share", "equity", "warning", "Placement is known for most completers", 4),
    ("credential_award_after_entry", "consistency", "warning", "A credential follows entry into its program", 4),
    ("coverage_flag_never_yes", "equity", "warning", "A special population is not all 'no' at a college", 3),
    ("submission_on_time", "timeliness", "warning", "Files arrive by the due date", 2),
    ("student_birth_date_present", "completeness", "warning", "Birth date is there", 1),
    ("course_key_unique", "uniqueness", "critical", "A course is reported once a term", 0),
    ("program_length_readable", "validity", "warning", "Program length could be read", 0),
)
READINESS = (
    ("measurable", ""), ("with_caution", "never yes; source not declared"), ("measurable", ""),
    ("not_measurable", "not collected"), (None, "too few students; not collected"),
)  # fmt: skip
WORDS = {rule_id: RuleWords(title, "Correct the record and send the file again.") for rule_id, _, _, title, _ in RULES}


def warehouse(institution_count: int = 5, *, names: tuple[str, ...] = NAMES, is_filled: bool = True) -> Any:
    """Return an open in-memory warehouse; ``is_filled`` false leaves all tables empty."""
    connection = duckdb.connect()
    for schema in ("core", "quality", "mart"):
        connection.execute(f"create schema {schema}")
    types = {"BIGINT": "bigint", "INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date", "DATETIME": "timestamp"}
    for table in (*quality_tables(), *waiver_tables()):
        columns = ", ".join(f"{c.name} {types.get(str(c.type), 'text')}" for c in table.columns)
        connection.execute(f"create table quality.{table.name} ({columns})")
    connection.execute(MARTS)
    insert(connection, "quality.run", run_id=RUN.run_id, started_at=RUN.started_at.replace(tzinfo=None),
           is_sample=True, code_version=RUN.code_version)  # fmt: skip
    if is_filled:
        rows = _Gathered(connection)
        ids = [f"C{n:02d}" for n in range(1, institution_count + 1)]
        for n, institution_id in enumerate(ids):
            name = names[n % len(names)] + (f" {n // len(names) + 1}" if n >= len(names) else "")
            _institution(rows, institution_id, name, n)
        _grantee_wide(rows, ids)
        _files(rows)
        _verdicts(rows, ids)
        _waivers(rows, ids)
        rows.write()
    return connection


class _Gathered:
    """Takes rows one by one and writes them a table at a time: a thousand inserts took most of a test's time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection, self.rows = connection, defaultdict[str, list[list[Any]]](list)

    def execute(self, statement: str, row: list[Any] | None = None) -> None:
        if row is None:
            self.write()
            self.connection.execute(statement)
        else:
            self.rows[statement.removeprefix("insert into ").partition(" values ")[0]].append(row)

    def write(self) -> None:
        for into, rows in self.rows.items():
            insert_rows(self.connection, into, rows)
        self.rows.clear()


def insert(connection: Any, table: str, **row: Any) -> None:
    places = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values()))


def _institution(connection: Any, institution_id: str, name: str, n: int) -> None:
    place = {"grantee_id": GRANTEE, "program_year": YEAR, "institution_id": institution_id}
    partition = {"grantee_id": GRANTEE, "program_year": YEAR}
    insert(connection, "core.institution", **place, institution_name=name, unitid=None if n % 4 == 3 else "208275")
    for m in range(6 + n):
        insert(connection, "core.program", **partition, cip_version="2010" if m == 5 else "2020")
    for m in range(40):
        kind = "ssn" if m % 5 else "local"
        insert(connection, "core.student", **partition, student_id=f"{institution_id}-{m}", student_id_kind=kind)
    for t, table in enumerate(core_tables()):
        rows = 0 if table.name in ("staff", "work_based_learning") and n % 2 else (120 + 37 * n) * (1 + t % 4)
        insert(connection, "mart.record_count", **place, table_name=table.name, row_count=rows,
               previous_row_count=rows - 11 + 4 * n)  # fmt: skip
        for c, column in enumerate(content_columns(table)):
            is_soft = column.info["states"] or not column.info["required"]
            gap = (rows * ((n * 7 + c * 5) % 23) // 100) if (c + t) % 3 == 0 and is_soft else 0
            asked = 0 if column.name == "foster_care_status" else rows
            insert(connection, "mart.element_completeness", **place, table_name=table.name, column_name=column.name,
                   row_count=rows, asked_count=asked, value_count=max(asked - gap, 0))  # fmt: skip
    for d, dimension in enumerate(LABELS):
        _coverage(connection, {**place, "equity_dimension": dimension}, 120 + 37 * n, d, n)
        verdict_of, reasons = READINESS[(d * 3 + n) % len(READINESS)]
        insert(connection, "mart.readiness", **place, equity_dimension=dimension, verdict=verdict_of, reasons=reasons)
    for i, code in enumerate(("1P1", "2P1", "3P1")):
        size = (30 + 6 * n) * (n != 1 or i != 2)
        status = "pending" if code == "2P1" else "computed" if size else "no_denominator"
        _indicator(connection, institution_id, code, status, size * 3 // 5, size, size // (7 + n))


def _coverage(connection: Any, place: dict[str, Any], students: int, d: int, n: int) -> None:
    if d == 9:
        states = [0, 0, 0, students]
    else:
        states = [students * (d + n) % 9, students // 40 * (d % 3), students // 60 * d // 2, 0]
    unknown, declined, not_reported, not_collected = states
    value = students - sum(states)
    yes = None if d < 2 else value // (6 + d)
    insert(connection, "mart.coverage", **place, student_count=students, value_count=value, unknown_count=unknown,
           declined_count=declined, not_reported_count=not_reported, not_collected_count=not_collected,
           yes_count=yes, no_count=None if yes is None else value - yes)  # fmt: skip


def _indicator(connection: Any, institution_id: str | None, code: str, status: str, numerator: int, denominator: int,
               unknown: int) -> None:  # fmt: skip
    is_told = status == "computed"
    insert(connection, "mart.indicator", grantee_id=GRANTEE, program_year=YEAR,
           cohort_program_year="2023-24" if code == "3P1" else "2022-23", outcome_window_end=date(2024, 12, 31),
           indicator_code=code, institution_id=institution_id, subgroup_dimension="all", subgroup_code="all",
           numerator_count=numerator if is_told else None,
           denominator_count=denominator if status != "not_computable" else None,
           unknown_count=unknown if is_told else None, status=status, definition_version="oregon-house-1")  # fmt: skip


def _grantee_wide(connection: Any, ids: list[str]) -> None:
    connection.execute("""
        insert into mart.coverage
        select grantee_id, program_year, null, equity_dimension, sum(student_count), sum(value_count),
            sum(unknown_count), sum(declined_count), sum(not_reported_count), sum(not_collected_count),
            sum(yes_count), sum(no_count)
        from mart.coverage group by all
    """)
    _indicator(connection, None, "1P1", "computed", 141, 228, 23)
    _indicator(connection, None, "2P1", "pending", 0, 0, 0)
    _indicator(connection, None, "3P1", "computed", 33, 180, 4)
    for n, reason in enumerate(("orphan", "duplicate", "duplicate", "key_unreadable")):
        insert(connection, "mart.exclusion", grantee_id=GRANTEE, program_year=YEAR, institution_id=ids[0],
               table_name="enrollment" if n else "student", submission_id="s1", line_number=10 + n,
               reason_code=reason)  # fmt: skip
    for table in core_tables():
        if not table.info["optional"]:
            insert(connection, "quality.expected_file", grantee_id=GRANTEE, program_year=YEAR, table_name=table.name,
                   received_count=0 if table.name == "placement" else 1)  # fmt: skip


def _files(connection: Any) -> None:
    names = ["Student_Fall_2023.csv", "Student_Winter_2024.csv", "Course_Fall_2023.csv", "Enrollment_Fall_2023.csv",
             "Credential_2023-24.csv", "Program_2023-24.csv"]  # fmt: skip
    for n, name in enumerate(names):
        is_refused = name.startswith("Credential")
        lines = 400 + 211 * n
        bad = lines if is_refused else n % 3
        header = 0 if is_refused else 1
        insert(
            connection, "quality.submission", submission_id=f"s{n}", grantee_id=GRANTEE, program_year=YEAR,
            table_name=name.split("_")[0].lower(), file_name=name, sha256=f"{n:x}9c0de" * 10 + "abcd",
            byte_count=lines * 80, physical_line_count=lines, header_line_count=header,
            loaded_line_count=lines - header - bad, loaded_row_count=lines - header - bad,
            quarantined_line_count=bad,
            received_at=datetime(2024, 8, 9, 17, 30, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=2 * n),
            due_date=date(2024, 8, 15), is_late=2 * n > 6, status="refused" if is_refused else "accepted",
            layout_version=None if is_refused else "oregon-term-files 1",
            message="Credential_2023-24.csv: line 1: header lacks AWARD_DATE; send the file with the header of layout "
            "oregon-term-files 1" if is_refused else None,
        )  # fmt: skip


def _verdicts(connection: Any, ids: list[str]) -> None:
    for rule_id, dimension, severity, _title, count in RULES:
        verdict(connection, rule_id, dimension, severity, 900, count)
        for place, institution_id in enumerate(ids):
            own = len(range(place, count, len(ids)))
            verdict(connection, rule_id, dimension, severity, 900 // len(ids), own, institution_id=institution_id)
        for n in range(count):
            insert(connection, "quality.finding", finding_id=f"{rule_id}-{n}", rule_id=rule_id, rule_version=1,
                   severity=severity, grantee_id=GRANTEE, institution_id=ids[n % len(ids)], program_year=YEAR,
                   submission_id="s1", table_name="core.enrollment", file_name="Enrollment_Fall_2023.csv",
                   line_number=100 + n, state="open", change="new", is_waived=rule_id == "student_key_unique",
                   first_seen_run_id=RUN.run_id, last_seen_run_id=RUN.run_id)  # fmt: skip


def _waivers(connection: Any, ids: list[str]) -> None:
    for rule_id, institution_id, standing, failed in (
        ("student_key_unique", None, "active", 12),
        ("enrollment_credits_earned_plausible", ids[-1], "exceeded", 8),
        ("student_sex_readable", None, "expired", 33),
    ):
        waiver(connection, rule_id, institution_id, standing, failed)


def waiver(connection: Any, rule_id: str, institution_id: str | None, standing: str, failed: int, **more: Any) -> None:
    row = {"tolerance_count": 7, "tolerance_share": "0.02", "population_count": 900, **more}
    insert(connection, "quality.waiver", waiver_id=f"{rule_id}-{institution_id}", grantee_id=GRANTEE,
           program_year=YEAR, institution_id=institution_id, rule_id=rule_id, reason="The old system lost them",
           author="Ana Diaz", approved_by="Bo Lee", approved_at=date(2026, 9, 1), expires=date(2027, 6, 30),
           standing=standing, standing_words="in words of the day", failed_count=failed, **row)  # fmt: skip


def verdict(connection: Any, rule_id: str, dimension: str, severity: str, population: int | None, failed: int | None,
            **more: Any) -> None:  # fmt: skip
    status = "not_applicable" if not population else "failed" if failed else "passed"
    row = {"is_waived": rule_id == "student_key_unique", "status": status, "threshold": "none may fail", **more}
    insert(connection, "quality.rule_result", run_id=RUN.run_id, rule_id=rule_id, rule_version=1, dimension=dimension,
           severity=severity, grantee_id=GRANTEE, program_year=YEAR, population_count=population,
           failed_count=failed, **row)  # fmt: skip
