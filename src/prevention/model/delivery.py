"""What a programme delivers in a block of draws: people started, care avoided, its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prevention.model.account import Account
from prevention.model.assumptions import QUANTITIES, Assumption, Floats
from prevention.model.draws import Z_LIMIT, Draws
from prevention.model.economy import Economy
from prevention.model.grid import Curves, Grid, curves_through
from prevention.model.lag import Lag
from prevention.model.memo import Cache
from prevention.model.programmes import Programme, Rollout, effect_of, stream_of
from prevention.model.response import (
    ByMonth,
    Delay,
    Response,
    delayed,
    monthly_weights,
    persistent,
    response_rows,
    total_months,
)
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, first_month, month_after, month_number

LONGEST_NOTICE = 24
"""Months before the plan that are kept, so that notice already given counts."""

EXACT_COLUMNS = 128
"""Up to so many columns the lag is worked out exactly in each, without interpolation."""


@dataclass(frozen=True, slots=True)
class Starts:
    """People started by month, held as a schedule and each draw's delay and scale.

    by_delay: starts per unit of capacity in the months of the plan, (plan_months, 1), by
    whole months of delay. scale: people per unit of capacity, (n,).
    """

    by_delay: Mapping[int, Floats]
    delay: Delay
    scale: Floats

    def rows(self, matrix: Floats) -> Floats:
        """Months of the plan summed into rows: matrix (rows, plan_months) gives (rows, n)."""
        summed = {
            whole: (matrix @ flow).astype(self.scale.dtype) for whole, flow in self.by_delay.items()
        }
        people: Floats = self.delay.mixed(summed, None) * self.scale
        return people


@dataclass(frozen=True, slots=True)
class Delivery:
    """One programme in a block of draws.

    values: every drawn assumption by name, each (n,).
    starts: people started, by wave.
    begun: placements avoided that would have begun in the year, (years, n).
    care: placements avoided, averaged over the month, (plan_months, n); earlier: the same
    in the last months before the plan (two years at most), (k, n).
    tail: months of care still to come after the plan from starts inside it, (n,).
    """

    values: dict[str, Floats]
    starts: dict[str, Starts]
    begun: Floats
    care: Floats
    earlier: Floats
    tail: Floats


def deliver(
    programme: Programme,
    first_year: int,
    years: int,
    draws: Draws,
    memo: Cache | None = None,
    event_noise: bool = False,
) -> Delivery:
    """Starts, then lag, then care avoided: steps 2 to 6 of the method.

    care(t) = sum over s <= t of starts(s) x effect x (lag * persistence)(t - s).

    event_noise: draw whole placements avoided in each year instead of their expectation.
    """
    memo = Cache() if memo is None else memo
    timeline = _own_timeline(programme, first_year, years)
    values = _values(programme, draws)
    effect = effect_of(programme, values)
    starts: dict[str, Starts] = {}
    care = np.zeros((timeline.months, draws.size), draws.dtype)
    begun = np.zeros((years, draws.size), draws.dtype)
    started = np.zeros(draws.size)
    for wave, rollout in programme.rollouts.items():
        delay = Delay.of(_delay(programme, wave, rollout, draws))
        response, shares = _response(programme, rollout, timeline, draws, values, delay, memo)
        people = _people_per_unit(programme, wave, rollout, values, draws)
        avoided = people * effect
        if rollout.only_moves:
            care[response.first :] += delay.moved(response.care[0], shares) * avoided
        else:
            care[response.first :] += delay.mixed(response.care, shares) * avoided
        if programme.lag.is_point:
            flow = delayed(delay.mixed(response.starts, None) * avoided, values["onset_lag"])
            begun += timeline.by_year(flow[timeline.warm_months :])
        else:
            begun += delay.mixed(response.begun, shares) * avoided
        in_plan = {d: flow[timeline.warm_months :] for d, flow in response.starts.items()}
        starts[wave] = Starts(in_plan, delay, people)
        started += delay.mixed({d: f.sum(0)[None] for d, f in response.starts.items()}, None)[0] * (
            people
        )
    if programme.lag.is_point:
        care = delayed(care, values["onset_lag"])
    if event_noise and draws.count:
        care, begun = _with_events(care, begun, timeline, draws, programme.id)
    shape = programme.duration_shape
    care = persistent(care, values["duration"], values["fade_out"], shape)
    whole = total_months(values["duration"], values["fade_out"], shape)
    with np.errstate(invalid="ignore"):
        due = np.where(started * effect == 0, 0.0, started * effect * whole)
    warm = timeline.warm_months
    earlier = care[max(warm - LONGEST_NOTICE, 0) : warm]
    return Delivery(values, starts, begun, care[warm:], earlier, due - care.sum(axis=0))


def _with_events(
    care: Floats, begun: Floats, timeline: Timeline, draws: Draws, id_: str
) -> tuple[Floats, Floats]:
    """Whole placements where their expectation stood: a Poisson count in each year.

    What arrives in a year is scaled to the count drawn over the count expected, so the
    average is kept and small programmes show how lumpy they are. Years before the plan
    have happened and are left alone.
    """
    from scipy.special import ndtr
    from scipy.stats import poisson  # half a second to import, and seldom wanted

    expected = np.abs(begun)
    chance = ndtr(draws.scores(f"events/{id_}", timeline.years))
    counts = poisson.ppf(chance, expected)
    factor = np.where(expected > 0, counts / np.where(expected > 0, expected, 1), 1)
    arrivals = np.diff(care, axis=0, prepend=care.dtype.type(0))
    arrivals[timeline.warm_months :] *= timeline.spread(factor)
    noisy: Floats = (begun * factor).astype(begun.dtype)
    return np.cumsum(arrivals, axis=0), noisy


def _own_timeline(programme: Programme, first_year: int, years: int) -> Timeline:
    """From the programme's own first start (or the plan's first month) to the plan's end."""
    live = [int(month_number(rollout.go_live)) for rollout in programme.rollouts.values()]
    return Timeline(first_year, years, min([first_month(first_year), *live]))


