"""Months summed into rows of cash and present value."""

from __future__ import annotations

import numpy as np
import pytest

from prevention.model.account import Account, discount_factors
from prevention.model.timeline import Timeline
from prevention.years import first_month

PLAN = Timeline(2028, 3, first_month(2028))


def test_cash_rows_are_financial_years() -> None:
    account = Account.of(PLAN, 0.035, 0.02, monthly=True)
    months = np.arange(36.0)[:, None]
    rows = account.rows(months)
    assert rows[account.cash].ravel().tolist() == [66, 210, 354]
    assert rows[account.monthly].ravel().tolist() == list(range(36))


def test_present_value_is_real_and_discounted() -> None:
    """Trap 6: cash is first brought to the first year's prices, then discounted."""
    account = Account.of(PLAN, 0.035, 0.02)
    flow = 100 * 1.02 ** (np.arange(36) // 12)
    found = account.rows(flow[:, None])[account.present].sum()
    real = sum(100 / 1.035 ** ((m + 0.5) / 12) for m in range(36))
    assert found == pytest.approx(real)
    assert found != pytest.approx(sum(f / 1.035 ** ((m + 0.5) / 12) for m, f in enumerate(flow)))


def test_without_a_rate_or_inflation_present_value_is_cash() -> None:
    account = Account.of(PLAN, 0.0, 0.0)
    months = np.random.default_rng(1).normal(size=(36, 4))
    rows = account.rows(months)
    assert rows[account.present] == pytest.approx(rows[account.cash])


def test_a_year_later_is_one_year_discounted() -> None:
    factors = discount_factors(25, 0.035)
    assert factors[12] / factors[0] == pytest.approx(1 / 1.035)
    assert factors[24] / factors[12] == pytest.approx(1 / 1.035)
    assert factors[0] < 1


def test_yearly_figures_reach_the_rows_of_their_year() -> None:
    account = Account.of(PLAN, 0.035, 0.0, monthly=True)
    prices = np.array([[1.0], [2.0], [3.0]])
    spread = account.at_row(prices)
    assert spread[account.cash].ravel().tolist() == [1, 2, 3]
    assert spread[account.monthly].ravel().tolist() == [1.0] * 12 + [2.0] * 12 + [3.0] * 12
