"""Which assumption moves a result, and by how much: the bridge and the tornado.

Both come from exact central runs, each with one thing changed, so that no figure here
carries sampling noise and all of them add up to the penny.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from prevention.model.assumptions import Assumption
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
from prevention.model.projection import project
from prevention.model.scenarios import Plan, ScenarioError, applied
from prevention.money import to_pence

TOGETHER = "together"
"""Key of the step that is no single assumption's: what the changes do to one another."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one change does on its own, in pence.

    key: of the assumption, as for `--set`; "programmes.ID" where a whole programme comes
    or goes; `TOGETHER` for the rest.
    """

    key: str
    pence: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one plan's result to another's, in pence: before + every step = after."""

    before: int
    steps: tuple[Step, ...]
    after: int


@dataclass(frozen=True, slots=True)
class Bar:
    """How a result changes, in pence, with one assumption at its low and at its high."""

    key: str
    low: int
    high: int

    @property
    def width(self) -> int:
        """From the lowest of low, high and no change to the highest."""
        return max(self.low, self.high, 0) - min(self.low, self.high, 0)


def result(plan: Plan, council: CouncilEvidence, measure: str, programme: str, cache: Cache) -> int:
    """A measure over the whole plan in the central run, in pence."""
    central = project(plan, council, draws=0, cache=cache).central
    found = central.get((programme, TOTAL))
    return int(to_pence(found[measure]).sum()) if found else 0


def bridge(
    before: Plan,
    after: Plan,
    council: CouncilEvidence,
    measure: str = "cashable_saving",
    programme: str = TOTAL,
) -> Bridge:
    """What each change does alone to the plan before; what they do together comes last.

    The order of the steps therefore changes no figure.
    """
    cache = Cache()
    start = result(before, council, measure, programme, cache)
    end = result(after, council, measure, programme, cache)
    steps = []
    for key, plan in _alone(before, after):
        alone = result(plan, council, measure, programme, cache)
        steps.append(Step(key, alone - start))
    rest = end - start - sum(step.pence for step in steps)
    if len(steps) != 1 or rest:
        steps.append(Step(TOGETHER, rest))
    return Bridge(start, tuple(steps), end)


def _alone(before: Plan, after: Plan) -> list[tuple[str, Plan]]:
    """The plan before with each change made by itself."""
    plans = []
    for id_, programme in after.programmes.items():
        if id_ not in before.programmes:
            grown = {**before.programmes, id_: programme}
            plans.append((f"programmes.{id_}", replace(before, programmes=grown)))
    for id_ in before.programmes:
        if id_ not in after.programmes:
            fewer = {i: p for i, p in before.programmes.items() if i != id_}
            plans.append((f"programmes.{id_}", replace(before, programmes=fewer)))
    old, new = before.assumptions(), after.assumptions()
    for key in old:
        if key in new and _range(old[key]) != _range(new[key]):
            plans.append((key, _with(before, key, new[key])))
    return plans


def _range(assumption: Assumption) -> tuple[float, float, float]:
    return assumption.low, assumption.central, assumption.high


def _with(plan: Plan, key: str, assumption: Assumption) -> Plan:
    return applied(plan, [(key, assumption.model_dump())])


def tornado(
    plans: Sequence[Plan],
    council: CouncilEvidence,
    measure: str = "cashable_saving",
    programme: str = TOTAL,
) -> list[Bar]:
    """Each uncertain assumption at its low and at its high, all else central, widest first.

    plans: one plan, whose result moves; or two, where what moves is the second's result
    less the first's, an assumption both have being moved in both alike.
    """
    cache = Cache()
    signs = [1] if len(plans) == 1 else [-1, 1]

    def moved(key: str, end: str) -> int:
        change = 0
        for plan, sign, start in zip(plans, signs, starts, strict=True):
            assumption = plan.assumptions().get(key)
            if assumption is None or assumption.is_certain:
                continue
            varied = _at(plan, key, assumption, getattr(assumption, end))
            found = result(varied, council, measure, programme, cache)
            change += sign * (found - start)
        return change

    starts = [result(plan, council, measure, programme, cache) for plan in plans]
    uncertain = [
        key for plan in plans for key, found in plan.assumptions().items() if not found.is_certain
    ]
    bars = [Bar(key, moved(key, "low"), moved(key, "high")) for key in dict.fromkeys(uncertain)]
    return sorted((bar for bar in bars if bar.width), key=lambda bar: -bar.width)


def _at(plan: Plan, key: str, assumption: Assumption, value: float) -> Plan:
    """The plan with an assumption certain at one value; as it was where that cannot be."""
    try:
        return _with(
            plan,
            key,
            assumption.model_copy(update=dict.fromkeys(("low", "central", "high"), value)),
        )
    except ScenarioError:
        return plan
