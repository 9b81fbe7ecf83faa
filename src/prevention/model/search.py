"""The mix of programmes that does best without needing more money than there is.

The model itself is the judge of every mix: overlap makes the worth of two programmes less
than the sum of each. What is searched is the central run. Programmes that share no service
line, directly or by way of others, do add up: each combination within such a group is run,
and every mix is a sum of these.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.columns import Columns
from prevention.model.mix import Picks, groups_of
from prevention.money import Pence, to_pence

MOST_RUNS = 60_000
"""Runs of the model that comparing every mix may take: some ten seconds."""

MOST_MIXES = 20_000_000
"""Mixes that may be compared as sums of such runs: some ten seconds."""

MOST_SWAPS = 5_000
"""Changes of two programmes at once that are tried at each step of a search."""

LAST = 10_000
"""Stands for what is left out, after every start, where mixes are put in order."""

NO_LIMIT = np.iinfo(np.int64).max
"""Pence: more than any plan needs."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be as large as possible: rows of the account, and whether cost comes off."""

    title: str
    rows: Callable[[Account], slice]
    is_net: bool

    def of(self, saved: Floats, cost: Floats, account: Account) -> Floats:
        """GBP by column, from cashable saving and new cost by row, (rows, n)."""
        rows = self.rows(account)
        total: Floats = saved[rows].sum(axis=0)
        return total - cost[rows].sum(axis=0) if self.is_net else total


GOALS = {
    "npv-cashable": Goal("cashable net present value", lambda a: a.present, True),
    "net-saving": Goal("net saving", lambda a: a.cash, True),
    "cashable-saving": Goal("cashable saving", lambda a: a.cash, False),
}
"""By the names of the measures: the council's own money, over the years of the plan."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What mixes bring, one a column, (n,) and (months, n).

    goal: GBP. running: cumulative net saving by month, GBP.
    """

    goal: Floats
    running: Floats

    def __add__(self, other: Worth) -> Worth:
        """Of two that have no bearing on each other."""
        return Worth(self.goal + other.goal, self.running + other.running)

    def __sub__(self, other: Worth) -> Worth:
        """What one brings beyond another."""
        return Worth(self.goal - other.goal, self.running - other.running)


Table = tuple[list[Picks], Worth]
"""Mixes in order, and what each brings."""


