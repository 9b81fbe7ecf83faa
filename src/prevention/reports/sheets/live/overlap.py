"""How programmes share a service line's people: step 7 of the method, in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from prevention.model.overlap import in_order, shapley
from prevention.reports.sheets.live.cells import Line, Months, Run, Years
from prevention.reports.sheets.live.programme import EARLIER
from prevention.years import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from prevention.reports.sheets.live.service import ServiceSheet


def months_of(run: Run, year: int) -> str:
    """The months of a plan year in a column of a service's sheet."""
    start = EARLIER + year * MONTHS_PER_YEAR
    return run.span(start, start + MONTHS_PER_YEAR)


def _average(run: Run) -> Callable[[int], str]:
    return lambda year: f"AVERAGE({months_of(run, year)})"


def _ratio(own: Line, whole: Line) -> Callable[[int], str]:
    return lambda year: f"{own.at(year)}/{whole.at(year)}"


class Overlap:
    """How programmes share a line's people: rows by year, and a cap by month."""

    def __init__(self, sheet: ServiceSheet, years: Years, people: Run, care: Sequence[Run]) -> None:
        """Average people, each programme's share of them, and what is left of it."""
        self.sheet, self.years, self.care = sheet, years, care
        count, size = years.years, sheet.timeline.plan_months
        by_year = sheet.people.reshape(count, -1)

        average = years.add(
            "People if nothing changes, average",
            "people",
            lambda y: f"MAX(AVERAGE({months_of(people, y)}),0.000001)",
            np.maximum(by_year.mean(axis=1), 1e-6),
        )
        self.yearly = [
            years.add(
                f"{each.name}: avoided alone, average",
                "placements",
                _average(run),
                run.values[-size:].reshape(count, -1).mean(axis=1),
            )
            for each, run in zip(sheet.acting, care, strict=True)
        ]
        self.raw = [
            years.add(
                f"{each.name}: share of the line's people",
                "share",
                _ratio(own, average),
                own.values / average.values,
            )
            for each, own in zip(sheet.acting, self.yearly, strict=True)
        ]
        self.left = self._left()
        together = np.sum(
            [a.values * b.values for a, b in zip(self.yearly, self.left, strict=True)], axis=0
        )
        total = years.add(
            "Avoided by all together, average",
            "placements",
            lambda y: "+".join(
                f"{a.at(y)}*{b.at(y)}" for a, b in zip(self.yearly, self.left, strict=True)
            ),
            together,
        )
        opening = people.at(EARLIER)
        grown = np.maximum(average.values - sheet.people[0], 0)
        met = np.minimum(grown, np.maximum(together, 0)) / np.where(together > 0, together, 1)
        self.growth = years.add(
            "Share of that which only meets growth in demand",
            "share",
            lambda y: (
                f"MIN(MAX({average.at(y)}-{opening},0),MAX({total.at(y)},0))"
                f"/IF({total.at(y)}>0,{total.at(y)},1)"
            ),
            met,
        )
        self._fill(years, people)

    def _left(self) -> list[Line]:
        """What is left of each share beside the others: Shapley, or in a stated order.

        The Shapley value of 1 - product(1 - share) is, for one programme, its share times
        the average over z from 0 to 1 of the product over the others of (1 - z share): a
        polynomial, which a few Gauss-Legendre points average exactly.
        """
        order = self.sheet.plan.overlap_order
        acting = self.sheet.acting
        ranks = sorted(
            range(len(acting)),
            key=lambda i: (
                order.index(acting[i].id_) if acting[i].id_ in order else len(order),
                acting[i].id_,
            ),
        )
        shares = [np.minimum(self.raw[i].values, 1) for i in ranks]
        parts = in_order(shares) if order else shapley(shares)
        values = {
            i: part / np.maximum(self.raw[i].values, 1)
            for i, part in zip(ranks, parts, strict=True)
        }
        points, weights = np.polynomial.legendre.leggauss((len(acting) + 1) // 2)
        pairs = [
            ((z + 1) / 2, w / 2) for z, w in zip(points.tolist(), weights.tolist(), strict=True)
        ]

        def left(i: int, year: int) -> str:
            before = ranks[: ranks.index(i)] if order else [j for j in ranks if j != i]
            capped = [f"MIN({self.raw[j].at(year)},1)" for j in before]
            if order:
                product = "*".join(f"(1-{share})" for share in capped) or "1"
            else:
                product = "+".join(
                    "*".join([repr(w), *(f"(1-{z!r}*{share})" for share in capped)])
                    for z, w in pairs
                )
            return f"({product})/MAX({self.raw[i].at(year)},1)"

        return [
            self.years.add(
                f"{each.name}: left beside the others",
                "factor",
                partial(left, i),
                values[i],
            )
            for i, each in enumerate(acting)
        ]

    def _fill(self, years: Years, people: Run) -> None:
        """Whether all together would avoid more than there is in some month."""
        count, size = years.years, self.sheet.timeline.plan_months
        peaks = [run.values[-size:].reshape(count, -1).max(axis=1) for run in self.care]
        most = np.sum(
            [np.maximum(p, 0) * left.values for p, left in zip(peaks, self.left, strict=True)],
            axis=0,
        )
        least = self.sheet.people.reshape(count, -1).min(axis=1)
        over = years.add(
            "Would avoid more than there is in some month",
            "1: yes",
            lambda y: "IF({}>MIN({}),1,0)".format(
                "+".join(
                    f"MAX(MAX({months_of(run, y)}),0)*{left.at(y)}"
                    for run, left in zip(self.care, self.left, strict=True)
                ),
                months_of(people, y),
            ),
            (most > least).astype(float),
        )
        self.is_full = bool((most > least).any())
        flagged = "+".join(over.at(y) for y in range(count))
        line = years.add("so in the plan", "1: yes", lambda y: f"IF({flagged}>0,1,0)", self.is_full)
        self.full = line.at(0)

    def cap(self, months: Months, people: Run) -> Run:
        """A factor on care by month, so that no month avoids more than its people."""
        size = self.sheet.timeline.plan_months
        rows = [self.sheet.year_of(m) for m in range(EARLIER, EARLIER + size)]
        together = np.sum(
            [
                np.maximum(run.values[-size:], 0) * left.values[rows]
                for run, left in zip(self.care, self.left, strict=True)
            ],
            axis=0,
        )
        there = self.sheet.people

        def formula(month: int, own: Run) -> str:
            year = self.sheet.year_of(month)
            all_of = "+".join(
                f"MAX({run.at(month)},0)*{left.at(year)}"
                for run, left in zip(self.care, self.left, strict=True)
            )
            most = f"MAX({all_of},{people.at(month)},0.000001)"
            return f"IF({self.full}=1,{people.at(month)}/{most},1)"

        values = there / np.maximum(np.maximum(together, there), 1e-6)
        return months.add(
            "Cap: no more than there is",
            formula,
            values if self.is_full else values * 0 + 1,
            EARLIER,
        )
