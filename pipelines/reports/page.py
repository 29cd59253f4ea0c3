"""One page: templates rendered with everything escaped, in the layout that all pages share.

A page is one file without scripts and without outside requests; its policy says so to the browser.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.reports import words
from pipelines.scorecard.edition import NOTICE
from pipelines.scorecard.glossary import glossary, terms_of
from pipelines.scorecard.section import Cell, Kind
from pipelines.scorecard.share import Share, percent

TEMPLATES = Path(__file__).parent / "templates"
NOTHING = "\N{EN DASH}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def render_page(template: str, *, notice: str = NOTICE, fictional: str = "", run: Any = None, **context: Any) -> str:
    """Return a page made from a template that extends ``base.html``.

    Args:
        template: its name below ``templates``.
        notice: what the head of the page says of the numbers on it.
        fictional: the agencies whose data this is not, where it is made from samples; empty for real data.
        run: what holds the run's id and time, shown in the page's only block that changes from night to night.
        context: what the template needs; every value is escaped, and one that is missing is an error.
    """
    return _environment().get_template(template).render(notice=notice, fictional=fictional, run=run, **context)


def whole(number: int | None) -> str:
    """Return a count with thousands apart; a dash where there is none."""
    return NOTHING if number is None else f"{number:,}"


def capitalize_first(text: str) -> str:
    """Return a text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def points(move: Fraction) -> str:
    """Return a distance between two rates, such as ``3.2 points``; what is not nothing is never shown as such."""
    return f"{percent(move).removesuffix('%')} points"


def told(cell: Cell, kind: Kind) -> str:
    """Return a cell of a section as people read it; a dash where nothing belongs, a word as it stands."""
    if cell is None:
        return NOTHING
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, str | Share):
        return cell if isinstance(cell, str) else cell.percent
    if kind == "money":
        return f"${cell:,}"
    if kind == "points":
        return f"{cell:+,}".replace("-", "\N{MINUS SIGN}")
    return f"{cell:,}"


def day(value: date | datetime | None) -> str:
    """Return a day such as ``Aug 15, 2024``, in the same words on every machine."""
    return NOTHING if value is None else f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def moment(value: datetime | None) -> str:
    """Return a time such as ``Nov 21, 2026, 02:00:00 UTC``."""
    return NOTHING if value is None else f"{day(value)}, {value:%H:%M:%S} UTC"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        whole=whole, points=points, told=told, day=day, moment=moment, capitalize_first=capitalize_first
    )
    environment.filters.update(table_words=words.table_words, column_words=words.column_words)
    environment.globals.update(words=words, glossary=glossary, terms_of=terms_of)
    return environment
