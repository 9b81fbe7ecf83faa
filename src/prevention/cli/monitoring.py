"""The command that sets delivery against the plan: monitor."""

from __future__ import annotations

import enum
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
    from prevention.jobs import Request, Workbench
    from prevention.model.monitoring import Monitoring


class Then(enum.StrEnum):
    """What a plan goes on with after the last month reported."""

    as_planned = "as-planned"
    recent_pace = "recent-pace"


@app.command()
def monitor(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Starts that happened, as `template starts` has them.",
            show_default="the starts loaded before",
        ),
    ] = None,
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
    then: Annotated[
        Then, typer.Option(help="What comes after the starts delivered, in a .toml.")
    ] = Then.as_planned,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Set starts delivered against those planned, and forecast the saving again.

    Loads and stores nothing. Leaves with 3 where rows of the file were refused. An output that
    ends in .toml is the plan with the starts delivered in it, as a scenario that forecast and
    the others take.
    """
    with plain_errors():
        from prevention.jobs.own_records import monitor as against_plan
        from prevention.jobs.own_records import starts_of

        last = None if as_at is None else _month(as_at)
        bench, request = asked(council, scenario, set_, first_year, years, draws, seed, data, store)
        with stages("Reading") as progress:
            found = starts_of(bench, request, file)
            found = found if last is None else found.until(last)
            answer = against_plan(bench, request, found, progress)
        as_scenario = output is not None and output.suffix == ".toml"
        write(_text(found, answer, format_), None if as_scenario else output)
        if as_scenario and answer is not None:
            _write_scenario(bench, request, answer, then, output)
        if found.breaches:
            _tell(found, format_, output)
            raise typer.Exit(DATA_WRONG)


def _write_scenario(
    bench: Workbench, request: Request, answer: Monitoring, then: Then, output: Path | None
) -> None:
    from prevention.evidence.documents import written
    from prevention.jobs.own_records import rebased
    from prevention.model.monitoring import THEN_PLANNED, THEN_RECENT

    version = THEN_RECENT if then is Then.recent_pace else THEN_PLANNED
    write(written(rebased(bench, request, answer, version)).rstrip(), output)
    typer.echo(f"Wrote {output}. See it with: prevention forecast --scenario {output}", err=True)


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
    from prevention.reports import monitoring

    if format_ is Format.json:
        return monitoring.as_json(found, answer)
    if format_ is Format.csv:
        return monitoring.as_csv(answer)
    from prevention.reports import delivery

    return delivery.text(found, answer)
