"""The best mix of programmes found, in sentences: for a terminal and for a page."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence

from prevention.model.appraisal import Peak
from prevention.model.mix import year_of
from prevention.model.optimum import Optimum, Verdict, Weighed
from prevention.model.scenarios import Plan
from prevention.model.search import GOALS
from prevention.reports.words import listed, per_cent, pounds
from prevention.years import first_month, format_year, month_label


def figure_of(goal: str) -> str:
    """The figure of a mix that a goal is about."""
    return goal.replace("-", "_")


def goal_name(goal: str) -> str:
    """A goal as the head of a sentence or an axis."""
    name = GOALS[goal].title
    return name[:1].upper() + name[1:]


def title(answer: Optimum) -> str:
    """What was asked for."""
    plan, council = answer.plan, answer.council
    first, last = format_year(plan.first_year), last_year(answer)
    return (
        f"Best mix of programmes for {council.name} ({council.code}) within a funding limit of "
        f"£{answer.limit:,.0f}, {first if first == last else f'{first} to {last}'}"
    )


def sentences(answer: Optimum) -> Iterator[str]:
    """The answer in a few sentences."""
    best, goal = answer.best, GOALS[answer.goal].title
    if not answer.choices:
        yield nothing_to_choose(answer.plan)
        return
    if best is None:
        peak = answer.running.whole_peak
        yield (
            f"No mix keeps within the limit: what already runs needs {pounds(peak.amount)} by "
            f"itself ({month_of(answer, peak)}).{_least(answer)}"
        )
        return
    if not any(best.starts):
        yield f"Start nothing: within the limit no mix adds {goal} to what already runs."
        return
    yield f"Start {to_start(answer, best.starts)}."
    month = f" ({deepest(answer, best)})" if best.need else ""
    yield (
        f"In the central case that brings {pounds(best.brings[figure_of(answer.goal)])} of {goal} "
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


def _least(answer: Optimum) -> str:
    """The limit to ask for where nothing fits, as far as it is known."""
    if not answer.steps:
        return ""
    return f" The lowest limit that a mix keeps within is £{math.ceil(answer.steps[0].need):,}."


def nothing_to_choose(plan: Plan) -> str:
    """What is said of a plan in which nothing can be started."""
    return (
        f"Nothing can be chosen: no programme goes live in {format_year(plan.first_year)} or "
        "later, and what runs before is taken as it is."
    )


def to_start(answer: Optimum, starts: Sequence[dt.date | None]) -> str:
    """What a mix starts, each with its year; "nothing" where it starts none."""
    both = zip(answer.choices, starts, strict=True)
    return listed([f"{c.name} ({_year(start)})" for c, start in both if start]) or "nothing"


def _anyway(answer: Optimum) -> str:
    """How far what already runs bears on the chance of keeping within the limit."""
    within = answer.running.within or 0.0
    if within >= 0.995:
        return ""
    return (
        f"; with nothing started, in {per_cent(within)}, as what already runs may save less than "
        "the base budget counts on"
    )


def live(start: dt.date | None) -> str:
    """When something goes live, or that it does not."""
    return f"{start:%B %Y} ({_year(start)})" if start else "left out"


def deepest(answer: Optimum, mix: Weighed) -> str | None:
    """The month in which a mix needs the most money, None where it needs none."""
    deeper = mix.peak if mix.peak.amount >= mix.whole_peak.amount else mix.whole_peak
    return month_of(answer, deeper)


def month_of(answer: Optimum, peak: Peak) -> str | None:
    """The month of a peak, None where there is none."""
    if peak.month is None:
        return None
    return month_label(first_month(answer.plan.first_year) + peak.month)


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


def how_sure(answer: Optimum) -> Iterator[str]:
    """How close the next best mix is, and what another limit would bring."""
    best, second, figure = answer.best, answer.second, figure_of(answer.goal)
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
    yield from _nearest_limits(answer)


def _nearest_limits(answer: Optimum) -> Iterator[str]:
    """The limits on either side at which another mix does best."""
    if not answer.best:
        return
    figure, least = figure_of(answer.goal), answer.best.need
    here = answer.best.brings[figure]
    lower = [step for step in answer.steps if step.need < least]
    higher = [step for step in answer.steps if step.need > answer.limit]
    if lower:
        less = pounds(here - lower[-1].brings[figure])
        yield f"Under a limit below {pounds(least)} the best mix would bring {less} less."
    if len(higher) > 1:
        more = pounds(higher[0].brings[figure] - here)
        yield f"From a limit of {pounds(higher[0].need)} on, another mix would bring {more} more."


def other_limits(answer: Optimum) -> str:
    """How to read what other limits bring, or why that is not told."""
    if not answer.steps:
        return (
            "There are too many mixes to compare them all, so what other limits bring is not told. "
            "With fewer years, fewer programmes or an earlier latest start it is."
        )
    least = answer.steps[0].need
    if len(answer.steps) == 1:
        return f"From a limit of {pounds(least)} on, the same mix does best whatever the limit."
    return (
        "Each step is a limit from which another mix does better: "
        f"{len(answer.steps)} in all, the first at {pounds(least)}, the last at "
        f"{pounds(answer.free.need)}. A limit beyond that brings nothing more. Central figures."
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


def how_found(answer: Optimum) -> Iterator[str]:
    """What was compared, and what the answer rests on."""
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
            "With an earlier latest start there are fewer."
        )
    yield (
        f"Only money up to {last_year(answer)} counts. A saving that "
        "comes later does not: a plan of more years looks further ahead."
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


def _year(day: dt.date) -> str:
    return format_year(year_of(day))


def last_year(answer: Optimum) -> str:
    """The plan's last year."""
    return format_year(answer.plan.first_year + answer.plan.years - 1)
