"""Can a name, a link or a pipe in the inbox stop the night, forge its log or make it wait for ever?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from intake_example import YEAR, Example, courses


@pytest.fixture
def example(tmp_path: Path) -> Example:
    home = Example(tmp_path)
    home.put("course_2023-24_FA.csv", courses(3))
    return home


def _folder(example: Example) -> bytes:
    return os.fsencode(example.root / "inbox" / "oregon" / YEAR)


@pytest.mark.parametrize(
    "name",
    [b"a\nudc/2023-24/forged.csv: 9 rows".replace(b"/", b":"), b"\x1b[2J.csv", b"bad\xff.csv", b"\r.csv", b"x" * 255],
)
def test_a_name_takes_one_line_and_says_what_can_be_seen(example: Example, name: bytes) -> None:
    for folder in (_folder(example), os.fsencode(example.root / "inbox")):
        (Path(os.fsdecode(folder)) / os.fsdecode(name)).write_bytes(b"a\n1\n")
    example.night()
    assert all(line.isprintable() for line in example.said), "a name forged a line or steers the terminal"
    assert example.rows("select count(*) from quality.submission where status = 'refused'") == [(1,)]


def test_what_is_no_file_is_named_and_never_opened(example: Example) -> None:
    folder = Path(os.fsdecode(_folder(example)))
    os.mkfifo(folder / "pipe.csv")  # opening it would wait for a writer, for ever
    (folder / "nowhere.csv").symlink_to("no/such/file")
    (folder / "circle.csv").symlink_to("circle.csv")
    taken = example.night()
    assert len(taken.submissions) == 1
    told = {stray.place.rsplit("/", 1)[1]: stray.message for stray in taken.strays}
    assert set(told) == {"pipe.csv", "nowhere.csv", "circle.csv"}
    assert "link" in told["circle.csv"]
