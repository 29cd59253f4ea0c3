"""``cte publish``: release certified years, and write the published file anew. What it does stands in ``release``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_acts.options import home_of, options, person_of, subject_of

if TYPE_CHECKING:
    from pipelines.acts.office import Office
    from pipelines.acts.people import Person
    from pipelines.disclosure.release.one import Ended

_PERSON = tuple(
    click.option(f"--{name}", help=f"{about} Only for a release, not for a rehearsal.")
    for name, about in (
        ("name", "Your name; it stays in the log for good."),
        ("role", "reporting_officer."),
        ("statement", "What you state by this act; it is not published."),
    )
)


@click.command(short_help="Release certified years to the published file.")
@options(
    click.option("--release", "is_release", is_flag=True, help="Release what is certified, if it is proven safe."),
    click.option("--grantee", "grantee_ids", multiple=True, help="Only this grantee; may be repeated."),
    click.option("--program-year", "years", multiple=True, help="Only this program year; may be repeated."),
    click.option("--dry-run", is_flag=True, help="Only say what would be withheld, and why."), *_PERSON,
)  # fmt: skip
def publish(home: Path | None, home_here: Path | None, is_release: bool,  # noqa: FBT001 - click hands flags over so
            grantee_ids: tuple[str, ...], years: tuple[str, ...], dry_run: bool,  # noqa: FBT001
            **person: str | None) -> None:  # fmt: skip
    """Write published/ anew from the releases in force; with --release, release certified program years first.

    A release decides what is withheld, attacks what would leave, and refuses a grantee where a person could be told;
    its last release then stays, and the others go on. What a rehearsal writes is restricted: never pass it on.

    \b
    Examples:
      cte publish --release --dry-run --grantee oregon
      cte publish --release --name "Bo Lee" --role reporting_officer --statement "Reviewed the rehearsal"
      cte publish --release --grantee udc --program-year 2023-24 --name "Bo Lee" --role reporting_officer \\
          --statement "Annual release"
      cte publish

    \b
    Exit codes: 0 released   1 something was blocked, refused or carried forward; the others went on
                2 the call or the configuration is wrong   3 the system failed
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    who = _who(person, is_release=is_release, is_rehearsal=dry_run)
    grantees = [str(subject_of(one, None).grantee_id) for one in grantee_ids]
    for year in years:
        subject_of(None, year)
    from pipelines.cli_acts.clear_up import open_for_acts

    with open_for_acts(home_of(home_here or home)) as office:
        _fill(office)  # a home of an earlier version has not all tables yet that the audit reads
        endings = _release(office, grantees, years, who) if is_release else []
        if not dry_run:
            from pipelines.publish.file import publish as swap
            from pipelines.reports.shareable import write_shareable

            _fill(office)
            published = swap(office.connection, office.home)
            count = write_shareable(published, office.home)
            click.echo(f"published file  {published}\n{count} shareable scorecards below {office.home / 'scorecards'}")
    from pipelines.disclosure.release.words import is_whole

    sys.exit(0 if all(map(is_whole, endings)) else 1)


def _release(office: Office, grantees: Sequence[str], years: Sequence[str], who: Person | None) -> list[Ended]:
    from pipelines.disclosure.release.all_rooms import all_rooms
    from pipelines.disclosure.release.every import release_all

    return release_all(office, grantees, years, who, all_rooms(), click.echo)


def _fill(office: Office) -> None:
    """Make ``publish.*`` as the last night and the releases in force say."""
    from expectations.catalogue import all_rules
    from pipelines.configuration import ConfigurationError
    from pipelines.home import is_sample_home
    from pipelines.publish.fill import fill_publish
    from pipelines.run_book import last_night

    run_id = last_night(office.connection)
    if run_id is None:
        msg = f"{office.home}: no night has ended in this home yet, so there is nothing to publish; `cte run` runs one"
        raise ConfigurationError(msg)
    fill_publish(office.connection, all_rules(), run_id, is_sample=bool(is_sample_home(office.home)))


def _who(person: dict[str, str | None], *, is_release: bool, is_rehearsal: bool) -> Person | None:
    given = {name: value for name, value in person.items() if value is not None}
    if not is_release:
        if given or is_rehearsal:
            msg = "--dry-run, --name, --role and --statement go with --release; add it, or leave them out."
            raise click.UsageError(msg)
        return None
    if is_rehearsal:
        return None
    if missing := [f"--{name}" for name in person if name not in given]:
        msg = f"Missing {', '.join(missing)}: releasing is signed. To look only, add --dry-run."
        raise click.UsageError(msg)
    return person_of(given)
