"""The baseline's back-test beside statsforecast, on the same series from the same years.

`python -m benchmarks.forecasts` also keeps the peer's forecasts in
data/backtest-peers.parquet, from which the page and `prevention backtest` show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks import environment
from benchmarks.report import Row
from benchmarks.timing import Timings, say
from prevention.baseline.backtest import HORIZONS, Trial, history_at, origins_of
from prevention.baseline.kept import save
from prevention.baseline.panel import Floats, Lines, joined
from prevention.baseline.running import (
    WORKERS,
    Question,
    fitted_forecasts,
    fitted_lines,
    quick_trial,
    with_forecasts,
)
from prevention.baseline.scores import Score, scores
from prevention.evidence.accuracy import questions
from prevention.evidence.documents import read_library
from prevention.evidence.places import data_folder, store_file
from prevention.jobs import Request, Workbench
from prevention.model.economy import Economy
from prevention.model.summary import baseline

PEER = "statsforecast 2.1.1"
MODELS = ("auto_ets", "auto_theta")
"""Its automatic ARIMA took forty times as long as these and is left out."""

LIMIT = 3600.0
_FLOOR = 0.05
"""A trend may reach nothing; it is held at this share of the last figure, as ours is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a series stands: its line, origin and council by number."""

    line: int
    origin: int
    council: int


def series_of(lines: Sequence[Lines]) -> tuple[list[Place], list[list[float]]]:
    """Every series with two figures or more, as known at each origin; gaps are filled."""
    places: list[Place] = []
    series: list[list[float]] = []
    for at, line in enumerate(lines):
        for number, origin in enumerate(origins_of(line)):
            for row, logs in enumerate(joined(history_at(line, origin).logs)):
                seen = logs[~np.isnan(logs)]
                if not np.isnan(logs[-1]) and len(seen) >= 2:
                    places.append(Place(at, number, row))
                    series.append(np.exp(seen).tolist())
    return places, series


def paths_of(
    lines: Sequence[Lines], places: Sequence[Place], series: Sequence[list[float]], ahead: Floats
) -> list[Floats]:
    """The peer's forecasts as log changes, (origins, councils, horizons) a line."""
    found = [np.zeros((len(origins_of(x)), len(x.panel.codes), HORIZONS)) for x in lines]
    for place, known, path in zip(places, series, ahead, strict=True):
        if np.isfinite(path).all():
            change = np.log(np.maximum(path / known[-1], _FLOOR))
            found[place.line][place.origin, place.council] = change
    return found


def forecast_rows(faults: dict[str, str]) -> list[Row]:
    """Time and error of ours beside the peer's, and the peer's forecasts kept."""
    economy = read_library(data_folder()).economy
    asked = [q for q in questions(store_file(), economy)[0] if q.lines.measure == "people"]
    lines = fitted_lines(asked)
    places, series = series_of(lines)
    timed = [_full_row(asked, lines), _council_row()]
    what = f"Back-test of {len(lines)} service lines, {len(series):,} series"
    ours = Timings()
    for _ in range(3):
        trials = ours.time(lambda: [quick_trial(question) for question in asked])
    pin = PEER.replace(" ", "==")
    row = Row(what, ours.median, ours.p95, ours.cpu_median, peer_name=PEER, target="reported")
    if pin in faults:
        row.note = f"not run: {faults[pin]}"
        return [*timed, row]
    say(f"peer: {PEER}, {len(series):,} series")
    given = {"series": series, "horizons": HORIZONS, "models": MODELS, "jobs": WORKERS}
    try:
        found = environment.measured("peer_statsforecast.py", given, LIMIT)
    except RuntimeError as fault:
        row.note = f"not run: {fault}"
        return [*timed, row]
    row.peer = sum(found["ms"].values())
    row.ratio = f"{row.peer / ours.median:,.0f} x"
    row.note = (
        f"ours: ten methods over all councils at once; peer: {' and '.join(MODELS)}, a series at "
        f"a time, {WORKERS} processes; its peak memory {found['peak_mb']:,.0f} MB"
    )
    kept: list[dict[str, Floats]] = [{} for _ in lines]
    for model in MODELS:
        paths = paths_of(lines, places, series, np.array(found["paths"][model]))
        for place, path in enumerate(paths):
            kept[place][f"statsforecast_{model}"] = path
    save(data_folder() / "backtest-peers.parquet", lines, kept, PEER)
    whole = [with_forecasts(t, paths) for t, paths in zip(trials, kept, strict=True)]
    return [*timed, row, *(_error_row(trial, economy) for trial in whole)]


def _full_row(asked: Sequence[Question], lines: Sequence[Lines]) -> Row:
    """The whole back-test from nothing: quick methods, then every series fitted."""
    say("the whole back-test, every method fitted anew")
    whole = Timings()

    def work() -> None:
        for question in asked:
            scores(quick_trial(question))
        fitted_forecasts(lines)

    whole.time(work)
    councils = len(lines[0].panel.codes)
    return Row.within(
        f"Whole back-test, {councils} councils, {len(lines)} service lines, every method",
        Timings(whole.wall),
        120_000,
        f"{WORKERS} processes, no forecast kept from before",
    )


def _council_row() -> Row:
    """One council's baseline from a store not yet read."""
    cold = Timings()
    for _ in range(3):
        bench, request = Workbench(), Request(scenario="do-nothing", draws=0)
        cold.time(lambda bench=bench, request=request: baseline(bench.forecast(request)))
    return Row.within("One council's baseline, nothing read before, central run", cold, 1_000)


def _error_row(trial: Trial, economy: Economy) -> Row:
    """Our default's error over all years ahead together beside the best of the peer's."""
    default = economy.services[trial.service].baseline_method
    found = scores(trial)
    means = {name: _mean(found, name) for name in trial.paths}
    best = min((f"statsforecast_{model}" for model in MODELS), key=lambda name: means[name])
    far = max(score.horizon for score in found)
    return Row(
        f"Error (MASE), {trial.service}, 1 to {far} years ahead",
        means[default],
        peer=means[best],
        peer_name=best.replace("_", " "),
        ratio=f"{means[default] / means[best]:.3f}",
        target="<= the peer's",
        met=means[default] <= means[best],
        unit="MASE",
        note=f"ours: {default.replace('_', ' ')}; the last value held: {means['last_value']:.3f}",
        extra={
            name: [round(s.mase, 4) for s in found if s.method == name]
            for name in (default, "last_value", *(f"statsforecast_{m}" for m in MODELS))
        },
    )


def _mean(found: Sequence[Score], method: str) -> float:
    return float(np.mean([score.mase for score in found if score.method == method]))


if __name__ == "__main__":
    for shown in forecast_rows(environment.prepare()):
        say(f"{shown.what}: {shown.ours} / {shown.peer} {shown.peer_name}; {shown.note}")
