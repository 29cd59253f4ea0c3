"""Where the disk is full, does the night say so, leave what is published alone, and finish the next time?

A limit on the size of files stands for the full disk: no file can grow beyond it, whoever writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Ran
from hostile import YEAR, good, row, text_file
from night_under_limits import Place, no_file_above

pytestmark = pytest.mark.slow
SMALL, LARGE = 30, 200_000
# The large file has 7.7 MB and makes a warehouse of 6.3 MB one of 34 MB.
LIMITS = {"the archive has no room": 7 << 20, "the warehouse has no room": 12 << 20}
GATE_CLOSED, SYSTEM_FAILED = 1, 3  # no institution is reported, which closes a gate


@dataclass(frozen=True)
class Story:
    """Nights on one home: one without a limit, one for each limit, and one without again."""

    place: Place
    first: Ran
    limited: dict[str, Ran]
    published: tuple[str, ...]
    last: Ran


def _published(place: Place) -> str:
    return hashlib.sha256((place.home / "published" / "cte.duckdb").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    place = Place.made(tmp_path_factory.mktemp("full"))
    place.put(f"course_{YEAR}_small.csv", text_file(good("small", SMALL)))
    first = place.night()
    published = [_published(place)]
    lines = [row(n, title=f"Welding {n * 7_919 % 1_000_003}") for n in range(LARGE)]
    place.put(f"course_{YEAR}_large.csv", text_file(lines))
    limited = {}
    for name, byte_count in LIMITS.items():
        limited[name] = place.night(no_file_above(byte_count))
        published.append(_published(place))
    return Story(place, first, limited, tuple(published), place.night())


@pytest.mark.parametrize("name", LIMITS)
def test_a_full_disk_is_a_failure_of_the_system_and_told_as_one(story: Story, name: str) -> None:
    night = story.limited[name]
    assert night.exit_code == SYSTEM_FAILED, night.output
    assert "too large" in night.output.casefold() or "disk" in night.output.casefold(), night.output
    assert "refused" not in night.output, "the sender has done nothing wrong"


def test_what_was_published_stays_byte_for_byte(story: Story) -> None:
    assert story.first.exit_code == GATE_CLOSED, story.first.output
    assert len(set(story.published)) == 1


def test_the_next_night_completes_with_all_rows(story: Story) -> None:
    assert story.last.exit_code == GATE_CLOSED, story.last.output
    rows = "select file_name, status, loaded_row_count from quality.submission order by 1"
    assert story.place.rows(rows) == [
        (f"course_{YEAR}_large.csv", "read", LARGE), (f"course_{YEAR}_small.csv", "read", SMALL)
    ]  # fmt: skip
    assert story.place.rows("select count(*) from core.course") == [(LARGE + SMALL,)]


def test_nothing_half_written_stays_behind(story: Story) -> None:
    halves = [p for p in story.place.home.rglob("*") if p.name.endswith((".part", ".tmp"))]
    assert halves == []
    assert [p for p in (story.place.home / "tmp").rglob("*") if p.is_file()] == []


def test_the_book_says_which_runs_failed(story: Story) -> None:
    codes = story.place.rows("select exit_code from quality.run order by run_id")
    assert codes[0] == codes[-1] == (GATE_CLOSED,)
    assert {code for (code,) in codes[1:-1]} <= {SYSTEM_FAILED}


def test_the_published_file_can_be_read_after_all(story: Story) -> None:
    assert story.place.rows("select count(*) > 0 from publish.note", "published/cte.duckdb") == [(True,)]
    assert Path(story.place.home / "published" / "cte.duckdb").stat().st_mode & 0o222 == 0
