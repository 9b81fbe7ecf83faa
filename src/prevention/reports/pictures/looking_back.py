"""Pictures of past forecasts: how far they were out, and what happened in the end."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prevention.reports.pictures.charts import every_year
from prevention.reports.pictures.picture import (
    DASHES,
    INK,
    NAVY,
    PALETTE,
    PLUM,
    SKY,
    Picture,
    Spec,
    in_unit,
    legend_of,
    picture,
    scale,
    tip,
)

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")


def errors_by_horizon(
    rows: pd.DataFrame, series: Sequence[str], title: str, percent: bool
) -> Picture:
    """The mean error of each method by years ahead, the first of them the one used.

    rows: ahead (years), series, error. percent: the error is a share (0.1 for 10 %). Each
    method has its own dash and point.
    """
    count, legend = len(series), legend_of(series)
    encoding: Spec = {
        "x": {
            "field": "ahead",
            "type": "ordinal",
            "title": "Years ahead",
            "axis": {"labelAngle": 0, "grid": False},
        },
        "y": {
            "field": "error",
            "type": "quantitative",
            "title": title,
            "axis": {"format": ".0%" if percent else ".1f", "tickCount": 6},
            "scale": {"zero": True},
        },
        "color": {"field": "series", "scale": scale(series, PALETTE[:count]), "legend": legend},
        "strokeDash": {"field": "series", "scale": scale(series, DASHES[:count]), "legend": legend},
        "shape": {"field": "series", "scale": scale(series, SHAPES[:count]), "legend": legend},
        "tooltip": [
            tip("ahead", "ordinal", "Years ahead"),
            tip("series", "nominal", "Method"),
            tip("error", "quantitative", title, ".1%" if percent else ".2f"),
        ],
    }
    lines = {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {**encoding}}
    points = {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": {**encoding}}
    del lines["encoding"]["shape"], points["encoding"]["strokeDash"]
    return picture([lines, points], rows)


KNOWN, AHEAD, HAPPENED = "Published by then", "Forecast then", "What happened"


def past_fan(rows: pd.DataFrame, title: str, money: str = "") -> Picture:
    """A forecast made in the past with its range, and what then happened.

    rows: year, part (KNOWN, AHEAD or HAPPENED), value, p10, p90 (missing but for AHEAD).
    money: the reader's unit, where the values are GBP a year.
    """
    unit = title
    if money:
        rows, name = in_unit(rows, ["value", "p10", "p90"], money)
        unit = f"{title}, {name}"
    parts = [KNOWN, AHEAD, HAPPENED]
    x: Spec = {
        "field": "year",
        "type": "ordinal",
        "title": "Financial year",
        "scale": {"domain": every_year(list(rows["year"]))},
        "axis": {"labelAngle": 0, "labelOverlap": True, "grid": False},
    }
    y: Spec = {"type": "quantitative", "title": unit, "scale": {"zero": True}}
    band: Spec = {
        "transform": [{"filter": f"datum.part == '{AHEAD}'"}],
        "mark": {"type": "area", "opacity": 0.45, "color": SKY},
        "encoding": {"x": x, "y": {**y, "field": "p10"}, "y2": {"field": "p90"}},
    }
    encoding: Spec = {
        "x": x,
        "y": {**y, "field": "value"},
        "color": {
            "field": "part",
            "scale": scale(parts, [INK, NAVY, PLUM]),
            "legend": legend_of(parts),
        },
        "tooltip": [
            tip("year", "ordinal", "Year"),
            tip("part", "nominal", "Which"),
            tip("value", "quantitative", unit, ",.1f"),
            tip("p10", "quantitative", "P10", ",.1f"),
            tip("p90", "quantitative", "P90", ",.1f"),
        ],
    }
    dash = {"field": "part", "scale": scale(parts, DASHES[:3]), "legend": legend_of(parts)}
    shape = {"field": "part", "scale": scale(parts, SHAPES[:3]), "legend": legend_of(parts)}
    lines: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {**encoding, "strokeDash": dash},
    }
    points: Spec = {
        "mark": {"type": "point", "filled": True, "size": 60},
        "encoding": {**encoding, "shape": shape},
    }
    return picture([band, lines, points], rows)
