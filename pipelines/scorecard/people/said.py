"""All that people say of a grantee, read once: from its folder, or for invented records from the inbox they came in.

A real home never reads what lies in an inbox: whoever sends records does not write the agency's judgments. A home of
invented records never reads the grantee's folder: what real people said does not belong beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.configuration import read_toml
from pipelines.grantee import Grantee, grantee
from pipelines.scorecard.people import agreements, owners, plan_file, ratings
from pipelines.scorecard.people.agreements import Agreement
from pipelines.scorecard.people.owners import Owner
from pipelines.scorecard.people.plan_file import Plan
from pipelines.scorecard.people.ratings import Ratings
from pipelines.scorecard.rubric import Rubric, rubric
from pipelines.scorecard.verdicts import rule_words

FILE_NAMES = (ratings.FILE_NAME, plan_file.FILE_NAME, agreements.FILE_NAME, owners.FILE_NAME)


@dataclass(frozen=True)
class Said:
    """What people say of one grantee, all years; empty where they have said nothing."""

    ratings: Ratings = field(default_factory=Ratings)
    plan: Plan | None = None
    agreements: tuple[Agreement, ...] = ()
    owners: tuple[Owner, ...] = ()


def folder_of(owner: Grantee, inbox: Path | None, *, is_sample: bool) -> Path | None:
    """Return the folder of the files that people wrote; None for invented records that came without any."""
    if not is_sample:
        return owner.folder
    return None if inbox is None else inbox / owner.id


def said_of(folder: Path | None, by: Rubric, rule_ids: Collection[str], *, is_sample: bool) -> Said:
    """Return what the files of a folder say. Raises ConfigurationError that names file, block, key and the fix."""
    if folder is None:
        return Said()
    return Said(
        ratings.ratings_of(folder / ratings.FILE_NAME, by, is_invented=is_sample),
        plan_file.plan_of(folder / plan_file.FILE_NAME, by, rule_ids),
        agreements.agreements_of(folder / agreements.FILE_NAME),
        owners.owners_of(folder / owners.FILE_NAME, rule_ids),
    )


def hold_said(grantee_ids: Iterable[str], inbox: Path, *, is_sample: bool) -> None:
    """Read what people say of grantees once before a night's work: a slip of the pen should not be found at its end.

    Raises ConfigurationError that names file, block, key and the fix.
    """
    for grantee_id in grantee_ids:
        folder = folder_of(grantee(grantee_id), inbox, is_sample=is_sample)
        # The rule book takes seconds to load, and most folders say nothing yet.
        if folder is not None and any(read_toml(folder / n) for n in FILE_NAMES if (folder / n).is_file()):
            said_of(folder, rubric(), rule_words(), is_sample=is_sample)
