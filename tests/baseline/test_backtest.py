"""The back-test on the published figures of every council: how good, how sure, no foresight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from prevention.baseline.backtest import HORIZONS, Trial, history_at, origins_of
from prevention.baseline.fitted import fitted_paths
from prevention.baseline.intervals import SpreadRule, spread, yearly_deviation
from prevention.baseline.methods import METHODS, History
from prevention.baseline.panel import Lines, Panel
from prevention.baseline.running import Question
from prevention.baseline.scores import Score, calibrated, scores
from prevention.evidence.accuracy import Accuracy
from prevention.model.scenarios import Library
from prevention.reports.accuracy import gain, of_line, of_method, verdict

PEOPLE = (
    "children-looked-after",
    "childrens-homes",
    "fostering",
    "semi-independent",
    "residential-65-plus",
    "nursing-65-plus",
)
WARRINGTON = "E06000007"

Trials = Mapping[tuple[str, str], Trial]


def default_scores(trials: Trials, library: Library, service: str) -> tuple[list[Score], str]:
    method = library.economy.services[service].baseline_method
    return scores(trials[service, "people"]), method


@pytest.mark.parametrize("service", PEOPLE)
def test_backtest_beats_or_equals_last_value(
    trials: Trials, library: Library, service: str
) -> None:
    """Over all councils, at every horizon that can be judged."""
    found, method = default_scores(trials, library, service)
    ours, held = of_method(found, method), of_method(found, "last_value")
    assert list(ours) == list(held)
    for horizon, score in ours.items():
        assert score.councils >= 139
        assert score.mase <= held[horizon].mase, (service, horizon)


@pytest.mark.parametrize(
    ("service", "least"), [("children-looked-after", 0.03), ("residential-65-plus", 0.15)]
)
def test_five_years_ahead_the_default_is_better_by_a_margin(
    trials: Trials, library: Library, service: str, least: float
) -> None:
    found, method = default_scores(trials, library, service)
    assert gain(found, method, 5) >= least


def test_warringtons_looked_after_error_is_within_a_tenth(trials: Trials, library: Library) -> None:
    """Mean over the 30 forecasts from 2017 to 2024, one to five years ahead."""
    found = scores(trials["children-looked-after", "people"], [WARRINGTON])
    ours = of_method(found, library.economy.services["children-looked-after"].baseline_method)
    assert sum(score.cases for score in ours.values()) == 30
    mean = sum(score.mape * score.cases for score in ours.values()) / 30
    assert mean <= 0.10


@pytest.mark.parametrize("service", PEOPLE)
def test_baseline_interval_coverage(trials: Trials, library: Library, service: str) -> None:
    """The 80 % range holds between 75 and 85 % of past figures at each horizon."""
    found, method = default_scores(trials, library, service)
    for horizon, score in of_method(found, method).items():
        assert 0.75 <= score.coverage80 <= 0.85, (service, horizon, score.coverage80)


@pytest.mark.parametrize("service", PEOPLE)
def test_coverage_holds_when_an_origin_has_no_say_in_the_width(
    trials: Trials, library: Library, service: str
) -> None:
    """Each origin judged by a width settled on the other origins alone.

    The pandemic year cannot be foreseen from the others, hence the wider limits.
    """
    method = library.economy.services[service].baseline_method
    whole = trials[service, "people"]
    inside: list[bool] = []
    for left_out in range(len(whole.origins)):
        others = [n for n in range(len(whole.origins)) if n != left_out]
        factors = dict(calibrated(_origins(whole, others, method), method))
        alone = _origins(whole, [left_out], method)
        for horizon in range(1, HORIZONS + 1):
            at, cases = horizon - 1, alone.judged[:, :, horizon - 1]
            if horizon in factors and cases.any():
                moved = np.log(alone.actual[:, :, at][cases] / alone.start[:, :, at][cases])
                error = np.abs(moved - alone.paths[method][:, :, at][cases])
                inside += list(error <= 1.2816 * factors[horizon] * alone.spread[:, :, at][cases])
    assert 0.72 <= np.mean(inside) <= 0.86, service


def _origins(trial: Trial, places: list[int], method: str) -> Trial:
    return replace(
        trial,
        origins=tuple(trial.origins[n] for n in places),
        start=trial.start[places],
        actual=trial.actual[places],
        paths={method: trial.paths[method][places]},
        spread=trial.spread[places],
    )


def test_interval_not_narrower_with_horizon(trials: Trials) -> None:
    """For every council, origin and series, one more year is never surer."""
    for trial in trials.values():
        held = ~np.isnan(trial.spread).any(axis=2)
        assert held.any()
        assert (np.diff(trial.spread[held], axis=1) >= 0).all()


def test_trend_option_warns(accuracy: Accuracy) -> None:
    """A straight line is worse than the last value held, for every series, and it is said."""
    for service in PEOPLE:
        found = of_line(accuracy, service, "people")
        assert gain(found, "straight_line", max(of_method(found, "straight_line"))) < 0
        assert "Warning" in verdict(accuracy, service, "people", "straight_line")
        default = accuracy.defaults[service, "people"]
        assert "Warning" not in verdict(accuracy, service, "people", default)


def scrambled(lines: Lines, origin: int) -> Lines:
    """The same lines with every figure after the origin replaced by another."""

    def later(panel: Panel) -> Panel:
        values = panel.values.copy()
        after = values[:, origin - panel.first_year + 1 :]
        after[:] = np.random.default_rng(origin).uniform(1, 1000, after.shape)
        return Panel(panel.codes, panel.first_year, values)

    return replace(lines, panel=later(lines.panel), population=later(lines.population))


@pytest.mark.parametrize("service", PEOPLE)
def test_no_future_leak(asked: Mapping[tuple[str, str], Question], service: str) -> None:
    """Changing the years after an origin changes no forecast and no range made from it."""
    lines = asked[service, "people"].lines
    for origin in origins_of(lines):
        seen, other = history_at(lines, origin), history_at(scrambled(lines, origin), origin)
        for method in METHODS.values():
            assert method(seen, 5).tobytes() == method(other, 5).tobytes()
        widths = [spread(yearly_deviation(h.logs), SpreadRule(), 5) for h in (seen, other)]
        assert widths[0].tobytes() == widths[1].tobytes()


def test_no_future_leak_of_fitted_methods(asked: Mapping[tuple[str, str], Question]) -> None:
    lines = asked["nursing-65-plus", "people"].lines
    origin = origins_of(lines)[-2]
    histories = [history_at(each, origin) for each in (lines, scrambled(lines, origin))]
    seen, other = (fitted_paths(History(h.logs[:3], h.population[:3]), 5) for h in histories)
    assert {n: p.tobytes() for n, p in seen.items()} == {n: p.tobytes() for n, p in other.items()}


@pytest.mark.parametrize("service", PEOPLE)
def test_the_width_in_the_data_is_what_the_back_test_gives(
    trials: Trials, library: Library, service: str
) -> None:
    """Widths settled afresh on each horizon lie within a sixth of those the file states."""
    method = library.economy.services[service].baseline_method
    for horizon, factor in calibrated(trials[service, "people"], method):
        assert factor == pytest.approx(1.0, abs=1 / 6), (service, horizon)


def test_the_reasons_given_for_the_defaults_are_the_back_tests_own(
    trials: Trials, library: Library
) -> None:
    """The percentages, councils and origins quoted in the settings, worked out again."""
    quoted = {
        "children-looked-after": (5, "4.5 %", "152 councils, origins 2017 to 2024"),
        "childrens-homes": (4, "5.3 %", "150 councils, origins 2021 to 2024"),
        "fostering": (5, "", "152 councils, origins 2015 to 2024"),
        "semi-independent": (4, "", "149 councils, origins 2021 to 2024"),
        "residential-65-plus": (5, "22.5 %", "151 councils, origins 2015 to 2022"),
        "nursing-65-plus": (5, "3.6 %", "150 councils, origins 2016 to 2022"),
    }
    for service, (horizon, share, cases) in quoted.items():
        found, method = default_scores(trials, library, service)
        source = library.economy.services[service].baseline_source
        origins = trials[service, "people"].origins
        most = max(score.councils for score in found)
        assert cases == f"{most} councils, origins {origins[0]} to {origins[-1]}"
        assert cases in source
        assert share in source
        if share:
            assert f"{gain(found, method, horizon):.1%}".replace("%", " %") == share
