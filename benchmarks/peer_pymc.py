"""pymc-marketing: Weibull adstock over 72 months, draws x programmes; prints JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import pytensor  # noqa: E402
from pymc_marketing.mmm.transformers import weibull_adstock  # noqa: E402
from pytensor.xtensor import xtensor  # noqa: E402

from benchmarks.peak import peak_mb  # noqa: E402

GIVEN = json.load(sys.stdin)
MONTHS = 12 * GIVEN["years"]


def main() -> None:
    rng = np.random.default_rng(1)
    many, programmes = GIVEN["draws"], len(GIVEN["programmes"])
    starts = np.array([p["starts"][-MONTHS:] for p in GIVEN["programmes"].values()])
    x = xtensor("x", dims=("programme", "month"), shape=starts.shape, dtype="float64")
    lam, k = (xtensor(n, dims=("draw", "programme"), dtype="float64") for n in ("lam", "k"))
    out = weibull_adstock(x, lam=lam, k=k, l_max=MONTHS, dim="month", type="CDF")
    begun = time.perf_counter()
    function = pytensor.function([x, lam, k], out.values)
    scale, shape = rng.uniform(5, 30, (many, programmes)), rng.uniform(1, 4, (many, programmes))
    found = function(starts, scale, shape)
    compiled = (time.perf_counter() - begun) * 1e3
    if found.size != many * programmes * MONTHS:
        raise SystemExit(f"unexpected shape {found.shape}")
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        function(starts, scale, shape)
        taken.append((time.perf_counter() - started) * 1e3)
    peak = peak_mb()
    print(json.dumps({"ms": float(np.median(taken)), "first_ms": compiled, "peak_mb": peak}))


if __name__ == "__main__":
    main()
