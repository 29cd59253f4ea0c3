"""What runs within a replay: the program of then, a process of its own (``python -m pipelines.replay.inside``).

It gets a request as JSON and a home with nothing but archive and keys, runs the night up to the scorecards, or up to
the judgement, and answers with figures. Who asks, and what is done with the answer, stands in ``again`` and ``why``.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.asset_step import RESULT, SCORECARD
from pipelines.definitions import JOB, build_definitions, range_tags
from pipelines.faults import explain
from pipelines.home import make_private
from pipelines.night import Settings
from pipelines.replay.figure import JUDGED, MEASURED, figure_in, figure_of
from pipelines.replay.seed import land_reference, seed
from pipelines.warehouse import open_warehouse


def replay(request: dict[str, Any]) -> dict[str, Any]:
    """Make the run again that a request describes and return what was asked of it.

    Keys of a request: ``home`` (of the replay), ``inbox``, ``source`` (the warehouse of the real home, only read),
    ``run_id``, ``started_at`` (UTC), ``ledger``, ``grantees``, ``years``; for a figure also ``figure``, ``grantee_id``,
    ``program_year`` and ``institution_id``.
    """
    home, started_at = Path(request["home"]), datetime.fromisoformat(request["started_at"]).replace(tzinfo=UTC)
    with open_warehouse(home) as connection:
        moment = f"{started_at:%Y-%m-%dT%H:%M:%S.%fZ}"
        seed(connection, Path(request["source"]), request["ledger"], request["run_id"], moment)
        land_reference(connection, home)
    settings = Settings(
        home=home,
        inbox=Path(request["inbox"]),
        grantee_ids=tuple(request["grantees"]),
        program_years=tuple(request["years"]),
        is_rebuild=True,
        say=lambda _line: None,
        begun=(started_at, request["run_id"]),
    )
    if "figure" not in request:
        make_up_to(settings, [SCORECARD])
        return {}
    is_judged = figure_of(request["figure"]).kind in JUDGED
    make_up_to(settings, [RESULT] if is_judged else [dg.AssetKey(table.split(".")) for table in MEASURED])
    place = (request["grantee_id"], request["program_year"], request["institution_id"])
    with open_warehouse(home) as connection:
        return figure_in(connection, request["figure"], *place, run_id=request["run_id"])


def make_up_to(settings: Settings, last: Sequence[dg.AssetKey]) -> None:
    """Run the steps of a night that make these assets, and those that they rest on."""
    for name in ("dagster", "great_expectations"):
        logging.getLogger(name).setLevel(logging.ERROR)
    definitions = build_definitions(lambda: settings)
    assets = [one for one in definitions.assets or [] if isinstance(one, dg.AssetsDefinition)]
    needed = dg.AssetSelection.assets(*last).upstream().resolve(assets)
    whole = {key for one in assets if one.keys & needed for key in one.keys}
    state = make_private(settings.home.parent / "dagster")
    with dg.DagsterInstance.local_temp(str(state)) as instance:
        definitions.get_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(settings),
            asset_selection=sorted(whole),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def main() -> None:
    """Read the request named by the first argument, replay, and write the answer beside it as ``answer.json``."""
    path = Path(sys.argv[1])
    try:
        answer = replay(json.loads(path.read_text(encoding="utf-8")))
    except Exception as fault:  # noqa: BLE001 - said as the command says it: without words that may quote a value
        sys.exit(explain(fault, partial(print, file=sys.stderr)))
    path.with_name("answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
