"""Answers worked out another way: closed forms, quadrature, people simulated one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import gamma

STAGES, MEAN, SPREAD, HORIZON, SAVING = 4, 18.0, 9.0, 60, 4000.0
"""method.md section 4: Erlang of order 4, mean 18 months, 60 months, GBP 4,000 a month."""

COHORT = 4_032_432
COHORT_FIXED = 2_278_732
INFLOW = 7_379_803
INFLOW_FIXED = 5_772_809
COHORT_NPV = 3_618_524


def erlang(extra: int, horizon: float, stages: int = STAGES, mean: float = MEAN) -> float:
    """F_j: distribution function of Erlang(stages + j, mean / stages) at the horizon."""
    return float(gamma.cdf(horizon, stages + extra, scale=mean / stages))


def cohort_months(horizon: float) -> float:
    """Months of never-ending care avoided per case started at month 0: H F0 - mu F1."""
    return horizon * erlang(0, horizon) - MEAN * erlang(1, horizon)


def inflow_months(horizon: float) -> float:
    """The same for one case a month from month 0 on."""
    return (
        horizon**2 * erlang(0, horizon)
        - 2 * horizon * MEAN * erlang(1, horizon)
        + MEAN**2 * (STAGES + 1) / STAGES * erlang(2, horizon)
    ) / 2


def cohort_present(horizon: float, rate: float) -> float:
    """Discounted months per case started at month 0, at a continuous rate a month."""
    theta = MEAN / STAGES
    shrunk = gamma.cdf(horizon, STAGES, scale=theta / (1 + rate * theta))
    early = (1 + rate * theta) ** -STAGES * shrunk
    return float((early - np.exp(-rate * horizon) * erlang(0, horizon)) / rate)


def inflow_present(horizon: float, rate: float) -> float:
    """Discounted months for one case a month: the cohort's, discounted to each start."""
    found, _ = quad(
        lambda start: np.exp(-rate * start) * cohort_present(horizon - start, rate), 0, horizon
    )
    return float(found)


def survival(age: float, duration: float, fade_out: float, shape: str) -> float:
    """R(age): share still in placement with the effect still holding."""
    if shape == "never-ending":
        still = 1.0
    elif shape == "fixed":
        still = 0.5 if abs(age - duration) < 1e-9 else float(age < duration)
    else:
        still = float(np.exp(-age / duration))
    return still * (1 - fade_out) ** (max(age - 12, 0) / 12)


def care_by_month(
    arrived: Callable[[float], float],
    months: int,
    duration: float,
    fade_out: float,
    shape: str,
    points: int = 40,
) -> NDArray[np.float64]:
    """Average stock in each month, of arrivals given by their cumulative number.

    Integrates the survival of each arrival by fine steps of 1/points month: a reference
    that knows nothing of monthly recursions.
    """
    step = 1 / points
    edges = np.arange(months * points + 1) * step
    arrivals = np.diff([arrived(edge) for edge in edges])
    middles = (edges[:-1] + edges[1:]) / 2
    kept = np.array([survival(age, duration, fade_out, shape) for age in middles - middles[0]])
    kept[0] /= 2  # the middle of a step has seen half of the step's own arrivals
    stock = np.convolve(arrivals, kept)[: months * points]
    return stock.reshape(months, points).mean(axis=1)


def simulated_months(
    people: int,
    lag: Callable[[np.random.Generator, int], NDArray[np.float64]],
    duration: Callable[[np.random.Generator, int], NDArray[np.float64]],
    horizon: float,
    seed: int,
) -> tuple[float, float]:
    """Mean months of care avoided by the horizon per person, and its standard error.

    Each person starts on a random day of month 0, waits a lag, then would have stayed.
    """
    rng = np.random.default_rng(seed)
    begins = rng.random(people) + lag(rng, people)
    stays = np.clip(np.minimum(horizon, begins + duration(rng, people)) - begins, 0, None)
    return float(stays.mean()), float(stays.std() / np.sqrt(people))
