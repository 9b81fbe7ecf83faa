"""The command for many councils and scenarios: fleet."""

from __future__ import annotations

import enum
import os
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prevention.cli.options import (
    DataOption,
    DrawsOption,
    FirstYearOption,
    SeedOption,
    StoreOption,
    YearsOption,
    app,
    asked,
)
from prevention.cli.speech import DATA_WRONG, plain_errors, progress, write

if TYPE_CHECKING:
    from prevention.fleet.whole import Report, ShareOut

MOST_REASONS = 20
"""Failures said on the terminal; every one is in the folder."""


class Answer(enum.StrEnum):
    """How the report is written; the figures are Parquet."""

    table = "table"
    json = "json"


@app.command()
def fleet(
    councils: Annotated[
        str, typer.Option(help="all, or codes and names with commas: Bolton,E06000007.")
    ],
    output: Annotated[
        Path, typer.Option(help="Folder to write: new, or one to go on with.", file_okay=False)
    ],
    scenarios: Annotated[
        str | None,
        typer.Option(
            help="Folder of .toml files, or names with commas.", show_default="those shipped"
        ),
    ] = None,
    first_year: FirstYearOption = None,
    years: YearsOption = None,
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    workers: Annotated[
        int, typer.Option(help="Processes.", min=1, max=512, show_default="one for each core")
    ] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask scheduler, as tcp://host:8786.", show_default="this machine"
        ),
    ] = None,
    format_: Annotated[Answer, typer.Option("--format", help="How to report.")] = Answer.table,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Forecast many councils by many scenarios into a folder of Parquet files.

    Stopped half-way, the same command does what is missing. Exit code 3: some runs failed.
    """
    with plain_errors():
        from prevention.fleet.folder import Folder
        from prevention.fleet.planning import tasks_of
        from prevention.fleet.whole import run_fleet

        bench, request = asked("", "", [], first_year, years, draws, seed, data, store)
        tasks = tasks_of(bench, councils, scenarios, request)
        with _sharing(scheduler, workers) as share_out, progress("Councils") as step:
            report = run_fleet(tasks, Folder(output), share_out, step)
        write(_text(report, format_), None)
        if report.failed:
            raise typer.Exit(DATA_WRONG)


def _sharing(scheduler: str | None, workers: int) -> AbstractContextManager[ShareOut]:
    """Where the work is done: on a cluster, or by processes here."""
    from prevention.fleet.cluster import cluster
    from prevention.fleet.running import run_here
    from prevention.fleet.work import work

    if scheduler is not None:
        return cluster(scheduler, work)
    return nullcontext(partial(run_here, work, workers=workers))


def _text(report: Report, format_: Answer) -> str:
    import json

    found = report.document()
    if format_ is Answer.json:
        return json.dumps(found, indent=1, ensure_ascii=False)
    lines = [
        f"{found['councils']} councils x {len(found['scenarios'])} scenarios in {found['output']}: "
        f"{found['runs']} runs, {len(report.failed)} failed."
    ]
    if report.done_before:
        lines.append(
            f"{report.done_before} councils were done before; {found['done_now']} done now."
        )
    if report.not_done:
        lines.append(
            f"{len(report.not_done)} councils could not be worked out. "
            "The same command tries them again."
        )
    said = [f"{row['council_name']}, {row['scenario']}: {row['reason']}" for row in report.failed]
    lines += [f"  {line}" for line in said[:MOST_REASONS]]
    if len(said) > MOST_REASONS:
        lines.append(f"  ... and {len(said) - MOST_REASONS} more.")
    left_out = len(report.failures) - len(report.failed)
    if left_out:
        lines.append(
            f"Left out of runs, as figures are not published: {left_out} programmes or parts of "
            f"them. Each is in {report.folder.path / 'failures'}."
        )
    return "\n".join(lines)
