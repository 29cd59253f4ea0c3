"""Certifying: a reporting officer signs what was accepted, and the figures are frozen as they were then.

Figures restated later are certified by a further act; those of the first stay, as reported.
"""

from __future__ import annotations

import duckdb

from pipelines.act_tables import CERTIFIED_INDICATOR
from pipelines.acts.judged import hold_judged
from pipelines.acts.log import Act, sha256_of_json
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import REPORTING_OFFICER, Person, hold_role
from pipelines.configuration import ConfigurationError
from pipelines.intake.submission import IN_FORCE, Submission, find
from pipelines.query import has_table
from pipelines.schema import core_table, is_answer

STUDENTS_SHA256 = "students_sha256"  # among the details of the act


def certify(office: Office, subject: Subject, person: Person) -> Act:
    """Certify a program year: for the agency, or for an institution its own figures; freeze them and return the act.

    Raises ConfigurationError where the role may not, files are still to be accepted, or there are no figures of them.
    """
    hold_role(person, REPORTING_OFFICER, "certify")
    files = accepted_files(office.connection, subject)
    hold_judged(office.connection, subject, files)
    count = _figure_count(office.connection, subject)
    with one_act(office):
        details = {"figure_count": count, STUDENTS_SHA256: students_sha256(office.connection, subject)}
        act = log_act(office, "certify", subject, person, files, details)
        _freeze(office.connection, subject, act.act_number)
    return act


def students_sha256(connection: duckdb.DuckDBPyConnection, subject: Subject) -> str | None:
    """Return the hash over participants, concentrators and completers by subgroup; None where none were counted.

    Files of earlier years move them, too, and no signature over the files of this one covers those.
    """
    if not has_table(connection, "mart.student_count"):
        return None
    rows = connection.execute(
        "select count_code, cip_code, subgroup_dimension, subgroup_code, student_count, definition_version "
        "from mart.student_count where grantee_id = ? and program_year = ? "
        "and institution_id is not distinct from ? order by all",
        [subject.grantee_id, subject.program_year, subject.institution_id],
    ).fetchall()
    return sha256_of_json([list(row) for row in rows])


def accepted_files(connection: duckdb.DuckDBPyConnection, subject: Subject) -> list[Submission]:
    """Return the files that the figures rest on: all of the program year, or those with rows of the institution.

    Raises ConfigurationError where there are none, or one is not accepted yet.
    """
    files = files_that_count(connection, subject)
    if subject.institution_id is not None:
        files = [one for one in files if _speaks_of(connection, one, subject.institution_id)]
    place = " ".join(filter(None, (subject.grantee_id, subject.program_year, subject.institution_id)))
    if not files:
        msg = f"{place}: no file counts, so there is nothing to certify"
        raise ConfigurationError(msg)
    waiting = sorted(one.file_name for one in files if one.status != "accepted")
    if waiting:
        msg = f"{place}: not accepted yet: {', '.join(waiting)}; the agency's steward accepts first (`cte accept`)"
        raise ConfigurationError(msg)
    return files


def files_that_count(connection: duckdb.DuckDBPyConnection, subject: Subject) -> list[Submission]:
    """Return the files of a program year with records that count, accepted or not: what certifying signs."""
    where = f"{IN_FORCE} and grantee_id = ? and program_year = ?"
    found = find(connection, where, [subject.grantee_id, subject.program_year])
    return [one for one in found if not any(is_answer(core_table(name)) for name in one.tables)]


def _speaks_of(connection: duckdb.DuckDBPyConnection, submission: Submission, institution_id: str) -> bool:
    tables = (core_table(name).fullname for name in submission.tables)
    return any(
        connection.execute(
            f"select 1 from {table} where submission_id = ? and institution_id = ? limit 1",
            [submission.submission_id, institution_id],
        ).fetchone()
        for table in tables
    )


def _figure_count(connection: duckdb.DuckDBPyConnection, subject: Subject) -> int:
    is_built = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'mart' and table_name = 'indicator'"
    ).fetchone()
    condition, values = _figures(subject)
    found = connection.execute(f"select count(*) from mart.indicator where {condition}", values) if is_built else None
    count = int((found.fetchone() or (0,))[0]) if found else 0
    if not count:
        msg = f"{subject.grantee_id} {subject.program_year}: no figures have been computed; `cte run` computes them"
        raise ConfigurationError(msg)
    return count


def _figures(subject: Subject) -> tuple[str, list[str | None]]:
    """Return the condition on ``mart.indicator`` for what is certified, and its values."""
    condition, values = "grantee_id = ? and program_year = ?", [subject.grantee_id, subject.program_year]
    if subject.institution_id is None:
        return condition, values
    return f"{condition} and institution_id = ?", [*values, subject.institution_id]


def _freeze(connection: duckdb.DuckDBPyConnection, subject: Subject, act_number: int) -> None:
    names = ", ".join(c.name for c in CERTIFIED_INDICATOR.columns if c.name != "act_number")
    condition, values = _figures(subject)
    connection.execute(
        f"insert into quality.certified_indicator (act_number, {names}) "
        f"select ?, {names} from mart.indicator where {condition}",
        [act_number, *values],
    )