def _values(programme: Programme, draws: Draws) -> dict[str, Floats]:
    stream = stream_of(programme.id)
    drawn = {name: draws.values(stream, name, a) for name, a in programme.assumptions()}
    drawn.setdefault("optimism_bias", np.zeros(draws.size, draws.dtype))
    return drawn


def _people_per_unit(
    programme: Programme, wave: str, rollout: Rollout, values: dict[str, Floats], draws: Draws
) -> Floats:
    """People started per unit of the schedule: 1 where the schedule is itself people."""
    if rollout.starts:
        return np.ones(draws.size, draws.dtype)
    capacity = draws.values(stream_of(programme.id, wave), "capacity", rollout.capacity)
    return capacity * values["take_up"] * values["retention"]


def central_starts(programme: Programme, timeline: Timeline) -> dict[str, Floats]:
    """People started in each month of a timeline, (months,), by wave, in the central case."""
    draws = Draws(0)
    values, found = _values(programme, draws), {}
    for wave, rollout in programme.rollouts.items():
        delay = Delay.of(_delay(programme, wave, rollout, draws))
        needed = {d for whole, _ in delay.groups for d in (whole, whole + 1)}
        flows = {d: rollout.starts_by_month(timeline, d)[:, None] for d in needed}
        people = _people_per_unit(programme, wave, rollout, values, draws)
        found[wave] = (delay.mixed(flows, None) * people)[:, 0]
    return found


