"""The whole back-test: every service line, every method; what takes long is shared out.

Methods that work on all councils at once take a second in all. Those fitted series by
series with statsmodels take over a minute of work, so two processes share them, and what they
find is kept (`kept`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from prevention.baseline.backtest import (
    HORIZONS,
    Trial,
    forecasts,
    history_at,
    origins_of,
    trial,
)
from prevention.baseline.fitted import FITTED, fitted_paths
from prevention.baseline.intervals import SpreadRule
from prevention.baseline.methods import METHODS, History, Method
from prevention.baseline.panel import Floats, Lines

Progress = Callable[[int, int], None]

WORKERS = 2
"""Processes that fit series side by side."""

PLANNED = "planned_uplift"
"""Name of the method that raises a unit cost by the planned uplift."""

BY_POPULATION = ("rate_x_population", "levelling", "levelling_fading", "levelling_national")
"""Methods that work on the rate per head: for people, not for a price."""


@dataclass(frozen=True, slots=True)
class Question:
    """One measure of one service line to back-test, with the rule of its spread.

    uplift: for a unit cost, the yearly rise that is planned for (share a year); band: the
        ends of the range planned for, as of `Trial`.
    """

    lines: Lines
    rule: SpreadRule
    uplift: float | None = None
    band: Floats | None = None


def quick_trial(question: Question) -> Trial:
    """The trial of every method that works on all councils at once."""
    lines = question.lines
    chosen = {
        name: method
        for name, method in METHODS.items()
        if lines.measure == "people" or name not in BY_POPULATION
    }
    if question.uplift is not None:
        chosen[PLANNED] = _rising(question.uplift)
    made = trial(lines, question.rule, forecasts(lines, chosen, origins_of(lines)))
    return replace(made, band=question.band)


def _rising(uplift: float) -> Method:
    """The same rise every year in every council."""

    def method(history: History, horizons: int) -> Floats:
        path = np.log1p(uplift) * np.arange(1, horizons + 1)
        return np.broadcast_to(path, (len(history.logs), horizons))

    return method


def with_forecasts(trial: Trial, more: Mapping[str, Floats]) -> Trial:
    """A trial with further methods' forecasts beside its own."""
    return replace(trial, paths={**trial.paths, **more})


def fitted_lines(questions: Iterable[Question]) -> list[Lines]:
    """The series that methods fitted one by one are tried on: people, not prices."""
    return [q.lines for q in questions if q.lines.measure == "people" and origins_of(q.lines)]


Task = tuple[int, int, History]
"""A line and an origin, by place, and what was known there."""


def fitted_forecasts(
    lines: Sequence[Lines],
    councils: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Floats]]:
    """Log change by fitted method for each line, (origins, councils, horizons).

    councils: fitted for those alone, the rest held at 0; None for all. Each series stands
    by itself.
    """
    tasks: list[Task] = []
    paths: list[dict[str, Floats]] = []
    for place, line in enumerate(lines):
        origins = origins_of(line)
        shape = (len(origins), len(line.panel.codes), HORIZONS)
        paths.append({name: np.zeros(shape) for name in FITTED})
        chosen = np.array([councils is None or code in councils for code in line.panel.codes])
        for at, origin in enumerate(origins):
            history = history_at(line, origin)
            few = np.where(chosen[:, None], history.logs, np.nan)
            tasks.append((place, at, History(few, history.population)))
    results = _shared(tasks) if councils is None else ((task, _fit(task[2])) for task in tasks)
    for done, ((place, at, _), found) in enumerate(results, 1):
        for name, path in found.items():
            paths[place][name][at] = path
        if progress is not None:
            progress(done, len(tasks))
    return paths


def _shared(tasks: Sequence[Task]) -> Iterator[tuple[Task, dict[str, Floats]]]:
    """Each task with its result, as they come, from processes of their own."""
    # Started afresh, not forked: a fork would copy threads and open files half-way.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_fit, task[2]): task for task in tasks}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def _fit(history: History) -> dict[str, Floats]:
    return fitted_paths(history, HORIZONS)
