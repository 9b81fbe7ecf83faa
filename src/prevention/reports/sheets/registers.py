"""The workbook's registers: headings and rows of every sheet that is a plain table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from prevention.model.assumptions import QUANTITIES
from prevention.model.comparison import differences
from prevention.model.evidence import Series
from prevention.model.measures import GBP, MEASURES
from prevention.model.programmes import Programme, Rollout
from prevention.model.projection import Projection
from prevention.reports.safe import one_line
from prevention.reports.sheets.lines import DIRECTORATES
from prevention.reports.sheets.page import Column
from prevention.reports.tables import FIGURES
from prevention.years import format_year

Rows = list[list[Any]]

MEASURED = (
    Column("Measure", "code"),
    Column("In words"),
    Column("Unit", "code"),
    Column("What it is", width=100),
)

ANNUAL = (
    Column("No.", "count"),
    Column("Scenario", "code"),
    Column("Year", "code"),
    Column("Programme", "code"),
    Column("Service", "code"),
    Column("Measure", "code"),
    Column("Unit", "code"),
    Column("Central", "money"),
    Column("Mean", "money"),
    Column("P10", "money"),
    Column("P50", "money"),
    Column("P90", "money"),
)

APPRAISAL = (
    Column("No.", "count"),
    Column("Scenario"),
    Column("Programme"),
    Column("Figure"),
    Column("Value", "money"),
    Column("Unit"),
    Column("In words", "code"),
)
# Key of the appraisal: its title, unit, and what a missing one means.
_APPRAISED: Mapping[str, tuple[str, str, str]] = {
    "npv_fiscal": ("Net present value, all public bodies", "GBP, real, discounted", ""),
    "bcr_fiscal": ("Benefit-cost ratio, all public bodies", "ratio", "No cost"),
    "eanc_fiscal": ("Equivalent annual value, all public bodies", "GBP a year, real", ""),
    "npv_cashable": ("Net present value, cashable to the council", "GBP, real, discounted", ""),
    "bcr_cashable": ("Benefit-cost ratio, cashable to the council", "ratio", "No cost"),
    "eanc_cashable": ("Equivalent annual value, cashable", "GBP a year, real", ""),
    "payback_month": ("Payback month, cash", "month", "Not inside the plan"),
    "payback_year": ("Payback year, cash", "financial year", "Not inside the plan"),
    "peak_funding": ("Peak funding, cash", GBP, ""),
    "peak_funding_month": ("Month of peak funding", "month", "None needed"),
    "tail_gross_avoided_cost": (
        "Gross avoided cost after the plan, before overlap",
        "GBP, prices of the last year",
        "Does not end",
    ),
    "switching_lag_months": (
        "Longest lag that still pays back inside the plan",
        "months",
        "None: see the line below",
    ),
    "switching_lag_note": ("Whether such a lag was found", "text", ""),
    "switching_lag_target_months": ("Longest lag that reaches the target", "months", "None found"),
    "switching_lag_npv_months": ("Longest lag with an NPV of zero", "months", "None found"),
    "quarter_slip": ("Change in cashable saving if it slips a quarter", GBP, ""),
    "target": ("Saving the budget counts on", "GBP over the plan", ""),
    "probability_of_target": ("Chance of reaching the target", "share", "Not drawn"),
    "probability_npv_positive": ("Chance of a positive cashable NPV", "share", "Not drawn"),
}

PROGRAMMES = (
    Column("No.", "count"),
    Column("Scenario"),
    Column("Programme"),
    Column("Id", "code"),
    Column("Directorate"),
    Column("Owner"),
    Column("Summary"),
    Column("Evidence grade"),
    Column("Wave"),
    Column("Go-live"),
    Column("Ends"),
    Column("Lag shape"),
    Column("Acts on (share of effect)"),
    Column("Funding (share of cost)"),
)

SOURCES = (
    Column("Kind"),
    Column("Used for"),
    Column("Release or grade", "code"),
    Column("Publisher, publication and licence, or finding", width=80),
    Column("Where to read it", width=44),
)


def unit_of(key: str) -> str:
    """Unit of an assumption by its `--set` key."""
    return QUANTITIES[key.rsplit(".", 1)[-1]].unit


def annual(number: int, rows: pd.DataFrame) -> Rows:
    """Rows of the sheet Annual, from `tables.annual_rows`; numbers of draws missing: none."""
    order = ["scenario", "year", "programme", "service", "measure", "unit", *FIGURES]
    return [[number, *values] for values in rows[order].itertuples(index=False, name=None)]


def appraisal(number: int, projection: Projection, rows: pd.DataFrame) -> Rows:
    """A row for each figure of each programme; a missing figure says in words why."""
    names = {id_: p.name for id_, p in projection.plan.programmes.items()}
    found: Rows = []
    for row in rows.to_dict("records"):
        name = names.get(row["programme"], "All programmes")
        for key, (title, unit, missing) in _APPRAISED.items():
            if key not in row:
                continue
            value = row[key]
            gone = value is None or (isinstance(value, float) and pd.isna(value))
            words = missing if gone else value if isinstance(value, str) else ""
            figure = None if gone or isinstance(value, str) else float(value)
            found.append([number, projection.plan.scenario, name, title, figure, unit, words])
    return found


def baseline_columns(labels: Sequence[str]) -> list[Column]:
    """Headings of the sheet Baseline for a plan's years."""
    return [
        Column("No.", "count"),
        Column("Scenario"),
        Column("Service", width=24),
        Column("Measure"),
        Column("Unit"),
        Column("Figure"),
        Column("Published year"),
        Column("Published figure", "money"),
        *(Column(label, "money") for label in labels),
        Column("Published series", width=34),
        Column("Source", width=44),
        Column("Note", width=60),
    ]


