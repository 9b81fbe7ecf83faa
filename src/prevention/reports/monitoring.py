"""Delivered against planned as a document and as rows: the figures for another program."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from prevention.evidence.own.starts import StartsFile
from prevention.model.assumptions import Floats
from prevention.model.delivered import RECENT, TOLERANCE, Progress
from prevention.model.manifest import run_of
from prevention.model.measures import GBP
from prevention.model.monitoring import PLANNED, Monitoring
from prevention.model.percentiles import PERCENTILES
from prevention.money import to_pence
from prevention.years import MONTHS_PER_YEAR, first_month, format_year, month_label

NOT_MEASURED = (
    "Starts are counted, savings are not: what was really saved cannot be read off one council's "
    "counts. The savings here are what the model makes of the starts delivered."
)
RULE = (
    f"On plan: within {TOLERANCE:.0%} of planned starts, or less than one person off. The saving "
    f"moves by about the same share, and {TOLERANCE:.0%} is little beside its own range."
)
WHOLE = "plan"
"""In place of a year: the whole plan."""
COLUMNS = (
    "version", "programme", "year", "measure", "unit", "central", *PERCENTILES, "change",
    *(f"change_{name}" for name in PERCENTILES),
)  # fmt: skip


def document(file: StartsFile, answer: Monitoring | None) -> dict[str, Any]:
    """The comparison as the command line's JSON document; without an answer, the file alone."""
    breaches = [{k: v for k, v in asdict(b).items() if k != "table"} for b in file.breaches]
    read = {
        "name": file.file,
        "sha256": file.sha256,
        "rows_read": file.rows_read,
        "rows_used": file.rows_used,
        "rows_refused": file.rows_refused,
        "rows_set_aside": sum(file.set_aside.values()),
        "set_aside": dict(file.set_aside),
        "breaches": breaches,
        "recognised": list(file.recognised),
        "not_in_scenario": list(file.not_planned),
    }
    if answer is None:
        return {"file": read}
    return {
        "run": run_of(answer.plan, answer.council, answer.draws, answer.seed),
        "file": read,
        "as_at": month_id(answer.last),
        "delivery": [_delivery(p) for p in answer.progress.values()],
        "months": [row for p in answer.progress.values() for row in _months(p)],
        "annual": rows(answer),
        "plan": _plan(answer),
        "not_in_file": list(answer.unreported),
        "missing": list(answer.missing),
        "rule": RULE,
        "note": NOT_MEASURED,
    }


def as_json(file: StartsFile, answer: Monitoring | None) -> str:
    """The document as text."""
    return json.dumps(document(file, answer), indent=1, allow_nan=False)


def as_csv(answer: Monitoring | None) -> str:
    """The rows as text; without an answer, their headings."""
    import pandas as pd

    from prevention.reports.terminal import csv_text

    return csv_text(pd.DataFrame(rows(answer) if answer else [], columns=COLUMNS))


def month_id(month: int) -> str:
    """A month as a program reads it.

    >>> month_id(324)
    '2027-04'
    """
    year, index = divmod(month + 3, MONTHS_PER_YEAR)
    return f"{2000 + year}-{index + 1:02d}"


def _delivery(progress: Progress) -> dict[str, Any]:
    """One programme's starts, summed up."""
    return {
        "programme": progress.programme.id,
        "name": progress.programme.name,
        "unit": progress.programme.unit,
        "first_month": month_id(progress.months[0]),
        "last_month": month_id(progress.last),
        "months_reported": len(progress.months),
        "planned": _tidy(progress.total_planned),
        "delivered": _tidy(progress.total_delivered),
        "gap": _tidy(progress.gap),
        "share_delivered": _tidy(progress.share),
        "months_ahead": _tidy(progress.months_ahead),
        "status": progress.status,
        "recent_months": min(len(progress.months), RECENT),
        "recent_planned": _tidy(progress.planned[-RECENT:].sum()),
        "recent_delivered": _tidy(progress.delivered[-RECENT:].sum()),
        "recent_share": _tidy(progress.recent_share),
        "months_not_reported": [month_id(month) for month in progress.gaps],
        "months_outside_the_plan": [month_id(month) for month in progress.outside],
    }


def _months(progress: Progress) -> list[dict[str, Any]]:
    """Planned and delivered by month reported, and so far."""
    columns = (
        progress.planned,
        progress.delivered,
        np.cumsum(progress.planned),
        np.cumsum(progress.delivered),
    )
    return [
        {
            "programme": progress.programme.id,
            "month": month_id(month),
            "planned": _tidy(planned),
            "delivered": _tidy(delivered),
            "planned_so_far": _tidy(planned_so_far),
            "delivered_so_far": _tidy(delivered_so_far),
        }
        for month, planned, delivered, planned_so_far, delivered_so_far in zip(
            progress.months, *columns, strict=True
        )
    ]


def _tidy(number: float | None) -> float | None:
    """Without the noise of floats: parts of a person to a millionth."""
    return None if number is None else round(float(number), 6)


def rows(answer: Monitoring) -> list[dict[str, Any]]:
    """Each measure by version, programme and year, then over the plan, against the plan, GBP."""
    years = [format_year(answer.plan.first_year + n) for n in range(answer.plan.years)]
    found = []
    for version, figures in answer.versions.items():
        for (programme, measure), moved in figures.figures.items():
            for place, year in enumerate([*years, WHOLE]):
                central = moved.total if year == WHOLE else float(moved.central[place])
                row = (version, programme, year, measure, GBP, central, *_at(moved.range, place))
                row += (float(moved.change[place]), *_at(moved.spread, place))
                found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def _at(spread: Floats | None, place: int) -> list[Any]:
    """P10, P50 and P90 of a year; None without draws."""
    return [None] * len(PERCENTILES) if spread is None else spread[place].tolist()


def _plan(answer: Monitoring) -> list[dict[str, Any]]:
    """When each programme and the whole pay back, and how likely the planned saving still is."""
    return [
        {
            "version": version,
            "programme": programme,
            "planned_cashable_saving": round(answer.target[programme], 2),
            "probability_of_planned_saving": found.chance.get(programme),
            "delivery_cost": round(found.cost[programme], 2),
            "half_of_planned_saving_by": half_saved_by(answer, version, programme),
            "payback_month": payback_month(answer, month),
            "payback_year": None
            if month is None
            else format_year(answer.plan.first_year + month // MONTHS_PER_YEAR),
        }
        for version, found in answer.versions.items()
        for programme, month in found.payback.items()
    ]


def half_saved_by(answer: Monitoring, version: str, programme: str) -> str | None:
    """The year by whose end a version has saved half of what is planned over the whole plan.

    None where it does not inside the plan, and where nothing is planned to be saved.
    """
    planned, now = (
        answer.versions[name].figures[programme, "cashable_saving"] for name in (PLANNED, version)
    )
    half = to_pence(planned.total) / 2
    reached = np.flatnonzero(np.cumsum(to_pence(now.central)) >= half)
    if half <= 0 or not len(reached):
        return None
    return format_year(answer.plan.first_year + int(reached[0]))


def payback_month(answer: Monitoring, month: int | None) -> str | None:
    """A month of the plan, from 0, in words; None for none."""
    return None if month is None else month_label(first_month(answer.plan.first_year) + month)
