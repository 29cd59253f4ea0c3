"""Whether a grantee's program year may leave: its policy is confirmed, what counts now certified, the last night whole.

What of it may be shown is another question, that of the other rooms of ``disclosure``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.acts.certified import hold_certified
from pipelines.acts.certify import STUDENTS_SHA256, accepted_files, students_sha256
from pipelines.acts.judged import hold_judged
from pipelines.acts.office import Subject
from pipelines.configuration import ConfigurationError
from pipelines.disclosure.laxer import unconfirmed_changes
from pipelines.grantee import Grantee
from pipelines.suppression_policy import NEED_OWN, PLACEMENT, policies_of, sources_in_use


@dataclass(frozen=True)
class Permission:
    """Whether a program year may leave; ``reasons`` say why not, each with the fix."""

    reasons: tuple[str, ...]

    @property
    def is_given(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def may_release(
    connection: duckdb.DuckDBPyConnection, grantee: Grantee, program_year: str, *, is_sample: bool
) -> Permission:
    """Return whether a program year may be released. Of a sample's invented records nobody must confirm a policy.

    Raises nothing for what stands against it: all of that is told at once.
    """
    policy = () if is_sample else _of_policies(connection, grantee, program_year)
    return Permission((*policy, *_of_night(connection), *_of_certification(connection, grantee, program_year)))


def _of_policies(connection: duckdb.DuckDBPyConnection, grantee: Grantee, program_year: str) -> tuple[str, ...]:
    """Return what nobody has confirmed: a policy, or where all are confirmed, what one shows more than it did."""
    return tuple(_of_policy(grantee, program_year)) or tuple(unconfirmed_changes(connection, grantee, program_year))


def _of_policy(grantee: Grantee, program_year: str) -> Iterator[str]:
    """Yield what the grantee's folder does not say yet."""
    path = grantee.folder / "grantee.toml"
    named = {one.name for one in grantee.suppression}
    for source in sorted(set(NEED_OWN) & sources_in_use(grantee, program_year) - named):
        yield (
            f'{path}: {PLACEMENT} counts records of {source}, and no [[suppression_source]] has name = "{source}"; '
            "write what the agreement on them asks, and who approved it"
        )
    for policy in policies_of(grantee, PLACEMENT, program_year):
        lacking = [key for key in ("approved_by", "approved_on") if not getattr(policy, key)]
        if lacking:
            block = "[suppression]" if policy is grantee.policy() else f"[[suppression_source]] {policy.name}"
            yield (
                f"{path}: {block}: {' and '.join(lacking)} not said, so nobody has confirmed it; let the agency "
                "confirm what it says, and write who and on which day"
            )


def _of_night(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield where the last night broke off: some of its tables are those of the night before."""
    # Of whatever kind: one that adds reference files makes tables anew, too.
    last = connection.execute(
        "select run_id, rule_book_version is not null from quality.run order by run_id desc limit 1"
    ).fetchone()
    if last is not None and not last[1]:
        yield f"the last run ({last[0]}) broke off, so that figures may be of two runs; let `cte run` end one"


def _of_certification(connection: duckdb.DuckDBPyConnection, grantee: Grantee, program_year: str) -> Iterator[str]:
    """Yield what lacks between the files and the agency's signature: accepting, judging, certifying."""
    subject = Subject(grantee.id, program_year)
    try:
        files = accepted_files(connection, subject)
        hold_judged(connection, subject, files)
        act = hold_certified(connection, subject, files)
    except ConfigurationError as fault:
        yield str(fault)
        return
    if act.detail.get(STUDENTS_SHA256) is None and students_sha256(connection, subject) is not None:
        yield (
            f"{grantee.id} {program_year}: act {act.act_number} did not certify the counts of students yet; let the "
            "agency certify them (`cte certify` without --institution)"
        )
