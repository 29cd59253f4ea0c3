"""The two-year action plan as people enter it in ``plan.toml``: items tied to what they answer and are to gain.

What the items have gained so far is told in ``progress``; what might be planned besides is not said here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.scorecard.people.blocks import (
    DAY,
    ID,
    IDS,
    MONEY,
    TEXT,
    WHOLE,
    YEAR,
    Block,
    Key,
    blocks_of,
    checked,
    content_of,
    one_of,
)
from pipelines.scorecard.people.expected import Expected, expected_of
from pipelines.scorecard.rubric import Rubric

FILE_NAME = "plan.toml"
PLANNED, STARTED, DONE, DROPPED = "planned", "started", "done", "dropped"
QUARTERS = 8  # of the two years of a plan
_MONTHS_OF_A_QUARTER = 3
_FORMS = ("a rule of docs/rules.md", "criterion:<id>", "gap:1P1:<dimension>=<code>", "finding:<id>")
_PLAN = {"program_year": YEAR, "begins_on": DAY, "grant_total": MONEY, "grant_source": TEXT, "rubric": ID}
_ITEM = {
    "id": ID, "element": WHOLE, "need": TEXT, "action": TEXT, "answers": IDS, "owner": TEXT, "quarter": WHOLE,
    "cost": MONEY, "status": one_of(PLANNED, STARTED, DONE, DROPPED), "status_on": DAY.or_none(),
    "note": TEXT.or_none(), "expected": Key(lambda value: isinstance(value, list), "write [[item.expected]]").or_none(),
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing to be done: the need, what it answers, by whom and when, its cost and what it is to gain.

    ``quarter`` counts the quarters of the plan from 1 to 8. ``answers`` are ids as in ``kind_of``.
    """

    id: str
    element: int
    need: str
    action: str
    answers: tuple[str, ...]
    owner: str
    quarter: int
    cost: Decimal
    status: str
    status_on: date | None = None
    note: str = ""
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A plan of two years. It answers the scorecard of ``program_year``; earlier ones do not show it.

    ``rubric`` is the id of the rubric whose elements and criteria its items name.
    """

    program_year: str
    begins_on: date
    grant_total: Decimal
    grant_source: str
    rubric: str
    items: tuple[Item, ...] = ()

    def quarter_ends(self, quarter: int) -> date:
        """Return the last day of a quarter of the plan."""
        months = self.begins_on.month - 1 + quarter * _MONTHS_OF_A_QUARTER
        return date(self.begins_on.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def kind_of(answer: str) -> tuple[str, str]:
    """Return what an id of ``answers`` names, criterion, gap, finding or rule, and the id without that word."""
    kind, colon, rest = answer.partition(":")
    return (kind, rest) if colon else ("rule", answer)


def plan_of(path: Path, rubric: Rubric, rule_ids: Collection[str]) -> Plan | None:
    """Return the plan of a file, None where there is none. ConfigurationError names file, block, key and the fix.

    A plan made by another rubric than the one in force is not held to the elements and criteria of this one.
    """
    content = content_of(path, ("plan", "item"))
    if not content:
        return None
    block = Block(f"{path}: [plan]", content["plan"] if isinstance(content.get("plan"), dict) else {})
    said: dict[str, Any] = dict(checked(block, _PLAN).values)
    if said["begins_on"].day != 1:
        block.refuse("begins_on: write the first day of a month, so that quarters are whole months")
    ids: set[str] = set()
    items = []
    for found in blocks_of(path, content, "item", _ITEM):
        found.hold_new("id", ids)
        items.append(_item(found, rubric if rubric.id == said["rubric"] else None, rule_ids))
    return Plan(**{**said, "grant_total": Decimal(said["grant_total"])}, items=tuple(items))


def _item(block: Block, rubric: Rubric | None, rule_ids: Collection[str]) -> Item:
    values = block.values
    if rubric is not None:
        block.hold_one_of("element", [element.number for element in rubric.elements])
    block.hold_one_of("quarter", range(1, QUARTERS + 1))
    if values["status"] != PLANNED and "status_on" not in values:
        block.refuse(f"status_on: missing; say since which day it is {values['status']}")
    for answer in values["answers"]:
        _hold_known(block, answer, rubric, rule_ids)
    lists = {
        "answers": tuple(values["answers"]),
        "cost": Decimal(values["cost"]),
        "expected": expected_of(block, rubric),
    }
    return Item(**{**values, **lists})


def _hold_known(block: Block, answer: str, rubric: Rubric | None, rule_ids: Collection[str]) -> None:
    kind, rest = kind_of(answer)
    indicator, _, group = rest.partition(":")
    criteria = {c.id for element in rubric.elements for c in element.criteria} if rubric is not None else {rest}
    is_known = {
        "rule": answer in rule_ids or _is_retired(answer),
        "criterion": rest in criteria,
        "gap": bool(indicator) and "=" in group,
        "finding": bool(rest),
    }
    if not is_known.get(kind, False):
        block.refuse(f"answers {answer!r}: there is none such; write the id of {', '.join(_FORMS)}")


def _is_retired(rule_id: str) -> bool:
    """Return whether a rule once had this id: one that was withdrawn since must not stop a night."""
    from expectations.catalogue import RETIRED

    return rule_id in RETIRED
