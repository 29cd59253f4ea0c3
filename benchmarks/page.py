"""The table of a run, and where it is kept: between two marks in README.md, with the machine it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.compare import Comparison, Cost

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
JUDGING = ("<!-- judging: begin -->", "<!-- judging: end -->")
LANDING = ("<!-- landing: begin -->", "<!-- landing: end -->")
DESK = ("<!-- desk: begin -->", "<!-- desk: end -->")
INDICATORS = ("<!-- indicators: begin -->", "<!-- indicators: end -->")
SCORECARDS = ("<!-- scorecards: begin -->", "<!-- scorecards: end -->")
LIBRARIES = ("duckdb", "great-expectations", "polars", "pyarrow", "numpy", "sqlalchemy")
_HEAD = ("", "students", "way", "seconds", "a second", "times", "CPU seconds", "CPU times", "peak MB")


def table(comparisons: Iterable[Comparison]) -> str:
    """Return the comparisons as a Markdown table; ``times`` is our cost as a multiple of the plain way's."""
    rows: list[Sequence[str]] = [_HEAD]
    for one in comparisons:
        ours = (one.title, f"{one.students:,}", "the pipeline", *_figures(one, one.ours))
        rows += [ours, ("", "", one.plain_name, *_figures(one, one.plain))]
    return aligned(rows, texts=(0, 1, 2))


def aligned(rows: Sequence[Sequence[str]], texts: Collection[int]) -> str:
    """Return rows, the head first, as a Markdown table; all columns but ``texts`` stand to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = [("-" * (width - 1) + ("-" if i in texts else ":")) for i, width in enumerate(widths)]
    lines = (
        " | ".join(cell.ljust(width) if i in texts else cell.rjust(width) for i, (cell, width) in cells)
        for cells in (enumerate(zip(row, widths, strict=True)) for row in (rows[0], rule, *rows[1:]))
    )
    return "\n".join(f"| {line} |" for line in lines)


def _figures(one: Comparison, cost: Cost) -> tuple[str, ...]:
    return (
        f"{cost.seconds:.2f}",
        f"{one.count / cost.seconds:,.0f} {one.unit}",
        f"{cost.seconds / one.plain.seconds:.2f}",
        f"{cost.cpu_seconds:.2f}",
        f"{cost.cpu_seconds / one.plain.cpu_seconds:.2f}",
        f"{cost.peak_mb:,.0f}",
    )


def machine() -> str:
    """Return what the figures were measured with."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {date.today().isoformat()}: {os.cpu_count()} CPUs, {memory:.0f} GB of memory, "  # noqa: DTZ011
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {libraries}; "
        f"load average {os.getloadavg()[2]:.1f} in the last quarter of an hour."
    )


def keep(measured: str, readme: Path = README, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put ``measured`` between its marks in the README."""
    begin, end = marks
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    readme.write_text(f"{before}{begin}\n\n{measured}\n\n{end}{after}", encoding="utf-8")
