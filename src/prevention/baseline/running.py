"""The whole back-test: every service line, every method; what takes long is shared out.

Methods that work on all councils at once take a second in all. Those fitted series by
series with statsmodels take a minute or two, so two processes share them, and what they
find is kept in a file with the fingerprint of the figures it was found from.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path

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
from prevention.baseline.panel import Floats, Lines, fingerprint
from prevention.baseline.scores import Score, scores

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

    uplift: for a unit cost, the yearly rise that is planned for (share a year).
    """

    lines: Lines
    rule: SpreadRule
    uplift: float | None = None


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
    return trial(lines, question.rule, forecasts(lines, chosen, origins_of(lines)))


def _rising(uplift: float) -> Method:
    """The same rise every year in every council."""

    def method(history: History, horizons: int) -> Floats:
        path = np.log1p(uplift) * np.arange(1, horizons + 1)
        return np.broadcast_to(path, (len(history.logs), horizons))

    return method


def quick_scores(
    questions: Iterable[Question], councils: Iterable[str] | None = None
) -> list[Score]:
    """The scores of every quick method, over some councils or all."""
    return [score for q in questions for score in scores(quick_trial(q), councils)]


def fitted_scores(
    questions: Sequence[Question],
    councils: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> list[Score]:
    """The scores of every method fitted series by series, over some councils or all.

    Fitted for those councils alone: each series stands by itself.
    """
    wanted = [q for q in questions if q.lines.measure == "people" and origins_of(q.lines)]
    found = _fitted_paths([q.lines for q in wanted], councils, progress)
    return [
        score
        for question, paths in zip(wanted, found, strict=True)
        for score in scores(trial(question.lines, question.rule, paths), councils)
    ]


Task = tuple[int, int, History]
"""A line and an origin, by place, and what was known there."""


def _fitted_paths(
    lines: Sequence[Lines], councils: Sequence[str] | None, progress: Progress | None
) -> list[dict[str, Floats]]:
    """Log change by fitted method for each line, (origins, councils, horizons)."""
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


_COLUMNS = ("fingerprint", *(field.name for field in fields(Score)))


def save(path: Path, questions: Iterable[Question], found: Iterable[Score]) -> None:
    """Keep scores in a CSV file that appears whole or not at all."""
    stamp = fingerprint(q.lines for q in questions)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for score in found:
            written = [f"{v:.6g}" if isinstance(v, float) else v for v in asdict(score).values()]
            writer.writerow([stamp, *written])
    partial.replace(path)


def kept(paths: Iterable[Path], questions: Iterable[Question]) -> list[Score]:
    """Scores kept in the first of the files that was worked out from these figures.

    None where there is no such file: what was found from other figures is not shown.
    """
    stamp = fingerprint(q.lines for q in questions)
    for path in paths:
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            if rows and all(row.get("fingerprint") == stamp for row in rows):
                return [_score(row) for row in rows]
    return []


def _score(row: Mapping[str, str]) -> Score:
    kinds = {"horizon": int, "councils": int, "origins": int, "cases": int}
    words = ("service", "measure", "method")
    values = {
        field.name: row[field.name]
        if field.name in words
        else kinds.get(field.name, float)(row[field.name])
        for field in fields(Score)
    }
    return Score(**values)  # type: ignore[arg-type]
