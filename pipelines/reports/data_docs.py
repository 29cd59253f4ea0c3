"""Writes Great Expectations' Data Docs below ``reports/data-docs``, in the frame of the desk.

What stands in them is made by ``validation.data_docs``. A page is made again only where its results, the rule book or
its frame have changed: it carries a mark of all three, and nothing of the run that wrote it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from expectations.catalogue import all_rules, rule_book_version
from pipelines.grantee import grantee
from pipelines.home import make_private, write_private
from pipelines.reports.desk import places
from pipelines.reports.page import TEMPLATES, render_page
from pipelines.scorecard.build import run_of
from pipelines.validation import data_docs
from pipelines.validation.data_docs import Results, last_results, render_results
from pipelines.validation.status import STATUS_WORDS

_STATUSES = ("failed", "error", "passed", "not_applicable")
_FRAME = ("base.html", "desk/base.html", "desk/data_docs.html")
_HEAD_SIZE = 8192  # the mark stands within the first bytes of a page


@dataclass(frozen=True)
class Line:
    """A program year in the list of all of them."""

    name: str
    year: str
    place: str
    counts: tuple[int, ...]


def write_data_docs(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> Path:
    """Write Data Docs of the last results of every program year, and return the first page."""
    is_sample = run_of(connection, run_id).is_sample
    lines = []
    for results in last_results(connection):
        place = places.of_data_docs(results.grantee_id, results.program_year)
        mark = _mark(results, is_sample=is_sample)
        if not _is_there(home / "reports" / place, mark):
            _write(home, place, _page(results, place, mark, is_sample=is_sample))
        counts = tuple(results.count(status) for status in _STATUSES)
        lines.append(Line(_name(results), results.program_year or "all years", place, counts))
    statuses = [STATUS_WORDS[status] for status in _STATUSES]
    index = _render("data_docs_index.html", places.DATA_DOCS, is_sample=is_sample, lines=lines, statuses=statuses)
    _write(home, places.DATA_DOCS, index)
    return home / "reports" / places.DATA_DOCS


def _page(results: Results, place: str, mark: str, *, is_sample: bool) -> str:
    rules = {rule.id: rule for rule in all_rules()}
    name = " ".join(filter(None, (_name(results), results.program_year)))
    root = "../" * place.count("/")
    content, tables = render_results(name, results.results, lambda rule_id: root + places.of_rule(rule_id))
    known = [(rules[one.rule_id], one) for one in results.results if one.rule_id in rules]
    return _render(
        "data_docs.html",
        place,
        is_sample=is_sample,
        name=name,
        mark=mark,
        sums=[(STATUS_WORDS[status], results.count(status)) for status in _STATUSES],
        home=places.of_grantee(results.grantee_id) if results.grantee_id else places.OVERVIEW,
        content=content,
        tables=tables,
        idle=sorted(
            (pair for pair in known if pair[1].status == "not_applicable"), key=lambda pair: (pair[0].table, pair[0].id)
        ),
        withdrawn=len(results.results) - len(known),
    )


def _render(template: str, place: str, *, is_sample: bool, **context: Any) -> str:
    """Return a page of the desk that does not say which run wrote it."""
    root = "../" * place.count("/")
    fictional = "the agencies named here" if is_sample else ""
    return render_page(
        f"desk/{template}",
        fictional=fictional,
        place=place,
        places=places,
        link=lambda target: root + target,
        **context,
    )


def _name(results: Results) -> str:
    return grantee(results.grantee_id).name if results.grantee_id else "Reference tables"


def _mark(results: Results, *, is_sample: bool) -> str:
    """Return a hash over all that a page is made from."""
    return hashlib.sha256(repr((results, is_sample, _maker())).encode()).hexdigest()[:32]


@cache
def _maker() -> str:
    """Return a hash over what makes pages from results: the rule book, Great Expectations, and the templates."""
    files = [TEMPLATES / name for name in _FRAME]
    files += [Path(data_docs.__file__), Path(__file__), *sorted(data_docs.TEMPLATES.glob("*.j2"))]
    content = b"".join(path.read_bytes() for path in files)
    said = f"{rule_book_version()} {version('great-expectations')}".encode()
    return hashlib.sha256(said + content).hexdigest()


def _is_there(path: Path, mark: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return f'<meta name="results" content="{mark}">'.encode() in file.read(_HEAD_SIZE)


def _write(home: Path, place: str, content: str) -> None:
    path = home / "reports" / place
    encoded = content.encode("utf-8", "replace")
    if path.is_file() and path.read_bytes() == encoded:
        return
    for folder in (home / "reports", home / "reports" / "data-docs", path.parent):
        make_private(folder)
    write_private(path, encoded)
