"""Charts as inline SVG: drawn by Altair, colored by the page. No chart shows what is not computed.

Colors are placeholders that become the page's own variables, so that a chart follows light, dark and print; ids are
made the chart's own, because vl-convert numbers them per process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from pipelines.reports.words import STATES
from pipelines.scorecard.lines import CoverageLine, IndicatorLine
from pipelines.scorecard.section import Table
from pipelines.scorecard.share import Share

# Placeholder in the drawing -> variable of the page.
COLORS = {
    "#0a0a01": "ink", "#0a0a02": "muted", "#0a0a03": "line", "#0a0a04": "accent", "#0a0a05": "paper",
    "#0a0a11": "state-value", "#0a0a12": "state-unknown", "#0a0a13": "state-declined",
    "#0a0a14": "state-not-reported", "#0a0a15": "state-not-collected",
}  # fmt: skip
INK, MUTED, LINE, ACCENT, PAPER, *STATE_COLORS = COLORS
FONT = "sans-serif"  # measured with; the page sets its own
LOOK = {
    "font": FONT, "background": "transparent", "padding": 2, "view": {"stroke": None},
    "axis": {"labelColor": MUTED, "domain": False, "ticks": False, "gridColor": LINE, "labelPadding": 8,
             "labelFontSize": 12},
    "axisY": {"grid": False, "labelColor": INK},
    "legend": {"labelColor": INK, "labelFontSize": 12},
    "title": {"color": INK},
}  # fmt: skip
ROW = 24
ROWS = "rows"  # data by name: Altair copies a chart at every step, and would copy all values with it
NAME_STEP = 7.2  # width of a letter in a wide font of the size of the labels


def coverage_chart(lines: Sequence[CoverageLine]) -> Markup:
    """Return stacked bars of the five states of each equity dimension; nothing where there are no students."""
    import altair as alt

    told = [line for line in lines if line.student_count]
    if not told:
        return Markup("")
    told_labels = [line.label for line in told]
    values = [
        {"dimension": line.label, "state": words, "order": order, "count": getattr(line, f"{state}_count")}
        for line in told
        for order, (state, words) in enumerate(STATES.items())
    ]
    bars = (
        alt.Chart({"name": ROWS})
        .mark_bar(height=13, stroke=PAPER, strokeWidth=1)
        .encode(
            x=alt.X("count:Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y("dimension:N", sort=told_labels, title=None, axis=_names(alt, told_labels)),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=list(STATES.values()), range=STATE_COLORS),
                legend=alt.Legend(orient="top", title=None, symbolType="square", columns=5, columnPadding=18),
            ),
            order="order:Q",
        )
        .properties(width=560, height=alt.Step(ROW))
    )
    asked = [line for line in told if line.known.fraction is not None] or told
    worst = min(asked, key=lambda line: line.known.fraction or 0)
    description = (
        f"Stacked bars for {len(told)} equity dimensions. Least is known of {worst.label}: {worst.known.percent} of "
        "the students who did not decline. The table below holds all counts."
    )
    return _inline(bars, {ROWS: values}, "coverage-chart", "Five states of each equity dimension", description)


def bounds_chart(lines: Sequence[IndicatorLine], grantee_name: str) -> Markup:
    """Return, side by side, the bounds of each computed indicator for grantee and institutions; else nothing."""
    import altair as alt

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
    panels = [_bounds_panel(alt, rows, code, has_names=n == 0) for n, code in enumerate(codes)]
    description = (
        f"{', '.join(codes)} by institution. The dot is the rate if nobody of unknown outcome succeeded, the end of "
        "the line the rate if all of them did. The tables hold all counts; what is not computed is not drawn."
    )
    drawn = {f"{ROWS}-{code}": [v for v in values if v["indicator"] == code] for code in codes}
    side_by_side = alt.hconcat(*panels, spacing=28)
    return _inline(side_by_side, drawn, "bounds-chart", "Indicators with their bounds", description)


def trend_chart(table: Table) -> Markup:
    """Return, side by side, each indicator over the years, from the table ``trend_years``; nothing without a rate.

    A line joins years that follow each other in one series: none crosses a break or a year that is not computed. The
    tick is the 90 % line of the State level.
    """
    import altair as alt

    points = _trend_points(table)
    if not points:
        return Markup("")
    years = sorted({point["year"] for point in points})
    codes = sorted({point["indicator"] for point in points})
    panels = [_trend_panel(alt, years, code) for code in codes]
    description = (
        f"{', '.join(codes)} by program year, {years[0]} to {years[-1]}, in percent. Lines join years that may be "
        "compared and end where a definition changed. The tick is the 90 percent line. The table holds all counts."
    )
    drawn = {f"{ROWS}-{code}": [p for p in points if p["indicator"] == code] for code in codes}
    return _inline(alt.hconcat(*panels, spacing=28), drawn, "trend-chart", "Indicators over the years", description)


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


def _trend_panel(alt: Any, years: list[str], code: str) -> Any:
    base = alt.Chart({"name": f"{ROWS}-{code}"})
    percent = alt.Axis(format="%", values=[0, 0.5, 1], grid=True)
    along = alt.X("year:O", scale=alt.Scale(domain=years), title=None, axis=alt.Axis(labelAngle=0))
    up = alt.Y("rate:Q", scale=alt.Scale(domain=[0, 1]), title=None, axis=percent)
    joined = base.mark_line(color=ACCENT, strokeWidth=2).encode(x=along, y=up, detail=alt.Detail("part:N"))
    dot = base.mark_point(filled=True, opacity=1, color=ACCENT, size=60).encode(x=along, y=up)
    line = base.mark_tick(color=INK, thickness=2, width=22, orient="horizontal").encode(x=along, y=alt.Y("line:Q"))
    title = alt.TitleParams(code, anchor="start", fontSize=13)
    return alt.layer(joined, dot, line).properties(width=alt.Step(64), height=150, title=title)


def _bounds_panel(alt: Any, rows: list[str], code: str, *, has_names: bool) -> Any:
    mine = {"name": f"{ROWS}-{code}"}
    names = _names(alt, rows) if has_names else alt.Axis(labels=False)
    place = alt.Y("place:N", scale=alt.Scale(domain=rows), title=None, axis=names)
    percent = alt.Axis(format="%", values=[0, 0.5, 1], grid=True)
    along = alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), title=None, axis=percent)
    base = alt.Chart(mine)
    # Channels are named by their types: Altair would check each one left to guessing against its whole schema.
    weight = alt.SizeValue(2, condition={"test": "datum.is_all", "value": 4})
    size = alt.SizeValue(40, condition={"test": "datum.is_all", "value": 85})
    line = base.mark_rule(color=ACCENT).encode(x=along, x2=alt.X2("high:Q"), y=place, size=weight)
    dot = base.mark_point(filled=True, opacity=1, color=ACCENT).encode(x=along, y=place, size=size)
    end = base.mark_tick(color=ACCENT, thickness=2, height=9).encode(x=alt.X("high:Q"), y=place)
    title = alt.TitleParams(code, anchor="start", fontSize=13)
    return alt.layer(line, dot, end).properties(width=190, height=alt.Step(ROW), title=title)


def _names(alt: Any, names: Sequence[str]) -> Any:
    """Return an axis whose names begin at the left edge, with room for them in whatever font the page has."""
    room = max(len(name) for name in names) * NAME_STEP + NAME_STEP
    return alt.Axis(labelAlign="left", labelPadding=room, minExtent=room, labelLimit=0)


def _float(share: Share | None) -> float | None:
    return None if share is None or share.fraction is None else float(share.fraction)


def _inline(chart: Any, values: dict[str, list[dict[str, Any]]], chart_id: str, title: str, description: str) -> Markup:
    """Return a chart as SVG for a page: own ids, the page's colors, a title and a description for those who listen."""
    import vl_convert

    # The look is laid over the finished drawing, not by `configure_*`: Altair copies the whole chart at each of them.
    specification = chart.to_dict(validate=False)
    specification["config"] = {**specification.get("config", {}), **LOOK}
    drawing = vl_convert.vegalite_to_svg(specification | {"datasets": values})
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
