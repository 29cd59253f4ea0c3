"""The shapes of charts in Vega-Lite, composed by Altair; ``charts`` fills in the values.

Altair checks and copies a chart at every step, which takes a hundred times as long as filling it in: a panel is
composed once for all scorecards of a night, and what differs from card to card is laid over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipelines.reports.words import STATES

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

Shape = dict[str, Any]


@cache
def coverage_bars(labels: tuple[str, ...]) -> Shape:
    """Return stacked bars of the five states, one bar a label."""
    import altair as alt

    bars = (
        alt.Chart({"name": ROWS})
        .mark_bar(height=13, stroke=PAPER, strokeWidth=1)
        .encode(
            x=alt.X("count:Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y("dimension:N", sort=list(labels), title=None, axis=_names(alt, labels)),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=list(STATES.values()), range=STATE_COLORS),
                legend=alt.Legend(orient="top", title=None, symbolType="square", columns=5, columnPadding=18),
            ),
            order="order:Q",
        )
        .properties(width=560, height=alt.Step(ROW))
    )
    return _bare(bars)


@cache
def trend_panel(years: tuple[str, ...], code: str) -> Shape:
    """Return the panel of one indicator over the years."""
    import altair as alt

    base = alt.Chart({"name": f"{ROWS}-{code}"})
    percent = alt.Axis(format="%", values=[0, 0.5, 1], grid=True)
    along = alt.X("year:O", scale=alt.Scale(domain=list(years)), title=None, axis=alt.Axis(labelAngle=0))
    up = alt.Y("rate:Q", scale=alt.Scale(domain=[0, 1]), title=None, axis=percent)
    joined = base.mark_line(color=ACCENT, strokeWidth=2).encode(x=along, y=up, detail=alt.Detail("part:N"))
    dot = base.mark_point(filled=True, opacity=1, color=ACCENT, size=60).encode(x=along, y=up)
    line = base.mark_tick(color=INK, thickness=2, width=22, orient="horizontal").encode(x=along, y=alt.Y("line:Q"))
    title = alt.TitleParams(code, anchor="start", fontSize=13)
    return _bare(alt.layer(joined, dot, line).properties(width=alt.Step(64), height=150, title=title))


def bounds_panel(places: Sequence[str], code: str, *, has_names: bool) -> Shape:
    """Return the panel of one indicator at these places, from the top down."""
    import altair as alt

    names = _names(alt, places) if has_names else alt.Axis(labels=False)
    place = alt.Y("place:N", scale=alt.Scale(domain=list(places)), title=None, axis=names)
    told = place.to_dict(validate=False, context={"data": None})
    panel = _bounds_anywhere(code)
    return panel | {"layer": [one | {"encoding": one["encoding"] | {"y": told}} for one in panel["layer"]]}


@cache
def _bounds_anywhere(code: str) -> Shape:
    import altair as alt

    percent = alt.Axis(format="%", values=[0, 0.5, 1], grid=True)
    along = alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), title=None, axis=percent)
    base = alt.Chart({"name": f"{ROWS}-{code}"})
    # Channels are named by their types: Altair would check each one left to guessing against its whole schema.
    weight = alt.SizeValue(2, condition={"test": "datum.is_all", "value": 4})
    size = alt.SizeValue(40, condition={"test": "datum.is_all", "value": 85})
    line = base.mark_rule(color=ACCENT).encode(x=along, x2=alt.X2("high:Q"), size=weight)
    dot = base.mark_point(filled=True, opacity=1, color=ACCENT).encode(x=along, size=size)
    end = base.mark_tick(color=ACCENT, thickness=2, height=9).encode(x=alt.X("high:Q"))
    title = alt.TitleParams(code, anchor="start", fontSize=13)
    return _bare(alt.layer(line, dot, end).properties(width=190, height=alt.Step(ROW), title=title))


def side_by_side(panels: Sequence[Shape]) -> Shape:
    """Return panels in a row."""
    return {"hconcat": list(panels), "spacing": 28}


def drawing_of(shape: Shape, values: dict[str, list[dict[str, Any]]]) -> Shape:
    """Return what vl-convert draws: a shape with its look and its values."""
    return shape | {"config": LOOK, "datasets": values}


def _bare(chart: Any) -> Shape:
    """Return a chart as it may stand in another: its schema and the look of Altair's theme are not for parts."""
    return {key: part for key, part in chart.to_dict(validate=False).items() if key not in ("$schema", "config")}


def _names(alt: Any, names: Sequence[str]) -> Any:
    """Return an axis whose names begin at the left edge, with room for them in whatever font the page has."""
    room = max(len(name) for name in names) * NAME_STEP + NAME_STEP
    return alt.Axis(labelAlign="left", labelPadding=room, minExtent=room, labelLimit=0)
