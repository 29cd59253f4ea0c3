"""What ``cte rules`` prints: the list of the book, or all about one rule, as text, CSV, JSON or SQL.

What a rule says stands in ``expectations.facts``, its query in ``queries``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from expectations.catalogue import RETIRED, all_rules, tables_with_rules
from expectations.facts import facts_of, in_order, said, shown_rows
from expectations.rule import Rule, layer_of
from pipelines.configuration import ConfigurationError
from pipelines.rule_book.queries import queries_of

HEADINGS = {"why": "What it means for who uses the data", "fix": "How to repair it"}


def chosen(rule_id: str | None, table: str | None, layer: str | None, severity: str | None) -> list[Rule]:
    """Return the rules asked for, in the order of the book; what is None leaves nothing out.

    ``table`` is written with its schema or without. Raises ConfigurationError, with the nearest names, for a rule or
    table that there is not.
    """
    rules = all_rules()
    if rule_id is not None and rule_id not in {rule.id for rule in rules}:
        raise ConfigurationError(_unknown_rule(rule_id))
    tables = [one for one in tables_with_rules() if table in (None, one, one.partition(".")[2])]
    if not tables:
        msg = f"--table {table}: no rule speaks of such a table; there are {', '.join(tables_with_rules())}"
        raise ConfigurationError(msg)
    return in_order(
        [
            rule
            for rule in rules
            if rule_id in (None, rule.id)
            and rule.table in tables
            and layer in (None, layer_of(rule))
            and severity in (None, rule.severity)
        ]
    )


def show(rules: Sequence[Rule], form: str, say: Callable[[str], None], *, is_one: bool) -> None:
    """Print rules in a form: text, csv, json or sql. ``is_one``: all about the one rule, in place of a line."""
    said_so = {"csv": _csv, "json": _json, "sql": _sql, "text": _about if is_one else _list}[form](rules)
    say("\n".join(said_so))


def _unknown_rule(rule_id: str) -> str:
    if rule_id in RETIRED:
        reason, day = RETIRED[rule_id]
        return f"{rule_id}: retired on {day}: {reason}"
    near = get_close_matches(rule_id, [rule.id for rule in all_rules()], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "nothing is called like it."
    return f"{rule_id}: there is no such rule; {hint} `cte rules` lists all"


def _list(rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        yield f"{rule.severity:<8}  {layer_of(rule):<17}  {rule.id}: {rule.title}"
    yield f"{len(rules)} rules; `cte rules RULE_ID` says all about one"


def _about(rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        facts = facts_of(rule)
        yield f"{facts.pop('rule_id')}: {facts.pop('title')}\n"
        paragraphs = {heading: facts.pop(name) for name, heading in HEADINGS.items()}
        yield from (f"{name.replace('_', ' '):<17} {fact}" for name, fact in facts.items() if fact)
        yield from (f"\n{heading}\n  {text}" for heading, text in paragraphs.items())
        yield from _proof(rule)
    yield from (f"\nThe query that shows the records\n\n{query}" for query in queries_of(rules).values())


def _proof(rule: Rule) -> Iterator[str]:
    shown = shown_rows(rule)
    yield "\nRows that pass, rows that fail (only the columns that differ)"
    for word, cells in shown.rows:
        yield f"  {word:<6}  {', '.join(f'{n} {c}' for n, c in zip(shown.columns, cells, strict=True))}"
    yield from (f"  beside  {line}" for line in shown.beside)
    if any(shown.left_out):
        yield f"  left out: {shown.left_out[0]} more that pass, {shown.left_out[1]} that fail"


def _csv(rules: Sequence[Rule]) -> Iterator[str]:
    text = io.StringIO()
    facts = [facts_of(rule) for rule in rules]
    writer = csv.DictWriter(text, list(facts[0]) if facts else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(facts)
    yield text.getvalue().rstrip("\n")


def _json(rules: Sequence[Rule]) -> Iterator[str]:
    queries = queries_of(rules)
    listed: list[dict[str, Any]] = [
        {
            **facts_of(rule),
            "passes": [{name: said(value) for name, value in row.items()} for row in rule.passes],
            "fails": [{name: said(value) for name, value in row.items()} for row in rule.fails],
            "query": queries.get(rule.id),
        }
        for rule in rules
    ]
    yield json.dumps(listed, indent=2, ensure_ascii=False)


def _sql(rules: Sequence[Rule]) -> Iterator[str]:
    queries = queries_of(rules)
    for rule in rules:
        if rule.id in queries:
            yield f"-- {rule.id}: {rule.title}\n{queries[rule.id]};\n"
