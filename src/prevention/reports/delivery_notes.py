"""What delivered against planned rests on: rules, gaps and limits, in plain sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prevention.evidence.own.starts import StartsFile
from prevention.model.delivered import RECENT, Progress
from prevention.model.manifest import run_of
from prevention.model.measures import TOTAL
from prevention.model.monitoring import Monitoring
from prevention.reports.monitoring import RULE
from prevention.reports.words import listed, per_cent
from prevention.years import MONTHS_PER_YEAR, first_month, format_year, month_label, month_number

_CHANCE = 1.2816
"""Standard deviations within which eight counts in ten lie."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a reader does what a note asks for, in words of where they read it.

    first_year: with the year in place of {year}.
    """

    another_plan: str
    last_month: str
    first_year: str


COMMAND = Ways(
    another_plan="say so with --set programmes.ID.capacity=4, or in a scenario of your own",
    last_month="name the last month that has been with --as-at",
    first_year="add --first-year {year}",
)


def notes(file: StartsFile, answer: Monitoring, ways: Ways = COMMAND) -> Iterator[str]:
    """What the comparison rests on, a sentence at a time."""
    yield from to_come(answer, ways)
    yield RULE
    yield (
        "Planned starts are those of the scenario's central case. Where your plan is another, "
        f"{ways.another_plan}."
    )
    for progress in answer.progress.values():
        yield from _of_programme(progress, answer.last)
    if answer.unreported:
        names = [answer.plan.programmes[id_].name for id_ in answer.unreported]
        yield f"No month to go by, so taken as planned: {listed(names)}."
        changes = [
            version.figures[id_, "cashable_saving"].change[-1]
            for id_ in answer.unreported
            for version in answer.versions.values()
        ]
        if any(changes):
            yield (
                "Their saving moves a little all the same: programmes on one service line share "
                "its people, and what one does not avoid is left for the others."
            )
    if file.not_planned:
        yield f"Reported and not in the scenario, so set aside: {listed(file.not_planned)}."
    yield from _on_the_months(answer, ways)
    spreads = [v.figures[TOTAL, "cashable_saving"].spread for v in answer.versions.values()]
    if any(spread is not None and spread[-1, 0] < 0 < spread[-1, -1] for spread in spreads):
        yield (
            "The change runs from below zero to above: in some draws a programme makes things "
            "worse, as some did in trials, and fewer starts then do less harm."
        )
    yield (
        "Cost of delivery is as planned but for what is paid for each start. Starts of programmes "
        "reported are taken as they stand in all three versions: what P10 to P90 covers is effect, "
        "lag, prices and the other assumptions."
    )
    yield from answer.missing


def to_come(answer: Monitoring, ways: Ways, today: dt.date | None = None) -> list[str]:
    """A sentence where months are reported that have not begun."""
    now = int(month_number(today or dt.date.today()))
    ahead = sorted({m for p in answer.progress.values() for m in p.months if m > now})
    if not ahead:
        return []
    return [
        f"Months still to come are reported: {listed(_spans(ahead))}. Starts that are hoped for "
        f"are not starts delivered: {ways.last_month}."
    ]


def run_line(answer: Monitoring) -> str:
    """What the plan's run was made of, as a forecast of it says."""
    run = run_of(answer.plan, answer.council, answer.draws, answer.seed)
    return (
        f"Plan as in run {run['run_id']}: {answer.draws:,} draws, seed {answer.seed}, version "
        f"{run['version']}. Money is cash of the year."
    )


def _of_programme(progress: Progress, last: int) -> Iterator[str]:
    name, recent = progress.programme.name, progress.recent_share
    planned, delivered = (
        float(column[-RECENT:].sum()) for column in (progress.planned, progress.delivered)
    )
    counted = min(len(progress.months), RECENT)
    span = f"the last {counted} months reported" if counted > 1 else "the one month reported"
    if recent is None:
        yield (
            f"{name}: too few starts were planned in {span} ({planned:.1f}) to tell a pace; both "
            "lines go on as planned."
        )
    else:
        yield (
            f"{name}: the recent pace is {delivered:,.0f} of {planned:,.1f} planned starts in "
            f"{span} ({delivered / counted:,.1f} a month), {per_cent(recent)}. The line at recent "
            "pace carries that share of the plan on to every later month."
        )
    if progress.waits:
        yield (
            f"{name}: {listed(progress.waits)} is planned to start later, and comes as planned "
            "in both lines."
        )
    if progress.status != "on plan" and abs(progress.gap) <= _CHANCE * progress.total_planned**0.5:
        yield (
            f"{name}: of so few starts chance alone, were they to come at random, makes a gap "
            "this wide in more than two counts of ten."
        )
    if progress.gaps:
        absent = listed(_spans(progress.gaps))
        yield (
            f"{name}: nothing is reported for {absent}. Not known is not nothing: taken as "
            "planned and left out of planned and delivered. Write 0 where nobody started."
        )
    if progress.earlier > 0.05:
        yield f"{name}: months before {month_label(progress.months[0])} are taken as planned."
    if progress.outside:
        started = listed(_spans(progress.outside))
        yield f"{name}: the plan runs nothing in {started}, when people started; they are counted."
    if progress.last < last:
        yield f"{name} is reported only to {month_label(progress.last)}."


def _spans(numbers: Sequence[int]) -> list[str]:
    """Months in words, those that follow each other from the first to the last.

    >>> _spans([324, 325, 326, 330])
    ['April 2027 to June 2027', 'October 2027']
    """
    runs: list[list[int]] = []
    for month in numbers:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    ends = ([month_label(run[0]), month_label(run[-1])] for run in runs)
    return [" to ".join(dict.fromkeys(pair)) for pair in ends]


def _on_the_months(answer: Monitoring, ways: Ways) -> Iterator[str]:
    empty, reported = 0, sorted({m for p in answer.progress.values() for m in p.months})
    for month in reversed(reported):
        if any(
            p.delivered[p.months.index(month)]
            for p in answer.progress.values()
            if month in p.months
        ):
            break
        empty += 1
    if empty > 1:
        yield (
            f"The last {empty} months reported are 0 throughout. If they are still to come, "
            f"{ways.last_month}."
        )
    if reported[-1] < first_month(answer.plan.first_year):
        year = format_year(2001 + reported[-1] // MONTHS_PER_YEAR)
        yield (
            f"The plan opens in {format_year(answer.plan.first_year)}. For the saving of {year} "
            f"as well, {ways.first_year.format(year=year)}."
        )