def _delay(programme: Programme, wave: str, rollout: Rollout, draws: Draws) -> Floats:
    """Months by which a draw's starts are later than go-live, (n,).

    The mobilisation drawn, and half of what the ramp drawn is longer than the central
    one (a straight ramp reaches its people half its length later on average).
    """
    if rollout.starts:
        return np.zeros(draws.size, draws.dtype)
    stream = stream_of(programme.id, wave)
    ramp = draws.values(stream, "ramp", rollout.ramp) - draws.dtype(rollout.ramp.central)
    mobilisation = draws.values(stream, "mobilisation", rollout.mobilisation)
    return np.maximum(mobilisation + ramp / 2, 0)


def _response(
    programme: Programme,
    rollout: Rollout,
    timeline: Timeline,
    draws: Draws,
    values: dict[str, Floats],
    delay: Delay,
    memo: Cache,
) -> tuple[Response, Floats | None]:
    """The response of a wave, and the share of its curves in each draw, in order of delay.

    Few columns: exact, a lag each. Many: by the grid over the range drawn, worked out once
    and kept in the cache for later blocks, slider moves and runs.
    """
    lag, spread = values["onset_lag"], values["onset_spread"]
    # By all the draws, not those of this block: the size of a block changes no figure.
    if (draws.count or draws.size) <= EXACT_COLUMNS or programme.lag.is_cheap:
        if programme.lag.is_point:
            lag, spread = np.zeros(1), np.zeros(1)
        elif np.ptp(lag) == np.ptp(spread) == 0:
            lag, spread = lag[:1], spread[:1]
        else:
            lag, spread = lag[delay.order], spread[delay.order]
        needed = sorted({0, *(d for whole, _ in delay.groups for d in (whole, whole + 1))})
        starts = {d: rollout.starts_by_month(timeline, d) for d in needed}
        lag, spread = lag.astype(np.float64), spread.astype(np.float64)
        exact = _exact(programme.lag, lag, spread, timeline.months, draws)
        rows = response_rows(exact, starts, timeline, rollout.only_moves)
        return Response.of(rows, starts, timeline, rollout.only_moves, draws.dtype), None
    response, curves = memo(
        ("response", programme.lag, _grid(programme), rollout.schedule_key, timeline),
        lambda: _by_curves(programme, rollout, timeline, draws, memo),
    )
    return response, curves.shares(lag[delay.order], spread[delay.order])


def _exact(lag: Lag, mean: Floats, spread: Floats, months: int, draws: Draws) -> ByMonth:
    """Care and onsets by month after a start, (months, n), kept for other runs."""
    if lag.is_point or lag.is_cheap:
        return monthly_weights(lag, mean, spread, months)
    care, onsets = draws.kept(
        "lags",
        f"{lag}, means {mean.tobytes().hex()}, spreads {spread.tobytes().hex()}, {months} months",
        lambda: np.stack(monthly_weights(lag, mean, spread, months)),
    )
    return care, onsets


def _by_curves(
    programme: Programme, rollout: Rollout, timeline: Timeline, draws: Draws, memo: Cache
) -> tuple[Response, Curves]:
    """The response over every lag that can be drawn, in curves kept for other runs."""
    lag, grid, months = programme.lag, _grid(programme), timeline.months
    delays = range(int(np.floor(_longest_delay(rollout))) + 2)
    starts = {d: rollout.starts_by_month(timeline, d) for d in delays}

    def fitted() -> Floats:
        by_month = memo(
            ("weights", lag, grid, months), lambda: monthly_weights(lag, *grid.points, months)
        )
        return curves_through(grid, response_rows(by_month, starts, timeline, rollout.only_moves))

    name = f"{lag} over {grid}, starts {rollout.schedule_key}, {timeline}"
    curves = Curves.of(grid, draws.kept("responses", name, fitted), draws.dtype)
    rows = curves.curves
    return Response.of(rows, starts, timeline, rollout.only_moves, draws.dtype), curves


def _grid(programme: Programme) -> Grid:
    """Points over every lag and spread that can be drawn."""
    lag = (0.0, 0.0) if programme.lag.is_point else _range(programme.onset_lag, "onset_lag")
    spread = _range(programme.onset_spread, "onset_spread")
    return Grid.over(lag, spread)


