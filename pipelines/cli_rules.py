"""The commands about the rule book: ``cte rules`` looks rules up, ``cte rejudge`` tries thresholds and waivers.

What they print and judge stands in the room ``rule_book``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click

from expectations.rule import Layer, Severity
from pipelines.cli_acts.options import home_of, options, subject_of


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


@click.command(short_help="Judge the stored counts under today's thresholds.")
@options(
    click.option("--grantee", "grantee_id", help="Only counts of this grantee."),
    click.option("--program-year", "year", help="Only counts of this program year, such as 2023-24."),
    click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As it would be on this day. [default: today]"),
    click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", show_default=True),
)
def rejudge(home: Path | None, home_here: Path | None, grantee_id: str | None, year: str | None,
            as_of: datetime | None, form: str) -> None:  # fmt: skip
    """Judge what the last nights have counted under the thresholds, severities and waivers in force now.

    Scans no record and writes nothing: says what would come out otherwise, and which gates would close or open. To try
    a threshold, change thresholds.toml of the grantee and run this. Exits with 1 where a gate would be closed, else 0.

    \b
    Examples:
      cte rejudge --grantee oregon --program-year 2023-24
      cte rejudge --as-of 2027-07-01
      cte rejudge --format csv > changes.csv
    """  # noqa: D301
    from pipelines.rule_book.rejudge import rejudge as judge_again
    from pipelines.rule_book.rejudge_words import tell

    subject = subject_of(grantee_id, year)
    today = (as_of or datetime.now(UTC)).date()
    again = judge_again(home_of(home_here or home), subject.grantee_id, subject.program_year, today)
    sys.exit(tell(again, form, click.echo))
