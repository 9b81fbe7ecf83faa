"""What every picture shares: its palette, its look, its rows, and itself as a file.

Colours are those of the Government Analysis Function. A picture is a specification with
its rows apart from it: a page that moves a lever sends new rows, and the browser redraws
the marks alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NAVY, TEAL, PLUM, ORANGE, DARK, LILAC = (
    "#12436D",
    "#28A197",
    "#801650",
    "#F46A25",
    "#3D3D3D",
    "#A285D1",
)
PALETTE = (NAVY, ORANGE, TEAL, PLUM, DARK, LILAC)
INK, RULE, WHITE, SKY = "#0B0C0C", "#D9D9D9", "#FFFFFF", "#6BACE6"
DASHES: tuple[list[int], ...] = ([1, 0], [6, 4], [2, 3], [10, 3, 2, 3], [12, 4], [4, 2])

HEIGHT = 320
Spec = dict[str, Any]

_TEXT: Spec = {"labelColor": INK, "titleColor": INK, "labelFontSize": 13, "titleFontSize": 13}
CONFIG: Spec = {
    # "sans-serif" is always there; a named font that is missing loses every label of a PNG.
    "font": "sans-serif",
    "background": WHITE,
    "axis": {
        **_TEXT,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domainColor": INK,
        "tickColor": INK,
    },
    "legend": {
        **_TEXT,
        "titleFontWeight": "normal",
        "orient": "top",
        "direction": "horizontal",
        "labelLimit": 400,
        "symbolSize": 160,
    },
    "text": {"color": INK, "fontSize": 13},
    "title": {"color": INK, "subtitleColor": INK, "anchor": "start", "fontSize": 16},
    "view": {"stroke": None},
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: what to draw (Vega-Lite, without data) and the rows to draw it from."""

    spec: Spec
    rows: pd.DataFrame


def picture(layers: Sequence[Spec], rows: pd.DataFrame, height: int = HEIGHT) -> Picture:
    """Layers over one set of rows, in the look every chart has."""
    spec: Spec = {"height": height, "layer": list(layers), "config": CONFIG}
    return Picture(spec, rows)


UNITS = {"thousand": (1e3, "£ thousand"), "million": (1e6, "£ million")}
"""What GBP is divided by, and its name, by the unit a reader chooses."""


def money_unit(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[float, str]:
    """What to divide GBP by for an axis, and how to name it.

    >>> money_unit(pd.DataFrame({"a": [2.5e6, 0.0]}), ["a"])
    (1000000.0, '£ million')
    >>> money_unit(pd.DataFrame({"a": [-40000.0]}), ["a"])
    (1000.0, '£ thousand')
    """
    size = float(rows[list(columns)].abs().max().max()) if len(rows) else 0.0
    return UNITS["million" if size >= 1e6 else "thousand"]


def in_unit(rows: pd.DataFrame, columns: Sequence[str], unit: str = "") -> tuple[pd.DataFrame, str]:
    """Rows with GBP in a reader's unit ("" takes the one that fits), and that unit's name."""
    divisor, name = UNITS[unit] if unit else money_unit(rows, columns)
    return rows.assign(**{column: rows[column] / divisor for column in columns}), name


def zero(axis: str = "y") -> Spec:
    """The line of nothing gained and nothing lost."""
    return {"mark": {"type": "rule", "color": INK, "aria": False}, "encoding": {axis: {"datum": 0}}}


def legend_of(names: Sequence[str]) -> Spec:
    """The key above the chart, one name under another where they are long."""
    long = max(map(len, names)) > 24 or sum(map(len, names)) > 36
    return {"title": None, "columns": 1 if long else 0}


def scale(domain: Sequence[str], colours: Sequence[Any]) -> Spec:
    """A look (colour or dash) for each name."""
    return {"domain": list(domain), "range": list(colours)}


def tip(field: str, kind: str, title: str, form: str = "") -> Spec:
    """A line of a chart's tooltip."""
    return {"field": field, "type": kind, "title": title} | ({"format": form} if form else {})


def for_file(chart: Picture, title: str, foot: str, width: int = 720) -> Spec:
    """The whole specification of a chart saved on its own: title, data, and where it is from.

    foot: source and run, printed under the title so that a picture never travels without it.
    """
    lines = [foot[place : place + 110] for place in range(0, len(foot), 110)]
    rows = chart.rows.copy()
    for column in rows.columns:
        if isinstance(rows[column].dtype, np.dtype) and rows[column].dtype.kind == "M":
            rows[column] = rows[column].dt.strftime("%Y-%m-%dT00:00:00")
    records = json.loads(rows.to_json(orient="records"))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        **chart.spec,
        "width": width,
        "title": {"text": title, "subtitle": lines},
        "data": {"values": records},
    }


def as_svg(chart: Picture, title: str, foot: str) -> bytes:
    """The chart as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(for_file(chart, title, foot))).encode()


def as_png(chart: Picture, title: str, foot: str) -> bytes:
    """The chart as PNG, at twice screen resolution."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(for_file(chart, title, foot), scale=2.0))