def _longest_delay(rollout: Rollout) -> float:
    """The latest any draw's starts can be after go-live, months."""
    ramp = _range(rollout.ramp, "ramp")[1] - rollout.ramp.central
    return _range(rollout.mobilisation, "mobilisation")[1] + ramp / 2


def _range(assumption: Assumption, name: str) -> tuple[float, float]:
    """Lowest and highest value that can be drawn."""
    low, high = assumption.at(np.array([-Z_LIMIT, Z_LIMIT]), QUANTITIES[name])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Cost:
    """Delivery cost by row of an account, GBP, each (rows, n).

    gross: all of it, whoever pays. external: grant and partner money. in_base: already
    in the council's base budget. What is left is new cost to the council.
    """

    gross: Floats
    external: Floats
    in_base: Floats

    @property
    def council(self) -> Floats:
        """New cost to the council's budget."""
        return self.gross - self.external - self.in_base


def delivery_cost(
    programme: Programme,
    delivery: Delivery,
    timeline: Timeline,
    economy: Economy,
    account: Account,
    draws: Draws,
) -> Cost:
    """Set-up, running and per-start cost, uplifted each April, by who pays: step 10."""
    since = np.array(timeline.year_endings) - economy.cost_price_year
    uplift = (1 + economy.pay_uplift.central) ** since[account.year_of_row][:, None]
    factor = uplift.astype(draws.dtype) * (1 + delivery.values["cost_optimism_bias"])
    totals = [np.zeros((len(account.matrix), draws.size), draws.dtype) for _ in range(3)]
    everyone = np.ones(timeline.plan_months)
    for wave, rollout in programme.rollouts.items():
        external = _funded(rollout, timeline, ("grant", "partner"))
        in_base = _funded(rollout, timeline, ("base",))
        for total, share in zip(totals, (everyone, external, in_base), strict=True):
            if share.any():
                matrix = account.matrix * share
                total += _cost(programme, wave, rollout, delivery, timeline, matrix, draws) * factor
    return Cost(*totals)


def _cost(
    programme: Programme,
    wave: str,
    rollout: Rollout,
    delivery: Delivery,
    timeline: Timeline,
    matrix: Floats,
    draws: Draws,
) -> Floats:
    """GBP at cost prices: the plan's months summed by `matrix` (rows, plan_months), (rows, n)."""
    stream = stream_of(programme.id, wave)
    drawn = {name: draws.values(stream, name, a) for name, a in rollout.assumptions()}
    running = rollout.months_running(timeline)
    months = timeline.plan_start + np.arange(timeline.plan_months)
    live = int(month_number(rollout.go_live))
    per_year = running / MONTHS_PER_YEAR
    while_building = per_year * (months < live + _until_full(rollout))
    cost: Floats = delivery.starts[wave].rows(matrix) * delivery.values["cost_per_start"]
    for name, by_month in (
        ("set_up_cost", (months == live).astype(np.float64)),
        ("fixed_cost", per_year),
        ("double_running", while_building),
    ):
        cost += (matrix @ by_month)[:, None].astype(draws.dtype) * drawn[name]
    return cost


def _until_full(rollout: Rollout) -> float:
    """Months from go-live to full capacity in the central case."""
    return rollout.mobilisation.central + rollout.ramp.central


def _funded(rollout: Rollout, timeline: Timeline, sources: tuple[str, ...]) -> Floats:
    """Share of cost that these sources pay, by month of the plan, (plan_months,)."""
    months = timeline.plan_start + np.arange(timeline.plan_months)
    share = np.zeros(timeline.plan_months)
    for funding in rollout.funding:
        if funding.source in sources:
            stop = np.inf if funding.ends is None else month_after(funding.ends)
            share += funding.share * np.clip(stop - months, 0.0, 1.0)
    return np.minimum(share, 1.0)
