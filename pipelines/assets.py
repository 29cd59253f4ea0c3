"""Dagster's view of the house: names, partitions and arrows. No logic: each step calls its room.

No pool is used: a killed run would hold its slot for ever. The lock on the home keeps two nights apart. Checks stand in
``asset_checks``.
"""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from pipelines import ledger, models, return_tables
from pipelines.faults import words_kept_back
from pipelines.grantee import grantee_ids
from pipelines.measurement_tables import measurement_tables
from pipelines.night import (
    Night,
    close_book,
    partitions_at_hand,
    tell_years_not_offered,
)
from pipelines.schema import answer_tables, core_tables

if TYPE_CHECKING:
    from pipelines.validation.partition import Partition

FIRST_PROGRAM_YEAR = "2019-20"  # house default: the first year under Perkins V; CTE_FIRST_PROGRAM_YEAR moves it
RESOURCES = {"night"}
SUBMISSION, RESULT, FINDING = (dg.AssetKey(["quality", name]) for name in ("submission", "rule_result", "finding"))
QUARANTINE, DEFINITION = dg.AssetKey(["quality", "quarantine"]), dg.AssetKey(["reference", "definition"])
SCORECARD, PUBLISHED, RUN = dg.AssetKey("scorecard"), dg.AssetKey("published"), dg.AssetKey(["quality", "run"])
RETURN, DATA_DOCS, DESK = dg.AssetKey(["quality", "return_package"]), dg.AssetKey("data_docs"), dg.AssetKey("desk")


def program_years(today: date | None = None) -> tuple[str, ...]:
    """Return the program years that the partitions offer: from the first configured one to the next one."""
    today = today or datetime.now(UTC).date()
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


