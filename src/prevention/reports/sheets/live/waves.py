"""People started and delivery cost of each wave of a programme, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prevention.model.assumptions import Floats
from prevention.model.programmes import Funding, Rollout
from prevention.model.timeline import Timeline
from prevention.reports.sheets.live.cells import Figure, Figures, Formula, Months, Run
from prevention.reports.sheets.live.inputs import Inputs, serial
from prevention.reports.sheets.page import NEVER
from prevention.years import month_after, month_number


@dataclass(frozen=True, slots=True)
class Common:
    """What every wave of a programme shares."""

    take_up: Figure
    retention: Figure
    cost_per_start: Figure


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave's figures: when it runs, how many it starts, what it costs, who pays.

    external, in_base: share and end of each payer that is not the council's new cost.
    """

    rollout: Rollout
    go_live: Figure
    stop: Figure
    people: Figure
    whole: Figure
    part: Figure
    ramp: Figure
    full: Figure
    set_up_cost: Figure
    fixed_cost: Figure
    double_running: Figure
    external: Sequence[tuple[Figure, Figure]]
    in_base: Sequence[tuple[Figure, Figure]]


def wave_of(
    figures: Figures, inputs: Inputs, stem: str, name: str, rollout: Rollout, common: Common
) -> Wave:
    """The single figures of a wave, linked to the inputs."""
    figures.note(f"Wave: {name.replace('-', ' ') or 'first'}")

    def link(key: str, label: str, unit: str) -> Figure:
        return figures.link(label, inputs.get(stem + key), unit)

    first = figures.link("Go-live", inputs[stem + "go_live"], "date", "date")
    live = figures.add("Go-live", f"={_month(first.local)}", month_number(rollout.go_live), "month")
    last = inputs[stem + "ends"]
    stop = figures.add(
        "Delivery stops",
        f"=IF({last.full}=0,{NEVER:.0f},{_month(f'({last.full}+1)')})",
        NEVER if rollout.ends is None else month_after(rollout.ends),
        "month",
        "end",
    )
    capacity = link("capacity", "Capacity", "starts a month")
    formula = f"={capacity}*{common.take_up}*{common.retention}"
    people = capacity.value * common.take_up.value * common.retention.value
    if rollout.starts:
        formula, people = "=1", 1.0
    scale = figures.add("People started a month at full run", formula, people, "people")
    late = link("mobilisation", "Mobilisation", "months")
    wait = 0.0 if rollout.starts else late.value
    formula = "=0" if rollout.starts else f"=INT({late})"
    whole = figures.add("Mobilisation, whole months", formula, np.floor(wait), "months")
    formula = "=0" if rollout.starts else f"={late}-{whole}"
    part = figures.add("Mobilisation, part-month", formula, wait - whole.value, "months")
    ramp = link("ramp", "Ramp", "months")
    value = live.value + late.value + ramp.value
    full = figures.add("At full capacity from", f"={live}+{late}+{ramp}", value, "month")
    set_up = link("set_up_cost", "Set-up cost", "GBP")
    fixed = link("fixed_cost", "Fixed cost", "GBP a year")
    double = link("double_running", "Double running", "GBP a year")
    external, in_base = (
        _payers(figures, rollout.funding, of) for of in (("grant", "partner"), ("base",))
    )
    return Wave(
        rollout,
        live,
        stop,
        scale,
        whole,
        part,
        ramp,
        full,
        set_up,
        fixed,
        double,
        external,
        in_base,
    )


def _month(day: str) -> str:
    """A date as months from April 2000, the part-month as a fraction of that month."""
    return f"(YEAR({day})-2000)*12+MONTH({day})-4+(DAY({day})-1)/DAY(EOMONTH({day},0))"


def _payers(
    figures: Figures, funding: Sequence[Funding], sources: tuple[str, ...]
) -> list[tuple[Figure, Figure]]:
    """Share and end of each line of funding from these sources."""
    found = []
    for line in funding:
        if line.source not in sources:
            continue
        label = f"Paid by {line.source} (from the programme's document)"
        share = figures.add(label, f"={line.share!r}", line.share, "share")
        end = NEVER if line.ends is None else month_after(line.ends)
        formula = f"={end:.0f}"
        if line.ends is not None:
            formula = f"={_month(f'({serial(line.ends)}+1)')}"
        found.append(
            (share, figures.add(f"Paid by {line.source} until", formula, end, "month", "end"))
        )
    return found


