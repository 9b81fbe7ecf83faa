"""Commands on the record: scenarios, replay, backup and restore."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prevention.cli.options import DataOption, Format, FormatOption, StoreOption, app
from prevention.cli.speech import DATA_WRONG, plain_errors, progress

if TYPE_CHECKING:
    from prevention.jobs import Replay, Workbench

_SHOWN = 20


@app.command()
def scenarios(
    name: Annotated[
        str | None, typer.Argument(help="One scenario on the record: its history.")
    ] = None,
    format_: FormatOption = Format.table,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """List the scenarios, on file and on the record; or one scenario's history."""
    from prevention.jobs import Workbench

    with plain_errors():
        bench = Workbench(data, store)
        rows = _listed(bench) if name is None else _history(bench, name)
        typer.echo(_text(rows, format_))


def _listed(bench: Workbench) -> list[dict[str, Any]]:
    from prevention.record.scenarios import saved_scenarios

    rows: list[dict[str, Any]] = [
        {
            "scenario": id_,
            "title": scenario.title,
            "kept": "on file",
            "version": None,
            "status": "",
            "who": "",
            "when": "",
            "why": scenario.summary,
        }
        for id_, scenario in bench.on_file.scenarios.items()
    ]
    for id_, version in saved_scenarios(bench.record).items():
        rows.append(
            {
                "scenario": id_,
                "title": version.title,
                "kept": "on the record",
                "version": version.version,
                "status": version.status,
                "who": version.who,
                "when": version.at.isoformat(timespec="seconds"),
                "why": version.why,
            }
        )
    return rows


def _history(bench: Workbench, name: str) -> list[dict[str, Any]]:
    from prevention.model.scenarios import ScenarioError
    from prevention.record.scenarios import differences, scenario_history

    history = scenario_history(bench.record, name)
    if not history:
        raise ScenarioError(
            f"There is no scenario '{name}' on the record. List them with: prevention scenarios"
        )
    documents = {version.version: version.document for version in history}
    return [
        {
            "scenario": version.name,
            "title": version.title,
            "made_from": version.parent or None,
            "beside_another": version.sibling,
            "status": version.status,
            "who": version.who,
            "when": version.at.isoformat(timespec="seconds"),
            "why": version.why,
            "changes": [
                {"assumption": d.assumption, "unit": d.unit, "from": d.before, "to": d.after}
                for d in differences(documents.get(version.parent), version.document)
            ],
        }
        for version in history
    ]


def _text(rows: list[dict[str, Any]], format_: Format) -> str:
    import pandas as pd

    from prevention.reports import terminal
    from prevention.reports.words import value_said

    if format_ is Format.json:
        return json.dumps({"scenarios": rows}, indent=1)
    flat = [
        {
            key: "; ".join(
                f"{c['assumption']}: {value_said(c['from'])} -> {value_said(c['to'])}"
                for c in value
            )
            if key == "changes"
            else value
            for key, value in row.items()
        }
        for row in rows
    ]
    if format_ is Format.csv:
        return terminal.csv_text(pd.DataFrame(flat))
    return "\n".join(f"{row['scenario']}: {row['title']}" + _tail(row) for row in flat)


