"""Pictures of what drives a result: bridges, the tornado, and the saving at each lag."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prevention.reports.pictures.picture import (
    DASHES,
    INK,
    NAVY,
    ORANGE,
    SKY,
    UNITS,
    WHITE,
    Picture,
    Spec,
    in_unit,
    picture,
    scale,
    tip,
    zero,
)
from prevention.reports.words import MINUS

TOTAL_BAR, ADDS, COMES_OFF = "Total", "Adds", "Comes off"
_KINDS = {TOTAL_BAR: NAVY, ADDS: SKY, COMES_OFF: WHITE}


def bridge(rows: pd.DataFrame, title: str = "Over the plan", money: str = "") -> Picture:
    """From one total to another, step by step, each bar from where the last one ended.

    rows: step, amount, start, end (GBP), first and last the totals. What adds is filled
    light, what comes off is hollow, and every bar carries its signed amount.
    """
    rows, unit = in_unit(rows, ["amount", "start", "end"], money)
    decimals = 1 if unit == UNITS["thousand"][1] else 3
    last = len(rows) - 1
    kinds = [
        TOTAL_BAR if place in (0, last) else ADDS if amount >= 0 else COMES_OFF
        for place, amount in enumerate(rows["amount"])
    ]
    ends = rows[["start", "end"]].to_numpy()
    rows = rows.assign(
        kind=kinds,
        right=np.maximum(ends.max(axis=1), 0),
        shown=[f"{amount:,.{decimals}f}".replace("-", MINUS) for amount in rows["amount"]],
        place=range(len(rows)),
    )
    y = {
        "field": "step",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"labelLimit": 260},
    }
    bars: Spec = {
        "mark": {"type": "bar", "stroke": NAVY, "strokeWidth": 1.5, "height": {"band": 0.62}},
        "encoding": {
            "y": y,
            "x": {
                "field": "start",
                "type": "quantitative",
                "title": f"{title}, {unit}",
                "axis": {"tickCount": 8},
            },
            "x2": {"field": "end"},
            "fill": {
                "field": "kind",
                "scale": scale([*_KINDS], [*_KINDS.values()]),
                "legend": {"title": None, "symbolType": "square"},
            },
            "tooltip": [
                tip("step", "nominal", "Step"),
                tip("amount", "quantitative", unit, f",.{decimals}f"),
            ],
        },
    }
    labels: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {
            "y": y,
            "x": {"field": "right", "type": "quantitative"},
            "text": {"field": "shown"},
        },
    }
    drawn = picture([bars, labels, zero("x")], rows, max(160, 34 * len(rows)))
    # Room for the amount beside the longest bar, on a narrow screen too.
    return Picture(drawn.spec | {"padding": {"right": 62}}, drawn.rows)


LOW, HIGH = "Low", "High"


def tornado(rows: pd.DataFrame, title: str, money: str = "") -> Picture:
    """How far each assumption moves a result, the widest first.

    rows: assumption, low, high: the result's change (GBP) with the assumption at its low
    and at its high. Low is hollow and high is filled.
    """
    rows, unit = in_unit(rows, ["low", "high"], money)
    place = range(len(rows))
    long = pd.concat(
        [
            rows[["assumption"]].assign(end=end, change=rows[column], place=place)
            for end, column in ((LOW, "low"), (HIGH, "high"))
        ]
    )
    bars: Spec = {
        "mark": {"type": "bar", "stroke": NAVY, "strokeWidth": 1.5, "height": {"band": 0.36}},
        "encoding": {
            "y": {
                "field": "assumption",
                "type": "nominal",
                "sort": {"field": "place", "op": "min"},
                "title": None,
                "axis": {"labelLimit": 300},
            },
            "yOffset": {"field": "end", "sort": [LOW, HIGH]},
            "x": {"field": "change", "type": "quantitative", "title": f"{title}, {unit}"},
            "fill": {
                "field": "end",
                "scale": scale([LOW, HIGH], [WHITE, NAVY]),
                "legend": {"title": None, "symbolType": "square"},
            },
            "tooltip": [
                tip("assumption", "nominal", "Assumption"),
                tip("end", "nominal", "At its"),
                tip("change", "quantitative", f"Change, {unit}", ",.2f"),
            ],
        },
    }
    return picture([bars, zero("x")], long, max(160, 44 * len(rows)))


def saving_at_each_lag(
    rows: pd.DataFrame, current: float, longest: float | None, money: str = ""
) -> Picture:
    """Cashable and net saving over the plan at every lag, with the lag assumed marked.

    rows: lag (months), series, amount (GBP). longest: the longest lag the scheme can bear.
    """
    rows, unit = in_unit(rows, ["amount"], money)
    names = list(dict.fromkeys(rows["series"]))
    legend = {"title": None}
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": {
                "field": "lag",
                "type": "quantitative",
                "title": "Onset lag, months",
                "axis": {"grid": False, "values": list(range(0, 121, 12))},
            },
            "y": {
                "field": "amount",
                "type": "quantitative",
                "title": f"Over the plan, {unit}",
            },
            "color": {"field": "series", "scale": scale(names, [NAVY, ORANGE]), "legend": legend},
            "strokeDash": {"field": "series", "scale": scale(names, DASHES[:2]), "legend": legend},
            "tooltip": [
                tip("lag", "quantitative", "Lag, months", ".1f"),
                tip("series", "nominal", "For"),
                tip("amount", "quantitative", unit, ",.2f"),
            ],
        },
    }
    marks = [_upright(current, "assumed now", DASHES[0])]
    if longest is not None:
        marks.append(_upright(longest, "longest it can bear", DASHES[1]))
    return picture([line, *marks, zero()], rows)


def _upright(lag: float, name: str, dash: list[int]) -> Spec:
    """A named upright line at one lag."""
    where = {"x": {"datum": lag, "type": "quantitative"}}
    return {
        "layer": [
            {
                "mark": {"type": "rule", "color": INK, "strokeDash": dash, "aria": False},
                "encoding": where,
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "baseline": "top"},
                "encoding": {
                    **where,
                    "y": {"value": 0 if dash == DASHES[0] else 18},
                    "text": {"value": f"{name}: {lag:.1f}"},
                },
            },
        ]
    }
