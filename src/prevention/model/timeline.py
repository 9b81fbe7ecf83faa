"""The months a forecast runs through, and how months add up to financial years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prevention.model.assumptions import Floats
from prevention.years import MONTHS_PER_YEAR, first_month, format_year


@dataclass(frozen=True, slots=True)
class Timeline:
    """Months from the first start of any programme to the end of the plan.

    first_year: year ending of the first forecast year (2028 is 2027/28).
    years: financial years in the plan.
    opening: number of the first month modelled (`prevention.years.month_number`), at or
        before the first month of the plan, so that programmes in flight begin warm.
    """

    first_year: int
    years: int
    opening: int

    @property
    def plan_start(self) -> int:
        """Month number of the first April of the plan."""
        return first_month(self.first_year)

    @property
    def warm_months(self) -> int:
        """Months modelled before the plan begins."""
        return self.plan_start - self.opening

    @property
    def plan_months(self) -> int:
        """Months in the plan."""
        return self.years * MONTHS_PER_YEAR

    @property
    def months(self) -> int:
        """Months modelled in all."""
        return self.warm_months + self.plan_months

    @property
    def year_endings(self) -> tuple[int, ...]:
        """Year ending of each year of the plan."""
        return tuple(range(self.first_year, self.first_year + self.years))

    @property
    def labels(self) -> tuple[str, ...]:
        """Each year of the plan as councils write it: 2027/28."""
        return tuple(format_year(year) for year in self.year_endings)

    def by_year(self, monthly: Floats) -> Floats:
        """Sums by financial year of a plan's months: (plan_months, n) to (years, n)."""
        yearly: Floats = monthly.reshape(self.years, MONTHS_PER_YEAR, *monthly.shape[1:]).sum(
            axis=1
        )
        return yearly

    def spread(self, yearly: Floats) -> Floats:
        """Each year's value in each of its months: (years, n) to (plan_months, n)."""
        return np.repeat(yearly, MONTHS_PER_YEAR, axis=0)
