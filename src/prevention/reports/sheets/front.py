"""The first sheets of the working model: the answer, then what is on each sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prevention.model.measures import TOTAL
from prevention.reports.sheets.live.write import Model
from prevention.reports.sheets.page import Column, Page
from prevention.reports.words import arrival, turning

if TYPE_CHECKING:
    from prevention.reports.sheets.workbook import Scenario

COVER_NOTES = (
    "How much the programmes take out of the council's budget, in which financial year, and how "
    "sure that is. GBP thousand, cash of the year; a saving is above zero.",
    "Central figures are live: change an input on sheet Inputs and they move. Ranges and chances "
    "are values from the run as exported and do not.",
)
CONTENTS_NOTES = (
    "Follow a name to its sheet. Unit: each sheet states its own.",
    "Inputs are shaded cells with a border, on the sheets of inputs alone; every other figure is a "
    "formula, or a value that its sheet says is one.",
)
_ANSWER = {
    "cashable_saving": "Cashable saving",
    "delivery_cost": "New cost to the council",
    "net_saving": "Net saving",
}
_RANGE = {"p10": "Cashable saving, low (P10)", "p90": "Cashable saving, high (P90)"}
_ON_A_PAGE = 2
"""Scenarios that print on one page."""
_MEANING = (
    "Forecasts, from published figures and stated assumptions: not results. Sheet Inputs says "
    "which numbers are published and which are judgement.",
    "Central uses every central assumption. P10, P50 and P90 do not add up; central and mean do, "
    "to the penny.",
    "MTFS, Ladder, Annual and Baseline are cash of the year, not discounted. Net present values "
    "in Appraisal are real and discounted.",
    "MTFS shows the effect on the budget, so there a saving is in brackets; everywhere else it is "
    "above zero.",
    "Cashable is what can come out of a budget. Avoided growth only holds back demand pressure; "
    "cost avoidance has no budget to take and is in no total.",
    "Totals are live formulas, checked against the model's own: every check is zero when all "
    "agrees. Key totals have names, such as mtfs_cashable_savings.",
)
_ROLES = (
    ("MTFS", "Answer", "The schedule for the budget, a line for each proposal", "#12436D"),
    ("Ladder", "Answer", "", "#12436D"),
    ("Inputs", "Inputs", "Every assumption with its range and source: change them here", "#F46A25"),
    ("Prices", "Workings", "", "#801650"),
    ("P ", "Workings", "", "#801650"),
    ("S ", "Workings", "", "#801650"),
    ("Results", "Workings", "", "#801650"),
    ("Annual", "Values as exported", "", "#3D3D3D"),
    ("Appraisal", "Values as exported", "", "#3D3D3D"),
    ("Baseline", "Values as exported", "", "#3D3D3D"),
    ("Programmes", "Record", "", "#3D3D3D"),
    ("Differences", "Record", "", "#3D3D3D"),
    ("Measures", "Record", "", "#3D3D3D"),
    ("Sources", "Record", "", "#3D3D3D"),
    ("Provenance", "Record", "", "#3D3D3D"),
)
"""How a sheet's name begins, what kind of sheet it is, what to say of it if not its title, and
the colour of its tab, which only repeats the kind."""


def write_cover(page: Page, scenarios: Sequence[Scenario], models: Sequence[Model]) -> None:
    """Write the answer by year for every scenario, whether all checks hold, and what it means."""
    for s, model in zip(scenarios, models, strict=True):
        _answer(page, s, model)
    for text in _MEANING:
        page.say(text)
    page.sheet.fit_to_pages(1, -(-len(scenarios) // _ON_A_PAGE))
    page.close()


def _answer(page: Page, s: Scenario, model: Model) -> None:
    """One scenario: the saving, cost and net of each year, their range, and the checks."""
    plan, labels = s.projection.plan, s.projection.timeline.labels
    page.say(s.about)
    page.say(plan.summary)
    page.say(f"As exported: {_in_words(s)}")
    page.row += 1
    columns = [Column(f"Scenario {s.number}", width=46)]
    columns += [Column(label, "thousands", 13) for label in labels]
    page.heads([*columns, Column("Over the plan", "thousands", 15)])
    total = len(labels) + 1
    for measure, title in _ANSWER.items():
        page.put(page.row, 0, title, "text", measure == "net_saving")
        values = s.levels.of(TOTAL, measure)
        places = [model.results.at(TOTAL, measure, year) for year in range(len(labels))]
        bold = measure == "net_saving"
        for year, place in enumerate(places):
            page.formula(page.row, year + 1, f"={place}", values[year] / 100, "thousands", bold)
        whole = f"=SUM({page.span(page.row, 1, total - 1)})"
        page.formula(page.row, total, whole, values.sum() / 100, "thousands", bold)
        page.row += 1
    _as_exported(page, s, total)
    ending = f"_{s.number}" if s.ending else ""
    for title, formula in (
        ("All checks (zero: everything agrees)", f"=mtfs_checks{ending}+ladder_checks{ending}"),
        ("Differences from the run as exported", f"=mtfs_moved{ending}"),
    ):
        page.put(page.row, 0, title)
        page.formula(page.row, 1, formula, 0.0, "money")
        page.row += 1
    for text in s.projection.missing:
        page.say(text)
    page.row += 1


def _in_words(s: Scenario) -> str:
    """When the saving arrives, and when the cash spent in advance comes back."""
    saved = s.whole("cashable_saving")
    words = arrival("these programmes", saved["year"].tolist(), saved["central"].tolist())
    peak = s.levels.figure(TOTAL, "peak_funding")
    if peak is None:
        return words
    month, year, deepest = (
        s.levels.text(TOTAL, name)
        for name in ("payback_month", "payback_year", "peak_funding_month")
    )
    return f"{words} {turning(month, year, peak, deepest)}"


def _as_exported(page: Page, s: Scenario, total: int) -> None:
    """The range and the chance, which are values."""
    saved = s.whole("cashable_saving")
    for name, title in _RANGE.items():
        if saved[name].notna().all():
            page.put(page.row, 0, f"{title}, as exported")
            for column, value in enumerate(saved[name], 1):
                page.put(page.row, column, float(value), "thousands")
            page.row += 1
    chance = s.levels.figure(TOTAL, "probability_of_target")
    if chance is not None:
        page.put(page.row, 0, "Chance of reaching the saving, as exported")
        page.put(page.row, total, chance, "share")
        page.row += 1


def write_contents(page: Page) -> None:
    """Write a line and a link for every sheet of the book, in order."""
    page.head([Column("Sheet", "code", 32), Column("Kind", width=20), Column("Holds", width=90)])
    link = page.book.special("link", {"font_color": "#0B4F9E", "underline": 1})
    for other in page.book.pages:
        if other.name in ("Cover", "Contents"):
            continue
        role, text, colour = next(
            (r, t, c) for start, r, t, c in _ROLES if other.name.startswith(start)
        )
        page.sheet.write_url(page.row, 0, f"internal:'{other.name}'!A1", link, other.name)
        page.put(page.row, 1, role)
        page.put(page.row, 2, text or other.title)
        other.sheet.set_tab_color(colour)
        page.row += 1
    page.close()
