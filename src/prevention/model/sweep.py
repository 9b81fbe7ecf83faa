"""How a result moves as one assumption goes from one end of a range to the other.

A sweep is a central run with a column for each value: one pass through the chain gives
the whole curve. The curve over whole months is the same whichever lag is assumed, so it
can be kept while that lag is moved; the lag assumed has two columns of its own.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np

from prevention.model.appraisal import crossing
from prevention.model.assumptions import Floats
from prevention.model.chain import account_of, run, timeline_of
from prevention.model.draws import Draws, Kept, made_now
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
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


def sweep_lag(
    plan: Plan,
    council: CouncilEvidence,
    programme: str,
    memo: Cache | None = None,
    kept: Kept = made_now,
) -> LagSweep:
    """Results over every onset lag from none to ten years, of one programme or `total`.

    Args:
        memo: where the curve over whole months stands while the programme's lag is moved.
        kept: where arrays made by an earlier process stand; it changes no figure.
    """
    alone = programme != TOTAL
    current = plan.programmes[programme].onset_lag.central if alone else 0.0
    moved = [programme] if alone else list(plan.programmes)
    months, here = np.arange(LONGEST_LAG + 1.0), np.array([current, current + QUARTER])
    if not any(_has_mean(plan.programmes[id_]) for id_ in moved):
        months, here = np.array([]), np.array([current])
    lags, places = np.unique([*here, *months], return_index=True)
    at = partial(_at, plan, council, programme, kept)
    if memo is None:
        found = at(lags)
    else:
        curve = memo(_key(plan, council, programme), partial(at, months))
        found = np.hstack([at(here), curve])[:, places]
    cashable, net, present = found
    first, last = np.searchsorted(lags, here[[0, -1]])
    return LagSweep(lags, cashable, net, present, current, float(cashable[last] - cashable[first]))


def _at(plan: Plan, council: CouncilEvidence, programme: str, kept: Kept, lags: Floats) -> Floats:
    """Cashable, net and present value over the plan at each lag, GBP, (3, lags)."""
    found = np.zeros((3, len(lags)))
    chosen = [programme] if programme != TOTAL else list(plan.programmes)
    swept = {
        (stream_of(id_), "onset_lag"): lags
        + (plan.programmes[id_].onset_lag.central if programme == TOTAL else 0.0)
        for id_ in chosen
        if _has_mean(plan.programmes[id_])
    }
    timeline = timeline_of(plan)
    account = account_of(plan, timeline)
    outcome = run(plan, council, timeline, account, Draws(0, swept=swept, kept=kept))
    cashable, net, present = found
    for (id_, _), ladder in outcome.ladders.items():
        if id_ in chosen:
            cashable += ladder.cashable[account.cash].sum(axis=0)
            present += ladder.cashable[account.present].sum(axis=0)
    net += cashable
    for id_ in chosen:
        net -= outcome.costs[id_].council[account.cash].sum(axis=0)
        present -= outcome.costs[id_].council[account.present].sum(axis=0)
    return found


def _key(plan: Plan, council: CouncilEvidence, programme: str) -> Hashable:
    """All that the curve over whole months depends on: not the lag it is taken over."""
    parts = [
        (each.lag, each.model_dump_json(exclude={"onset_lag"} if id_ == programme else None))
        for id_, each in plan.programmes.items()
    ]
    rest = plan.overlap_order, plan.event_noise, plan.economy.model_dump_json()
    return (
        "lag curve",
        programme,
        council.code,
        council.data_hash,
        timeline_of(plan),
        rest,
        *parts,
    )


def _has_mean(programme: Programme) -> bool:
    """An explicit profile has no mean lag to move."""
    return programme.lag_shape != "profile"
