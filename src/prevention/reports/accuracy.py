"""A back-test as rows, as text and as plain sentences."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from prevention.baseline.scores import Score
from prevention.evidence.accuracy import PEOPLE, Accuracy

WIDTH = 110
LAST_VALUE = "last_value"

METHOD_NAMES = {
    "last_value": "Last value held",
    "rate_x_population": "Last rate x population",
    "levelling": "Levelling of rates",
    "levelling_fading": "Levelling, national growth fading",
    "levelling_national": "Levelling, national growth",
    "national_growth": "National growth",
    "pooled_damped": "Own growth, pooled and damped",
    "shrunk_trend": "Own growth, pooled",
    "drift": "Drift since the first figure",
    "straight_line": "Straight line, 5 years",
    "simple_smoothing": "Simple smoothing (SES)",
    "holt": "Holt's trend",
    "damped_trend": "Damped trend (ETS)",
    "theta": "Theta",
    "combination": "SES, Holt and damped, averaged",
    "planned_uplift": "Planned yearly uplift",
}
"""What each method is called on a page."""


def rows(accuracy: Accuracy) -> list[dict[str, Any]]:
    """A row a service line, measure, method and horizon, ready for JSON."""
    return [
        {
            "service": score.service,
            "measure": score.measure,
            "method": score.method,
            "default": accuracy.defaults.get((score.service, score.measure)) == score.method,
        }
        | {k: v for k, v in asdict(score).items() if k not in ("service", "measure", "method")}
        for score in accuracy.scores
    ]


def table(accuracy: Accuracy) -> pd.DataFrame:
    """The same rows as a table."""
    return pd.DataFrame(rows(accuracy))


def lines_judged(accuracy: Accuracy) -> list[tuple[str, str]]:
    """(service line, measure) of each series judged, in order."""
    return list(dict.fromkeys((score.service, score.measure) for score in accuracy.scores))


def of_line(accuracy: Accuracy, service: str, measure: str) -> list[Score]:
    """The scores of one series."""
    return [s for s in accuracy.scores if (s.service, s.measure) == (service, measure)]


def of_method(scores: Sequence[Score], method: str) -> dict[int, Score]:
    """One method's scores by horizon."""
    return {score.horizon: score for score in scores if score.method == method}


def gain(scores: Sequence[Score], method: str, horizon: int) -> float:
    """Share by which a method's MASE is below that of the last value held; NaN if not judged."""
    ours = of_method(scores, method).get(horizon)
    held = of_method(scores, LAST_VALUE).get(horizon)
    if ours is None or held is None or held.mase == 0:
        return math.nan
    return 1 - ours.mase / held.mase


def verdict(accuracy: Accuracy, service: str, measure: str, method: str) -> str:
    """What past years say of one method for one series, in a sentence or two.

    A method that did worse than holding the last value is said to have.
    """
    scores = of_line(accuracy, service, measure)
    found = of_method(scores, method)
    name = METHOD_NAMES.get(method, method)
    if not found:
        return f"{name} has not been tried on past years here: too few are published."
    far = max(found)
    score, better = found[far], gain(scores, method, far)
    held = of_method(scores, LAST_VALUE)[far]
    years = f"{far} year{'s' if far > 1 else ''} ahead"
    first = (
        f"{name}: {years} the usual error was {score.mape:.1%} "
        f"(MASE {score.mase:.2f}; the last value held: {held.mase:.2f})"
    )
    if method == LAST_VALUE:
        return f"{name}: {years} the usual error was {score.mape:.1%} (MASE {score.mase:.2f})."
    if better < 0:
        return f"{first}. Warning: on past years this did worse than holding the last value."
    return f"{first}, {better:.0%} better than holding the last value."


def heading(accuracy: Accuracy, service: str, measure: str) -> str:
    """The series in words."""
    facet = "people" if measure == PEOPLE else "unit cost"
    return f"{accuracy.names[service]}: {facet}"


def text(accuracy: Accuracy, whose: str) -> str:
    """The back-test for a terminal: a table a series, errors by years ahead."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, highlight=False)
    console.print(f"How past forecasts did: {whose}", markup=False)
    for service, measure in lines_judged(accuracy):
        console.print(_table(accuracy, service, measure))
        default = accuracy.defaults.get((service, measure), LAST_VALUE)
        console.print(verdict(accuracy, service, measure, default), markup=False)
    for name in accuracy.untested:
        console.print(f"{name}: too few years are published to try any method.", markup=False)
    if not accuracy.whole:
        console.print("Methods fitted series by series are left out.", markup=False)
    console.print(
        "MASE: mean error over the council's mean yearly change; below that of the last value "
        "held is better. Cover: share of past figures inside the P10 to P90 range (80 % is "
        "right). Width: P90 over P10, less one. * the method used unless another is chosen.",
        markup=False,
    )
    return out.getvalue().rstrip("\n")


def _table(accuracy: Accuracy, service: str, measure: str) -> Table:
    scores = of_line(accuracy, service, measure)
    horizons = sorted({score.horizon for score in scores})
    most = max(scores, key=lambda score: score.cases)
    default = accuracy.defaults.get((service, measure))
    title = f"{heading(accuracy, service, measure)} ({most.councils} councils"
    shown = Table(title=f"{title}, {most.origins} origins), by years ahead")
    shown.add_column("Method")
    for horizon in horizons:
        shown.add_column(f"MASE {horizon}", justify="right")
    for name in ("MAPE", "Cover", "Width"):
        shown.add_column(f"{name} {horizons[-1]}", justify="right")
    for method in dict.fromkeys(score.method for score in scores):
        found = of_method(scores, method)
        far = found[horizons[-1]]
        cells = [f"{found[h].mase:.3f}" for h in horizons]
        cells += [f"{far.mape:.1%}", f"{far.coverage80:.0%}", f"{math.expm1(far.width80):.0%}"]
        star = " *" if method == default else ""
        shown.add_row(METHOD_NAMES.get(method, method) + star, *cells)
    return shown