_BASELINE_TITLES = {"people": "People", "unit_cost": "Unit cost", "spend": "Spend"}


def baseline(
    number: int, projection: Projection, rows: pd.DataFrame, citations: Mapping[str, str]
) -> Rows:
    """Each service's people, unit cost and spend by year, beside what was last published."""
    found: Rows = []
    if rows.empty:
        return found
    figures = [name for name in ("central", "p10", "p50", "p90") if rows[name].notna().any()]
    for key, group in rows.groupby(["service", "measure"], sort=False):
        service, measure = (str(part) for part in key)
        evidence = projection.council.services[service]
        series: Series = getattr(evidence, measure)
        note = series.note
        if evidence.is_memo:
            note = f"For context: its people are in the other lines too. {note}".strip()
        start = [number, projection.plan.scenario, evidence.name, _BASELINE_TITLES[measure]]
        start.append(group["unit"].iloc[0])
        published = _published(series)
        for figure in figures:
            values = group[figure].round(2).tolist()
            title = "Central" if figure == "central" else figure.upper()
            about = [series.title, _cited(series, citations), note]
            # Long texts once for each measure: four copies would bury the figures.
            about = about if figure == "central" else [""] * len(about)
            found.append([*start, title, *published, *values, *about])
    return found


def _published(series: Series) -> tuple[str, float | None]:
    last = series.last
    return ("Not published", None) if last is None else (format_year(last.year_ending), last.value)


def _cited(series: Series, citations: Mapping[str, str]) -> str:
    if series.last is None:
        return "No published figure; see the assumptions"
    return "; ".join(citations.get(key, key) for key in series.last.release.split(" + "))


def programmes(number: int, projection: Projection) -> Rows:
    """Each wave of each programme: when, on what, paid by whom, on what evidence."""
    return [
        [
            number,
            projection.plan.scenario,
            programme.name,
            id_,
            DIRECTORATES[programme.directorate],
            programme.owner,
            programme.summary,
            programme.evidence_grade,
            wave or "first",
            rollout.go_live.isoformat(),
            "" if rollout.ends is None else rollout.ends.isoformat(),
            programme.lag_shape,
            _targets(programme, projection),
            _funding(rollout),
        ]
        for id_, programme in projection.plan.programmes.items()
        for wave, rollout in programme.rollouts.items()
    ]


def _targets(programme: Programme, projection: Projection) -> str:
    known = projection.council.services
    parts = []
    for target in programme.avoids:
        name = known[target.service].name if target.service in known else target.service
        text = f"{name} {target.share:.0%}"
        if target.replaced_by:
            text += f", replaced by {target.replaced_by.replace('-', ' ')}"
        parts.append(text + (", price only" if target.price_only else ""))
    return "; ".join(parts)


def _funding(rollout: Rollout) -> str:
    parts = [
        f"{f.source} {f.share:.0%}"
        + (f" to {f.ends.isoformat()}" if f.ends else "")
        + (f" ({f.note})" if f.note else "")
        for f in rollout.funding
    ]
    return "; ".join(parts) or "Council's new cost"


def difference_columns(projections: Sequence[Projection]) -> list[Column]:
    """Headings of the sheet Differences: a numbered column for each scenario."""
    names = [one_line(p.plan.scenario, 60) for p in projections]
    return [
        Column("Assumption", "code"),
        Column("Title"),
        Column("Unit"),
        *(Column(f"{place}. {name}", "number") for place, name in enumerate(names, 1)),
    ]


def differing(projections: Sequence[Projection]) -> Rows:
    """Central values of every assumption that is not the same in all scenarios.

    One that a scenario does not have says so there. Scenarios are told apart by number:
    two may be one scenario with different changes.
    """
    numbers = [str(place) for place, _ in enumerate(projections, 1)]
    plans = [
        replace(p.plan, scenario=number) for p, number in zip(projections, numbers, strict=True)
    ]
    return [
        [
            found.assumption,
            QUANTITIES[found.assumption.rsplit(".", 1)[-1]].title,
            found.unit,
            *(
                "not in this scenario" if (value := found.values.get(number)) is None else value
                for number in numbers
            ),
        ]
        for found in differences(plans)
    ]


def releases(projections: Iterable[Projection]) -> dict[str, list[str]]:
    """What each release of published figures is used for, by release, in order of first use."""
    used: dict[str, list[str]] = {}
    for projection in projections:
        series = [projection.council.deflator]
        for service in projection.council.services.values():
            series += [service.people, service.unit_cost, service.spend, service.population]
        for one in series:
            for observation in one.observations:
                for key in observation.release.split(" + "):
                    titles = used.setdefault(key, [])
                    if one.title not in titles:
                        titles.append(one.title)
    return used


def measures() -> Rows:
    """What each measure is that the sheets of results hold."""
    return [[name, m.title, m.unit, m.meaning] for name, m in MEASURES.items()]


def sources(projections: Sequence[Projection], citations: Mapping[str, str]) -> Rows:
    """Every release the published figures come from, then the evidence on each programme."""
    rows: Rows = [
        ["Published figures", "; ".join(titles), key, citations.get(key, "Release as named"), ""]
        for key, titles in releases(projections).items()
    ]
    seen: set[tuple[str, str]] = set()
    for projection in projections:
        for programme in projection.plan.programmes.values():
            for item in programme.evidence:
                if (programme.name, item.finding) not in seen:
                    seen.add((programme.name, item.finding))
                    rows.append(["Evidence", programme.name, item.grade, item.finding, item.source])
    return rows
