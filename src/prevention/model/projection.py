"""Project one plan: the exact central run, the draws about it, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cache as cached
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.chain import (
    Asked,
    Cell,
    Outcome,
    Prints,
    account_of,
    covered,
    run,
    timeline_of,
)
from prevention.model.demand import Baseline
from prevention.model.draws import Draws, Kept, made_now
from prevention.model.evidence import CouncilEvidence
from prevention.model.ledger import Figures, Leaves, Ledger, made_of, rests_on, settled
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.memo import Cache
from prevention.model.percentiles import PERCENTILES, about, between
from prevention.model.scenarios import Plan
from prevention.model.timeline import Timeline
from prevention.money import to_pence, to_pounds
from prevention.years import MONTHS_PER_YEAR

DEFAULT_DRAWS = 16_384
BLOCK = 5120
"""Draws in a block: large enough that a step's cost is arithmetic, not calls."""

WORKERS = 2
"""Blocks worked on at a time; the arithmetic runs outside Python's lock."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Projection:
    """One plan in one council.

    plan: as far as the council's figures reach. outcome: the central run in full, its
    account with a row a month.
    blocks: the outcome of each block of draws, without rows by month; none without draws.
    missing: plain sentences on what could not be modelled for this council.
    cache: where results stand that other runs may share.
    """

    plan: Plan
    council: CouncilEvidence
    timeline: Timeline
    account: Account
    draws: Draws
    outcome: Outcome
    blocks: Sequence[Outcome]
    missing: tuple[str, ...]
    cache: Cache

    @cached_property
    def central(self) -> Mapping[Cell, Mapping[str, Figures]]:
        """Each measure of the central run by year, (years,), money settled to the penny."""
        leaf = Leaves(self.outcome, self.plan, self.account)
        cells = sorted(self.outcome.ladders)
        return settled(self.plan, cells, lambda cell, name: leaf(cell, name)[:, 0])

    @cached_property
    def mean(self) -> Mapping[Cell, Mapping[str, Figures]]:
        """Each measure averaged over the draws, (years,), settled to the penny; none without."""
        if not self.blocks:
            return {}
        leaves, count = self._leaves(), self.draws.count

        def average(cell: Cell, name: str) -> Floats:
            parts = (leaf(cell, name) for leaf in leaves)
            return np.asarray(sum(part.sum(axis=1, dtype=np.float64) for part in parts) / count)

        return settled(self.plan, sorted(self.outcome.ladders), average)

    @cached_property
    def samples(self) -> Mapping[Cell, Mapping[str, Samples]]:
        """Each measure's draws, (years, draws), put together when asked for; none without."""
        if not self.blocks:
            return {}
        # Held by name, not through self: a ring of references would keep every draw alive
        # until the collector next looked.
        ledgers = self._ledgers(self._leaves())
        return ledgers[0].mapped(
            lambda cell, name: np.concatenate([each.fresh(cell)[name] for each in ledgers], axis=1)
        )

    def _ledgers(self, leaves: Sequence[Callable[[Cell, str], Figures]]) -> list[Ledger]:
        """Every measure of every cell in each block of draws, worked out when asked for."""
        cells, blocks = sorted(self.outcome.ladders), self.draws.blocks(BLOCK)
        nothing = [np.zeros((self.plan.years, block.size), np.float32) for block in blocks]
        return [
            Ledger(self.plan, cells, leaf, none, direct=("cashable_saving",))
            for leaf, none in zip(leaves, nothing, strict=True)
        ]

    def _leaves(self) -> list[Leaves]:
        return [Leaves(block, self.plan, self.account) for block in self.blocks]

    def spreads(
        self, wanted: Mapping[Cell, Collection[str]] | None = None
    ) -> Mapping[Cell, Mapping[str, Floats]]:
        """P10, P50 and P90 by year, (years, 3), of the measures wanted of each cell, or of all.

        Money is settled to the penny, as the central figures and means are.
        The draws of a cell are let go once it is done. What a slider did not reach is found
        in the cache. Empty without draws.
        """
        if not self.blocks:
            return {}
        # A leaf goes into its cell's own figures and into three totals.
        ledgers = self._ledgers([cached(leaf) for leaf in self._leaves()])
        asked, shape = self.blocks[0].asked, (self.plan.years, self.draws.count)
        wanted = ledgers[0] if wanted is None else wanted
        made = made_of(self.plan, sorted(self.outcome.ladders))

        def of_cell(cell: Cell) -> Mapping[str, Floats]:
            columns = [ledger.fresh(cell) for ledger in ledgers]
            found: dict[str, Floats] = {}
            for field in fields(Asked):
                names = tuple(n for n in wanted[cell] if rests_on(n) == field.name)
                key = (*shape, *(getattr(asked[part], field.name) for part in made[cell]))
                spread = partial(_spread, columns, names, shape)
                found |= zip(names, self.cache(("spreads", names, key), spread), strict=True)
            return {name: found[name] for name in wanted[cell]}

        with ThreadPoolExecutor(WORKERS) as pool:
            return dict(zip(wanted, pool.map(of_cell, wanted), strict=True))

    @cached_property
    def baselines(self) -> Mapping[str, Mapping[str, Samples]]:
        """People, price and spend by year under each draw, (years, draws), by service."""
        if not self.blocks:
            return {}
        each = [
            {s: baseline_by_year(line, self.timeline) for s, line in b.baselines.items()}
            for b in self.blocks
        ]
        return {
            service: {
                name: np.concatenate([block[service][name] for block in each], axis=1)
                for name in measures
            }
            for service, measures in each[0].items()
        }

    @cached_property
    def net_present(self) -> Mapping[str, Floats]:
        """Cashable net present value under each draw, GBP, (draws,), by programme and `total`."""
        each = [net_present(block, self.account) for block in self.blocks]
        return (
            {id_: np.concatenate([found[id_] for found in each]) for id_ in each[0]} if each else {}
        )


