"""What a worksheet says beside its lines: whose it is, from which files and definitions, what it cannot tell.

How it is written: ``sheets``. No value of a person; names of files are what their senders wrote.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import duckdb

from pipelines.car.checks import Check, checks
from pipelines.car.compare import Before, Difference, differences
from pipelines.car.under import year_before
from pipelines.car.worksheet import STUDENTS, Worksheet
from pipelines.grantee import grantee
from pipelines.intake.submission import IN_FORCE, find
from pipelines.query import named_rows
from pipelines.worksheet_form import all_forms

_INDICATORS = """
    select indicator_code, cohort_program_year, outcome_window_end, status, vintage, unlinkable_count
    from mart.indicator
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and subgroup_dimension = 'all'
    order by indicator_code
"""
_UNLINKABLE = """
    select count_code, unlinkable_count from mart.student_count
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and subgroup_dimension = 'all'
"""


# Of those alone that have a number for the grantee: where it has none the word in its place says why.
_ABSENT = """
    with cells as (
        select count_code as measure, institution_id, student_count as person_count, student_count is null as is_absent,
            student_count is null as has_no_cohort
        from mart.student_count
        where grantee_id = $1 and program_year = $2 and cip_code is null and subgroup_dimension = 'all'
            and count_code in ('participant', 'concentrator')
        union all
        select indicator_code, institution_id, numerator_count, status = 'not_computable', denominator_count is null
        from mart.indicator
        where grantee_id = $1 and program_year = $2 and cip_code is null and subgroup_dimension = 'all'
    )
    select cells.measure, cells.has_no_cohort, string_agg(cells.institution_id, ', ' order by cells.institution_id)
    from cells
    inner join cells as everybody
        on cells.measure = everybody.measure and everybody.institution_id is null and everybody.person_count is not null
    where cells.institution_id is not null and cells.is_absent
    group by all
    order by all
"""


@dataclass(frozen=True)
class Absent:
    """Institutions of which a number holds nothing: of the persons themselves, or else of their outcomes."""

    measure: str
    has_no_cohort: bool
    institution_ids: str


@dataclass(frozen=True)
class SentFile:
    """A file that the numbers rest on."""

    program_year: str
    file_name: str
    status: str
    submission_id: str
    sha256: str


@dataclass(frozen=True)
class Certification:
    """The acts behind a frozen worksheet: that which froze it, and that which certified the figures."""

    act_number: int
    certified_by_act: int
    person_name: str
    statement: str
    acted_at: str


@dataclass(frozen=True)
class Document:
    """All that a worksheet's files say. ``counted_at`` is when ``run_id`` began, the first run that counted so."""

    worksheet: Worksheet
    agency_name: str
    eligible_agency: str
    is_sample: bool
    run_id: str
    counted_at: datetime
    files: tuple[SentFile, ...]
    indicators: tuple[dict[str, Any], ...]
    unlinkable: dict[str, int | None]
    absent: tuple[Absent, ...]
    checks: tuple[Check, ...]
    before: Before | None
    differences: tuple[Difference, ...]
    certification: Certification | None = None

    @property
    def notice(self) -> str:
        """The line that stands on every sheet and in every row: for whom, and whether anything of it is real."""
        made_up = f" | FICTIONAL, not data of {self.agency_name}" if self.is_sample else ""
        return f"restricted: unprotected counts, for {self.agency_name} only{made_up}"

    @property
    def about(self) -> str:
        """The line below the notice: what these numbers are."""
        what = "as frozen by act " + str(self.certification.act_number) if self.certification else "as counted"
        return (
            f"Program year: {self.worksheet.program_year} | Form: {self.worksheet.form_version} | "
            f"Definition: {self.worksheet.definition_version} | {what} | "
            f"Run: {self.run_id} of {self.counted_at.date().isoformat()}"
        )

    @property
    def made_on(self) -> date:
        """The day that the files bear."""
        return self.counted_at.date()

    @property
    def form_notes(self) -> tuple[str, ...]:
        """Where the list of lines comes from, and what of it is to be confirmed."""
        forms = [form for form in all_forms() if form.version == self.worksheet.form_version]
        return tuple(
            note for form in forms for note in (f"The lines come from {form.source}.", f"Note: {form.confirm}.")
        )

    @property
    def content_sha256(self) -> str:
        """The hash over all that it says but when that was counted: a night that counts the same says the same."""
        said = asdict(replace(self, run_id="", counted_at=datetime.min))  # noqa: DTZ901 - no moment, a blank
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def document_of(
    connection: duckdb.DuckDBPyConnection, worksheet: Worksheet, run_id: str, counted_at: datetime, *, is_sample: bool
) -> Document:
    """Return the document of a worksheet as it is now."""
    owner, key = grantee(worksheet.grantee_id), [worksheet.grantee_id, worksheet.program_year]
    indicators, before = tuple(named_rows(connection, _INDICATORS, key)), year_before(connection, worksheet)
    years = {worksheet.program_year, *(str(row["cohort_program_year"]) for row in indicators)}
    unlinkable = dict(connection.execute(_UNLINKABLE, key).fetchall())
    return Document(
        worksheet=worksheet,
        agency_name=owner.name,
        eligible_agency=owner.eligible_agency,
        is_sample=is_sample,
        run_id=run_id,
        counted_at=counted_at,
        files=_files(connection, worksheet.grantee_id, sorted(years)),
        indicators=indicators,
        unlinkable={count: unlinkable.get(count) for count in STUDENTS},
        absent=tuple(Absent(*row) for row in connection.execute(_ABSENT, key).fetchall()),
        checks=checks(worksheet),
        before=before,
        differences=differences(worksheet, before) if before else (),
    )


def _files(connection: duckdb.DuckDBPyConnection, grantee_id: str, years: list[str]) -> tuple[SentFile, ...]:
    where = f"{IN_FORCE} and grantee_id = ? and list_contains(?, program_year)"
    found = [
        SentFile(one.program_year, one.file_name, one.status, one.submission_id, one.sha256)
        for one in find(connection, where, [grantee_id, years])
    ]
    return tuple(sorted(found, key=lambda one: (one.program_year, one.file_name, one.submission_id)))
