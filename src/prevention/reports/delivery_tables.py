"""Delivered against planned as rows of words and figures, for a terminal and a page alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from prevention.model.delivered import Progress
from prevention.model.measures import TOTAL
from prevention.model.monitoring import PLANNED, THEN_PLANNED, THEN_RECENT, Monitoring
from prevention.reports.monitoring import payback_month
from prevention.reports.words import figure_in, months, pence, per_cent
from prevention.years import format_year, month_label

TITLES = {
    PLANNED: "As planned",
    THEN_PLANNED: "Delivered, then as planned",
    THEN_RECENT: "Delivered, then at recent pace",
}
CASHABLE = "cashable_saving"


@dataclass(frozen=True, slots=True)
class Rows:
    """A table. headings: the first is that of the rows' own names."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def years_of(answer: Monitoring) -> list[str]:
    """The plan's years as councils write them."""
    return [format_year(answer.plan.first_year + n) for n in range(answer.plan.years)]


def furthest_behind(answer: Monitoring) -> tuple[str, str]:
    """The programme most months of planned starts behind, and how many; "" where none is behind.

    Where the plan has no starts of late, and so no pace, people are told in place of months.
    """
    behind = [p for p in answer.progress.values() if p.status == "behind"]
    if not behind:
        return "", "none is behind"
    worst = max(behind, key=lambda progress: -(progress.months_ahead or 0.0))
    if worst.months_ahead is None:
        return worst.programme.name, f"{-worst.gap:,.1f} {worst.programme.unit}"
    return worst.programme.name, months(-worst.months_ahead)


def starts_rows(answer: Monitoring) -> Rows:
    """How far each programme reported is behind or ahead."""
    rows = []
    for progress in answer.progress.values():
        share, ahead = progress.share, progress.months_ahead
        rows.append(
            (
                progress.programme.name,
                f"{progress.total_planned:,.1f}",
                f"{progress.total_delivered:,.0f}",
                "-" if share is None else per_cent(share),
                f"{progress.gap:+,.1f}",
                "-" if ahead is None else f"{ahead:+,.1f}",
                progress.status,
            )
        )
    headings = ("Programme", "Planned", "Delivered", "Share", "Gap", "Months of\nplanned starts")
    return Rows("Starts to the last month reported", (*headings, "Status"), tuple(rows))


def months_rows(progress: Progress, most: int | None = None) -> Rows:
    """One programme's starts by month reported.

    most: months shown; those before are one row. None shows all.
    """
    columns = (progress.planned, progress.delivered)
    so_far = [np.cumsum(column) for column in columns]
    hidden = 0 if most is None else max(len(progress.months) - most, 0)
    rows = []
    if hidden:
        planned, delivered = f"{so_far[0][hidden - 1]:,.1f}", f"{so_far[1][hidden - 1]:,.0f}"
        label = f"{hidden} months to {month_label(progress.months[hidden - 1])}"
        rows.append((label, planned, delivered, planned, delivered))
    rows += [
        (
            month_label(month),
            f"{columns[0][place]:,.1f}",
            f"{columns[1][place]:,.0f}",
            f"{so_far[0][place]:,.1f}",
            f"{so_far[1][place]:,.0f}",
        )
        for place, month in enumerate(progress.months)
        if place >= hidden
    ]
    title = f"{progress.programme.name}: {progress.programme.unit} started, by month"
    headings = ("Month", "Planned", "Delivered", "Planned so far", "Delivered so far")
    return Rows(title, headings, tuple(rows))


def saving_rows(answer: Monitoring, version: str, money: str) -> Rows:
    """Cashable saving of the whole plan by year as planned, in a version, and the change.

    money: the reader's unit, as `words.figure_in` takes it.
    """
    planned, now = (answer.versions[name].figures[TOTAL, CASHABLE] for name in (PLANNED, version))
    lines: list[tuple[str, Iterable[float]]] = [
        (f"{TITLES[PLANNED]}, central", (*planned.central, planned.total)),
        (f"{TITLES[version]}, central", (*now.central, now.total)),
        ("Change, central", now.change),
    ]
    for lead, spread in (
        (TITLES[PLANNED], planned.range),
        (TITLES[version], now.range),
        ("Change", now.spread),
    ):
        if spread is not None:
            lines += [
                (f"{lead}, {name}", spread[:, place]) for place, name in ((0, "P10"), (2, "P90"))
            ]
    rows = tuple((name, *(figure_in(money, value) for value in line)) for name, line in lines)
    return Rows("Cashable saving by financial year", ("", *years_of(answer), "Plan"), rows)


def programme_rows(answer: Monitoring, version: str) -> Rows:
    """What each programme and the whole saves over the plan, to the penny, and its payback."""
    rows = []
    for id_ in answer.target:
        known = answer.plan.programmes.get(id_)
        planned, now = (answer.versions[name].figures[id_, CASHABLE] for name in (PLANNED, version))
        rows.append(
            (
                known.name if known else "Whole plan",
                pence(planned.total),
                pence(now.total),
                pence(float(now.change[-1])),
                pays_back(answer, PLANNED, id_),
                pays_back(answer, version, id_),
            )
        )
    headings = ("Programme", "As planned", "Now expected", "Change", "Pays back, as planned")
    title = "Cashable saving over the plan, and when it pays back"
    return Rows(title, (*headings, "Pays back, now"), tuple(rows))


def pays_back(answer: Monitoring, version: str, id_: str) -> str:
    """When a programme, or the whole, pays back in a version, in words."""
    found = answer.versions[version]
    if found.cost[id_] < 0.005:
        return "no new cost"
    last = format_year(answer.plan.first_year + answer.plan.years - 1)
    return payback_month(answer, found.payback[id_]) or f"not by {last}"
