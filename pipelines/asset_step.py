"""What every asset of the house has in common: keys, partitions, and how a step of the night is made.

Which assets there are stands in ``assets`` (what is taken in, derived and judged) and ``asset_outputs`` (what is made
of it for people).
"""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.faults import words_kept_back
from pipelines.grantee import grantee_ids
from pipelines.night import Night, partitions_at_hand

if TYPE_CHECKING:
    from pipelines.validation.partition import Partition

FIRST_PROGRAM_YEAR = "2019-20"  # house default: the first year under Perkins V; CTE_FIRST_PROGRAM_YEAR moves it
REPLAYED_DAY = "CTE_REPLAYED_DAY"  # set by the replay of a run alone: the day on which that run began
RESOURCES = {"night"}
SUBMISSION, RESULT, FINDING = (dg.AssetKey(["quality", name]) for name in ("submission", "rule_result", "finding"))
QUARANTINE, DEFINITION = dg.AssetKey(["quality", "quarantine"]), dg.AssetKey(["reference", "definition"])
SCORECARD, PUBLISHED, RUN = dg.AssetKey("scorecard"), dg.AssetKey("published"), dg.AssetKey(["quality", "run"])
RETURN, DATA_DOCS, DESK = dg.AssetKey(["quality", "return_package"]), dg.AssetKey("data_docs"), dg.AssetKey("desk")
EXPLANATION = dg.AssetKey(["quality", "finding_explanation"])
GAP, WORKSHEET = dg.AssetKey(["mart", "gap"]), dg.AssetKey(["quality", "worksheet"])
SHAREABLE = dg.AssetKey("shareable_scorecard")


def program_years(today: date | None = None) -> tuple[str, ...]:
    """Return the program years that the partitions offer: from the first configured one to the next one."""
    replayed = os.environ.get(REPLAYED_DAY)
    today = today or (date.fromisoformat(replayed) if replayed else datetime.now(UTC).date())
    first = int(os.environ.get("CTE_FIRST_PROGRAM_YEAR", FIRST_PROGRAM_YEAR)[:4])
    current = today.year if today.month >= 7 else today.year - 1  # noqa: PLR2004 - program years begin on 1 July
    return tuple(f"{year}-{(year + 1) % 100:02d}" for year in range(first, current + 2))


@cache
def partitions() -> dg.MultiPartitionsDefinition:
    """Return the partitions of all assets: grantee by program year."""
    return dg.MultiPartitionsDefinition(
        {
            "grantee": dg.StaticPartitionsDefinition(list(grantee_ids())),
            "program_year": dg.StaticPartitionsDefinition(list(program_years())),
        }
    )


def step_of(
    name: str,
    group: str,
    specs: Sequence[dg.AssetSpec],
    do: Callable[[dg.AssetExecutionContext], None],
    *,
    is_whole: bool = False,
) -> dg.AssetsDefinition:
    """Return one step of the night: the assets that it fills, and what it does.

    ``is_whole`` are assets that every night makes as a whole. Saying so for each partition would not be true, and
    would cost two events a partition.
    """
    split = None if is_whole else partitions()
    policy = None if is_whole else dg.BackfillPolicy.single_run()
    grouped = [spec.replace_attributes(group_name=group, partitions_def=split) for spec in specs]

    @dg.multi_asset(name=name, specs=grouped, backfill_policy=policy, required_resource_keys=RESOURCES)
    def step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with words_kept_back():
            do(context)
        yield from (dg.MaterializeResult(asset_key=spec.key) for spec in specs)

    return step


def asked(context: dg.AssetExecutionContext) -> "tuple[Night, list[Partition]]":
    """Return the night and those partitions of the run's range that were asked for; a range is a rectangle."""
    from pipelines.validation.partition import Partition

    night: Night = context.resources.night
    at_hand = partitions_at_hand(night.settings)
    keys = [key.keys_by_dimension for key in context.partition_keys if isinstance(key, dg.MultiPartitionKey)]
    pairs = sorted((key["grantee"], key["program_year"]) for key in keys)
    return night, [Partition(*pair) for pair in pairs if pair in at_hand]
