"""What invented people say in tests: files of a folder, and the scorecard of the invented warehouse with them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, warehouse

from pipelines.scorecard import build
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.section import Section, Table
from pipelines.scorecard.sections.judgments import judgments
from pipelines.scorecard.sections.plan import plan

ROUNDS = """
[[round]]
id = "first"
program_year = "2022-23"
began_on = 2023-09-15
rubric = "benchmark-tool"

[[round]]
id = "second"
program_year = "2023-24"
began_on = 2024-09-15
rubric = "benchmark-tool"
"""
PLAN = """
[plan]
program_year = "2022-23"
begins_on = 2023-07-01
grant_total = "70000"
grant_source = "award letter"
rubric = "benchmark-tool"
"""
AGREEMENT = """
[[agreement]]
id = "wages"
parties = ["one", "another"]
purpose = "placement"
legal_basis = "a statute"
data = "identifiers out, quarters back"
effective = 2022-07-01
expires = 2024-06-30
destruction = 2024-12-31
"""


def rating(round_id: str, element: int, **more: object) -> str:
    """Return a block of a rating; a core element judged 3 where nothing else is said."""
    own = more if "sub_element" in more or "by" in more else {"by": "judgment", **more}
    said = {"round": round_id, "element": element, **({} if own.get("by") == "average" else {"level": 3}), **own}
    return _block("rating", {"evidence": "a note", "author": "Ana Diaz", **said}, "rated_on = 2024-10-01")


def item(item_id: str, **more: object) -> str:
    """Return a block of an item of the plan, one that answers nothing where nothing else is said."""
    said = {"id": item_id, "element": 1, "need": "n", "action": "a", "answers": [], "owner": "o", "quarter": 3,
            "cost": "1000", "status": "planned", **more}  # fmt: skip
    return _block("item", said)


def gain(measure: str, start: object, goal: object) -> str:
    """Return what the item above is expected to gain."""
    return _block("item.expected", {"measure": measure, "from": start, "to": goal})


def _block(name: str, said: dict[str, object], *lines: str) -> str:
    texts = [f"{key} = {_toml(value)}" for key, value in said.items()]
    return "\n".join([f"\n[[{name}]]", *texts, *lines, ""])


def _toml(value: object) -> str:
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return str(value) if is_day else json.dumps(value)


def says(folder: Path, **files: str) -> Path:
    """Write files of the grantee below an inbox of invented records, such as ``plan="..."``; return the inbox."""
    (folder / GRANTEE).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / GRANTEE / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@cache
def _warehouse() -> Any:
    return warehouse()


def card(inbox: Path | None, *, program_year: str = YEAR, connection: Any = None, **of_run: Any) -> Scorecard:
    """Return the scorecard of the invented warehouse with what people say in an inbox; other sections are left out.

    Without a connection it is one warehouse for all tests: read it only. ``of_run`` changes the run.
    """
    open_one = _warehouse() if connection is None else connection
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "SECTIONS", (judgments, plan))
        return build.build_scorecard(open_one, GRANTEE, program_year, replace(RUN, **of_run), WORDS, inbox)


def section(scorecard: Scorecard, name: str) -> Section:
    """Return a section of a scorecard by its id."""
    return next(one for one in scorecard.sections if one.id == name)


def table(scorecard: Scorecard, name: str) -> Table:
    """Return a table of a scorecard by its id."""
    return next(one for own in scorecard.sections for one in own.tables if one.id == name)


def rows(scorecard: Scorecard, name: str) -> list[dict[str, object]]:
    """Return the rows of a table as dictionaries by key."""
    found = table(scorecard, name)
    return [dict(zip((c.key for c in found.columns), row, strict=True)) for row in found.rows]
