"""Does landing let go of each batch of rows once it is written, so that a large file needs no more memory?"""

import subprocess
import sys
from pathlib import Path

import pytest

WRITE = r"""
import sys
import polars as pl
from pipelines.grantee import grantee
from pipelines.intake.raw import write_raw
from pipelines.warehouse import open_warehouse
from pathlib import Path

def resident():
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))

layout = next(f for f in grantee("oregon").layouts if f.table == "student")
count = 10_000
said = {"STUDENT_ID": "812120001", "BIRTHDATE": "01/31/1990"}  # a row without them is looked at for others' values
texts = {c.name: [said.get(c.name, "x" * 200)] * count for c in layout.columns}
rows = pl.DataFrame({**texts, "line_number": range(count), "line_count": [1] * count})
with open_warehouse(Path(sys.argv[1])) as connection:
    connection.execute("set memory_limit = '300MB'")
    connection.begin()
    write = lambda number: write_raw(connection, grantee("oregon"), layout, f"s{number}", rows, b"k" * 32)
    for number in range(3):
        write(number)
    before = resident()
    for number in range(12):
        write(number)
    print(rows.estimated_size("mb"), resident() - before)
    connection.rollback()
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read where Linux tells it")
def test_a_batch_that_is_written_is_not_held_until_the_transaction_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "home")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    batch, growth = map(float, done.stdout.split())
    assert batch > 25
    # What a transaction takes by itself is up to four batches, and no more with the next dozen.
    assert growth < 6 * batch, "DuckDB holds a registered frame, all twelve of them, until the transaction ends"