def _step(
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


def _selected(context: dg.AssetExecutionContext) -> "tuple[Night, list[Partition]]":
    """Return the night and those partitions of the run's range that were asked for; a range is a rectangle."""
    from pipelines.validation.partition import Partition

    night: Night = context.resources.night
    at_hand = partitions_at_hand(night.settings)
    keys = [key.keys_by_dimension for key in context.partition_keys if isinstance(key, dg.MultiPartitionKey)]
    pairs = sorted((key["grantee"], key["program_year"]) for key in keys)
    return night, [Partition(*pair) for pair in pairs if pair in at_hand]


def _intake() -> dg.AssetsDefinition:
    received = (*core_tables(), *answer_tables())
    core = [dg.AssetSpec(["core", t.name], description=t.comment) for t in received]
    books = [
        dg.AssetSpec(SUBMISSION, description=ledger.SUBMISSION.comment),
        dg.AssetSpec(QUARANTINE, description=ledger.QUARANTINE.comment),
        *(dg.AssetSpec(["quality", t.name], description=t.comment) for t in measurement_tables()),
    ]

    def take_in_what_arrived(context: dg.AssetExecutionContext) -> None:
        from pipelines.intake.database.nightly import fetch_sources, forget
        from pipelines.intake.rebuild import rebuild
        from pipelines.intake.submit import take_in

        night, selected = _selected(context)
        settings = night.settings
        tell_years_not_offered(night, program_years())
        if settings.is_rebuild:
            rebuild(night.connection, settings.home, night.say)
        grantees = {p.grantee_id or "" for p in selected}
        years = {p.program_year or "" for p in selected}
        fetched = fetch_sources(
            settings.home, night.started_at.date(), night.say, night.faults,
            grantees=grantees, program_years=settings.program_years or None,
        )  # fmt: skip
        try:
            taken = [
                take_in(
                    night.connection, settings.home, inbox, night.started_at,
                    grantees=grantees, program_years=years, say=night.say,
                )
                for inbox in (settings.inbox, fetched)
            ]  # fmt: skip
        finally:
            forget(settings.home)
        new, known = sum(len(t.submissions) for t in taken), sum(t.known_count for t in taken)
        night.say(f"{new} files taken in, {known} known already")

    return _step("intake", "intake", [*books, *core], take_in_what_arrived)


def _definition() -> dg.AssetsDefinition:
    def load(context: dg.AssetExecutionContext) -> None:
        from pipelines.measures.definitions import load_definitions

        load_definitions(context.resources.night.connection, program_years())

    specs = [
        dg.AssetSpec(DEFINITION, description="What participant, concentrator and the indicators mean, by year."),
        dg.AssetSpec(["reference", "term"], description="The order of the grantees' terms within a program year."),
    ]
    return _step("definition", "reference", specs, load, is_whole=True)


def _model(model: models.Model) -> dg.AssetsDefinition:
    # The row of the run is there from its beginning, and returns are asked for those of earlier nights; the assets of
    # these names are what tonight adds.
    deps = [key for name in model.inputs if (key := asset_of(name)) not in (None, RUN, RETURN)]
    spec = dg.AssetSpec([model.schema, model.name], deps=deps, description=model.description)

    def build(context: dg.AssetExecutionContext) -> None:
        models.build(context.resources.night.connection, model)

    return _step(f"{model.schema}_{model.name}", model.schema, [spec], build, is_whole=True)


def asset_of(table: str) -> dg.AssetKey | None:
    """Return the asset that a table is, or None for tables that no night makes."""
    schema, _, name = table.partition(".")
    return dg.AssetKey([schema, name]) if name and schema != "publish" else None


def _judgement(tables: Sequence[str]) -> dg.AssetsDefinition:
    deps = [key for table in tables if (key := asset_of(table)) is not None]
    specs = [
        dg.AssetSpec(RESULT, deps=deps, description=ledger.RULE_RESULT.comment),
        dg.AssetSpec(FINDING, deps=deps, description=ledger.FINDING.comment),
    ]

    def judge(context: dg.AssetExecutionContext) -> None:
        from pipelines.validation.results import judge_partitions

        night, selected = _selected(context)
        outcomes = judge_partitions(night.connection, selected, night.run_id, night.started_at.date())
        failed = sum(outcome.status == "failed" for outcome in outcomes)
        night.say(f"{len(outcomes)} rules judged over {len(selected)} program years of grantees, {failed} failed")
        _note_waivers(night, selected)

    return _step("judgement", "quality", specs, judge)


def _note_waivers(night: Night, judged: "Sequence[Partition]") -> None:
    """Log what has become of the waivers of what was judged, and tell the operator."""
    from pipelines.validation.waiver_book import declared, note_waivers

    years: dict[str, list[str]] = {}
    for partition in judged:
        years.setdefault(partition.grantee_id or "", []).append(partition.program_year or "")
    today = night.started_at.date()
    standings = [one for g, of_g in years.items() for one in declared(night.connection, g, today, of_g)]
    for line in note_waivers(night.connection, night.settings.home, night.run_id, standings, night.started_at):
        night.say(line)


def _scorecard(deps: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.reports.write import write_scorecards

        night, selected = _selected(context)
        write_scorecards(night.connection, night.settings.home, night.run_id, _pairs(selected))

    spec = dg.AssetSpec(SCORECARD, deps=deps, description="A needs-assessment scorecard a grantee and year.")
    return _step("scorecard", "reports", [spec], write)


def _returns() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.returns.write import write_returns

        night, selected = _selected(context)
        count = write_returns(night.connection, night.settings.home, night.run_id, _pairs(selected))
        night.say(f"{count} return packages written")

    spec = dg.AssetSpec(RETURN, deps=[FINDING], description=return_tables.RETURN_PACKAGE.comment)
    return _step("returns", "reports", [spec], write)


def _data_docs() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.reports.data_docs import write_data_docs

        night: Night = context.resources.night
        write_data_docs(night.connection, night.settings.home, night.run_id)

    spec = dg.AssetSpec(DATA_DOCS, deps=[RESULT], description="Great Expectations' own Data Docs, offline.")
    return _step("data_docs", "reports", [spec], write)


def _desk() -> dg.AssetsDefinition:
    def write(context: dg.AssetExecutionContext) -> None:
        from pipelines.reports.desk.write import write_desk

        night: Night = context.resources.night
        count = write_desk(night.connection, night.settings.home, night.run_id)
        night.say(f"the desk has {count} pages")

    spec = dg.AssetSpec(DESK, deps=[SCORECARD, RETURN, DATA_DOCS], description="The steward's desk: static pages.")
    return _step("desk", "reports", [spec], write, is_whole=True)


def _pairs(selected: "Sequence[Partition]") -> list[tuple[str, str]]:
    return [(p.grantee_id or "", p.program_year or "") for p in selected]


def _published() -> dg.AssetsDefinition:
    def swap(context: dg.AssetExecutionContext) -> None:
        from expectations.catalogue import all_rules
        from pipelines.publish import fill_publish, publish

        night: Night = context.resources.night
        fill_publish(night.connection, all_rules(), night.run_id, is_sample=bool(night.is_sample))
        publish(night.connection, night.settings.home)

    spec = dg.AssetSpec(PUBLISHED, deps=[RESULT], description="The analysts' file, built aside and swapped.")
    return _step("published", "publish", [spec], swap, is_whole=True)


def _run() -> dg.AssetsDefinition:
    def close(context: dg.AssetExecutionContext) -> None:
        from expectations.catalogue import rule_book_version

        close_book(context.resources.night, rule_book_version())

    spec = dg.AssetSpec(RUN, deps=[DESK, PUBLISHED], description=ledger.RUN.comment)
    return _step("run", "quality", [spec], close, is_whole=True)


def all_assets() -> list[dg.AssetsDefinition]:
    """Return every asset of the house."""
    from expectations.catalogue import tables_with_rules

    derived = [model for model in models.all_models() if model.schema != "publish"]
    names = [*(f"core.{table.name}" for table in core_tables()), *(m.table for m in derived)]
    judged = {table for table in tables_with_rules() if not table.startswith("reference.")}
    return [
        _intake(), _definition(), *(_model(model) for model in derived),
        _judgement(sorted({*names, *judged} - _made_of_results(derived))),
        _scorecard([RESULT, FINDING, *(dg.AssetKey(name.split(".")) for name in names)]),
        _returns(), _data_docs(), _desk(), _published(), _run(),
    ]  # fmt: skip


def _made_of_results(derived: Sequence[models.Model]) -> set[str]:
    """Return the tables that are made from what was judged, and so after it."""
    made = {".".join(key.path) for key in (RESULT, FINDING)}
    for model in derived:  # inputs stand before those who read them
        made |= {model.table} if made & set(model.inputs) else set()
    return made
