"""What the council's own case records and starts say of its programmes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prevention.evidence.own.cases import CaseFile
from prevention.evidence.own.starts import StartsFile, read_starts
from prevention.jobs.workbench import Request, Workbench
from prevention.learning.findings import Findings
from prevention.learning.findings import learn as learned
from prevention.model.economy import graded
from prevention.model.monitoring import Monitoring, Told
from prevention.model.monitoring import monitor as compared
from prevention.model.scenarios import ScenarioError, nearest


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


def monitor(
    bench: Workbench,
    request: Request,
    file: Path,
    as_at: int | None = None,
    tell: Told | None = None,
) -> tuple[StartsFile, Monitoring | None]:
    """Starts that happened against those planned, and what that does to the saving.

    as_at: the last month of the file to take (month number). Nothing is stored. No answer
    where the file's rows break the rules and none is left to compare.

    Raises:
        ScenarioError: the file has no programme of the scenario. NotRecognised, FileRefused,
        FileNotFoundError: in plain words.
    """
    plan, council = bench.plan(request), bench.council(request.council)
    names = {id_: programme.name for id_, programme in plan.programmes.items()}
    found = read_starts(file, bench.data, bench.record, council.code, names, as_at)
    if found.breaches and not found.rows_used:
        return found, None
    # A response is made of the file's starts, and nothing of the file is to stay.
    shelf = replace(bench.shelf, left_out=("responses",))
    draws, seed = request.draws, request.seed
    return found, compared(plan, council, found.starts, draws, seed, shelf, tell)