def starts(months: Months, number: Run, wave: Wave, timeline: Timeline, name: str) -> Run:
    """People started by month: nothing, then a straight ramp, then full, cut off at the end."""
    by_delay = [wave.rollout.starts_by_month(timeline, int(wave.whole.value) + d) for d in (0, 1)]
    part, people = wave.part.value, wave.people.value
    at_full_run = (1 - part) * by_delay[0] + part * by_delay[1]
    begun = people * at_full_run
    title = name or "first wave"
    if wave.rollout.starts:
        return _scheduled(months, number, wave, begun, title)
    edges = timeline.opening + np.arange(timeline.months + 1.0)
    running = np.maximum(np.minimum(edges, wave.stop.value) - wave.go_live.value, 0)
    running = np.maximum(running - wave.whole.value, 0)

    def months_running(month: int, own: Run) -> str:
        edge = f"{number.at(month)}" if month < timeline.months else f"{number.at(month - 1)}+1"
        return f"MAX(MIN({edge},{wave.stop})-{wave.go_live}-{wave.whole},0)"

    ran = months.add(f"Months running, {title}", months_running, running)

    def at_full(month: int, own: Run) -> str:
        x = ran.at(month)
        later = f"MAX({x}-1,0)"
        return f"(1-{wave.part})*{_ramped(x, wave)}+{wave.part}*{_ramped(later, wave)}"

    months_full = months.add(
        f"Months at full run, {title}", at_full, np.cumsum([0.0, *at_full_run])
    )

    def people_started(month: int, own: Run) -> str:
        return f"{wave.people}*({months_full.at(month + 1)}-{months_full.at(month)})"

    return months.add(f"People started, {title}", people_started, begun)


def _ramped(x: str, wave: Wave) -> str:
    return f"IF({x}<{wave.ramp},{x}^2/(2*MAX({wave.ramp},0.000001)),{x}-{wave.ramp}/2)"


def _scheduled(months: Months, number: Run, wave: Wave, begun: Floats, title: str) -> Run:
    """Starts given month by month from go-live: inputs here, moved by the go-live and cut off."""
    given = np.zeros(len(begun))
    listed = np.asarray(wave.rollout.starts)[: len(begun)]
    given[: len(listed)] = listed
    schedule = months.constants(f"Input: starts by month from go-live, {title}", given)
    span = schedule.span(0, len(given))

    def people_started(month: int, own: Run) -> str:
        at = number.at(month)
        place = f"{at}-INT({wave.go_live})+1"
        return f"IF({place}<1,0,INDEX({span},MAX({place},1)))*MAX(0,MIN(1,{wave.stop}-{at}))"

    return months.add(f"People started, {title}", people_started, begun)


@dataclass(frozen=True, slots=True)
class Paid:
    """Delivery cost of a wave by month of the plan, GBP at cost prices."""

    gross: Run
    external: Run
    in_base: Run
    one_off: Run


def cost(
    months: Months,
    number: Run,
    begun: Run,
    wave: Wave,
    common: Common,
    timeline: Timeline,
    name: str,
) -> Paid:
    """Delivery cost by month of the plan, and who pays; the one-off part is the council's own."""
    title, warm = name or "first wave", timeline.warm_months
    at = timeline.plan_start + np.arange(timeline.plan_months)
    live = int(wave.go_live.value)
    running = wave.rollout.months_running(timeline) / 12
    passing = wave.set_up_cost.value * (at == live)
    passing = passing + wave.double_running.value * running * (at < wave.full.value)
    steady = begun.values[warm:] * common.cost_per_start.value + wave.fixed_cost.value * running

    def ran(month: int) -> str:
        edge = number.at(month)
        stop, start = f"MIN({edge}+1,{wave.stop})", f"MAX({edge},{wave.go_live})"
        return f"MAX({stop}-{start},0)/12"

    def one_off(month: int, own: Run) -> str:
        edge = number.at(month)
        return (
            f"{wave.set_up_cost}*IF({edge}=INT({wave.go_live}),1,0)"
            f"+{wave.double_running}*{ran(month)}*IF({edge}<{wave.full},1,0)"
        )

    brief = months.add(f"One-off cost, {title}", one_off, passing, warm)

    def all_cost(month: int, own: Run) -> str:
        each = f"{begun.at(month)}*{common.cost_per_start}"
        return f"{brief.at(month)}+{each}+{wave.fixed_cost}*{ran(month)}"

    total = passing + steady
    gross = months.add(f"Cost, {title}", all_cost, total, warm)
    shares, runs = [], []
    for label, payers in (("grants and partners", wave.external), ("base budget", wave.in_base)):
        share = np.zeros(timeline.plan_months)
        for part, end in payers:
            share += part.value * np.clip(end.value - at, 0.0, 1.0)
        share = np.minimum(share, 1.0)
        pays = _share(number, payers)
        paid = months.add(f"Share paid by {label}, {title}", pays, share, warm)
        shares.append(paid)

        def part_paid(month: int, own: Run, paid: Run = paid) -> str:
            return f"{gross.at(month)}*{paid.at(month)}"

        runs.append(months.add(f"Paid by {label}, {title}", part_paid, total * share, warm))

    def own_one_off(month: int, own: Run) -> str:
        return f"{brief.at(month)}*(1-{shares[0].at(month)}-{shares[1].at(month)})"

    own_cost = passing * (1 - shares[0].values - shares[1].values)
    ours = months.add(f"One-off, new cost to the council, {title}", own_one_off, own_cost, warm)
    return Paid(gross, runs[0], runs[1], ours)


def _share(number: Run, payers: Sequence[tuple[Figure, Figure]]) -> Formula:
    def formula(month: int, own: Run) -> str:
        at = number.at(month)
        parts = [f"{share}*MAX(0,MIN(1,{end}-{at}))" for share, end in payers]
        return f"MIN(1,{'+'.join(parts) or '0'})"

    return formula
