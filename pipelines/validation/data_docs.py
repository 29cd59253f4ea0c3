"""Great Expectations' Data Docs of the last results: its results, its renderer, its templates.

Results carry counts and never a value, an index or a query. Of Great Expectations' templates those are used that only
arrange content; its page, which asks other hosts for styles, scripts and a picture, and its table, which needs those
scripts, are replaced by ours (``data_docs_templates``). What stands around the content is said in ``reports``.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.validation.judge import AGGREGATES
from pipelines.validation.status import STATUS_WORDS

if TYPE_CHECKING:
    from expectations.rule import Rule

TEMPLATES = Path(__file__).parent / "data_docs_templates"
JUDGED = ("failed", "error", "passed")  # in the order of the pages
_MARKS = {"failed": "no", "error": "untold", "passed": "yes"}


@dataclass(frozen=True)
class Result:
    """The verdict on a rule over a partition as a whole, as ``quality.rule_result`` has it."""

    rule_id: str
    severity: str
    population_count: int | None
    failed_count: int | None
    threshold: str | None
    status: str
    is_waived: bool
    message: str | None


@dataclass(frozen=True)
class Results:
    """The last results of a grantee's program year; both are None for reference tables."""

    grantee_id: str | None
    program_year: str | None
    results: tuple[Result, ...]

    def count(self, status: str) -> int:
        """Return how many rules came to a status."""
        return sum(one.status == status for one in self.results)


@dataclass(frozen=True)
class TableHead:
    """What stands above the expectations of a table. ``open_count``: how many did not pass."""

    anchor: str
    name: str
    sums: str
    open_count: int


def last_results(connection: duckdb.DuckDBPyConnection) -> list[Results]:
    """Return the results of the last run over each partition; those of single institutions are left out."""
    query = """
        with last_run as (
            select grantee_id, program_year, max(run_id) as run_id from quality.rule_result group by all
        )
        select
            r.grantee_id, r.program_year, rule_id, severity, population_count, failed_count, threshold, status,
            coalesce(is_waived, false), message
        from quality.rule_result as r
        inner join last_run as l
            on r.run_id = l.run_id
            and r.grantee_id is not distinct from l.grantee_id
            and r.program_year is not distinct from l.program_year
        where institution_id is null
        order by r.grantee_id, r.program_year, rule_id
    """
    rows = connection.execute(query).fetchall()
    partitions = groupby(rows, key=lambda row: row[:2])
    return [Results(g, y, tuple(Result(*row[2:]) for row in of_place)) for (g, y), of_place in partitions]


def render_results(
    suite_name: str, results: Sequence[Result], href: Callable[[str], str]
) -> tuple[str, tuple[TableHead, ...]]:
    """Return what Great Expectations shows of results, as HTML without a head, and the tables it speaks of.

    Tables in which not all passed come first, and so do the rules of a column that did not. Rules that had nothing to
    judge are no results in its sense: it knows success and failure only. ``href`` leads to a rule by its id.
    """
    from great_expectations.render import RenderedDocumentContent

    sections: list[Any] = []
    heads: dict[int, TableHead] = {}
    for head, pairs in sorted(_by_table(results), key=lambda one: (not one[0].open_count, one[0].name)):
        heads[len(sections) + 1] = head
        sections += _sections(suite_name, pairs, href)
    document = RenderedDocumentContent(sections=sections, renderer_type="ValidationResultsPageRenderer")
    return _view().render(document, tables=heads), tuple(heads.values())


def _by_table(results: Sequence[Result]) -> Iterator[tuple[TableHead, list[tuple[Rule, Result]]]]:
    from expectations.catalogue import all_rules

    judged = {one.rule_id: one for one in results if one.status in JUDGED}
    for table, its_rules in groupby((r for r in all_rules() if r.id in judged), key=lambda rule: rule.table):
        pairs = sorted(((rule, judged[rule.id]) for rule in its_rules), key=lambda pair: JUDGED.index(pair[1].status))
        yield _head(table, [result.status for _, result in pairs]), pairs


def _head(table: str, statuses: Sequence[str]) -> TableHead:
    sums = ", ".join(f"{statuses.count(one)} {STATUS_WORDS[one]}" for one in JUDGED if one in statuses)
    return TableHead(table.replace(".", "-"), table, sums, len(statuses) - statuses.count("passed"))


def _sections(suite_name: str, pairs: Sequence[tuple[Rule, Result]], href: Callable[[str], str]) -> Iterator[Any]:
    """Yield Great Expectations' sections of a table, one a column, without its overview, which speaks of one table."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    suite = ExpectationSuiteValidationResult(
        success=all(result.status == "passed" for _, result in pairs),
        results=[_validation(rule, result, href(rule.id)) for rule, result in pairs],
        suite_name=suite_name,
    )
    for section in ValidationResultsPageRenderer().render(suite).sections[1:]:
        header, table = section.content_blocks
        header.header.string_template["tag"] = "h3"
        for row in table.table:
            _say_status(row[0].string_template)
        yield section


def _validation(rule: Rule, result: Result, href: str) -> Any:
    """Return a result as Great Expectations knows it: counts, and nothing that stood in the data."""
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    configuration: Any = rule.expectation.configuration
    configuration.description = _described(rule, result, href)
    configuration.notes = None
    return ExpectationValidationResult(
        success=result.status == "passed",
        expectation_config=configuration,
        result=_counts(rule, result),
        exception_info={
            "raised_exception": result.status == "error",
            "exception_message": result.message or "no reason is known",
            "exception_traceback": "",
        },
    )


def _described(rule: Rule, result: Result, href: str) -> str:
    """Return what a rule says, as the template that Great Expectations takes a description for."""
    waived = "; waived, a failure all the same" if result.is_waived else ""
    small = f"{rule.id}; {result.severity}; threshold: {result.threshold}{waived}"
    text = f'<a href="{href}">{html.escape(rule.title)}</a><small>{html.escape(small)}</small>'
    return text.replace("$", "&#36;")


def _counts(rule: Rule, result: Result) -> dict[str, Any]:
    population, failed = result.population_count, result.failed_count
    if population is None or failed is None:
        return {}
    if rule.expectation.expectation_type in AGGREGATES:
        return {"observed_value": f"{population} rows judged as a whole"}
    percent = 100 * failed / population if population else 0.0
    return {"element_count": population, "unexpected_count": failed, "unexpected_percent": percent}


def _say_status(icon: dict[str, Any]) -> None:
    """Let the status be a word: Great Expectations' is a glyph of a font that it loads from elsewhere."""
    said: Mapping[str, str] = {"✅": "passed", "❌": "failed", "❗": "error"}
    status = said[icon["params"].pop("markdown_status_icon")]
    icon["params"]["icon"] = STATUS_WORDS[status]
    icon["styling"]["params"]["icon"] = {"classes": ["mark", _MARKS[status]], "tag": "span"}


@cache
def _view() -> Any:
    from great_expectations.render.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    view: Any = DefaultJinjaPageView()
    view.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), view.env.loader])
    view.env.trim_blocks = view.env.lstrip_blocks = True
    return view
