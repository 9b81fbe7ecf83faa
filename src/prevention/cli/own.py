"""Commands about the council's own files: templates, its words in ours, whose figures go first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prevention.cli.data import WhoOption, code_of_council
from prevention.cli.options import (
    WARRINGTON,
    CouncilOption,
    DataOption,
    OutputOption,
    StoreOption,
    app,
)
from prevention.cli.speech import plain_errors, write

mappings = typer.Typer(no_args_is_help=True, help="What the council's words mean in ours.")
app.add_typer(mappings, name="mapping")


@app.command()
def template(
    name: Annotated[str, typer.Argument(help="ledger, placements, starts or cases.")],
    output: OutputOption = None,
) -> None:
    """An empty file of the council's own, with an example of each row."""
    from prevention.evidence.own import templates

    with plain_errors():
        write(templates.template(name).rstrip("\r\n"), output)


@mappings.command("show")
def show(
    council: CouncilOption = WARRINGTON, output: OutputOption = None, store: StoreOption = None
) -> None:
    """The mapping remembered, as TOML to be edited."""
    from prevention.evidence.own import mapping
    from prevention.evidence.places import store_file
    from prevention.record import open_record

    with plain_errors():
        target = store_file(store)
        words = mapping.shown(open_record(target), code_of_council(council, target))
        write(mapping.as_toml(words).rstrip() or "# Nothing is remembered yet.", output)


@mappings.command("set")
def set_(
    file: Annotated[Path, typer.Argument(help="TOML file, as `mapping show` gives.")],
    council: CouncilOption = WARRINGTON,
    who: WhoOption = "",
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Decide what the council's words mean; remembered for every later file."""
    from prevention.evidence.loading import catalogue, user
    from prevention.evidence.own import mapping
    from prevention.evidence.places import data_folder, store_file
    from prevention.record import open_record

    with plain_errors():
        target = store_file(store)
        known = catalogue(data_folder(data))
        count = mapping.remember(
            open_record(target),
            code_of_council(council, target),
            mapping.read_toml(file),
            who or user(),
            list(known.services),
            list(known.programmes),
        )
    typer.echo(f"{count:,} new decision{'' if count == 1 else 's'} remembered.")


@app.command()
def prefer(
    service: Annotated[str, typer.Argument(help="Service line, as fostering.")],
    figure: Annotated[str, typer.Argument(help="people, unit_cost or spend.")],
    basis: Annotated[str, typer.Argument(help="council or published.")],
    council: CouncilOption = WARRINGTON,
    who: WhoOption = "",
    data: DataOption = None,
    store: StoreOption = None,
) -> None:
    """Say whether the council's own figures go before the published ones."""
    from prevention.evidence import loading
    from prevention.evidence.own import mapping
    from prevention.evidence.places import data_folder, store_file
    from prevention.record import open_record

    with plain_errors():
        if basis not in ("council", "published"):
            raise ValueError(f"There is no basis '{basis}'. Choose council or published.")
        folder, target = data_folder(data), store_file(store)
        known = loading.catalogue(folder)
        if service not in known.services:
            raise ValueError(
                f"There is no service '{service}'. Choose one of {', '.join(known.services)}."
            )
        record, code = open_record(target), code_of_council(council, target)
        mapping.choose_own(record, code, service, figure, basis == "council", who or loading.user())
        loading.renew(folder, target, record)
    typer.echo(f"{known.services[service]}, {figure}: the {basis} figures go first.")
