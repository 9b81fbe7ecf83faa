"""What care would cost if nothing changed: people, price and their fans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.synthetic import FIRST_YEAR, SERVICE, economy, line, plan, ranged, synthetic_council
from prevention.model.evidence import CouncilEvidence
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, ScenarioError, resolve
from prevention.model.summary import baseline, percentiles


def do_nothing(council: CouncilEvidence, draws: int = 0, **settings: object) -> Projection:
    """A plan with no programme."""
    return project(plan(economy=economy(SERVICE, **settings)), council, draws=draws)


def figure(projection: Projection, measure: str, column: str = "central") -> np.ndarray:
    rows = baseline(projection)
    return rows[(rows.measure == measure) & (rows.service == SERVICE)][column].to_numpy(float)


def test_people_hold_without_a_population() -> None:
    found = do_nothing(synthetic_council(line(people=41.0)))
    assert figure(found, "people") == pytest.approx([41.0] * 5)


def test_people_follow_the_population() -> None:
    """1,000 more each year on 10,000: the rate per head holds, joined by straight lines."""
    population = {2027 + n: 10_000.0 + 1000 * n for n in range(8)}
    found = do_nothing(synthetic_council(line(people=100.0, population=population)))
    base = 10_000 + 1000 * 9 / 12
    middles = [10_000 + 1000 * (year + 15 / 12) for year in range(5)]
    expected = [100 * middle / base for middle in middles]
    assert figure(found, "people") == pytest.approx(expected, rel=1e-3)


def test_population_growth_is_carried_on_past_the_last_figure() -> None:
    population = {2024 + n: 10_000 * 1.02**n for n in range(4)}
    council = synthetic_council(line(people=100.0, people_year=2027, population=population))
    found = figure(do_nothing(council), "people")
    assert found[1:] / found[:-1] == pytest.approx([1.02] * 4, rel=1e-3)
    assert found[0] == pytest.approx(100 * 1.02**0.5, rel=1e-3)


def test_warringtons_children_grow_with_its_children(
    library: Library, warrington: CouncilEvidence
) -> None:
    """41 at March 2025; 0 to 17s grew 1.3 % a year over 2023 to 2025."""
    changes = [("services.childrens-homes.baseline_method", "rate_x_population")]
    chosen = resolve(library.scenarios["do-nothing"], library, changes)
    rows = baseline(project(chosen, warrington, draws=0))
    homes = rows[(rows.service == "childrens-homes") & (rows.measure == "people")]
    yearly = (44_799 / 43_650) ** 0.5
    expected = [41 * yearly**age for age in (2.5, 3.5, 4.5, 5.5, 6.5)]
    assert homes.central.to_numpy(float) == pytest.approx(expected, rel=2e-3)


def test_people_follow_the_outlook_of_the_method_chosen() -> None:
    """Log change .1 a year, straight between whole years, held after the last."""
    path = (0.1, 0.2, 0.3)
    council = synthetic_council(line(people=100.0, people_year=FIRST_YEAR - 1, outlook=path))
    found = figure(do_nothing(council, baseline_method="pooled_damped"), "people")
    expected = [100 * np.exp(0.1 * (year + 0.5)) for year in range(3)] + [100 * np.exp(0.3)] * 2
    assert found == pytest.approx(expected, rel=1e-3)


def test_an_average_over_the_year_stands_in_its_middle() -> None:
    """2026/27's average is a whole year before 2027/28's, a count on 31 March half of one."""
    path = tuple(0.1 * year for year in range(1, 13))
    counted = line(people=100.0, people_year=FIRST_YEAR - 1, outlook=path)
    averaged = replace(counted, over_year=True)
    for each, age in ((counted, 0.5), (averaged, 1.0)):
        found = figure(do_nothing(synthetic_council(each), baseline_method="drift"), "people")
        assert found[0] == pytest.approx(100 * np.exp(0.1 * age), rel=1e-3)


def test_a_method_without_an_outlook_is_refused() -> None:
    bare = replace(line(people=100.0), outlooks={})
    with pytest.raises(ValueError, match=r"No outlook by the method 'holt'.*prevention build"):
        do_nothing(synthetic_council(bare), baseline_method="holt")


def test_an_unknown_method_is_refused_with_those_there_are(library: Library) -> None:
    changes = [("services.fostering.baseline_method", "guess")]
    with pytest.raises(ScenarioError, match=r"baseline_method.*'last_value'"):
        resolve(library.scenarios["do-nothing"], library, changes)


def test_the_fan_shown_is_the_range_tested() -> None:
    """At each year's middle P10 and P90 lie 1.2816 of the stated spread from the centre."""
    spread = (0.05, 0.08, 0.10, 0.115, 0.13, 0.14, 0.15)
    council = synthetic_council(
        line(people=200.0, people_year=FIRST_YEAR - 1, spread=spread, outlook=(0.0,) * 12)
    )
    found = do_nothing(council, draws=4096, people_volatility=None)
    half = np.log(figure(found, "people", "p90") / figure(found, "people", "p10")) / 2
    ages = np.arange(5) + 0.5
    expected = 1.2816 * np.sqrt(np.interp(ages, range(8), [0.0, *np.square(spread)]))
    assert half == pytest.approx(expected, rel=0.1)


