"""The command that reads an edited working model back as a new scenario version."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from prevention.cli.options import (
    WARRINGTON,
    CouncilOption,
    DataOption,
    Format,
    FormatOption,
    StoreOption,
    app,
)
from prevention.cli.speech import plain_errors


@app.command("import-assumptions")
def import_assumptions(
    file: Annotated[Path, typer.Argument(help="A working model whose inputs were edited.")],
    scenario: Annotated[str, typer.Option(help="Id of the new scenario.")],
    why: Annotated[str, typer.Option(help="Why the inputs were changed.")],
    from_: Annotated[
        str, typer.Option("--from", help="Scenario the file was exported from.")
    ] = "current-plan",
    who: Annotated[str, typer.Option(help="Who decided.", show_default="your user name")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of inputs.")] = "Inputs",
    council: CouncilOption = WARRINGTON,
    format_: FormatOption = Format.table,
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Save edited inputs as a new scenario version, with a list of what changed."""
    with plain_errors():
        from prevention.jobs import Request, Workbench
        from prevention.model.chain import covered
        from prevention.record.scenarios import save_scenario, scenario_history
        from prevention.reports.sheets.round_trip import edited_scenario, edits_text, read_edits

        bench = Workbench(data, store)
        found = bench.council(council)
        plan, _ = covered(bench.plan(Request(scenario=from_)), found)
        edits = read_edits(file, plan, found, sheet)
        if not edits:
            raise ValueError(f"{file.name}: no input differs from '{from_}'; nothing was saved.")
        new = edited_scenario(edits, from_, scenario, f"{plan.title}, as edited")
        history = scenario_history(bench.record, scenario)
        parent = history[-1].version if history else 0
        saved = save_scenario(bench.record, new, who or getpass.getuser(), why, parent)
        typer.echo(edits_text(edits, scenario, saved.version, format_.value))
