"""One service line: its people and price, who shares them, and what cost is released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from prevention.model.assumptions import Floats
from prevention.model.demand import unit_cost_of
from prevention.model.programmes import Target
from prevention.model.projection import Projection
from prevention.model.savings import release
from prevention.reports.sheets.live.cells import Figure, Figures, Line, Months, Run, Years, delayed
from prevention.reports.sheets.live.inputs import Inputs
from prevention.reports.sheets.live.overlap import Overlap, months_of
from prevention.reports.sheets.live.programme import EARLIER, Delivered
from prevention.reports.sheets.page import Page
from prevention.years import MONTHS_PER_YEAR, month_label


@dataclass(frozen=True, slots=True)
class Acting:
    """A programme on this line: its figures here.

    kept, council, part: what is left of the effect after optimism bias, then of that the
    council's, then the cashable.
    """

    id_: str
    name: str
    target: Target
    delivered: Delivered
    share: Figure
    kept: Figure
    council: Figure
    part: Figure
    notice: Figure
    unit: Figure
    in_base: Figure


@dataclass(frozen=True, slots=True)
class Met:
    """Months of care of one programme on one line, by year, for the ladder.

    alone, care, released, growing: before overlap, after it, with its cost stopped, and of
    that what only meets growth. last: released in the year's last month. price: GBP a week.
    """

    acting: Acting
    alone: Line
    left: Line
    care: Line
    released: Line
    growing: Line
    last: Line
    price: Line


def write_prices(page: Page, projection: Projection, inputs: Inputs) -> dict[str, Line]:
    """The price of a placement on every line, by year: raised every April."""
    figures = Figures(page)
    levels: dict[str, tuple[Figure, Figure, int]] = {}
    services, chosen = projection.council.services, projection.plan.economy.services
    for id_ in projection.outcome.baselines:
        _, year = unit_cost_of(services[id_], chosen[id_])
        name = services[id_].name
        cost = figures.link(f"{name}: unit cost", inputs[f"services.{id_}.unit_cost"], "GBP a week")
        rise = figures.link(
            f"{name}: price uplift", inputs[f"services.{id_}.price_uplift"], "share a year"
        )
        levels[id_] = (cost, rise, projection.plan.first_year - year)
    page.row += 1
    years = Years(page, projection.timeline.labels)
    lines = {}
    for id_, (cost, rise, since) in levels.items():
        lines[id_] = years.add(
            f"{services[id_].name}: price of a placement",
            "GBP a week",
            partial(_price, cost, rise, since),
            projection.outcome.baselines[id_].price[:, 0],
        )
    page.sheet.print_area(0, 0, page.row, 2 + len(projection.timeline.labels))
    return lines


def _price(cost: Figure, rise: Figure, since: int, year: int) -> str:
    return f"{cost}*(1+{rise})^({since}+{year})"


class ServiceSheet:
    """Writes the sheet of one service line."""

    def __init__(
        self,
        page: Page,
        projection: Projection,
        inputs: Inputs,
        service: str,
        delivered: Mapping[str, Delivered],
        prices: Mapping[str, Line],
    ) -> None:
        """Begin with the single figures of every programme that acts on the line."""
        self.page, self.projection, self.prices = page, projection, prices
        self.service, self.plan = service, projection.plan
        figures = Figures(page)
        self.acting = [
            self._acting(figures, inputs, id_, delivered[id_])
            for id_, line in sorted(projection.outcome.ladders)
            if line == service
        ]
        self.timeline = projection.timeline
        self.people = projection.outcome.baselines[service].people[:, 0]
        self.figures = figures
        # Some rows are written last, for they sum what the months below work out.
        page.row += 1
        self.years_row = page.row
        page.row += 8 + 12 * len(self.acting)

    def _acting(self, figures: Figures, inputs: Inputs, id_: str, delivered: Delivered) -> Acting:
        programme = self.plan.programmes[id_]
        target = next(t for t in programme.avoids if t.service == self.service)
        figures.note(programme.name)
        stem = f"programmes.{id_}."
        share = figures.add(
            "Share of the effect on this line (from the programme's document)",
            f"={target.share!r}",
            target.share,
            "share",
        )
        bias = figures.link("Optimism bias", inputs.get(stem + "optimism_bias"), "share")
        council = figures.link("Council share", inputs.get(stem + "council_share", 1.0), "share")
        cashable = figures.link("Cashable share", inputs.get(stem + "cashable_share", 1.0), "share")
        kept = figures.add("Left after optimism bias", f"=1-{bias}", 1 - bias.value, "share")
        own = figures.add(
            "of that the council's", f"={kept}*{council}", kept.value * council.value, "share"
        )
        part = figures.add(
            "of that cashable", f"={own}*{cashable}", own.value * cashable.value, "share"
        )
        return Acting(
            id_,
            programme.name,
            target,
            delivered,
            share,
            kept,
            own,
            part,
            figures.link("Notice", inputs.get(stem + "notice"), "months"),
            figures.link("Release unit", inputs.get(stem + "release_unit"), "placements"),
            figures.link("Already in base", inputs.get(stem + "already_in_base"), "GBP a year"),
        )

    def write(self) -> dict[str, Met]:
        """Months, then the rows by year that read them and that they read."""
        size = self.timeline.plan_months
        months = Months(self.page, EARLIER + size)
        self.count = months.constants("No.", np.arange(1.0, EARLIER + size + 1), "count")
        first = self.timeline.plan_start - EARLIER
        months.labels("Month", [month_label(first + m) for m in range(EARLIER + size)])
        people = months.add(
            "People if nothing changes (forecast, value)",
            lambda m, own: repr(float(self.people[m - EARLIER])),
            self.people,
            EARLIER,
        )
        after, self.page.row = self.page.row, self.years_row
        years = Years(self.page, self.timeline.labels)
        care = [self._care(months, each) for each in self.acting]
        overlap = Overlap(self, years, people, care)
        cap = overlap.cap(months, people)
        found = {}
        for each, run, left in zip(self.acting, care, overlap.left, strict=True):
            found[each.id_] = self._met(months, years, each, run, left, cap, overlap)
        self.page.row = after
        self.page.freeze(months.first - 1, 2)
        self.page.sheet.repeat_rows(months.heading)
        self.page.print_beside(2, months.heading, after - 1)
        return found

    def _care(self, months: Months, each: Acting) -> Run:
        """Care a programme avoids alone on this line, from its own sheet."""
        offset = each.delivered.timeline.warm_months - EARLIER
        return months.add(
            f"{each.name}: avoided alone",
            lambda m, own: f"{each.delivered.care.full(m + offset)}*{each.share}",
            each.delivered.care.values[offset:] * each.share.value,
        )

    def year_of(self, month: int) -> int:
        """The plan year of a month; months before the plan go with its first."""
        return max(month - EARLIER, 0) // MONTHS_PER_YEAR

    def _met(
        self,
        months: Months,
        years: Years,
        each: Acting,
        care: Run,
        left: Line,
        cap: Run,
        overlap: Overlap,
    ) -> Met:
        """What one programme avoids beside the others, and what cost has stopped."""
        by_year = np.array([self.year_of(m) for m in range(len(care.values))])
        full = np.concatenate([np.ones(EARLIER), cap.values])
        avoided_values = care.values * left.values[by_year] * full

        def avoided(month: int, own: Run) -> str:
            capped = f"*{cap.at(month)}" if month >= EARLIER else ""
            return f"{care.at(month)}*{left.at(self.year_of(month))}{capped}"

        ours = months.add(f"{each.name}: avoided beside the others", avoided, avoided_values)
        values = _released(each, care.values, avoided_values, left.values[by_year], overlap.is_full)

        def released(month: int, own: Run) -> str:
            number = self.count.at(month)
            year = left.at(self.year_of(month))
            given_up = delayed(ours, number, each.notice)
            plain = f"MIN({care.at(month)},{delayed(care, number, each.notice)})*{year}*{each.part}"
            step = f"MAX({each.unit},0.000000001)"
            most = f"({given_up})*{each.part}"
            whole = f"IF(AND({each.unit}>0,{most}>0),{step}*INT({most}/{step}+0.000001),{most})"
            stepped = f"MIN({ours.at(month)}*{each.part},{whole})"
            return f"IF(OR({each.unit}>0,{overlap.full}=1),{stepped},{plain})"

        stopped = months.add(f"{each.name}: cost stopped", released, values, EARLIER)
        return self._rows(years, each, care, left, (ours, stopped), overlap.growth)

    def _rows(
        self,
        years: Years,
        each: Acting,
        care: Run,
        left: Line,
        runs: tuple[Run, Run],
        growth: Line,
    ) -> Met:
        avoided, stopped = runs
        title = each.name

        def added(label: str, run: Run) -> Line:
            values = run.values[-self.timeline.plan_months :]
            by_year = values.reshape(years.years, -1).sum(axis=1)
            return years.add(label, "months", lambda y: f"SUM({months_of(run, y)})", by_year)

        alone = added(f"{title}: care alone", care)
        met = added(f"{title}: care after overlap", avoided)
        out = added(f"{title}: care whose cost has stopped", stopped)
        growing = years.add(
            f"{title}: of that meeting growth",
            "months",
            lambda y: f"{out.at(y)}*{growth.at(y)}",
            out.values * growth.values,
        )
        last = years.add(
            f"{title}: cost stopped in the last month",
            "months",
            lambda y: stopped.at(EARLIER + (y + 1) * MONTHS_PER_YEAR - 1),
            stopped.values.reshape(years.years, -1)[:, -1],
        )
        return Met(each, alone, left, met, out, growing, last, self._price(years, each))

    def _price(self, years: Years, each: Acting) -> Line:
        own, other = self.prices[self.service], each.target.replaced_by
        instead = self.prices[other] if other else None
        return years.add(
            f"{each.name}: price avoided, less what replaces it",
            "GBP a week",
            lambda y: own.full(y) + (f"-{instead.full(y)}" if instead else ""),
            own.values - (instead.values if instead else 0.0),
        )


def _released(each: Acting, care: Floats, avoided: Floats, left: Floats, full: bool) -> Floats:
    """Stored values of what has stopped, by the model's own rule."""
    notice, unit, part = np.array([each.notice.value]), each.unit.value, each.part.value
    if unit > 0 or full:
        flow = (avoided * part)[:, None]
        steps = release(flow[EARLIER:], flow[:EARLIER], notice, np.array([unit]))
        return steps[:, 0]
    flow = care[:, None]
    plain = release(flow[EARLIER:], flow[:EARLIER], notice, np.zeros(1))
    return plain[:, 0] * left[EARLIER:] * part
