"""The schedule for flexible use of capital receipts, project by project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from prevention.money import to_pence, to_pounds
from prevention.reports.sheets.lines import DIRECTORATES, paid_by
from prevention.reports.sheets.page import Column, Page
from prevention.reports.sheets.provenance import write_provenance
from prevention.reports.sheets.reviews import Reviews, not_known
from prevention.reports.sheets.workbook import Scenario, new_book
from prevention.reports.words import pounds
from prevention.years import format_year

SOURCES = ("capital-receipts",)
_NOTES = (
    "GBP, cash prices. Projects whose delivery is funded, in whole or part, by flexible use of "
    "capital receipts (funding source capital-receipts in the programme's document).",
    "Receipts are one-off: they meet cost and never reduce the recurrent gap. The saving is the "
    "cashable saving of the project in each year, whoever funds it.",
    "The review sets last year's forecast beside the people who did start. What a project did "
    "save or cost last year is not on file project by project: add it by hand.",
    "Check each line against the direction in force for the year before it goes to full council.",
)
HEADINGS = (
    "Project",
    "Directorate",
    "Description",
    "Figure",
    "Cost-benefit",
    "Review of last year's forecast",
)
"""Headings of the schedule; the years and their total stand after the fourth."""


def write_receipts(
    scenarios: Sequence[Scenario],
    target: BinaryIO,
    citations: Mapping[str, str],
    reviews: Sequence[Reviews] = (),
) -> None:
    """Write the schedule of every scenario, then what the file was made from.

    reviews: of each scenario's programmes, in the same order; none where nothing is known.
    """
    book = new_book("Flexible use of capital receipts", target)
    for s, review in zip(scenarios, reviews or [{}] * len(scenarios), strict=True):
        notes = (s.about, *_NOTES)
        page = book.page(f"Receipts{s.ending}", "Flexible use of capital receipts", notes)
        _projects(page, s, review)
        page.close()
    write_provenance(book, scenarios, citations)
    book.file.close()


def _projects(page: Page, s: Scenario, review: Reviews) -> None:
    labels = s.projection.timeline.labels
    texts = [Column(h, width=w) for h, w in zip(HEADINGS, (18, 12, 22, 18, 22, 32), strict=True)]
    years = [Column(label, "money", 14) for label in labels]
    columns = [*texts[:4], *years, Column("Total", "money", 15), *texts[4:]]
    rows = receipt_rows(s, review)
    if rows:
        page.table(f"Receipts_{s.number}_table", columns, rows, named=4)
        return
    page.put(page.row, 0, "No project in this scenario is funded by capital receipts.", "code")


def receipt_rows(s: Scenario, review: Reviews | None = None) -> list[list[object]]:
    """Four lines a project: its cost, what receipts pay, the saving expected, the net."""
    unknown = not_known(format_year(s.projection.plan.first_year - 1))
    found: list[list[object]] = []
    for id_, programme in s.projection.plan.programmes.items():
        receipts = to_pence(paid_by(s.projection, id_, SOURCES))
        if not receipts.any():
            continue
        levels = s.levels
        cost, saved = levels.of(id_, "delivery_cost"), levels.of(id_, "cashable_saving")
        directorate = DIRECTORATES[programme.directorate]
        for name, pence in (
            ("New cost to the council", cost),
            ("of which from capital receipts", receipts),
            ("Cashable saving expected", saved),
            ("Net saving", saved - cost),
        ):
            first = name == "New cost to the council"
            found.append(
                [
                    programme.name,
                    directorate if first else "",
                    programme.summary if first else "",
                    name,
                    *to_pounds(pence).tolist(),
                    float(to_pounds(pence.sum())),
                    _worth(s, id_) if first else "",
                    (review or {}).get(id_, unknown) if first else "",
                ]
            )
    return found


def _worth(s: Scenario, id_: str) -> str:
    """The project's appraisal in a line."""
    levels = s.levels
    npv, ratio = levels.figure(id_, "npv_cashable"), levels.figure(id_, "bcr_cashable")
    chance = levels.figure(id_, "probability_of_target")
    payback = levels.text(id_, "payback_year")
    parts = [
        f"NPV (cashable, real) {pounds(npv)}" if npv is not None else "",
        f"benefit-cost ratio {ratio:.2f}" if ratio is not None else "",
        f"pays back in {payback}" if payback else "does not pay back in the plan",
        f"chance of the figure {chance:.0%}" if chance is not None else "",
    ]
    return "; ".join(part for part in parts if part)
