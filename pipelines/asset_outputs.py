"""Dagster's view of what a night makes for people: scorecards, worksheets, returns, the desk, the published file.

No logic: each step calls its room.
"""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from pipelines import act_tables, ledger, return_tables
from pipelines.asset_step import (
    DATA_DOCS,
    DESK,
    EXPLANATION,
    FINDING,
    PUBLISHED,
    RESULT,
    RETURN,
    RUN,
    SCORECARD,
    SHAREABLE,
    WORKSHEET,
    asked,
    step_of,
)
from pipelines.night import Night, close_book

if TYPE_CHECKING:
    from pipelines.validation.partition import Partition


def output_assets(known: Sequence[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """Return the assets of what is made for people. ``known`` are those of all that the scorecards rest on."""
    return [
        _scorecard([RESULT, FINDING, *known]),
        _worksheet(known),
        _returns(),
        _data_docs(),
        _desk(),
        _published(),
        _shareable(),
        _run(),
    ]


def _scorecard(deps: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.provenance.record import note_scorecards
        from pipelines.reports.write import write_scorecards

        night, selected = asked(context)
        connection, home, run_id = night.connection, night.settings.home, night.run_id
        paths = write_scorecards(connection, home, run_id, _pairs(selected), night.settings.inbox)
        note_scorecards(connection, home, run_id, paths)

    spec = dg.AssetSpec(SCORECARD, deps=deps, description="A needs-assessment scorecard a grantee and year.")
    return step_of("scorecard", "reports", [spec], write)


def _worksheet(deps: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.car.write import write_worksheets

        night, selected = asked(context)
        write_worksheets(night.connection, night.settings.home, night.run_id, _pairs(selected))

    spec = dg.AssetSpec(WORKSHEET, deps=deps, description=act_tables.WORKSHEET.comment)
    return step_of("worksheet", "reports", [spec], write)


def _returns() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.returns.write import write_returns

        night, selected = asked(context)
        count = write_returns(night.connection, night.settings.home, night.run_id, _pairs(selected))
        night.say(f"{count} return packages written")

    spec = dg.AssetSpec(RETURN, deps=[FINDING, EXPLANATION], description=return_tables.RETURN_PACKAGE.comment)
    return step_of("returns", "reports", [spec], write)


def _data_docs() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.reports.data_docs import write_data_docs

        night: Night = context.resources.night
        write_data_docs(night.connection, night.settings.home, night.run_id)

    spec = dg.AssetSpec(DATA_DOCS, deps=[RESULT], description="Great Expectations' own Data Docs, offline.")
    return step_of("data_docs", "reports", [spec], write)


def _desk() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.reports.desk.write import write_desk

        night: Night = context.resources.night
        count = write_desk(night.connection, night.settings.home, night.run_id)
        night.say(f"the desk has {count} pages")

    spec = dg.AssetSpec(
        DESK, deps=[SCORECARD, WORKSHEET, RETURN, DATA_DOCS], description="The steward's desk: static pages."
    )
    return step_of("desk", "reports", [spec], write, is_whole=True)


def _pairs(selected: "Sequence[Partition]") -> list[tuple[str, str]]:
    return [(p.grantee_id or "", p.program_year or "") for p in selected]


def _published() -> dg.AssetsDefinition:
    def swap(context: dg.AssetExecutionContext) -> None:
        from expectations.catalogue import all_rules
        from pipelines.publish.file import publish
        from pipelines.publish.fill import fill_publish

        night: Night = context.resources.night
        fill_publish(night.connection, all_rules(), night.run_id, is_sample=bool(night.is_sample))
        publish(night.connection, night.settings.home)

    spec = dg.AssetSpec(PUBLISHED, deps=[RESULT], description="The analysts' file, built aside and swapped.")
    return step_of("published", "publish", [spec], swap, is_whole=True)


def _shareable() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.publish.file import published_file
        from pipelines.reports.shareable import write_shareable

        home = context.resources.night.settings.home
        count = write_shareable(published_file(home), home)
        context.resources.night.say(f"{count} shareable scorecards, of the releases in force")

    spec = dg.AssetSpec(SHAREABLE, deps=[PUBLISHED], description="Scorecards for everybody, from publish.* alone.")
    return step_of("shareable", "publish", [spec], write, is_whole=True)


def _run() -> dg.AssetsDefinition:
    def close(context: dg.AssetExecutionContext) -> None:
        from expectations.catalogue import rule_book_version

        close_book(context.resources.night, rule_book_version())

    spec = dg.AssetSpec(RUN, deps=[DESK, SHAREABLE], description=ledger.RUN.comment)
    return step_of("run", "quality", [spec], close, is_whole=True)
