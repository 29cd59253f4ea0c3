"""The canonical tables, said once: types, keys, references, comments, code sets, CEDS elements, PII class.

DDL, DuckDB comments, Polars schemas, structural rules, sample data and the data dictionary are derived from here.
What is measured about submissions stands in ``ledger``; derived tables are the queries below ``sql/``.
CEDS numbers are Global IDs of CEDS v13; ``local`` marks what CEDS has no element for, empty what is not mapped yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import Column, Date, ForeignKeyConstraint, Integer, MetaData, Numeric, String, Table
from sqlalchemy.types import TypeEngine

PiiClass = Literal["identifier", "quasi"]

METADATA = MetaData()
PARTITION = ("grantee_id", "program_year")
PROVENANCE = ("submission_id", "line_number", "unreadable_columns")


def column(  # noqa: PLR0913 - the vocabulary of a column, all by keyword
    name: str,
    comment: str,
    type_: TypeEngine[Any] | type[TypeEngine[Any]] = String,
    *,
    required: bool = False,
    codes: str = "",
    pattern: str = "",
    ceds: str = "",
    pii: PiiClass | None = None,
    equity: str = "",
    states: bool = False,
    many: bool = False,
    between: tuple[str, str] | None = None,
    hint: str = "",
    derived: str = "",
) -> Column[Any]:
    """Return a column whose ``info`` holds what SQL has no word for.

    ``states``: a person attribute, never null, whose codes include those of ``attribute_state``. ``many``: several
    codes joined by ``|`` in alphabetical order. ``between``: plausible smallest and largest value, as text.
    ``derived``: SQL over what was sent for other columns (``s_cip_code``), for a column that no file says.
    """
    info = {
        "codes": codes, "pattern": pattern, "ceds": ceds, "pii": pii, "equity": equity,
        "states": states, "many": many, "between": between, "required": required, "hint": hint,
        "derived": derived,
    }  # fmt: skip
    return Column(name, type_, nullable=not required, comment=comment, info=info)


def _attribute(name: str, comment: str, codes: str, ceds: str, equity: str, *, many: bool = False) -> Column[Any]:
    """Return a person attribute: one of its codes, or one of the four states in which there is no value."""
    return column(name, comment, codes=codes, ceds=ceds, equity=equity, states=True, required=True, many=many)


def _partition() -> list[Column[Any]]:
    return [
        column("grantee_id", "The grantee that submitted the record.", required=True),
        column("program_year", "Perkins program year, 1 July to 30 June, written 2023-24.", ceds="000243",
                pattern=r"^\d{4}-\d{2}$", required=True),
        column("institution_id", "The grantee's own code of the institution that sent the record.", ceds="000826",
                required=True),
    ]  # fmt: skip


def _student() -> Column[Any]:
    return column("student_id", "Pseudonym of the person (HMAC-SHA-256 of the identifier sent, one key a grantee).",
                   ceds="001071", pii="identifier", required=True)  # fmt: skip


def _term() -> Column[Any]:
    return column("term_code", "Academic term; annual where the source reports once a year.", codes="academic_term",
                   ceds="000727", required=True)  # fmt: skip


def _program() -> Column[Any]:
    return column("program_id", "The State's local number of the CTE program.", ceds="local")


def provenance_columns() -> list[Column[Any]]:
    """Return the columns that say where a row was read from, and what of it could not be read."""
    return [
        column("submission_id", "The file received (quality.submission) that the row was read from.", required=True),
        column("line_number", "First physical line of the row in that file, counted from 1.", Integer, required=True),
        column("unreadable_columns", "Columns whose submitted text could not be read or mapped, as ',a,b,'; "
                "empty when all could.", required=True),
    ]  # fmt: skip


def _table(name: str, comment: str, *columns: Column[Any], key: tuple[str, ...], optional: bool = False,
           refers: Mapping[str, tuple[str, ...]] | None = None, any_year: tuple[str, ...] = (),
           outside: bool = False) -> Table:  # fmt: skip
    """Return a core table; ``key`` and ``refers`` (table to columns) come on top of the partition.

    Neither is enforced by the database, because a row that breaks them must land and be judged, not vanish. A reference
    to a table of ``any_year`` leaves the program year out: what follows the studies is reported in a later year.
    ``outside``: another body than the institution knows it (wage records, a clearinghouse), so that no institution is
    shown a record of it.
    """
    references = [
        ForeignKeyConstraint(columns, [f"core.{other}.{column}" for column in columns])
        for other, own in (refers or {}).items()
        for columns in [[*(PARTITION[:1] if other in any_year else PARTITION), *own]]
    ]
    info = {"key": (*PARTITION, *key), "optional": optional, "outside": outside}
    parts = [*_partition(), *columns, *provenance_columns(), *references]
    return Table(name, METADATA, *parts, schema="core", comment=comment, info=info)


CREDITS = Numeric(10, 2)
_INSTITUTION = {"institution": ("institution_id",)}
_PERSON = {**_INSTITUTION, "student": ("institution_id", "student_id")}

_table(
    "institution", "An institution that teaches postsecondary CTE in a program year; one row each.",
    column("institution_name", "Name of the institution.", ceds="", required=True),
    column("unitid", "IPEDS UNITID; null where the institution has none of its own.", ceds="000166",
            pattern=r"^\d{6}$"),
    column("eligible_recipient_id", "Perkins V eligible recipient that the institution belongs to.", ceds="local",
            required=True),
    column("institution_type", "Kind of institution.", codes="institution_type", ceds="local"),
    key=("institution_id",),
)  # fmt: skip

_table(
    "program", "The State's approved CTE program inventory of a program year; one row per institution and program.",
    column("program_id", "The State's local number of the CTE program.", ceds="local", required=True),
    column("program_name", "Name of the program.", ceds="local", required=True),
    column("cip_code", "Classification of Instructional Programs, six digits, written 51.3801.", ceds="000043",
            pattern=r"^\d{2}\.\d{4}$", required=True, hint="write CIP codes as text: spreadsheets turn 01.0101 into "
            "1.0101 and 11.0700 into 11.07"),
    column("cip_version", "CIP taxonomy that the code is taken from.", codes="cip_version", ceds="000045",
            required=True),
    column("award_level_code", "Academic award level that the program leads to.", codes="award_level",
            ceds="000002"),
    column("program_length", "Length of the program, in program_length_unit.", CREDITS, ceds="local",
            between=("0.01", "3000")),
    column("program_length_unit", "Unit of program_length.", codes="credit_unit", ceds="local"),
    column("career_cluster_code", "Career Cluster as the State approved it.", codes="career_cluster",
            ceds="001288"),
    column("nontraditional_sex", "The sex for which the program is nontraditional (under 25% of the occupation).",
            codes="nontraditional_sex", ceds="000588"),
    column("credit_status", "Credit or noncredit.", codes="credit_status", ceds="000741", required=True),
    key=("institution_id", "program_id"), refers=_INSTITUTION,
)  # fmt: skip

_table(
    "student", "A student as one institution reported the person in one term; person attributes keep five states "
    "apart: a value, unknown, declined, not reported, not collected.",
    _student(),
    column("student_id_kind", "What kind of identifier was sent.", codes="student_id_kind", ceds="001075",
            required=True),
    _term(),
    column("birth_date", "Date of birth.", Date, ceds="000033", pii="quasi", between=("1900-01-02", "2030-12-31")),
    _attribute("sex", "Sex as reported.", "sex", "000255", "sex"),
    _attribute("hispanic_ethnicity", "Answer to a separate question on Hispanic or Latino ethnicity.", "yes_no",
               "000144", ""),
    _attribute("race_selections", "All races selected, as collected.", "race", "001943", "", many=True),
    column("prior_race_selection", "Race as an older single field of the same extract says it; null where none is. "
           "Kept to be compared with race_selections, and in no measure.", codes="race", ceds="local"),
    column("race_question_standard", "The standard that the race question followed.", codes="race_question_standard",
            ceds="local", required=True),
    _attribute("disability_status", "Individual with a disability.", "yes_no", "000577", "disability"),
    _attribute("economic_disadvantage_status", "Individual from an economically disadvantaged family.", "yes_no",
               "000086", "economic_disadvantage"),
    _attribute("nontraditional_preparation_status", "Individual preparing for a nontraditional field, as reported.",
               "yes_no", "000588", "nontraditional_preparation"),
    _attribute("single_parent_status", "Single parent, including single pregnant women.", "yes_no", "000580",
               "single_parent"),
    _attribute("out_of_workforce_status", "Out-of-workforce individual.", "yes_no", "001930", "out_of_workforce"),
    _attribute("english_learner_status", "English learner (Perkins definition).", "yes_no", "000581",
               "english_learner"),
    _attribute("homelessness_status", "Homeless individual (McKinney-Vento, section 725).", "yes_no", "000149",
               "homelessness"),
    _attribute("foster_care_status", "Youth who is in, or has aged out of, the foster care system.", "yes_no",
               "local", "foster_care"),
    _attribute("active_duty_parent_status", "Youth with a parent in the armed forces on active duty.", "yes_no",
               "001576", "active_duty_parent"),
    _attribute("aid_form_status", "Filed a form for student aid (such as the FAFSA) for the year: what such a form "
               "asks is missing, not no, for those who never filed.", "yes_no", "local", ""),
    key=("institution_id", "student_id", "term_code"), refers=_INSTITUTION,
)  # fmt: skip

_table(
    "program_enrollment", "A student in a program: entry, exit and what the institution itself reports of status.",
    _student(),
    column("program_id", "The State's local number of the CTE program.", ceds="local", required=True),
    column("entry_date", "Date of entry into the program.", Date, ceds="",
            between=("1980-01-01", "2030-12-31")),
    column("exit_date", "Date of exit; null while enrolled.", Date, ceds="", between=("1980-01-01", "2030-12-31")),
    column("exit_reason", "Why the student left the program; null while enrolled.", codes="exit_reason",
            ceds="001617"),
    _attribute("reported_participant_status", "CTE participant, as the institution reports it.", "yes_no", "000592",
               ""),
    _attribute("reported_concentrator_status", "CTE concentrator, as the institution reports it.", "yes_no",
               "000037", ""),
    key=("institution_id", "student_id", "program_id"),
    refers={**_PERSON, "program": ("institution_id", "program_id")},
)  # fmt: skip

_table(
    "course", "A course offered in a term.",
    _term(),
    column("course_id", "The institution's number of the course section.", ceds="", required=True),
    column("course_title", "Title of the course.", ceds=""),
    column("program_id", "The CTE program that the course belongs to; null for general education.", ceds="local"),
    column("credit_status", "Credit or noncredit.", codes="credit_status", ceds="000741", required=True),
    key=("institution_id", "term_code", "course_id"),
    refers={**_INSTITUTION, "program": ("institution_id", "program_id")},
)  # fmt: skip

_table(
    "enrollment", "A student in a course: credits attempted and earned, in the unit in which the college counts.",
    _student(),
    _term(),
    column("course_id", "The institution's number of the course section.", ceds="", required=True),
    column("credits_attempted", "Credits or hours attempted, in credit_unit.", CREDITS, ceds="000199",
            required=True, between=("0", "900")),
    column("credits_earned", "Credits or hours earned, in credit_unit.", CREDITS, ceds="000200",
            between=("0", "900")),
    column("credit_unit", "Semester credits, quarter credits or clock hours; never converted here.",
            codes="credit_unit", ceds="local", required=True),
    key=("institution_id", "student_id", "term_code", "course_id"),
    refers={**_PERSON, "course": ("institution_id", "term_code", "course_id")},
)  # fmt: skip

_table(
    "credential", "A credential awarded to a student.",
    _student(),
    _program(),
    column("credential_type", "Kind of credential.", codes="credential_type", ceds="000783", required=True),
    column("credential_title", "Title of the credential.", ceds="000003"),
    column("award_level_code", "Academic award level conferred; null for an industry certification.",
            codes="award_level", ceds="000002"),
    column("award_date", "Date of the award.", Date, ceds="000001", required=True,
            between=("1980-01-01", "2030-12-31")),
    column("evidence_source", "How the award is known.", codes="evidence_source", ceds="local"),
    key=("institution_id", "student_id", "program_id", "credential_type", "award_date"),
    refers={**_PERSON, "program": ("institution_id", "program_id")}, any_year=("student",),
)  # fmt: skip

_table(
    "placement", "What a student did in a calendar quarter after the program, as one source knows it.",
    _student(),
    column("reference_quarter", "Calendar quarter looked at, written 2024Q4.", ceds="000992",
            pattern=r"^\d{4}Q[1-4]$", required=True),
    column("placement_status", "Post-program placement; not engaged and unknown are kept apart.",
            codes="placement_status", ceds="002087", required=True),
    column("placement_source", "The source that was looked into.", codes="placement_source", ceds="local",
            required=True),
    key=("institution_id", "student_id", "reference_quarter", "placement_source"), any_year=("student",),
    refers=_PERSON, outside=True,
)  # fmt: skip

_table(
    "staff", "An instructor of CTE courses (optional).",
    column("staff_id", "Pseudonym of the person.", ceds="", pii="identifier", required=True),
    column("employment_status", "Full-time or part-time.", codes="employment_status", ceds="local"),
    column("sections_taught_count", "CTE course sections taught in the year.", Integer, ceds="local",
            between=("0", "60")),
    key=("institution_id", "staff_id"), refers=_INSTITUTION, optional=True,
)  # fmt: skip

_table(
    "work_based_learning", "A work-based learning experience of a student (optional).",
    _student(),
    _program(),
    column("work_based_learning_type", "Kind of experience.", codes="work_based_learning_type", ceds="001499",
            required=True),
    column("start_date", "First day.", Date, ceds="local", required=True, between=("1980-01-01", "2030-12-31")),
    column("hours_completed", "Hours completed.", CREDITS, ceds="000362", between=("0", "4000")),
    key=("institution_id", "student_id", "work_based_learning_type", "start_date"), optional=True,
    refers={**_PERSON, "program": ("institution_id", "program_id")},
)  # fmt: skip

Table(
    "explanation", METADATA,
    *_partition()[:2],
    column("finding_id", "The finding explained, as the return named it (quality.finding)."),
    column("explanation", "What the institution says about the finding, as written; null where it says nothing. Free "
            "text may name people.", pii="quasi"),
    *provenance_columns(),
    schema="core", comment="What an institution answers about a finding in the return file that it was given; one row "
    "for each line of that file. The finding says whose it is.",
    info={"key": (*PARTITION, "finding_id"), "optional": True, "is_answer": True},
)  # fmt: skip


def core_tables() -> Iterator[Table]:
    """Yield the canonical tables of records in the order in which they refer to each other; no answers."""
    return (t for t in METADATA.sorted_tables if t.schema == "core" and not is_answer(t))


def answer_tables() -> Iterator[Table]:
    """Yield the tables of what institutions answer to returns: taken in like records, and in no measure."""
    return (t for t in METADATA.sorted_tables if t.schema == "core" and is_answer(t))


def is_answer(table: Table) -> bool:
    """Return whether a table holds answers to returns, which no figure rests on, which no layout of a grantee fills."""
    return bool(table.info.get("is_answer"))


def core_table(name: str) -> Table:
    """Return the canonical table of that name; one of another schema is named with it. Raises KeyError if unknown."""
    return METADATA.tables[name if "." in name else f"core.{name}"]


def key_of(table: Table) -> tuple[str, ...]:
    """Return the columns that tell one row of the table from another, the partition first."""
    return tuple(table.info["key"])


def content_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that a grantee's file says: all but the partition and the provenance."""
    return [c for c in table.columns if c.name not in (*PARTITION, *PROVENANCE)]


def equity_columns() -> list[Column[Any]]:
    """Return the person attributes of ``core.student`` that are equity dimensions by themselves (race is derived)."""
    return [c for c in core_table("student").columns if c.info["equity"]]