class Judge:
    """What any mix brings on top of what runs already, by the central run of the model."""

    def __init__(self, columns: Columns, goal: Goal) -> None:
        """Judge the mixes of one plan by one goal."""
        self.columns, self.goal, self.runs = columns, goal, 0
        self.sizes = tuple(len(choice.starts) + 1 for choice in columns.choices)
        self.nothing: Picks = (0,) * len(self.sizes)
        self.everything: Picks = tuple(min(size - 1, 1) for size in self.sizes)
        self.groups = groups_of(columns.plan, columns.lines, columns.choices)
        self.running = self._worth([self.nothing])

    def __call__(self, mixes: Sequence[Picks]) -> Worth:
        """What mixes bring on top of what runs already, a column each."""
        self.runs += len(mixes)
        return self._worth(mixes) - self.running

    def need(self, worth: Worth) -> Pence:
        """The most that must be found at any time, in pence, (n,).

        That of the programmes started, on their own and with what runs already: a saving
        that comes anyway pays for nothing new, and a shortfall that comes anyway counts.
        """
        anyway = np.minimum(self.running.running, 0)
        return to_pence(np.maximum(-(worth.running + anyway).min(axis=0), 0.0))

    @cached_property
    def tables(self) -> list[Table]:
        """Every combination within each group, in few tables, the largest last."""
        choices = list(enumerate(self.sizes))
        groups = [
            [(*range(1, size), 0) if place in group else (0,) for place, size in choices]
            for group in self.groups
        ]
        mixes = [list(itertools.product(*group)) for group in groups] or [[self.nothing]]
        tables = sorted(((each, self(each)) for each in mixes), key=_length)
        while len(tables) > 2 and _length(tables[0]) * _length(tables[1]) < _length(tables[-1]):
            tables = sorted([_joined(tables[0], tables[1]), *tables[2:]], key=_length)
        return tables

    def _worth(self, mixes: Sequence[Picks]) -> Worth:
        saved, cost = self.columns(mixes)
        account = self.columns.account
        net = saved[account.monthly] - cost[account.monthly]
        return Worth(self.goal.of(saved, cost, account), np.cumsum(net, axis=0))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    ranked: the best mix that keeps within the limit and the next best; fewer where fewer do.
    mixes: how many there are; within: how many keep within the limit, None where not all
    were compared.
    """

    ranked: tuple[Picks, ...]
    mixes: int
    within: int | None

    @property
    def is_proven(self) -> bool:
        """Whether every mix was compared."""
        return self.within is not None


def search(judge: Judge, limit: int = NO_LIMIT) -> Found:
    """The best mix within a funding limit, in pence.

    The more of the goal the better; to the penny the same, the less funding; then the fewer
    starts; then what comes first by name and starts first.
    """
    mixes = math.prod(judge.sizes)
    if _all_can_be_compared(judge):
        ranked, within = _all_compared(judge, limit)
        return Found(ranked, mixes, within)
    return Found(_improved(judge, limit), mixes, None)


def by_limit(judge: Judge) -> tuple[Picks, ...]:
    """The best mix at every limit, from the least any mix needs up: each does better.

    The last does best without a limit. None where there are too many to compare them all.
    """
    if not _all_can_be_compared(judge):
        return ()
    largest, starts = _largest(judge)
    better: list[tuple[int, int, tuple[int, ...], Picks]] = []
    for picks, goal, need in _slices(judge):
        goals = np.array([NO_LIMIT, *(turned for _, turned, *_ in better)])
        least = [of for of, *_ in better]
        close = np.flatnonzero(-goal <= goals[np.searchsorted(least, need, "right")])
        order = close[np.lexsort((starts[close], -goal[close], need[close]))]
        best = np.maximum.accumulate(goal[order])
        for at in order[:1].tolist() + order[1:][best[1:] > best[:-1]].tolist():
            mix = _both(largest[at], picks)
            better.append((int(need[at]), -int(goal[at]), _turn(mix), mix))
        better.sort()
        reached = [NO_LIMIT, *itertools.accumulate((each[1] for each in better), min)]
        better = [each for each, before in zip(better, reached, strict=False) if each[1] < before]
    return tuple(picks for *_, picks in better)


def _all_can_be_compared(judge: Judge) -> bool:
    runs = sum(math.prod(judge.sizes[place] for place in group) for group in judge.groups)
    return runs <= MOST_RUNS and math.prod(judge.sizes) <= MOST_MIXES


def _all_compared(judge: Judge, limit: int) -> tuple[tuple[Picks, ...], int]:
    """The two best of all mixes, and how many keep within the limit."""
    best: list[tuple[int, int, tuple[int, ...], Picks]] = []
    within = 0
    largest, starts = _largest(judge)
    for picks, goal, need in _slices(judge):
        fits = np.flatnonzero(need <= limit)
        within += len(fits)
        for at in fits[_first_two(goal[fits], need[fits], starts[fits])]:
            mix = _both(largest[at], picks)
            best.append((-int(goal[at]), int(need[at]), _turn(mix), mix))
        best = sorted(best)[:2]
    return tuple(picks for *_, picks in best), within


def _largest(judge: Judge) -> tuple[list[Picks], NDArray[np.intp]]:
    """Mixes of the largest table, and how many starts each has."""
    mixes, _ = judge.tables[-1]
    return mixes, np.count_nonzero(np.array(mixes, np.intp), axis=1)


def _slices(judge: Judge) -> Iterator[tuple[Picks, Pence, Pence]]:
    """Every mix: one of the other tables, then goal and need with each of the largest."""
    tables = judge.tables
    for parts in itertools.product(*(_rows(table) for table in tables[:-1])):
        picks, worth = judge.nothing, tables[-1][1]
        for more, brings in parts:
            picks, worth = _both(picks, more), worth + brings
        yield picks, to_pence(worth.goal), judge.need(worth)


def _first_two(goal: Pence, need: Pence, starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places of the two best, the earlier first where they are equal."""
    close = np.arange(len(goal))
    if len(goal) > 2:
        close = np.flatnonzero(goal >= np.partition(goal, -2)[-2])
    found: NDArray[np.intp] = close[np.lexsort((starts[close], need[close], -goal[close]))[:2]]
    return found


