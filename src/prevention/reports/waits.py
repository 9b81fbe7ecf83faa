"""When outcomes come, by months since referral: in a few figures, a picture and a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from prevention.learning.coming import FEWEST_FOLLOWED, FEWEST_OUTCOMES, Coming
from prevention.learning.findings import Findings
from prevention.reports.learned import effect_sentences, label_sentence
from prevention.reports.pictures.picture import (
    DASHES,
    NAVY,
    ORANGE,
    PLUM,
    SKY,
    Picture,
    Spec,
    legend_of,
    picture,
    scale,
    tip,
)
from prevention.reports.words import per_cent

SEEN, LEARNED, EVIDENCE = "Your records", "Learned", "The evidence"
SERIES = (SEEN, LEARNED, EVIDENCE)
TITLE = "Share of people referred whose outcome has come, by months since referral"
HOW_TO_READ = (
    f"{SEEN} (solid): what the file says by itself, people still waiting counted for as long as "
    "they have waited (Kaplan-Meier), with the range that holds the share eight times in ten. "
    f"It ends where fewer than {FEWEST_FOLLOWED} people are left. {LEARNED} (dashed): records and "
    f"evidence together. {EVIDENCE} (dotted) says how long, not how many: it is drawn for as many "
    "people as respond by what was learned."
)
NO_PICTURE = (
    f"Fewer than {FEWEST_OUTCOMES} outcomes are known, so no curve is drawn: it would show single "
    "people."
)
_EVERY = 6
"""Months between the rows of the table."""


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: moved is by how much it differs from the evidence, "" where that says nothing."""

    label: str
    value: str
    about: str
    moved: str = ""


def cards(found: Findings) -> list[Card]:
    """What was learned, in the figures that matter most."""
    lag, spread, effect = found.fit.lag, found.fit.spread, found.effect
    so_far = found.label == "evidence"
    learned = "so far" if so_far else "learned"
    difference = effect.difference if effect is not None else None
    return [
        Card(
            f"Onset lag, {learned}",
            f"{lag.estimate.p50:.1f} months",
            f"Label: {label_sentence(found)}",
            "" if so_far else f"{lag.estimate.p50 - lag.evidence.p50:+.1f} months",
        ),
        Card(
            "Learned, range",
            f"{lag.estimate.p10:.1f} to {lag.estimate.p90:.1f}",
            "Months, P10 to P90: eight times in ten the mean wait lies between the two.",
        ),
        Card(
            "Onset lag, evidence",
            f"{lag.evidence.p50:.1f} months",
            "As a forecast uses it: lengthened where the evidence is weak.",
        ),
        Card(
            "Evidence, range",
            f"{lag.evidence.p10:.1f} to {lag.evidence.p90:.1f}",
            "Months, P10 to P90, as a forecast uses it.",
        ),
        Card(
            f"Spread, {learned}",
            f"{spread.estimate.p50:.1f} months",
            "How far single people lie from the mean (standard deviation). The evidence has "
            f"{spread.evidence.p50:.1f}.",
        ),
        Card(
            "Effect",
            f"{difference.p50 * 100:+.0f} points" if difference else "not known",
            " ".join(effect_sentences(found)),
        ),
    ]


def rows(found: Coming) -> pd.DataFrame:
    """Rows of the picture: month, series, share, and low and high of the records' own."""
    parts = {
        SEEN: (found.seen, found.low, found.high),
        LEARNED: (found.learned, np.nan, np.nan),
        EVIDENCE: (found.evidence, np.nan, np.nan),
    }
    frames = (
        pd.DataFrame(
            {
                "month": found.months.astype(int),
                "series": name,
                "share": share,
                "low": low,
                "high": high,
            }
        )
        for name, (share, low, high) in parts.items()
    )
    return pd.concat(frames, ignore_index=True).dropna(subset="share")


def chart(found: Coming, height: int = 320) -> Picture:
    """The three curves, each with its own dash, and the range of the records' own."""
    drawn = rows(found)
    legend = legend_of(SERIES)
    place: Spec = {
        "x": {
            "field": "month",
            "type": "quantitative",
            "title": "Months since referral",
            "axis": {"values": list(range(0, len(found.months), 12)), "grid": False},
            "scale": {"domain": [0, len(found.months) - 1], "nice": False},
        }
    }
    y: Spec = {
        "field": "share",
        "type": "quantitative",
        "title": "Share with the outcome",
        "axis": {"format": ".0%", "tickCount": 5},
        "scale": {"domain": [0, 1]},
    }
    looks: Spec = {
        "color": {
            "field": "series",
            "scale": scale(SERIES, (NAVY, ORANGE, PLUM)),
            "legend": legend,
        },
        "strokeDash": {"field": "series", "scale": scale(SERIES, DASHES[:3]), "legend": legend},
        "tooltip": [
            tip("month", "quantitative", "Months"),
            tip("series", "nominal", "By"),
            tip("share", "quantitative", "Share", ".0%"),
        ],
    }
    own, others = f"datum.series === '{SEEN}'", f"datum.series !== '{SEEN}'"
    band: Spec = {
        "transform": [{"filter": own}],
        "mark": {"type": "area", "opacity": 0.35, "color": SKY, "interpolate": "step-after"},
        "encoding": {**place, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    lines: list[Spec] = [
        {
            "transform": [{"filter": which}],
            "mark": {"type": "line", "strokeWidth": 2.5, "interpolate": how},
            "encoding": {**place, "y": y, **looks},
        }
        for which, how in ((own, "step-after"), (others, "linear"))
    ]
    return picture([band, *lines], drawn, height)


def table(found: Coming) -> pd.DataFrame:
    """The same every half year, as text."""
    every = slice(None, None, _EVERY)
    shown = {
        "Still waiting": [_people(count) for count in found.waiting[every]],
        SEEN: [_share(share) for share in found.seen[every]],
        f"{SEEN}, 80 % sure": [
            "" if np.isnan(low) else f"{per_cent(low)} to {per_cent(high)}"
            for low, high in zip(found.low[every], found.high[every], strict=True)
        ],
        LEARNED: [per_cent(share) for share in found.learned[every]],
        EVIDENCE: [per_cent(share) for share in found.evidence[every]],
    }
    return pd.DataFrame(shown, index=[f"Month {month:.0f}" for month in found.months[every]])


def _people(count: float) -> str:
    return f"{count:,.0f}" if count >= FEWEST_FOLLOWED else f"fewer than {FEWEST_FOLLOWED}"


def _share(share: float) -> str:
    return "too few left" if np.isnan(share) else per_cent(share)
