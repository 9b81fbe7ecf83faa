"""Last year's forecast of a project beside what the council knows of it now.

The direction on flexible use of capital receipts asks each schedule to look back at the one
before. The forecast is that of an approved scenario on the record, with the figures it was
approved with; what happened is the council's own count of starts. What a project did save or
cost is on no file the program takes, and the review says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prevention.evidence.store import open_store
from prevention.jobs import Workbench
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.record import Record
from prevention.record.runs import KeptRun, kept_run
from prevention.record.scenarios import (
    Approval,
    approved_scenario,
    saved_scenarios,
    scenario_history,
)
from prevention.reports.exporting import Kind, Known
from prevention.reports.words import pence
from prevention.years import MONTHS_PER_YEAR, format_year

Reviews = Mapping[str, str]
"""A sentence or two for each programme, by id."""


NO_OUTTURN = "What it did save and cost is not on file: add it by hand."


def known_of(bench: Workbench, name: str, projection: Projection, kind: Kind) -> Known:
    """What the record knows of the scenario that was run by a name, for a kind of export."""
    reviews = reviews_of(bench, projection) if kind is Kind.capital_receipts else {}
    return Known(version_of(bench, name), reviews)


def version_of(bench: Workbench, name: str) -> str:
    """Which version of a scenario a name stands for, in words that stay true of it."""
    id_, _, number = name.partition("@")
    if name in bench.on_file.scenarios:
        return "As on file"
    if name.endswith(".toml"):
        return "From a file of the user's own"
    versions = scenario_history(bench.record, id_)
    found = next((v for v in versions if str(v.version) == number), versions[-1])
    return f"{found.version}, saved by {found.who} on {found.at:%d %B %Y}"


def not_known(year: str) -> str:
    """What stands in the schedule where no forecast of last year is on the record."""
    return (
        f"Not known: no approved scenario on the record has this project in {year}. To have it "
        f"here, save a scenario whose plan takes in {year}, approve it, and load the council's "
        "starts (prevention load FILE --as starts)."
    )


def reviews_of(bench: Workbench, projection: Projection) -> Reviews:
    """The review of every programme of a scenario, for the year before its first.

    Raises:
        RecordError, StoreMissing: in plain words.
    """
    last = projection.plan.first_year - 1
    year, found = format_year(last), {}
    approved = _approved(bench.record, projection)
    for id_ in projection.plan.programmes:
        parts = next(
            (text for one, run in approved if (text := _forecast(one, run, id_, year))), ""
        )
        counted = _started(bench, projection.council.code, id_, last) if parts else ""
        found[id_] = f"{parts} {counted} {NO_OUTTURN}" if parts else not_known(year)
    return found


def _approved(record: Record, projection: Projection) -> list[tuple[Approval, KeptRun]]:
    """Approved scenarios of this council, its own first, then the latest approved."""
    own = projection.plan.scenario.partition("@")[0]
    found = []
    for id_ in saved_scenarios(record):
        approval = approved_scenario(record, id_)
        if approval is None:
            continue
        run = kept_run(record, approval.run_id)
        if run.run["council"] == projection.council.code:
            found.append((approval, run))
    return sorted(found, key=lambda f: (f[0].version.id == own, f[0].at), reverse=True)


def _forecast(approval: Approval, run: KeptRun, id_: str, year: str) -> str:
    """What was forecast of a programme for a year; "" where the run does not hold it."""
    rows: dict[str, Any] = {
        row["measure"]: row["central"]
        for row in run.figures["annual"]
        if (row["programme"], row["service"], row["year"]) == (id_, TOTAL, year)
    }
    if "delivery_cost" not in rows:
        return ""
    version = approval.version
    return (
        f"{year} as approved on {approval.at:%d %B %Y} ({version.title}, version "
        f"{version.version}, run {run.run_id}): new cost {pence(rows['delivery_cost'])}, cashable "
        f"saving {pence(rows['cashable_saving'])}, {rows['people_started']:,.0f} people started."
    )


def _started(bench: Workbench, council: str, id_: str, year: int) -> str:
    """People who did start, from the council's own file."""
    with open_store(bench.store) as store:
        ((months, people),) = store.rows(
            "SELECT count(*), coalesce(sum(starts), 0) FROM council_starts WHERE la_code = ? "
            "AND programme = ? AND month >= make_date(?, 4, 1) AND month < make_date(?, 4, 1)",
            [council, id_, year - 1, year],
        )
    if not months:
        return "How many did start is not on file: load it with prevention load FILE --as starts."
    known = "" if months == MONTHS_PER_YEAR else f" in the {months} months on file"
    return f"{people:,} did start{known}, by the council's own record."
