"""Every measure by programme, service and year, settled to the penny: what the schedule reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from prevention.model.assumptions import Floats
from prevention.model.ledger import LEAVES, Leaves
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection
from prevention.money import to_pence, to_pounds
from prevention.reports.sheets.lines import one_off_cost
from prevention.reports.sheets.live.cells import Line
from prevention.reports.sheets.live.programme import Delivered
from prevention.reports.sheets.live.service import Met
from prevention.reports.sheets.page import Column, Page, Style
from prevention.years import WEEKS_PER_MONTH

Cell = tuple[str, str]
FIRST = 4
"""Column of the first year: programme, service, measure and unit before."""

_COSTS = {
    "delivery_cost_gross": "gross",
    "external_funding": "external",
    "base_funding": "in_base",
}
ONE_OFF, RECURRENT = "one_off_investment", "recurrent_investment"
"""The council's new cost in two parts: what stops by itself, and the rest."""


def to_the_penny(cell: str) -> str:
    """A cell of pounds to the penny, halves to even, as `prevention.money.to_pence` does."""
    pence = f"ROUND({cell}*100,6)"
    return f"IF(MOD({pence},1)=0.5,2*ROUND({pence}/2,0),ROUND({pence},0))/100"


class Results:
    """The sheet of results; knows where each figure stands."""

    def __init__(
        self,
        page: Page,
        projection: Projection,
        delivered: Mapping[str, Delivered],
        met: Mapping[str, Mapping[str, Met]],
        prices: Mapping[str, Line],
    ) -> None:
        """Begin below the page's notes. met: by service, then programme."""
        self.page, self.projection = page, projection
        self.delivered, self.met, self.prices = delivered, met, prices
        self.labels = projection.timeline.labels
        self.rows: dict[tuple[str, str, str], int] = {}

    def write(self) -> None:
        """Cells first, then the totals that add them up."""
        columns = [
            Column("Programme", "code", 24),
            Column("Service", "code", 20),
            Column("Measure", "code", 24),
            Column("Unit", "code", 12),
            *(Column(label, "money", 14) for label in self.labels),
            *(Column(f"{label} before rounding", "number", 14) for label in self.labels),
        ]
        self.page.head(columns)
        self.page.freeze(self.page.row, FIRST)
        cells = sorted(self.projection.outcome.ladders)
        for cell in cells:
            self._cell(cell)
        programmes = sorted(self.projection.plan.programmes)
        for id_ in programmes:
            self._total((id_, TOTAL), [cell for cell in cells if cell[0] == id_])
            self._one_off(id_)
        for service in sorted({service for _, service in cells}):
            self._total((TOTAL, service), [cell for cell in cells if cell[1] == service])
        self._total((TOTAL, TOTAL), cells)
        self._one_off(TOTAL)
        # Figures before rounding are there to follow a formula back, not to read on paper.
        last = self.page.row - 1
        self.page.sheet.print_area(0, 0, last, FIRST + len(self.labels) - 1)

    def at(self, programme: str, measure: str, year: int, service: str = TOTAL) -> str | None:
        """Where the figure of a programme (or the total) stands; None where there is none."""
        row = self.rows.get((programme, service, measure))
        if row is None:
            return None
        place = xl_rowcol_to_cell(row, FIRST + year, row_abs=True, col_abs=True)
        return f"'{self.page.name}'!{place}"

    def _here(self, cell: Cell, measure: str, year: int) -> str:
        return str(xl_rowcol_to_cell(self.rows[*cell, measure], FIRST + year))

    def _add(self, cell: Cell, measure: str, formulas: Sequence[str], values: Floats) -> None:
        page, row = self.page, self.page.row
        unit = MEASURES[measure].unit if measure in MEASURES else GBP
        texts = (*cell, measure, unit)
        for column, text in enumerate(texts):
            page.put(row, column, text, "code")
        style: Style = "money" if unit == GBP else "number"
        for year, formula in enumerate(formulas):
            page.formula(row, FIRST + year, f"={formula}", float(values[year]), style)
        self.rows[*cell, measure] = row
        page.row += 1

    def _settle(
        self, cell: Cell, measure: str, formulas: Sequence[str], exact: Floats, values: Floats
    ) -> None:
        """A leaf of money, as it comes and then to the penny, halves to even."""
        settled = []
        first = FIRST + len(formulas)
        for year, formula in enumerate(formulas):
            row, column = self.page.row, first + year
            self.page.formula(row, column, f"={formula}", float(exact[year]), "number")
            settled.append(to_the_penny(xl_rowcol_to_cell(row, column)))
        self._add(cell, measure, settled, values)

    def _cell(self, cell: Cell) -> None:
        """One programme on one line: leaves rounded once, the rest by adding."""
        p = self.projection
        leaf, off = self._leaves(cell), Leaves(p.outcome, p.plan, p.account)
        for measure in LEAVES:
            formulas = [leaf[measure](year) for year in range(len(self.labels))]
            values = np.ravel(p.central[cell][measure])
            if MEASURES[measure].unit == GBP:
                exact = np.ravel(off(cell, measure))
                self._settle(cell, measure, formulas, exact, values)
            else:
                self._add(cell, measure, formulas, values)
        self._follow(cell)

    def _leaves(self, cell: Cell) -> dict[str, Callable[[int], str]]:
        """Formulas of each leaf by year: the ladder, and the cost by who pays."""
        id_, service = cell
        m = self.met[service][id_]
        a, weeks = m.acting, repr(WEEKS_PER_MONTH)

        def unit(y: int) -> str:
            return f"{m.price.full(y)}*{weeks}"

        share = self._cost_share(cell)
        return {
            "placements_avoided": lambda y: (
                "0"
                if a.target.price_only
                else f"{self.delivered[id_].begun.full(y)}*{m.left.full(y)}*{a.share.full}"
            ),
            "care_weeks_avoided": lambda y: (
                "0" if a.target.price_only else f"{m.care.full(y)}*{weeks}"
            ),
            "gross_avoided_cost": lambda y: f"{m.alone.full(y)}*{unit(y)}",
            "overlap": lambda y: f"({m.alone.full(y)}-{m.care.full(y)})*{unit(y)}",
            "optimism_bias": lambda y: f"{m.care.full(y)}*{unit(y)}*(1-{a.kept.full})",
            "to_other_bodies": lambda y: (
                f"{m.care.full(y)}*{unit(y)}*({a.kept.full}-{a.council.full})"
            ),
            "not_cashable": lambda y: (
                f"{m.care.full(y)}*{unit(y)}*({a.council.full}-{a.part.full})"
            ),
            "not_released": lambda y: (
                f"({m.care.full(y)}*{a.part.full}-{m.released.full(y)})*{unit(y)}"
            ),
            "already_in_base": lambda y: self._in_base(cell, y),
            "avoided_growth": lambda y: f"{m.growing.full(y)}*{unit(y)}",
            "full_year_effect": lambda y: (
                f"{m.last.full(y)}*12*{unit(y)}-({self._in_base(cell, y)})"
            ),
        } | {
            measure: (lambda y, name=name: f"{getattr(self.delivered[id_], name).full(y)}*{share}")
            for measure, name in _COSTS.items()
        }

    def _cost_share(self, cell: Cell) -> str:
        """A line's part of a programme's cost: its share of the effect that is covered."""
        covered = [
            found[cell[0]].acting.share.full for found in self.met.values() if cell[0] in found
        ]
        own = self.met[cell[1]][cell[0]].acting.share.full
        return f"{own}/({'+'.join(covered)})"

    def _in_base(self, cell: Cell, year: int) -> str:
        """What the base counts, shared by what a placement avoided is worth in year one."""
        id_, service = cell
        own = self.met[service][id_]
        every = [found[id_] for found in self.met.values() if id_ in found]
        worth = [f"MAX({m.acting.share.full}*{m.price.full(0)},0)" for m in every]
        mine = f"MAX({own.acting.share.full}*{own.price.full(0)},0)"
        price = self.prices[service]
        return (
            f"{own.acting.in_base.full}*{mine}/MAX({'+'.join(worth)},0.000000001)"
            f"*{price.full(year)}/{price.full(0)}"
        )

    def _total(self, cell: Cell, parts: Sequence[Cell]) -> None:
        """Leaves added up over the parts, then what follows from them."""
        central = self.projection.central[cell]
        years = range(len(self.labels))
        if cell[1] == TOTAL:
            names = sorted(self.delivered) if cell[0] == TOTAL else [cell[0]]
            formulas = [
                "+".join(self.delivered[id_].people.full(y) for id_ in names) or "0" for y in years
            ]
            self._add(cell, "people_started", formulas, np.ravel(central["people_started"]))
        for measure in LEAVES:
            formulas = []
            for year in years:
                added = "+".join(self._here(part, measure, year) for part in parts) or "0"
                money = MEASURES[measure].unit == GBP
                formulas.append(f"ROUND({added},2)" if money else added)
            self._add(cell, measure, formulas, np.ravel(central[measure]))
        self._follow(cell)

    def _follow(self, cell: Cell) -> None:
        """Measures that follow from leaves by adding and taking away."""
        central = self.projection.central[cell]

        def of(measure: str, y: int) -> str:
            return self._here(cell, measure, y)

        def change(y: int) -> str:
            before = f"-{of('cashable_saving', y - 1)}" if y else ""
            return of("cashable_saving", y) + before

        def running(y: int) -> str:
            before = f"+{of('net_saving_cumulative', y - 1)}" if y else ""
            return of("net_saving", y) + before

        rules = {
            "cashable_saving": lambda y: "-".join(of(m, y) for m in ("gross_avoided_cost", *RUNGS)),
            "saving": lambda y: f"{of('cashable_saving', y)}-{of('avoided_growth', y)}",
            "cost_avoidance": lambda y: of("not_cashable", y),
            "delivery_cost": lambda y: "-".join(
                of(m, y) for m in ("delivery_cost_gross", "external_funding", "base_funding")
            ),
            "net_saving": lambda y: f"{of('cashable_saving', y)}-{of('delivery_cost', y)}",
            "net_saving_cumulative": running,
            "mtfs_increment": change,
        }
        for measure, rule in rules.items():
            row = self.page.row
            self.rows[*cell, measure] = row
            formulas = [f"ROUND({rule(y)},2)" for y in range(len(self.labels))]
            self._add(cell, measure, formulas, np.ravel(central[measure]))

    def _one_off(self, id_: str) -> None:
        """The council's new cost apart: what stops by itself, and what goes on."""
        cell, years = (id_, TOTAL), range(len(self.labels))
        names = sorted(self.delivered) if id_ == TOTAL else [id_]
        spent = one_off_cost(self.projection)
        exact = np.sum([spent[name] for name in names], axis=0) if names else np.zeros(len(years))
        values = to_pounds(to_pence(exact))
        if id_ == TOTAL:
            values = to_pounds(sum(to_pence(spent[name]) for name in names) + to_pence(0 * exact))
            formulas = [
                "+".join(self._here((name, TOTAL), ONE_OFF, y) for name in names) or "0"
                for y in years
            ]
            self._add(cell, ONE_OFF, [f"ROUND({f},2)" for f in formulas], values)
        else:
            formulas = [self.delivered[id_].one_off.full(y) for y in years]
            self._settle(cell, ONE_OFF, formulas, exact, values)
        rest = np.ravel(self.projection.central[cell]["delivery_cost"]) - values
        formulas = [
            f"ROUND({self._here(cell, 'delivery_cost', y)}-{self._here(cell, ONE_OFF, y)},2)"
            for y in years
        ]
        self._add(cell, RECURRENT, formulas, np.round(rest, 2))
