"""As at November 2020: what would have been forecast, and why spend then rose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prevention.baseline.backtest import Trial
from prevention.baseline.choosing import UNFADING, best_method
from prevention.baseline.hindcast import CannotHindcast, Year, bridge, past_forecasts
from prevention.baseline.methods import METHODS
from prevention.baseline.panel import lines_of
from prevention.evidence.lookback import OWN_COUNT, PUBLISHED, look_backs, lookable, spend_bridge
from prevention.model.evidence import CouncilEvidence, ServiceEvidence
from prevention.model.scenarios import Library
from prevention.years import WEEKS_PER_YEAR

WARRINGTON = "E06000007"
Councils = Mapping[str, CouncilEvidence]


def test_warringtons_change_in_spend_adds_up_to_the_pound(councils: Councils) -> None:
    """Children 364 to 310, spend 21.96m to 35.90m: more than all of it is price and mix."""
    found = spend_bridge(councils[WARRINGTON], 2020, 2025)
    assert (found.start, found.end) == (21_959_837, 35_895_782)
    assert found.volume + found.price + found.mix + found.remainder == found.change
    weekly = (1155 + 2220) / 2
    assert found.volume == round((310 - 364) * weekly * WEEKS_PER_YEAR)
    assert found.lines == ("childrens-homes", "fostering")
    homes = (39 / 364 + 41 / 310) / 2 * (6825 - 4305)
    foster = (268 / 364 + 201 / 310) / 2 * (910 - 550)
    assert found.price == round(337 * (homes + foster) * WEEKS_PER_YEAR)
    assert found.mix > 0
    assert 0.3 < found.remainder / found.change < 0.5


def test_every_council_adds_up_or_says_why_not(councils: Councils) -> None:
    refused: list[str] = []
    for evidence in councils.values():
        try:
            found = spend_bridge(evidence, 2020, 2025)
        except CannotHindcast as fault:
            refused.append(str(fault))
            continue
        assert found.volume + found.price + found.mix + found.remainder == found.change
    assert 0 < len(refused) < 15
    assert any("Cumberland" in sentence for sentence in refused)
    assert all("is not published for" in sentence for sentence in refused)


amounts = st.floats(1, 5000)


@given(
    children=st.tuples(amounts, amounts),
    costs=st.tuples(amounts, amounts),
    spends=st.tuples(st.floats(1, 1e8), st.floats(1, 1e8)),
    line=st.tuples(amounts, amounts, amounts, amounts),
)
def test_the_parts_always_add_up(
    children: tuple[float, float],
    costs: tuple[float, float],
    spends: tuple[float, float],
    line: tuple[float, float, float, float],
) -> None:
    years = [
        Year(2020 + n, spends[n], children[n], costs[n], {"a": line[n]}, {"a": line[2 + n]})
        for n in (0, 1)
    ]
    there, back = bridge(*years, 52.0), bridge(*reversed(years), 52.0)
    assert there.volume + there.price + there.mix + there.remainder == there.change
    # Mid-point weights treat both years alike: backwards is the same with the sign changed.
    assert (back.volume, back.price, back.mix) == (-there.volume, -there.price, -there.mix)


def test_nothing_is_left_over_where_every_child_has_a_price() -> None:
    """Two lines hold all the children, and cost times children is spend: no remainder."""
    years = []
    for year, placed, costs in (
        (2020, {"a": 60.0, "b": 40.0}, {"a": 500.0, "b": 4000.0}),
        (2025, {"a": 30.0, "b": 60.0}, {"a": 800.0, "b": 6500.0}),
    ):
        children = sum(placed.values())
        spend = sum(placed[n] * costs[n] for n in placed) * 52
        years.append(Year(year, spend, children, spend / children / 52, placed, costs))
    found = bridge(years[0], years[1], 52.0)
    assert abs(found.remainder) <= 2
    assert found.volume < 0 < found.mix


def test_the_forecast_of_november_2020_uses_nothing_later(councils: Councils) -> None:
    """Every figure after the year used is changed: no forecast moves, only what happened."""
    honest = look_backs(lookable(councils)).of(WARRINGTON)

    def meddled(evidence: CouncilEvidence) -> CouncilEvidence:
        services: dict[str, ServiceEvidence] = {}
        for id_, line in evidence.services.items():
            changed = {
                facet: replace(
                    getattr(line, facet),
                    observations=tuple(
                        replace(o, value=o.value * 7) if o.year_ending > PUBLISHED else o
                        for o in getattr(line, facet).observations
                    ),
                )
                for facet in ("people", "spend", "unit_cost", "population")
            }
            services[id_] = replace(line, **changed)
        return replace(evidence, services=services)

    other = look_backs(lookable({c: meddled(e) for c, e in councils.items()})).of(WARRINGTON)
    assert (honest.people.actual != other.people.actual).all()
    for measure in ("people", "price", "spend"):
        ours, theirs = getattr(honest, measure), getattr(other, measure)
        assert ours.method == theirs.method
        for column in ("central", "p10", "p90"):
            assert getattr(ours, column).tolist() == getattr(theirs, column).tolist()


def test_warringtons_children_stayed_inside_the_range_and_its_spend_did_not_stay_low(
    councils: Councils,
) -> None:
    found = look_backs(lookable(councils)).of(WARRINGTON)
    assert found.people.start == 385
    assert found.people.actual.tolist() == [366, 329, 332, 354, 310]
    assert found.people.inside == 5
    assert found.spend.actual[-1] == 35_895_782
    assert found.spend.central[-1] < found.spend.actual[-1]
    own = look_backs(lookable(councils), OWN_COUNT).of(WARRINGTON)
    assert own.people.start == 364
    assert abs(own.people.central[-1] - 310) < abs(found.people.central[-1] - 310)


def test_every_council_looks_back_or_says_why_not(councils: Councils) -> None:
    people = lines_of(councils, "children-looked-after", "people")
    everywhere = past_forecasts(people, PUBLISHED, (2021, 2025), "levelling_fading")
    refused: dict[str, str] = {}
    for code in councils:
        try:
            found = everywhere.of(code)
            assert np.isfinite(found.central).all()
            assert (found.p10 <= found.central).all()
            assert (found.central <= found.p90).all()
        except CannotHindcast as fault:
            refused[code] = str(fault)
    assert "E06000063" in refused  # Cumberland, formed in 2023
    assert len(refused) < 12
    assert all("nothing to forecast from" in sentence for sentence in refused.values())


def test_the_defaults_are_those_the_rule_gives(
    trials: Mapping[tuple[str, str], Trial], library: Library
) -> None:
    """What the settings state is what the back-test favours, by one rule for every line."""
    assert set(UNFADING) < set(METHODS)
    for (service, measure), trial in trials.items():
        if measure == "people":
            assert best_method(trial) == library.economy.services[service].baseline_method
