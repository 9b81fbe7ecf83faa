"""Programmes that share people: 78.4 %, never 120 %, and parts that add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.synthetic import chain, line, plan, programme, synthetic_council
from prevention.model.overlap import in_order, shapley

SHARES = st.lists(st.floats(-0.5, 1.0), min_size=2, max_size=6)


def by_permutation(shares: list[float]) -> np.ndarray:
    """Shapley's definition: what each adds on arrival, averaged over every order."""
    added = np.zeros(len(shares))
    orders = list(permutations(range(len(shares))))
    for order in orders:
        left = 1.0
        for place in order:
            added[place] += left * shares[place]
            left *= 1 - shares[place]
    return added / len(orders)


def as_columns(shares: list[float]) -> list[np.ndarray]:
    return [np.array([share]) for share in shares]


def parts_of(share_out: Callable[..., list[np.ndarray]], shares: list[float]) -> np.ndarray:
    """Each programme's part: its share times what is left of it."""
    left = share_out(as_columns(shares))
    return np.array([float(part[0]) * share for part, share in zip(left, shares, strict=True)])


def test_overlap_product() -> None:
    """Three programmes of 40 % avoid 78.4 % together, in equal parts."""
    parts = parts_of(shapley, [0.4, 0.4, 0.4])
    assert parts.sum() == pytest.approx(0.784, abs=1e-15)
    assert parts == pytest.approx([0.784 / 3] * 3)


@settings(deadline=None, max_examples=60)
@given(SHARES)
def test_shapley_parts_are_the_average_over_every_order(shares: list[float]) -> None:
    parts = parts_of(shapley, shares)
    assert parts == pytest.approx(by_permutation(shares), abs=1e-12)
    assert parts.sum() == pytest.approx(1 - np.prod(1 - np.array(shares)), abs=1e-12)


