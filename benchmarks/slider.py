"""One slider moved: ours from a warm cache, beside plain numpy, in one process, in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks import case
from benchmarks.report import Row
from benchmarks.timing import Timings, say
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
from prevention.model.percentiles import percentiles
from prevention.model.projection import Projection, project

LIGHT, MIDDLE, HEAVY = "reablement", "early-help", "mockingbird"
MOVED = {
    LIGHT: "light: one service line, starts in the plan",
    MIDDLE: "middle: three service lines",
    HEAVY: "heavy: six years of starts before the plan",
}
MOVES = 21
TARGET = 0.10


def wanted(projection: Projection) -> dict[tuple[str, str], list[str]]:
    """The headline rows: which measures of which cell, each by year."""
    net, running = "net_saving", "net_saving_cumulative"
    rows = {(id_, TOTAL): [net, running] for id_ in projection.plan.programmes}
    rows |= {(TOTAL, s): [net] for s in sorted({s for _, s in projection.outcome.ladders})}
    return rows | {(TOTAL, TOTAL): [net, running, "cashable_saving"]}


def headline(projection: Projection) -> np.ndarray:
    """P10, P50 and P90 of the headline rows and of NPV, (rows, 3)."""
    found = projection.spreads(wanted(projection))
    rows = [spread for measures in found.values() for spread in measures.values()]
    present = np.stack(list(projection.net_present.values()))
    return np.concatenate([*rows, percentiles(present)])


def everything(projection: Projection) -> dict[Any, np.ndarray]:
    """P10, P50 and P90 of every measure of every cell by year."""
    return {
        (cell, name): spread
        for cell, measures in projection.spreads().items()
        for name, spread in measures.items()
    }


def factors(moves: int) -> Iterator[float]:
    """Lags never tried before, from 0.8 to 1.3 of the central, up and down."""
    for move in range(moves):
        yield 0.8 + 0.5 * ((move * 8 + 3) % moves) / moves


def slider_rows() -> list[Row]:
    """Rows (a) and (b) of the slider step, for each programme moved and together."""
    from benchmarks import peer_numpy  # not for `child`, whose own start is timed

    base = case.plan()
    inputs = case.peer_inputs(base)
    cache = Cache()
    first = project(base, case.council(), case.DRAWS, case.SEED, cache)
    everything(first)
    agreement = _agreement(first, inputs)
    steps = {id_: (Timings(), Timings(), Timings()) for id_ in MOVED}
    peer_a, peer_b = Timings(), Timings()
    counts = [0, 0]
    for id_ in MOVED:
        say(f"slider: {MOVES} moves of {id_}")
        original = inputs["programmes"][id_]["onset_lag"]
        project(case.lag_move(id_, 1.01), case.council(), case.DRAWS, case.SEED, cache)
        for place, factor in enumerate(factors(MOVES)):
            model, some, all_ = steps[id_]
            found = model.time(
                lambda i=id_, f=factor: project(
                    case.lag_move(i, f), case.council(), case.DRAWS, case.SEED, cache
                )
            )
            # A copy has put nothing together yet: (a) and (b) are each asked for afresh.
            counts[0] = len(some.time(partial(headline, replace(found))))
            if place % 3 == 0:
                all_.wall.append(model.wall[-1])
                all_.cpu.append(model.cpu[-1])
                extra = Timings()
                counts[1] = case.YEARS * len(extra.time(partial(everything, replace(found))))
                all_.wall[-1] += extra.wall[-1]
                all_.cpu[-1] += extra.cpu[-1]
            if place % 7 == 3:
                inputs["programmes"][id_]["onset_lag"] = original * np.float32(factor)
                peer_a.time(lambda: peer_numpy.headline(inputs))
            if place % 14 == 3:
                peer_b.time(lambda: peer_numpy.all_rows(inputs))
        inputs["programmes"][id_]["onset_lag"] = original
    rows = []
    for which, peer in (("a", peer_a), ("b", peer_b)):
        sets = {
            id_: (model.plus(some) if which == "a" else all_)
            for id_, (model, some, all_) in steps.items()
        }
        together = Timings(
            [w for t in sets.values() for w in t.wall], [c for t in sets.values() for c in t.cpu]
        )
        name = (
            f"Slider step (a): {counts[0]} headline rows"
            if which == "a"
            else f"Slider step (b): all {counts[1]:,} rows"
        )
        rows.append(Row.timed(name, together, peer, "plain numpy", TARGET, note=agreement))
        rows += [
            Row.timed(f"{name}, {id_} ({MOVED[id_]})", sets[id_], peer, "plain numpy", TARGET)
            for id_ in MOVED
        ]
    return rows


def _agreement(projection: Projection, inputs: dict[str, Any]) -> str:
    """How near the peer's answer is: both do the same work."""
    from benchmarks import peer_numpy

    total = projection.samples[TOTAL, TOTAL]["cashable_saving"].sum(axis=0)
    found = peer_numpy.everything(peer_numpy.forecast(inputs)[0])
    other = found[TOTAL, TOTAL]["cashable_saving"].sum(axis=0)
    ours, theirs = np.median(total), np.median(other)
    return f"peer's P50 of the six-year cashable saving is {theirs / ours - 1:+.1%} of ours"
