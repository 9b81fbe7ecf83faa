"""Writes the sheets of the working model of one scenario, in the order of the chain."""

from __future__ import annotations

from dataclasses import dataclass

from prevention.model.projection import Projection
from prevention.reports.sheets.live.inputs import Inputs, write_inputs
from prevention.reports.sheets.live.programme import Delivered, write_programme
from prevention.reports.sheets.live.results import Results
from prevention.reports.sheets.live.service import Met, ServiceSheet, write_prices
from prevention.reports.sheets.page import Book, Page


@dataclass(frozen=True, slots=True)
class Model:
    """A scenario's live sheets: its inputs, and where its results stand."""

    inputs: Inputs
    results: Results


_INPUT_NOTES = (
    "Change a central value or a date (shaded) and every year on the sheets MTFS, Ladder and "
    "Results moves. Unit, source and basis stand beside each. A share of 1 is 100 per cent.",
    "Low, central and high are the 10th, 50th and 90th percentile. Ranges, chances and the "
    "appraisal come from the program's own draws and do not move here: load this file back "
    "(prevention import-assumptions) to run them anew.",
    "Held as values, from the program: people if nothing changes, the shares of a programme's "
    "effect by service line, who pays what share of its cost, and the shape of the lag.",
)
_MONTH_NOTES = (
    "The central run by month, exact: starts and onsets are spread evenly within their month. "
    "Every figure below is a formula from the sheet of inputs.",
    "Care by age is the second difference of the lag integrated twice; what is avoided then "
    "lasts as long as the placement would have, and fades after a year.",
)
_SERVICE_NOTES = (
    "Who shares the people of this line, what is left of each programme beside the others, and "
    "when the cost of a placement avoided stops (after notice, in whole release units).",
)
_PRICE_NOTES = ("GBP a week for one placement, cash of the year: raised every April.",)
_RESULT_NOTES = (
    "Central figures, cash, GBP to the penny; a saving is above zero. Each leaf is rounded to "
    "the penny once; totals and all that follows only add and take away.",
)


def write_model(book: Book, projection: Projection, about: str, ending: str = "") -> Model:
    """Write inputs, prices, a sheet for each programme and service line, and results.

    about: a line that says council, scenario and run. ending: of the sheets' names.
    """
    prefix = "_" + ending.split()[0] if ending else ""

    def page(wanted: str, title: str, notes: tuple[str, ...]) -> Page:
        return book.page(wanted, title, (about, *notes))

    sheet = page(f"Inputs{ending}", "Inputs: change them here", _INPUT_NOTES)
    inputs = write_inputs(sheet, projection, prefix)
    sheet.close()
    sheet = page(f"Prices{ending}", "Price of a placement by year", _PRICE_NOTES)
    prices = write_prices(sheet, projection, inputs)
    sheet.close()
    delivered: dict[str, Delivered] = {}
    for id_, programme in sorted(projection.plan.programmes.items()):
        sheet = page(
            f"P{ending} {id_}", f"{programme.name}: starts, lag, care and cost", _MONTH_NOTES
        )
        delivered[id_] = write_programme(sheet, projection, inputs, id_)
        sheet.close()
    met: dict[str, dict[str, Met]] = {}
    for service in sorted({service for _, service in projection.outcome.ladders}):
        name = projection.council.services[service].name
        sheet = page(f"S{ending} {service}", f"{name}: overlap and release", _SERVICE_NOTES)
        writer = ServiceSheet(sheet, projection, inputs, service, delivered, prices)
        met[service] = writer.write()
        sheet.close()
    sheet = page(f"Results{ending}", "Every measure by year, live", _RESULT_NOTES)
    results = Results(sheet, projection, delivered, met, prices)
    results.write()
    sheet.close()
    return Model(inputs, results)
