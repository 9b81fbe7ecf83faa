"""What the council's own case records and starts say of its programmes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prevention.evidence.own.cases import CaseFile
from prevention.evidence.own.starts import StartsFile, loaded_starts, read_starts
from prevention.jobs.workbench import Request, Workbench
from prevention.jobs.writing import written_out
from prevention.learning.findings import Findings
from prevention.learning.findings import learn as learned
from prevention.model.delivered import with_programmes
from prevention.model.economy import graded
from prevention.model.monitoring import THEN_PLANNED, THEN_RECENT, Monitoring, Told
from prevention.model.monitoring import monitor as compared
from prevention.model.scenarios import Scenario, ScenarioError, nearest
from prevention.years import month_label


def learn(bench: Workbench, cases: CaseFile, programme: str) -> Findings:
    """What case records teach of a programme, set out from its evidence.

    The evidence is taken as a forecast uses it: lengthened where it is weak.

    Raises:
        ScenarioError: no such programme. RecordsUnfit: nothing can be learned.
    """
    known = bench.library.programmes
    if programme not in known:
        raise ScenarioError(
            f"There is no programme '{programme}'.{nearest(programme, known)} "
            f"Known: {', '.join(known)}."
        )
    evidence = graded(known[programme], bench.library.economy)
    return learned(cases.cases, evidence, cases.as_at)


def starts_of(bench: Workbench, request: Request, file: Path | None) -> StartsFile:
    """Starts that happened, of the programmes of a request's scenario; nothing is stored.

    file: None takes what the council loaded before.

    Raises:
        StartsMissing, NotRecognised, FileRefused, FileNotFoundError: in plain words.
    """
    programmes = bench.plan(request).programmes
    names = {id_: programme.name for id_, programme in programmes.items()}
    code = bench.council(request.council).code
    if file is None:
        return loaded_starts(bench.record, code, names)
    return read_starts(file, bench.data, bench.record, code, names)


def monitor(
    bench: Workbench, request: Request, found: StartsFile, tell: Told | None = None
) -> Monitoring | None:
    """Starts that happened against those planned, and what that does to the saving.

    found: the starts, as `starts_of` has them. No answer where their rows break the rules and
    none is left to compare.

    Raises:
        ScenarioError: no start is of a programme of the scenario.
    """
    if found.breaches and not found.rows_used:
        return None
    plan, council = bench.plan(request), bench.council(request.council)
    # A response is made of the starts, and nothing of a file is to stay.
    shelf = replace(bench.shelf, left_out=("responses",))
    return compared(plan, council, found.starts, request.draws, request.seed, shelf, tell)


def rebased(
    bench: Workbench,
    request: Request,
    answer: Monitoring,
    version: str = THEN_PLANNED,
    title: str = "",
) -> Scenario:
    """A version of the plan, starts delivered in it, as a scenario with the same figures.

    title: "" makes one. Its id is that of the scenario it is made from, and what became of it.

    Raises:
        ScenarioError: it cannot be written as what differs from that scenario.
    """
    given, last = bench.plan(request), month_label(answer.last)
    after = "at the recent pace" if version == THEN_RECENT else "as planned"
    plan = replace(
        with_programmes(given, answer.versions[version].plan.programmes),
        scenario=f"{given.scenario}-delivered",
        title=title or f"{given.title}: delivered to {last}",
        summary=f"Starts delivered to {last} in place of those planned, then {after}.",
    )
    return written_out(bench, request, plan, answer.council)
