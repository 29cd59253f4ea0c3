"""Destroying what is due, and changing keys. What each does stands in the room ``acts``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_acts.options import GRANTEE, PERSON, PERSON_OF_A_DEED, home_of, options, person_of, subject_of

if TYPE_CHECKING:
    from pipelines.acts.people import Person


@click.command(short_help="Destroy what its retention no longer keeps.")
@options(
    click.option("--grantee", "grantee_ids", multiple=True, help="Only this grantee; may be repeated."),
    click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What is due on this day. [default: today]"),
    click.option("--dry-run", is_flag=True, help="Only say what would be destroyed."), *PERSON_OF_A_DEED,
)  # fmt: skip
def purge(home: Path | None, home_here: Path | None, grantee_ids: tuple[str, ...], as_of: datetime | None,
          dry_run: bool, **person: str | None) -> None:  # noqa: FBT001  # fmt: skip
    """Destroy bytes and rows that [retention] of each grantee.toml no longer keeps; the record of it stays. For the steward.

    \b
    Examples:
      cte purge --dry-run
      cte purge --grantee oregon --name "Ana Diaz" --role steward --statement "Due under our records schedule"
    """  # noqa: D301, E501
    from pipelines.cli_acts.clear_up import purge_grantees

    day = as_of.date() if as_of else datetime.now(UTC).date()
    subjects = [str(subject_of(one, None).grantee_id) for one in grantee_ids]
    purge_grantees(home_of(home_here or home), subjects, day, None if dry_run else _named(person), click.echo)


def _named(person: dict[str, str | None]) -> Person:
    given = {name: value for name, value in person.items() if value is not None}
    if missing := [f"--{name}" for name in person if name not in given]:
        msg = f"Missing {', '.join(missing)}: destroying is signed. To look only, add --dry-run."
        raise click.UsageError(msg)
    return person_of(given)


@click.group(short_help="Change the keys that pseudonyms are made with.")
def key() -> None:
    """Change the keys that pseudonyms are made with."""


@key.command("rotate")
@options(GRANTEE, *PERSON)
def key_rotate(home: Path | None, home_here: Path | None, grantee_id: str, **person: str) -> None:
    """Put a new key in place and make every pseudonym anew from the archive; also where the old key is lost.

    \b
    Example:
      cte key rotate --grantee oregon --name "Ana Diaz" --role steward --statement "Yearly change"
    """  # noqa: D301
    from pipelines.cli_acts.clear_up import rotate_key

    subject = subject_of(grantee_id, None)
    rotate_key(home_of(home_here or home), str(subject.grantee_id), person_of(person), click.echo)
