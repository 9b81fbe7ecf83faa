"""Delivered against planned as words and tables for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from prevention.evidence.own.starts import StartsFile
from prevention.model.delivered import RECENT, Progress
from prevention.model.manifest import run_of
from prevention.model.measures import TOTAL
from prevention.model.monitoring import (
    PLANNED,
    THEN_PLANNED,
    THEN_RECENT,
    Monitoring,
    Moved,
)
from prevention.reports.monitoring import NOT_MEASURED, RULE, last_month, payback_month
from prevention.reports.safe import one_line
from prevention.reports.terminal import WIDTH, thousands
from prevention.reports.words import listed, months, per_cent, pounds
from prevention.years import first_month, format_year, month_label

TITLES = {
    PLANNED: "As planned",
    THEN_PLANNED: "Delivered, then as planned",
    THEN_RECENT: "Delivered, then at recent pace",
}
_BREACHES_SHOWN = 20
_MONTHS_SHOWN = 12
_CHANCE = 1.2816
"""Standard deviations within which eight counts in ten lie."""


def text(file: StartsFile, answer: Monitoring | None) -> str:
    """The comparison for a terminal: how far behind, what it costs, on what it rests."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, highlight=False, markup=False, emoji=False)
    if answer is None:
        console.print(f"Nothing can be compared: no row of {one_line(file.file)} can be used.")
    else:
        plan, council = answer.plan, answer.council
        console.print(
            f"Delivered against planned: {plan.title}, {council.name} ({council.code}), "
            f"{one_line(file.file)} to {month_label(last_month(answer))}"
        )
        for sentence in _answer(answer):
            console.print(sentence)
    for line in file_lines(file):
        console.print(line)
    if answer is not None:
        for table in _tables(answer):
            console.print(table)
        for sentence in _notes(file, answer):
            console.print(f"- {sentence}")
        console.print(_run(answer))
    return "\n".join(_printable(line) for line in written.getvalue().rstrip("\n").split("\n"))


def _printable(line: str) -> str:
    """A line without what would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in line)


def file_lines(file: StartsFile) -> list[str]:
    """What became of the file's rows: read, used, refused and why."""
    lines = [one_line(sentence) for sentence in file.recognised]
    lines += [
        f"{file.rows_read:,} rows read: {file.rows_used:,} used, {file.rows_refused:,} refused. "
        "Nothing is stored."
    ]
    lines += [f"Set aside: {why} ({count:,})." for why, count in file.set_aside.items()]
    lines += [one_line(str(breach)) for breach in file.breaches[:_BREACHES_SHOWN]]
    more = len(file.breaches) - _BREACHES_SHOWN
    return lines + ([f"and {more:,} more; --format json gives all."] if more > 0 else [])


def _answer(answer: Monitoring) -> Iterator[str]:
    for progress in answer.progress.values():
        yield _standing(progress)
    first = answer.plan.first_year
    years = f"{format_year(first)} to {format_year(first + answer.plan.years - 1)}"
    after = {
        THEN_PLANNED: f"If everything after that goes to plan, the cashable saving of {years} is",
        THEN_RECENT: "If it goes on at the pace of the last six months reported, it is",
    }
    for version, lead in after.items():
        yield f"{lead} {_against(answer, version)}"
    yield NOT_MEASURED


def _standing(progress: Progress) -> str:
    """How far behind or ahead one programme is."""
    programme, share = progress.programme, progress.share
    status = {"behind": "behind plan", "ahead": "ahead of plan"}.get(progress.status, "on plan")
    told = f"{programme.name} is {status}"
    counts = f"{progress.total_delivered:,.0f} {programme.unit} started {_span(progress)}"
    planned = f"{progress.total_planned:,.1f} were planned"
    part = "" if share is None else f" ({per_cent(share)})"
    return f"{told}: {counts}, where {planned}{part}.{_pace(progress)}"


def _span(progress: Progress) -> str:
    first, last = month_label(progress.months[0]), month_label(progress.last)
    if first == last:
        return f"in {last}"
    reported = f"in the {len(progress.months)} months reported " if progress.gaps else ""
    return f"{reported}from {first} to {last}"


def _pace(progress: Progress) -> str:
    ahead = progress.months_ahead
    if ahead is None or progress.status == "on plan":
        return ""
    word = "ahead" if ahead > 0 else "behind"
    return f" That is {months(abs(ahead))} of planned starts {word}."


def _against(answer: Monitoring, version: str) -> str:
    """A version's cashable saving over the plan against the planned."""
    figures = answer.versions[version]
    moved = figures.figures[TOTAL, "cashable_saving"]
    change = float(moved.change[-1])
    planned = pounds(answer.versions[PLANNED].figures[TOTAL, "cashable_saving"].total)
    if abs(change) < 0.5:
        said = f"as planned: {planned}."
    else:
        word = "more" if change > 0 else "less"
        said = (
            f"{pounds(abs(change))} {word} than planned: {pounds(moved.total)} instead of {planned}"
        )
        if moved.spread is not None:
            low, _, high = moved.spread[-1]
            said += f" (the change is {pounds(low)} to {pounds(high)}, P10 to P90)"
        said += "."
    if figures.chance:
        before, now = answer.versions[PLANNED].chance[TOTAL], figures.chance[TOTAL]
        said += (
            f" The planned saving of {pounds(answer.target[TOTAL])} is still reached in "
            f"{per_cent(now)} of draws ({per_cent(before)} with starts as planned)."
        )
    return said


def _tables(answer: Monitoring) -> Iterator[Table]:
    yield _starts_table(answer)
    for progress in answer.progress.values():
        yield _months_table(progress)
    yield _years_table(answer)
    yield _programmes_table(answer)


