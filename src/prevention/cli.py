"""The `prevention` command: the dashboard's jobs from a terminal.

Imports stand inside the commands, so that `--help` answers at once.

Exit codes: 0 done; 1 an unexpected fault; 2 the request is wrong; 3 the data is wrong.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from prevention.jobs import Request, Workbench
    from prevention.model.projection import Projection

app = typer.Typer(
    name="prevention",
    help="Forecast how prevention programmes turn into delayed savings in council budgets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

REQUEST_WRONG, DATA_WRONG = 2, 3


class Format(enum.StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    csv = "csv"


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
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="File to write.", show_default="the terminal")
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


@app.command()
def build(data: DataOption = None, store: StoreOption = None) -> None:
    """Check the published tables and build the store: all or nothing."""
    from prevention.evidence import build as builder
    from prevention.evidence.documents import read_library
    from prevention.evidence.places import data_folder, store_file

    with plain_errors(), progress("Checking tables") as step:
        folder = data_folder(data)
        read_library(folder)
        report = builder.build(folder, store_file(store), lambda _, n, of: step(n, of))
    rows = sum(report.rows.values())
    typer.echo(f"Built {report.store}: {rows:,} rows in {len(report.rows)} tables.")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The file to check.")],
    as_: Annotated[str, typer.Option("--as", help="The table it is meant to be.")],
    data: DataOption = None,
    format_: FormatOption = Format.table,
) -> None:
    """Say what is wrong with a file, row by row; load nothing."""
    import json
    from dataclasses import asdict

    from prevention.evidence import build as builder
    from prevention.evidence.places import data_folder
    from prevention.evidence.tables import PUBLISHED

    with plain_errors():
        if as_ not in PUBLISHED:
            raise KeyError(f"There is no table '{as_}'. Choose one of {', '.join(PUBLISHED)}.")
        breaches = builder.check_file(file, as_, data_folder(data))
    if format_ is Format.json:
        found = [{k: v for k, v in asdict(b).items() if k != "table"} for b in breaches]
        typer.echo(json.dumps({"table": as_, "breaches": found}, indent=2, default=str))
    else:
        for breach in breaches:
            typer.echo(str(breach))
        typer.echo(f"{file}: {len(breaches) or 'no'} breach{'' if len(breaches) == 1 else 'es'}.")
    if breaches:
        raise typer.Exit(DATA_WRONG)


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
        bench, request = _asked(
            council, scenario, set_, first_year, years, draws, seed, data, store
        )
        projection = _project(bench, request)
        _write(_forecast_text(projection, format_), output)


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
            bench, request = _asked(
                council, name, set_, first_year, years, draws, seed, data, store
            )
            projections.append(_project(bench, request))
        _write(_compare_text(projections, format_), output)


@app.command()
def export(
    output: Annotated[Path, typer.Option(help="File to write: .xlsx, .csv or .parquet.")],
    scenario: Annotated[list[str], typer.Option(help="Scenario; repeat for several.")] = [  # noqa: B006
        "current-plan"
    ],
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
        from prevention.reports.exporting import export_file

        projections = []
        for name in scenario:
            bench, request = _asked(
                council, name, set_, first_year, years, draws, seed, data, store
            )
            projections.append(_project(bench, request))
        export_file(projections, output, bench.citations())
    typer.echo(f"Wrote {output}.")


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    store: StoreOption = None,
) -> None:
    """Serve the dashboard on this machine."""
    import os
    import subprocess

    from prevention.evidence.places import home, store_file

    with plain_errors():
        root = home()
        os.environ["PREVENTION_STORE"] = str(store_file(store))
        command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py")]
        command += [f"--server.port={port}", "--server.address=127.0.0.1"]
        typer.echo(f"The dashboard is at http://127.0.0.1:{port} (Ctrl+C stops it).", err=True)
        try:
            code = subprocess.call(command, cwd=root)
        except KeyboardInterrupt:
            code = 0
    raise typer.Exit(code)


def _asked(
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


def _project(bench: Workbench, request: Request) -> Projection:
    with progress(f"Projecting {request.scenario}") as step:
        return bench.forecast(request, progress=step)


def _forecast_text(projection: Projection, format_: Format) -> str:
    import json

    from prevention.model import summary
    from prevention.reports import terminal

    if format_ is Format.json:
        return json.dumps(summary.document(projection), indent=1, allow_nan=False)
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


def _write(text: str, output: Path | None) -> None:
    """To the terminal, or to a file that appears whole or not at all."""
    if output is None:
        typer.echo(text)
        return
    partial = output.with_name(f".{output.name}.partial")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(output)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, only where a person watches it."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what went wrong into plain sentences and an exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as fault:
        if _debugging():
            raise
        code = _code_of(fault)
        text = str(fault.args[0]) if isinstance(fault, KeyError) and fault.args else str(fault)
        lead = "" if code != 1 else "Something unexpected went wrong: "
        typer.echo(f"{lead}{text}", err=True)
        if code == 1:
            typer.echo("Run again with --debug before the command for the details.", err=True)
        raise typer.Exit(code) from None


def _debugging() -> bool:
    import click

    context = click.get_current_context(silent=True)
    return bool(context is not None and context.find_root().obj)


def _code_of(fault: Exception) -> int:
    """2 where the request is wrong, 3 where the data is, 1 otherwise."""
    from prevention.evidence.build import BuildFailed

    if isinstance(fault, BuildFailed):
        return DATA_WRONG
    if isinstance(fault, ValueError | LookupError | OSError | RuntimeError):
        return REQUEST_WRONG
    return 1


def main() -> None:
    """Run the command."""
    app()
