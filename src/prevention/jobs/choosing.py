"""Which programmes to start, and when, within what there is to spend."""

from __future__ import annotations

from collections.abc import Sequence

from prevention.jobs.workbench import Request, Workbench, is_path
from prevention.model.chain import covered
from prevention.model.manifest import assumptions_hash
from prevention.model.mix import pool, scenario_of
from prevention.model.optimum import Optimum, Progress, optimum
from prevention.model.scenarios import Scenario, ScenarioError, resolve


def optimise(
    bench: Workbench,
    request: Request,
    limit: float,
    goal: str = "npv-cashable",
    latest: int | None = None,
    only: Sequence[str] = (),
    progress: Progress | None = None,
) -> Optimum:
    """The mix and timing of a scenario's programmes that does best within a limit, GBP.

    latest: year ending of the last year in which anything may start. only: programmes to
    choose from, all where none is named.

    Raises:
        ScenarioError: a name or a year that is not of the plan.
    """
    plan, council = pool(bench.plan(request), only), bench.council(request.council)
    draws, seed = request.draws, request.seed
    return optimum(plan, council, limit, goal, latest, draws, seed, bench.shelf, progress)


def scenario_from(bench: Workbench, request: Request, answer: Optimum) -> Scenario:
    """The best mix found as a scenario that any forecast takes, with the same figures.

    Raises:
        ScenarioError: no mix keeps within the limit, or this one cannot be written.
    """
    if answer.best is None:
        raise ScenarioError("No mix keeps within the limit, so no scenario was written.")
    source, given = bench.scenario(request.scenario), bench.plan(request)
    is_file = request.scenario not in bench.on_file.scenarios and is_path(request.scenario)
    by_name = "" if is_file else request.scenario
    found = scenario_of(source, by_name, request.changes, given, answer.best.plan)
    again, _ = covered(resolve(found, bench.library_of(found)), answer.council)
    if assumptions_hash(again) != assumptions_hash(answer.best.plan):
        raise ScenarioError(
            f"This mix cannot be written as what differs from '{request.scenario}'. "
            "Write the changes made with --set into that scenario first."
        )
    return found
