"""What a back-test says: size of errors, and how often the range held, by year ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from prevention.baseline.backtest import HORIZONS, Trial
from prevention.baseline.panel import Flags, Floats
from prevention.model.assumptions import Z_90


@dataclass(frozen=True, slots=True)
class Score:
    """One method's errors so many years ahead, over councils and origins.

    mase: mean absolute error over the council's mean yearly change. mape: over the actual
        figure. coverage80: share of actual figures between P10 and P90. width80:
        log(P90 / P10). pinball: mean pinball loss of P10, P50 and P90 of the log figure.
    crps: continuous ranked probability score of the log figure.
    councils, origins: how many the figures are over; cases: forecasts judged.
    """

    service: str
    measure: str
    method: str
    horizon: int
    mase: float
    mape: float
    coverage80: float
    width80: float
    pinball: float
    crps: float
    councils: int
    origins: int
    cases: int


def scores(trial: Trial, councils: Iterable[str] | None = None) -> list[Score]:
    """The scores of every method at every horizon that can be judged.

    councils: the codes to judge; None for all.
    """
    chosen = np.array([councils is None or code in set(councils) for code in trial.codes])
    found = []
    for name, path in trial.paths.items():
        for horizon in range(1, HORIZONS + 1):
            cases = trial.judged[:, :, horizon - 1] & chosen
            if cases.any():
                found.append(_score(trial, name, path, horizon, cases))
    return found


def _score(trial: Trial, name: str, path: Floats, horizon: int, cases: Flags) -> Score:
    at = horizon - 1
    ahead, actual = path[:, :, at][cases], trial.actual[:, :, at][cases]
    start, low, high = trial.start[:, :, at][cases], *_range(trial, at, cases)
    scale = np.broadcast_to(trial.scale, cases.shape)[cases]
    missed = np.abs(start * np.exp(ahead) - actual)
    error = np.log(actual / start) - ahead
    return Score(
        trial.service,
        trial.measure,
        name,
        horizon,
        mase=float(np.mean(missed / scale)),
        mape=float(np.mean(missed / actual)),
        coverage80=float(np.mean((low <= error) & (error <= high))),
        width80=float(np.mean(high - low)),
        pinball=float(np.mean(pinball(error, low, high))),
        crps=float(np.mean(crps(error, (high - low) / (2 * Z_90)))),
        councils=int(cases.any(axis=0).sum()),
        origins=int(cases.any(axis=1).sum()),
        cases=int(cases.sum()),
    )


def _range(trial: Trial, at: int, cases: Flags) -> tuple[Floats, Floats]:
    """P10 and P90 of each judged case about its forecast, in logs."""
    spread = Z_90 * trial.spread[:, :, at][cases]
    if trial.band is None:
        return -spread, spread
    low, high = trial.band[:, at]
    return np.full_like(spread, low), np.full_like(spread, high)


def pinball(error: Floats, low: Floats, high: Floats) -> Floats:
    """Mean pinball loss of P10, P50 and P90 about a forecast that is the P50.

    A quantile q costs q a unit where the figure comes above it, 1 - q where below.
    error, low, high: of the figure, P10 and P90, less the forecast.

    >>> pinball(np.array([0.0]), np.array([0.0]), np.array([0.0])).tolist()
    [0.0]
    """
    losses = [
        np.maximum(q * (error - end), (q - 1) * (error - end))
        for q, end in ((0.1, low), (0.5, np.zeros_like(low)), (0.9, high))
    ]
    return np.asarray(np.mean(losses, axis=0))


def crps(error: Floats, spread: Floats) -> Floats:
    """Continuous ranked probability score of a normal curve.

    s (z (2 F(z) - 1) + 2 f(z) - 1 / sqrt(pi)) with z = error / s; the mean absolute error
    of a forecast that claims no spread.

    >>> crps(np.array([0.0]), np.array([1.0])).round(4).tolist()
    [0.2337]
    """
    width = np.where(spread > 0, spread, 1.0)
    z = error / width
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    found = width * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))
    return np.where(spread > 0, found, np.abs(error))


def calibrated(trial: Trial, method: str) -> Iterator[tuple[int, float]]:
    """(horizon, factor): what each horizon's spread must be multiplied by to hold 80 %."""
    for horizon in range(1, HORIZONS + 1):
        cases = trial.judged[:, :, horizon - 1]
        if cases.any():
            at = horizon - 1
            moved = np.log(trial.actual[:, :, at][cases] / trial.start[:, :, at][cases])
            error = moved - trial.paths[method][:, :, at][cases]
            sizes = np.abs(error) / trial.spread[:, :, at][cases]
            yield horizon, float(np.quantile(sizes, 0.8) / Z_90)
