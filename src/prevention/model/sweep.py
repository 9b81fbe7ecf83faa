"""How a result moves as one assumption goes from one end of a range to the other.

A sweep is a central run with a column for each value: one pass through the chain gives
the whole curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prevention.model.appraisal import crossing
from prevention.model.assumptions import Floats
from prevention.model.chain import account_of, run, timeline_of
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.programmes import Programme, stream_of
from prevention.model.scenarios import Plan

LONGEST_LAG = 120
"""Months: a lag of ten years is beyond any medium-term plan."""

QUARTER = 3


@dataclass(frozen=True, slots=True)
class LagSweep:
    """What a programme (or the whole plan) yields at each onset lag.

    lags: months, rising; for the whole plan, months added to every programme's lag.
    cashable, net, present: cashable saving, net saving and cashable net present value
        over the plan at each lag, GBP.
    current: the lag assumed. quarter: change in cashable saving for one quarter more.
    """

    lags: Floats
    cashable: Floats
    net: Floats
    present: Floats
    current: float
    quarter: float

    def longest(self, surplus: Floats) -> tuple[float | None, str]:
        """The longest lag with a surplus of zero or more: see `appraisal.crossing`."""
        return crossing(self.lags, surplus)


def sweep_lag(plan: Plan, council: CouncilEvidence, programme: str) -> LagSweep:
    """Results over every onset lag from none to ten years, of one programme or `total`."""
    chosen = [programme] if programme != TOTAL else list(plan.programmes)
    current = plan.programmes[programme].onset_lag.central if programme != TOTAL else 0.0
    lags = np.union1d(np.arange(LONGEST_LAG + 1.0), [current, current + QUARTER])
    swept = {
        (stream_of(id_), "onset_lag"): lags
        + (plan.programmes[id_].onset_lag.central if programme == TOTAL else 0.0)
        for id_ in chosen
        if _has_mean(plan.programmes[id_])
    }
    if not swept:
        lags = np.array([current])
    timeline = timeline_of(plan)
    account = account_of(plan, timeline)
    outcome = run(plan, council, timeline, account, Draws(0, swept=swept))
    cashable, net, present = (np.zeros(len(lags)) for _ in range(3))
    for (id_, _), ladder in outcome.ladders.items():
        if id_ in chosen:
            cashable += ladder.cashable[account.cash].sum(axis=0)
            present += ladder.cashable[account.present].sum(axis=0)
    net += cashable
    for id_ in chosen:
        net -= outcome.costs[id_].council[account.cash].sum(axis=0)
        present -= outcome.costs[id_].council[account.present].sum(axis=0)
    here = int(np.searchsorted(lags, current))
    later = int(np.searchsorted(lags, current + QUARTER))
    quarter = float(cashable[later] - cashable[here]) if later < len(lags) else 0.0
    return LagSweep(lags, cashable, net, present, current, quarter)


def _has_mean(programme: Programme) -> bool:
    """An explicit profile has no mean lag to move."""
    return programme.lag_shape != "profile"
