"""The sheet of inputs: every assumption with its range and its record, and where to change it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_rowcol_to_cell

from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.demand import modelled, unit_cost_of
from prevention.model.measures import GBP
from prevention.model.programmes import Rollout
from prevention.model.projection import Projection
from prevention.reports.sheets.live.cells import Figure, style_of
from prevention.reports.sheets.page import Column, Page

HEADINGS = (
    Column("Key", width=39),
    Column("What it is", width=28),
    Column("Low", "number", 12),
    Column("Central (input)", "number", 13),
    Column("High", "number", 12),
    Column("Unit", width=11),
    Column("Basis", width=11),
    Column("Source", width=34),
    Column("As at", width=9),
    Column("Decided by", width=10),
    Column("Reason", width=14),
    Column("Central as exported", "number", 12),
    Column("Changed", width=10),
)
LOW, CENTRAL, HIGH, EXPORTED, CHANGED = 2, 3, 4, 11, 12
_INPUT = {"bg_color": "#FFF7DB", "border": 1, "border_color": "#8A8A8A", "locked": False}
_EPOCH = dt.date(1899, 12, 30)


def serial(day: dt.date) -> int:
    """A date as a spreadsheet counts it.

    >>> serial(dt.date(2027, 4, 1))
    46478
    """
    return (day - _EPOCH).days


@dataclass(slots=True)
class Inputs:
    """Where each input stands, by key, and the names given to them."""

    page: Page
    cells: dict[str, Figure] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    prefix: str = ""

    def __getitem__(self, key: str) -> Figure:
        """The central value of an assumption."""
        return self.cells[key]

    def get(self, key: str, default: float = 0.0) -> Figure:
        """The central value, or a plain number where the plan does not state it."""
        found = self.cells.get(key)
        return found or Figure(repr(default), repr(default), default)


def write_inputs(page: Page, projection: Projection, prefix: str = "") -> Inputs:
    """Write the inputs of one plan below the page's notes.

    prefix: of the names given to inputs, where a workbook holds several scenarios.
    """
    inputs = Inputs(page, prefix=prefix)
    page.head(HEADINGS)
    page.freeze(page.row, 1)
    top = page.row
    plan = projection.plan
    for key, (value, record) in _numbers(projection).items():
        _number(inputs, key, owner_of(key, projection), value, record)
    for id_, programme in plan.programmes.items():
        for wave, rollout in programme.rollouts.items():
            stem = f"programmes.{id_}." + (f"expansions.{wave}." if wave else "")
            _dates(inputs, stem, owner_of(stem, projection), rollout)
    last = page.row - 1
    page.sheet.autofilter(top - 1, 0, last, len(HEADINGS) - 1)
    page.sheet.print_area(0, 0, last, CHANGED)
    return inputs


def _numbers(projection: Projection) -> Mapping[str, tuple[float, Assumption]]:
    """Every assumption by key; a published unit cost stands where none is assumed."""
    plan, services = projection.plan, projection.council.services
    found = {key: (value.central, value) for key, value in plan.assumptions().items()}
    for id_ in modelled(services, plan.economy.services):
        cost, _ = unit_cost_of(services[id_], plan.economy.services[id_])
        found.setdefault(f"services.{id_}.unit_cost", (cost.central, cost))
    return {key: found[key] for key in sorted(found, key=_order)}


def owner_of(key: str, projection: Projection) -> str:
    """Whose assumption a key is, in words: a programme and its wave, a service, or all."""
    for id_, programme in projection.plan.programmes.items():
        stem = f"programmes.{id_}."
        if key.startswith(stem):
            waves = [w for w in programme.expansions if key.startswith(f"{stem}expansions.{w}.")]
            return ", ".join([programme.name, *(wave.replace("-", " ") for wave in waves)])
    for id_, service in projection.council.services.items():
        if key.startswith(f"services.{id_}."):
            return service.name
    return "All programmes"


def _order(key: str) -> tuple[int, str]:
    return ("programmes", "services", "economy").index(key.split(".")[0]), key


def _number(inputs: Inputs, key: str, owner: str, value: float, record: Assumption) -> None:
    page, row = inputs.page, inputs.page.row
    quantity = QUANTITIES[key.rsplit(".", 1)[-1]]
    page.put(row, 0, key)
    page.put(row, 1, f"{owner}: {_lower(quantity.title)}")
    money = quantity.unit.startswith(GBP)
    name, shown = ("money input", "#,##0.00_)") if money else ("input", "#,##0.0###_)")
    form = page.book.special(name, _INPUT | {"num_format": shown})
    for column, figure in ((LOW, record.low), (CENTRAL, value), (HIGH, record.high)):
        page.sheet.write_number(row, column, figure, form)
    texts = (quantity.unit, record.basis, record.source or "None stated", record.as_at)
    for column, text in enumerate((*texts, record.decided_by, record.reason), HIGH + 1):
        page.put(row, column, text)
    page.put(row, EXPORTED, value, style_of(quantity.unit))
    upper = min(quantity.maximum, 1e12)
    page.sheet.data_validation(
        row,
        LOW,
        row,
        HIGH,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": quantity.minimum,
            "maximum": upper,
            "error_title": "Not possible",
            "error_message": f"{quantity.title} ({quantity.unit}) lies between "
            f"{quantity.minimum:g} and {upper:g}."[:250],
        },
    )
    _close(inputs, key, value)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _dates(inputs: Inputs, stem: str, owner: str, rollout: Rollout) -> None:
    """Go-live and end of a wave; an end left empty goes on."""
    page = inputs.page
    form = page.book.special("date input", _INPUT | {"num_format": "dd mmm yyyy_)"})
    shown = page.book.special("date", {"num_format": "dd mmm yyyy_)"})
    for name, title, day in (
        ("go_live", "First day of delivery", rollout.go_live),
        ("ends", "Last day of delivery (empty: goes on)", rollout.ends),
    ):
        row = page.row
        page.put(row, 0, stem + name)
        page.put(row, 1, f"{owner}: {_lower(title)}")
        page.put(row, HIGH + 1, "date")
        page.put(row, HIGH + 2, "council")
        if day is None:
            page.sheet.write_blank(row, CENTRAL, None, form)
            page.sheet.write_blank(row, EXPORTED, None, shown)
        else:
            page.sheet.write_number(row, CENTRAL, serial(day), form)
            page.sheet.write_number(row, EXPORTED, serial(day), shown)
        page.sheet.data_validation(
            row,
            CENTRAL,
            row,
            CENTRAL,
            {
                "validate": "date",
                "criteria": "between",
                "minimum": dt.date(2000, 4, 1),
                "maximum": dt.date(2099, 3, 31),
                "error_message": "A date, as 01/04/2027.",
            },
        )
        _close(inputs, stem + name, 0 if day is None else serial(day))


def _close(inputs: Inputs, key: str, value: float) -> None:
    """Say whether the row has changed, and name its central value."""
    page, row = inputs.page, inputs.page.row
    central, exported = (xl_rowcol_to_cell(row, column) for column in (CENTRAL, EXPORTED))
    formula = f'=IF({central}={exported},"","changed")'
    page.sheet.write_formula(row, CHANGED, formula, page.book.format("code"), "")
    local = xl_rowcol_to_cell(row, CENTRAL, row_abs=True, col_abs=True)
    figure = Figure(local, page.reference(row, CENTRAL), value)
    inputs.cells[key] = figure
    name = _name(inputs, key)
    inputs.names[name] = figure.full
    page.row += 1


def _name(inputs: Inputs, key: str) -> str:
    """A name a formula elsewhere can use: letters, digits and underscores alone.

    Two keys that differ only in other characters are told apart by a number.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "_", key.replace("expansions.", "")).strip("_")
    kind, _, rest = words.partition("_")
    name = f"input{inputs.prefix}_{rest or kind}"[:200]
    number = 1
    taken = {other.casefold() for other in inputs.names}
    found = name
    while found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    return found
