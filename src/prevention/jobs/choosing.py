"""Which programmes to start, and when, within what there is to spend."""

from __future__ import annotations

from collections.abc import Sequence

from prevention.jobs.workbench import Request, Workbench
from prevention.jobs.writing import written_out
from prevention.model.mix import pool
from prevention.model.optimum import Optimum, Progress, optimum
from prevention.model.scenarios import Scenario, ScenarioError


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
    return written_out(bench, request, answer.best.plan, answer.council)
