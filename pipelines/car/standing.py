"""How far a program year is on its way to the annual report: due when, certified by whom, frozen, restated since.

What still lacks before (files, gates) is told by the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.acts.certified import last_certification
from pipelines.acts.certify import files_that_count
from pipelines.acts.log import Act, acts_of, sha256_of_json
from pipelines.acts.office import Subject, files_signed
from pipelines.car.checks import failed
from pipelines.car.worksheet import COMPUTED, INDICATORS, Worksheet, last_frozen, read_certified, read_worksheet

FIRST_MONTH_OF_YEAR = 7
DUE_MONTH, DUE_DAY = 1, 31  # the Consolidated Annual Report of the year that ended the June before


@dataclass(frozen=True)
class Standing:
    """A grantee's program year on its way.

    ``without_number`` are (indicator, status) that have none; None where nothing was counted. ``failed_checks`` is
    None likewise. ``certified_by`` and ``frozen_by`` are numbers of acts; ``is_certified_now`` says whether the files
    that count today are those certified, ``is_restated`` whether a number differs today from the frozen one.
    """

    program_year: str
    due_on: date
    days_left: int
    without_number: tuple[tuple[str, str], ...] | None
    failed_checks: int | None
    certified_by: int | None
    is_certified_now: bool
    frozen_by: int | None
    is_restated: bool


def year_to_report(today: date) -> str:
    """Return the program year that ended on the last 30 June."""
    ended = today.year if today.month >= FIRST_MONTH_OF_YEAR else today.year - 1
    return f"{ended - 1}-{ended % 100:02d}"


def due_on(program_year: str) -> date:
    """Return the day by which the annual report on a program year is due: 31 January after its end."""
    return date(int(program_year[:4]) + 2, DUE_MONTH, DUE_DAY)


def standing(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str, today: date, acts: Sequence[Act]
) -> Standing:
    """Return how far a program year is. ``acts`` is the whole log."""
    due, now = due_on(program_year), read_worksheet(connection, grantee_id, program_year)
    certified = last_certification(acts, grantee_id, program_year)
    frozen_by = last_frozen(connection, grantee_id, program_year)
    files = files_that_count(connection, Subject(grantee_id, program_year)) if certified else []
    return Standing(
        program_year,
        due,
        (due - today).days,
        _without_number(now) if now else None,
        len(failed(now)) if now else None,
        certified.act_number if certified else None,
        bool(certified and certified.signed_sha256 == sha256_of_json(files_signed(files))),
        frozen_by,
        bool(frozen_by and now and _counts(read_certified(connection, frozen_by)) != _counts(now)),
    )


def years_never_frozen(connection: duckdb.DuckDBPyConnection, grantee_id: str, before: str) -> tuple[str, ...]:
    """Return the program years before one of which figures are there, and no worksheet was ever frozen."""
    found = connection.execute(
        "select distinct program_year from quality.worksheet where grantee_id = ? and program_year < ? "
        "and program_year not in (select program_year from quality.certified_worksheet where grantee_id = ?) "
        "order by 1", [grantee_id, before, grantee_id],
    )  # fmt: skip
    return tuple(year for (year,) in found.fetchall())


def all_acts(connection: duckdb.DuckDBPyConnection) -> tuple[Act, ...]:
    """Return the log of acts, read once for all grantees."""
    return tuple(acts_of(connection))


def freezes(act: Act, certification: Act) -> bool:
    """Return whether an act froze what another certified."""
    return act.kind == "freeze" and act.detail["certified_by_act"] == certification.act_number


def _without_number(now: Worksheet) -> tuple[tuple[str, str], ...]:
    """Return the indicators that have no numerator, with the word that stands in its place."""
    counts = ((indicator, now.total.count(f"{indicator.lower()}_numerator")) for indicator in INDICATORS)
    return tuple((indicator, count.status) for indicator, count in counts if count.status != COMPUTED)


def _counts(worksheet: Worksheet | None) -> dict[str, object]:
    """Return the lines' counts to compare; lines with nobody are left out: a code may have a line on one day only."""
    lines = worksheet.lines if worksheet else ()
    return {
        f"{line.code} {measure}": count
        for line in lines for measure, count in line.counts.items() if count.persons != 0
    }  # fmt: skip
