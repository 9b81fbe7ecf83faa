"""The command that sets delivery against the plan: monitor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    OutputOption,
    SeedOption,
    SetOption,
    StoreOption,
    YearsOption,
    app,
    asked,
)
from prevention.cli.speech import DATA_WRONG, plain_errors, stages, write

if TYPE_CHECKING:
    from prevention.evidence.own.starts import StartsFile
    from prevention.model.monitoring import Monitoring


@app.command()
def monitor(
    file: Annotated[
        Path, typer.Argument(help="Starts that happened, as `template starts` has them.")
    ],
    council: CouncilOption = WARRINGTON,
    scenario: Annotated[
        str, typer.Option(help="Scenario that was planned, or its file.")
    ] = "current-plan",
    as_at: Annotated[
        str | None,
        typer.Option(help="Last month to take, as 2026-10.", show_default="the last in the file"),
    ] = None,
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
    """Set starts delivered against those planned, and forecast the saving again.

    Loads and stores nothing. Leaves with 3 where rows of the file were refused.
    """
    with plain_errors():
        from prevention.jobs.own_records import monitor as against_plan

        last = None if as_at is None else _month(as_at)
        bench, request = asked(council, scenario, set_, first_year, years, draws, seed, data, store)
        with stages("Reading") as progress:
            found, answer = against_plan(bench, request, file, last, progress)
        write(_text(found, answer, format_), output)
        if found.breaches:
            _tell(found, format_, output)
            raise typer.Exit(DATA_WRONG)


def _month(text: str) -> int:
    """A month as typed, as its number."""
    from prevention.evidence.own.periods import parse_month
    from prevention.years import month_number

    month = parse_month(text)
    if month is None:
        raise ValueError(f"--as-at {text}: not a month. Write it as 2026-10 or Oct-26.")
    return int(month_number(month))


def _tell(found: StartsFile, format_: Format, output: Path | None) -> None:
    """Name rows refused where the result written does not reach a reader's eye."""
    if format_ is Format.csv or output is not None:
        from prevention.reports.delivery import file_lines

        for line in file_lines(found):
            typer.echo(line, err=True)


def _text(found: StartsFile, answer: Monitoring | None, format_: Format) -> str:
    import json

    from prevention.reports import monitoring

    if format_ is Format.json:
        return json.dumps(monitoring.document(found, answer), indent=1, allow_nan=False)
    if format_ is Format.csv:
        import pandas as pd

        from prevention.reports.terminal import csv_text

        rows = monitoring.rows(answer) if answer else []
        return csv_text(pd.DataFrame(rows, columns=monitoring.COLUMNS))
    from prevention.reports import delivery

    return delivery.text(found, answer)
