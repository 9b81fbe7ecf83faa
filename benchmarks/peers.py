"""Published packages that do this kind of work, each timed between two timings of ours."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import case, environment
from benchmarks.report import Row
from benchmarks.slider import everything
from benchmarks.timing import Timings, say
from prevention.model.chain import targets_of
from prevention.model.delivery import deliver
from prevention.model.draws import Draws
from prevention.model.memo import Cache
from prevention.model.projection import BLOCK, WORKERS, project
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
    plan = case.plan()
    jobs = [
        partial(deliver, programme, plan.first_year, plan.years, block, _KEPT)
        for programme in plan.programmes.values()
        for block in Draws(case.DRAWS, case.SEED).blocks(BLOCK)
    ]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda job: job(), jobs))


_KEPT = Cache()
"""The grid of each lag: it depends on the range assumed, not on the draws."""


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
        _row(
            "pysd 3.14.3",
            "A chain of stocks for one programme, 72 steps, 10,000 runs",
            "peer_pysd.py",
            {},
            lambda found: found["ms_a_run"] * case.DRAWS,
            kernel,
            1_000,
            faults,
            "peer extrapolated from one run and of one programme; ours: lag and persistence "
            "of all six programmes",
        ),
        _row(
            "pymc-marketing 0.19.2",
            "Weibull adstock, 72 months, 10,000 draws x 6 programmes",
            "peer_pymc.py",
            given(case.DRAWS),
            lambda found: found["ms"],
            kernel,
            25,
            faults,
            "peer compiled beforehand, the convolution alone; ours: lag and persistence of all "
            "six programmes, grid of the lag kept",
        ),
        floor_row(),
    ]
    return [rows[0], *_alone(rows[0], rows[-2]), *rows[1:]]


def _alone(monaco: Row, weibull: Row) -> list[Row]:
    """monaco beside the part of ours that does what it does, timed with the Weibull row."""
    if monaco.peer is None or weibull.ours is None:
        return []
    times = monaco.peer / weibull.ours
    return [
        Row(
            monaco.what + ": ours lag and persistence alone",
            weibull.ours,
            weibull.p95,
            weibull.cpu,
            monaco.peer,
            monaco.peer_name,
            f"{times:,.0f} x",
            target=monaco.target,
            met=times >= 20,
            note="ours without the ladder, costs and percentiles; nearest to what monaco did",
        )
    ]


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
