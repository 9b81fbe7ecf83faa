"""The best mix of programmes found, as words and tables, a document, and rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table

from prevention.model.appraisal import Peak
from prevention.model.manifest import run_of
from prevention.model.mix import year_of
from prevention.model.optimum import NPV, Optimum, Verdict, Weighed
from prevention.model.percentiles import PERCENTILES
from prevention.model.search import GOALS
from prevention.reports.terminal import WIDTH, thousands
from prevention.reports.words import listed, per_cent, pounds
from prevention.years import first_month, format_year, month_label

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
        "probability_best_beats_runner_up": answer.beats,
        "choices": rows(answer),
        "missing": list(answer.missing),
        "note": _NOTE,
    }


def _mix(answer: Optimum, mix: Weighed | None) -> dict[str, Any] | None:
    if mix is None:
        return None
    started = zip(answer.choices, mix.starts, strict=True)
    spread = [None] * len(PERCENTILES) if mix.goal is None else mix.goal.tolist()
    return {
        "programmes": [_named(c.programme, c.wave, c.name, s) for c, s in started if s],
        "goal": {"central": mix.brings[_figure(answer.goal)]}
        | dict(zip(PERCENTILES, spread, strict=True)),
        "probability_goal_positive": mix.gains,
        "brings": mix.brings,
        **_peak(answer, mix.peak),
        "whole_plan": mix.whole | _peak(answer, mix.whole_peak),
        "within_budget": mix.need <= answer.limit,
        "probability_within_budget": mix.within,
    }


def _named(programme: str, wave: str, name: str, start: dt.date | None) -> dict[str, Any]:
    return {
        "programme": programme,
        "wave": wave,
        "name": name,
        "start": start and format_year(year_of(start)),
        "go_live": start and start.isoformat(),
    }


def _figure(goal: str) -> str:
    """The figure of a mix that a goal is about."""
    return goal.replace("-", "_")


def _peak(answer: Optimum, peak: Peak) -> dict[str, Any]:
    return {"peak_funding": peak.amount, "peak_funding_month": _month(answer, peak)}


def _month(answer: Optimum, peak: Peak) -> str | None:
    if peak.month is None:
        return None
    return month_label(first_month(answer.plan.first_year) + peak.month)


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


def why(answer: Optimum, verdict: Verdict) -> str:
    """Why a programme is in the best mix found, or left out, in one sentence."""
    change, other = verdict.change, verdict.other
    if verdict.start:
        return f"Without it, {pounds(-change)} less."
    if other is None:
        return f"Cannot start by {format_year(answer.latest)}: its own date is later."
    own = next(c for c in answer.choices if c == verdict.choice).starts[0]
    if change > 0:
        return (
            f"Does not fit: from {_year(other)} it would bring {pounds(change)} more, but the "
            f"need would be {pounds(verdict.need)}."
        )
    if change == 0:
        return "Would bring nothing more from any start."
    if other == own:
        return f"Does not pay inside the plan: {pounds(-change)} less from {_year(own)}."
    return (
        f"Does not pay inside the plan: {pounds(-verdict.at_once)} less from {_year(own)}, "
        f"{pounds(-change)} less even from {_year(other)}."
    )


def _year(day: dt.date) -> str:
    return format_year(year_of(day))


def text(answer: Optimum) -> str:
    """The answer for a terminal: what to start, why, how close the next best is, how sure."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, highlight=False)
    plan, council = answer.plan, answer.council
    first, last = format_year(plan.first_year), _last_year(answer)
    console.print(
        f"Best mix of programmes for {council.name} ({council.code}) within a funding limit of "
        f"£{answer.limit:,.0f}, {first if first == last else f'{first} to {last}'}",
        markup=False,
    )
    for sentence in _answer(answer):
        console.print(sentence, markup=False)
    if answer.verdicts:
        console.print(_choices_table(answer))
    if answer.choices:
        console.print(_mixes_table(answer))
    notes = (*_how_sure(answer), *_how_found(answer)) if answer.choices else ()
    for sentence in (*notes, *answer.missing):
        console.print(f"- {sentence}", markup=False)
    return written.getvalue().rstrip("\n")


def _last_year(answer: Optimum) -> str:
    return format_year(answer.plan.first_year + answer.plan.years - 1)


def _answer(answer: Optimum) -> Iterator[str]:
    best, title = answer.best, GOALS[answer.goal].title
    if not answer.choices:
        first = format_year(answer.plan.first_year)
        yield (
            f"Nothing can be chosen: no programme goes live in {first} or later, and what runs "
            "before is taken as it is."
        )
        return
    if best is None:
        peak = answer.running.whole_peak
        yield (
            f"No mix keeps within the limit: what already runs needs {pounds(peak.amount)} by "
            f"itself ({_month(answer, peak)})."
        )
        return
    if not any(best.starts):
        yield f"Start nothing: within the limit no mix adds {title} to what already runs."
        return
    started = [
        f"{choice.name} ({_year(start)})"
        for choice, start in zip(answer.choices, best.starts, strict=True)
        if start
    ]
    yield f"Start {listed(started)}."
    month = f" ({_deepest(answer, best)})" if best.need else ""
    yield (
        f"In the central case that brings {pounds(best.brings[_figure(answer.goal)])} of {title} "
        f"on top of what already runs. It needs {pounds(best.need)} at most{month} and costs the "
        f"council {pounds(best.brings['delivery_cost'])} to deliver over the plan."
    )
    if best.goal is not None:
        low, middle, high = best.goal
        yield (
            f"In {answer.draws:,} draws it brings {pounds(low)} to {pounds(high)} (P10 to P90), "
            f"{pounds(middle)} in the middle, and more than nothing in {per_cent(best.gains or 0)} "
            f"of them. It keeps within the limit in {per_cent(best.within or 0)}"
            f"{_anyway(answer)}."
        )


