"""The commands ``cte layout new`` and ``cte layout check``: help for who writes a layout. Nothing is drafted here."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group(short_help="Draft and check layouts: how files say our columns.")
def layout() -> None:
    """Draft a layout from a sample file, and check layouts before a night uses them. docs/layouts.md has every key."""


@layout.command("new", short_help="Draft a layout from a sample file.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--grantee", "grantee_id", default="", help="Whose file it is; names the layout.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write to; never overwritten.")
def new(file: Path, grantee_id: str, out: Path | None) -> None:
    """Draft a layout for a person to finish: look for "please decide". Holds codes, never values of persons.

    \b
    Examples:
      cte layout new student_2023-24_fall.csv
      cte layout new Students.xlsx --grantee example --out grantees/example/layout.toml
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.layout_draft.draft import draft, write_new

    text = draft(file, grantee_id)
    if out is None:
        click.echo(text, nl=False)
        return
    write_new(out, text)
    click.echo(f"wrote {out}: decide its {text.count('please decide')} open questions, then run cte layout check {out}")


@layout.command("check", short_help="Say what is missing or wrong in layouts.")
@click.argument("places", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--grantee", "grantee_ids", multiple=True, help="Check the layouts of this grantee; may be repeated.")
def check(places: tuple[Path, ...], grantee_ids: tuple[str, ...]) -> None:
    """Say all that is missing or wrong in layouts, with file and key; without arguments, of all grantees.

    Exits with 2 where something is wrong, else with 0; what is only to be looked at is said.

    \b
    Examples:
      cte layout check --grantee oregon
      cte layout check my-grantees/example
    """  # noqa: D301
    from pipelines.grantee import grantee
    from pipelines.grantee import grantee_ids as all_ids
    from pipelines.layout_check.check import check_layouts

    chosen = grantee_ids or (() if places else all_ids())
    sys.exit(check_layouts([*places, *(grantee(grantee_id).folder for grantee_id in chosen)], click.echo))
