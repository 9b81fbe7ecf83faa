"""What sets scenarios apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.scenarios import Plan


@dataclass(frozen=True, slots=True)
class Difference:
    """An assumption that is not the same in every scenario.

    values: central value by scenario; None where the scenario does not have it.
    """

    assumption: str
    unit: str
    values: dict[str, float | None]


def differences(plans: Sequence[Plan]) -> list[Difference]:
    """Assumptions whose central, low or high differ between plans, in order of key.

    A programme that one plan does not run shows as missing there. A scenario given twice
    is numbered the second time.
    """
    each: dict[str, dict[str, Assumption]] = {}
    for plan in plans:
        again = sum(name.split(" (")[0] == plan.scenario for name in each)
        name = f"{plan.scenario} ({again + 1})" if again else plan.scenario
        each[name] = plan.assumptions()
    keys = sorted({key for found in each.values() for key in found})
    different = []
    for key in keys:
        ranges = {
            name: (a.low, a.central, a.high) if (a := found.get(key)) else None
            for name, found in each.items()
        }
        if len(set(ranges.values())) > 1:
            values = {name: part[1] if part else None for name, part in ranges.items()}
            unit = QUANTITIES[key.rsplit(".", 1)[-1]].unit
            different.append(Difference(key, unit, values))
    return different
