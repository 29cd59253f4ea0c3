"""The command ``cte``: what an operator types, with exit codes that tell faults of data from faults of the system.

0 the run finished and no gate closed; 1 the run finished and a gate closed; 2 the call or the configuration is wrong;
3 the system failed. Heavy libraries are imported by the command that needs them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from pipelines.cli_acts.commands import COMMANDS
from pipelines.cli_annotate import annotate
from pipelines.cli_definition import definition
from pipelines.cli_layout import layout
from pipelines.cli_notices import notices
from pipelines.cli_publish import publish
from pipelines.cli_replay import replay, why
from pipelines.cli_rules import rejudge, rules
from pipelines.faults import explain
from pipelines.night import SYSTEM_FAILED, settings_from_environment
from pipelines.terminal import write_what_it_can

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
FOLDER = click.Path(path_type=Path, file_okay=False)


class House(click.Group):
    """The group of commands; turns faults into exit codes, so that no command has to."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called and exit with its code."""
        write_what_it_can()
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:  # noqa: BLE001 - the last place that can say whose fault it was
            sys.exit(explain(fault, partial(click.echo, err=True)))
        except BaseException as stop:
            # Python or click would exit with 1, which means that the night has ended. Dagster's kind of stop, by its
            # name because its import is heavy, comes where somebody ends the process (SIGTERM) as well as with Ctrl-C.
            if not isinstance(stop, KeyboardInterrupt) and type(stop).__name__ != "DagsterExecutionInterruptedError":
                raise
            click.echo("cte: stopped before the end; what was finished is kept, the next run does the rest", err=True)
            sys.exit(SYSTEM_FAILED)


@click.group(cls=House, context_settings=CONTEXT)
@click.version_option(package_name="cte-data-quality", prog_name="cte")
@click.option(
    "--home", type=FOLDER, envvar="CTE_HOME", help="Where archive, warehouse and reports live. [default: ./data]"
)
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Takes in the CTE records of state grantees, judges them, and writes scorecards.

    \b
    Exit codes: 0 finished, no gate closed   1 finished, a gate closed (look at the findings)
                2 the call or the configuration is wrong   3 the system failed
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    ctx.obj = home


def _home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``--home`` stand behind the command as well, where people type it."""
    return click.option("--home", "home_here", type=FOLDER, help="Where archive, warehouse and reports live.")(command)


@main.command(short_help="Run the nightly job, from intake to scorecards.")
@_home_option
@click.option(
    "--inbox",
    type=FOLDER,
    envvar="CTE_INBOX",
    help="Folder of <grantee>/<program_year>/ files. [default: <home>/inbox]",
)
@click.option("--grantee", "grantees", multiple=True, help="Only this grantee; may be repeated.")
@click.option(
    "--program-year", "years", multiple=True, help="Only this program year, such as 2023-24; may be repeated."
)
@click.option("--rebuild", is_flag=True, help="Rebuild raw, core and mart from the archive; ledger and history stay.")
@click.pass_obj
def run(home: Path | None, home_here: Path | None, inbox: Path | None, grantees: tuple[str, ...],
        years: tuple[str, ...], rebuild: bool) -> None:  # noqa: FBT001  # fmt: skip
    """Run the nightly job: intake, models, judgement, scorecards, published file.

    \b
    Examples:
      cte run
      cte run --home /srv/cte --grantee oregon --program-year 2023-24
      cte run --inbox sample_data --home ./data-demo
    """  # noqa: D301
    from pipelines.console import run_night

    sys.exit(run_night(home_here or home, inbox, grantees, years, is_rebuild=rebuild))


@main.command(short_help="Judge files before they are submitted.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--grantee", "grantee_id", required=True, help="Whose layouts to read the files with.")
@click.option("--program-year", "year", help="Program year of the files. [default: the one in their folder or name]")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def check(files: tuple[Path, ...], grantee_id: str, year: str | None, form: str) -> None:
    """Judge files before they are submitted; writes nothing and prints every error, not the first.

    \b
    Examples:
      cte check student_2023-24_fall.csv --grantee oregon --program-year 2023-24
      cte check *.csv --grantee oregon --program-year 2023-24 --format csv > errors.csv
    """  # noqa: D301
    from pipelines.check.files import check_files

    sys.exit(check_files(files, grantee_id, year, form, click.echo))


@main.command(short_help="Write invented submissions with an answer key.")
@click.option("--out", required=True, type=FOLDER, help="Folder to write to; an inbox afterwards.")
@click.option("--students", default=None, type=click.IntRange(min=5), help="Students a program year over all grantees.")
@click.option("--program-years", default=None, help="Comma-separated, such as 2022-23,2023-24.")
@click.option("--seed", default=None, type=int, help="The same seed writes the same bytes.")
@click.option("--clean", is_flag=True, help="Plant no faults.")
def sample(out: Path, students: int | None, program_years: str | None, seed: int | None, clean: bool) -> None:  # noqa: FBT001
    """Write invented submissions of the five grantees in their own formats, with faults.csv, the answer key.

    \b
    Examples:
      cte sample --out sample_data
      cte sample --out /tmp/large --students 1000000 --program-years 2023-24 --clean
    """  # noqa: D301
    from pipelines.sample import submissions as samples

    written = samples.write_samples(
        out,
        students=samples.STUDENTS if students is None else students,
        program_years=program_years.split(",") if program_years else samples.PROGRAM_YEARS,
        seed=samples.SEED if seed is None else seed,
        is_clean=clean,
    )
    click.echo(f"wrote {written.file_count} invented files with {written.fault_count} labeled faults to {out}")


@main.group(short_help="Take in public sources such as IPEDS.")
def reference() -> None:
    """Take in what grantees do not submit: files of IPEDS, and who works in which occupation."""


@reference.command("add")
@_home_option
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.pass_obj
def reference_add(home: Path | None, home_here: Path | None, paths: tuple[Path, ...]) -> None:
    """Land reference files, or folders of them, at once, and judge them.

    What is computed from them (agreement with IPEDS, the computed list of nontraditional fields) follows with the
    next night, `cte run`.

    \b
    Examples:
      cte reference add c2022_a.csv c2022_c.csv HD2022.zip
      cte reference add cpsaat11_2022.xlsx CIP2020_SOC2018_Crosswalk.xlsx \\
          census2018_occ_code_list_and_soc2018_crosswalk.xlsx
      cte reference add ~/ipeds
    """  # noqa: D301
    from pipelines.console import add_reference

    sys.exit(add_reference(home_here or home, paths))


@main.command(short_help="Say how the last night went.")
@_home_option
@click.pass_obj
def status(home: Path | None, home_here: Path | None) -> None:
    """Say how the last night went; exits with 1 when it is older than 26 hours or failed.

    \b
    Example:
      cte status --home /srv/cte
    """  # noqa: D301
    from rich.console import Console

    from pipelines.status import report_status
    from pipelines.terminal import teller

    # Who hangs up early (``| head``) learns less, and is told no fault of the system.
    sys.exit(report_status(settings_from_environment(_text(home_here or home)).home, teller(Console())))


for command in (annotate, definition, layout, rules, rejudge, notices, publish, replay, why, *COMMANDS):
    main.add_command(command)


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


if __name__ == "__main__":
    main()
