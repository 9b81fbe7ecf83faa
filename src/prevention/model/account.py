"""How months become the rows money is reported in: cash by year, and present value.

A price is one number within a financial year, so months of care are summed to rows
first and multiplied by the price after: the same figure, far fewer products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prevention.model.assumptions import Floats
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Account:
    """Rows that a plan's months are summed into.

    matrix: (rows, plan_months). year_of_row: index of the plan year of each row.
    Rows 0 to years - 1 are cash by year; the next `years` rows the same in present
    value; the next `years` the last month of each year times twelve (the full-year effect
    of what runs by then); then, when `monthly`, one row a month in cash.
    """

    matrix: Floats
    year_of_row: np.ndarray
    years: int

    @classmethod
    def of(
        cls, timeline: Timeline, discount_rate: float, inflation: float, monthly: bool = False
    ) -> Account:
        """Rows for a timeline.

        discount_rate: real, a year; the middle of month m is discounted by
            (1 + rate)^((m + 0.5) / 12).
        inflation: a year; cash of later years is brought to the prices of the first.
        """
        months = np.arange(timeline.plan_months)
        year = months // MONTHS_PER_YEAR
        cash = (year == np.arange(timeline.years)[:, None]).astype(np.float64)
        factor = discount_factors(timeline.plan_months, discount_rate) * (1 + inflation) ** -year
        last = cash * (months % MONTHS_PER_YEAR == MONTHS_PER_YEAR - 1) * MONTHS_PER_YEAR
        rows = [cash, cash * factor, last]
        row_years = [np.arange(timeline.years)] * 3
        if monthly:
            rows.append(np.eye(timeline.plan_months))
            row_years.append(year)
        return cls(np.concatenate(rows), np.concatenate(row_years), timeline.years)

    @property
    def cash(self) -> slice:
        """Rows of nominal cash by financial year."""
        return slice(0, self.years)

    @property
    def present(self) -> slice:
        """Rows of present value by financial year (real, prices of the first year)."""
        return slice(self.years, 2 * self.years)

    @property
    def full_year(self) -> slice:
        """Rows of the last month of each financial year, times twelve."""
        return slice(2 * self.years, 3 * self.years)

    @property
    def monthly(self) -> slice:
        """Rows of nominal cash by month (empty unless asked for)."""
        return slice(3 * self.years, len(self.matrix))

    def rows(self, monthly: Floats) -> Floats:
        """Months summed into rows: (plan_months, n) to (rows, n)."""
        summed: Floats = self.matrix.astype(monthly.dtype, copy=False) @ monthly
        return summed

    def at_row(self, yearly: Floats) -> Floats:
        """Each row's value of a yearly figure: (years, n) to (rows, n)."""
        by_row: Floats = yearly[self.year_of_row]
        return by_row


def discount_factors(months: int, rate: float) -> Floats:
    """Present value today of GBP 1 in the middle of each month, (months,).

    >>> float(discount_factors(1, 0.035).round(6)[0])
    0.998568
    """
    return np.asarray((1 + rate) ** (-(np.arange(months) + 0.5) / MONTHS_PER_YEAR))
