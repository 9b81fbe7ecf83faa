"""What delivery costs, year by year, worked by hand, and who pays for it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model.synthetic import SERVICE, chain, economy, plan, programme, synthetic_council
from prevention.model.measures import TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import project


def costs(chosen: Programme, measure: str = "delivery_cost", **settings: float) -> list[float]:
    """A measure of the central run by year, GBP."""
    made = plan(chosen, economy=economy(SERVICE, **settings))
    projection = project(made, synthetic_council(), draws=0)
    return np.ravel(projection.central[TOTAL, TOTAL][measure]).tolist()


def funded(source: str, share: float = 1.0, ends: str | None = None) -> Programme:
    """GBP 120,000 a year, paid in part by a source."""
    funding = {"source": source, "share": share} | ({"ends": ends} if ends else {})
    return programme(fixed_cost=120_000, funding=(funding,))


def test_set_up_fixed_and_per_start_cost_add_up() -> None:
    scheme = programme(capacity=2, set_up_cost=30_000, fixed_cost=120_000, cost_per_start=100)
    assert costs(scheme) == [30_000 + 120_000 + 2_400] + [122_400] * 4


def test_cost_rises_each_april_with_pay() -> None:
    found = costs(programme(fixed_cost=120_000), pay_uplift=0.03)
    assert found == [round(120_000 * 1.03**year, 2) for year in range(5)]


def test_cost_optimism_is_added() -> None:
    assert costs(programme(fixed_cost=100_000, cost_optimism_bias=0.05)) == [105_000] * 5


def test_costs_run_from_go_live_to_the_end() -> None:
    scheme = programme(
        go_live=dt.date(2027, 10, 1), ends=dt.date(2029, 6, 30), fixed_cost=120_000, capacity=0
    )
    assert costs(scheme) == [60_000, 120_000, 30_000, 0, 0]


def test_double_running_lasts_to_full_capacity() -> None:
    """Three months' mobilisation and six of ramp: nine months of the old service."""
    scheme = programme(double_running=120_000, mobilisation=3, ramp=6, capacity=0)
    assert costs(scheme) == [90_000, 0, 0, 0, 0]


def test_in_flight_set_up_is_not_counted() -> None:
    """Money spent before the plan is spent whatever is decided now."""
    scheme = programme(go_live=dt.date(2026, 4, 1), set_up_cost=500_000, fixed_cost=12_000)
    assert costs(scheme) == [12_000] * 5


def test_set_up_after_the_plan_is_not_counted() -> None:
    scheme = programme(go_live=dt.date(2033, 4, 1), set_up_cost=500_000, fixed_cost=12_000)
    assert costs(scheme) == [0] * 5


@pytest.mark.parametrize(
    ("source", "measure"),
    [("grant", "external_funding"), ("partner", "external_funding"), ("base", "base_funding")],
)
def test_a_grant_and_the_base_are_not_new_cost(source: str, measure: str) -> None:
    scheme = funded(source, 0.6)
    assert costs(scheme, "delivery_cost_gross") == [120_000] * 5
    assert costs(scheme, measure) == [72_000] * 5
    assert costs(scheme) == [48_000] * 5


@pytest.mark.parametrize("source", ["reserve", "capital-receipts"])
def test_the_councils_own_one_off_money_is_still_its_cost(source: str) -> None:
    assert costs(funded(source)) == [120_000] * 5


def test_a_grant_that_ends_leaves_the_council_to_pay() -> None:
    """A grant to 30 September 2029: two and a half years of it, then none."""
    scheme = funded("grant", 0.5, "2029-09-30")
    assert costs(scheme) == [60_000, 60_000, 90_000, 120_000, 120_000]


def test_a_grant_to_the_end_of_march_covers_all_of_march() -> None:
    """As councils write it: funding that ends 31 March 2029 pays for that day too."""
    scheme = funded("grant", 0.5, "2029-03-31")
    assert costs(scheme) == [60_000, 60_000, 120_000, 120_000, 120_000]


def test_a_programme_that_ends_on_31_march_runs_to_the_end_of_the_year() -> None:
    scheme = programme(fixed_cost=120_000, capacity=0, ends=dt.date(2029, 3, 31))
    assert costs(scheme) == [120_000, 120_000, 0, 0, 0]


def test_cost_of_an_expansion_is_its_own() -> None:
    wave = {
        "go_live": "2028-04-01",
        "fixed_cost": 50_000,
        "set_up_cost": 10_000,
        "funding": [{"source": "grant", "share": 1.0}],
    }
    scheme = programme(fixed_cost=120_000, capacity=0, expansions={"second": wave})
    assert costs(scheme) == [120_000] * 5
    assert costs(scheme, "delivery_cost_gross") == [120_000, 180_000, 170_000, 170_000, 170_000]


def test_delivery_cost_has_a_present_value() -> None:
    """Real and discounted from the middle of each month."""
    scheme = programme(fixed_cost=120_000, capacity=0)
    outcome, account = chain(plan(scheme), synthetic_council())
    found = outcome.costs["synthetic"].council[account.present].sum()
    by_hand = sum(10_000 / 1.035 ** ((month + 0.5) / 12) for month in range(60))
    assert found == pytest.approx(by_hand, rel=1e-9)


def test_net_saving_is_negative_first_and_is_not_clipped() -> None:
    """Worse before better: set-up comes first, and is shown."""
    scheme = programme(set_up_cost=300_000, fixed_cost=100_000, onset_lag=24.0, lag_shape="fixed")
    found = costs(scheme, "net_saving")
    assert found[0] == -400_000
    assert found[1] == -100_000
    assert found[-1] > 0
