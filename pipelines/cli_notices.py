"""The command about notices: ``cte notices test`` tries the channels. What a notice says stands in ``notices``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.cli_acts.options import home_of, options


@click.group(short_help="Try the channels that tell people about the nights.")
def notices() -> None:
    """Try the channels of notices.toml in the home, which tell people about the nights."""


@notices.command("test", short_help="Send a test to every channel.")
@options()
def notices_test(home: Path | None, home_here: Path | None) -> None:
    """Send a test, which tells nothing, to every channel of notices.toml, and say what came of it.

    Exits with 1 where one was not delivered, with 2 where a block of the file cannot be used or there is no file.

    \b
    Example:
      cte notices test --home /srv/cte
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.configuration import ConfigurationError
    from pipelines.notices.channels import FILE_NAME, read_setting
    from pipelines.notices.send import send_test

    place = home_of(home_here or home)
    setting = read_setting(place)
    if not setting.channels and not setting.faults:
        msg = f"{place / FILE_NAME}: names no channel; docs/operations.md, Notices, shows how to write one"
        raise ConfigurationError(msg)
    outcomes = send_test(setting)
    for channel, why in outcomes:
        click.echo(f"{channel}: delivered" if why is None else f"{channel}: not delivered: {why}")
    sys.exit(2 if setting.faults else int(any(why for _, why in outcomes)))
