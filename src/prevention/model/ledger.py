"""Every measure of every cell, and how they add up: leaves, totals, and what follows.

A leaf is a measure read straight off a ladder or a cost. Totals are sums of leaves;
every other measure follows from leaves by adding and subtracting, so that the same rules
serve pounds in a draw and whole pence in a report.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.chain import Cell, Outcome
from prevention.model.delivery import Cost
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.savings import Ladder
from prevention.model.scenarios import Plan
from prevention.money import to_pence, to_pounds

Figures = NDArray[Any]
"""Pounds (floating) or pence (whole), (years, n)."""

PEOPLE = "people_started"
"""Stands at totals over service lines only: one person may be helped on several."""

_OFF_LADDER: dict[str, Callable[[Ladder], Floats]] = {
    "placements_avoided": attrgetter("begun"),
    "care_weeks_avoided": attrgetter("care_weeks"),
    "gross_avoided_cost": attrgetter("gross"),
    "overlap": attrgetter("overlap"),
    "optimism_bias": attrgetter("optimism_bias"),
    "to_other_bodies": attrgetter("to_other_bodies"),
    "not_cashable": attrgetter("not_cashable"),
    "not_released": attrgetter("not_released"),
    "already_in_base": lambda ladder: np.broadcast_to(ladder.already_in_base, ladder.care.shape),
    "avoided_growth": attrgetter("avoided_growth"),
    "full_year_effect": attrgetter("cashable"),
    "cashable_saving": attrgetter("cashable"),
}
_OFF_COST: dict[str, Callable[[Cost], Floats]] = {
    "delivery_cost_gross": attrgetter("gross"),
    "external_funding": attrgetter("external"),
    "base_funding": attrgetter("in_base"),
}
LEAVES = (*(name for name in _OFF_LADDER if name != "cashable_saving"), *_OFF_COST)
"""The cashable saving can be read off a ladder too: in draws, where the ladder's rungs
need not add up to the penny, that saves working out all of them."""

_ON_COST = (PEOPLE, *_OFF_COST, "delivery_cost")
_ON_ITSELF = ("gross_avoided_cost", "already_in_base")

_FOLLOWS: dict[str, Callable[[Callable[[str], Figures]], Figures]] = {
    "cashable_saving": lambda of: of("gross_avoided_cost") - sum(of(rung) for rung in RUNGS),
    "saving": lambda of: of("cashable_saving") - of("avoided_growth"),
    "cost_avoidance": lambda of: of("not_cashable"),
    "delivery_cost": lambda of: (
        of("delivery_cost_gross") - of("external_funding") - of("base_funding")
    ),
    "net_saving": lambda of: of("cashable_saving") - of("delivery_cost"),
    "net_saving_cumulative": lambda of: _running(of("net_saving")),
    "mtfs_increment": lambda of: _increments(of("cashable_saving")),
}


def rests_on(name: str) -> str:
    """What a measure rests on, by the name that `chain.Asked` gives it.

    >>> rests_on("people_started"), rests_on("net_saving")
    ('cost', 'together')
    """
    if name in _ON_COST:
        return "cost"
    return "alone" if name in _ON_ITSELF else "together"


def _running(yearly: Figures) -> Figures:
    """Each year with all before it. Row by row: numpy's own cumsum takes ten times as long."""
    total = yearly.copy()
    for year in range(1, len(total)):
        total[year] += total[year - 1]
    return total


def _increments(level: Figures) -> Figures:
    """Change on the year before; the first year's from nothing."""
    change = level.copy()
    change[1:] -= level[:-1]
    return change


class Column(Mapping[str, Figures]):
    """One cell's measures, each worked out when first asked for."""

    def __init__(self, names: Sequence[str], read: Callable[[str], Figures]) -> None:
        """Offer `names`, in the order of `MEASURES`, worked out by `read`."""
        self._names = [name for name in MEASURES if name in names]
        self._read = read
        self._known: dict[str, Figures] = {}

    def __getitem__(self, name: str) -> Figures:
        """The measure by year, (years, n)."""
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            self._known[name] = self._worked_out(name)
        return self._known[name]

    def _worked_out(self, name: str) -> Figures:
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        """Names of the measures."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many measures there are."""
        return len(self._names)


class Entries(Column):
    """A column whose leaves are read, and whose other measures follow from them."""

    def __init__(
        self, names: Sequence[str], read: Callable[[str], Figures], direct: Collection[str]
    ) -> None:
        """As `Column`; the measures in `direct` are read even where they would follow."""
        super().__init__(names, read)
        self._direct = direct

    def _worked_out(self, name: str) -> Figures:
        if name in _FOLLOWS and name not in self._direct:
            return _FOLLOWS[name](self.__getitem__)
        return self._read(name)


