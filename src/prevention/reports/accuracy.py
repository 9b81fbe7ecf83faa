"""A back-test as rows, as text and as plain sentences."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from prevention.baseline.choosing import MARGIN
from prevention.baseline.hindcast import FAVOURED_THEN
from prevention.baseline.running import PLANNED
from prevention.baseline.scores import Score
from prevention.evidence.accuracy import PEOPLE, Accuracy
from prevention.reports import words

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
    "statsforecast_auto_ets": "Automatic ETS (statsforecast)",
    "statsforecast_auto_theta": "Automatic theta (statsforecast)",
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


LEAST_HELD = 0.75
"""Share of past figures below which a range of 80 % is said to be too narrow."""

YEARS = ("", "One year", "Two years", "Three years", "Four years", "Five years")


def headline(accuracy: Accuracy, service: str, measure: str, where: str = "") -> str:
    """How far the default was out at the longest horizon judged, in plain words.

    where: of one council, " in Warrington"; empty for all councils.
    """
    found = of_method(of_line(accuracy, service, measure), accuracy.defaults[service, measure])
    if not found:
        return f"Too few figures are published{where} to try a forecast on past years."
    far = found[max(found)]
    title = accuracy.titles[service, measure]
    return (
        f"{YEARS[far.horizon]} out, past forecasts of {title[:1].lower()}{title[1:]}{where} "
        f"missed by {far.mape:.0%} on average{cases(far, bool(where))}."
    )


def cases(score: Score, one: bool) -> str:
    """What a score is over, in brackets."""
    if one:
        return f" ({score.cases} forecast{'s' if score.cases > 1 else ''})"
    origins = f"{score.origins} starting year{'s' if score.origins > 1 else ''}"
    return f" ({score.councils} councils, {origins})"


def blind(then: Sequence[Score], accuracy: Accuracy, service: str, measure: str) -> str:
    """What choosing the method without hindsight would have been worth, in a sentence.

    then: scores of `hindcast.favoured_then`.
    """
    horizon = max(score.horizon for score in then)
    chosen = gain(then, FAVOURED_THEN, horizon)
    now = gain(of_line(accuracy, service, measure), accuracy.defaults[service, measure], horizon)
    return (
        "The method used is chosen with all these years in sight, which flatters it: "
        f"{YEARS[horizon].lower()} ahead it is {_share(now)} than holding the last value (MASE). "
        "Chosen anew at each starting year, from what was known by then, it would have been "
        f"{_share(chosen)}."
    )


def _share(gain_: float) -> str:
    return f"{abs(gain_):.1%} {'better' if gain_ >= 0 else 'worse'}"


def range_sentence(accuracy: Accuracy, service: str, measure: str) -> str:
    """How often the range that is to hold eight in ten held, by years ahead."""
    found = of_method(of_line(accuracy, service, measure), accuracy.defaults[service, measure])
    held = [f"{score.coverage80:.0%}" for score in found.values()]
    ahead = "one year" if len(held) == 1 else f"one to {YEARS[len(held)].lower()}"
    narrow = [score.horizon for score in found.values() if score.coverage80 < LEAST_HELD]
    warning = f" It was too narrow {ahead_words(narrow)}: plan for more." if narrow else ""
    return (
        f"The range from P10 to P90 is to hold 80% of outcomes; on past figures it held "
        f"{words.listed(held)}, {ahead} ahead.{warning}"
    )


UPLIFT_IS_SET = "the price rises by the uplift planned, a setting: see whether yours is too low"


@dataclass(frozen=True, slots=True)
class Rival:
    """A method that did better than the default at some number of years ahead.

    horizons: where. why_not: why it is not the default all the same.
    """

    method: str
    horizons: tuple[int, ...]
    why_not: str


def rivals(accuracy: Accuracy, service: str, measure: str) -> list[Rival]:
    """Every method with a lower MASE than the default at some horizon, the best first."""
    scores = of_line(accuracy, service, measure)
    default = accuracy.defaults[service, measure]
    ours, held = of_method(scores, default), of_method(scores, LAST_VALUE)
    found = []
    for method in dict.fromkeys(score.method for score in scores):
        theirs = of_method(scores, method)
        better = tuple(h for h in ours if theirs[h].mase < ours[h].mase)
        if better:
            worse = [h for h in ours if theirs[h].mase > held[h].mase]
            why = UPLIFT_IS_SET if default == PLANNED else _why(worse, theirs, ours)
            found.append((_mean(theirs), Rival(method, better, why)))
    return [rival for _, rival in sorted(found, key=lambda each: each[0])]


def _mean(scores: Mapping[int, Score]) -> float:
    return sum(score.mase for score in scores.values()) / len(scores)


def _why(worse: list[int], theirs: Mapping[int, Score], ours: Mapping[int, Score]) -> str:
    """Why a method that is better somewhere is not the default."""
    if worse:
        return f"worse than the last value held {ahead_words(worse)}"
    if _mean(theirs) >= _mean(ours):
        return "worse over all years ahead together"
    return (
        f"its trend never fades, and it is only {1 - _mean(theirs) / _mean(ours):.1%} better "
        f"over all years ahead ({MARGIN:.0%} is asked)"
    )


def ahead_words(horizons: Sequence[int]) -> str:
    """Years ahead in words.

    >>> ahead_words([1]), ahead_words([2, 3, 5])
    ('1 year ahead', '2, 3 and 5 years ahead')
    """
    plural = "s" if tuple(horizons) != (1,) else ""
    return f"{words.listed([str(h) for h in horizons])} year{plural} ahead"


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
    judged = cases(most, most.councils == 1)
    shown = Table(title=f"{heading(accuracy, service, measure)}{judged}, by years ahead")
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
