"""The command that chooses: optimise."""

from __future__ import annotations

import enum
import math
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
from prevention.cli.speech import plain_errors, stages, write

if TYPE_CHECKING:
    from prevention.model.optimum import Optimum


class Goal(enum.StrEnum):
    """What to have most of; the names are those of `prevention.model.search.GOALS`."""

    npv_cashable = "npv-cashable"
    net_saving = "net-saving"
    cashable_saving = "cashable-saving"


MOST = 1e12
"""GBP: beyond this a limit is a slip of the keyboard."""


@app.command()
def optimise(
    budget: Annotated[
        str, typer.Option(help="The most that may be needed at any time, GBP, as 2500000.")
    ],
    council: CouncilOption = WARRINGTON,
    scenario: Annotated[
        str, typer.Option(help="Scenario whose programmes to choose from, or its file.")
    ] = "whole-system",
    programmes: Annotated[
        str | None,
        typer.Option(help="Choose from these alone, as early-help,reablement.", show_default="all"),
    ] = None,
    goal: Annotated[Goal, typer.Option(help="What to have most of.")] = Goal.npv_cashable,
    latest_start: Annotated[
        str | None,
        typer.Option(help="Last year to start anything, as 2029/30.", show_default="the plan's"),
    ] = None,
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
    """Find the mix and timing of programmes that does best under a funding limit.

    An output that ends in .toml is the mix as a scenario, which forecast and the others take.
    """
    with plain_errors():
        from prevention.jobs.choosing import optimise as best_within
        from prevention.jobs.choosing import scenario_from
        from prevention.years import parse_year

        limit = _pounds(budget)
        latest = parse_year(latest_start) if latest_start else None
        only = [name.strip() for name in (programmes or "").split(",") if name.strip()]
        bench, request = asked(council, scenario, set_, first_year, years, draws, seed, data, store)
        with stages("Reading") as progress:
            answer = best_within(bench, request, limit, goal.value, latest, only, progress)
        if output is None or output.suffix != ".toml":
            write(_text(answer, format_), output)
            return
        from prevention.evidence.documents import written

        write(_text(answer, format_), None)
        write(written(scenario_from(bench, request, answer)).rstrip(), output)
        typer.echo(
            f"Wrote {output}. See it with: prevention forecast --scenario {output}", err=True
        )


def _pounds(text: str) -> float:
    """A funding limit as typed: pounds, with commas, a pound sign, or k or m at the end."""
    bare = text.strip().lower().removeprefix("gbp").replace(",", "").replace("£", "").strip()
    times = {"k": 1e3, "m": 1e6}.get(bare[-1:], 1.0)
    try:
        amount = float(bare if times == 1 else bare[:-1]) * times
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount) or amount > MOST:
        raise ValueError(f"--budget {text}: not an amount. Write pounds, as 2500000 or 2.5m.")
    if amount <= 0:
        raise ValueError(
            f"--budget {text}: a funding limit is more than nothing. Without one the answer is "
            "the plan as it stands: prevention forecast."
        )
    return round(amount, 2)


def _text(answer: Optimum, format_: Format) -> str:
    import json

    from prevention.reports import mixes

    if format_ is Format.json:
        return json.dumps(mixes.document(answer), indent=1, allow_nan=False)
    if format_ is Format.csv:
        import pandas as pd

        from prevention.reports.terminal import csv_text

        return csv_text(pd.DataFrame(mixes.rows(answer)))
    return mixes.text(answer)
