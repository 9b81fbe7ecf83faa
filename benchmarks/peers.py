"""Published packages that do this kind of work, each timed between two timings of ours."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy.special import gamma
from threadpoolctl import threadpool_limits

from benchmarks import case, environment
from benchmarks.report import Row
from benchmarks.slider import everything
from benchmarks.timing import Timings, say
from prevention.model.assumptions import Floats
from prevention.model.chain import targets_of, timeline_of
from prevention.model.delivery import deliver
from prevention.model.draws import Draws
from prevention.model.grid import Curves, Grid, curves_through
from prevention.model.lag import Lag
from prevention.model.memo import Cache
from prevention.model.percentiles import percentiles
from prevention.model.programmes import Programme
from prevention.model.projection import BLOCK, WORKERS, project
from prevention.model.response import monthly_weights, response_rows
from prevention.model.scenarios import Plan
from prevention.years import WEEKS_PER_MONTH

PROTOTYPE_FLOPS = 0.40e9
"""Lag, convolution and sums of six programmes over 72 months, 10,000 draws, done plainly."""

SAMPLED = 1_000
"""Draws of a peer too slow for all of them; its time is scaled up and labelled so."""


def given(draws: int) -> dict[str, Any]:
    """The six programmes as low, central and high, for peers that draw for themselves."""
    plan = case.plan()
    inputs = case.peer_inputs(plan, 0)
    programmes = {}
    for id_, programme in plan.programmes.items():
        ranges = {
            name: (value.low, value.central, value.high)
            for name, value in programme.assumptions()
            if name in ("onset_lag", "onset_spread", "duration")
        }
        services = inputs["services"]
        prices = [
            (float(services[t.service]["price"][0, 0]), t.share)
            for t in targets_of(programme, services)
        ]
        price = sum(p * share for p, share in prices) * WEEKS_PER_MONTH
        scale = programme.take_up.central * programme.retention.central
        people = tuple(getattr(programme.capacity, n) * scale for n in ("low", "central", "high"))
        programmes[id_] = ranges | {
            "people": people,
            "effect": _effect(programme),
            "price": (price * 0.8, price, price * 1.3),
            "starts": inputs["programmes"][id_]["starts"].tolist(),
        }
    return {"programmes": programmes, "years": case.YEARS, "draws": draws}


def _effect(programme: Any) -> tuple[float, float, float]:
    """Low, central and high of the effect, whichever form it is stated in."""
    if programme.effect is not None:
        a = programme.effect
        return a.low, a.central, a.high
    if programme.impact is not None:
        a, b = programme.impact, programme.deadweight
        return a.low - b.high, a.central - b.central, a.high - b.low
    a, b = programme.baseline_risk, programme.relative_risk
    low, high = a.low * (1 - b.high), a.high * (1 - b.low)
    return low, a.central * (1 - b.central), high


def full_run() -> None:
    """Ours, as a peer without a cache would be asked for it: all programmes, all rows."""
    everything(project(case.plan(), case.council(), case.DRAWS, case.SEED))


def kernel() -> None:
    """Ours, lag and persistence alone, all six programmes: starts to care by month."""
    care_of(case.plan())


def care_of(plan: Plan) -> dict[str, list[Floats]]:
    """Care by month of the plan by programme, in blocks of draws; the grid of each lag is kept."""
    jobs = [
        (id_, block)
        for id_ in plan.programmes
        for block in Draws(case.DRAWS, case.SEED).blocks(BLOCK)
    ]

    def done(job: tuple[str, Draws]) -> Floats:
        programme = plan.programmes[job[0]]
        return deliver(programme, plan.first_year, plan.years, job[1], _KEPT).care

    found: dict[str, list[Floats]] = {id_: [] for id_ in plan.programmes}
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(WORKERS) as pool:
        for (id_, _), care in zip(jobs, pool.map(done, jobs), strict=True):
            found[id_].append(care)
    return found


_KEPT = Cache()
"""The grid of each lag: it depends on the range assumed, not on the draws."""


def like_monaco() -> None:
    """What the monaco model does: care by year at one value a draw, percentiles of 42 rows."""
    plan = case.plan()
    rng = np.random.default_rng(case.SEED)
    rows = []
    for blocks in care_of(plan).values():
        by_year = [care.reshape(case.YEARS, 12, -1).sum(axis=1) for care in blocks]
        value = rng.lognormal(size=case.DRAWS).astype(np.float32)
        rows.append(np.concatenate(by_year, axis=1) * value)
    percentiles(np.stack([*rows, np.sum(rows, axis=0)]))


def like_pysd() -> None:
    """What the PySD model does: one programme, three stages of waiting, then care, 72 months."""
    starts = tuple([3.0] * 12 + [5.0] * 60)
    waiting = {"central": 18.0, "low": 12.0, "high": 27.0}
    programme = Programme.model_validate(
        {
            "id": "chain",
            "name": "Chain",
            "directorate": "children",
            "summary": "",
            "evidence_grade": "A",
            "avoids": [{"service": "care", "share": 1.0}],
            "go_live": "2027-04-01",
            "starts": starts,
            "effect": 0.3,
            "onset_lag": waiting,
            "onset_spread": 18 / np.sqrt(3),
            "lag_shape": "erlang",
            "duration": 24,
        }
    )
    care_of(Plan("chain", "", "", 2028, case.YEARS, {"chain": programme}, case.plan().economy))


SCALE, SHAPE = (5.0, 30.0), (1.0, 4.0)
"""Range of the Weibull's two numbers in the adstock peer, drawn evenly."""


