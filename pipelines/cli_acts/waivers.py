"""The list of waivers: what a grantee's file says now, by the counts of the last night."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_acts.options import home_of, options, subject_of

if TYPE_CHECKING:
    from pipelines.validation.waivers import Standing


@click.command(short_help="List waivers: which cover, end soon, or are open again.")
@options(click.option("--grantee", "grantee_ids", multiple=True, help="Only this grantee; may be repeated."))
def waivers(home: Path | None, home_here: Path | None, grantee_ids: tuple[str, ...]) -> None:
    """List all waivers; exits with 1 where one expires within 14 days, has expired, or covers less than fails.

    \b
    Examples:
      cte waivers
      cte waivers --home /srv/cte --grantee oregon
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.grantee import grantee_ids as all_ids

    wanted = [str(subject_of(one, None).grantee_id) for one in grantee_ids] or list(all_ids())
    listed = _standings(home_of(home_here or home), wanted)
    for standing in listed:
        click.echo(_line(standing))
    count = sum(standing.needs_attention for standing in listed)
    noun = "waiver" if len(listed) == 1 else "waivers"
    click.echo(f"{len(listed)} {noun}" + (f", {count} to renew, correct or take out" if count else ""))
    sys.exit(1 if count else 0)


def _standings(home: Path, grantee_ids: Sequence[str]) -> list[Standing]:
    from pipelines.acts.office import open_log
    from pipelines.validation.waiver_book import declared
    from pipelines.warehouse import FILE_NAME

    today = datetime.now(UTC).date()
    if not (home / FILE_NAME).is_file():  # the files can be looked over before the first night
        return [standing for one in grantee_ids for standing in declared(None, one, today)]
    with open_log(home) as connection:
        return [standing for one in grantee_ids for standing in declared(connection, one, today)]


def _line(standing: Standing) -> str:
    waiver = standing.waiver
    about = " ".join(filter(None, (waiver.grantee_id, waiver.program_year, waiver.institution_id, waiver.rule_id)))
    counts = f" ({standing.failed_count} of {standing.population_count})" if standing.failed_count else ""
    end = f"; until {waiver.expires}, {standing.days_left} days left" if standing.days_left >= 0 else ""
    approved = f"; approved by {waiver.approved_by} on {waiver.approved_at}"
    return f"{about}: {standing.word}: {standing.words}{counts}{end}{approved}"
