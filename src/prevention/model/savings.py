"""From care avoided to a budget line, rung by rung: steps 7 to 9 of the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.delivery import Delivery
from prevention.model.demand import Baseline
from prevention.model.overlap import capped, in_order, shapley
from prevention.model.programmes import Target
from prevention.model.response import delayed
from prevention.years import WEEKS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Share:
    """What one programme avoids in one service line, each (plan_months, n).

    care: before other programmes are considered. allocated: its part of what all
    programmes avoid together.
    """

    care: Floats
    allocated: Floats


def allocate(
    care: Mapping[str, Floats], people: Floats, order: Sequence[str] = ()
) -> dict[str, Share]:
    """Share one service line's people among the programmes that act on it: step 7.

    Args:
        care: placements each programme would avoid alone, by id, (plan_months, n).
        people: the baseline, (plan_months, n).
        order: programmes first to last for a stated order; empty for Shapley.
    """
    ids = sorted(care, key=lambda i: (order.index(i) if i in order else len(order), i))
    shares = [capped(care[i], people) for i in ids]
    parts = in_order(shares) if order else shapley(shares)
    return {i: Share(care[i], part * people) for i, part in zip(ids, parts, strict=True)}


@dataclass(frozen=True, slots=True)
class Ladder:
    """One programme in one service line: each rung in GBP by row, (rows, n).

    gross less every deduction is `cashable`, which is `saving` plus `avoided_growth`.
    care: weeks of care avoided after overlap, (rows, n). begun: placements avoided that
    would have begun in each year, after overlap, (years, n).
    """

    gross: Floats
    overlap: Floats
    optimism_bias: Floats
    to_other_bodies: Floats
    not_cashable: Floats
    not_released: Floats
    already_in_base: Floats
    avoided_growth: Floats
    care: Floats
    begun: Floats

    @property
    def fiscal(self) -> Floats:
        """Saving to the public sector: gross less overlap and optimism bias."""
        return self.gross - self.overlap - self.optimism_bias

    @property
    def cashable(self) -> Floats:
        """What can come out of the council's budget."""
        return (
            self.fiscal
            - self.to_other_bodies
            - self.not_cashable
            - self.not_released
            - self.already_in_base
        )


def climb(
    target: Target,
    delivery: Delivery,
    share: Share,
    growth: Floats,
    baselines: Mapping[str, Baseline],
    account: Account,
    base_by_row: Floats,
) -> Ladder:
    """Work down the ladder from gross avoided cost to cashable saving: step 9.

    growth: share of what is avoided that only offsets growth in demand, (plan_months, n).
    base_by_row: saving the base budget already counts, GBP by row, (rows, n).
    """
    values = delivery.values
    price = baselines[target.service].price
    if target.replaced_by:
        price = price - baselines[target.replaced_by].price
    unit = account.at_row(price) * WEEKS_PER_MONTH
    kept = 1 - values["optimism_bias"]
    council = kept * values["council_share"]
    part = council * values["cashable_share"]
    released = release(share.allocated * part, values["notice"], values["release_unit"])

    alone_care = account.rows(share.care)
    gross = alone_care * unit
    allocated = account.rows(share.allocated)
    alone = allocated * unit
    cash = account.rows(released) * unit
    physical = 0 if target.price_only else 1
    with np.errstate(divide="ignore", invalid="ignore"):
        kept_share = np.where(alone_care != 0, allocated / alone_care, 1)[account.cash]
    return Ladder(
        gross=gross,
        overlap=gross - alone,
        optimism_bias=alone * (1 - kept),
        to_other_bodies=alone * (kept - council),
        not_cashable=alone * (council - part),
        not_released=alone * part - cash,
        already_in_base=base_by_row,
        avoided_growth=account.rows(released * growth) * unit,
        care=allocated * WEEKS_PER_MONTH * physical,
        begun=delivery.begun * target.share * kept_share * physical,
    )


def release(cashable: Floats, notice: Floats, unit: Floats) -> Floats:
    """Placements whose cost has really stopped, (plan_months, n).

    A placement avoided is released `notice` months later, in whole steps of `unit`
    placements (0: no steps), and never more than are avoided now. Extra placements
    (below zero) cost at once. What was avoided when the plan opens counts as given
    notice already, so that programmes in flight begin warm.

    >>> release(np.array([[0.4], [1.2], [2.5]]), np.zeros(1), np.ones(1)).ravel().tolist()
    [0.0, 1.0, 2.0]
    """
    opening = cashable[0]
    given_up = opening + delayed(cashable - opening, notice) if notice.any() else cashable
    if unit.any():
        step = np.where(unit > 0, unit, 1.0)
        whole = step * np.floor(given_up / step + 1e-9)
        given_up = np.where((unit > 0) & (given_up > 0), whole, given_up)
    return np.minimum(cashable, given_up)


def growth_share(people: Floats, avoided: Floats) -> Floats:
    """Share of the care avoided that only holds back growth since the plan began.

    people, avoided: of one service line, (plan_months, n). The first placements avoided
    meet the growth in demand; only those beyond it take the line below its opening level.
    """
    growth = np.maximum(people - people[0], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(avoided > 0, np.clip(growth / avoided, 0.0, 1.0), 0.0)
