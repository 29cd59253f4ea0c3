"""Dagster's view of the house: what is taken in, derived and judged, and all assets. Each step calls its room.

No pool is used: a killed run would hold its slot for ever. The lock on the home keeps two nights apart. Checks stand in
``asset_checks``, what is made for people in ``asset_outputs``.
"""

# No `from __future__ import annotations` here: Dagster reads the annotation of `context` as it stands.
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from pipelines import ledger, models
from pipelines.asset_outputs import output_assets
from pipelines.asset_step import (
    DEFINITION,
    FINDING,
    GAP,
    QUARANTINE,
    RESULT,
    RETURN,
    RUN,
    SUBMISSION,
    asked,
    program_years,
    step_of,
)
from pipelines.measurement_tables import measurement_tables
from pipelines.night import Night, tell_years_not_offered
from pipelines.schema import answer_tables, core_tables

if TYPE_CHECKING:
    from pipelines.validation.partition import Partition


# What is loaded from the grantees' folders beside their definitions.
_DECLARED = {
    "term": "The order of the grantees' terms within a program year.",
    "counted_code": "The codes that count under the definitions, by year.",
    "performance_level": "Levels of performance, of States and eligible recipients.",
    "improvement_plan": "Improvement plans, and for which years.",
    "ipeds_exception": "Known differences between awards submitted and IPEDS.",
    "labor_rule": "By which marks each grantee calls an occupation high-skill, high-wage or in demand.",
    "high_skill_education": "The typical educations that a grantee calls high-skill.",
    "critical_occupation": "Occupations that a State calls critical.",
}


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

        night, selected = asked(context)
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

    return step_of("intake", "intake", [*books, *core], take_in_what_arrived)


def _definition() -> dg.AssetsDefinition:
    def load(context: dg.AssetExecutionContext) -> None:
        from pipelines.measures.definitions import load_definitions

        load_definitions(context.resources.night.connection, program_years())

    specs = [
        dg.AssetSpec(DEFINITION, description="What participant, concentrator and the indicators mean, by year."),
        *(dg.AssetSpec(["reference", name], description=text) for name, text in _DECLARED.items()),
    ]
    return step_of("definition", "reference", specs, load, is_whole=True)


def _model(model: models.Model) -> dg.AssetsDefinition:
    # The row of the run is there from its beginning, and returns are asked for those of earlier nights; the assets of
    # these names are what tonight adds.
    deps = [key for name in model.inputs if (key := asset_of(name)) not in (None, RUN, RETURN)]
    spec = dg.AssetSpec([model.schema, model.name], deps=deps, description=model.description)

    def build(context: dg.AssetExecutionContext) -> None:
        models.build(context.resources.night.connection, model)

    return step_of(f"{model.schema}_{model.name}", model.schema, [spec], build, is_whole=True)


def _gap() -> dg.AssetsDefinition:
    def measure(context: dg.AssetExecutionContext) -> None:
        from pipelines.measures.gaps.build import build_gaps

        build_gaps(context.resources.night.connection)

    deps = [dg.AssetKey(["mart", name]) for name in ("indicator", "readiness")]
    spec = dg.AssetSpec(
        GAP, deps=deps, description="Gaps of subgroups to all concentrators, and whether to trust them."
    )
    return step_of("gap", "mart", [spec], measure, is_whole=True)


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

        night, selected = asked(context)
        outcomes = judge_partitions(night.connection, selected, night.run_id, night.started_at.date())
        failed = sum(outcome.status == "failed" for outcome in outcomes)
        night.say(f"{len(outcomes)} rules judged over {len(selected)} program years of grantees, {failed} failed")
        _note_waivers(night, selected)

    return step_of("judgement", "quality", specs, judge)


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


def all_assets() -> list[dg.AssetsDefinition]:
    """Return every asset of the house."""
    from expectations.catalogue import tables_with_rules

    derived = [model for model in models.all_models() if model.schema != "publish"]
    names = [*(f"core.{table.name}" for table in core_tables()), *(m.table for m in derived)]
    judged = {table for table in tables_with_rules() if not table.startswith("reference.")}
    return [
        _intake(), _definition(), *(_model(model) for model in derived), _gap(),
        _judgement(sorted({*names, *judged} - _made_of_results(derived))),
        *output_assets([*(dg.AssetKey(name.split(".")) for name in names), GAP]),
    ]  # fmt: skip


def _made_of_results(derived: Sequence[models.Model]) -> set[str]:
    """Return the tables that are made from what was judged, and so after it."""
    made = {".".join(key.path) for key in (RESULT, FINDING)}
    for model in derived:  # inputs stand before those who read them
        made |= {model.table} if made & set(model.inputs) else set()
    return made
