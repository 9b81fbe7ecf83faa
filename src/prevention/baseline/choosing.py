"""Which method a back-test favours, by one rule."""

from __future__ import annotations

import numpy as np

from prevention.baseline.backtest import Trial
from prevention.baseline.scores import scores

MARGIN = 0.02
"""A trend carried on in full must beat the best that fades by this share to be taken."""

UNFADING = ("levelling_national", "national_growth", "shrunk_trend", "drift", "straight_line")
"""Methods that carry a trend on in full."""


def best_method(trial: Trial) -> str:
    """The method the back-test favours.

    Of those whose MASE is at no horizon above that of the last value held, the one with
    the lowest mean over horizons; one whose trend does not fade only where it is 2 %
    better than the best of the others.
    """
    found: dict[str, list[float]] = {}
    for score in scores(trial):
        found.setdefault(score.method, []).append(score.mase)
    held = found.get("last_value")
    if not held:
        return "last_value"
    means = {
        name: float(np.mean(errors)) * (1 + MARGIN * (name in UNFADING))
        for name, errors in found.items()
        if all(ours <= theirs for ours, theirs in zip(errors, held, strict=True))
    }
    return min(means, key=lambda name: means[name])
