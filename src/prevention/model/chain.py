"""The chain, written once: baseline, delivery, overlap, ladder, cost, for a block of columns.

The exact central run, a block of draws and a sweep over one assumption all go through
the same function; they differ only in the columns they carry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.delivery import Cost, Delivery, deliver, delivery_cost
from prevention.model.demand import Baseline, baselines, modelled
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.memo import Cache
from prevention.model.programmes import COST_FIELDS, Programme, Target
from prevention.model.savings import (
    Claim,
    Ladder,
    People,
    Reach,
    allocate,
    climb,
    growth_share,
    placement_price,
    reach,
)
from prevention.model.scenarios import Plan
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, first_month

Cell = tuple[str, str]
"""A programme and a service line it acts on."""


@dataclass(frozen=True, slots=True)
class Prints:
    """A plan's documents in few bytes each: keys are many, and documents are pages long.

    programmes: by programme, all of it; costs: what its people started and cost rest on.
    """

    economy: bytes
    programmes: Mapping[str, bytes]
    costs: Mapping[str, bytes]

    @classmethod
    def of(cls, plan: Plan) -> Prints:
        """Of every document of a plan."""
        whole = {i: p.model_dump_json() for i, p in plan.programmes.items()}
        costs = {i: p.model_dump_json(include=COST_FIELDS) for i, p in plan.programmes.items()}
        return cls(
            _print(plan.economy.model_dump_json()),
            {i: _print(text) for i, text in whole.items()},
            {i: _print(text) for i, text in costs.items()},
        )


def _print(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Asked:
    """All that the figures of a cell depend on, as keys: the same key, the same figures.

    cost: of what the programme starts and costs. alone: of what it does beside no other.
    together: of what is left of that beside the others on the line.
    """

    cost: Hashable
    alone: Hashable
    together: Hashable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one pass through the chain gives.

    baselines: by service. deliveries, costs: by programme. ladders: by cell. asked: by cell,
    all that its figures depend on.
    """

    baselines: Mapping[str, Baseline]
    deliveries: Mapping[str, Delivery]
    ladders: Mapping[Cell, Ladder]
    costs: Mapping[str, Cost]
    asked: Mapping[Cell, Asked]


def timeline_of(plan: Plan) -> Timeline:
    """The months of the plan; each programme looks back to its own first start."""
    return Timeline(plan.first_year, plan.years, first_month(plan.first_year))


def account_of(plan: Plan, timeline: Timeline, monthly: bool = False) -> Account:
    """The plan's rows of account."""
    economy = plan.economy
    return Account.of(timeline, economy.discount_rate.central, economy.inflation.central, monthly)


def targets_of(programme: Programme, known: Mapping[str, object]) -> list[Target]:
    """The service lines a programme acts on that this council's figures cover."""
    return [
        target
        for target in programme.avoids
        if target.service in known and (not target.replaced_by or target.replaced_by in known)
    ]


def covered(plan: Plan, council: CouncilEvidence) -> tuple[Plan, tuple[str, ...]]:
    """The plan as far as a council's figures reach, and plain sentences on what is left out.

    A programme none of whose service lines has figures is left out, its cost with it.
    """
    known = dict.fromkeys(modelled(council.services, plan.economy.services))
    kept = {i: p for i, p in plan.programmes.items() if targets_of(p, known)}
    missing = []
    for id_, programme in plan.programmes.items():
        lines = [t for t in programme.avoids if t not in targets_of(programme, known)]
        names = ", ".join(t.service.replace("-", " ") for t in lines)
        if id_ not in kept:
            missing.append(f"{programme.name}: no figures for {names}; left out, cost and all.")
        elif lines:
            share = sum(t.share for t in lines)
            missing.append(
                f"{programme.name}: no figures for {names}; {share:.0%} of its effect is left out."
            )
    return replace(plan, programmes=kept), tuple(missing)


