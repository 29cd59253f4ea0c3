"""The commands ``cte definition``: the versions of a grantee's definitions, and what a version does to the figures.

What is compared stands in the room ``side_by_side``. Nothing here writes into a home.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli_acts.options import GRANTEE, YEAR, home_of, options, subject_of

if TYPE_CHECKING:
    from pipelines.side_by_side.certified import Explanation
    from pipelines.side_by_side.comparison import Comparison

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True
)
_SUBGROUPS = click.option(
    "--subgroups", "has_subgroups", is_flag=True, help="Also the cells of subgroups and programs that differ."
)
_OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write to, for you alone.")


@click.group(short_help="Compare versions of a grantee's definitions.")
def definition() -> None:
    """List the versions of a grantee's definitions, compute one beside another, explain why a figure has changed."""


@definition.command("list", short_help="List the versions of a grantee's definitions.")
@GRANTEE
def list_versions(grantee_id: str) -> None:
    """List the versions that the grantee's folder holds: from when, and whether in force or only proposed.

    \b
    Example:
      cte definition list --grantee oregon
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.grantee import grantee

    for one in sorted(grantee(grantee_id).definitions, key=lambda d: (d.is_proposed, d.effective_from)):
        state = "proposed, never in force by itself" if one.is_proposed else f"from {one.effective_from}"
        click.echo(f"{one.version}  {state}  ({one.evidence})")


@definition.command("compare", short_help="Compute a year under two versions and say what makes the difference.")
@options(
    GRANTEE,
    YEAR,
    click.option("--with", "version", required=True, help="The version to compute; may be a proposed one."),
    click.option("--against", help="The version to compare with. [default: the one in force in the program year]"),
    _SUBGROUPS,
    _FORMAT,
    _OUT,
)
def compare(home: Path | None, home_here: Path | None, grantee_id: str, year: str, version: str,
            **asked: Any) -> None:  # fmt: skip
    """Compute a reporting year under two versions, from the records in the home, which is only read.

    Says participants, concentrators, completers and indicators under both, for everybody and each institution, and what
    each differing key does by itself; with what only all together do, these add up to the whole difference. No night
    can start while this runs. The counts are unprotected.

    \b
    Examples:
      cte definition compare --grantee oregon --program-year 2023-24 --with oregon-plan-2026
      cte definition compare --grantee oregon --program-year 2023-24 --with oregon-plan-2026 --subgroups --format csv \\
          --out plan.csv
    """  # noqa: D301
    from pipelines.side_by_side.beside import open_to_read
    from pipelines.side_by_side.compare import compare as compare_versions
    from pipelines.side_by_side.versions import version_in_force
    from pipelines.side_by_side.words import tell_comparison

    subject_of(grantee_id, year)
    place = home_of(home_here or home)
    versions = (asked["against"] or version_in_force(grantee_id, year), version)
    with open_to_read(place) as connection:
        told = compare_versions(connection, grantee_id, year, versions, has_subgroups=asked["has_subgroups"])
    _show(told, lambda: [*tell_comparison(told)], place, asked["form"], asked["out"])


@definition.command("explain", short_help="Say what has become of certified figures: data or definition.")
@options(
    GRANTEE,
    YEAR,
    click.option("--institution", "institution_id", help="What this institution certified. [default: the agency]"),
    _SUBGROUPS,
    _FORMAT,
    _OUT,
)
def explain(home: Path | None, home_here: Path | None, grantee_id: str, year: str, **asked: Any) -> None:
    """Compare the figures last certified with those of today, and part each difference into data and definition.

    By data: today's records under the definition certified. By definition: the same records under today's. Both add up
    exactly. A definition that was changed without a new version counts as data. No night can start while this runs.

    \b
    Example:
      cte definition explain --grantee oregon --program-year 2023-24
    """  # noqa: D301
    from pipelines.side_by_side.beside import open_to_read
    from pipelines.side_by_side.certified import explain as explain_figures
    from pipelines.side_by_side.words import tell_explanation

    subject_of(grantee_id, year)
    place = home_of(home_here or home)
    with open_to_read(place) as connection:
        told = explain_figures(
            connection, grantee_id, year, asked["institution_id"], has_subgroups=asked["has_subgroups"]
        )
    _show(told, lambda: [*tell_explanation(told)], place, asked["form"], asked["out"])


def _show(told: Comparison | Explanation, lines: Callable[[], Sequence[str]], home: Path, form: str,
          out: Path | None) -> None:  # fmt: skip
    """Print what was found, or write it to a file that only its owner may read."""
    from pipelines.grantee import grantee
    from pipelines.home import is_sample_home, write_private
    from pipelines.side_by_side.rows import as_csv, as_json, rows_of
    from pipelines.side_by_side.words import heading

    notes = heading(grantee(told.grantee_id).name, is_sample=bool(is_sample_home(home)))
    text = {
        "text": lambda: "".join(f"{line}\n" for line in [*notes, *lines()]),
        "csv": lambda: as_csv(rows_of(told), notes),
        "json": lambda: as_json(told, notes),
    }[form]()
    if out is None:
        click.echo(text, nl=False)
        return
    write_private(out, text.encode())
    click.echo(f"wrote {out}")
