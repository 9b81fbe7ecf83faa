"""squigglepy: the model as a sampled function, a draw at a time; prints JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import squigglepy as sq
from scipy.special import gammainc

from benchmarks.peak import peak_mb

GIVEN = json.load(sys.stdin)
MONTHS = 12 * GIVEN["years"]
DRAWN = ("onset_lag", "onset_spread", "duration", "people", "effect", "price")


def spread_of(low: float, high: float) -> object:
    if high <= low:
        return sq.const(low)
    return sq.to(low, high, credibility=80)


RANGES = {
    id_: {name: spread_of(p[name][0], p[name][2]) for name in DRAWN}
    for id_, p in GIVEN["programmes"].items()
}


def model() -> np.ndarray:
    """One draw: saving by programme and year, (programmes, years)."""
    rows = []
    for id_, p in GIVEN["programmes"].items():
        lag, spread, stay, people, effect, price = (~RANGES[id_][name] for name in DRAWN)
        starts = p["starts"]
        ages = np.arange(len(starts) + 1.0)
        arrived = np.diff(gammainc((lag / spread) ** 2, ages * lag / spread**2))
        kernel = np.convolve(arrived, np.exp(-ages[:-1] / stay))[: len(starts)]
        care = np.convolve(starts, kernel)[: len(starts)][-MONTHS:]
        rows.append(care.reshape(-1, 12).sum(axis=1) * people * effect * price)
    return np.array(rows)


def main() -> None:
    started = time.perf_counter()
    found = np.array(sq.sample(model, n=GIVEN["draws"]))
    np.percentile(
        np.concatenate([found, found.sum(axis=1, keepdims=True)], axis=1), [10, 50, 90], 0
    )
    taken = (time.perf_counter() - started) * 1e3
    peak = peak_mb()
    print(json.dumps({"ms": taken, "peak_mb": peak}))


if __name__ == "__main__":
    main()