def run(
    plan: Plan,
    council: CouncilEvidence,
    timeline: Timeline,
    account: Account,
    draws: Draws,
    memo: Cache | None = None,
    prints: Prints | None = None,
) -> Outcome:
    """Steps 1 to 10 of the method for one block of columns.

    memo: each step is looked up there by all that it depends on, before it is worked out.
    prints: of the plan, where they are known.
    """
    memo = Cache() if memo is None else memo
    prints = prints or Prints.of(plan)
    here = (council.code, council.data_hash, timeline, len(account.matrix), draws.key)
    priced = (*here, prints.economy)
    base = memo(
        ("baselines", priced),
        partial(baselines, council.services, plan.economy.services, timeline, draws),
    )
    works = {
        id_: _work(plan, programme, timeline, account, draws, memo, here, priced, prints)
        for id_, programme in draws.in_turn(plan.programmes.items())
    }
    ladders: dict[Cell, Ladder] = {}
    asked: dict[Cell, Asked] = {}
    for service, line in base.items():
        people = memo(("people", priced, service), partial(People.of, line.people, timeline))
        acting = {
            id_: target
            for id_ in sorted(plan.programmes)
            for target in targets_of(plan.programmes[id_], base)
            if target.service == service
        }
        together = (priced, service, plan.overlap_order, *(works[i].asked for i in acting))
        claims = {}
        for id_, target in acting.items():
            key = Asked(
                (works[id_].costed, service), (works[id_].asked, priced, service), (id_, together)
            )
            claim = partial(_claim, plan.programmes[id_], target, works[id_], base, account)
            claims[id_] = memo(("claim", key.alone), claim)
            asked[id_, service] = key
        found: dict[str, Ladder] = memo(
            ("ladders", together),
            partial(beside, plan, acting, people, works, claims, account),
        )
        ladders |= {(id_, service): ladder for id_, ladder in found.items()}
    return Outcome(
        base,
        {id_: works[id_].delivery for id_ in plan.programmes},
        ladders,
        {id_: works[id_].cost for id_ in plan.programmes},
        asked,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What one programme does and costs on its own.

    asked: all that it depends on; costed: all that its people started and cost depend on.
    """

    asked: Hashable
    costed: Hashable
    delivery: Delivery
    cost: Cost
    reach: Reach


def _work(
    plan: Plan,
    programme: Programme,
    timeline: Timeline,
    account: Account,
    draws: Draws,
    memo: Cache,
    here: Hashable,
    priced: Hashable,
    prints: Prints,
) -> Work:
    """Delivery and cost of one programme: steps 2 to 6, and 10."""
    asked = (prints.programmes[programme.id], plan.event_noise)
    delivery = memo(
        ("delivery", here, asked),
        partial(deliver, programme, plan.first_year, plan.years, draws, memo, plan.event_noise),
    )
    costed = (priced, prints.costs[programme.id])
    cost = memo(
        ("cost", costed),
        partial(delivery_cost, programme, delivery, timeline, plan.economy, account, draws),
    )
    summed = memo(("reach", priced, asked), partial(reach, delivery, timeline, account))
    return Work(asked, costed, delivery, cost, summed)


def beside(
    plan: Plan,
    acting: Mapping[str, Target],
    people: People,
    works: Mapping[str, Work],
    claims: Mapping[str, Claim],
    account: Account,
) -> dict[str, Ladder]:
    """Overlap and ladder of every programme that acts on one service line: steps 7 to 9."""
    if not acting:
        return {}
    parts = {i: (t.share, works[i].reach, works[i].delivery) for i, t in acting.items()}
    shares = allocate(parts, people, plan.overlap_order)
    avoided = np.zeros_like(people.yearly)
    for id_, share in shares.items():
        avoided += works[id_].reach.yearly * acting[id_].share * share.left
    growth = account.at_row(growth_share(people, avoided))
    return {
        id_: climb(
            acting[id_], works[id_].delivery, works[id_].reach, claims[id_], share, growth, account
        )
        for id_, share in shares.items()
    }


def _claim(
    programme: Programme,
    target: Target,
    work: Work,
    base: Mapping[str, Baseline],
    account: Account,
) -> Claim:
    """What a programme would save in one service line beside no other."""
    in_base = _already_in_base(work.delivery, target, targets_of(programme, base), base, account)
    return Claim.of(target, work.delivery, work.reach, base, account, in_base)


def _already_in_base(
    delivery: Delivery,
    target: Target,
    targets: Sequence[Target],
    base: Mapping[str, Baseline],
    account: Account,
) -> Floats:
    """GBP by row the base budget already counts for a cell, (rows, n).

    Stated for the programme at the price of the plan's first year. Shared over its lines
    by the worth of a placement avoided on each; it rises with the price of the line, as
    the saving it stands for does. One column of zeros where there is none.
    """
    price = base[target.service].price
    if not delivery.values["already_in_base"].any():
        return np.zeros((len(account.matrix), 1), price.dtype)
    worth = [np.maximum(t.share * placement_price(t, base)[0], 0) for t in targets]
    own = worth[targets.index(target)] / np.maximum(np.sum(worth, axis=0), 1e-9)
    yearly = delivery.values["already_in_base"] * own * price / price[0]
    whole_months = account.matrix.sum(axis=1, keepdims=True)
    by_row: Floats = whole_months * account.at_row(yearly) / MONTHS_PER_YEAR
    return by_row.astype(price.dtype)
