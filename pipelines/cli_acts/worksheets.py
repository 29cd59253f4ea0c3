"""Freezing the worksheet of the annual report. What it does stands in the room ``car``."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli_acts.options import GRANTEE, PERSON, YEAR, home_of, options, person_of, subject_of, tell


@click.command(short_help="Keep the worksheet of the annual report as certified.")
@options(GRANTEE, YEAR, *PERSON)
def freeze(home: Path | None, home_here: Path | None, grantee_id: str, year: str, **person: str) -> None:
    """Keep the worksheet of the annual report for good, after the agency has certified its figures (`cte certify`).

    What is sent later restates the worksheet of today; the frozen one stays. After a further certification, freeze
    again: both are kept.

    \b
    Example:
      cte freeze --grantee oregon --program-year 2023-24 --name "Bo Lee" --role reporting_officer \\
          --statement "Entered into the portal on January 28"
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.car.freeze import files_of, freeze_worksheet
    from pipelines.cli_acts.clear_up import open_for_acts

    subject, who, place = subject_of(grantee_id, year), person_of(person), home_of(home_here or home)
    with open_for_acts(place) as office:
        act, document = freeze_worksheet(office, subject, who)
    tell(act)
    for path in files_of(place, act):
        click.echo(f"frozen: {path}")
    for row in document.indicators:
        if row["status"] not in ("computed", "no_denominator"):
            click.echo(f"{row['indicator_code']} has no number: {row['status'].replace('_', ' ')}")
