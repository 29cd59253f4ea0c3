"""Does each part answer for its own change, in one order, and do all together make the whole, whatever else is wrong?

The replays are played by a program of three lines, so that every number can be told beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.provenance.house import House
from pipelines.provenance.made import Made
from pipelines.replay import why as subject
from pipelines.replay.stage import ReplayFailed, Script
from pipelines.replay.why import ORDER, Asked, Side, steps_between

ASKED = Asked("udc", "2023-24", "participant")
OF_PART = {
    "layouts": "pipelines/house/layout.toml",
    "rules": "expectations/student_identity.py",
    "definitions": "pipelines/grantees/udc/grantee.toml",
    "reference": "pipelines/codes/sex.csv",
    "people": "inbox/udc/plan.toml",
    "code": "pipelines/cli.py",
}
MADE = Made(Path("home"), "R1", datetime.fromisoformat("2026-07-01"), True, "1", "1", {}, ())


def _side(records: int, **worth: int) -> Side:
    """A run whose house holds a number in a file of each part, and whose ledger holds so many files."""
    house = House({path: str(worth.get(part, 0)).encode() for part, path in OF_PART.items()})
    return Side(MADE, house, [{"grantee_id": "udc", "file_name": f"file {number}"} for number in range(records)])


def _count(script: Script) -> Mapping[str, Any]:
    return {"student_count": len(script.ledger) + sum(map(int, script.house.files.values())), "status": "counted"}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Script]:
    """Replays count files, and what the files of the house say; a layout of 13 cannot read what came before it."""
    scripts: list[Script] = []

    @contextmanager
    def staged(script: Script) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        scripts.append(script)
        if script.house.files[OF_PART["layouts"]] == b"13" and script.house.files[OF_PART["code"]] != b"13":
            msg = "that layout asks for a later program"
            raise ReplayFailed(msg)
        yield Path("home"), _count(script)

    monkeypatch.setattr(subject, "staged", staged)
    return scripts


@pytest.mark.usefixtures("played")
def test_three_planted_changes_are_each_told_exactly_and_make_the_whole():
    before, after = _side(100, rules=5), _side(97, rules=5, layouts=-20, definitions=8)
    told, steps, unchanged = steps_between(before, after, ASKED)
    changes = {step.parts: step.change["student_count"] for step in steps}
    assert changes == {("data",): -3, ("layouts",): -20, ("definitions",): 8}
    assert steps[-1].after["student_count"] - told["student_count"] == sum(changes.values()) == -15
    assert unchanged == ("rules", "reference", "people", "code")


@pytest.mark.usefixtures("played")
def test_changes_that_cancel_are_both_told():
    _, steps, _ = steps_between(_side(10), _side(12, rules=-2), ASKED)
    assert [step.change["student_count"] for step in steps] == [2, -2]


@pytest.mark.usefixtures("played")
def test_parts_that_do_not_run_apart_are_told_together_and_still_add_up():
    told, steps, _ = steps_between(_side(10), _side(11, layouts=13, rules=4, code=13), ASKED)
    assert [(step.parts, step.change["student_count"]) for step in steps] == [
        (("data",), 1),
        (("layouts", "rules", "code"), 30),
    ]
    assert steps[-1].after["student_count"] - told["student_count"] == 31


@pytest.mark.usefixtures("played")
def test_where_even_the_later_run_does_not_run_nothing_is_told():
    with pytest.raises(ReplayFailed):
        steps_between(_side(10), _side(10, layouts=13), ASKED)


def test_two_runs_under_the_same_are_played_once_and_nothing_is_made_up(played: list[Script]):
    told, steps, unchanged = steps_between(_side(10), _side(10), ASKED)
    assert (told["student_count"], steps, unchanged, len(played)) == (10, (), ORDER, 1)


@pytest.mark.usefixtures("played")
def test_another_day_is_other_data_for_what_is_pending_goes_by_it():
    later = _side(10)
    later = replace(later, made=replace(MADE, run_id="R2", started_at=datetime.fromisoformat("2026-07-02")))
    _, steps, _ = steps_between(_side(10), later, ASKED)
    assert [step.parts for step in steps] == [("data",)]
