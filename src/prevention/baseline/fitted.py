"""Methods fitted series by series with statsmodels: smoothing, Holt, damped trend, theta.

History in, log change by year ahead out, as in `methods`. statsmodels takes over a second
to import, so it is imported where it is used.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from threadpoolctl import threadpool_limits

from prevention.baseline.methods import History
from prevention.baseline.panel import Floats, joined

FITTED = ("simple_smoothing", "holt", "damped_trend", "theta", "combination")
"""Methods fitted series by series, by the name `baseline_method` takes."""

_FLOOR = 0.05
"""A trend may reach nothing; it is held at this share of the last figure."""


def fitted_paths(history: History, horizons: int) -> dict[str, Floats]:
    """Log change from the last figure by each fitted method, (councils, horizons).

    A council with fewer than two figures or none at the origin, and a series that cannot
    be fitted, keep the last figure.
    """
    paths = {name: np.zeros((len(history.logs), horizons)) for name in FITTED}
    # Matrices of a handful of numbers: a second thread of BLAS only waits, at twice the time.
    with threadpool_limits(1, user_api="blas"):
        for row, logs in enumerate(joined(history.logs)):
            series = np.exp(logs[~np.isnan(logs)])
            if np.isnan(logs[-1]) or len(series) < 2:
                continue
            for name, ahead in _quietly(series, horizons).items():
                if np.isfinite(ahead).all():
                    paths[name][row] = np.log(np.maximum(ahead / series[-1], _FLOOR))
    three = [paths[name] for name in ("simple_smoothing", "holt", "damped_trend")]
    paths["combination"] = np.mean(three, axis=0)
    return paths


def _quietly(series: Floats, horizons: int) -> Mapping[str, Floats]:
    """The forecasts, without statsmodels' warnings on short series; none if it gives up."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return _forecasts(series, horizons)
        except (ValueError, np.linalg.LinAlgError):
            return {}


def _forecasts(series: Floats, horizons: int) -> dict[str, Floats]:
    from statsmodels.tsa.holtwinters import Holt, SimpleExpSmoothing

    # Without a search of a grid first: on series as short as these it takes a quarter of the
    # time, and what it finds fits the past closer and the years ahead less well.
    smooth = SimpleExpSmoothing(series, initialization_method="estimated").fit(use_brute=False)
    holt = Holt(series, initialization_method="estimated").fit(use_brute=False)
    damped = Holt(series, damped_trend=True, initialization_method="estimated").fit(use_brute=False)
    level = np.asarray(smooth.forecast(horizons))
    return {
        "simple_smoothing": level,
        "holt": np.asarray(holt.forecast(horizons)),
        "damped_trend": np.asarray(damped.forecast(horizons)),
        "theta": theta(series, level, float(smooth.params["smoothing_level"])),
    }


def theta(series: Floats, level: Floats, alpha: float) -> Floats:
    """The theta method: the smoothed level, and half the slope of the whole series.

    level + slope / 2 x (h - 1 + (1 - (1 - alpha)^n) / alpha), with slope the least-squares
    slope of the n figures (Assimakopoulos and Nikolopoulos 2000; Hyndman and Billah 2003).

    level: simple smoothing's forecasts, (horizons,); alpha: its smoothing parameter.
    """
    count = len(series)
    slope = float(np.polyfit(np.arange(count), series, 1)[0])
    alpha = max(alpha, 1e-9)
    ahead = np.arange(len(level)) + (1 - (1 - alpha) ** count) / alpha
    return np.asarray(level + slope / 2 * ahead)
