"""monaco: six programmes, a case at a time; prints milliseconds and peak memory as JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import monaco
import numpy as np
from scipy.special import gammainc
from scipy.stats import lognorm, norm

from benchmarks.peak import peak_mb

Z_90 = 1.2815515655446004
GIVEN = json.load(sys.stdin)
PROGRAMMES = GIVEN["programmes"]
MONTHS = 12 * GIVEN["years"]
DRAWN = ("onset_lag", "onset_spread", "duration", "people", "effect", "price")


def preprocess(case: Any) -> tuple[dict[str, float]]:
    return ({name: var.val for name, var in case.invals.items()},)


def run(drawn: dict[str, float]) -> tuple[dict[str, np.ndarray]]:
    found = {}
    for id_, p in PROGRAMMES.items():
        starts = p["starts"]
        ages = np.arange(len(starts) + 1.0)
        lag, spread = drawn[f"{id_} onset_lag"], drawn[f"{id_} onset_spread"]
        arrived = np.diff(gammainc((lag / spread) ** 2, ages * lag / spread**2))
        stays = np.exp(-ages[:-1] / drawn[f"{id_} duration"])
        kernel = np.convolve(arrived, stays)[: len(starts)]
        care = np.convolve(starts, kernel)[: len(starts)][-MONTHS:]
        value = drawn[f"{id_} people"] * drawn[f"{id_} effect"] * drawn[f"{id_} price"]
        found[id_] = care.reshape(-1, 12).sum(axis=1) * value
    return (found,)


def postprocess(case: Any, found: dict[str, np.ndarray]) -> None:
    total = sum(found.values())
    for id_, rows in (found | {"total": total}).items():
        case.addOutVal(id_, rows)


def main() -> None:
    started = time.perf_counter()
    sim = monaco.Sim(
        name="six-programmes",
        ndraws=GIVEN["draws"],
        fcns={"preprocess": preprocess, "run": run, "postprocess": postprocess},
        singlethreaded=True,
        seed=1,
        verbose=False,
    )
    for id_, p in PROGRAMMES.items():
        for name in DRAWN:
            low, central, high = p[name]
            if high <= low:
                high = low + 1e-9
            if low > 0:
                shape = np.log(high / low) / (2 * Z_90)
                kwargs = {"s": shape, "scale": np.sqrt(low * high)}
                sim.addInVar(name=f"{id_} {name}", dist=lognorm, distkwargs=kwargs)
            else:
                kwargs = {"loc": central, "scale": (high - low) / (2 * Z_90)}
                sim.addInVar(name=f"{id_} {name}", dist=norm, distkwargs=kwargs)
    sim.runSim()
    years = GIVEN["years"]
    rows = [
        np.percentile([nums[year] for nums in sim.outvars[id_].vals], [10, 50, 90])
        for id_ in (*PROGRAMMES, "total")
        for year in range(years)
    ]
    taken = (time.perf_counter() - started) * 1e3
    peak = peak_mb()
    print(json.dumps({"ms": taken, "peak_mb": peak, "rows": len(rows)}))


if __name__ == "__main__":
    main()
