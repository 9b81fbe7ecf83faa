"""statsforecast: every series carried on five years by its automatic models.

Reads series (lists of yearly figures without gaps) and model names; prints forecasts, the
time of each model in milliseconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta, Naive

from benchmarks.peak import peak_mb

MODELS: dict[str, Any] = {
    "auto_ets": AutoETS(season_length=1),
    "auto_theta": AutoTheta(season_length=1),
    "auto_arima": AutoARIMA(season_length=1),
}


def main() -> None:
    given = json.load(sys.stdin)
    series, horizons = given["series"], given["horizons"]
    rows = pd.DataFrame(
        [(place, year, y) for place, ys in enumerate(series) for year, y in enumerate(ys)],
        columns=["unique_id", "ds", "y"],
    )
    paths, taken = {}, {}
    for name in given["models"]:
        started = time.perf_counter()
        # A series too short for a model keeps its last figure, as ours does.
        peer = StatsForecast([MODELS[name]], freq=1, n_jobs=given["jobs"], fallback_model=Naive())
        found = peer.forecast(df=rows, h=horizons)
        taken[name] = (time.perf_counter() - started) * 1e3
        values = found.sort_values(["unique_id", "ds"]).iloc[:, -1].to_numpy()
        paths[name] = values.reshape(len(series), horizons).tolist()
    print(json.dumps({"paths": paths, "ms": taken, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
