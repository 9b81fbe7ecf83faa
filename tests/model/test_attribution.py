"""The bridge and the tornado: each thing alone, and all of it to the penny."""

from __future__ import annotations

from pathlib import Path

import pytest

from prevention.jobs import Request, Workbench
from prevention.model.attribution import TOGETHER, bridge, tornado
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.scenarios import Plan
from prevention.money import to_pence

LAG = "programmes.no-wrong-door.onset_lag"
EFFECT = "programmes.mockingbird.effect"


@pytest.fixture(scope="module")
def bench(store_path: Path) -> Workbench:
    return Workbench(store=store_path)


@pytest.fixture(scope="module")
def council(bench: Workbench) -> CouncilEvidence:
    return bench.council("E06000007")


def plan(bench: Workbench, scenario: str = "step-up", **changes: float) -> Plan:
    keys = {"lag": LAG, "effect": EFFECT}
    given = tuple((keys[name], value) for name, value in changes.items())
    return bench.plan(Request(scenario=scenario, changes=given))


def saved(bench: Workbench, scenario: str = "step-up", *changes: tuple[str, float]) -> int:
    projection = bench.forecast(Request(scenario=scenario, changes=changes, draws=0))
    return int(to_pence(projection.central[TOTAL, TOTAL]["cashable_saving"]).sum())


def test_each_step_is_its_change_alone_and_the_rest_is_named(
    bench: Workbench, council: CouncilEvidence
) -> None:
    found = bridge(plan(bench), plan(bench, lag=36.0, effect=0.1), council)
    start = saved(bench)
    steps = {step.key: step.pence for step in found.steps}
    assert found.before == start
    assert steps[LAG] == saved(bench, "step-up", (LAG, 36.0)) - start
    assert steps[EFFECT] == saved(bench, "step-up", (EFFECT, 0.1)) - start
    assert found.after == saved(bench, "step-up", (LAG, 36.0), (EFFECT, 0.1))
    assert found.before + sum(steps.values()) == found.after
    assert found.steps[-1].key == TOGETHER


def test_one_change_needs_no_remainder(bench: Workbench, council: CouncilEvidence) -> None:
    found = bridge(plan(bench), plan(bench, lag=36.0), council)
    assert [step.key for step in found.steps] == [LAG]
    assert found.before + found.steps[0].pence == found.after


def test_a_programme_that_comes_or_goes_is_a_step(
    bench: Workbench, council: CouncilEvidence
) -> None:
    less, more = plan(bench, "current-plan"), plan(bench, "adults-first")
    there, back = bridge(less, more, council), bridge(more, less, council)
    added = {"programmes.intermediate-care", "programmes.frailty-unit"}
    for found in (there, back):
        assert added <= {step.key for step in found.steps}
        assert found.before + sum(step.pence for step in found.steps) == found.after
    assert (there.before, there.after) == (back.after, back.before)


def test_a_bar_is_the_result_at_the_ends_of_one_assumption(
    bench: Workbench, council: CouncilEvidence
) -> None:
    bars = tornado([plan(bench)], council)
    bar = next(bar for bar in bars if bar.key == LAG)
    lag = plan(bench).assumptions()[LAG]
    assert bar.low == saved(bench, "step-up", (LAG, lag.low)) - saved(bench)
    assert bar.high == saved(bench, "step-up", (LAG, lag.high)) - saved(bench)
    assert bar.low > 0 > bar.high
    assert [b.width for b in bars] == sorted((b.width for b in bars), reverse=True)


def test_between_two_plans_what_both_have_moves_in_both(
    bench: Workbench, council: CouncilEvidence
) -> None:
    one, other = plan(bench, "current-plan"), plan(bench, "adults-first")
    apart = {bar.key: bar for bar in tornado([one, other], council)}
    assert LAG not in apart or apart[LAG].width < tornado([other], council)[0].width
    assert any(key.startswith("programmes.frailty-unit.") for key in apart)
    assert tornado([one, one], council) == []
