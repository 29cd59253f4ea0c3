"""Owners of rules as a grantee names them in ``owners.toml``: who answers for which quality dimension, or rule.

An owner is the person or office who sees to it that what the rule finds is mended; nobody owns a rule by default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.scorecard.people.blocks import DAY, IDS, TEXT, blocks_of, content_of
from pipelines.scorecard.verdicts import DIMENSIONS, Verdict

FILE_NAME = "owners.toml"
_KEYS = {"name": TEXT, "since": DAY, "dimensions": IDS.or_none(), "rule_ids": IDS.or_none()}


@dataclass(frozen=True)
class Owner:
    """Who answers for all rules of some dimensions, for some rules, or for both."""

    name: str
    since: date
    dimensions: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()


def owners_of(path: Path, rule_ids: Collection[str]) -> tuple[Owner, ...]:
    """Return the owners of a file, none where there is no file. ConfigurationError names file, block, key and fix."""
    found = []
    for block in blocks_of(path, content_of(path, ("owner",)), "owner", _KEYS):
        lists = {key: tuple(block.values.get(key, ())) for key in ("dimensions", "rule_ids")}
        if not any(lists.values()):
            block.refuse("dimensions: say which, or name rule_ids; an owner of nothing is none")
        if unknown := [one for one in lists["dimensions"] if one not in DIMENSIONS]:
            block.refuse(f"dimensions: {', '.join(unknown)}: no such one; there are {', '.join(DIMENSIONS)}")
        if unknown := [one for one in lists["rule_ids"] if one not in rule_ids]:
            block.refuse(f"rule_ids: {', '.join(unknown)}: no rule has this id; docs/rules.md lists them all")
        found.append(Owner(block.values["name"], block.values["since"], **lists))
    return tuple(found)


def owned_rules(owners: Iterable[Owner], verdicts: Iterable[Verdict]) -> int:
    """Return for how many of the rules judged somebody answers."""
    known = tuple(owners)
    return sum(any(v.dimension in o.dimensions or v.rule_id in o.rule_ids for o in known) for v in verdicts)