def adstock() -> Callable[[], None]:
    """What the adstock peer does: starts of 72 months convolved with a Weibull lag of each
    draw's own, no length of stay, no delay. Draws and grid are ready, as the peer is compiled.
    """
    rng = np.random.default_rng(1)
    months, shape = 12 * case.YEARS, (len(case.PROGRAMMES), case.DRAWS)
    scale, k = rng.uniform(*SCALE, shape), rng.uniform(*SHAPE, shape)
    mean = scale * gamma(1 + 1 / k)
    spread = scale * np.sqrt(gamma(1 + 2 / k) - gamma(1 + 1 / k) ** 2)
    grid = Grid.over((mean.min(), mean.max()), (spread.min(), spread.max()))
    weights = monthly_weights(Lag("weibull"), *grid.points, months)
    inputs = case.peer_inputs(case.plan(), 0)["programmes"]
    timeline = timeline_of(case.plan())
    responses = [
        response_rows(weights, {0: p["starts"][-months:]}, timeline, True)[:months]
        for p in inputs.values()
    ]
    curves = [Curves.of(grid, curves_through(grid, rows), np.float32) for rows in responses]
    jobs = [
        (curve, mean[place, block].astype(np.float32), spread[place, block].astype(np.float32))
        for place, curve in enumerate(curves)
        for block in np.array_split(np.arange(case.DRAWS), -(-case.DRAWS // BLOCK))
    ]

    def work() -> None:
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda job: job[0].curves @ job[0].shares(job[1], job[2]), jobs))

    return work


def peer_rows(faults: dict[str, str]) -> list[Row]:
    """A row for each peer, or why it was not run."""
    rows = [
        _row(
            "monaco 0.23.0",
            "The same six programmes with a gamma lag, sums by year, 10,000 draws",
            "peer_monaco.py",
            given(case.DRAWS),
            lambda found: found["ms"],
            full_run,
            20,
            faults,
            "ours: full run from an empty cache, all rows; monaco: care, price and yearly "
            "percentiles alone, one process",
        ),
        _row(
            "squigglepy 0.30",
            "The same six programmes as a sampled function, 10,000 draws",
            "peer_squigglepy.py",
            given(SAMPLED),
            lambda found: found["ms"] * case.DRAWS / SAMPLED,
            full_run,
            None,
            faults,
            f"peer extrapolated from {SAMPLED:,} draws; ours: full run, all rows",
        ),
    ]
    like = _like_for_like(faults)
    return [*rows, *like, _beside(like[-1]), floor_row()]


