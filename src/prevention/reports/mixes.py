"""The best mix of programmes found, as words and tables, a document, and rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table

from prevention.model.appraisal import Peak
from prevention.model.manifest import run_of
from prevention.model.mix import year_of
from prevention.model.optimum import NPV, Optimum, Weighed
from prevention.model.percentiles import PERCENTILES
from prevention.reports.mix_words import (
    figure_of,
    how_found,
    how_sure,
    live,
    month_of,
    sentences,
    title,
    why,
)
from prevention.reports.terminal import WIDTH, thousands
from prevention.reports.words import per_cent
from prevention.years import format_year

_NOTE = (
    "`brings` is on top of what already runs; `whole_plan` is what a forecast of the mix gives. "
    "Percentiles do not add up."
)


def document(answer: Optimum) -> dict[str, Any]:
    """The answer as the command line's JSON document."""
    best = answer.best or answer.running
    return {
        "run": run_of(best.plan, answer.council, answer.draws, answer.seed),
        "budget": round(answer.limit, 2),
        "goal": answer.goal,
        "latest_start": format_year(answer.latest),
        "search": {
            "mixes": answer.found.mixes,
            "within_budget": answer.found.within,
            "model_runs": answer.runs,
            "proven": answer.found.is_proven,
        },
        "best": _mix(answer, answer.best),
        "runner_up": _mix(answer, answer.second),
        "everything": _mix(answer, answer.all_in),
        "running_already": _mix(answer, answer.running),
        "no_limit": _mix(answer, answer.free),
        "by_limit": [_step(answer, step) for step in answer.steps],
        "probability_best_beats_runner_up": answer.beats,
        "choices": rows(answer),
        "missing": list(answer.missing),
        "note": _NOTE,
    }


def _mix(answer: Optimum, mix: Weighed | None) -> dict[str, Any] | None:
    if mix is None:
        return None
    spread = [None] * len(PERCENTILES) if mix.goal is None else mix.goal.tolist()
    return {
        "programmes": _programmes(answer, mix.starts),
        "goal": {"central": mix.brings[figure_of(answer.goal)]}
        | dict(zip(PERCENTILES, spread, strict=True)),
        "probability_goal_positive": mix.gains,
        "brings": mix.brings,
        **_peak(answer, mix.peak),
        "whole_plan": mix.whole | _peak(answer, mix.whole_peak),
        "within_budget": mix.need <= answer.limit,
        "probability_within_budget": mix.within,
    }


def _step(answer: Optimum, step: Weighed) -> dict[str, Any]:
    return {
        "budget": step.need,
        "goal": {"central": step.brings[figure_of(answer.goal)]},
        "programmes": _programmes(answer, step.starts),
    }


def _programmes(answer: Optimum, starts: Sequence[dt.date | None]) -> list[dict[str, Any]]:
    started = zip(answer.choices, starts, strict=True)
    return [_named(c.programme, c.wave, c.name, start) for c, start in started if start]


def _named(programme: str, wave: str, name: str, start: dt.date | None) -> dict[str, Any]:
    return {
        "programme": programme,
        "wave": wave,
        "name": name,
        "start": start and format_year(year_of(start)),
        "go_live": start and start.isoformat(),
    }


def _peak(answer: Optimum, peak: Peak) -> dict[str, Any]:
    return {"peak_funding": peak.amount, "peak_funding_month": month_of(answer, peak)}


def rows(answer: Optimum) -> list[dict[str, Any]]:
    """A row for each programme that could be started: in or out, when, and why."""
    return [
        _named(v.choice.programme, v.choice.wave, v.choice.name, v.start)
        | {
            "if_changed_start": v.other and format_year(year_of(v.other)),
            "if_changed_goal": v.change,
            "if_changed_peak_funding": v.need,
            "why": why(answer, v),
        }
        for v in answer.verdicts
    ]


def text(answer: Optimum) -> str:
    """The answer for a terminal: what to start, why, how close the next best is, how sure."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, highlight=False)
    console.print(title(answer), markup=False)
    for sentence in sentences(answer):
        console.print(sentence, markup=False)
    if answer.verdicts:
        console.print(_choices_table(answer))
    if answer.choices:
        console.print(_mixes_table(answer))
    notes = (*how_sure(answer), *how_found(answer)) if answer.choices else ()
    for sentence in (*notes, *answer.missing):
        console.print(f"- {sentence}", markup=False)
    return written.getvalue().rstrip("\n")


def _choices_table(answer: Optimum) -> Table:
    table = Table(title="What to start and what to leave out")
    for heading in ("Programme", "Go-live", "Why"):
        table.add_column(heading)
    for verdict in answer.verdicts:
        table.add_row(verdict.choice.name, live(verdict.start), why(answer, verdict))
    return table


BEST, FREE = "Best found", "With no limit"


def mixes(answer: Optimum) -> dict[str, Weighed]:
    """The mixes to set side by side, by what they are called."""
    found = {
        BEST: answer.best,
        "Next best": answer.second,
        "All at once": answer.all_in,
        "What already runs": answer.running,
        FREE: answer.free,
    }
    return {name: mix for name, mix in found.items() if mix}


def _mixes_table(answer: Optimum) -> Table:
    shown = {name.replace("already ", "already\n"): mix for name, mix in mixes(answer).items()}
    del shown[FREE]
    table = Table(title="Over the plan, GBP thousand (brackets: below zero)")
    table.add_column("On top of what already runs")
    for name in shown:
        table.add_column(name, justify="right")
    for heading, figure in lines(answer, thousands):
        table.add_row(heading, *(figure(mix) for mix in shown.values()))
    return table


def lines(
    answer: Optimum, written: Callable[[float], str]
) -> Iterator[tuple[str, Callable[[Weighed], str]]]:
    """Title and figure of each line of the table of mixes. written: how GBP are shown."""
    goal = figure_of(answer.goal)

    def money(name: str) -> Callable[[Weighed], str]:
        return lambda mix: written(mix.brings[name]) if any(mix.starts) else "-"

    titles = {
        NPV: "NPV cashable",
        "net_saving": "Net saving",
        "cashable_saving": "Cashable saving",
        "delivery_cost": "Delivery cost, new to the council",
        "delivery_cost_gross": "Delivery cost, all funders",
    }
    for name in sorted(titles, key=lambda name: name != goal):
        yield titles[name] + (" (the goal)" if name == goal else ""), money(name)
        if name == goal and answer.draws:
            for place, label in enumerate(PERCENTILES):
                yield f"  {label.upper()}", partial(_percentile, place, written)
            yield "  Chance of more than nothing", lambda mix: per_cent(mix.gains or 0)
    yield "Peak funding need", lambda mix: written(mix.peak.amount)
    yield "  Month of peak funding", lambda mix: month_of(answer, mix.peak) or "-"
    yield "With what already runs: NPV cashable", lambda mix: written(mix.whole[NPV])
    yield "With what already runs: net saving", lambda mix: written(mix.whole["net_saving"])
    yield "With what already runs: peak funding", lambda mix: written(mix.whole_peak.amount)
    if answer.draws:
        yield "Chance of keeping within the limit", lambda mix: per_cent(mix.within or 0)


def _percentile(place: int, written: Callable[[float], str], mix: Weighed) -> str:
    return "-" if mix.goal is None or not any(mix.starts) else written(mix.goal[place])
