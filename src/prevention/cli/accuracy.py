"""Commands that say how far to believe the baseline: backtest."""

from __future__ import annotations

from typing import Annotated

import typer

from prevention.cli.options import (
    DataOption,
    Format,
    FormatOption,
    OutputOption,
    StoreOption,
    app,
)
from prevention.cli.speech import plain_errors, progress, write


@app.command()
def backtest(
    council: Annotated[str, typer.Option(help="Council code or name, or all.")] = "all",
    again: Annotated[
        bool, typer.Option("--again", help="Run every method anew, whatever is kept.")
    ] = False,
    format_: FormatOption = Format.table,
    output: OutputOption = None,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Forecast from past years and compare with what happened: how accurate is the baseline?"""
    import json

    from prevention.evidence.accuracy import accuracy
    from prevention.evidence.councils import find_council
    from prevention.evidence.documents import read_library
    from prevention.evidence.places import data_folder, store_file
    from prevention.evidence.store import open_store
    from prevention.reports import accuracy as report
    from prevention.reports.terminal import csv_text

    with plain_errors():
        folder, path = data_folder(data), store_file(store)
        code, whose = None, "all councils"
        if council.strip().lower() != "all":
            with open_store(path) as opened:
                code, name = find_council(opened, council)
            whose = f"{name} ({code})"
        economy = read_library(folder).economy
        with progress("Fitting methods to past years") as step:
            found = accuracy(path, folder, economy, code, again, step)
        if format_ is Format.json:
            text = json.dumps({"series": report.rows(found)}, indent=1, allow_nan=False)
        elif format_ is Format.csv:
            text = csv_text(report.table(found))
        else:
            text = report.text(found, whose)
        write(text, output)
