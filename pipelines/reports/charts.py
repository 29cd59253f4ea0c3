"""Charts as inline SVG: drawn by Altair, colored by the page. No chart shows what is not computed.

Colors are placeholders that become the page's own variables, so that a chart follows light, dark and print; ids are
made the chart's own, because vl-convert numbers them per process. What a chart looks like stands in ``chart_shapes``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from pipelines.reports.chart_shapes import (
    COLORS,
    ROWS,
    bounds_panel,
    coverage_bars,
    drawing_of,
    side_by_side,
    trend_panel,
)
from pipelines.reports.words import STATES
from pipelines.scorecard.lines import CoverageLine, IndicatorLine
from pipelines.scorecard.section import Table
from pipelines.scorecard.share import Share


def coverage_chart(lines: Sequence[CoverageLine]) -> Markup:
    """Return stacked bars of the five states of each equity dimension; nothing where there are no students."""
    told = [line for line in lines if line.student_count]
    if not told:
        return Markup("")
    values = [
        {"dimension": line.label, "state": words, "order": order, "count": getattr(line, f"{state}_count")}
        for line in told
        for order, (state, words) in enumerate(STATES.items())
    ]
    asked = [line for line in told if line.known.fraction is not None] or told
    worst = min(asked, key=lambda line: line.known.fraction or 0)
    description = (
        f"Stacked bars for {len(told)} equity dimensions. Least is known of {worst.label}: {worst.known.percent} of "
        "the students who did not decline. The table below holds all counts."
    )
    bars = coverage_bars(tuple(line.label for line in told))
    return _inline(bars, {ROWS: values}, "coverage-chart", "Five states of each equity dimension", description)


def bounds_chart(lines: Sequence[IndicatorLine], grantee_name: str) -> Markup:
    """Return, side by side, the bounds of each computed indicator for grantee and institutions; else nothing."""
    told = [line for line in lines if line.lowest is not None and line.highest is not None]
    if not told:
        return Markup("")
    rows = [grantee_name, *sorted({line.institution_name for line in told if line.institution_id})]
    values = [
        {
            "place": line.institution_name if line.institution_id else grantee_name,
            "is_all": line.institution_id is None,
            "indicator": line.indicator_code,
            "low": _float(line.lowest),
            "high": _float(line.highest),
        }
        for line in told
    ]
    codes = sorted({line.indicator_code for line in told})
    description = (
        f"{', '.join(codes)} by institution. The dot is the rate if nobody of unknown outcome succeeded, the end of "
        "the line the rate if all of them did. The tables hold all counts; what is not computed is not drawn."
    )
    drawn = {f"{ROWS}-{code}": [v for v in values if v["indicator"] == code] for code in codes}
    panels = [bounds_panel(rows, code, has_names=n == 0) for n, code in enumerate(codes)]
    return _inline(side_by_side(panels), drawn, "bounds-chart", "Indicators with their bounds", description)


def trend_chart(table: Table) -> Markup:
    """Return, side by side, each indicator over the years, from the table ``trend_years``; nothing without a rate.

    A line joins years that follow each other in one series: none crosses a break or a year that is not computed. The
    tick is the 90 % line of the State level.
    """
    points = _trend_points(table)
    if not points:
        return Markup("")
    years = sorted({point["year"] for point in points})
    codes = sorted({point["indicator"] for point in points})
    description = (
        f"{', '.join(codes)} by program year, {years[0]} to {years[-1]}, in percent. Lines join years that may be "
        "compared and end where a definition changed. The tick is the 90 percent line. The table holds all counts."
    )
    drawn = {f"{ROWS}-{code}": [p for p in points if p["indicator"] == code] for code in codes}
    panels = [trend_panel(tuple(years), code) for code in codes]
    return _inline(side_by_side(panels), drawn, "trend-chart", "Indicators over the years", description)


def _trend_points(table: Table) -> list[dict[str, Any]]:
    """Return a point for each rate; ``part`` numbers the stretches that one line may join."""
    keys = [column.key for column in table.columns]
    found: list[dict[str, Any]] = []
    before: tuple[str, str, int] | None = None
    part = 0
    for row in table.rows:
        cells = dict(zip(keys, row, strict=True))
        rate = cells["rate"]
        if not isinstance(rate, Share) or rate.fraction is None:
            continue
        indicator, _, year = str(cells["row"]).partition(" ")
        place = (indicator, str(cells["series"]), int(year[:4]))
        part += before is None or place[:2] != before[:2] or place[2] != before[2] + 1
        before = place
        level = cells["line"]
        line = float(level) / 100 if isinstance(level, Decimal) else None
        found.append(
            {"indicator": indicator, "year": year, "rate": _float(rate), "line": line, "part": f"{indicator} {part}"}
        )
    return found


def _float(share: Share | None) -> float | None:
    return None if share is None or share.fraction is None else float(share.fraction)


def _inline(
    shape: dict[str, Any], values: dict[str, list[dict[str, Any]]], chart_id: str, title: str, description: str
) -> Markup:
    """Return a chart as SVG for a page: own ids, the page's colors, a title and a description for those who listen."""
    import vl_convert

    drawing = vl_convert.vegalite_to_svg(drawing_of(shape, values))
    for placeholder, variable in COLORS.items():
        drawing = drawing.replace(f'"{placeholder}"', f'"var(--{variable})"')
    drawing = _own_ids(drawing, chart_id)
    _opening, _, inside = drawing.partition(">")
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', _opening)[0]
    spoken = (
        f'<title id="{chart_id}-title">{escape(title)}</title><desc id="{chart_id}-desc">{escape(description)}</desc>'
    )
    head = (
        f'<svg class="chart" role="img" aria-labelledby="{chart_id}-title {chart_id}-desc" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    return Markup(f"{head}{spoken}{inside}")  # noqa: S704 - vl-convert escapes the names that it draws


def _own_ids(drawing: str, chart_id: str) -> str:
    """Name the ids of a drawing after the chart, in the order in which they come."""
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))
    for number, name in enumerate(found):
        own = f"{chart_id}-{number}"
        drawing = drawing.replace(f'id="{name}"', f'id="{own}"').replace(f"url(#{name})", f"url(#{own})")
    # Parts of a drawing tell no more than its title and description do, and their words repeat every label.
    return re.sub(
        r' font-family="[^"]*"| aria-(?:roledescription|label)="[^"]*"| role="graphics-\w+"| xmlns(?::\w+)?="[^"]*"',
        "",
        drawing,
    )