def _tail(row: dict[str, Any]) -> str:
    if not row["who"]:
        return ""
    version = f" version {row['version']}," if row.get("version") else ""
    beside = " (beside another from the same version)" if row.get("beside_another") else ""
    changes = f"\n    {row['changes']}" if row.get("changes") else ""
    when = row["when"].replace("T", " ")
    return (
        f"\n   {version} {row['status']}{beside}, saved by {row['who']} on {when} UTC: "
        f"{row['why']}{changes}"
    )


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(help="Id of a run on the record, or its first digits.")],
    format_: FormatOption = Format.table,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Work a kept run out again and compare every figure to the penny."""
    from prevention.jobs import Workbench

    with plain_errors():
        bench = Workbench(data, store)
        with progress(f"Replaying {run_id}") as step:
            found = bench.replay(run_id, step)
        typer.echo(_replay_text(found, format_))
    if found.different:
        raise typer.Exit(DATA_WRONG)


def _replay_text(found: Replay, format_: Format) -> str:
    import pandas as pd

    from prevention.reports import terminal

    different = [
        {"table": d.table, "row": d.row, "column": d.column, "kept": d.kept, "now": d.now}
        for d in found.different
    ]
    if format_ is Format.csv:
        columns = ["table", "row", "column", "kept", "now"]
        return terminal.csv_text(pd.DataFrame(different, columns=columns))
    if format_ is Format.json:
        answer = {
            "run_id": found.kept.run_id,
            "kept_at": found.kept.at.isoformat(timespec="seconds"),
            "same": not different,
            "figures": found.figures,
            "differences": different,
            "moved": [{"part": p, "kept": a, "now": b} for p, (a, b) in found.moved.items()],
            "run": dict(found.kept.run),
        }
        return json.dumps(answer, indent=1)
    return "\n".join(_replay_lines(found))


def _replay_lines(found: Replay) -> list[str]:
    kept = found.kept
    lines = [
        f"Run {kept.run_id}: {kept.title}, {kept.run['council_name']}, "
        f"{kept.run['draws']:,} draws, kept {kept.at:%d %B %Y %H:%M} UTC."
    ]
    if found.different:
        lines.append(f"{len(found.different):,} of {found.figures:,} figures came out otherwise:")
        lines += [
            f"  {d.table}: {d.row}: {d.column} was {d.kept}, is {d.now}"
            for d in found.different[:_SHOWN]
        ]
        if len(found.different) > _SHOWN:
            lines.append(f"  and {len(found.different) - _SHOWN:,} more (--format csv for all)")
    else:
        lines.append(f"All {found.figures:,} figures are the same, to the penny.")
    if found.moved:
        lines.append("Not as it was when the run was made:")
        lines += [f"  {_PARTS.get(p, p)}: was {a}, is {b}" for p, (a, b) in found.moved.items()]
    elif found.different:
        lines.append("Data, assumptions, program and libraries are all as they were.")
    return lines


_PARTS = {
    "data_hash": "the published data",
    "assumptions_hash": "the assumptions",
    "source_hash": "the source of this program",
    "version": "the version of this program",
    "schema": "the layout of the figures",
}


@app.command()
def backup(
    output: Annotated[
        Path | None,
        typer.Option(help="File to write.", show_default="backups/ beside the record"),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Copy the record and its ledger while others go on working."""
    from prevention.evidence.places import store_file
    from prevention.record import open_record
    from prevention.record.backups import back_up
    from prevention.record.places import ledger_file

    with plain_errors():
        made = back_up(open_record(store_file(store)), output)
    typer.echo(f"Wrote {made}, and {ledger_file(made).name} beside it. Keep the two together.")


@app.command()
def restore(
    file: Annotated[Path | None, typer.Argument(help="A backup of the record.")] = None,
    what_is_left: Annotated[
        bool,
        typer.Option(help="No backup: go on with what a damaged record still holds."),
    ] = False,
    who: Annotated[str, typer.Option(help="With --what-is-left: who you are.")] = "",
    why: Annotated[str, typer.Option(help="With --what-is-left: why no backup.")] = "",
    store: StoreOption = None,
) -> None:
    """Put a backup in the record's place; the record it replaces is kept beside it."""
    from prevention.evidence.places import store_file
    from prevention.record import open_record
    from prevention.record.backups import keep_what_is_left
    from prevention.record.backups import restore as put_back

    with plain_errors():
        if (file is None) != what_is_left:
            raise ValueError("Name a backup to restore, or say --what-is-left: one of the two.")
        record = open_record(store_file(store))
        done = keep_what_is_left(record, who, why) if file is None else put_back(record, file)
    source = f"from {file}" if file else "with what was left"
    kept = f" What was there is kept as {done.aside}." if done.aside else ""
    saves = f"{done.saves:,} save{'' if done.saves == 1 else 's'}"
    typer.echo(f"Restored {record.path} {source}: {saves}.{kept}")
