"""Commands about what the council's own record teaches: learn."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prevention.cli.data import WhoOption, code_of_council
from prevention.cli.options import (
    WARRINGTON,
    CouncilOption,
    DataOption,
    Format,
    FormatOption,
    OutputOption,
    StoreOption,
    app,
)
from prevention.cli.speech import DATA_WRONG, plain_errors, write

if TYPE_CHECKING:
    from prevention.evidence.own.cases import CaseFile
    from prevention.jobs import Workbench
    from prevention.learning.findings import Findings


@app.command()
def learn(
    file: Annotated[Path, typer.Argument(help="Case records: one row a person.")],
    programme: Annotated[str, typer.Option(help="Programme, as no-wrong-door.")],
    as_at: Annotated[
        str,
        typer.Option(
            "--as-at", help="Day of the export.", show_default="the last date in the file"
        ),
    ] = "",
    scenario: Annotated[
        str,
        typer.Option(
            help="Scenario to set it in.", show_default="current-plan, or one that runs it"
        ),
    ] = "",
    who: WhoOption = "",
    why: Annotated[str, typer.Option(help="Why, for the scenario.")] = "",
    council: CouncilOption = WARRINGTON,
    format_: FormatOption = Format.table,
    output: OutputOption = None,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Learn a programme's lag, and its effect where it can be told, from case records."""
    from prevention.evidence.documents import written
    from prevention.evidence.loading import user
    from prevention.jobs import Workbench
    from prevention.jobs.own_records import cases_in
    from prevention.reports import learned

    with plain_errors():
        bench = Workbench(data, store)
        base = _runs(bench, scenario, programme) if scenario else _one_that_runs(bench, programme)
        code = code_of_council(council, bench.store)
        cases = cases_in(bench, file, programme, code, _day(as_at))
        found = _found(bench, cases, programme)
        settings = found.settings(who or user(), why or learned.WHY)
        as_scenario = output is not None and output.suffix == ".toml"
        if format_ is Format.json:
            text = learned.as_json(cases, found, settings, base)
        elif format_ is Format.csv:
            text = learned.as_csv(found)
        else:
            text = learned.text(cases, found, settings, base)
        write(text, None if as_scenario else output)
        if as_scenario and not settings:
            raise ValueError(
                "No scenario was written, because there is nothing to set: "
                "the forecast goes on with the programme's evidence."
            )
        if as_scenario:
            write(written(learned.scenario_with(found, settings, base)), output)
            typer.echo(f"Wrote {output}. Run: prevention forecast --scenario {output}", err=True)
    if cases.breaches:
        raise typer.Exit(DATA_WRONG)


def _runs(bench: Workbench, scenario: str, programme: str) -> str:
    """A scenario by its id, seen to run the programme."""
    from prevention.jobs import Request

    if bench.scenario(scenario).id != scenario:
        raise ValueError(
            f"--scenario {scenario}: name a scenario by its id, not a file or version."
        )
    if programme not in bench.plan(Request(scenario=scenario)).programmes:
        other = _one_that_runs(bench, programme)
        hint = f" Try --scenario {other}." if other else ""
        raise ValueError(f"Scenario '{scenario}' does not run {programme}.{hint}")
    return scenario


def _one_that_runs(bench: Workbench, programme: str) -> str:
    """The first scenario that runs a programme; empty for none."""
    from prevention.jobs.own_records import that_run

    return next(iter(that_run(bench, programme)), "")


def _found(bench: Workbench, cases: CaseFile, programme: str) -> Findings:
    """What was learned; where nothing can be, the rows refused are told first."""
    from prevention.jobs.own_records import learn as learned
    from prevention.learning.cohort import RecordsUnfit
    from prevention.reports.learned import reading_lines

    try:
        return learned(bench, cases, programme)
    except RecordsUnfit:
        for line in reading_lines(cases):
            typer.echo(line, err=True)
        raise


def _day(text: str) -> dt.date | None:
    from prevention.evidence.own.periods import parse_day

    if not text:
        return None
    day = parse_day(text)
    if day is None:
        raise ValueError(f"--as-at '{text}' is not a day. Write it as 31/03/2026 or 2026-03-31.")
    return day