def _columns(title: str, *headings: str) -> Table:
    """A table whose first column is words and whose others are figures."""
    table = Table(title=title)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _starts_table(answer: Monitoring) -> Table:
    table = _columns(
        "Starts to the last month reported", "Programme", "Planned", "Delivered", "Share",
        "Gap", "Months of\nplanned starts", "Status",
    )  # fmt: skip
    for progress in answer.progress.values():
        share, ahead = progress.share, progress.months_ahead
        table.add_row(
            progress.programme.name,
            f"{progress.total_planned:,.1f}",
            f"{progress.total_delivered:,.0f}",
            "-" if share is None else per_cent(share),
            f"{progress.gap:+,.1f}",
            "-" if ahead is None else f"{ahead:+,.1f}",
            progress.status,
        )
    return table


def _months_table(progress: Progress) -> Table:
    table = _columns(
        f"{progress.programme.name}: {progress.programme.unit} started, by month", "Month",
        "Planned", "Delivered", "Planned so far", "Delivered so far",
    )  # fmt: skip
    columns = (progress.planned, progress.delivered)
    so_far = [np.cumsum(column) for column in columns]
    hidden = max(len(progress.months) - _MONTHS_SHOWN, 0)
    if hidden:
        planned, delivered = f"{so_far[0][hidden - 1]:,.1f}", f"{so_far[1][hidden - 1]:,.0f}"
        label = f"{hidden} months to {month_label(progress.months[hidden - 1])}"
        table.add_row(label, planned, delivered, planned, delivered)
    for place, month in enumerate(progress.months):
        if place >= hidden:
            table.add_row(
                month_label(month),
                f"{columns[0][place]:,.1f}",
                f"{columns[1][place]:,.0f}",
                f"{so_far[0][place]:,.1f}",
                f"{so_far[1][place]:,.0f}",
            )
    return table


def _years_table(answer: Monitoring) -> Table:
    years = [format_year(answer.plan.first_year + n) for n in range(answer.plan.years)]
    table = _columns("Whole plan, GBP thousand (brackets: below zero)", "Measure", *years, "Plan")
    for measure, title in (("cashable_saving", "Cashable saving"), ("net_saving", "Net saving")):
        table.add_row(title)
        for version, found in answer.versions.items():
            moved = found.figures[TOTAL, measure]
            figures = (*moved.central, moved.total)
            table.add_row(f" {TITLES[version]}", *(thousands(v) for v in figures))
            if version != PLANNED:
                _changes(table, moved)
        table.add_section()
    return table


def _changes(table: Table, moved: Moved) -> None:
    table.add_row("   change", *(thousands(v) for v in moved.change))
    if moved.spread is not None:
        for place, name in ((0, "P10"), (2, "P90")):
            table.add_row(f"   change, {name}", *(thousands(v) for v in moved.spread[:, place]))


def _programmes_table(answer: Monitoring) -> Table:
    table = _columns(
        "Cashable saving over the plan, GBP thousand, and when it pays back",
        "Programme", "As planned", "Then as\nplanned", "Then at\nrecent pace",
        "Pays back\nas planned", "Then as\nplanned", "Then at\nrecent pace",
    )  # fmt: skip
    for id_ in answer.target:
        known = answer.plan.programmes.get(id_)
        table.add_row(
            known.name if known else "Whole plan",
            *(thousands(v.figures[id_, "cashable_saving"].total) for v in answer.versions.values()),
            *(_pays_back(answer, version, id_) for version in answer.versions),
        )
    return table


def _pays_back(answer: Monitoring, version: str, id_: str) -> str:
    found = answer.versions[version]
    if found.cost[id_] < 0.005:
        return "no new cost"
    last = format_year(answer.plan.first_year + answer.plan.years - 1)
    return payback_month(answer, found.payback[id_]) or f"not by {last}"


def _notes(file: StartsFile, answer: Monitoring) -> Iterator[str]:
    yield RULE
    for progress in answer.progress.values():
        yield from _of_programme(progress, last_month(answer))
    if answer.unreported:
        names = [answer.plan.programmes[id_].name for id_ in answer.unreported]
        yield f"No month to go by in the file, so taken as planned: {listed(names)}."
        changes = [
            v.figures[i, "cashable_saving"].change[-1]
            for i in answer.unreported
            for v in answer.versions.values()
        ]
        if any(changes):
            yield (
                "Their saving moves a little all the same: programmes on one service line share "
                "its people, and what one does not avoid is left for the others."
            )
    if file.not_planned:
        yield f"In the file and not in the scenario, so set aside: {listed(file.not_planned)}."
    yield from _on_the_file(answer)
    changes = [
        version.figures[TOTAL, "cashable_saving"].spread for version in answer.versions.values()
    ]
    behind = any(progress.status == "behind" for progress in answer.progress.values())
    if behind and any(spread is not None and spread[-1, -1] > 0 for spread in changes):
        yield (
            "A change above zero at P90 is no gain of being behind: in those draws the programme "
            "makes things worse, as some did in trials, and fewer starts do less harm."
        )
    yield (
        "Cost of delivery is as planned but for what is paid for each start. Starts of programmes "
        "reported are taken as they stand in all three versions: what P10 to P90 covers is effect, "
        "lag, prices and the other assumptions."
    )
    yield from answer.missing


def _run(answer: Monitoring) -> str:
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


def _on_the_file(answer: Monitoring) -> Iterator[str]:
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
            f"The last {empty} months reported are 0 throughout. If they are still to come, name "
            "the last month that has been with --as-at."
        )
    if reported[-1] < first_month(answer.plan.first_year):
        year = format_year(2001 + reported[-1] // 12)
        yield (
            f"The plan opens in {format_year(answer.plan.first_year)}. For the saving of {year} "
            f"as well, add --first-year {year}."
        )
