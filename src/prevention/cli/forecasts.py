"""Commands that project: forecast, compare and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prevention.cli.options import (
    DRAWS,
    WARRINGTON,
    CouncilOption,
    DataOption,
    DrawsOption,
    FirstYearOption,
    Format,
    FormatOption,
    KindOption,
    OutputOption,
    SeedOption,
    SetOption,
    StoreOption,
    YearsOption,
    app,
    asked,
    writable,
)
from prevention.cli.speech import plain_errors, progress, write

if TYPE_CHECKING:
    from prevention.jobs import Request, Workbench
    from prevention.model.projection import Projection

KEEPING_WAIT = 2.0
"""Seconds a finished forecast waits for another program to let go of the record."""


@app.command()
def forecast(
    council: CouncilOption = WARRINGTON,
    scenario: Annotated[str, typer.Option(help="Scenario name or file.")] = "current-plan",
    set_: SetOption = [],  # noqa: B006 (Typer reads the default once and never changes it)
    first_year: FirstYearOption = None,
    years: YearsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = 1,
    format_: FormatOption = Format.table,
    output: OutputOption = None,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Project a scenario: when the savings arrive, how much is cash, how sure."""
    with plain_errors():
        bench, request = asked(council, scenario, set_, first_year, years, draws, seed, data, store)
        projection = _project(bench, request)
        document = _document(projection) if output or format_ is not Format.table else None
        write(_forecast_text(projection, format_, document), output)
        if document is not None:
            _keep(bench, projection, document)


@app.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(help="Two or more scenario names or files.")],
    council: CouncilOption = WARRINGTON,
    set_: SetOption = [],  # noqa: B006
    first_year: FirstYearOption = None,
    years: YearsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = 1,
    format_: FormatOption = Format.table,
    output: OutputOption = None,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Put scenarios side by side, against doing nothing, with the assumptions that differ."""
    with plain_errors():
        projections = []
        for name in scenarios:
            bench, request = asked(council, name, set_, first_year, years, draws, seed, data, store)
            projections.append(_project(bench, request))
        write(_compare_text(projections, format_), output)


@app.command()
def export(
    output: Annotated[
        Path,
        typer.Option(
            help="File to write: .xlsx, .csv, .parquet, .docx or .zip.", callback=writable
        ),
    ],
    scenario: Annotated[list[str], typer.Option(help="Scenario; repeat for several.")] = [  # noqa: B006
        "current-plan"
    ],
    kind: KindOption = None,
    layout: Annotated[
        str, typer.Option(help="Layout of the MTFS schedule: a name in data/layouts, or a file.")
    ] = "full",
    council: CouncilOption = WARRINGTON,
    set_: SetOption = [],  # noqa: B006
    first_year: FirstYearOption = None,
    years: YearsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = 1,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Write the medium-term projection for the budget team."""
    with plain_errors():
        from prevention.reports.exporting import Kind, export_file, kind_for
        from prevention.reports.sheets.layouts import find_layout
        from prevention.reports.sheets.reviews import known_of

        projections = []
        chosen = Kind(kind) if kind else kind_for(output)
        for name in scenario:
            bench, request = asked(council, name, set_, first_year, years, draws, seed, data, store)
            look = find_layout(layout, bench.data)
            projections.append(_project(bench, request))
        known = [
            known_of(bench, name, projection, chosen)
            for name, projection in zip(scenario, projections, strict=True)
        ]
        export_file(projections, output, bench.citations(), chosen, look, known)
        for projection in projections:
            _keep(bench, projection)
    typer.echo(f"Wrote {output}.")


def _project(bench: Workbench, request: Request) -> Projection:
    with progress(f"Projecting {request.scenario}") as step:
        return bench.forecast(request, progress=step)


def _document(projection: Projection) -> dict[str, Any]:
    from prevention.model.summary import document

    return document(projection)


def _keep(bench: Workbench, projection: Projection, document: dict[str, Any] | None = None) -> None:
    """Put a run that leaves the program on the record; a forecast is given all the same.

    A table on the terminal alone is not kept: working out every percentile of it would
    take longer than the rest.
    """
    from prevention.record import RecordError

    try:
        bench.keep(projection, document, wait=KEEPING_WAIT)
    except RecordError as fault:
        typer.echo(f"This run was not kept on the record. {fault}", err=True)


def _forecast_text(projection: Projection, format_: Format, document: dict[str, Any] | None) -> str:
    import json

    from prevention.model import summary
    from prevention.reports import terminal

    if format_ is Format.json:
        return json.dumps(document, indent=1, allow_nan=False)
    if format_ is Format.csv:
        return terminal.csv_text(summary.annual(projection))
    return terminal.forecast_text(projection)


def _compare_text(projections: list[Projection], format_: Format) -> str:
    import json

    from prevention.jobs import compared
    from prevention.reports import terminal

    if format_ is Format.json:
        return json.dumps(compared(projections), indent=1, allow_nan=False)
    if format_ is Format.csv:
        return terminal.comparison_csv(projections)
    return terminal.comparison_text(projections)
