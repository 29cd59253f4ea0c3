"""`python -m benchmarks check`: `cte check` of 10,000 rows beside that of one row, as a college would call it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

YEAR = "2023-24"
SAMPLE = Path(__file__).parents[1] / "sample_data" / "oregon" / YEAR
ROW_COUNTS = (1, 10_000)


def main(repetitions: int = 3) -> None:
    """Print the seconds of each size, start-up of the process included, and their difference."""
    with tempfile.TemporaryDirectory(prefix="cte-benchmark-") as folder:
        paths = {count: written(Path(folder) / str(count), count) for count in ROW_COUNTS}
        seconds: dict[int, list[float]] = {count: [] for count in ROW_COUNTS}
        for _ in range(repetitions):
            for count, path in paths.items():
                seconds[count].append(_seconds(path))
    medians = {count: statistics.median(each) for count, each in seconds.items()}
    for count, median in medians.items():
        print(f"{count:,} rows: {median:.1f} s")
    print(f"difference: {medians[ROW_COUNTS[1]] - medians[ROW_COUNTS[0]]:.1f} s (goal: at most 2 s)")


def written(folder: Path, count: int) -> Path:
    """Write a student file of Oregon with so many students, all of them different."""
    source = next(SAMPLE.glob("student_*fall_eot.csv"))
    header, *rows = source.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("STUDENT_ID")
    lines = [rows[n % len(rows)].split(",") for n in range(count)]
    for n, fields in enumerate(lines):
        fields[at] = f"812{12 + n // 9999:02}{n % 9999 + 1:04}"
    folder.mkdir()
    path = folder / source.name
    path.write_text("\n".join([header, *(",".join(fields) for fields in lines)]) + "\n", encoding="utf-8")
    return path


def _seconds(path: Path) -> float:
    call = [sys.executable, "-m", "pipelines.cli", "check", str(path), "--grantee", "oregon", "--program-year", YEAR]
    start = time.perf_counter()
    done = subprocess.run(call, check=False, capture_output=True)
    assert done.returncode in (0, 1), done.stderr.decode()
    return time.perf_counter() - start
