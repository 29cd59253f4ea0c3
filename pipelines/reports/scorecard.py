"""The page of one scorecard: arranges its parts for the template. What it says was worked out in ``scorecard``."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

from pipelines.desk.subgroups import group_name, kind_name
from pipelines.reports.charts import bounds_chart, coverage_chart, trend_chart
from pipelines.reports.desk import places
from pipelines.reports.desk.measures import RESULT, SAID, points
from pipelines.reports.forms.internal import internal_sections
from pipelines.reports.page import render_page
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.files import in_force
from pipelines.scorecard.lines import Completeness, Finding, IndicatorLine
from pipelines.scorecard.one_page import one_page
from pipelines.scorecard.section import tables_of
from pipelines.scorecard.share import Share

SECTIONS = (
    ("short", "In short"),
    ("elements", "Six core elements"),
    ("indicators", "Core indicators"),
    ("coverage", "Equity dimensions"),
    ("completeness", "Completeness"),
    ("rules", "Rules and findings"),
    ("waivers", "Waivers"),
    ("files", "Files and records"),
)
CHARTS = {"trend_years": trend_chart}  # drawn before the table of that id, which holds its numbers
# A share below the mark is shaded so; the number stands in the cell, the shade only guides the eye.
SHADES = ((Fraction(1, 2), "h4"), (Fraction(4, 5), "h3"), (Fraction(19, 20), "h2"), (Fraction(1), "h1"))


def render_scorecard(scorecard: Scorecard) -> str:
    """Return the internal edition of a scorecard as one HTML page."""
    files = in_force(scorecard.files)
    codes = sorted({line.indicator_code for line in scorecard.institution_indicators})
    return render_page(
        "scorecard.html",
        fictional=scorecard.grantee_name if scorecard.is_sample else "",
        run=scorecard.run,
        card=scorecard,
        sections=(*SECTIONS, *((one.id, one.title) for one in scorecard.sections), ("glossary", "Glossary")),
        critical=next((f for f in scorecard.findings if f.severity == "critical"), Finding("critical", 0, 0)),
        refused=sum(file.status == "refused" for file in files),
        late=sum(file.is_late for file in files),
        current=len(files),
        due=next((file.due_date for file in files if file.due_date), None),
        indicator_codes=codes,
        by_institution=_by_institution(scorecard.institution_indicators, codes),
        bounds_chart=bounds_chart((*scorecard.indicators, *scorecard.institution_indicators), scorecard.grantee_name),
        coverage_chart=coverage_chart(scorecard.coverage),
        heat=_heat(scorecard.completeness),
        charts=CHARTS,
        tables=tables_of(internal_sections(scorecard)),
        one_page=one_page(scorecard.sections, scorecard.program_year),
        measures="../../../reports/" + places.of_measures(scorecard.grantee_id, scorecard.program_year),
        said=SAID, level_results=RESULT, points=points, group=group_name, kind=kind_name,
    )  # fmt: skip


def _by_institution(lines: tuple[IndicatorLine, ...], codes: list[str]) -> list[tuple[str, list[IndicatorLine | None]]]:
    found = {(line.institution_id, line.indicator_code): line for line in lines}
    names = {line.institution_id: line.institution_name for line in lines}
    order = sorted(names, key=lambda i: (names[i], i or ""))
    return [(names[i], [found.get((i, code)) for code in codes]) for i in order]


def _heat(found: Completeness) -> list[tuple[str, list[tuple[object, list[tuple[str, str, str]]]]]]:
    """Return (table, rows), each row with (text, of how many, shade) by institution."""
    return [
        (table_name, [(row, [(_text(share), _of(share), _shade(share)) for share in row.shares]) for row in rows])
        for table_name, rows in groupby(found.rows, key=lambda row: row.table_name)
    ]


def _text(share: Share) -> str:
    return "100" if share.fraction == 1 else share.percent.removesuffix("%")


def _of(share: Share) -> str:
    return "" if share.fraction is None else f"{share.numerator:,} of {share.denominator:,}"


def _shade(share: Share) -> str:
    if share.fraction is None:
        return "empty"
    return next((shade for mark, shade in SHADES if share.fraction < mark), "")
