"""Care avoided after a lag, for as long as the placement would have lasted."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.references import care_by_month, simulated_months
from model.strategies import LAG_SHAPES, NO_SHRINK, programmes
from model.synthetic import (
    SERVICE,
    chain,
    economy,
    line,
    plan,
    programme,
    ranged,
    synthetic_council,
)
from prevention.model import delivery
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.lag import Lag
from prevention.model.programmes import Programme
from prevention.model.response import (
    delayed,
    monthly_weights,
    persistent,
    total_months,
)
from prevention.model.scenarios import Library, Plan, resolve

YEARS = 10
MONTHS = 12 * YEARS
DURATIONS = ("geometric", "fixed", "never-ending")


def column(value: float) -> np.ndarray:
    return np.array([value])


def care(
    lag: Lag, mean: float, spread: float, duration: float, fade_out: float, shape: str
) -> np.ndarray:
    """Care by month after one start spread over month 0, from the model."""
    never_ending, _ = monthly_weights(lag, column(mean), column(spread), MONTHS)
    return persistent(never_ending, column(duration), column(fade_out), shape)[:, 0]


@pytest.mark.parametrize("shape", DURATIONS)
@pytest.mark.parametrize("fade_out", [0.0, 0.25])
@pytest.mark.parametrize(("mean", "spread", "duration"), [(18.0, 9.0, 24.0), (3.0, 2.0, 9.0)])
def test_persistence_is_the_integral_of_the_survivors(
    shape: str, fade_out: float, mean: float, spread: float, duration: float
) -> None:
    """Month by month against fine integration of each arrival's own survival."""
    lag = Lag("gamma")

    def arrived(age: float) -> float:
        """Onsets by an age, of one person started on a random day of month 0."""
        ages = np.array([age, age - 1])
        once = lag.once_integrated(np.array(mean), np.array(spread), ages)
        return float(once[0] - once[1])

    exact = care_by_month(arrived, MONTHS, duration, fade_out, shape)
    found = care(lag, mean, spread, duration, fade_out, shape)
    by_year = [series.reshape(YEARS, 12).sum(axis=1) for series in (found, exact)]
    assert np.abs(by_year[0] - by_year[1]).max() <= 1e-3 * by_year[1].max()
    assert found.sum() == pytest.approx(exact.sum(), rel=1e-3)


@pytest.mark.parametrize("shape", DURATIONS)
@pytest.mark.parametrize("fade_out", [0.0, 0.16, 0.4])
def test_total_care_is_the_integral_of_the_survival(shape: str, fade_out: float) -> None:
    if shape == "never-ending" and fade_out == 0:
        assert np.isinf(total_months(column(24.0), column(0.0), shape))[0]
        return
    days = np.arange(0, 12 * 200, 0.01) + 0.005
    still = {
        "never-ending": np.ones_like(days),
        "fixed": (days < 24).astype(float),
        "geometric": np.exp(-days / 24),
    }[shape]
    kept = still * (1 - fade_out) ** (np.maximum(days - 12, 0) / 12)
    assert total_months(column(24.0), column(fade_out), shape)[0] == pytest.approx(
        kept.sum() * 0.01, rel=1e-4
    )


@pytest.mark.parametrize(("shape", "fade_out"), [("geometric", 0.0), ("geometric", 0.2)])
def test_geometric_stays_agree_with_people_simulated(shape: str, fade_out: float) -> None:
    """A million people, one by one; fading is each person's chance of relapse at an age."""

    def stays(rng: np.random.Generator, people: int) -> np.ndarray:
        leaves = rng.exponential(18.0, people)
        hazard = -np.log1p(-fade_out) / 12
        relapses = 12 + rng.exponential(1 / hazard, people) if hazard else np.inf
        return np.minimum(leaves, relapses)

    mean, error = simulated_months(
        1_000_000, lambda rng, n: rng.gamma(4, 2.5, n), stays, MONTHS, seed=11
    )
    found = care(Lag("gamma"), 10.0, 5.0, 18.0, fade_out, shape).sum()
    assert found == pytest.approx(mean, abs=4 * error + 1e-3 * mean)


