"""Sections of a shareable scorecard on the records, on how students are protected, on changes and on methods.

From the card alone; no number of persons is made here.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share
from pipelines.shareable.card import Judged, Kept, Shareable
from pipelines.shareable.told import Count


def released(card: Shareable) -> str:
    """Return of which year and release a table speaks."""
    head = card.heading
    day = f" of {head.released_at.date().isoformat()}" if head.released_at else ""
    return f"program year {head.program_year}, release {head.number}{day}"


def in_short(card: Shareable) -> Section:
    """Return how much is told and what is never told."""
    says = [f"{card.heading.fiction}"] if card.heading.fiction else []
    says.append("There is no overall number and no ranking: rules, definitions and students of grantees differ.")
    table = _kept_table(card, "shown_in_all", "How much is told", (card.protection.total,))
    return Section("short", "In short", tuple(says), (table,))


def quality(card: Shareable) -> Section:
    """Return rules by dimension, failed rules, and of how many participants an attribute is known."""
    tallies = Table(
        "rules_by_dimension", "Rules by dimension", "rules of the rule book", "publish.rule_result", released(card),
        (Column("dimension", "Dimension"), Column("passed", "Passed", "count"), Column("failed", "Failed", "count"),
         Column("untold", "Not told or nothing to judge", "count")),
        tuple((t.dimension, t.passed, t.failed, t.untold) for t in card.tallies),
        "A waived failure is a failure.", "published/rules_by_dimension",
    )  # fmt: skip
    failed = Table(
        "rules_failed", "Rules that failed", "rows that the rule judges", "publish.rule_result", released(card),
        (Column("rule", "Rule"), Column("id", "Id"), Column("severity", "Severity"),
         Column("population", "Rows judged", "count"), Column("failed", "Rows that fail", "share")),
        tuple((j.name, j.note, j.status, *_judged(j)) for j in card.failed_rules),
    )  # fmt: skip
    known = Table(
        "attributes_known", "Attributes", "participants", "publish.coverage", released(card),
        (Column("attribute", "Attribute"), Column("population", "Participants", "count"),
         Column("known", "Known", "share")),
        tuple((j.name, *_judged(j)) for j in card.coverage), "", "published/coverage_of_attributes",
    )  # fmt: skip
    return Section("quality", "Quality of the records", (), (tallies, failed, known))


def _number(count: Count) -> int | str:
    return count.words if count.number is None else count.number


def _judged(one: Judged) -> tuple[Cell, Cell]:
    """Return the population and the share counted of it, or the words in their places."""
    if one.counted.number is None or one.population.number is None:
        return _number(one.population), _number(one.counted)
    return one.population.number, Share(one.counted.number, one.population.number)


def protected(card: Shareable) -> Section:
    """Return what was withheld, by kind of number, and the policy."""
    policies = Table(
        "suppression_policies", "Policies", "the indicators of the release", "publish.suppression_policy",
        released(card),
        (Column("indicator", "Indicator"), Column("name", "Policy"), Column("threshold", "Least count shown", "count"),
         Column("source", "Source")),
        tuple((p["indicator_code"], p["name"], p["threshold"], p["source"]) for p in card.protection.policies),
        "", "published/which_policy",
    )  # fmt: skip
    kinds = _kept_table(card, "shown_by_kind", "What is shown, by kind of number", card.protection.kinds)
    return Section("protection", "How students are protected", card.protection.sentences, (kinds, policies))


def _kept_table(card: Shareable, key: str, title: str, lines: Iterable[Kept]) -> Table:
    columns = (Column("kind", "Kind of number"), Column("shown", "Numbers", "count"),
               Column("coded", "Ranges", "count"), Column("withheld", "Withheld", "share", "of those there are"),
               Column("other", "Nothing to tell", "count"))  # fmt: skip
    rows = tuple((k.name, k.shown, k.coded, Share(k.withheld, k.total), k.other) for k in lines)
    return Table(key, title, "published numbers that there is something to tell of",
                 "publish.indicator, publish.student_count, publish.rule_result, publish.coverage", released(card),
                 columns, rows)  # fmt: skip


def changed(card: Shareable) -> Section:
    """Return what changed against the release before."""
    rows = tuple((c.table, c.what, c.row_count, c.previous_number) for c in card.changes)
    table = Table("release_changes", "Changes against the release before", "rows of the published file",
                  "publish.release_change", released(card),
                  (Column("numbers", "Numbers"), Column("what", "What became of them"), Column("rows", "Rows", "count"),
                   Column("before", "Release before", "number")), rows, "", "published/what_changed")  # fmt: skip
    says = () if rows else ("This is the first release of this program year.",)
    return Section("changes", "What changed", says, (table,))


def methods(card: Shareable) -> Section:
    """Return the definitions that were applied, and the notes to the published file."""
    definition = Table(
        "definitions", "The definitions that were applied", "decisions of the definition", "publish.definition",
        released(card),
        (Column("decision", "What is decided"), Column("key", "Key"), Column("value", "How"),
         Column("version", "Definition")),
        tuple((d["words"] or d["key"], d["key"], d["value"], d["definition_version"]) for d in card.definition),
        "", "published/definitions_compared",
    )  # fmt: skip
    notes = Table(
        "file_notes", "Notes to the published file", "the published file", "publish.note", released(card),
        (Column("topic", "Topic"), Column("note", "Note")),
        tuple((note["topic"].replace("_", " "), note["note"]) for note in card.notes),
    )  # fmt: skip
    return Section("methods", "Methods", (), (definition, notes))
