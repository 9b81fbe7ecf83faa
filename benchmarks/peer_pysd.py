"""PySD: one programme as a stock-and-flow chain, run once per draw; prints JSON."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pysd

from benchmarks.peak import peak_mb

GIVEN = json.load(sys.stdin)
RUNS = 25


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # PySD writes its translation beside the model.
        model = pysd.read_vensim(
            shutil.copy(Path(__file__).with_suffix(".mdl"), folder), initialize=True
        )
        wanted = ["saving", "cumulative saving"]
        model.run(params={"onset lag": 12.0}, return_columns=wanted)
        taken = []
        for lag in np.linspace(6, 30, RUNS):
            started = time.perf_counter()
            found = model.run(params={"onset lag": float(lag)}, return_columns=wanted)
            taken.append((time.perf_counter() - started) * 1e3)
    if not float(found["cumulative saving"].iloc[-1]) > 0:
        raise SystemExit("the chain saved nothing")
    peak = peak_mb()
    print(json.dumps({"ms_a_run": float(np.median(taken)), "peak_mb": peak}))


if __name__ == "__main__":
    main()