@pytest.mark.parametrize("lag_shape", LAG_SHAPES)
@pytest.mark.parametrize("shape", ["geometric", "fixed"])
def test_a_lag_moves_savings_and_never_makes_them(lag_shape: str, shape: str) -> None:
    """Over thirty years the care avoided is starts x effect x total months, at any lag."""
    expected = 24 * 0.4 * total_months(column(18.0), column(0.1), shape)[0]
    for mean in (0.5, 6.0, 24.0, 48.0):
        scheme = programme(
            starts=(2.0,) * 12,
            effect=0.4,
            onset_lag=mean,
            onset_spread=mean / 3,
            lag_shape=lag_shape,
            lag_profile=(0.0, 0.3, 0.7) if lag_shape == "profile" else (),
            duration=18,
            duration_shape=shape,
            fade_out=0.1,
        )
        outcome, _ = chain(plan(scheme, years=30), synthetic_council())
        delivery = outcome.deliveries["synthetic"]
        assert delivery.care.sum() == pytest.approx(expected, rel=1e-4)
        assert abs(float(delivery.tail[0])) <= 1e-4 * expected


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0, 40))
def test_a_delay_moves_a_flow_and_loses_nothing_inside(flow: list[float], months: float) -> None:
    padded = np.array(flow + [0.0] * 42)[:, None]
    later = delayed(padded, months)
    assert later.sum() == pytest.approx(padded.sum(), abs=1e-9)
    each = delayed(np.hstack([padded, padded]), np.array([months, 0.0]))
    assert each[:, 0] == pytest.approx(later[:, 0])
    assert each[:, 1] == pytest.approx(padded[:, 0])


def grid_error(chosen: Plan, council: CouncilEvidence, count: int = 256) -> float:
    """Largest error of any draw's year of gross cost, over the largest year of that draw
    (or of the central run, where the draw saves less).

    The first draws of a run are worked out the exact way, a lag of its own for each; the
    whole run goes by the grid. Same draws, so the difference is the grid's.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "EXACT_COLUMNS", count)
        few, _ = chain(chosen, council, Draws(count, 1, 0, 96), monthly=False)
    many, account = chain(chosen, council, Draws(count, 1), monthly=False)
    central, _ = chain(chosen, council, monthly=False)
    worst = 0.0
    for cell, ladder in many.ladders.items():
        exact = few.ladders[cell].gross[account.cash].astype(np.float64)
        error = np.abs(ladder.gross[account.cash][:, :96] - exact).max(axis=0)
        usual = np.abs(central.ladders[cell].gross[account.cash]).max()
        largest = np.maximum(np.abs(exact).max(axis=0), max(usual, 1.0))
        worst = max(worst, float((error / largest).max()))
    return worst


@pytest.mark.parametrize(
    "id_",
    [
        "early-help",
        "family-group-conference",
        "frailty-unit",
        "intermediate-care",
        "mockingbird",
        "no-wrong-door",
        "purchasing-framework",
        "reablement",
    ],
)
def test_the_grid_is_as_good_as_exact_for_every_programme_shipped(
    id_: str, library: Library, warrington: CouncilEvidence
) -> None:
    whole = resolve(library.scenarios["whole-system"], library)
    alone = Plan("one", "", "", 2028, 5, {id_: whole.programmes[id_]}, whole.economy)
    assert grid_error(alone, warrington) <= 1e-4


def with_range(lag_shape: str, relative_spread: float, duration_shape: str) -> Programme:
    """A programme with an uncertain lag of a given shape."""
    return programme(
        onset_lag=ranged(9, 16, 28),
        onset_spread=ranged(9 * relative_spread, 16 * relative_spread, 28 * relative_spread),
        lag_shape=lag_shape,
        lag_profile=(0.0, 0.3, 0.7) if lag_shape == "profile" else (),
        duration_shape=duration_shape,
        mobilisation=ranged(2, 4, 8),
        ramp=ranged(3, 6, 12),
    )


@pytest.mark.parametrize(("lag_shape", "ratio"), [*product(LAG_SHAPES, (0.25, 0.5))])
def test_the_grid_is_as_good_as_exact_for_every_lag_shape(lag_shape: str, ratio: float) -> None:
    scheme = with_range(lag_shape, ratio, "geometric")
    assert grid_error(plan(scheme), synthetic_council()) <= 1e-4


@settings(max_examples=12, deadline=None, phases=NO_SHRINK)
@given(programmes(uncertain=True))
def test_the_grid_is_as_good_as_exact_for_random_programmes(scheme: Programme) -> None:
    services = economy(SERVICE)
    chosen = plan(scheme, economy=services)
    assert grid_error(chosen, synthetic_council(line(people=1e6)), 192) <= 1e-4
