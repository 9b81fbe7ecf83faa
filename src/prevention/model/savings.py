"""From care avoided to a budget line, rung by rung: steps 7 to 9 of the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.delivery import Delivery
from prevention.model.demand import Baseline
from prevention.model.overlap import in_order, shapley
from prevention.model.programmes import Target
from prevention.model.response import delayed
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, WEEKS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Reach:
    """What one programme avoids alone, summed up: everything later is by row or by year.

    care, released: months of care avoided, and of care whose cost has stopped (were all
    of it cashable), by row of an account, (rows, n). yearly: placements avoided, averaged
    over the year, and peak: the most in any month of it, each (years, n).
    """

    care: Floats
    released: Floats
    yearly: Floats
    peak: Floats


def reach(delivery: Delivery, timeline: Timeline, account: Account) -> Reach:
    """Sum up one programme's care avoided."""
    care, notice = delivery.care, delivery.values["notice"]
    rows = account.rows(care)
    released = rows
    if notice.any():
        released = account.rows(release(care, delivery.earlier, notice, np.zeros_like(notice)))
    by_year = care.reshape(timeline.years, MONTHS_PER_YEAR, -1)
    yearly = rows[account.cash] / MONTHS_PER_YEAR
    return Reach(rows, released, yearly, by_year.max(axis=1))


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of one programme's care in one service line beside the others.

    left: factor on its care by year, (years, n). full: the columns in which all programmes
    together would avoid more than there is in some month, and cap: a further factor on
    those columns by month, (plan_months, full).
    """

    left: Floats
    full: NDArray[np.intp]
    cap: Floats


@dataclass(frozen=True, slots=True)
class People:
    """People of one service line, the baseline: average and least by year, (years, n)."""

    by_month: Floats
    yearly: Floats
    least: Floats

    @classmethod
    def of(cls, by_month: Floats, timeline: Timeline) -> People:
        """From people by month of the plan, (plan_months, n)."""
        years = by_month.reshape(timeline.years, MONTHS_PER_YEAR, -1)
        # Nobody in a line is held as next to nobody, so that shares of it stay finite.
        return cls(by_month, np.maximum(years.mean(axis=1), 1e-6), years.min(axis=1))


def allocate(
    parts: Mapping[str, tuple[float, Reach, Delivery]],
    people: People,
    order: Sequence[str] = (),
) -> dict[str, Share]:
    """Share one service line's people among the programmes that act on it: step 7.

    Each programme's share of the year's people meets the others' in the product rule.
    Then no month of any draw may avoid more than its people: where it would (only when
    nearly all of a line is avoided), all programmes are cut back alike.

    Args:
        parts: by programme, the share of its effect that falls here, and what it avoids.
        order: programmes first to last for a stated order; empty for Shapley.
    """
    ids = sorted(parts, key=lambda i: (order.index(i) if i in order else len(order), i))
    raw = [parts[i][1].yearly * parts[i][0] / people.yearly for i in ids]
    shares = [np.minimum(share, 1) for share in raw]
    left = in_order(shares) if order else shapley(shares)
    for factor, share in zip(left, raw, strict=True):
        factor /= np.maximum(share, 1)
    most = np.zeros_like(people.least)
    for id_, factor in zip(ids, left, strict=True):
        most += np.maximum(parts[id_][1].peak, 0) * parts[id_][0] * factor
    full = np.flatnonzero((most > people.least).any(axis=0))
    there = people.by_month[:, full]
    together = np.zeros_like(there)
    for id_, factor in zip(ids, left, strict=True):
        alone = np.maximum(parts[id_][2].care[:, full], 0) * parts[id_][0]
        together += alone * _monthly(factor[:, full])
    cap = there / np.maximum(np.maximum(together, there), 1e-6)
    return {id_: Share(factor, full, cap) for id_, factor in zip(ids, left, strict=True)}


def _monthly(yearly: Floats) -> Floats:
    """Each year's factor in each of its months."""
    return np.repeat(yearly, MONTHS_PER_YEAR, axis=0)


