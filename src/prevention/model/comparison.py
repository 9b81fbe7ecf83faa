"""What sets scenarios apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.programmes import Programme
from prevention.model.scenarios import Plan


@dataclass(frozen=True, slots=True)
class Difference:
    """An assumption that is not the same in every scenario.

    values: central value by scenario; None where the scenario does not have it.
    """

    assumption: str
    unit: str
    values: dict[str, float | None]


def rescheduled(plans: Sequence[Plan]) -> list[str]:
    """Names of programmes that several plans run, by other dates or with other starts by month."""
    found = {}
    for id_ in dict.fromkeys(i for plan in plans for i in plan.programmes):
        each = [plan.programmes[id_] for plan in plans if id_ in plan.programmes]
        if len({_schedule(programme) for programme in each}) > 1:
            found[id_] = each[0].name
    return list(found.values())


def _schedule(programme: Programme) -> tuple[tuple[object, ...], ...]:
    """Dates and starts by month of every wave."""
    waves = programme.rollouts.items()
    return tuple((name, wave.go_live, wave.ends, wave.starts) for name, wave in waves)


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
