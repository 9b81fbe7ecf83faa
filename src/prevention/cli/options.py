"""The command itself, and the options its commands share."""

from __future__ import annotations

import enum
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from prevention.jobs import Request, Workbench

app = typer.Typer(
    name="prevention",
    help="Forecast how prevention programmes turn into delayed savings in council budgets.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # boxes and colours would take two thirds of the time to answer
    context_settings={"max_content_width": 120},
    pretty_exceptions_enable=False,
)


class Format(enum.StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    csv = "csv"


class ExportKind(enum.StrEnum):
    """What an export holds; the names are those of `prevention.reports.exporting.Kind`."""

    working_model = "working-model"
    schedule = "schedule"
    publication = "publication"
    briefing = "briefing"
    capital_receipts = "capital-receipts"
    data = "data"
    charts = "charts"


KindOption = Annotated[
    ExportKind | None,
    typer.Option("--kind", help="What to write.", show_default="by the file's ending"),
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder.", show_default="data/")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Store file.", show_default="store/evidence.duckdb")
]
CouncilOption = Annotated[str, typer.Option("--council", help="Council code or name.")]
SetOption = Annotated[
    list[str],
    typer.Option("--set", help="KEY=VALUE, as programmes.no-wrong-door.onset_lag=36. Repeatable."),
]
FirstYearOption = Annotated[
    str | None, typer.Option(help="First year, as 2027/28.", show_default="the scenario's")
]
YearsOption = Annotated[int | None, typer.Option(help="Years in the plan.", show_default="5")]
DrawsOption = Annotated[
    int, typer.Option(help="Draws; 0 for the exact central run alone.", min=0, max=1_048_576)
]
SeedOption = Annotated[int, typer.Option(help="Seed of the draws.", min=0)]
FormatOption = Annotated[Format, typer.Option("--format", help="How to write the result.")]


def writable(place: Path | None) -> Path | None:
    """Where a file is to be written: said to be impossible before anything is worked out."""
    if place is None:
        return None
    folder = place.absolute().parent
    if place.is_dir():
        raise typer.BadParameter(f"{place} is a folder. Name a file in it.")
    if not folder.is_dir():
        raise typer.BadParameter(f"There is no folder {folder}. Make it first, or name another.")
    if not os.access(folder, os.W_OK):
        raise typer.BadParameter(f"You may not write in the folder {folder}. Name another.")
    return place


OutputOption = Annotated[
    Path | None,
    typer.Option("--output", help="File to write.", show_default="the terminal", callback=writable),
]

WARRINGTON = "E06000007"
DRAWS = 16_384


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Options that every command takes."""
    context.obj = debug


def asked(
    council: str,
    scenario: str,
    changes: list[str],
    first_year: str | None,
    years: int | None,
    draws: int,
    seed: int,
    data: Path | None,
    store: Path | None,
) -> tuple[Workbench, Request]:
    """The workbench and the request that a command's options describe."""
    from prevention.jobs import Request, Workbench
    from prevention.years import parse_year

    year = parse_year(first_year) if first_year else None
    pairs = tuple(_pair(text) for text in changes)
    return Workbench(data, store), Request(council, scenario, pairs, year, years, draws, seed)


def _pair(text: str) -> tuple[str, Any]:
    key, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f"--set {text}: write KEY=VALUE, as programmes.ID.onset_lag=36.")
    return key.strip(), value.strip()
