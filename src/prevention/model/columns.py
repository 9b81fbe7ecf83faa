"""Many mixes of programmes in one pass of the model, a column each.

What a programme does and costs on its own is worked out once for each way it may go: left
out, or from each of its starts. Columns put these side by side, and overlap and ladder are
those of the chain.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prevention.model.assumptions import Floats
from prevention.model.chain import Outcome, Work, account_of, beside, run, targets_of, timeline_of
from prevention.model.draws import Draws, Kept, made_now
from prevention.model.evidence import CouncilEvidence
from prevention.model.memo import Cache
from prevention.model.mix import Choice, Picks, mixed
from prevention.model.savings import Claim, People, Reach, reach
from prevention.model.scenarios import Plan

Places = NDArray[np.intp]

BLOCK = 2048
"""Mixes in a pass: rows of money by month of so many stay within a few hundred megabytes."""


@dataclass(frozen=True, slots=True)
class Way:
    """A programme going one way: what it does alone, and what it would save on each line."""

    work: Work
    claims: dict[str, Claim]


class Columns:
    """Runs mixes of one plan for one council, with every assumption at its central figure."""

    def __init__(
        self,
        plan: Plan,
        council: CouncilEvidence,
        choices: Sequence[Choice],
        kept: Kept = made_now,
    ) -> None:
        """plan: as far as the council's figures reach, with every choice in it."""
        self.plan, self.council, self.choices = plan, council, choices
        self._timeline = timeline_of(plan)
        self.account = account_of(plan, self._timeline, monthly=True)
        self._draws, self._cache = Draws(0, kept=kept), Cache()
        self.lines = self._run((0,) * len(choices)).baselines
        self._places = {
            id_: [place for place, choice in enumerate(choices) if choice.programme == id_]
            for id_ in sorted(plan.programmes)
        }
        self._ways = {id_: self._ways_of(id_) for id_ in self._places}

    def __call__(self, mixes: Sequence[Picks]) -> tuple[Floats, Floats]:
        """Cashable saving and new cost by row of the account of each mix, (rows, mixes)."""
        parts = [
            self._pass(np.array(mixes[first : first + BLOCK], np.intp))
            for first in range(0, len(mixes), BLOCK)
        ]
        saved, cost = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
        return saved, cost

    def _pass(self, picks: Places) -> tuple[Floats, Floats]:
        """As many mixes as go at once; picks: (mixes, choices)."""
        count = len(picks)
        saved = np.zeros((len(self.account.matrix), count))
        cost = np.zeros_like(saved)
        chosen: dict[str, Way] = {}
        for id_, ways in self._ways.items():
            if ways:
                sizes = [len(self.choices[place].starts) + 1 for place in self._places[id_]]
                at = np.zeros(count, np.intp)
                for place, size in zip(self._places[id_], sizes, strict=True):
                    at = at * size + picks[:, place]
                chosen[id_] = _side_by_side(ways, at)
                cost += chosen[id_].work.cost.council
        works = {id_: way.work for id_, way in chosen.items()}
        for service, line in self.lines.items():
            acting = {
                id_: target
                for id_ in works
                for target in targets_of(self.plan.programmes[id_], self.lines)
                if target.service == service
            }
            people = People.of(np.repeat(line.people, count, axis=1), self._timeline)
            claims = {id_: chosen[id_].claims[service] for id_ in acting}
            ladders = beside(self.plan, acting, people, works, claims, self.account)
            for id_ in sorted(ladders):
                saved += ladders[id_].cashable
        return saved, cost

    def _run(self, picks: Picks) -> Outcome:
        plan = mixed(self.plan, self.choices, picks)
        return run(plan, self.council, self._timeline, self.account, self._draws, self._cache)

    def _ways_of(self, id_: str) -> list[Way]:
        """Every way a programme may go, in order of its picks; none where it cannot start."""
        options = [
            range(len(choice.starts) + 1) if choice.programme == id_ else (0,)
            for choice in self.choices
        ]
        ways = []
        for picks in itertools.product(*options):
            outcome = self._run(picks)
            ways.append(self._way(id_, outcome) if id_ in outcome.deliveries else None)
        there = next((way for way in ways if way), None)
        return [way or _nothing_of(there) for way in ways] if there else []

    def _way(self, id_: str, outcome: Outcome) -> Way:
        delivery = replace(outcome.deliveries[id_], starts={})
        summed = reach(delivery, self._timeline, self.account)
        claims = {
            target.service: Claim.of(
                target,
                delivery,
                summed,
                self.lines,
                self.account,
                outcome.ladders[id_, target.service].already_in_base,
            )
            for target in targets_of(self.plan.programmes[id_], self.lines)
        }
        return Way(Work((), (), delivery, outcome.costs[id_], summed), claims)


def _nothing_of(way: Way) -> Way:
    """A programme that is left out: it saves nothing and costs nothing."""
    work = way.work
    nothing = Reach(*(np.zeros_like(getattr(work.reach, f.name)) for f in fields(Reach)))
    free = type(work.cost)(*(np.zeros_like(getattr(work.cost, f.name)) for f in fields(work.cost)))
    claims = {
        service: replace(claim, already_in_base=np.zeros_like(claim.already_in_base))
        for service, claim in way.claims.items()
    }
    delivery = replace(work.delivery, care=np.zeros_like(work.delivery.care))
    return Way(replace(work, delivery=delivery, cost=free, reach=nothing), claims)


def _side_by_side(parts: Sequence[Any], at: Places) -> Any:
    """Results of one column each as one of many: column i is that of part at[i]."""
    first = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts, axis=-1)[..., at]
    if isinstance(first, dict):
        return {key: _side_by_side([part[key] for part in parts], at) for key in first}
    if is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in fields(first)]
        each = {n: _side_by_side([getattr(part, n) for part in parts], at) for n in names}
        return replace(first, **each)
    return first
