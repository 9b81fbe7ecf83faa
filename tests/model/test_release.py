"""When the cost of a placement avoided really stops: after notice, and in whole steps."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.synthetic import SERVICE, chain, fixed, line, plan, programme, synthetic_council
from prevention.model.programmes import Programme
from prevention.model.projection import project
from prevention.model.savings import release

NOTHING = np.zeros((0, 1))
"""No months before the plan."""


def cashable(scheme: Programme, years: int = 5, people: float = 1e9) -> np.ndarray:
    """Cashable saving by year in the central run, before rounding."""
    outcome, account = chain(plan(scheme, years=years), synthetic_council(line(people=people)))
    return outcome.ladders[scheme.id, SERVICE].cashable[account.cash, 0]


@given(
    flow=st.lists(st.floats(-3, 8), min_size=1, max_size=40),
    notice=st.sampled_from([0.0, 1.0, 2.5, 12.0]),
    unit=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
)
def test_step_fixed_le_linear(flow: list[float], notice: float, unit: float) -> None:
    """Whole placements after notice: never more than are avoided, in whole steps."""
    avoided = np.array(flow)[:, None]
    found = release(avoided, NOTHING, np.array([notice]), np.array([unit]))
    assert (found <= avoided).all()
    if unit and notice == 0:
        steps = found[avoided > 0] / unit
        assert steps == pytest.approx(np.floor(avoided[avoided > 0] / unit + 1e-6), abs=1e-6)
    if notice == 0:
        assert found[avoided < 0].tolist() == avoided[avoided < 0].tolist()


def test_steps_shrink_to_the_linear_saving() -> None:
    avoided = np.linspace(0, 9, 50)[:, None]
    gaps = [
        float((avoided - release(avoided, NOTHING, np.zeros(1), np.array([unit]))).max())
        for unit in (2.0, 1.0, 0.1, 1e-3)
    ]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] <= 1e-3
    assert (release(avoided, NOTHING, np.zeros(1), np.zeros(1)) == avoided).all()


def test_draws_with_and_without_steps_or_notice_do_not_mix() -> None:
    """Four draws side by side, each as it is alone."""
    avoided = np.array([[0.4], [1.2], [2.5], [3.1], [3.9]])
    notice, unit = np.array([0.0, 0.0, 2.0, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])
    together = release(np.repeat(avoided, 4, axis=1), np.zeros((0, 4)), notice, unit)
    assert together[:, 0].tolist() == [0.4, 1.2, 2.5, 3.1, 3.9]
    assert together[:, 1].tolist() == [0, 1, 2, 3, 3]
    assert together[:, 2].tolist() == [0, 0, 0.4, 1.2, 2.5]
    assert together[:, 3].tolist() == [0, 0, 0, 1, 2]


def test_a_step_is_released_only_when_it_is_whole() -> None:
    """Two-bed tranches: one placement avoided frees nothing, the second frees two."""
    scheme = programme(starts=(1.0,) + (0.0,) * 11 + (1.0,), lag_shape="fixed", release_unit=2)
    saved = cashable(scheme)
    assert saved[0] == 0
    assert saved[2] == pytest.approx(2 * 4000 * 12)


def test_notice_delays_the_cash_and_not_the_care() -> None:
    scheme = programme(starts=(1.0,), lag_shape="fixed", notice=3)
    found = project(plan(scheme, years=2), synthetic_council(), draws=0).central[
        "synthetic", SERVICE
    ]
    gross, late = (np.ravel(found[name]) for name in ("gross_avoided_cost", "not_released"))
    assert gross[0] == pytest.approx(4000 * 11.5)
    assert late[0] == pytest.approx(4000 * 3)
    assert late[1] == 0


def in_flight(**given: object) -> Programme:
    """Two starts a month for two years from a year before the plan, half of it cashable.

    In the month that is t months after go-live, t + 0.5 cashable placements are avoided.
    """
    return programme(
        go_live=dt.date(2026, 4, 1),
        starts=(2.0,) * 24,
        lag_shape="fixed",
        cashable_share=0.5,
        **given,
    )


def test_notice_given_before_the_plan_counts() -> None:
    """Six months' notice: the first April pays for what was avoided the October before."""
    assert cashable(in_flight(notice=6))[0] == pytest.approx(
        4000 * sum(t - 5.5 for t in range(12, 24))
    )
    assert cashable(in_flight())[0] == pytest.approx(4000 * sum(t + 0.5 for t in range(12, 24)))


def test_steps_after_notice_given_before_the_plan() -> None:
    """The same in whole placements: half a placement is not given up."""
    stepped = cashable(in_flight(notice=6, release_unit=1))
    assert stepped[0] == pytest.approx(4000 * sum(t - 6 for t in range(12, 24)))
    in_twos = cashable(in_flight(notice=6, release_unit=2))
    assert in_twos[0] == pytest.approx(4000 * sum((t - 6) // 2 * 2 for t in range(12, 24)))


def test_steps_before_the_plan_count_the_part_on_the_line() -> None:
    """Twice the starts, half of them on the line: the same placements, the same steps."""
    halves = ({"service": SERVICE, "share": 0.5}, {"service": "other", "share": 0.5})
    twice = in_flight(notice=6, release_unit=2).model_dump() | {"starts": (4.0,) * 24}
    scheme = Programme.model_validate(twice | {"avoids": halves})
    outcome, account = chain(plan(scheme), synthetic_council(line(), line("other")))
    saved = outcome.ladders["synthetic", SERVICE].cashable[account.cash, 0]
    assert saved == pytest.approx(cashable(in_flight(notice=6, release_unit=2)))


def test_what_comes_later_takes_nothing_from_notice_already_given() -> None:
    """Another programme from the second year on: the first year's release is as without it."""
    one = in_flight(notice=6, release_unit=0.5)
    later = programme("later", go_live=dt.date(2028, 4, 1), starts=(30.0,), lag_shape="fixed")

    def saved(*schemes: Programme) -> np.ndarray:
        outcome, account = chain(plan(*schemes), synthetic_council(line(people=100.0)))
        return outcome.ladders["synthetic", SERVICE].cashable[account.cash, 0]

    alone, joined = saved(one), saved(one, later)
    assert alone[0] == pytest.approx(4000 * sum(t - 5.5 for t in range(12, 24)))
    assert joined[0] == pytest.approx(alone[0])
    assert joined[1] < 0.95 * alone[1]


def test_steps_count_what_is_cashable_on_one_line() -> None:
    """A quarter of the effect falls on the line, half of it cashable: steps are taken of that."""
    parts = ({"service": SERVICE, "share": 0.25}, {"service": "other", "share": 0.75})
    scheme = programme(starts=(20.0,), lag_shape="fixed", avoids=parts, cashable_share=0.5)
    council = synthetic_council(line(), line("other"))

    def second_year(unit: float) -> float:
        stepped = scheme.model_copy(update={"release_unit": fixed(unit)})
        outcome, account = chain(plan(stepped), council)
        return float(outcome.ladders["synthetic", SERVICE].cashable[account.cash][1, 0])

    full = 4000 * 12
    assert second_year(0) == pytest.approx(2.5 * full)
    assert second_year(1) == pytest.approx(2 * full)
    assert second_year(2) == pytest.approx(2 * full)
    assert second_year(3) == 0
