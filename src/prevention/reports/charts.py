"""A projection as pictures: rows in, an Altair chart out, for the screen or for a file.

Every chart carries its own look, so that it is the same in the dashboard and saved as
PNG or SVG. Colours are those of the Government Analysis Function; no chart tells its
series apart by colour alone (fill and outline, dashes, point shapes, letters).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from prevention.years import format_year, parse_year

Picture = alt.Chart | alt.LayerChart | alt.FacetChart

NAVY, TEAL, PLUM, ORANGE, DARK, LILAC = (
    "#12436D",
    "#28A197",
    "#801650",
    "#F46A25",
    "#3D3D3D",
    "#A285D1",
)
PALETTE = (NAVY, ORANGE, TEAL, PLUM, DARK, LILAC)
INK, RULE, WHITE = "#0B0C0C", "#D9D9D9", "#FFFFFF"
DASHES: tuple[list[int], ...] = ([1, 0], [6, 4], [2, 3], [10, 3, 2, 3], [12, 4], [4, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")

WIDTH, HEIGHT = 640, 320

_TEXT: dict[str, Any] = {"labelColor": INK, "titleColor": INK, "labelFontSize": 13}
_CONFIG: dict[str, Any] = {
    # "sans-serif" is always there; a named font that is missing loses every label of a PNG.
    "font": "sans-serif",
    "background": WHITE,
    "axis": {
        **_TEXT,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domainColor": INK,
        "tickColor": INK,
    },
    "legend": {
        **_TEXT,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "orient": "top",
        "direction": "horizontal",
        "labelLimit": 400,
        "symbolSize": 160,
    },
    "text": {"color": INK, "fontSize": 13},
    "view": {"stroke": None},
}


def _finished(chart: Picture, height: int = HEIGHT) -> Picture:
    finished: Picture = chart.properties(width=WIDTH, height=height).configure(**_CONFIG)
    return finished


def money_unit(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[float, str]:
    """What to divide GBP by for an axis, and how to name it.

    >>> money_unit(pd.DataFrame({"a": [2.5e6, 0.0]}), ["a"])
    (1000000.0, '£ million')
    >>> money_unit(pd.DataFrame({"a": [-40000.0]}), ["a"])
    (1000.0, '£ thousand')
    """
    size = float(rows[list(columns)].abs().max().max()) if len(rows) else 0.0
    return (1e6, "£ million") if size >= 1e6 else (1e3, "£ thousand")


def _in_unit(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, str]:
    divisor, name = money_unit(rows, columns)
    return rows.assign(**{column: rows[column] / divisor for column in columns}), name


def _zero() -> alt.Chart:
    zero: alt.Chart = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=INK).encode(y="zero:Q")
    return zero


def _legend(names: Sequence[str]) -> alt.Legend:
    """The key above the chart, one name under another where they are long."""
    return alt.Legend(title=None, columns=1 if max(map(len, names)) > 24 else 0)


def savings_by_year(
    rows: pd.DataFrame, series: Sequence[str], title: str = "Cashable saving"
) -> Picture:
    """Bars by year, one series beside another, each with its P10 to P90 whisker.

    rows: year, series, central, p10, p90 (GBP; p10 and p90 may be missing). The first of
    two series is drawn hollow; with more, each bar carries the letter of its series.
    """
    rows, unit = _in_unit(rows, ["central", "p10", "p90"])
    rows = rows.assign(letter=rows["series"].str.slice(0, 1))
    colours = PALETTE[: len(series)]
    fills = (WHITE, *colours[1:]) if len(series) == 2 else colours
    domain = list(series)
    base = alt.Chart(rows).encode(
        x=alt.X("year:O", title="Financial year", axis=alt.Axis(labelAngle=0, grid=False)),
        xOffset=alt.XOffset("series:N", sort=domain),
    )
    legend = _legend(domain)
    bars = base.mark_bar(strokeWidth=2).encode(
        y=alt.Y("central:Q", title=f"{title}, {unit}"),
        fill=alt.Fill("series:N", scale=alt.Scale(domain=domain, range=fills), legend=legend),
        stroke=alt.Stroke("series:N", scale=alt.Scale(domain=domain, range=colours), legend=legend),
        tooltip=_tooltips(rows, unit),
    )
    layers: list[alt.Chart] = [bars]
    if rows["p10"].notna().any():
        layers += _whiskers(base)
    if len(series) > 2:
        layers.append(_letters(base))
    return _finished(alt.layer(*layers, _zero()))


def _tooltips(rows: pd.DataFrame, unit: str) -> list[alt.Tooltip]:
    figures = [alt.Tooltip("central:Q", title=f"Central, {unit}", format=",.2f")]
    if rows["p10"].notna().any():
        figures += [
            alt.Tooltip("p10:Q", title="P10", format=",.2f"),
            alt.Tooltip("p90:Q", title="P90", format=",.2f"),
        ]
    return [alt.Tooltip("year:O", title="Year"), alt.Tooltip("series:N", title="For"), *figures]


def _whiskers(base: alt.Chart) -> list[alt.Chart]:
    rule = base.mark_rule(color=INK, strokeWidth=1.5).encode(y=alt.Y("p10:Q"), y2="p90:Q")
    ends = [
        base.mark_tick(color=INK, thickness=1.5, size=10, orient="horizontal").encode(y=f"{end}:Q")
        for end in ("p10", "p90")
    ]
    return [rule, *ends]


def _letters(base: alt.Chart) -> alt.Chart:
    """The letter of each series on its bars: series are named "A: ...", "B: ..."."""
    marks = base.mark_text(baseline="bottom", dy=-3, dx=9, fontSize=11)
    letters: alt.Chart = marks.encode(y="central:Q", text="letter:N")
    return letters


def lag_curve(rows: pd.DataFrame, series: Sequence[str]) -> Picture:
    """Share of people whose placement would have begun, by month since they started.

    rows: month, series, share (0 to 1). Of two series the first is dashed, as it is hollow
    in `savings_by_year`.
    """
    domain = list(series)
    dashes = [DASHES[1], DASHES[0]][-len(domain) :]
    colours = [NAVY, ORANGE][: len(domain)]
    chart = (
        alt.Chart(rows)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "month:Q",
                title="Months since the person started",
                axis=alt.Axis(values=list(range(0, int(rows["month"].max()) + 1, 12)), grid=False),
            ),
            y=alt.Y(
                "share:Q",
                title="Share whose placement would have begun",
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color("series:N", scale=alt.Scale(domain=domain, range=colours), title=None),
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=domain, range=dashes), title=None
            ),
            tooltip=[
                alt.Tooltip("month:Q", title="Month"),
                alt.Tooltip("series:N", title="For"),
                alt.Tooltip("share:Q", title="Share", format=".0%"),
            ],
        )
    )
    return _finished(chart)


def bridge(rows: pd.DataFrame) -> Picture:
    """From gross avoided cost to cashable saving, rung by rung, each bar from start to end.

    rows: step, amount, start, end (GBP), first and last the totals.
    """
    rows, unit = _in_unit(rows, ["amount", "start", "end"])
    total = rows["step"].isin([rows["step"].iloc[0], rows["step"].iloc[-1]])
    rows = rows.assign(
        kind=["Total" if is_total else "Comes off" for is_total in total],
        right=rows[["start", "end"]].max(axis=1).clip(lower=0),
        shown=[f"{amount:,.2f}".replace("-", "\N{MINUS SIGN}") for amount in rows["amount"]],
    )
    order = list(rows["step"])
    base = alt.Chart(rows).encode(y=alt.Y("step:N", sort=order, title=None))
    scale = alt.Scale(domain=["Total", "Comes off"], range=[NAVY, WHITE])
    bars = base.mark_bar(stroke=NAVY, strokeWidth=1.5, height={"band": 0.62}).encode(
        x=alt.X("start:Q", title=f"Over the plan, {unit}", axis=alt.Axis(tickCount=8)),
        x2="end:Q",
        fill=alt.Fill("kind:N", scale=scale, legend=alt.Legend(title=None, symbolType="square")),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("amount:Q", title=unit, format=",.2f"),
        ],
    )
    labels = base.mark_text(align="left", dx=6).encode(x="right:Q", text="shown:N")
    return _finished(alt.layer(bars, labels))


def cumulative_net(rows: pd.DataFrame, series: Sequence[str]) -> Picture:
    """Running net saving by month: worse before better, and when it crosses zero.

    rows: month (a date), series, net (GBP). Each series has its own dash and its name
    at the end of its line.
    """
    rows, unit = _in_unit(rows, ["net"])
    domain = list(series)
    count, legend = len(domain), _legend(series)
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=domain, range=list(PALETTE[:count])), legend=legend
    )
    x = alt.X(
        "month:T", title="End of month", axis=alt.Axis(format="%b %Y", grid=False, tickCount=8)
    )
    lines = (
        alt.Chart(rows)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=alt.Y("net:Q", title=f"Cumulative net saving, {unit}"),
            color=colour,
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=domain, range=list(DASHES[:count])),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("month:T", title="To", format="%b %Y"),
                alt.Tooltip("series:N", title="For"),
                alt.Tooltip("net:Q", title=unit, format=",.2f"),
            ],
        )
    )
    if count == 1:
        return _finished(alt.layer(lines, _zero()))
    last = rows[rows["month"] == rows["month"].max()].assign(
        letter=lambda ends: ends["series"].str.slice(0, 1)
    )
    ends = (
        alt.Chart(last)
        .mark_text(align="left", dx=5, fontWeight="bold")
        .encode(x=x, y="net:Q", text="letter:N")
    )
    return _finished(alt.layer(lines, ends, _zero()))


def fan(seen: pd.DataFrame, ahead: pd.DataFrame, title: str, money: bool = False) -> Picture:
    """Published figures, then the forecast with its P10 to P90 band.

    seen: year, value. ahead: year, central, p10, p90. Years are labels (2027/28).
    """
    unit = title
    if money:
        both = pd.concat([seen["value"], ahead["p90"], ahead["central"]]).to_frame("value")
        divisor, name = money_unit(both, ["value"])
        seen = seen.assign(value=seen["value"] / divisor)
        ahead = ahead.assign(**{c: ahead[c] / divisor for c in ("central", "p10", "p90")})
        unit = f"{title}, {name}"
    x = alt.X(
        "year:O",
        title="Financial year",
        scale=alt.Scale(domain=_every_year([*seen["year"], *ahead["year"]])),
        axis=alt.Axis(labelOverlap=True, labelAngle=0),
    )
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=True))
    tips = [alt.Tooltip("year:O", title="Year"), alt.Tooltip("value:Q", title=unit, format=",.1f")]
    band = (
        alt.Chart(ahead)
        .mark_area(opacity=0.45, color="#6BACE6")
        .encode(x=x, y=alt.Y("p10:Q", title=unit), y2="p90:Q")
    )
    published = alt.Chart(seen).encode(x=x, y=y, tooltip=tips)
    central = alt.Chart(ahead.rename(columns={"central": "value"})).encode(x=x, y=y, tooltip=tips)
    layers = [
        band,
        published.mark_line(color=INK),
        published.mark_point(color=INK, filled=True, size=50),
        central.mark_line(color=NAVY, strokeDash=DASHES[1]),
        central.mark_point(color=NAVY, shape="square", filled=True, size=50),
        *_fan_names(seen, ahead, x),
    ]
    return _finished(alt.layer(*layers))


def _every_year(labels: Sequence[str]) -> list[str]:
    """Every year from the first to the last, so that a gap in the record shows as one."""
    endings = [parse_year(label) for label in labels]
    return [format_year(year) for year in range(min(endings), max(endings) + 1)] if endings else []


def _fan_names(seen: pd.DataFrame, ahead: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """The name of each part of a fan beside it, in place of a key read by colour."""
    names = [("Published", seen.tail(1), "value", 0)]
    if len(ahead):
        names += [
            ("P90", ahead.tail(1), "p90", -8),
            ("Central", ahead.tail(1), "central", -12),
            ("P10", ahead.tail(1), "p10", 14),
        ]
    return [
        alt.Chart(rows.assign(name=name))
        .mark_text(dy=shift, dx=0 if shift else 8, align="right" if shift else "left")
        .encode(x=x, y=alt.Y(f"{column}:Q"), text="name:N")
        for name, rows, column, shift in names
        if len(rows) and rows[column].notna().all()
    ]
