"""How far to believe the baseline: its back-test on the figures in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from prevention.baseline.backtest import origins_of
from prevention.baseline.intervals import SpreadRule
from prevention.baseline.panel import lines_of
from prevention.baseline.running import (
    PLANNED,
    Question,
    fitted_scores,
    kept,
    quick_scores,
    save,
)
from prevention.baseline.scores import Score
from prevention.evidence.council import every_council_evidence, service_definitions
from prevention.evidence.store import open_store
from prevention.model.economy import Economy

Progress = Callable[[int, int], None]

PEOPLE, UNIT_COST = "people", "unit_cost"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The errors of every method on past years, over one council or all.

    defaults: the method used unless another is chosen, by service line and measure.
    names: of the service lines. untested: those with too few years to judge.
    whole: False where the methods fitted series by series have not been run on these
        figures, so are not among the scores.
    """

    scores: tuple[Score, ...]
    defaults: Mapping[tuple[str, str], str]
    names: Mapping[str, str]
    untested: tuple[str, ...]
    whole: bool


def questions(store: Path, economy: Economy) -> tuple[list[Question], dict[str, str]]:
    """Each measure of each service line that can be back-tested, and the lines' names.

    People on the spread the store's own definitions give; a published unit cost on a
    plain random walk, beside the uplift that is planned for.
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
            found.append(Question(cost, SpreadRule(), uplift))
    names = {definition.id: definition.name for definition in definitions}
    return [question for question in found if origins_of(question.lines)], names


def kept_files(store: Path, data: Path) -> tuple[Path, Path]:
    """Where fitted scores are kept: beside the store, and those that come with the data."""
    return store.with_name(f"{store.stem}.backtest.csv"), data / "backtest.csv"


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
    what is kept of the same figures; where nothing is, or with `again`, they are run (a
    minute or two for all councils) and kept beside the store.

    council: a code; None for all.
    """
    asked, names = questions(store, economy)
    codes = None if council is None else [council]
    fitted = _fitted(asked, codes, kept_files(store, data), again, progress)
    return _accuracy(asked, names, economy, quick_scores(asked, codes) + fitted, bool(fitted))


def quick_accuracy(
    store: Path, data: Path, economy: Economy, council: str | None = None
) -> Accuracy:
    """The same, without waiting: fitted methods only as far as they are kept."""
    asked, names = questions(store, economy)
    codes = None if council is None else [council]
    fitted = kept(kept_files(store, data), asked) if council is None else []
    return _accuracy(asked, names, economy, quick_scores(asked, codes) + fitted, bool(fitted))


def _fitted(
    asked: list[Question],
    codes: list[str] | None,
    files: tuple[Path, Path],
    again: bool,
    progress: Progress | None,
) -> list[Score]:
    if codes is not None:
        return fitted_scores(asked, codes)
    found = [] if again else kept(files, asked)
    if not found:
        found = fitted_scores(asked, None, progress)
        save(files[0], asked, found)
    return found


def _accuracy(
    asked: list[Question],
    names: dict[str, str],
    economy: Economy,
    scores: list[Score],
    whole: bool,
) -> Accuracy:
    lines = {(q.lines.service, q.lines.measure) for q in asked}
    defaults = {
        (service, measure): economy.services[service].baseline_method
        if measure == PEOPLE
        else PLANNED
        for service, measure in lines
        if service in economy.services
    }
    order = list(names)
    ranked = sorted(scores, key=lambda s: (s.measure != PEOPLE, order.index(s.service)))
    untested = tuple(name for id_, name in names.items() if (id_, PEOPLE) not in lines)
    return Accuracy(tuple(ranked), defaults, names, untested, whole)
