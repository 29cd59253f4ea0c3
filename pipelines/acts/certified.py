"""Whether a program year is certified as it counts now: these very files, and the figures that follow from them.

Certifying itself stands in ``certify``; what needs a certification (freezing, releasing) asks here.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.acts.certify import STUDENTS_SHA256, students_sha256
from pipelines.acts.log import Act, acts_of, sha256_of_json
from pipelines.acts.office import Subject, files_signed
from pipelines.configuration import ConfigurationError
from pipelines.intake.submission import Submission
from pipelines.query import has_table

_KEYS = "indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code"
_FIGURES = f"{_KEYS}, numerator_count, denominator_count, unknown_count, status, definition_version"
_AGAIN = "let the agency certify what is there now (`cte certify` without --institution)"


def last_certification(acts: Sequence[Act], grantee_id: str | None, program_year: str | None) -> Act | None:
    """Return the agency's last certification of a program year; None where there is none."""
    place = grantee_id, program_year
    found = [act for act in acts if act.kind == "certify" and (act.grantee_id, act.program_year) == place]
    return next((act for act in reversed(found) if not act.institution_id), None)


def hold_certified(connection: duckdb.DuckDBPyConnection, subject: Subject, files: Sequence[Submission]) -> Act:
    """Return the agency's certification of these very files and of the figures as they are now.

    Raises ConfigurationError that says what differs, and the fix, where there is none.
    """
    place = f"{subject.grantee_id} {subject.program_year}"
    last = last_certification(acts_of(connection), subject.grantee_id, subject.program_year)
    if last is None or last.signed_sha256 != sha256_of_json(files_signed(files)):
        why = "other files count now than were certified" if last else "the agency has certified nothing of it"
        msg = f"{place}: {why}; {_AGAIN}"
        raise ConfigurationError(msg)
    if changed := _changed_count(connection, subject, last.act_number):
        msg = f"{place}: {changed} figures are others than were certified by act {last.act_number}; {_AGAIN}"
        raise ConfigurationError(msg)
    students = last.detail.get(STUDENTS_SHA256)  # certifications before there were such hashes have none
    if students is not None and students != students_sha256(connection, subject):
        msg = f"{place}: participants or concentrators are others than act {last.act_number} certified; {_AGAIN}"
        raise ConfigurationError(msg)
    return last


def _changed_count(connection: duckdb.DuckDBPyConnection, subject: Subject, act_number: int) -> int:
    """Return how many figures were certified otherwise or not at all, or are no more.

    Raises ConfigurationError where there are none of any year.
    """
    if not has_table(connection, "mart.indicator"):
        msg = f"{subject.grantee_id} {subject.program_year}: no figures have been computed; `cte run` computes them"
        raise ConfigurationError(msg)
    certified = f"select {_FIGURES} from quality.certified_indicator where act_number = $1"
    now = f"select {_FIGURES} from mart.indicator where grantee_id = $2 and program_year = $3"
    found = connection.execute(
        f"select count(*) from (select {_KEYS} from (({certified} except {now}) union all ({now} except {certified})) "
        f"group by all)",
        [act_number, subject.grantee_id, subject.program_year],
    ).fetchone()
    return int(found[0]) if found else 0
