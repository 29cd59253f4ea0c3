"""The commands ``cte replay`` and ``cte why``: a run made again, and what a figure has changed with.

What is done stands in the room ``replay``. The home is locked meanwhile and keeps everything as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.cli_acts.options import home_of, options, subject_of

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(short_help="Make the scorecards of a run again, byte for byte.")
@click.argument("run_id")
@options(click.option("--out", type=_FOLDER, help="Folder for the scorecards made again, for you alone."))
def replay(home: Path | None, home_here: Path | None, run_id: str, out: Path | None) -> None:
    """Make the scorecards of a run again from the archive, under the program, rules, layouts and definitions of then.

    Exits with 0 where every byte is the same, with 1 where one is not or the inputs were destroyed. No night can start
    while this runs; it takes as long as `cte run --rebuild`.

    \b
    Examples:
      cte replay 20260701T060000123Z-9f3a
      cte replay 20260701T060000123Z-9f3a --home /srv/cte --out ~/evidence
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.replay.again import again
    from pipelines.replay.inputs import InputsGone
    from pipelines.replay.stage import ReplayFailed
    from pipelines.replay.words import tell_again

    try:
        told = again(home_of(home_here or home), run_id, out)
    except (InputsGone, ReplayFailed) as fault:
        click.echo(f"run {run_id} cannot be made again: {fault}")
        sys.exit(1)
    for line in tell_again(told, out):
        click.echo(line)
    sys.exit(1 if told.differing else 0)


@click.command(short_help="Say why a figure has changed between two runs.")
@click.argument("grantee_id", metavar="GRANTEE")
@click.argument("year", metavar="YEAR")
@click.argument("figure", metavar="FIGURE")
@options(
    click.option("--institution", "institution_id", help="The figure of this institution. [default: all together]"),
    click.option("--from", "first", help="The earlier run. [default: the one before the later]"),
    click.option("--to", "last", help="The later run. [default: the last one]"),
    click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True),
)
def why(
    home: Path | None, home_here: Path | None, grantee_id: str, year: str, figure: str, **asked: str | None
) -> None:
    """Say why a figure has changed between two runs: data, layouts, rules, definitions, reference tables, people, code.

    The earlier run is made again with one part after another taken from the later run, so that the changes of the parts
    add up to the whole. It takes as long as intake and measures of the grantee, once for each part that differs.
    FIGURE is 1P1, 2P1, 3P1, participant, concentrator or completer, each also with a subgroup; gates; or rule:<id>.

    \b
    Examples:
      cte why oregon 2023-24 1P1
      cte why oregon 2023-24 1P1:sex=female --institution OR01
      cte why oregon 2023-24 gates --from 20260701T060000123Z-9f3a --format json
    """  # noqa: D301
    from pipelines.home import is_sample_home
    from pipelines.replay.inputs import InputsGone
    from pipelines.replay.stage import ReplayFailed
    from pipelines.replay.why import Asked
    from pipelines.replay.why import why as why_changed
    from pipelines.replay.words import tell_why, why_json

    subject_of(grantee_id, year)
    place = home_of(home_here or home)
    question = Asked(grantee_id, year, figure, asked["institution_id"])
    try:
        told = why_changed(place, question, asked["first"], asked["last"])
    except (InputsGone, ReplayFailed) as fault:
        click.echo(f"why {figure} has changed cannot be told: {fault}")
        sys.exit(1)
    is_sample = bool(is_sample_home(place))
    lines = (f"{line}\n" for line in tell_why(told, is_sample=is_sample))
    click.echo("".join(lines) if asked["form"] == "text" else why_json(told, is_sample=is_sample), nl=False)
