"""Every measure of every cell, and how they add up: leaves, totals, and what follows.

A leaf is a measure read straight off a ladder or a cost. Totals are sums of leaves;
every other measure follows from leaves by adding and subtracting, so that the same rules
serve pounds in a draw and whole pence in a report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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

_OFF_LADDER: dict[str, Callable[[Ladder, slice], Floats]] = {
    "placements_avoided": lambda ladder, cash: ladder.begun,
    "care_weeks_avoided": lambda ladder, cash: ladder.care_weeks[cash],
    "gross_avoided_cost": lambda ladder, cash: ladder.gross[cash],
    "overlap": lambda ladder, cash: ladder.overlap[cash],
    "optimism_bias": lambda ladder, cash: ladder.optimism_bias[cash],
    "to_other_bodies": lambda ladder, cash: ladder.to_other_bodies[cash],
    "not_cashable": lambda ladder, cash: ladder.not_cashable[cash],
    "not_released": lambda ladder, cash: ladder.not_released[cash],
    "already_in_base": lambda ladder, cash: ladder.already_in_base[cash],
    "avoided_growth": lambda ladder, cash: ladder.avoided_growth[cash],
}
_OFF_COST: dict[str, Callable[[Cost, slice], Floats]] = {
    "delivery_cost_gross": lambda cost, cash: cost.gross[cash],
    "external_funding": lambda cost, cash: cost.external[cash],
    "base_funding": lambda cost, cash: cost.in_base[cash],
}
LEAVES = (*_OFF_LADDER, *_OFF_COST)

_FOLLOWS: dict[str, Callable[[Callable[[str], Figures]], Figures]] = {
    "cashable_saving": lambda of: of("gross_avoided_cost") - sum(of(rung) for rung in RUNGS),
    "saving": lambda of: of("cashable_saving") - of("avoided_growth"),
    "cost_avoidance": lambda of: of("not_cashable"),
    "delivery_cost": lambda of: (
        of("delivery_cost_gross") - of("external_funding") - of("base_funding")
    ),
    "net_saving": lambda of: of("cashable_saving") - of("delivery_cost"),
    "net_saving_cumulative": lambda of: np.cumsum(of("net_saving"), axis=0),
    "mtfs_increment": lambda of: np.diff(of("cashable_saving"), axis=0, prepend=0),
}


class Column(Mapping[str, Figures]):
    """One cell's measures: a leaf when first asked for, the rest from leaves."""

    def __init__(self, names: Sequence[str], leaf: Callable[[str], Figures]) -> None:
        """Offer `names` (in the order of `MEASURES`), reading leaves through `leaf`."""
        self._names = [name for name in MEASURES if name in names]
        self._leaf = leaf
        self._known: dict[str, Figures] = {}

    def __getitem__(self, name: str) -> Figures:
        """The measure by year, (years, n)."""
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            rule = _FOLLOWS.get(name)
            self._known[name] = rule(self.__getitem__) if rule else self._leaf(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """Names of the measures."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many measures there are."""
        return len(self._names)


class Ledger(Mapping[Cell, Mapping[str, Figures]]):
    """Every cell of a plan, with `total` in place of a programme, a service, or both.

    People started stand at the service `total` only: one person may be helped on several
    lines. Delivery cost is shared over a programme's lines by their share of its effect.
    """

    def __init__(
        self, plan: Plan, cells: Sequence[Cell], leaf: Callable[[Cell, str], Figures]
    ) -> None:
        """Read leaves of cells through `leaf`; the cell (programme, total) has only people."""
        self._columns: dict[Cell, Mapping[str, Figures]] = {}
        for cell, parts in _made_of(plan, cells).items():
            names = _names(cell, parts)
            self._columns[cell] = Column(names, _adder(leaf, cell, parts, list(plan.programmes)))

    def __getitem__(self, cell: Cell) -> Mapping[str, Figures]:
        """The measures of a cell."""
        return self._columns[cell]

    def __iter__(self) -> Iterator[Cell]:
        """Every cell, totals included."""
        return iter(self._columns)

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self._columns)


def _made_of(plan: Plan, cells: Sequence[Cell]) -> dict[Cell, list[Cell]]:
    """The cells each cell is the sum of: itself, or a total's parts."""
    made: dict[Cell, list[Cell]] = {cell: [cell] for cell in cells}
    for id_ in plan.programmes:
        made[id_, TOTAL] = [cell for cell in cells if cell[0] == id_]
    for _, service in cells:
        made[TOTAL, service] = [cell for cell in cells if cell[1] == service]
    made[TOTAL, TOTAL] = list(cells)
    return made


def _names(cell: Cell, parts: Sequence[Cell]) -> list[str]:
    """Measures a cell has: people only at a service total, money only with a service line."""
    names = ["people_started"] if cell[1] == TOTAL else []
    return [*names, *LEAVES, *_FOLLOWS] if parts else names


def _adder(
    leaf: Callable[[Cell, str], Figures], cell: Cell, parts: Sequence[Cell], programmes: list[str]
) -> Callable[[str], Figures]:
    """Read a leaf of a cell, or add it up over the parts of a total."""

    def read(name: str) -> Figures:
        if name == "people_started":
            ids = programmes if cell[0] == TOTAL else [cell[0]]
            found = [leaf((id_, TOTAL), name) for id_ in ids]
        else:
            found = [leaf(part, name) for part in parts]
        total = found[0]
        for more in found[1:]:
            total = total + more
        return total

    return read


def leaf_of(outcome: Outcome, plan: Plan, account: Account, cell: Cell, name: str) -> Floats:
    """One leaf of one cell by year, (years, n)."""
    id_, service = cell
    if name == "people_started":
        cash = account.matrix[account.cash]
        waves = outcome.deliveries[id_].starts.values()
        return np.asarray(np.sum([starts.rows(cash) for starts in waves], axis=0))
    if name in _OFF_LADDER:
        return _OFF_LADDER[name](outcome.ladders[cell], account.cash)
    targets = plan.programmes[id_].avoids
    covered = [t.share for t in targets if (id_, t.service) in outcome.ladders]
    share = next(t.share for t in targets if t.service == service)
    cost: Floats = _OFF_COST[name](outcome.costs[id_], account.cash) * (share / sum(covered))
    return cost


def settled(plan: Plan, cells: Sequence[Cell], leaf: Callable[[Cell, str], Floats]) -> Ledger:
    """A ledger in pounds that adds up to the penny.

    Each leaf of each cell is rounded to a whole penny once; totals and everything that
    follows are whole pence added up, turned to pounds at the end.

    leaf: gives a leaf of a cell in pounds, people or weeks, (years,).
    """
    pence = Ledger(
        plan,
        cells,
        lambda cell, name: (
            to_pence(leaf(cell, name)) if MEASURES[name].unit == GBP else leaf(cell, name)
        ),
    )
    pounds = Ledger(plan, cells, leaf)
    for cell, measures in pence.items():
        pounds._columns[cell] = {
            name: to_pounds(values) if MEASURES[name].unit == GBP else values
            for name, values in measures.items()
        }
    return pounds