def _turn(picks: Picks) -> tuple[int, ...]:
    """Where a mix comes among its equals: the fewer starts first, then by name and date."""
    return (sum(pick > 0 for pick in picks), *(pick or LAST for pick in picks))


def _rows(table: Table) -> Iterator[tuple[Picks, Worth]]:
    mixes, worth = table
    for place, picks in enumerate(mixes):
        yield picks, Worth(worth.goal[[place]], worth.running[:, [place]])


def _length(table: Table) -> int:
    return len(table[0])


def _joined(one: Table, other: Table) -> Table:
    """Every pair of two tables."""
    mixes = [_both(a, b) for a in one[0] for b in other[0]]
    goal = (one[1].goal[:, None] + other[1].goal).ravel()
    running = one[1].running[:, :, None] + other[1].running[:, None, :]
    return mixes, Worth(goal, running.reshape(len(running), -1))


def _both(one: Picks, other: Picks) -> Picks:
    """Two mixes of different choices in one."""
    return tuple(map(sum, zip(one, other, strict=True)))


def _improved(judge: Judge, limit: int) -> tuple[Picks, ...]:
    """The best mix that no change of one or two choices betters, and the next best met.

    From nothing, from all at once, and from what would be best did programmes not overlap.
    """
    met: dict[Picks, Rank] = {}
    for start in (judge.nothing, judge.everything, _without_overlap(judge, limit)):
        better = [_best(judge, limit, [start], met)]
        while better:
            here = better[0]
            near = (
                _best(judge, limit, [here[-1], *changed(here[-1], judge.sizes)], met)
                for changed in (_changed_once, _changed_twice)
            )
            better = list(itertools.islice((found for found in near if found < here), 1))
    return tuple(picks for over, *_, picks in sorted(met.values()) if not over)[:2]


Rank = tuple[int, int, int, tuple[int, ...], Picks]
"""A mix by its rank, first is best: pence over the limit, goal turned round, funding needed."""


def _best(judge: Judge, limit: int, mixes: Sequence[Picks], met: dict[Picks, Rank]) -> Rank:
    """The best of some mixes; what has been met is not run again."""
    new = [picks for picks in dict.fromkeys(mixes) if picks not in met]
    if new:
        worth = judge(new)
        columns = to_pence(worth.goal).tolist(), judge.need(worth).tolist(), new
        for goal, need, picks in zip(*columns, strict=True):
            met[picks] = (max(need - limit, 0), -goal, need, _turn(picks), picks)
    return min(met[picks] for picks in mixes)


def _changed_once(picks: Picks, sizes: Sequence[int]) -> Iterator[Picks]:
    """Mixes with one programme added, dropped or moved."""
    for place, size in enumerate(sizes):
        for pick in range(size):
            if pick != picks[place]:
                yield (*picks[:place], pick, *picks[place + 1 :])


def _changed_twice(picks: Picks, sizes: Sequence[int]) -> Iterator[Picks]:
    """Mixes with two programmes changed; where these are many, one of them dropped."""
    places = range(len(sizes))
    pairs = sum(sizes[a] * sizes[b] for a, b in itertools.combinations(places, 2))
    for once in _changed_once(picks, sizes):
        changed = next(place for place in places if once[place] != picks[place])
        if pairs > MOST_SWAPS and once[changed]:
            continue
        for twice in _changed_once(once, sizes):
            if twice[changed] == once[changed]:
                yield twice


def _without_overlap(judge: Judge, limit: int) -> Picks:
    """The best mix were each choice worth what it is alone: a whole-number programme.

    One start at most for each choice, and in no month more outlay than the limit.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # seldom wanted, slow to import

    each = list(_changed_once(judge.nothing, judge.sizes))
    worth = judge(each)
    of_choice = (np.array(each).T > 0).astype(np.float64)
    most = limit / 100 + np.minimum(judge.running.running[:, 0], 0)
    solved = milp(
        -worth.goal,
        integrality=np.ones(len(each), np.int64),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(of_choice, ub=1), LinearConstraint(-worth.running, ub=most)],
        options={"time_limit": 5.0},
    )
    found = judge.nothing
    if solved.x is not None:
        for picks, taken in zip(each, solved.x, strict=True):
            found = _both(found, picks) if taken > 0.5 else found
    return found
