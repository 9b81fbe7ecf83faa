"""Random programmes through the whole chain: what must hold whatever they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.strategies import NO_SHRINK, OTHER_SERVICE, programmes
from model.synthetic import SERVICE, economy, line, plan, synthetic_council
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import Projection, project
from prevention.model.summary import annual
from prevention.model.sweep import sweep_lag
from prevention.money import to_pence


def run(*schemes: Programme, draws: int = 0, people: float = 500.0) -> Projection:
    """A plan of random programmes in a council of two lines, the second the cheaper."""
    council = synthetic_council(line(SERVICE, people), line(OTHER_SERVICE, people, 300.0))
    services = economy(SERVICE, OTHER_SERVICE, price_uplift=0.03, people_volatility=0.1)
    return project(plan(*schemes, economy=services), council, draws=draws)


def pence(found: Projection, name: str, programme: str = TOTAL, service: str = TOTAL) -> np.ndarray:
    return to_pence(np.ravel(found.central[programme, service][name]))


@settings(max_examples=40, deadline=None, phases=NO_SHRINK)
@given(programmes())
def test_every_programme_runs_and_adds_up(scheme: Programme) -> None:
    found = run(scheme)
    for cell, measures in found.central.items():
        for name, values in measures.items():
            assert np.isfinite(values).all(), (cell, name)
    gross = pence(found, "gross_avoided_cost")
    assert (
        gross - sum(pence(found, rung) for rung in RUNGS) == pence(found, "cashable_saving")
    ).all()
    services = [s for p, s in found.central if p == "random" and s != TOTAL]
    for name in (n for n, m in MEASURES.items() if m.unit == GBP):
        parts = sum(pence(found, name, "random", service) for service in services)
        assert (parts == pence(found, name)).all()


@settings(max_examples=15, deadline=None, phases=NO_SHRINK)
@given(programmes(uncertain=True), programmes(uncertain=True, id_="other"))
def test_every_pair_of_programmes_stays_within_its_people(one: Programme, two: Programme) -> None:
    found = run(one, two, draws=160, people=20.0)
    for service in (SERVICE, OTHER_SERVICE):
        if (TOTAL, service) not in found.samples:
            continue
        weeks = found.samples[TOTAL, service]["care_weeks_avoided"].astype(float)
        there = found.baselines[service]["people"].astype(float) * 365.25 / 7
        if not any(t.price_only for p in (one, two) for t in p.avoids):
            assert (weeks <= there * (1 + 1e-4)).all()
        assert np.isfinite(weeks).all()


@settings(max_examples=40, deadline=None, phases=NO_SHRINK)
@given(programmes(harm=False))
def test_a_programme_that_does_no_harm_climbs_down_the_ladder(scheme: Programme) -> None:
    """Every rung takes something or nothing off; what is cashable is never above gross."""
    found = run(scheme)
    for rung in RUNGS:
        assert (pence(found, rung) >= -1).all(), rung
    assert (pence(found, "cashable_saving") <= pence(found, "gross_avoided_cost") + 5).all()
    assert (pence(found, "delivery_cost") >= 0).all()
    assert (pence(found, "delivery_cost") <= pence(found, "delivery_cost_gross")).all()


@settings(max_examples=15, deadline=None, phases=NO_SHRINK)
@given(programmes())
def test_half_the_people_save_half(scheme: Programme) -> None:
    """Half the starts, half of everything in proportion to people (no steps, no cap)."""
    plain = scheme.model_copy(update={"release_unit": scheme.fade_out.model_copy(update=ZERO)})
    found = [run(each, people=1e9) for each in (plain, halved(plain))]
    gross = [np.ravel(p.central[TOTAL, TOTAL]["gross_avoided_cost"]) for p in found]
    assert close(gross[1] * 2, gross[0])


ZERO = {"low": 0.0, "central": 0.0, "high": 0.0}


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal to two pence and nine digits."""
    return bool((np.abs(one - other) <= 0.05 + 1e-9 * np.abs(other)).all())


def halved(scheme: Programme) -> Programme:
    """The same programme with half its people."""

    def half(each: Programme) -> dict:
        size = each.capacity.central / 2
        capacity = {"low": size, "central": size, "high": size}
        return {
            "capacity": each.capacity.model_copy(update=capacity),
            "starts": tuple(s / 2 for s in each.starts),
        }

    waves = {name: wave.model_copy(update=half(wave)) for name, wave in scheme.expansions.items()}
    return scheme.model_copy(update={**half(scheme), "expansions": waves})


@settings(max_examples=10, deadline=None, phases=NO_SHRINK)
@given(programmes(harm=False), st.integers(1, 4))
def test_a_longer_plan_only_adds_years(scheme: Programme, years: int) -> None:
    """The first years of a plan do not depend on how many follow."""
    council = synthetic_council(line(SERVICE, 500.0), line(OTHER_SERVICE, 500.0, 300.0))
    services = economy(SERVICE, OTHER_SERVICE)
    short, long = (
        project(plan(scheme, years=n, economy=services), council, draws=0) for n in (years, 6)
    )
    for name in ("people_started", "cashable_saving", "delivery_cost"):
        first = np.ravel(short.central[TOTAL, TOTAL][name])
        assert close(np.ravel(long.central[TOTAL, TOTAL][name])[:years], first)


@settings(max_examples=5, deadline=None, phases=NO_SHRINK)
@given(programmes(harm=False))
def test_rows_and_sweeps_are_finite(scheme: Programme) -> None:
    found = run(scheme)
    assert np.isfinite(annual(found).central.to_numpy(float)).all()
    assert np.isfinite(sweep_lag(found.plan, found.council, "random").net).all()
