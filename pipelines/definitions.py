"""The one place of assembly: assets, checks, the ``nightly`` job, its schedule and the night they share."""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
import os
from collections.abc import Callable, Iterator

import dagster as dg

from pipelines import asset_checks, asset_step, assets
from pipelines.grantee import grantee_ids
from pipelines.night import Night, Settings, open_night, partitions_at_hand, settings_from_environment

JOB = "nightly"
DEFAULT_TIME_ZONE = "America/New_York"  # house default; CTE_TIME_ZONE says another one
TWO_IN_THE_MORNING = "0 2 * * *"


def build_definitions(settings: Callable[[], Settings] = settings_from_environment) -> dg.Definitions:
    """Return everything Dagster needs. ``settings`` is asked when a run begins, not before."""
    everything = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
    job = dg.define_asset_job(
        JOB,
        selection=everything,
        partitions_def=asset_step.partitions(),
        executor_def=dg.in_process_executor,
        hooks={_step_done()},
        description="One night: intake, models, judgement, scorecards, published file; all partitions in one run.",
    )
    return dg.Definitions(
        assets=assets.all_assets(),
        asset_checks=asset_checks.all_checks(),
        jobs=[job],
        schedules=[_schedule()],
        resources={"night": _night_resource(settings)},
        executor=dg.in_process_executor,
    )


def range_tags(settings: Settings) -> dict[str, str]:
    """Return the run tags that span the partitions asked for; the current program year where the inbox holds none.

    A range of multi-partitions is a rectangle, so it covers the enclosing one; assets skip what was not asked for.
    """
    offered = asset_step.program_years()
    at_hand = [(grantee_id, year) for grantee_id, year in partitions_at_hand(settings) if year in offered]
    grantees = [grantee_id for grantee_id, _ in at_hand] or grantee_ids()
    years = [year for _, year in at_hand] or [offered[-2]]
    first, last = (
        str(dg.MultiPartitionKey({"grantee": pick(grantees), "program_year": pick(years)})) for pick in (min, max)
    )
    start, end = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    return {start: first, end: last}


def _night_resource(settings: Callable[[], Settings]) -> dg.ResourceDefinition:
    @dg.resource(description="The night under way: the home's lock, the shared connection and the run's book.")
    def night(_context: dg.InitResourceContext) -> Iterator[Night]:
        with open_night(settings()) as opened:
            yield opened

    return night


def _step_done() -> dg.HookDefinition:
    @dg.success_hook(required_resource_keys={"night"})
    def step_done(context: dg.HookContext) -> None:
        context.resources.night.settings.step_done(context.op.name)

    return step_done


def _schedule() -> dg.ScheduleDefinition:
    def tonight(_context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(tags=range_tags(settings_from_environment()))

    return dg.ScheduleDefinition(
        name="every_night", job_name=JOB, cron_schedule=TWO_IN_THE_MORNING, execution_fn=tonight,
        execution_timezone=os.environ.get("CTE_TIME_ZONE", DEFAULT_TIME_ZONE),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="At 02:00 in CTE_TIME_ZONE.",
    )  # fmt: skip


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that ``dagster`` finds in this module."""
    return build_definitions()