def project(
    plan: Plan,
    council: CouncilEvidence,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    cache: Cache | None = None,
    progress: Callable[[int, int], None] | None = None,
    kept: Kept = made_now,
) -> Projection:
    """Run the chain once exactly and once per block of draws.

    Args:
        draws: 0 for the central run alone.
        cache: results kept between runs; only what changed is worked out again.
        progress: called with (draws done, draws in all) after each block.
        kept: where arrays made by an earlier process stand; it changes no figure.
    """
    plan, left_out = covered(plan, council)
    timeline = timeline_of(plan)
    monthly = account_of(plan, timeline, monthly=True)
    yearly = account_of(plan, timeline)
    cache = Cache() if cache is None else cache
    chosen, prints = Draws(draws, seed, kept=kept), Prints.of(plan)
    blocks: list[Outcome] = []
    parts, through = chosen.blocks(BLOCK), partial(run, plan, council, timeline)
    # A block and the central run are too little for two: they would wait for Python's lock.
    workers = min(WORKERS, max(len(parts), 1))
    # One thread of linear algebra a worker: two pools of two would fight over the cores.
    with linear_algebra().limit(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        central = pool.submit(through, monthly, Draws(0, kept=kept), cache, prints)
        for found in pool.map(lambda part: through(yearly, part, cache, prints), parts):
            blocks.append(found)
            if progress is not None:
                progress(sum(part.size for part in parts[: len(blocks)]), draws)
    missing = council.missing + left_out
    outcome = central.result()
    return Projection(
        plan, council, timeline, monthly, chosen, outcome, tuple(blocks), missing, cache
    )


def _spread(
    columns: Sequence[Mapping[str, Samples]], names: Sequence[str], shape: tuple[int, int]
) -> Floats:
    """Percentiles of measures of one cell, given block by block, (names, years, 3)."""
    years, count = shape
    draws = np.empty(shape, np.float32)
    found = np.empty((len(names), years, 2, len(PERCENTILES)), np.float32)
    known: dict[tuple[int, ...], int] = {}
    for place, name in enumerate(names):
        blocks = [column[name] for column in columns]
        same = known.setdefault(tuple(map(id, blocks)), place)
        if same == place:
            found[place] = about(np.concatenate(blocks, axis=1, out=draws))
        else:  # by another name the same figures
            found[place] = found[same]
    spreads = between(found, count)
    money = [MEASURES[name].unit == GBP for name in names]
    spreads[money] = to_pounds(to_pence(spreads[money]))
    return spreads


@cached
def linear_algebra() -> ThreadpoolController:
    """The linear algebra library of numpy, and of what else has been imported."""
    return ThreadpoolController()


def baseline_by_year(baseline: Baseline, timeline: Timeline) -> dict[str, Floats]:
    """People (average over the year), price (GBP a week) and spend (GBP), (years, n)."""
    people = timeline.by_year(baseline.people) / MONTHS_PER_YEAR
    return {"people": people, "unit_cost": baseline.price, "spend": baseline.spend(timeline)}


def net_present(outcome: Outcome, account: Account) -> dict[str, Floats]:
    """Cashable net present value by programme and in total, GBP, (n,)."""
    rows = account.present
    found = {id_: -cost.council[rows].sum(axis=0) for id_, cost in outcome.costs.items()}
    for (id_, _), ladder in outcome.ladders.items():
        found[id_] = found[id_] + ladder.at(rows).cashable.sum(axis=0)
    # Added in order of name: the same sum whatever order the programmes came in.
    return found | ({TOTAL: np.sum([found[i] for i in sorted(found)], axis=0)} if found else {})
