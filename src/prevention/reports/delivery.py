"""Delivered against planned as words and tables for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from prevention.evidence.own.starts import StartsFile
from prevention.model.delivered import RECENT, Progress
from prevention.model.measures import TOTAL
from prevention.model.monitoring import (
    PLANNED,
    THEN_PLANNED,
    THEN_RECENT,
    Monitoring,
    Moved,
    Version,
)
from prevention.reports.delivery_notes import notes, run_line
from prevention.reports.delivery_tables import (
    TITLES,
    Rows,
    months_rows,
    pays_back,
    starts_rows,
    years_of,
)
from prevention.reports.monitoring import NOT_MEASURED, half_saved_by
from prevention.reports.safe import one_line
from prevention.reports.terminal import WIDTH, thousands
from prevention.reports.words import months, per_cent, pounds
from prevention.years import format_year, month_label

_BREACHES_SHOWN = 20
_MONTHS_SHOWN = 12


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
            f"{one_line(file.file)} to {month_label(answer.last)}"
        )
        for sentence in sentences(answer):
            console.print(sentence)
    for line in file_lines(file):
        console.print(line)
    if answer is not None:
        for table in _tables(answer):
            console.print(table)
        for sentence in notes(file, answer):
            console.print(f"- {sentence}")
        console.print(run_line(answer))
    return "\n".join(_printable(line) for line in written.getvalue().rstrip("\n").split("\n"))


def _printable(line: str) -> str:
    """A line without what would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in line)


def count_line(file: StartsFile) -> str:
    """How many rows were read, used and refused."""
    return (
        f"{file.rows_read:,} rows read: {file.rows_used:,} used, {file.rows_refused:,} refused. "
        "Nothing is stored."
    )


def aside_lines(file: StartsFile) -> list[str]:
    """What was read and is not of this comparison."""
    return [f"Set aside: {why} ({count:,})." for why, count in file.set_aside.items()]


def file_lines(file: StartsFile) -> list[str]:
    """What became of the file's rows: read, used, refused and why."""
    lines = [one_line(sentence) for sentence in file.recognised]
    lines += [count_line(file), *aside_lines(file)]
    lines += [one_line(str(breach)) for breach in file.breaches[:_BREACHES_SHOWN]]
    more = len(file.breaches) - _BREACHES_SHOWN
    return lines + ([f"and {more:,} more; --format json gives all."] if more > 0 else [])


def sentences(answer: Monitoring) -> Iterator[str]:
    """The answer: how each programme stands, and what that does to the saving."""
    for progress in answer.progress.values():
        yield _standing(progress)
    first = answer.plan.first_year
    years = f"{format_year(first)} to {format_year(first + answer.plan.years - 1)}"
    after = {
        THEN_PLANNED: f"If everything after that goes to plan, the cashable saving of {years} is",
        THEN_RECENT: f"If delivery goes on at the pace of {_lately(answer)}, the saving is",
    }
    if all(progress.recent_share is None for progress in answer.progress.values()):
        del after[THEN_RECENT]
        yield "Too few starts were planned so far to tell a pace from them."
    for version, lead in after.items():
        yield f"{lead} {_against(answer, version)}"
    yield from _landing(answer, list(after))
    yield NOT_MEASURED


def _landing(answer: Monitoring, versions: list[str]) -> Iterator[str]:
    """By when half of the planned saving arrives, as planned and now."""
    when = {name: half_saved_by(answer, name, TOTAL) for name in (PLANNED, *versions)}
    planned = when[PLANNED]
    if planned is None:
        return
    lead = "Half of the planned saving"
    if len(set(when.values())) == 1:
        yield f"{lead} still arrives by the end of {planned}."
        return
    leads = {THEN_PLANNED: "with the starts delivered", THEN_RECENT: "at that pace"}
    told = [
        f"{leads[name]} by the end of {when[name]}"
        if when[name]
        else f"{leads[name]} not inside the plan"
        for name in versions
    ]
    yield f"{lead} arrives by the end of {planned} as planned; {', '.join(told)}."


def _lately(answer: Monitoring) -> str:
    counted = max(min(len(progress.months), RECENT) for progress in answer.progress.values())
    return "the last six months reported" if counted == RECENT else "the months reported"


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
        said = f"{pounds(abs(change))} {word} than planned"
        if pounds(moved.total) != planned:
            said += f": {pounds(moved.total)} instead of {planned}"
        if moved.spread is not None:
            low, _, high = moved.spread[-1]
            said += f" (the change is {pounds(low)} to {pounds(high)}, P10 to P90)"
        said += f".{_net(figures, change)}"
    if figures.chance:
        before, now = answer.versions[PLANNED].chance[TOTAL], figures.chance[TOTAL]
        said += (
            f" The planned saving of {pounds(answer.target[TOTAL])} is still reached in "
            f"{per_cent(now)} of draws ({per_cent(before)} with starts as planned)."
        )
    return said


def _net(figures: Version, change: float) -> str:
    """The change of the net saving, where starts that cost make it another."""
    net = float(figures.figures[TOTAL, "net_saving"].change[-1])
    if abs(net - change) < 0.5:
        return ""
    return f" Net of the cost of delivery the plan saves {pounds(abs(net))} " + (
        "more." if net > 0 else "less."
    )


def _tables(answer: Monitoring) -> Iterator[Table]:
    yield _drawn(starts_rows(answer))
    for progress in answer.progress.values():
        yield _drawn(months_rows(progress, _MONTHS_SHOWN))
    yield _years_table(answer)
    yield _programmes_table(answer)


def _drawn(rows: Rows) -> Table:
    table = _columns(rows.title, *rows.headings)
    for row in rows.rows:
        table.add_row(*row)
    return table


def _columns(title: str, *headings: str) -> Table:
    """A table whose first column is words and whose others are figures."""
    table = Table(title=title)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _years_table(answer: Monitoring) -> Table:
    title = "Whole plan, GBP thousand (brackets: below zero)"
    table = _columns(title, "Measure", *years_of(answer), "Plan")
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
            *(pays_back(answer, version, id_) for version in answer.versions),
        )
    return table
