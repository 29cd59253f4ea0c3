"""The command ``cte annotate``, for colleges. What it writes stands in the room ``returns``."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(short_help="Join returns to your own file, line by line.")
@click.argument("file", type=FILE)
@click.argument("return_files", metavar="RETURN...", type=FILE, nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write. [default: beside FILE]")
def annotate(file: Path, return_files: tuple[Path, ...], out: Path | None) -> None:
    """Write a copy of FILE, as you sent it, in which each record that RETURN speaks of says what is wrong with it.

    For colleges: needs no home, no key and no network, and the copy stays with you. Text with columns and .xlsx get two
    columns more, cte_problem and cte_repair; all else stays as it is, and the copy can be sent again after the repair.
    Of other files the problems are listed beside it. RETURN is the .xlsx or .csv that your agency gave you; a workbook
    has one for each sheet: give them all at once. Send the repaired copy under the name that FILE has.

    \b
    Examples:
      cte annotate student_2023-24_fall.csv 2023-24_student_LANE_0123456789ab.xlsx
      cte annotate records_2023-24.xlsx 2023-24_student_LANE_*.xlsx 2023-24_course_LANE_*.xlsx
      cte annotate students.txt 2023-24_student_LANE_0123456789ab.csv --out /secure/students_to_repair.txt
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.returns.annotate import annotate as write_copy

    write_copy(file, return_files, out, click.echo)
