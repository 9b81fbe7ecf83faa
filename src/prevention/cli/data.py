"""Commands that bring figures in: build and check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prevention.cli.options import DataOption, Format, FormatOption, StoreOption, app
from prevention.cli.speech import DATA_WRONG, plain_errors, progress


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