def test_beyond_the_years_held_the_fan_goes_on_widening() -> None:
    spread = tuple(0.05 * year**0.5 for year in range(1, 4))
    council = synthetic_council(line(people=200.0, people_year=FIRST_YEAR - 1, spread=spread))
    found = do_nothing(council, draws=4096, people_volatility=None)
    half = np.log(figure(found, "people", "p90") / figure(found, "people", "p10")) / 2
    assert half == pytest.approx(1.2816 * 0.05 * np.sqrt(np.arange(5) + 0.5), rel=0.12)


def test_price_rises_each_april_from_the_year_it_was_published() -> None:
    council = synthetic_council(line(people=10.0, unit_cost=1000.0, price_year=2025))
    found = figure(do_nothing(council, price_uplift=0.05), "unit_cost")
    assert found == pytest.approx([1000 * 1.05 ** (3 + year) for year in range(5)])


def test_spend_is_people_times_weekly_price_times_weeks() -> None:
    """Trap 5: a weekly cost, so 100 people at GBP 1,000 cost GBP 5.2m a year, not 36.5m."""
    council = synthetic_council(line(people=100.0, unit_cost=1000.0))
    assert figure(do_nothing(council), "spend") == pytest.approx([100 * 1000 * 365.25 / 7] * 5)


def test_people_are_not_rounded_before_costing() -> None:
    council = synthetic_council(line(people=0.4, unit_cost=1000.0))
    assert figure(do_nothing(council), "people") == pytest.approx([0.4] * 5)
    assert figure(do_nothing(council), "spend")[0] == pytest.approx(0.4 * 1000 * 365.25 / 7)


def test_the_fan_is_a_random_walk_in_logs() -> None:
    """Volatility 10 %: the 80 % interval of the count h years on is 1.2816 x 0.1 x sqrt(h)."""
    council = synthetic_council(line(people=200.0, people_year=FIRST_YEAR - 1))
    found = do_nothing(council, draws=4096, people_volatility=0.1)
    spread = np.log(figure(found, "people", "p90") / figure(found, "people", "p10")) / 2
    ages = np.arange(5) + 0.5
    expected = 1.2816 * 0.1 * np.sqrt(ages * (1 + 0.12 * (ages > 1)))
    assert spread == pytest.approx(expected, rel=0.12)
    assert (np.diff(spread) > 0).all()
    assert figure(found, "people", "p50") == pytest.approx([200.0] * 5, rel=0.02)


def test_no_volatility_no_fan() -> None:
    found = do_nothing(synthetic_council(line(people=200.0)), draws=256)
    assert figure(found, "people", "p10") == pytest.approx(figure(found, "people", "p90"))


def test_the_margin_is_the_range_of_the_price() -> None:
    council = synthetic_council(line(people=200.0, unit_cost=1000.0))
    found = do_nothing(council, draws=4096, margin=(0.8, 1.35))
    ends = [figure(found, "unit_cost", column)[0] for column in ("p10", "p50", "p90")]
    assert ends == pytest.approx([800, 1000, 1350], rel=0.01)


def test_lines_of_one_directorate_share_the_rise_in_price() -> None:
    """Pay and the market move them together: two lines' rises are one shock."""
    lines = [line(i, 10.0, 1000.0, price_year=2025) for i in ("first", "second")]
    settings = economy("first", "second", price_uplift=ranged(0.02, 0.05, 0.09))
    found = project(plan(economy=settings), synthetic_council(*lines), draws=256).baselines
    assert (found["first"]["unit_cost"] == found["second"]["unit_cost"]).all()
    assert not (found["first"]["unit_cost"][:, 0] == found["first"]["unit_cost"][:, 1]).all()


def test_a_line_without_a_price_is_left_out_and_said(
    library: Library, warrington: CouncilEvidence
) -> None:
    chosen = resolve(library.scenarios["whole-system"], library)
    services = dict(chosen.economy.services)
    services["semi-independent"] = services["semi-independent"].model_copy(
        update={"unit_cost": None}
    )
    priceless = chosen.economy.model_copy(update={"services": services})
    found = project(replace(chosen, economy=priceless), warrington, draws=0)
    assert "semi-independent" not in found.outcome.baselines
    assert any("semi independent" in sentence for sentence in found.missing)


def test_a_plan_that_opens_before_the_last_figure_is_still_finite() -> None:
    """A closed year can be forecast again (`--first-year 2024/25`), to score it."""
    council = synthetic_council(line(people=100.0, people_year=2027))
    settings = economy(SERVICE, people_volatility=0.1)
    found = project(plan(economy=settings, first_year=2025), council, draws=256)
    assert np.isfinite(found.baselines[SERVICE]["people"]).all()


def test_percentiles_equal_numpys() -> None:
    rng = np.random.default_rng(5)
    for draws in (1, 2, 10, 511, 4096):
        samples = rng.normal(size=(3, draws))
        expected = np.percentile(samples, [10, 50, 90], axis=-1).T
        assert percentiles(samples) == pytest.approx(expected, abs=1e-12)