def _like_for_like(faults: dict[str, str]) -> list[Row]:
    """A row for each peer against the part of ours that does the peer's own work, no more."""
    return [
        _row(
            "monaco 0.23.0",
            "Like for like: care by year of the six programmes, percentiles of 42 rows",
            "peer_monaco.py",
            given(case.DRAWS),
            lambda found: found["ms"],
            like_monaco,
            20,
            faults,
            "ours without the ladder, overlap and costs, which monaco's model has not; grid kept",
        ),
        _row(
            "pysd 3.14.3",
            "Like for like: a chain of stocks for one programme, 72 steps, 10,000 runs",
            "peer_pysd.py",
            {},
            lambda found: found["ms_a_run"] * case.DRAWS,
            like_pysd,
            1_000,
            faults,
            "peer extrapolated from one run; ours: the same chain, an Erlang lag of three stages",
        ),
        _row(
            "pymc-marketing 0.19.2",
            "Like for like: starts convolved with a Weibull lag, 72 months, 10,000 draws x 6",
            "peer_pymc.py",
            given(case.DRAWS),
            lambda found: found["ms"],
            adstock(),
            25,
            faults,
            "peer compiled beforehand, ours with its grid kept; neither has lengths of stay",
        ),
    ]


def _beside(adstock_row: Row) -> Row:
    """Our whole lag and persistence beside the adstock alone: more work than the peer does."""
    ours = Timings()
    for _ in range(5):
        ours.time(kernel)
    row = Row(
        "Lag, delay, persistence and 0 to 79 earlier months of starts, six programmes",
        ours.median,
        ours.p95,
        ours.cpu_median,
        adstock_row.peer,
        adstock_row.peer_name,
        target="reported",
        note="not like for like: the peer's bare convolution of 72 months",
    )
    if row.peer:
        row.ratio = f"{row.peer / ours.median:,.0f} x"
    return row


def floor_row() -> Row:
    """Ours against the arithmetic alone at this machine's fastest matrix product."""
    square = np.ones((2048, 2048), np.float32)
    product, ours = Timings(), Timings()
    for _ in range(5):
        product.time(lambda: square @ square)
        ours.time(kernel)
    per_ms = 2 * len(square) ** 3 / product.median
    floor = PROTOTYPE_FLOPS * case.DRAWS / 10_000 / per_ms
    return Row(
        "Share of the arithmetic floor reached by lag and persistence, all six programmes",
        floor / ours.median,
        target="reported; binds no design that does less arithmetic",
        unit="share",
        note=f"{PROTOTYPE_FLOPS / 1e9:.2f} GFLOP of a plain convolution at a measured "
        f"{per_ms / 1e6:.0f} GFLOP/s: {floor:.1f} ms; ours {ours.median:.0f} ms",
    )


def _row(
    peer: str,
    what: str,
    script: str,
    numbers: dict[str, Any],
    figure: Callable[[dict[str, Any]], float],
    ours: Callable[[], None],
    target: float | None,
    faults: dict[str, str],
    note: str,
) -> Row:
    say(f"peer: {peer}")
    pin = peer.replace(" ", "==")
    wanted = f">= {target:,.0f} x faster" if target else "reported"
    row = Row(what, peer_name=peer, target=wanted, note=note)
    if pin in faults:
        row.note = f"not run: {faults[pin]}"
        return row
    timings = Timings()
    ours()
    for _ in range(2):
        timings.time(ours)
    try:
        found = environment.measured(script, numbers)
    except RuntimeError as fault:
        row.note = f"not run: {fault}"
        return row
    for _ in range(2):
        timings.time(ours)
    row.ours, row.p95, row.cpu = timings.median, timings.p95, timings.cpu_median
    row.peer, row.memory = figure(found), None
    times = row.peer / row.ours
    row.ratio = f"{times:,.0f} x"
    row.met = times >= target if target else None
    row.extra = dict(found)
    row.note += f"; peer's peak memory {found['peak_mb']:,.0f} MB"
    return row