@dataclass(frozen=True, slots=True)
class Ladder:
    """One programme in one service line, from care avoided down to cashable saving: step 9.

    Held as care by row and each draw's shares; every rung is worked out from these when
    it is asked for, in GBP by row, (rows, n). Gross less every deduction is `cashable`,
    which is `saving` plus `avoided_growth`.

    unit: GBP a month of care avoided, by row. care_alone, care, released, growing: months
    of care avoided before overlap, after it, released, and released but only meeting
    growth, each (rows, n). already_in_base: GBP by row. kept, council, part: what is left
    of the effect after optimism bias, then of that the council's, then the cashable, each
    (n,). begun: placements avoided that would have begun in each year, (years, n).
    is_price_only: no care is avoided, only its price falls.
    """

    unit: Floats
    care_alone: Floats
    care: Floats
    released: Floats
    growing: Floats
    already_in_base: Floats
    kept: Floats
    council: Floats
    part: Floats
    begun: Floats
    is_price_only: bool

    def at(self, rows: slice) -> Ladder:
        """The same ladder in some rows of the account alone."""
        return replace(
            self,
            unit=self.unit[rows],
            care_alone=self.care_alone[rows],
            care=self.care[rows],
            released=self.released[rows],
            growing=self.growing[rows],
            already_in_base=self.already_in_base[rows],
        )

    @property
    def gross(self) -> Floats:
        """Care avoided before overlap, at the price of the placement."""
        return self.care_alone * self.unit

    @property
    def overlap(self) -> Floats:
        """What another programme avoids as well."""
        return (self.care_alone - self.care) * self.unit

    @property
    def optimism_bias(self) -> Floats:
        """Haircut for the strength of the evidence."""
        return self.care * self.unit * (1 - self.kept)

    @property
    def to_other_bodies(self) -> Floats:
        """What falls to the NHS and others."""
        return self.care * self.unit * (self.kept - self.council)

    @property
    def not_cashable(self) -> Floats:
        """The council's share that no budget can give up."""
        return self.care * self.unit * (self.council - self.part)

    @property
    def not_released(self) -> Floats:
        """Cashable, but its cost has not yet stopped."""
        return (self.care * self.part - self.released) * self.unit

    @property
    def avoided_growth(self) -> Floats:
        """Part of the cashable saving that only holds back growth in demand."""
        return self.growing * self.unit

    @property
    def fiscal(self) -> Floats:
        """Saving to the public sector: gross less overlap and optimism bias."""
        return self.care * self.unit * self.kept

    @property
    def cashable(self) -> Floats:
        """What can come out of the council's budget."""
        return self.released * self.unit - self.already_in_base

    @property
    def care_weeks(self) -> Floats:
        """Weeks of care avoided, after overlap."""
        return self.care * (0 if self.is_price_only else WEEKS_PER_MONTH)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one programme would save in one service line beside no other: fields as of `Ladder`."""

    unit: Floats
    care: Floats
    already_in_base: Floats
    kept: Floats
    council: Floats
    part: Floats

    @classmethod
    def of(
        cls,
        target: Target,
        delivery: Delivery,
        reach: Reach,
        baselines: Mapping[str, Baseline],
        account: Account,
        already_in_base: Floats,
    ) -> Claim:
        """already_in_base: saving the base budget already counts, GBP by row, (rows, n)."""
        values = delivery.values
        kept = 1 - values["optimism_bias"]
        council = kept * values["council_share"]
        return cls(
            unit=account.at_row(placement_price(target, baselines)) * WEEKS_PER_MONTH,
            care=reach.care * target.share,
            already_in_base=already_in_base,
            kept=kept,
            council=council,
            part=council * values["cashable_share"],
        )


def climb(
    target: Target,
    delivery: Delivery,
    reach: Reach,
    claim: Claim,
    share: Share,
    growth: Floats,
    account: Account,
) -> Ladder:
    """Set up the ladder of one programme in one service line.

    growth: share of what is avoided that only offsets growth in demand, by row, (rows, n).
    """
    values, part = delivery.values, claim.part
    left = account.at_row(share.left) * target.share
    care, released = reach.care * left, reach.released * left
    released *= part
    exact, cap = _by_month(values["release_unit"], share)
    if exact.size:
        yearly = share.left[:, exact] * target.share
        avoided = delivery.care[:, exact] * _monthly(yearly) * cap
        earlier = delivery.earlier[:, exact] * yearly[0] * part[exact]
        steps = release(
            avoided * part[exact], earlier, values["notice"][exact], values["release_unit"][exact]
        )
        care[:, exact], released[:, exact] = account.rows(avoided), account.rows(steps)
    return Ladder(
        unit=claim.unit,
        care_alone=claim.care,
        care=care,
        released=released,
        growing=released * growth,
        already_in_base=claim.already_in_base,
        kept=claim.kept,
        council=claim.council,
        part=part,
        begun=delivery.begun * share.left * target.share * (0 if target.price_only else 1),
        is_price_only=target.price_only,
    )


def placement_price(target: Target, baselines: Mapping[str, Baseline]) -> Floats:
    """GBP a week of a placement avoided, less what is bought instead, by year, (years, n)."""
    price = baselines[target.service].price
    return price - baselines[target.replaced_by].price if target.replaced_by else price


def _by_month(unit: Floats, share: Share) -> tuple[NDArray[np.intp], Floats]:
    """Columns that must go month by month, and their cap: stepped releases, and full lines."""
    if not unit.any():
        return share.full, share.cap
    cap = np.ones((len(share.cap), len(unit)), share.cap.dtype)
    cap[:, share.full] = share.cap
    return np.arange(len(unit)), cap


def release(cashable: Floats, earlier: Floats, notice: Floats, unit: Floats) -> Floats:
    """Placements whose cost has really stopped, (plan_months, n).

    A placement avoided is released `notice` months later, in whole steps of `unit`
    placements (0: no steps), and never more than are avoided now. Extra placements
    (below zero) cost at once.

    Args:
        cashable: placements avoided whose cost can stop, (plan_months, n).
        earlier: the same in the months just before the plan, (k, n).
        notice: months, (n,). unit: placements, (n,).

    >>> avoided, none = np.array([[0.4], [1.2], [2.5]]), np.zeros((0, 1))
    >>> release(avoided, none, np.zeros(1), np.ones(1)).ravel().tolist()
    [0.0, 1.0, 2.0]
    """
    given_up = cashable
    if notice.any():
        given_up = delayed(np.concatenate([earlier, cashable]), notice)[len(earlier) :]
    if unit.any():
        step = np.where(unit > 0, unit, 1.0)
        whole = step * np.floor(given_up / step + 1e-6)
        given_up = np.where((unit > 0) & (given_up > 0), whole, given_up)
    return np.minimum(cashable, given_up)


def growth_share(people: People, avoided: Floats) -> Floats:
    """Share of the care avoided that only holds back growth since the plan began.

    The first placements avoided meet the growth in demand; only those beyond it take the
    line below its opening level. avoided: placements, averaged over the year, (years, n).
    """
    growth = np.maximum(people.yearly - people.by_month[0], 0)
    met = np.minimum(growth, np.maximum(avoided, 0))
    share: Floats = met / np.where(avoided > 0, avoided, 1)
    return share