@given(SHARES)
def test_a_stated_order_gives_the_first_its_whole_share(shares: list[float]) -> None:
    parts = parts_of(in_order, shares)
    assert parts[0] == shares[0]
    assert parts.sum() == pytest.approx(1 - np.prod(1 - np.array(shares)), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_together_is_never_more_than_everyone_nor_than_the_sum(shares: list[float]) -> None:
    for share_out in (shapley, in_order):
        parts = parts_of(share_out, shares)
        assert parts.sum() <= min(1.0, sum(shares)) + 1e-12
        assert (parts >= -1e-12).all()
        assert (parts <= np.array(shares) + 1e-12).all()


def test_one_programme_alone_is_not_reduced() -> None:
    assert parts_of(shapley, [0.4]) == pytest.approx([0.4], abs=1e-15)


@pytest.mark.parametrize("people", [100.0, 0.5])
@pytest.mark.parametrize("order", [(), ("a", "b", "c"), ("c", "a", "b")])
def test_three_programmes_of_forty_per_cent_end_to_end(
    order: tuple[str, ...], people: float
) -> None:
    """Each alone would avoid 40 of 100 people from month 13 on; together 78.4.

    In proportion the same where a line holds half a person on average.
    """
    each = {
        "starts": (0.4 * people,),
        "effect": 1.0,
        "lag_shape": "fixed",
        "onset_lag": 0.0,
    }
    chosen = plan(*(programme(i, **each) for i in "abc"), years=2, overlap_order=order)
    outcome, account = chain(chosen, synthetic_council(line(people=people)))
    ladders = {i: outcome.ladders[i, "synthetic-care"] for i in "abc"}
    year_two = {i: ladder.fiscal[account.cash][1, 0] for i, ladder in ladders.items()}
    full_price = people * 4000.0 * 12
    assert sum(year_two.values()) == pytest.approx(0.784 * full_price)
    gross = sum(ladder.gross[account.cash][1, 0] for ladder in ladders.values())
    overlap = sum(ladder.overlap[account.cash][1, 0] for ladder in ladders.values())
    assert gross == pytest.approx(1.2 * full_price)
    assert overlap == pytest.approx(0.416 * full_price)
    parts = dict.fromkeys("abc", 0.784 / 3)
    if order:
        parts = dict(zip(order, (0.4, 0.24, 0.144), strict=True))
    for id_, share in parts.items():
        assert year_two[id_] == pytest.approx(share * full_price)


@pytest.mark.parametrize(
    ("order", "large", "small"), [((), 7.5, 2.5), (("a", "b"), 10.0, 0.0), (("b", "a"), 5.0, 5.0)]
)
def test_a_programme_larger_than_its_line_counts_for_all_of_it(
    order: tuple[str, ...], large: float, small: float
) -> None:
    """Ten people: a would avoid twenty placements, b five. Together ten, whoever comes first."""
    schemes = (programme(i, starts=(n,), lag_shape="fixed") for i, n in (("a", 20.0), ("b", 5.0)))
    chosen = plan(*schemes, years=2, overlap_order=order)
    outcome, account = chain(chosen, synthetic_council(line(people=10.0)))
    second = {
        id_: ladder.fiscal[account.cash][1, 0] / 48_000
        for (id_, _), ladder in outcome.ladders.items()
    }
    assert second == pytest.approx({"a": large, "b": small}, abs=1e-9)


def test_an_order_that_names_some_puts_the_others_after_them() -> None:
    """c is named: it takes its whole; then a and b by name, each from what is left."""
    schemes = (programme(i, starts=(40.0,), lag_shape="fixed") for i in "bac")
    chosen = plan(*schemes, years=2, overlap_order=("c",))
    outcome, account = chain(chosen, synthetic_council(line(people=100.0)))
    second = {
        id_: ladder.fiscal[account.cash][1, 0] / 48_000
        for (id_, _), ladder in outcome.ladders.items()
    }
    assert second == pytest.approx({"c": 40.0, "a": 24.0, "b": 14.4})


def test_a_line_without_people_has_nothing_to_avoid() -> None:
    scheme = programme(lag_shape="fixed", onset_lag=6)
    outcome, account = chain(plan(scheme), synthetic_council(line(people=0.0)))
    ladder = outcome.ladders["synthetic", "synthetic-care"]
    assert np.abs(ladder.cashable[account.cash]).max() < 0.005
    assert np.isfinite(ladder.care).all()


def test_only_the_part_on_the_line_meets_the_others() -> None:
    """Half of a's forty fall here: 20 % and 40 % make 52 %, sixteen people and thirty-six."""
    halves = ({"service": "synthetic-care", "share": 0.5}, {"service": "other", "share": 0.5})
    a = programme("a", starts=(40.0,), lag_shape="fixed", avoids=halves)
    b = programme("b", starts=(40.0,), lag_shape="fixed")
    council = synthetic_council(line(people=100.0), line("other", 1e9))
    outcome, account = chain(plan(a, b, years=2), council)
    second = {
        cell: ladder.fiscal[account.cash][1, 0] / 48_000 for cell, ladder in outcome.ladders.items()
    }
    assert second["a", "synthetic-care"] == pytest.approx(16)
    assert second["b", "synthetic-care"] == pytest.approx(36)
    assert second["a", "other"] == pytest.approx(20)
    a_here = outcome.ladders["a", "synthetic-care"]
    assert a_here.gross[account.cash][1, 0] == pytest.approx(20 * 48_000)
    assert a_here.overlap[account.cash][1, 0] == pytest.approx(4 * 48_000)
    # b's forty stand for 38.3 % of the first year on average; half of that is a's loss.
    assert a_here.begun[0, 0] == pytest.approx(20 * (1 - 0.4 * 11.5 / 12 / 2))


@pytest.mark.parametrize("people", [100.0, 0.5])
def test_a_full_line_is_cut_in_the_months_when_it_is_full(people: float) -> None:
    """A tenth more each month: 5 %, 15 % ... 95 %, then all, and all from then on.

    Over the year that is 58.3 % on average: nothing is lost but in the two full months.
    """
    halves = ({"service": "synthetic-care", "share": 0.5}, {"service": "other", "share": 0.5})
    scheme = programme(starts=(0.2 * people,) * 12, lag_shape="fixed", avoids=halves)
    council = synthetic_council(line(people=people), line("other", 1e9))
    outcome, account = chain(plan(scheme, years=2), council)
    by_month = outcome.ladders["synthetic", "synthetic-care"].fiscal[account.monthly, 0] / 4000
    assert 100 * by_month / people == pytest.approx([*range(5, 100, 10), *[100.0] * 14])


def test_beside_one_that_harms_the_others_still_avoid_no_more_than_there_is() -> None:
    """A hundred people; a alone would avoid 100.5, b adds 0.9: a's are held at a hundred."""
    before = {"go_live": dt.date(2026, 4, 1), "lag_shape": "fixed"}
    a = programme("a", starts=(100.5,), **before)
    b = programme("b", starts=(0.9,), effect=-1.0, **before)
    outcome, account = chain(plan(a, b, years=2), synthetic_council(line(people=100.0)))
    months = {
        id_: ladder.fiscal[account.monthly, 0] / 4000
        for (id_, _), ladder in outcome.ladders.items()
    }
    assert months["a"] == pytest.approx(100.0, abs=1e-9)
    assert (months["b"] < 0).all()
