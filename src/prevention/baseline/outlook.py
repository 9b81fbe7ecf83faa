"""Each council's people carried on from its own last figure, by every method that is quick.

Worked out once when the store is built: a forecast then only looks its council up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from prevention.baseline.backtest import HORIZONS, history_at
from prevention.baseline.intervals import SpreadRule, spread, yearly_deviation
from prevention.baseline.methods import DAMPING, METHODS, Method
from prevention.baseline.panel import Floats, Lines

AHEAD = 12
"""Years of outlook held: from an older people's figure of 2022/23 to a plan's end in 2034."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One council's outlook by one method, (AHEAD,): log change, and its standard deviation."""

    council: str
    method: str
    log_change: Floats
    log_deviation: Floats


def outlooks(
    lines: Lines,
    rule: SpreadRule,
    like: Lines | None = None,
    methods: Mapping[str, Method] = METHODS,
) -> Iterator[Outlook]:
    """The outlook of every council with a figure, by every method, from its own last year.

    What is known of all councils together is taken as it stood in that year, as the
    back-test took it.

    like: the service line whose yearly changes stand in where this one's are not published.
    """
    seen = ~np.isnan(lines.panel.values)
    last = np.where(seen.any(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1), -1)
    for column in sorted(set(last[last >= 0].tolist())):
        year = lines.panel.first_year + column
        history = history_at(lines, year)
        other = history_at(like, min(year, like.panel.last_year)).logs if like else None
        deviation = np.nan_to_num(yearly_deviation(history.logs, other))
        spreads = spread(deviation, rule, AHEAD)
        for name, method in methods.items():
            path = untested(method(history, HORIZONS))
            for row in np.flatnonzero(last == column):
                yield Outlook(lines.panel.codes[row], name, path[row], spreads[row])


def untested(path: Floats) -> Floats:
    """A path over the years the back-test judged, let die away over those it could not.

    Each further year keeps 0.7 of the change of the year before.

    >>> untested(np.array([[0.1, 0.2, 0.3, 0.4, 0.5]]))[0, 4:7].round(3).tolist()
    [0.5, 0.57, 0.619]
    """
    step = path[:, -1:] - path[:, -2:-1]
    later = np.cumsum(DAMPING ** np.arange(1, AHEAD - path.shape[1] + 1))
    return np.concatenate([path, path[:, -1:] + step * later], axis=1)
