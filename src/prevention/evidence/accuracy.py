"""How far to believe the baseline: its back-test on the figures in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from prevention.baseline.backtest import HORIZONS, Trial, origins_of
from prevention.baseline.fitted import FITTED
from prevention.baseline.intervals import SpreadRule
from prevention.baseline.kept import kept, save
from prevention.baseline.panel import Floats, Lines, lines_of
from prevention.baseline.running import (
    PLANNED,
    Question,
    fitted_forecasts,
    fitted_lines,
    quick_trial,
    with_forecasts,
)
from prevention.baseline.scores import Score, scores
from prevention.evidence.council import every_council_evidence, service_definitions
from prevention.evidence.services import ServiceDefinition
from prevention.evidence.store import open_store
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.economy import Economy, ServiceAssumptions

Progress = Callable[[int, int], None]

MEASURES = PEOPLE, UNIT_COST = "people", "unit_cost"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The errors of every method on past years, over one council or all.

    defaults: the method used unless another is chosen, by service line and measure.
    names: of the service lines; titles: of what is counted, by service line and measure.
    untested: names of the lines with too few years to judge.
    whole: False where the methods fitted series by series have not been run on these
        figures, so are not among the scores.
    """

    scores: tuple[Score, ...]
    defaults: Mapping[tuple[str, str], str]
    names: Mapping[str, str]
    titles: Mapping[tuple[str, str], str]
    untested: tuple[str, ...]
    whole: bool


def questions(store: Path, economy: Economy) -> tuple[list[Question], list[ServiceDefinition]]:
    """Each measure of each service line that can be back-tested, and the lines' definitions.

    People on the spread the store's own definitions give; a published unit cost on the
    range that is planned for.
    """
    with open_store(store) as opened:
        councils = every_council_evidence(opened)
        definitions = service_definitions(opened)
    found = []
    for definition in definitions:
        chosen = economy.services.get(definition.id)
        uplift = chosen.price_uplift.central if chosen else None
        people = lines_of(councils, definition.id, PEOPLE)
        found.append(Question(people, definition.spread))
        if not definition.series[UNIT_COST].derive:
            cost = lines_of(councils, definition.id, UNIT_COST)
            band = price_band(chosen) if chosen else None
            found.append(Question(cost, SpreadRule(), uplift, band))
    return [question for question in found if origins_of(question.lines)], definitions


def price_band(chosen: ServiceAssumptions) -> Floats:
    """Ends of a plan's own P10 to P90 range of a price about its central path, in logs.

    The margin about the published average, and the yearly uplift: as a forecast draws them,
    at 200 even steps of each. (2, HORIZONS).
    """
    z = ndtri((np.arange(200) + 0.5) / 200)
    margin = Assumption(
        central=1.0, low=chosen.margin_low, high=chosen.margin_high, basis="judgement"
    )
    level = np.log(margin.at(z, QUANTITIES["unit_cost"]))
    rise = np.log1p(chosen.price_uplift.at(z, QUANTITIES["price_uplift"]))
    rise -= np.log1p(chosen.price_uplift.central)
    paths = level[:, None, None] + rise[:, None] * np.arange(1, HORIZONS + 1)
    return np.asarray(np.quantile(paths.reshape(-1, HORIZONS), [0.1, 0.9], axis=0))


def kept_files(store: Path, data: Path) -> list[Path]:
    """Where forecasts fitted series by series are kept: beside the store, then with the data."""
    return [
        store.with_name(f"{store.stem}.backtest.parquet"),
        *sorted(data.glob("backtest*.parquet")),
    ]


@dataclass(frozen=True, slots=True)
class BackTest:
    """Every method's forecasts from past years in every council, beside what happened.

    people: the figures themselves, by service line. defaults, names, titles, untested,
        whole: as of `Accuracy`. made_with: the libraries, with their versions, whose
        forecasts are kept.
    """

    trials: tuple[Trial, ...]
    people: Mapping[str, Lines]
    defaults: Mapping[tuple[str, str], str]
    names: Mapping[str, str]
    titles: Mapping[tuple[str, str], str]
    untested: tuple[str, ...]
    whole: bool
    made_with: tuple[str, ...]

    def accuracy(self, council: str | None = None) -> Accuracy:
        """The errors over all councils, or of one by its code."""
        codes = None if council is None else [council]
        order = list(self.names)
        found = [score for trial in self.trials for score in scores(trial, codes)]
        ranked = sorted(found, key=lambda s: (s.measure != PEOPLE, order.index(s.service)))
        return Accuracy(
            tuple(ranked), self.defaults, self.names, self.titles, self.untested, self.whole
        )


def back_test(store: Path, data: Path, economy: Economy) -> BackTest:
    """The back-test without waiting: methods that are quick, and others as far as kept."""
    asked, definitions = questions(store, economy)
    lines = fitted_lines(asked)
    found, makers = kept(kept_files(store, data), lines)
    return _back_test(asked, definitions, economy, lines, found, makers)


def accuracy(
    store: Path,
    data: Path,
    economy: Economy,
    council: str | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> Accuracy:
    """The back-test over all councils, or of one.

    Methods that are quick are run each time. Those fitted series by series are taken from
    what is kept of the same figures; where they are not, or with `again`, they are run: for
    one council alone, or for all (a minute), which is then kept beside the store.

    council: a code; None for all.
    """
    asked, definitions = questions(store, economy)
    lines = fitted_lines(asked)
    files = kept_files(store, data)
    found, makers = kept(files, lines)
    if again or not _whole(found):
        codes = None if council is None else [council]
        fitted = fitted_forecasts(lines, codes, progress)
        if council is None:
            save(files[0], lines, fitted, f"statsmodels {version('statsmodels')}")
            found, makers = kept(files, lines)
        else:
            found = [old | new for old, new in zip(found, fitted, strict=True)]
    return _back_test(asked, definitions, economy, lines, found, makers).accuracy(council)


def _whole(found: Iterable[Mapping[str, Floats]]) -> bool:
    return all(set(FITTED) <= set(forecasts) for forecasts in found)


def _back_test(
    asked: Sequence[Question],
    definitions: Sequence[ServiceDefinition],
    economy: Economy,
    lines: Iterable[Lines],
    found: Sequence[Mapping[str, Floats]],
    makers: Iterable[str],
) -> BackTest:
    more = {
        (line.service, line.measure): forecasts
        for line, forecasts in zip(lines, found, strict=True)
    }
    trials = tuple(
        with_forecasts(quick_trial(q), more.get((q.lines.service, q.lines.measure), {}))
        for q in asked
    )
    judged = {(trial.service, trial.measure) for trial in trials}
    defaults = {
        (service, measure): economy.services[service].baseline_method
        if measure == PEOPLE
        else PLANNED
        for service, measure in judged
        if service in economy.services
    }
    names = {each.id: each.name for each in definitions}
    titles = {(e.id, measure): e.series[measure].title for e in definitions for measure in MEASURES}
    untested = tuple(name for id_, name in names.items() if (id_, PEOPLE) not in judged)
    people = {q.lines.service: q.lines for q in asked if q.lines.measure == PEOPLE}
    whole, made_with = _whole(found), tuple(sorted(makers))
    return BackTest(trials, people, defaults, names, titles, untested, whole, made_with)
