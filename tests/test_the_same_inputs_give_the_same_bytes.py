"""Do two people with the same files hold the same scorecard to the byte, whatever machine made it?

Else nobody can tell a changed figure from a changed machine, and a hash proves nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from elsewhere import PLACES, clone_of, start, told

INTERNAL = tuple(f"scorecard-internal.{form}" for form in ("html", "json", "xlsx"))
SHAREABLE = tuple(f"scorecard.{form}" for form in ("html", "json", "xlsx"))
YEARS = ("2022-23", "2023-24")


def _files(folder: Path) -> dict[str, bytes]:
    cards = folder / "home" / "scorecards"
    return {path.relative_to(cards).as_posix(): path.read_bytes() for path in cards.rglob("*") if path.is_file()}


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return where files differ, with the bytes around the first place."""
    found = [f"{name}: only one has it" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        a, b = one[name], other[name]
        if a != b:
            at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            found.append(f"{name}: {a[max(at - 60, 0) : at + 60]!r} and {b[max(at - 60, 0) : at + 60]!r}")
    return found


def test_forms_are_the_same_bytes_at_two_places(tmp_path: Path):
    places = {name: start("cards", name, tmp_path / name) for name in PLACES}
    for process in places.values():
        told(process)
    here, there = (_files(tmp_path / name) for name in places)
    names = {name.rpartition("/")[2] for name in here}
    assert names > {*INTERNAL, *SHAREABLE}
    assert _differing(here, there) == []


@pytest.mark.slow
def test_a_night_in_two_fresh_clones_at_two_places_gives_the_same_bytes(tmp_path: Path):
    """The homes have keys of their own, as two clones have: no order may hang on how persons are coded."""
    clones = {name: clone_of(tmp_path / f"clone-{name}", name) for name in PLACES}
    places = {name: start("night", name, tmp_path / name, clone) for name, clone in clones.items()}
    for name, process in places.items():
        assert str(clones[name]) in told(process), "the clone's own program ran"
    here, there = (_files(tmp_path / name) for name in places)
    assert sorted(here) == sorted(f"udc/{year}/{form}" for year in YEARS for form in INTERNAL)
    assert _differing(here, there) == []
