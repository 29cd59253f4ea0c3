"""The desk's pages of rules: the rule book as a page to search, and a page for each rule with its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from expectations.catalogue import RETIRED, all_rules, rule_book_version
from expectations.facts import LAYERS, facts_of, in_order, shown_rows
from expectations.rule import Rule, layer_of
from pipelines.desk.desk import Desk
from pipelines.desk.rules import MOST_INSTITUTIONS, Moved, RuleFacts, rule_facts
from pipelines.desk.standing import words_of_rules
from pipelines.desk.waivers import WaiverRow, waiver_rows
from pipelines.reports.desk import places
from pipelines.reports.desk.page import Page, render
from pipelines.reports.desk.rows import page_of
from pipelines.reports.page import day, whole

MARKS = {"passed": "yes", "failed": "no", "not_applicable": "none", "error": "untold"}
BAR, GAP, HEIGHT = 6, 2, 20  # of a small chart, in its own units


@dataclass(frozen=True)
class Trend:
    """A small chart of how many rows failed: bars (x, y, height), the width of all, and the same in words.

    Drawn by the template: Altair takes 50 ms a chart, and there may be thousands.
    """

    bars: tuple[tuple[int, float, float], ...]
    width: int
    words: str


def pages(desk: Desk) -> Iterator[Page]:
    """Yield the page of the rule book and a page for each rule, retired ones too."""
    rules, facts, rows = in_order(all_rules()), rule_facts(desk), page_of(desk)
    yield _index(desk, rules, facts)
    waivers = waiver_rows(desk, words_of_rules())
    for rule in rules:
        own = [row for row in waivers if row.line.rule_id == rule.id]
        yield _page(desk, rule, facts.get(rule.id, RuleFacts()), own, rows)
    for rule_id, (reason, retired_on) in RETIRED.items():
        place = places.of_rule(rule_id)
        yield Page(place, render(desk, "rule_retired.html", place, rule_id=rule_id, reason=reason, day=retired_on))


def trend(moves: Sequence[Moved]) -> Trend | None:
    """Return the chart of a rule's counts; None where there were fewer than two."""
    counts = [move.failed.numerator or 0 for move in moves]
    if not counts[1:]:
        return None
    most = max(counts) or 1
    heights = [max(round(count * HEIGHT / most, 1), 1.0) for count in counts]
    bars = tuple((n * (BAR + GAP), round(HEIGHT - high, 1), high) for n, high in enumerate(heights))
    told = ", ".join(f"{whole(count)} from {day(move.started_at)}" for count, move in zip(counts, moves, strict=True))
    return Trend(bars, len(counts) * (BAR + GAP) - GAP, f"Rows that failed: {told}")


def _index(desk: Desk, rules: Sequence[Rule], facts: Mapping[str, RuleFacts]) -> Page:
    layers = [
        (layer, question, [rule for rule in rules if layer_of(rule) == layer]) for layer, question in LAYERS.items()
    ]
    content = render(
        desk,
        "rules.html",
        places.RULE_BOOK,
        layers=layers,
        facts={rule.id: facts.get(rule.id, RuleFacts()) for rule in rules},
        rule_count=len(rules),
        version=rule_book_version(),
        retired=RETIRED,
        marks=MARKS,
    )
    return Page(places.RULE_BOOK, content, "Page", "Rule book", "rules checks expectations")


def _page(
    desk: Desk,
    rule: Rule,
    facts: RuleFacts,
    waivers: Sequence[WaiverRow],
    rows: Mapping[tuple[str | None, str | None, str, str], str],
) -> Page:
    place = places.of_rule(rule.id)
    worst = facts.institutions[:MOST_INSTITUTIONS]
    content = render(
        desk,
        "rule.html",
        place,
        rule=rule,
        told=facts_of(rule),
        shown=shown_rows(rule),
        results=[(result, trend(result.moves)) for result in facts.results],
        effects=facts.effects,
        institutions=[(one, rows.get((*one.place, rule.id, one.institution.slug))) for one in worst],
        more_institutions=len(facts.institutions) - len(worst),
        waivers=waivers,
        bar=BAR,
        height=HEIGHT,
    )
    return Page(place, content, "Rule", rule.title, " ".join((rule.id, rule.table, *rule.columns)))
