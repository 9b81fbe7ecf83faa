"""A plan that was worked out, as a scenario that any forecast takes."""

from __future__ import annotations

from prevention.jobs.workbench import Request, Workbench, is_path
from prevention.model.chain import covered
from prevention.model.evidence import CouncilEvidence
from prevention.model.manifest import assumptions_hash
from prevention.model.mix import scenario_of
from prevention.model.scenarios import Plan, Scenario, ScenarioError, resolve


def written_out(
    bench: Workbench, request: Request, plan: Plan, council: CouncilEvidence
) -> Scenario:
    """A plan made from a request's scenario as what differs from that, with the same figures.

    plan: with the id, title and summary it is to have.

    Raises:
        ScenarioError: it cannot be written so.
    """
    source, given = bench.scenario(request.scenario), bench.plan(request)
    is_file = request.scenario not in bench.on_file.scenarios and is_path(request.scenario)
    by_name = "" if is_file else request.scenario
    found = scenario_of(source, by_name, request.changes, given, plan)
    again, _ = covered(resolve(found, bench.library_of(found)), council)
    if assumptions_hash(again) != assumptions_hash(covered(plan, council)[0]):
        raise ScenarioError(
            f"This plan cannot be written as what differs from '{request.scenario}'. "
            "Write the changes made with --set into that scenario first."
        )
    return found