class Ledger(Mapping[Cell, Mapping[str, Figures]]):
    """Every cell of a plan, with `total` in place of a programme, a service, or both.

    People started stand at the service `total` only: one person may be helped on several
    lines. Delivery cost is shared over a programme's lines by their share of its effect.
    """

    def __init__(
        self,
        plan: Plan,
        cells: Sequence[Cell],
        leaf: Callable[[Cell, str], Figures],
        nothing: Figures,
        direct: Collection[str] = (),
    ) -> None:
        """Read leaves of cells through `leaf`.

        nothing: zeros, (years, n): what the total of no cells is. direct: measures that
        `leaf` gives as well, though they would follow from others.
        """
        self._open: dict[Cell, Callable[[], Mapping[str, Figures]]] = {}
        for cell, parts in made_of(plan, cells).items():
            read = _adder(leaf, cell, parts, sorted(plan.programmes), nothing)
            self._open[cell] = partial(Entries, _names(cell), read, direct)
        self._columns: dict[Cell, Mapping[str, Figures]] = {}

    def fresh(self, cell: Cell) -> Mapping[str, Figures]:
        """The measures of a cell, kept no longer than the column itself."""
        return self._open[cell]()

    def mapped(self, change: Callable[[Cell, str], Figures]) -> Ledger:
        """The same cells and measures, each worked out by `change` when asked for."""
        other = object.__new__(Ledger)
        other._open = {
            cell: partial(Column, list(self[cell]), partial(change, cell)) for cell in self
        }
        other._columns = {}
        return other

    def __getitem__(self, cell: Cell) -> Mapping[str, Figures]:
        """The measures of a cell; what has been worked out is kept."""
        if cell not in self._columns:
            self._columns[cell] = self._open[cell]()
        return self._columns[cell]

    def __iter__(self) -> Iterator[Cell]:
        """Every cell, totals included."""
        return iter(self._open)

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self._open)


def made_of(plan: Plan, cells: Sequence[Cell]) -> dict[Cell, list[Cell]]:
    """The cells each cell is the sum of: itself, or a total's parts."""
    made: dict[Cell, list[Cell]] = {cell: [cell] for cell in cells}
    for id_ in plan.programmes:
        made[id_, TOTAL] = [cell for cell in cells if cell[0] == id_]
    for _, service in cells:
        made[TOTAL, service] = [cell for cell in cells if cell[1] == service]
    made[TOTAL, TOTAL] = list(cells)
    return made


def _names(cell: Cell) -> list[str]:
    """Measures a cell has: people stand at a service total only."""
    return [*([PEOPLE] if cell[1] == TOTAL else []), *LEAVES, *_FOLLOWS]


def _adder(
    leaf: Callable[[Cell, str], Figures],
    cell: Cell,
    parts: Sequence[Cell],
    programmes: list[str],
    nothing: Figures,
) -> Callable[[str], Figures]:
    """Read a leaf of a cell, or add it up over the parts of a total."""

    def read(name: str) -> Figures:
        if name == PEOPLE:
            of = [(id_, TOTAL) for id_ in (programmes if cell[0] == TOTAL else [cell[0]])]
        else:
            of = list(parts)
        if not of:
            return nothing
        if len(of) == 1:
            return leaf(of[0], name)
        total = leaf(of[0], name) + leaf(of[1], name)
        for part in of[2:]:
            total += leaf(part, name)
        return total

    return read


class Leaves:
    """The leaves of one outcome, each read off a ladder or a cost."""

    def __init__(self, outcome: Outcome, plan: Plan, account: Account) -> None:
        """Read off the rows of an account that stand for its years."""
        self._outcome, self._account = outcome, account
        self._cash = {c: ladder.at(account.cash) for c, ladder in outcome.ladders.items()}
        self._full_year = {c: ladder.at(account.full_year) for c, ladder in outcome.ladders.items()}
        self._share = {
            (id_, target.service): target.share
            for id_, programme in plan.programmes.items()
            for target in programme.avoids
            if (id_, target.service) in outcome.ladders
        }

    def __call__(self, cell: Cell, name: str) -> Floats:
        """One leaf of one cell by year, (years, n)."""
        if name == PEOPLE:
            return self._people_started(cell[0])
        if name in _OFF_COST:
            cost = _OFF_COST[name](self._outcome.costs[cell[0]])
            return cost[self._account.cash] * self._part_of_cost(cell)
        ladders = self._full_year if name == "full_year_effect" else self._cash
        return _OFF_LADDER[name](ladders[cell])

    def _people_started(self, id_: str) -> Floats:
        cash = self._account.matrix[self._account.cash]
        waves = self._outcome.deliveries[id_].starts.values()
        return np.asarray(np.sum([starts.rows(cash) for starts in waves], axis=0))

    def _part_of_cost(self, cell: Cell) -> float:
        """The cell's part of its programme's cost: by its share of the effect that is covered."""
        covered = [share for (id_, _), share in self._share.items() if id_ == cell[0]]
        return self._share[cell] / sum(covered)


def settled(plan: Plan, cells: Sequence[Cell], leaf: Callable[[Cell, str], Floats]) -> Ledger:
    """A ledger in pounds that adds up to the penny.

    Each leaf of each cell is rounded to a whole penny once; totals and everything that
    follows are whole pence added up, turned to pounds at the end.

    leaf: gives a leaf of a cell in pounds, people or weeks, (years,).
    """

    def rounded(cell: Cell, name: str) -> Figures:
        values = leaf(cell, name)
        return to_pence(values) if MEASURES[name].unit == GBP else values

    pence = Ledger(plan, cells, rounded, np.zeros(plan.years, np.int64))

    def in_pounds(cell: Cell, name: str) -> Figures:
        values = pence[cell][name]
        return to_pounds(values) if MEASURES[name].unit == GBP else values * 1.0

    return pence.mapped(in_pounds)
