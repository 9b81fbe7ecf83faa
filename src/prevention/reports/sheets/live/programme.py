"""One programme by month: starts, lag, persistence, care avoided and delivery cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from prevention.model.assumptions import Floats
from prevention.model.programmes import Programme
from prevention.model.projection import Projection
from prevention.model.response import persistent
from prevention.model.timeline import Timeline
from prevention.reports.sheets.live.cells import (
    Figure,
    Figures,
    Formula,
    Line,
    Months,
    Run,
    Years,
    delayed,
    moved,
)
from prevention.reports.sheets.live.inputs import Inputs
from prevention.reports.sheets.live.lags import Moments, Wait, moments
from prevention.reports.sheets.live.waves import Common, Paid, cost, starts, wave_of
from prevention.reports.sheets.page import Page
from prevention.years import MONTHS_PER_YEAR, month_label, month_number

EARLIER = 24
"""Months before the plan that count towards notice already given, as in the model."""

_ROOM = 12
"""Months before the first go-live, so that a start can be moved earlier in the workbook."""

_SHORTEST, _ALL_BUT = 0.05, 1 - 1e-6
"""As in `prevention.model.response`: shortest placement, and a fade-out short of infinite."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a programme's care, starts and cost stand, for the sheets that follow.

    care: placements avoided by month of `timeline`, before overlap. begun: by year.
    """

    timeline: Timeline
    care: Run
    people: Line
    begun: Line
    gross: Line
    external: Line
    in_base: Line
    one_off: Line


def calendar_of(programme: Programme, projection: Projection) -> Timeline:
    """Months of a programme's sheet: from well before its first start to the plan's end."""
    plan = projection.timeline
    live = [int(month_number(rollout.go_live)) for rollout in programme.rollouts.values()]
    opening = min(plan.plan_start - EARLIER, *(month - _ROOM for month in live))
    return Timeline(plan.first_year, plan.years, opening)


@dataclass(frozen=True, slots=True)
class Persistence:
    """How long what is avoided goes on: rates a month, and what is kept and added."""

    duration: Figure
    leaving: Figure
    fading: Figure


def write_programme(page: Page, projection: Projection, inputs: Inputs, id_: str) -> Delivered:
    """Write the sheet of one programme; gives where its results stand."""
    programme = projection.plan.programmes[id_]
    timeline = calendar_of(programme, projection)
    figures = Figures(page)
    stem = f"programmes.{id_}."
    common = Common(
        figures.link("Take-up", inputs.get(stem + "take_up", 1.0), "share"),
        figures.link("Retention", inputs.get(stem + "retention", 1.0), "share"),
        figures.link("Cost per start", inputs.get(stem + "cost_per_start"), "GBP a start"),
    )
    effect = _effect(figures, inputs, stem, programme)
    wait = Wait(
        figures.link("Onset lag, mean", inputs.get(stem + "onset_lag"), "months"),
        figures.link("Onset lag, spread", inputs.get(stem + "onset_spread"), "months"),
    )
    found = moments(programme.lag, wait, figures)
    stay = _persistence(figures, inputs, stem, programme)
    waves = [
        (name, wave_of(figures, inputs, _stem(stem, name), name, rollout, common))
        for name, rollout in programme.rollouts.items()
    ]
    uplift = _uplift(figures, inputs, stem, projection)
    page.row += 1
    yearly_row = page.row
    page.row += 8
    months = Months(page, timeline.months)
    count = months.constants("No.", np.arange(1.0, timeline.months + 1), "count")
    titles = [month_label(timeline.opening + month) for month in range(timeline.months)]
    months.labels("Month", titles)
    at = timeline.opening + np.arange(float(timeline.months))
    number = months.constants("Months since April 2000", at, "count")
    care_by_age, begun_by_age = _weights(months, programme, wait, found, timeline)
    begun = [starts(months, number, wave, timeline, name) for name, wave in waves]
    people = _summed(months, "People started", begun)
    care, onsets = _care(
        months, programme, people, (care_by_age, begun_by_age), effect, wait, stay, count
    )
    paid = [
        cost(months, number, run, wave, common, timeline, name)
        for run, (name, wave) in zip(begun, waves, strict=True)
    ]
    page.freeze(months.first - 1, 2)
    page.sheet.repeat_rows(months.heading)
    page.print_beside(2, months.heading, page.row - 1)
    after, page.row = page.row, yearly_row
    delivered = _by_year(page, projection, timeline, (people, onsets, care), paid, uplift)
    page.row = after
    return delivered


def _stem(stem: str, wave: str) -> str:
    return stem + (f"expansions.{wave}." if wave else "")


def _effect(figures: Figures, inputs: Inputs, stem: str, programme: Programme) -> Figure:
    """The effect, in whichever of its three forms the programme states it."""
    label, unit = "Effect: share of people started whose placement is avoided", "share"
    if programme.effect is not None:
        return figures.link(label, inputs[stem + "effect"], unit)
    if programme.impact is not None:
        impact = figures.link("Impact", inputs[stem + "impact"], unit)
        without = figures.link("Deadweight", inputs[stem + "deadweight"], unit)
        return figures.add(label, f"={impact}-{without}", impact.value - without.value, unit)
    risk = figures.link("Baseline risk", inputs[stem + "baseline_risk"], unit)
    ratio = figures.link("Relative risk", inputs[stem + "relative_risk"], "ratio")
    return figures.add(label, f"={risk}*(1-{ratio})", risk.value * (1 - ratio.value), unit)


def _persistence(figures: Figures, inputs: Inputs, stem: str, programme: Programme) -> Persistence:
    duration = figures.link("Duration of the placement", inputs[stem + "duration"], "months")
    fade = figures.link("Fade-out", inputs.get(stem + "fade_out"), "share a year")
    leaving, rate = "=0", 0.0
    if programme.duration_shape == "geometric":
        leaving, rate = f"=1/MAX({duration},{_SHORTEST})", 1 / max(duration.value, _SHORTEST)
    fading = float(-np.log1p(-min(fade.value, _ALL_BUT)) / MONTHS_PER_YEAR)
    return Persistence(
        duration,
        figures.add("Leaving, rate a month", leaving, rate),
        figures.add("Fading, rate a month", f"=-LN(1-MIN({fade},{_ALL_BUT!r}))/12", fading),
    )


def _uplift(
    figures: Figures, inputs: Inputs, stem: str, projection: Projection
) -> tuple[Figure, Figure, Figure]:
    """Yearly rise, years before the plan, and the addition for optimism."""
    economy = projection.plan.economy
    figures.note("Delivery cost")
    rise = figures.link("Pay and price uplift", inputs["economy.pay_uplift"], "share a year")
    since = projection.plan.first_year - economy.cost_price_year
    years = figures.add("Years from cost prices to the first year", f"={since}", since, "years")
    optimism = inputs.get(stem + "cost_optimism_bias")
    return rise, years, figures.link("Cost optimism bias", optimism, "share")


def _weights(
    months: Months, programme: Programme, wait: Wait, found: Moments, timeline: Timeline
) -> tuple[Run, Run]:
    """Care and onsets by age after one start, the oldest age first.

    Turned round, the weights that meet a run of starts are a run of rows as well.
    """
    count, lag = timeline.months, programme.lag
    ages = np.arange(count, -2.0, -1.0)
    mean = 0.0 if lag.is_point else wait.mean.value
    values = lag.partial_moments(
        np.array(mean), np.array(0.0 if lag.is_point else wait.spread.value), ages
    )
    late = np.maximum(ages, 0.0)
    twice = (late * late * values[0] - 2 * late * values[1] + values[2]) / 2
    once = late * values[0] - values[1]
    age = months.add(
        "Age, months since start", lambda month, own: f"{count - 1 - month}", ages, -1, "count"
    )
    three = [
        months.add(
            title,
            partial(_moment, found, age, place),
            moment,
            -1,
        )
        for place, (title, moment) in enumerate(
            zip(("Lag passed", "First moment", "Second moment"), values, strict=True)
        )
    ]

    def integrated_twice(month: int, own: Run) -> str:
        a, (zero, one, two) = f"MAX({age.at(month)},0)", (run.at(month) for run in three)
        return f"({a}^2*{zero}-2*{a}*{one}+{two})/2"

    def integrated_once(month: int, own: Run) -> str:
        zero, one, _ = (run.at(month) for run in three)
        return f"MAX({age.at(month)},0)*{zero}-{one}"

    g = months.add("Lag twice integrated", integrated_twice, twice, -1)
    h = months.add("Lag once integrated", integrated_once, once, -1)

    def differences(of: Run) -> Formula:
        return lambda month, own: f"{of.at(month - 1)}-2*{of.at(month)}+{of.at(month + 1)}"

    care = months.add("Care by age, one start a month", differences(g), np.diff(twice, n=2))
    onsets = months.add("Onsets by age", differences(h), np.diff(once, n=2))
    return care, onsets


def _moment(found: Moments, age: Run, place: int, month: int, own: Run) -> str:
    return found(age.at(month))[place]


def _summed(months: Months, title: str, runs: Sequence[Run]) -> Run:
    values = np.sum([run.values for run in runs], axis=0)
    return months.add(title, lambda month, own: "+".join(run.at(month) for run in runs), values)


def _care(
    months: Months,
    programme: Programme,
    people: Run,
    weights: tuple[Run, Run],
    effect: Figure,
    wait: Wait,
    stay: Persistence,
    count: Run,
) -> tuple[Run, Run]:
    """Placements avoided by month, and those that would have begun."""
    size = months.count

    def met(by_age: Run) -> Formula:
        def formula(month: int, own: Run) -> str:
            then = by_age.span(size - 1 - month, size)
            return f"{effect}*SUMPRODUCT({people.span(0, month + 1)},{then})"

        return formula

    def together(by_age: Run) -> Floats:
        return effect.value * np.convolve(people.values, by_age.values[::-1])[:size]

    never_ending = months.add("Care if never ending", met(weights[0]), together(weights[0]))
    if programme.lag.is_point:
        onset = months.add(
            "Effect on starts",
            lambda m, own: f"{effect}*{people.at(m)}",
            effect.value * people.values,
        )
        never_ending, begun = (
            _later(months, title, run, wait.mean, count)
            for title, run in (("Care after the lag", never_ending), ("Onsets", onset))
        )
    else:
        begun = months.add("Onsets", met(weights[1]), together(weights[1]))
    return _lasting(months, programme, never_ending, stay, count), begun


def _later(months: Months, title: str, run: Run, by: Figure, count: Run) -> Run:
    whole = int(np.floor(by.value))
    part = by.value - whole
    padded = np.concatenate([np.zeros(whole + 1), run.values])
    size = len(run.values)
    values = (1 - part) * padded[1 : size + 1] + part * padded[:size]
    return months.add(
        title,
        lambda m, own: delayed(run, count.at(m), by),
        values,
    )


def _lasting(months: Months, programme: Programme, care: Run, stay: Persistence, count: Run) -> Run:
    """Care once placements end and the effect fades, from care that never ends."""
    shape = programme.duration_shape
    arrivals = months.add(
        "Arrivals",
        lambda m, own: f"{care.at(m)}-{care.at(m - 1)}" if m else care.at(m),
        np.diff(care.values, prepend=0.0),
    )
    leaving, fading = stay.leaving.value, stay.fading.value
    plain = _stock(months, "Still placed, effect whole", arrivals, f"{stay.leaving}", leaving)
    rate = f"({stay.leaving}+{stay.fading})"
    faded = _stock(months, "Still placed, effect fading", arrivals, rate, leaving + fading)
    values = persistent(
        care.values[:, None],
        np.array([stay.duration.value]),
        np.array([1 - np.exp(-fading * MONTHS_PER_YEAR)]),
        shape,
    )[:, 0]

    def avoided(month: int, own: Run) -> str:
        number, d = count.at(month), stay.duration
        if shape == "fixed":
            beyond = f"MAX({d},12)"
            whole, part = f"INT({beyond})", f"({beyond}-INT({beyond}))"
            left = f"EXP(-{stay.fading}*({whole}-12))*IF({d}>12,1,0)"
            year = faded.at(month - 12) if month >= MONTHS_PER_YEAR else "0"
            return (
                f"{plain.at(month)}-({delayed(plain, number, f'MIN({d},12)')})"
                f"+{year}*IF({d}>12,1,0)"
                f"-{moved(faded, number, whole)}*(1-{part})*{left}"
                f"-{moved(faded, number, f'({whole}+1)')}*{part}*{left}*EXP(-{stay.fading})"
            )
        if month < MONTHS_PER_YEAR:
            return plain.at(month)
        before = month - MONTHS_PER_YEAR
        kept = f"EXP(-12*{stay.leaving})"
        return f"{plain.at(month)}-{kept}*{plain.at(before)}+{kept}*{faded.at(before)}"

    return months.add("Placements avoided, before overlap", avoided, values)


def _stock(months: Months, title: str, arrivals: Run, rate: str, value: float) -> Run:
    """Those who arrive and leave at a constant rate, averaged over each month."""
    entry = -np.expm1(-value) / value if value > 0 else 1.0
    stock = arrivals.values * entry
    for month in range(1, len(stock)):
        stock[month] += np.exp(-value) * stock[month - 1]

    def formula(month: int, own: Run) -> str:
        new = f"{arrivals.at(month)}*IF({rate}>0,(1-EXP(-{rate}))/MAX({rate},1E-300),1)"
        return new + (f"+EXP(-{rate})*{own.at(month - 1)}" if month else "")

    return months.add(title, formula, stock)


def _by_year(
    page: Page,
    projection: Projection,
    timeline: Timeline,
    runs: tuple[Run, Run, Run],
    paid: Sequence[Paid],
    uplift: tuple[Figure, Figure, Figure],
) -> Delivered:
    """Sums by financial year, delivery cost at the prices of the year."""
    years = Years(page, timeline.labels)
    warm = timeline.warm_months
    people, onsets, care = runs
    rise, since, optimism = uplift
    factor = years.add(
        "Rise in delivery cost since cost prices, with optimism",
        "factor",
        lambda y: f"(1+{rise})^({since}+{y})*(1+{optimism})",
        np.array(
            [
                (1 + rise.value) ** (since.value + y) * (1 + optimism.value)
                for y in range(years.years)
            ]
        ),
    )

    def total_of(run: Run) -> Callable[[int], str]:
        def formula(year: int) -> str:
            start = warm + year * MONTHS_PER_YEAR
            return f"SUM({run.span(start, start + MONTHS_PER_YEAR)})"

        return formula

    def costs(label: str, name: str) -> Line:
        parts: list[Run] = [getattr(each, name) for each in paid]
        sums = [total_of(run) for run in parts]
        cash: Floats = np.asarray(np.sum([run.values for run in parts], axis=0), np.float64)
        cash = cash.reshape(timeline.years, -1).sum(axis=1) * factor.values
        return years.add(
            label,
            "GBP",
            lambda y: f"({'+'.join(each(y) for each in sums)})*{factor.at(y)}",
            np.asarray(cash, np.float64),
        )

    def count(label: str, unit: str, run: Run) -> Line:
        by_year: Floats = run.values[warm:].reshape(timeline.years, -1).sum(axis=1)
        return years.add(label, unit, total_of(run), by_year)

    return Delivered(
        timeline,
        care,
        count("People started", "people", people),
        count("Placements that would have begun, avoided", "placements", onsets),
        costs("Delivery cost, all funders", "gross"),
        costs("of which grants and partners", "external"),
        costs("of which already in the base budget", "in_base"),
        costs("of which one-off, new cost to the council", "one_off"),
    )
