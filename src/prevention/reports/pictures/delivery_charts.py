"""Delivered against planned as pictures: starts so far, and the saving of each year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prevention.model.delivered import Progress
from prevention.model.measures import TOTAL
from prevention.model.monitoring import PLANNED, Monitoring
from prevention.reports.delivery_tables import CASHABLE, TITLES, years_of
from prevention.reports.monitoring import month_id
from prevention.reports.pictures import charts
from prevention.reports.pictures.picture import (
    DASHES,
    INK,
    NAVY,
    WHITE,
    Picture,
    Spec,
    legend_of,
    picture,
    scale,
    tip,
)

SERIES = ("Planned", "Delivered")


def starts_so_far(progress: Progress) -> Picture:
    """People planned and people started, added up over the months reported.

    Planned is dashed with hollow points, delivered solid with filled ones.
    """
    months = pd.to_datetime([month_id(month) for month in progress.months])
    both = zip(SERIES, (progress.planned, progress.delivered), strict=True)
    rows = pd.concat(
        pd.DataFrame({"month": months, "series": name, "people": np.cumsum(column)})
        for name, column in both
    )
    unit = progress.programme.unit
    legend, order = legend_of(SERIES), list(SERIES)
    place: Spec = {
        "x": {
            "field": "month",
            "type": "temporal",
            "title": "Month reported",
            "axis": {"format": "%b %Y", "grid": False, "tickCount": min(len(months), 6)},
        },
        "y": {
            "field": "people",
            "type": "quantitative",
            "title": f"{unit[:1].upper()}{unit[1:]} started so far",
        },
        "color": {"field": "series", "scale": scale(order, (INK, NAVY)), "legend": legend},
        "tooltip": [
            tip("month", "temporal", "To", "%b %Y"),
            tip("series", "nominal", "For"),
            tip("people", "quantitative", "So far", ",.1f"),
        ],
    }
    dash = {"field": "series", "scale": scale(order, (DASHES[1], DASHES[0])), "legend": legend}
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {**place, "strokeDash": dash},
    }
    fill = {"field": "series", "scale": scale(order, (WHITE, NAVY)), "legend": legend}
    points: Spec = {
        "mark": {"type": "point", "size": 50, "strokeWidth": 1.5, "opacity": 1},
        "encoding": {**place, "fill": fill},
    }
    return picture([line, points], rows.reset_index(drop=True), 240)


def saving_by_year(answer: Monitoring, version: str, money: str) -> Picture:
    """Cashable saving of the whole plan by year, as planned and in a version, with whiskers."""
    frames = []
    for name in (PLANNED, version):
        moved = answer.versions[name].figures[TOTAL, CASHABLE]
        spread = np.full((answer.plan.years, 3), np.nan) if moved.range is None else moved.range
        frames.append(
            pd.DataFrame(
                {
                    "year": years_of(answer),
                    "series": TITLES[name],
                    "central": moved.central,
                    "p10": spread[: answer.plan.years, 0],
                    "p90": spread[: answer.plan.years, 2],
                }
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    return charts.savings_by_year(rows, [TITLES[PLANNED], TITLES[version]], money=money)
