"""What the commands of people's acts ask for in common, and how they say what was done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.acts.log import Act
    from pipelines.acts.office import Subject
    from pipelines.acts.people import Person

_FOLDER = click.Path(path_type=Path, file_okay=False)
GRANTEE = click.option("--grantee", "grantee_id", required=True, help="The grantee, by its id, such as oregon.")
YEAR = click.option("--program-year", "year", required=True, help="The program year, such as 2023-24.")
FILES = click.option("--file", "files", multiple=True, help="Only this file, by its name; may be repeated.")


def options(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decorator that adds options, and ``--home``, in the order in which help lists them."""
    home = click.option("--home", "home_here", type=_FOLDER, help="Where archive, warehouse and reports live.")

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed((*options, home)):
            command = option(command)
        return click.pass_obj(command)

    return add


PERSON = (
    click.option("--name", required=True, help="Your name; it stays in the log for good."),
    click.option("--role", required=True, help="reporting_officer or steward."),
    click.option("--statement", required=True, help="What you state by this act."),
)


PERSON_OF_A_DEED = tuple(
    click.option(f"--{name}", help=f"{about} Not for a rehearsal.")
    for name, about in (
        ("name", "Your name; it stays in the log for good."),
        ("role", "steward."),
        ("statement", "What you state by this act."),
    )
)
"""The same for a command that may only rehearse: who looks states nothing."""


def subject_of(grantee_id: str | None, year: str | None, institution_id: str | None = None) -> Subject:
    """Return what an act is about. Raises ConfigurationError for a grantee or program year that cannot be."""
    from pipelines.acts.office import Subject
    from pipelines.configuration import ConfigurationError
    from pipelines.grantee import grantee
    from pipelines.intake.inbox import is_program_year

    if year is not None and not is_program_year(year):
        msg = f"--program-year {year}: a program year is written like 2023-24"
        raise ConfigurationError(msg)
    return Subject(grantee(grantee_id).id if grantee_id else None, year, institution_id)


def person_of(given: dict[str, str]) -> Person:
    """Return who acts. Raises ConfigurationError for a role that there is not, or a text that the log cannot keep."""
    from pipelines.acts.people import Person

    return Person(**given)


def home_of(given: Path | None) -> Path:
    """Return the home meant: the one given, else that of the environment."""
    from pipelines.night import settings_from_environment

    return settings_from_environment(str(given) if given else None).home


def tell(act: Act) -> None:
    """Show the person what was signed: files, their hashes, and the hash over them."""
    for name, sha256 in act.detail["files"]:
        click.echo(f"{act.kind}: {name}  {sha256}")
    click.echo(f"signed {act.signed_sha256}\nact {act.act_number}, {act.act_sha256}: write this hash down elsewhere")


def line_of(act: Act) -> str:
    """Return one line about an act."""
    about = " ".join(filter(None, (act.grantee_id, act.program_year, act.institution_id, _rule_of(act))))
    who = f"{act.person_name}, {act.role} (account {act.account})"
    return f"{act.act_number}  {act.acted_at}  {act.kind}  {about}  {who}: {act.statement}  signed {act.signed_sha256}"


def _rule_of(act: Act) -> str:
    """Return the rule of the waiver that an act is about; empty for other acts, and where details were damaged."""
    with suppress(ValueError, KeyError, TypeError):
        return str(act.detail["waiver"]["rule_id"])
    return ""