def _anyway(answer: Optimum) -> str:
    """How far what already runs bears on the chance of keeping within the limit."""
    within = answer.running.within or 0.0
    if within >= 0.995:
        return ""
    return (
        f"; with nothing started, in {per_cent(within)}, as what already runs may save less than "
        "the base budget counts on"
    )


def _deepest(answer: Optimum, mix: Weighed) -> str | None:
    deeper = mix.peak if mix.peak.amount >= mix.whole_peak.amount else mix.whole_peak
    return _month(answer, deeper)


def _choices_table(answer: Optimum) -> Table:
    table = Table(title="What to start and what to leave out")
    for heading in ("Programme", "Go-live", "Why"):
        table.add_column(heading)
    for verdict in answer.verdicts:
        start = verdict.start
        live = f"{start:%B %Y} ({_year(start)})" if start else "left out"
        table.add_row(verdict.choice.name, live, why(answer, verdict))
    return table


def _mixes_table(answer: Optimum) -> Table:
    mixes = {
        "Best found": answer.best,
        "Next best": answer.second,
        "All at once": answer.all_in,
        "What already\nruns": answer.running,
    }
    shown = {name: mix for name, mix in mixes.items() if mix}
    table = Table(title="Over the plan, GBP thousand (brackets: below zero)")
    table.add_column("On top of what already runs")
    for name in shown:
        table.add_column(name, justify="right")
    for title, figure in _lines(answer):
        table.add_row(title, *(figure(mix) for mix in shown.values()))
    return table


def _lines(answer: Optimum) -> Iterator[tuple[str, Callable[[Weighed], str]]]:
    """Title and figure of each line of the table of mixes."""
    goal = _figure(answer.goal)

    def money(name: str) -> Callable[[Weighed], str]:
        return lambda mix: thousands(mix.brings[name]) if any(mix.starts) else "-"

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
                yield f"  {label.upper()}", partial(_percentile, place)
            yield "  Chance of more than nothing", lambda mix: per_cent(mix.gains or 0)
    yield "Peak funding need", lambda mix: thousands(mix.peak.amount)
    yield "  in", lambda mix: _month(answer, mix.peak) or "-"
    yield "With what already runs: NPV cashable", lambda mix: thousands(mix.whole[NPV])
    yield "  Net saving", lambda mix: thousands(mix.whole["net_saving"])
    yield "  Peak funding need", lambda mix: thousands(mix.whole_peak.amount)
    if answer.draws:
        yield "Chance of keeping within the limit", lambda mix: per_cent(mix.within or 0)


def _percentile(place: int, mix: Weighed) -> str:
    return "-" if mix.goal is None or not any(mix.starts) else thousands(mix.goal[place])


def _how_sure(answer: Optimum) -> Iterator[str]:
    best, second, figure = answer.best, answer.second, _figure(answer.goal)
    if best and second:
        behind = best.brings[figure] - second.brings[figure]
        dearer = second.brings["delivery_cost"] - best.brings["delivery_cost"]
        said = f"Next best: {_against(answer, best, second)}. It brings "
        said += f"{pounds(behind)} less" if behind >= 0.5 else "the same to the pound"
        if dearer >= 0.5:
            said += f" and costs {pounds(dearer)} more"
        if answer.beats is not None:
            said += f"; it brings less in {per_cent(answer.beats)} of draws"
        yield f"{said}."
    if best and answer.free.picks == best.picks:
        yield "The limit changes nothing: with no limit the same mix does best."
    else:
        more = answer.free.brings[figure] - (best.brings[figure] if best else 0)
        yield (
            f"With no limit the best mix found would bring {pounds(more)} more and need "
            f"{pounds(answer.free.need)}."
        )


def _against(answer: Optimum, best: Weighed, other: Weighed) -> str:
    """What sets one mix apart from the best."""
    apart = []
    for choice, here, there in zip(answer.choices, best.starts, other.starts, strict=True):
        if here != there:
            apart.append(
                f"{choice.name} from {_year(there)}" if there else f"without {choice.name}"
            )
    return f"the same, but {listed(apart)}"


def _how_found(answer: Optimum) -> Iterator[str]:
    found, plan = answer.found, answer.plan
    if found.within == 0:
        yield f"All {found.mixes:,} mixes were compared: none keeps within the limit."
    elif found.is_proven:
        yield (
            f"All {found.mixes:,} mixes were compared, {found.within:,} of them within the limit: "
            "with every assumption at its central figure none does better."
        )
    else:
        yield (
            f"There are {found.mixes:,} mixes, too many to compare them all. No change of one "
            "programme betters this one, nor any of two that was tried; another mix may. "
            "--latest-start with an earlier year leaves fewer."
        )
    yield (
        f"Only money up to {_last_year(answer)} counts. A saving that "
        "comes later does not: --years looks further ahead."
    )
    if not GOALS[answer.goal].is_net:
        yield "This goal does not count what programmes cost: see the net saving."
    chosen = {choice.programme for choice in answer.choices if not choice.wave}
    running = [p.name for id_, p in sorted(plan.programmes.items()) if id_ not in chosen]
    if running:
        yield f"Already running, so in every mix and never moved: {listed(running)}."
        yield (
            "The need is that of the programmes started, on their own and with what already runs: "
            "a saving that comes anyway pays for none of them, but a shortfall does count."
        )
    yield (
        "A programme starts on its own date or whole years later; its ramp, its end and the "
        "council's own funding move with it. A grant or a partner's money ends on its own date."
    )
