"""A projection as pictures: rows in, a Vega-Lite chart out, for the screen or for a file.

Every chart carries its own look, so that it is the same in the dashboard and saved as
PNG or SVG. No chart tells its series apart by colour alone (fill and outline, dashes,
point shapes, letters).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prevention.reports.pictures.picture import (
    DASHES,
    INK,
    NAVY,
    PALETTE,
    PLUM,
    SKY,
    WHITE,
    Picture,
    Spec,
    in_unit,
    legend_of,
    picture,
    scale,
    tip,
    zero,
)
from prevention.years import format_year, parse_year


def savings_by_year(
    rows: pd.DataFrame, series: Sequence[str], title: str = "Cashable saving", money: str = ""
) -> Picture:
    """Bars by year, one series beside another, each with its P10 to P90 whisker.

    rows: year, series, central, p10, p90 (GBP; p10 and p90 may be missing). The first of
    two series is drawn hollow; with more, each bar carries the letter of its series.
    """
    rows, unit = in_unit(rows, ["central", "p10", "p90"], money)
    rows = rows.assign(letter=rows["series"].str.slice(0, 1))
    colours = PALETTE[: len(series)]
    fills = (WHITE, *colours[1:]) if len(series) == 2 else colours
    legend = legend_of(series)
    place: Spec = {
        "x": {
            "field": "year",
            "type": "ordinal",
            "title": "Financial year",
            "axis": {"labelAngle": 0, "grid": False},
        },
        "xOffset": {"field": "series", "sort": list(series)},
    }
    bars: Spec = {
        "mark": {"type": "bar", "strokeWidth": 2},
        "encoding": {
            **place,
            "y": {"field": "central", "type": "quantitative", "title": f"{title}, {unit}"},
            "fill": {"field": "series", "scale": scale(series, fills), "legend": legend},
            "stroke": {"field": "series", "scale": scale(series, colours), "legend": legend},
            "tooltip": [
                tip("year", "ordinal", "Year"),
                tip("series", "nominal", "For"),
                tip("central", "quantitative", f"Central, {unit}", ",.2f"),
                tip("p10", "quantitative", "P10", ",.2f"),
                tip("p90", "quantitative", "P90", ",.2f"),
            ],
        },
    }
    layers = [bars]
    if rows["p10"].notna().any():
        layers += _whiskers(place)
    if len(series) > 2:
        layers.append(_letters(place))
    return picture([*layers, zero()], rows)


def _whiskers(place: Spec) -> list[Spec]:
    ends = {"y": {"field": "p10", "type": "quantitative"}, "y2": {"field": "p90"}}
    rule: Spec = {
        "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
        "encoding": {**place, **ends},
    }
    tick = {"type": "tick", "color": INK, "thickness": 1.5, "size": 10, "orient": "horizontal"}
    return [
        rule,
        *(
            {"mark": tick, "encoding": {**place, "y": {"field": end, "type": "quantitative"}}}
            for end in ("p10", "p90")
        ),
    ]


def _letters(place: Spec) -> Spec:
    """The letter of each series on its bars: series are named "A: ...", "B: ..."."""
    return {
        "mark": {"type": "text", "baseline": "bottom", "dy": -3, "dx": 9, "fontSize": 11},
        "encoding": {
            **place,
            "y": {"field": "central", "type": "quantitative"},
            "text": {"field": "letter"},
        },
    }


def lag_curve(rows: pd.DataFrame, series: Sequence[str], height: int = 240) -> Picture:
    """Share of people whose placement would have begun, by month since they started.

    rows: month, series, share (0 to 1). Of two series the first is dashed, as it is hollow
    in `savings_by_year`.
    """
    dashes = [DASHES[1], DASHES[0]][-len(series) :]
    legend = legend_of(series)
    months = list(range(0, int(rows["month"].max()) + 1, 12))
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": {
                "field": "month",
                "type": "quantitative",
                "title": "Months since the person started",
                "axis": {"values": months, "grid": False},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": "Share begun",
                "axis": {"format": ".0%", "tickCount": 5},
                "scale": {"domain": [0, 1]},
            },
            "color": {"field": "series", "scale": scale(series, PALETTE[:2]), "legend": legend},
            "strokeDash": {"field": "series", "scale": scale(series, dashes), "legend": legend},
            "tooltip": [
                tip("month", "quantitative", "Month"),
                tip("series", "nominal", "For"),
                tip("share", "quantitative", "Share", ".0%"),
            ],
        },
    }
    return picture([line], rows, height)


def cumulative_net(rows: pd.DataFrame, series: Sequence[str], money: str = "") -> Picture:
    """Running net saving by month: worse before better, and when it crosses zero.

    rows: month (a date), series, net (GBP). Each series has its own dash and its letter
    at the end of its line.
    """
    rows, unit = in_unit(rows, ["net"], money)
    rows = rows.assign(letter=rows["series"].str.slice(0, 1))
    count, legend = len(series), legend_of(series)
    x = {
        "field": "month",
        "type": "temporal",
        "title": "End of month",
        "axis": {"format": "%b %Y", "grid": False, "tickCount": 8},
    }
    y = {"field": "net", "type": "quantitative", "title": f"Cumulative net saving, {unit}"}
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": x,
            "y": y,
            "color": {
                "field": "series",
                "scale": scale(series, PALETTE[:count]),
                "legend": legend,
            },
            "strokeDash": {
                "field": "series",
                "scale": scale(series, DASHES[:count]),
                "legend": legend,
            },
            "tooltip": [
                tip("month", "temporal", "To", "%b %Y"),
                tip("series", "nominal", "For"),
                tip("net", "quantitative", unit, ",.2f"),
            ],
        },
    }
    end: Spec = {
        "transform": [
            {"joinaggregate": [{"op": "max", "field": "month", "as": "last"}]},
            {"filter": "datum.month >= datum.last"},
        ],
        "mark": {"type": "text", "align": "left", "dx": 5, "fontWeight": "bold"},
        "encoding": {"x": x, "y": y, "text": {"field": "letter"}},
    }
    return picture([line, *([end] if count > 1 else []), zero()], rows)


def fan(
    seen: pd.DataFrame,
    ahead: pd.DataFrame,
    title: str,
    money: str | None = None,
    beside: pd.DataFrame | None = None,
) -> Picture:
    """Published figures, then the forecast with its P10 to P90 band.

    seen: year, value. ahead: year, central, p10, p90. Years are labels (2027/28). money: of
    GBP, the reader's unit ("" takes the one that fits). beside: year, value of similar
    councils, where they are compared with.
    """
    ahead = ahead[["year", "central", "p10", "p90"]].rename(columns={"central": "value"})
    beside = seen.iloc[:0] if beside is None else beside
    rows = pd.concat(
        [
            seen[["year", "value"]].assign(part="Published"),
            ahead.assign(part="Forecast"),
            beside[["year", "value"]].assign(part=SIMILAR),
        ]
    )
    unit = title
    if money is not None:
        rows, name = in_unit(rows, ["value", "p10", "p90"], money)
        unit = f"{title}, {name}"
    x = {
        "field": "year",
        "type": "ordinal",
        "title": "Financial year",
        "scale": {"domain": every_year(list(rows["year"]))},
        "axis": {"labelOverlap": True, "labelAngle": 0},
    }
    place = {"x": x, "y": {"field": "value", "type": "quantitative", "title": unit}}
    tips = [tip("year", "ordinal", "Year"), tip("value", "quantitative", unit, ",.1f")]
    forecast = [{"filter": "datum.part == 'Forecast'"}]
    band: Spec = {
        "transform": forecast,
        "mark": {"type": "area", "opacity": 0.45, "color": SKY},
        "encoding": {
            "x": x,
            "y": {"field": "p10", "type": "quantitative", "title": unit},
            "y2": {"field": "p90"},
        },
    }
    layers = [band, *_fan_lines(rows, place, tips), *_fan_names(seen, ahead, beside, x)]
    return picture(layers, rows)


SIMILAR = "Similar councils"


def _fan_lines(rows: pd.DataFrame, place: Spec, tips: Sequence[Spec]) -> list[Spec]:
    """A line with its own dash and points for each part that has rows."""
    looks = (
        ("Published", INK, DASHES[0], "circle"),
        ("Forecast", NAVY, DASHES[1], "square"),
        (SIMILAR, PLUM, DASHES[2], "triangle-up"),
    )
    layers: list[Spec] = []
    for part, colour, dash, shape in looks:
        if not (rows["part"] == part).any():
            continue
        chosen = [{"filter": f"datum.part == '{part}'"}]
        line = {"type": "line", "color": colour, "strokeDash": dash}
        point = {"type": "point", "color": colour, "shape": shape, "filled": True, "size": 50}
        layers += [
            {"transform": chosen, "mark": mark, "encoding": {**place, "tooltip": tips}}
            for mark in (line, point)
        ]
    return layers


def every_year(labels: Sequence[str]) -> list[str]:
    """Every year from the first to the last, so that a gap in the record shows as one."""
    endings = [parse_year(label) for label in labels]
    return [format_year(year) for year in range(min(endings), max(endings) + 1)] if endings else []


def _fan_names(
    seen: pd.DataFrame, ahead: pd.DataFrame, beside: pd.DataFrame, x: Spec
) -> list[Spec]:
    """The name of each part of a fan beside it, in place of a key read by colour."""
    names = [
        ("Published", "Published", seen, "value", 0),
        ("P90", "Forecast", ahead, "p90", -8),
        ("Central", "Forecast", ahead, "value", -12),
        ("P10", "Forecast", ahead, "p10", 14),
        (SIMILAR, SIMILAR, beside, "value", -14),
    ]
    layers: list[Spec] = []
    for name, part, rows, column, shift in names:
        if not len(rows) or rows[column].isna().all():
            continue
        # The first of the similar councils' years: the last is where the others' names are.
        year = rows["year"].iloc[0 if part == SIMILAR else -1]
        layers.append(
            {
                "transform": [{"filter": f"datum.part == '{part}' && datum.year == '{year}'"}],
                "mark": {
                    "type": "text",
                    "dy": shift,
                    "dx": 0 if shift else 8,
                    "align": "left" if part != "Forecast" else "right",
                },
                "encoding": {
                    "x": x,
                    "y": {"field": column, "type": "quantitative"},
                    "text": {"value": name},
                },
            }
        )
    return layers
