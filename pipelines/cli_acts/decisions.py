"""Accepting, refusing, certifying, and the list of what was decided. What each does stands in the room ``acts``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.cli_acts.options import (
    FILES,
    GRANTEE,
    PERSON,
    YEAR,
    home_of,
    line_of,
    options,
    person_of,
    subject_of,
    tell,
)


@click.command(short_help="Accept files that were read and judged.")
@options(GRANTEE, YEAR, FILES, *PERSON)
def accept(home: Path | None, home_here: Path | None, grantee_id: str, year: str, files: tuple[str, ...],
           **person: str) -> None:  # fmt: skip
    """Accept what was read of a program year, or the files named, where no gate is closed. For the steward.

    \b
    Example:
      cte accept --grantee oregon --program-year 2023-24 --name "Ana Diaz" --role steward \\
          --statement "Reviewed against the fall report"
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.acts import decide
    from pipelines.cli_acts.clear_up import open_for_acts

    subject, who = subject_of(grantee_id, year), person_of(person)
    with open_for_acts(home_of(home_here or home)) as office:
        act = decide.accept(office, subject, who, files)
    tell(act)


@click.command(short_help="Refuse files after they were read.")
@options(
    GRANTEE, YEAR, FILES, click.option("--reason", required=True, help="What the sender is told: cause and fix."),
    *PERSON,
)  # fmt: skip
def refuse(home: Path | None, home_here: Path | None, grantee_id: str, year: str, files: tuple[str, ...], reason: str,
           **person: str) -> None:  # fmt: skip
    """Refuse files that were read: their rows leave core, and what they had replaced counts again. For the steward.

    \b
    Example:
      cte refuse --grantee oregon --program-year 2023-24 --file enrollment_2023-24_fall.csv --name "Ana Diaz" \\
          --role steward --reason "Only one campus; send all" --statement "Checked with the registrar"
    """  # noqa: D301
    from pipelines.acts import decide
    from pipelines.cli_acts.clear_up import open_for_acts

    subject, who = subject_of(grantee_id, year), person_of(person)
    with open_for_acts(home_of(home_here or home)) as office:
        act = decide.refuse(office, subject, who, reason, files)
    tell(act)
    for name, _ in act.detail["in_force_again"]:
        click.echo(f"in force again: {name}, the version before; `cte run` judges it")


@click.command(short_help="Certify accepted files and freeze their figures.")
@options(
    GRANTEE, YEAR,
    click.option("--institution", "institution_id", help="The institution whose own figures you certify."), *PERSON,
)  # fmt: skip
def certify(home: Path | None, home_here: Path | None, grantee_id: str, year: str, institution_id: str | None,
            **person: str) -> None:  # fmt: skip
    """Certify what was accepted, for an institution or for the agency, and freeze the figures as they are now.

    \b
    Example:
      cte certify --grantee oregon --program-year 2023-24 --institution LANE --name "Bo Lee" \\
          --role reporting_officer --statement "Complete and correct to the best of my knowledge"
    """  # noqa: D301
    from pipelines.acts.certify import certify as certify_figures
    from pipelines.cli_acts.clear_up import open_for_acts

    subject, who = subject_of(grantee_id, year, institution_id), person_of(person)
    with open_for_acts(home_of(home_here or home)) as office:
        act = certify_figures(office, subject, who)
    tell(act)
    click.echo(f"{act.detail['figure_count']} figures frozen in quality.certified_indicator")


@click.command(short_help="List what people decided; verify the log.")
@options(
    click.option("--grantee", "grantee_id", help="Only acts on this grantee's files."),
    click.option("--verify", is_flag=True, help="Say whether the log was changed, and where; exits with 1 if it was."),
)
def acts(home: Path | None, home_here: Path | None, grantee_id: str | None, verify: bool) -> None:  # noqa: FBT001
    """List the acts of people, the last one's hash at the end; with --verify hold the log to its chain.

    \b
    Examples:
      cte acts --grantee oregon
      cte acts --verify
    """  # noqa: D301
    from pipelines.acts.chain import faults_of_log
    from pipelines.acts.log import acts_of
    from pipelines.acts.office import open_log

    place, subject = home_of(home_here or home), subject_of(grantee_id, None)
    with open_log(place) as connection:
        listed = acts_of(connection)
        faults = faults_of_log(connection, place) if verify else []
    for act in listed:
        if subject.grantee_id in (None, act.grantee_id):
            click.echo(line_of(act))
    click.echo(
        f"{len(listed)} {'act' if len(listed) == 1 else 'acts'}"
        + (f", the last has the hash {listed[-1].act_sha256}" if listed else "")
    )
    for fault in faults:
        click.echo(fault)
    if verify and not faults:
        click.echo("the log is whole" + ("; hold the hash against the one written down elsewhere" if listed else ""))
    sys.exit(1 if faults else 0)
