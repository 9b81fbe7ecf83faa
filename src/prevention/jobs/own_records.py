"""What the council's own case records and starts say of its programmes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from prevention.evidence.own.cases import CASES, ELSEWHERE, CaseFile, Wanted, read_cases
from prevention.evidence.own.mapping import remembered
from prevention.evidence.own.starts import StartsFile, loaded_starts, read_starts
from prevention.evidence.own.words import folded, guess_programme
from prevention.jobs.workbench import Request, Workbench
from prevention.jobs.writing import written_out
from prevention.learning.cohort import RecordsUnfit
from prevention.learning.findings import Findings
from prevention.learning.findings import learn as learned
from prevention.model.delivered import with_programmes
from prevention.model.economy import graded
from prevention.model.monitoring import THEN_PLANNED, THEN_RECENT, Monitoring, Told
from prevention.model.monitoring import monitor as compared
from prevention.model.scenarios import Scenario, ScenarioError, nearest
from prevention.years import month_label


def cases_in(
    bench: Workbench, file: Path, programme: str, council: str, as_at: dt.date | None = None
) -> CaseFile:
    """A programme's case records in a file, in words the council has settled before.

    council: its code. as_at: day of the export; None takes the last date in the file.

    Raises:
        NotRecognised, FileRefused, ValueError: in plain words.
    """
    words = remembered(bench.record, council)
    names = {id_: known.name for id_, known in bench.library.programmes.items()}
    settled = words.get("programme", {})
    wanted = Wanted(
        programme, lambda text: settled.get(folded(text)) or guess_programme(text, names)
    )
    return read_cases(file, wanted, dt.date.today(), as_at, words.get(CASES, {}))


def that_run(bench: Workbench, programme: str) -> list[str]:
    """Ids of the scenarios that run a programme: the current plan, others on file, then saved.

    One that cannot be resolved runs nothing.
    """
    on_file, known = bench.on_file.scenarios, bench.library.scenarios
    names = sorted(known, key=lambda name: (name not in on_file, name != "current-plan"))
    return [name for name in names if programme in _programmes(bench, name)]


def _programmes(bench: Workbench, scenario: str) -> Container[str]:
    try:
        return bench.plan(Request(scenario=scenario)).programmes
    except ScenarioError:
        return ()


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
    elsewhere = cases.set_aside.get(ELSEWHERE, 0)
    if elsewhere and not any(case.group == "programme" for case in cases.cases):
        raise RecordsUnfit(
            f"There is no usable row of {known[programme].name} in this file (rows of another "
            f"programme: {elsewhere:,}). Choose that programme, or another file."
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
