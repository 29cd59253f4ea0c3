"""Whose file it is, and of which year: institutions of another grantee, dates of another program year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb

from pipelines.grantee import all_grantees
from pipelines.intake.drift import books
from pipelines.intake.drift.change import Change, Measured
from pipelines.intake.drift.earlier import Before, Earlier
from pipelines.intake.drift.profile import Profile
from pipelines.intake.drift.shape import BLANK, OTHERS
from pipelines.intake.submission import Submission
from pipelines.layouts import FileLayout

OF_THE_YEAR = ("award_date",)  # dates that must lie in the program year; others may lie before it
_FIRST_MONTH = 7
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-\d{2}"),
    re.compile(r"(?P<month>\d{1,2})/\d{1,2}/(?P<year>\d{4})"),
    re.compile(r"(?P<year>(19|20)\d{2})(?P<month>0[1-9]|1[0-2])\d{2}"),
)


def with_modal_year(profile: Profile) -> Profile:
    """Return a column of dates with the program year in which most of them lie."""
    years = _program_years(profile.days)
    return replace(profile, modal_program_year=max(years, key=lambda y: (years[y], y))) if years else profile


def _program_years(days: Mapping[str, int]) -> dict[str, int]:
    years: dict[str, int] = {}
    for day, count in days.items():
        match = next((m for form in _DAYS if (m := form.fullmatch(day))), None)
        if match:
            start = int(match["year"]) - (int(match["month"]) < _FIRST_MONTH)
            year = f"{start}-{(start + 1) % 100:02d}"
            years[year] = years.get(year, 0) + count
    return years


def year_drift(
    submission: Submission, layout: FileLayout, columns: Sequence[Profile], other_year: Earlier | None
) -> Iterator[Measured]:
    """Yield whether the dates of a file lie in another program year than they did before, or than they must."""
    then = other_year.columns_of(layout) if other_year else {}
    changes, subjects = [], 0
    for profile in columns:
        old = then.get(profile.column_name)
        expected = submission.program_year if profile.our_column in OF_THE_YEAR else None
        if expected is None and other_year and old and old.modal_program_year:
            expected = _shifted(old.modal_program_year, other_year.program_year, submission.program_year)
        if expected is None or profile.modal_program_year is None:
            continue
        subjects += 1
        if profile.modal_program_year != expected:
            changes.append(_other_year(profile, expected))
    if subjects:
        yield Measured("other_year", subjects, tuple(changes), other_year.submission_id if other_year else None)


def _shifted(year: str, from_year: str, to_year: str) -> str:
    start = int(year[:4]) + int(to_year[:4]) - int(from_year[:4])
    return f"{start}-{(start + 1) % 100:02d}"


def _other_year(profile: Profile, expected: str) -> Change:
    years = _program_years(profile.days)
    modal = str(profile.modal_program_year)
    return Change(
        "other_year", f"most dates lie in {modal}, {expected} expected", profile.layout_name, profile.table_name,
        profile.column_name, measured=years[modal], n=sum(years.values()),
    )  # fmt: skip


def place_drift(
    connection: duckdb.DuckDBPyConnection, submission: Submission, columns: Sequence[Profile], before: Before
) -> Iterator[Measured]:
    """Yield how many rows name institutions that the grantee has not: by its accepted files, and by UNITIDs."""
    for profile in columns:
        codes = {code: n for code, n in profile.codes.items() if code not in (BLANK, OTHERS)}
        if profile.our_column == "institution_id" and codes and not before.is_first:
            yield from _by_id(connection, submission, profile, codes, before.last)
        if profile.our_column == "unitid" and codes:
            yield from _by_unitid(submission, profile, codes)


def _by_id(
    connection: duckdb.DuckDBPyConnection,
    submission: Submission,
    profile: Profile,
    codes: Mapping[str, int],
    last: Earlier | None,
) -> Iterator[Measured]:
    grantee_id = str(submission.grantee_id)
    old = last.profiles.get((profile.layout_name, profile.column_name)) if last else None
    if old and codes.keys() <= old.codes.keys():  # the usual case needs no look at all the other files
        yield Measured("other_grantee", len(codes))
        return
    known = books.known_places(connection)
    if known.get(grantee_id):
        unknown = {code: n for code, n in codes.items() if code not in known[grantee_id]}
        words = f"institutions that no accepted file of {grantee_id} has named"
        yield Measured("other_grantee", len(codes), tuple(_strangers(profile, codes, unknown, known, words)))


def _by_unitid(submission: Submission, profile: Profile, codes: Mapping[str, int]) -> Iterator[Measured]:
    """Only what is another's counts: a grantee's own list names its public two-year colleges, and may lack some."""
    known = {g.id: {i.unitid for i in g.institutions} for g in all_grantees() if g.id != submission.grantee_id}
    unknown = {code: n for code, n in codes.items() if any(code in ids for ids in known.values())}
    words = "UNITIDs of institutions of other grantees"
    yield Measured("other_grantee", len(codes), tuple(_strangers(profile, codes, unknown, known, words)))


def _strangers(
    profile: Profile, codes: Mapping[str, int], unknown: Mapping[str, int], known: Mapping[str, set[str]], words: str
) -> Iterator[Change]:
    if not unknown:
        return
    owners = {g: sum(n for code, n in unknown.items() if code in ids) for g, ids in known.items()}
    owner = max(owners, key=lambda g: (owners[g], g), default="")
    whose = f"; {owners[owner]} of these rows are of {owner}" if owner and owners[owner] else ""
    yield Change(
        "other_grantee", f"{words}{whose}", profile.layout_name, profile.table_name, profile.column_name,
        measured=sum(unknown.values()), n=sum(codes.values()),
    )  # fmt: skip
