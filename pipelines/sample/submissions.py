"""Writes sample submissions: one invented population, said in every grantee's dialect, with labelled faults.

The same arguments give the same bytes, on every platform. Nothing here is about real people or institutions, and all
that is written says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee_ids
from pipelines.home import SAMPLE_MARKER
from pipelines.layouts import FileLayout
from pipelines.sample.judgments import said_files
from pipelines.sample.plan import Plan, plan
from pipelines.sample.planting import facts, plant
from pipelines.sample.records import cohorts, records, year_name
from pipelines.sample.render import expressible
from pipelines.sample.sheets import Planted, Sheet, Submission, content, files_of
from pipelines.sample.strays import strays
from pipelines.sample.updates import add_updates
from pipelines.sample.vintages import vintages_of

STUDENTS = 1200
PROGRAM_YEARS = ("2022-23", "2023-24")
SEED = 20220702
ANSWER_KEY = "faults.csv"
_PER_YEAR = 16  # so that the years of a grantee get other faults, and other grantees are careless


@dataclass(frozen=True)
class Written:
    """What ``write_samples`` has written."""

    file_count: int
    record_count: int
    fault_count: int


def write_samples(
    out: Path,
    *,
    students: int = STUDENTS,
    program_years: Sequence[str] = PROGRAM_YEARS,
    seed: int = SEED,
    is_clean: bool = False,
    grantees: Sequence[str] | None = None,
) -> Written:
    """Write the submissions of all grantees to ``out/<grantee>/<program_year>/`` and say below ``out`` what they are.

    Args:
        out: Folder to write to; files of the same names are replaced, others stay.
        students: Students enrolled in a program year, all grantees together; roughly, because cohorts are drawn.
        program_years: Such as ``2023-24``. What lies before the first of them is nowhere reported.
        seed: The same seed gives the same bytes.
        is_clean: Without faults, and without ``faults.csv``.
        grantees: Ids; all of them where None.

    Raises:
        ConfigurationError: a program year is not written like 2023-24, or a grantee is not known.
    """
    start_years = sorted({_start_year(year) for year in program_years})
    chosen = grantee_ids() if grantees is None else tuple(grantees)
    planted: list[Planted] = []
    file_count = record_count = 0
    for grantee_id in chosen:
        for name, file in said_files(plan(grantee_id), start_years, _place(grantee_id)):
            _write(out / grantee_id / name, file)
        for submission in _submissions(plan(grantee_id), seed, students, start_years):
            for name, file in _contents(submission, is_clean=is_clean):
                _write(out / grantee_id / submission.program_year / name, file)
                file_count += 1
            record_count += sum(len(sheet.records) for sheet in (*submission.sheets, *submission.others))
            planted += submission.planted
    _write(out / SAMPLE_MARKER, b"FICTIONAL: all below this folder is invented; nothing is data of any agency.\n")
    _write(out / "README.md", _readme(chosen, students, program_years, seed, is_clean=is_clean).encode())
    if not is_clean:
        _write(out / ANSWER_KEY, _answer_key(planted))
    return Written(file_count, record_count, len(planted))


def _submissions(one: Plan, seed: int, students: int, start_years: Sequence[int]) -> Iterator[Submission]:
    """Yield the submissions of a grantee year by year: memory holds one at a time."""
    order = _place(one.grantee.id)
    entered = cohorts(one, seed, students, range(start_years[0], start_years[-1] + 1))
    for number, start_year in enumerate(start_years):
        frames = records(one, entered, start_year, start_years[0])
        is_past = start_year < start_years[-1]
        yield _submission(one, frames, start_year, order + _PER_YEAR * number, is_past=is_past)


def _place(grantee_id: str) -> int:
    """Return the place of a grantee among all, whichever of them are written."""
    return sum(other < grantee_id for other in grantee_ids())


def _submission(
    one: Plan, frames: Mapping[str, pl.DataFrame], start_year: int, number: int, *, is_past: bool
) -> Submission:
    year = year_name(start_year)
    submission = Submission(one, year, number, [], facts(frames, start_year))
    for layout in one.grantee.layouts:
        if layout.is_effective(year) and layout.file_name != one.update_files:
            known = _own(expressible(frames[layout.table], layout).with_row_index("row"), layout, one)
            for name, part, is_last in vintages_of(known, layout, one, year, is_past=is_past):
                (submission.sheets if is_last else submission.others).append(Sheet(layout, name, part))
    add_updates(submission)
    return submission


def _own(known: pl.DataFrame, layout: FileLayout, one: Plan) -> pl.DataFrame:
    """Return the records of those institutions that send the file; where none is named, all do."""
    senders = [i.id for i in one.institutions if i.files and i.files in layout.file_name]
    return known.filter(pl.col("institution_id").is_in(senders)) if senders else known


def _contents(submission: Submission, *, is_clean: bool) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of all files, spoilt unless they are to be clean."""
    title = f"FICTIONAL, not data of {submission.plan.grantee.name}"
    made = files_of([*submission.sheets, *submission.others])
    if not is_clean:
        plant(submission)
        yield from strays(submission, title)
    for name, sheets in made.items():
        yield name, content(sheets, title)


def _start_year(program_year: str) -> int:
    digits = program_year[:4]
    if not digits.isdecimal() or year_name(int(digits)) != program_year:
        msg = f"program year {program_year!r}: write it like 2023-24"
        raise ConfigurationError(msg)
    return int(digits)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _answer_key(planted: Sequence[Planted]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Planted.columns())
    writer.writerows(sorted(p.row() for p in planted))
    return text.getvalue().encode()


def _readme(grantees: Sequence[str], students: int, program_years: Sequence[str], seed: int, *, is_clean: bool) -> str:
    names = "\n".join(f"* `{g}`: FICTIONAL, not data of {plan(g).grantee.name}" for g in grantees)
    years = ",".join(program_years)
    clean = " --clean" if is_clean else ""
    key = "" if is_clean else f"\n`{ANSWER_KEY}` is the answer key: every planted fault with its file, line and rule.\n"
    return (
        "# FICTIONAL sample submissions\n\nNo person, institution or number here is real. The layouts are house "
        f"illustrations; the CIP codes are those of CIP 2020.\n\n{names}\n{key}\nMade by `cte sample --out sample_data "
        f"--students {students} --program-years {years} --seed {seed}{clean}`; do not edit, make anew.\n"
    )
