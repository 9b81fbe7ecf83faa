"""Scores by hand: what each error figure is."""

from __future__ import annotations

import numpy as np
import pytest

from prevention.baseline.backtest import forecasts, origins_of, trial
from prevention.baseline.intervals import SpreadRule, typical_change, yearly_deviation
from prevention.baseline.methods import last_value
from prevention.baseline.panel import Lines, Panel
from prevention.baseline.scores import crps, pinball, scores
from prevention.model.assumptions import Z_90


def lines(values: list[list[float]]) -> Lines:
    panel = Panel(tuple("ABCDEFGH"[: len(values)]), 2020, np.array(values, dtype=float))
    nobody = Panel(panel.codes, 2020, np.full(panel.values.shape, np.nan))
    return Lines("service", "people", panel, nobody)


def test_errors_of_the_last_value_held() -> None:
    """100, 110, 99: from 2021 the forecast of 2022 is 110, out by 11; yearly changes 10, 11."""
    here = lines([[100, 110, 99]])
    judged = trial(here, SpreadRule(), forecasts(here, {"last_value": last_value}, [2021]))
    (found,) = scores(judged)
    assert origins_of(here) == (2021,)
    assert found.mase == pytest.approx(11 / 10.5)
    assert found.mape == pytest.approx(11 / 99)
    assert (found.horizon, found.councils, found.origins, found.cases) == (1, 1, 1, 1)


def test_a_council_without_a_figure_at_either_end_is_not_judged() -> None:
    nan = float("nan")
    here = lines([[100, 110, 99], [100, nan, 90], [100, 110, nan], [5, 0, 5], [7, 7, 7]])
    judged = trial(here, SpreadRule(), forecasts(here, {"last_value": last_value}, [2021]))
    (found,) = scores(judged)
    assert found.cases == 1
    assert scores(judged, ["B"]) == []


def test_the_crps_is_the_integral_it_stands_for() -> None:
    """Integral of (F(x) - 1[x > y])^2 over x, by the trapezium rule."""
    from scipy.stats import norm

    x = np.linspace(-8, 8, 160_001)
    for error, width in ((0.3, 0.5), (-1.2, 0.4), (0.0, 1.0)):
        gap = norm.cdf(x / width) - (x >= error)
        direct = np.trapezoid(gap**2, x)
        assert crps(np.array([error]), np.array([width]))[0] == pytest.approx(direct, abs=1e-4)


def test_without_a_spread_the_crps_is_the_absolute_error() -> None:
    assert crps(np.array([-0.25]), np.array([0.0])).tolist() == [0.25]


def test_pinball_by_hand() -> None:
    """Range -1.2816 to 1.2816 about 0, figure at 2: .1 x 3.2816, .5 x 2, .9 x 0.7184, averaged."""
    found = pinball(np.array([2.0]), np.array([-Z_90]), np.array([Z_90]))[0]
    assert found == pytest.approx((0.1 * 3.28155 + 0.5 * 2 + 0.9 * 0.71845) / 3, abs=1e-5)


def test_a_range_is_widened_where_there_are_few_figures() -> None:
    """Twelve councils alike in their changes; the newest has one change behind it."""
    rng = np.random.default_rng(4)
    logs = np.log(200) + np.cumsum(rng.normal(0, 0.07, (12, 12)), axis=1)
    short = logs.copy()
    short[0, :-2] = np.nan
    assert yearly_deviation(short)[0] > typical_change(short) * 1.1
    one = logs.copy()
    one[0, :-1] = np.nan
    assert yearly_deviation(one)[0] == pytest.approx(typical_change(one) * 2**0.5)


def test_a_line_without_changes_borrows_those_of_another() -> None:
    logs = np.log(np.array([[100, 110, 120.0], [50, 45, 50]]))
    single = logs[:, -1:]
    assert np.isnan(yearly_deviation(single)).all()
    borrowed = yearly_deviation(single, logs)
    assert borrowed == pytest.approx([typical_change(logs) * 2**0.5] * 2)
