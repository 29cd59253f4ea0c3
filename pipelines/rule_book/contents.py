"""The contents of the page of the rule book: by layer, by table, and an index of the rules written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from expectations.facts import LAYERS, is_derived
from expectations.rule import Layer, Rule, Severity, layer_of
from pipelines.markdown import cell, markdown_table

SEVERITIES = get_args(Severity)


def contents(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the contents; every rule is one link away, by its layer or by its table."""
    tables = sorted({rule.table for rule in rules})
    yield "## Contents\n"
    yield from markdown_table(
        ("Layer", "Question", "Rules", *SEVERITIES), (_about_layer(layer, rules) for layer in LAYERS)
    )
    yield ""
    yield from markdown_table(
        ("Table", "Rules", *SEVERITIES, "Written by hand", "Derived"), (_about_table(table, rules) for table in tables)
    )
    yield "\n### Rules written by hand\n"
    by_hand = [[rule for rule in rules if rule.table == table and not is_derived(rule)] for table in tables]
    yield from markdown_table(
        ("Rule", "Title", "Severity", "Layer"),
        (_index_line(rule, is_first=not number) for own in by_hand for number, rule in enumerate(own)),
    )


def heading(layer: str) -> str:
    """Return the heading of a layer's chapter."""
    return layer[0].upper() + layer[1:]


def _about_layer(layer: Layer, rules: Sequence[Rule]) -> list[str]:
    own = [rule for rule in rules if layer_of(rule) == layer]
    return [f"[{layer}](#{_anchor(layer)})", LAYERS[layer], *_counts(own)]


def _about_table(table: str, rules: Sequence[Rule]) -> list[str]:
    own = [rule for rule in rules if rule.table == table]
    derived = sum(is_derived(rule) for rule in own)
    by_hand = len(own) - derived
    links = (f"[{by_hand}](#{_place(table)})" if by_hand else "", f"[{derived}](#{_anchor(table)})" if derived else "")
    return [f"`{table}`", *_counts(own), *links]


def _index_line(rule: Rule, *, is_first: bool) -> list[str]:
    """Return the line of a rule; the first one of a table is where the table's link leads."""
    place = f'<a id="{_place(rule.table)}"></a>' if is_first else ""
    return [f"{place}[{rule.id}](#{rule.id})", cell(rule.title), rule.severity, layer_of(rule)]


def _counts(rules: Sequence[Rule]) -> list[str]:
    return [str(len(rules)), *(str(sum(rule.severity == severity for rule in rules)) for severity in SEVERITIES)]


def _place(table: str) -> str:
    return f"index-{_anchor(table)}"


def _anchor(heading: str) -> str:
    """Return the anchor that Markdown pages give a heading."""
    return heading.lower().replace(".", "").replace(" ", "-")
