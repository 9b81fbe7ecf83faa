"""Commands that bring figures in: build, check and load, and take a load back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
from prevention.cli.speech import DATA_WRONG, plain_errors, progress, write

if TYPE_CHECKING:
    from prevention.evidence.loading import LoadReport

AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Publication, table, or the council's own ledger, placements or starts.",
        show_default="found out",
    ),
]
WhoOption = Annotated[
    str, typer.Option(help="Who does this, for the record.", show_default="the user signed in")
]
_BREACHES_SHOWN = 20


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
    as_: AsOption = None,
    council: CouncilOption = WARRINGTON,
    data: DataOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
) -> None:
    """Say what is wrong with a file, row by row; load nothing."""
    from prevention.evidence.loading import check_file
    from prevention.evidence.places import data_folder, store_file
    from prevention.record import open_record

    with plain_errors(), progress(f"Checking {file.name}") as step:
        step(0, 1)
        target = store_file(store)
        code = code_of_council(council, target)
        report = check_file(file, as_, data_folder(data), open_record(target), code)
    _say(report, format_, loaded=False)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A file as published, or the council's own.")],
    as_: AsOption = None,
    council: CouncilOption = WARRINGTON,
    who: WhoOption = "",
    data: DataOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
) -> None:
    """Load a file: good rows into the store, bad ones into quarantine with the reason."""
    from prevention.evidence.loading import load_file
    from prevention.evidence.places import data_folder, store_file

    with plain_errors(), progress(f"Loading {file.name}") as step:
        target = store_file(store)
        code = code_of_council(council, target)
        report = load_file(file, as_, data_folder(data), target, la_code=code, who=who, step=step)
    _say(report, format_, loaded=True)


@app.command()
def unload(
    load_id: Annotated[str, typer.Argument(help="Name of the load, as load-0001.")],
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    who: WhoOption = "",
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Take a load out of force. Nothing is deleted: it stays on the record."""
    from prevention.evidence import loading
    from prevention.evidence.places import data_folder, store_file

    with plain_errors(), progress(f"Withdrawing {load_id}"):
        load = loading.unload(load_id, data_folder(data), store_file(store), who, why)
    typer.echo(f"{load.id} ({load.file}) is no longer in force: {load.rows_stored:,} rows.")


@app.command()
def quarantine(output: OutputOption = None, store: StoreOption = None) -> None:
    """Rows that wait, as CSV to be corrected and loaded again."""
    from prevention.evidence.loads import in_quarantine
    from prevention.evidence.places import store_file
    from prevention.record import open_record
    from prevention.reports.waiting import quarantine_csv

    with plain_errors():
        rows = in_quarantine(open_record(store_file(store)))
        write(quarantine_csv(rows).rstrip("\r\n"), output)
    if output is not None:
        typer.echo(f"Wrote {output}: {len(rows):,} rows wait. Correct them, then load the file.")


@app.command()
def loads(store: StoreOption = None, format_: FormatOption = Format.table) -> None:
    """Every file loaded: when, by whom, rows stored and waiting."""
    import json

    from prevention.evidence.loads import described, every_load
    from prevention.evidence.places import store_file
    from prevention.record import open_record

    with plain_errors():
        found = every_load(open_record(store_file(store)))
    if format_ is Format.json:
        typer.echo(json.dumps([described(load) for load in found], indent=1))
        return
    for load in found:
        state = f"withdrawn {load.withdrawn}" if load.withdrawn else f"{load.waiting:,} waiting"
        typer.echo(
            f"{load.id}  {load.loaded_at:%Y-%m-%d %H:%M}  {load.who}  {load.file}: {load.title}; "
            f"{load.rows_stored:,} of {load.rows_read:,} rows stored, {state}"
        )
    if not found:
        typer.echo("Nothing has been loaded. Load a file with: prevention load FILE")


def code_of_council(text: str, store: Path) -> str:
    """The code of a council; a code needs no store to be understood."""
    from prevention.evidence.councils import find_council
    from prevention.evidence.store import open_store

    if text == WARRINGTON:
        return text
    with open_store(store) as opened:
        return find_council(opened, text)[0]


def _say(report: LoadReport, format_: Format, *, loaded: bool) -> None:
    """Print what became of a file; leave with 3 where rows were held back."""
    import json

    if format_ is Format.json:
        typer.echo(json.dumps(report.document(), indent=1))
    else:
        for line in _lines(report, loaded):
            typer.echo(line)
    if report.breaches:
        raise typer.Exit(DATA_WRONG)


def _lines(report: LoadReport, loaded: bool) -> list[str]:
    lines = [f"{report.title} ({report.publication}).", *report.recognised]
    lines += [f"Set aside: {why} ({count:,})." for why, count in report.set_aside.items()]
    lines += [str(breach) for breach in report.breaches[:_BREACHES_SHOWN]]
    more = len(report.breaches) - _BREACHES_SHOWN
    lines += [f"and {more:,} more breaches; --format json gives all."] if more > 0 else []
    for table, count in report.tables.items():
        lines.append(f"Table {table}: {count['stored']:,} good, {count['quarantined']:,} bad.")
    stored, held = ("stored", "in quarantine") if loaded else ("good", "bad")
    lines.append(
        f"{report.rows_read:,} rows read: {report.rows_stored:,} {stored}, "
        f"{report.rows_quarantined:,} {held}."
    )
    if loaded and report.load_id and not report.already:
        lines.append(f"Loaded as {report.load_id}; take it back with: prevention unload")
    if loaded and report.rows_quarantined and report.load_id:
        lines.append("See what waits, to correct it, with: prevention quarantine --output FILE")
    return lines
