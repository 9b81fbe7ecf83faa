"""Each method by hand, and the fitted ones against statsmodels itself."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import Holt

from prevention.baseline.fitted import FITTED, fitted_paths
from prevention.baseline.methods import (
    LEVELLING,
    METHODS,
    History,
    national_growth_rate,
    own_growth,
    shrunk_growth,
)
from prevention.model.economy import BASELINE_METHODS
from prevention.reports.accuracy import METHOD_NAMES


def history(people: list[list[float]], population: list[list[float]] | None = None) -> History:
    logs = np.log(np.array(people, dtype=float))
    persons = np.array(population, dtype=float) if population else np.full(logs.shape, np.nan)
    return History(logs, np.log(persons))


def test_every_method_has_a_name_and_can_be_chosen() -> None:
    assert set(BASELINE_METHODS) == {*METHODS, *FITTED}
    assert set(BASELINE_METHODS) <= set(METHOD_NAMES)


def test_the_last_value_is_held() -> None:
    assert (METHODS["last_value"](history([[90, 100]]), 3) == 0).all()


def test_a_rate_follows_population() -> None:
    here = history([[100, 100, 100, 100]], [[1000, 1020, 1040.4, 1061.208]])
    assert np.exp(METHODS["rate_x_population"](here, 2)) == pytest.approx(
        np.array([[1.02, 1.02**2]])
    )


def test_rates_level() -> None:
    """Two councils of equal population, one with twice the other's rate, draw together."""
    path = METHODS["levelling"](history([[100], [200]], [[1000], [1000]]), 2)
    gap = np.log(2) / 2
    assert path[0] == pytest.approx([gap * LEVELLING, gap * (1 - (1 - LEVELLING) ** 2)])
    assert path[1] == pytest.approx(-path[0])


def test_without_a_population_nothing_levels() -> None:
    assert (METHODS["levelling"](history([[100], [200]]), 3) == 0).all()


def test_national_growth_is_of_the_total() -> None:
    """300 to 330 over two years, by those with both figures: 4.88 % a year."""
    logs = np.log(np.array([[100, np.nan, 130], [200, 205, 200], [np.nan, 5, 50]]))
    assert np.exp(national_growth_rate(logs)) - 1 == pytest.approx(1.1**0.5 - 1)


def test_drift_is_the_average_change() -> None:
    path = METHODS["drift"](history([[100, 90, 121]]), 2)
    assert np.exp(path) == pytest.approx(np.array([[1.1, 1.21]]))


def test_growth_needs_two_figures() -> None:
    assert np.isnan(own_growth(np.array([[np.nan, 1.0]]), 5)).all()


def test_a_straight_line_is_numpys() -> None:
    people = [100.0, 104, 99, 120, 131]
    fitted = np.polyval(np.polyfit(range(5), people, 1), [5, 6, 7])
    path = METHODS["straight_line"](history([[7, 9, *people]]), 3)
    assert np.exp(path[0]) * 131 == pytest.approx(fitted)


def test_a_straight_line_downwards_stops_above_nothing() -> None:
    path = METHODS["straight_line"](history([[100, 80, 60, 40, 20]]), 5)
    assert np.exp(path[0]) * 20 == pytest.approx([1, 1, 1, 1, 1])


def test_own_growth_is_kept_where_councils_truly_differ() -> None:
    """Half grow 10 % a year, half shrink 10 %, without noise: nothing is drawn in."""
    years = np.arange(6)
    logs = np.array([0.1 * years, -0.1 * years] * 6)
    assert shrunk_growth(logs) == pytest.approx([0.1, -0.1] * 6, abs=0.02)


def test_own_growth_is_dropped_where_it_is_chance() -> None:
    rng = np.random.default_rng(3)
    logs = np.cumsum(rng.normal(0, 0.08, (150, 12)), axis=1) + 5
    national = national_growth_rate(logs, 5)
    assert np.abs(shrunk_growth(logs) - national).max() < 0.03
    assert np.abs(own_growth(logs, 5) - national).max() > 0.08


PEOPLE = [310.0, 322, 340, 333, 351, 362, 360]


def test_holt_and_theta_are_statsmodels_own() -> None:
    people = np.array(PEOPLE)
    holt = Holt(people, initialization_method="estimated").fit().forecast(3)
    theta = ThetaModel(people, period=1, deseasonalize=False).fit().forecast(3)
    paths = fitted_paths(history([PEOPLE]), 3)
    # Where the search for the best fit ends hangs on the processor: seen, 7 in a thousand million.
    assert np.exp(paths["holt"][0]) * 360 == pytest.approx(holt, rel=1e-6)
    assert np.exp(paths["theta"][0]) * 360 == pytest.approx(np.asarray(theta), rel=1e-3)


def test_a_gap_is_joined_before_fitting() -> None:
    whole = fitted_paths(history([[100, 110, 121, 133.1, 140]]), 2)
    gap = fitted_paths(history([[100, 110, float("nan"), 133.1, 140]]), 2)
    assert gap["holt"] == pytest.approx(whole["holt"], abs=1e-6)


def test_fitted_methods_hold_what_they_cannot_fit() -> None:
    """One figure, none, or a series that has stopped: the last figure is held."""
    nan = float("nan")
    paths = fitted_paths(history([[nan, nan, 40], [nan, nan, nan], [40, 41, nan]]), 4)
    assert set(paths) == set(FITTED)
    assert all((path == 0).all() for path in paths.values())


def test_a_combination_is_the_mean_of_three() -> None:
    paths = fitted_paths(history([PEOPLE]), 3)
    three = [paths[name] for name in ("simple_smoothing", "holt", "damped_trend")]
    assert paths["combination"] == pytest.approx(sum(three) / 3)
