"""The commands about the rule book: ``cte rules`` looks rules up. Nothing is listed or judged here."""

from __future__ import annotations

from typing import get_args

import click

from expectations.rule import Layer, Severity


@click.command(short_help="List the rules, or say all about one.")
@click.argument("rule_id", required=False)
@click.option("--table", help="Only rules of this table, such as core.student.")
@click.option("--layer", type=click.Choice(get_args(Layer)), help="Only rules of this layer of the book.")
@click.option("--severity", type=click.Choice(get_args(Severity)), help="Only rules of this severity.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json", "sql"]), default="text", show_default=True)
def rules(rule_id: str | None, table: str | None, layer: str | None, severity: str | None, form: str) -> None:
    """List the rules, or say all about one: reason, repair, threshold, proof, and the query that shows its records.

    With --format sql only the queries, for a home's warehouse after a night. docs/rules.md is the whole book.

    \b
    Examples:
      cte rules student_age_plausible
      cte rules --table core.student --severity critical
      cte rules --format csv > rules.csv
      cte rules student_key_unique --format sql | duckdb -readonly data/warehouse.duckdb
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    from pipelines.rule_book.listing import chosen, show

    show(chosen(rule_id, table, layer, severity), form, click.echo, is_one=rule_id is not None)
