"""The budget team's workbook: one file, one or several scenarios, every total live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import xlsxwriter

from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.reports.sheets import registers
from prevention.reports.sheets.front import CONTENTS_NOTES, COVER_NOTES, write_contents, write_cover
from prevention.reports.sheets.ladder import LADDER_NOTES, write_ladder
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT, Layout
from prevention.reports.sheets.lines import Levels
from prevention.reports.sheets.live.write import Model, write_model
from prevention.reports.sheets.page import FONT, Book, Column
from prevention.reports.sheets.provenance import UNKNOWN_VERSION, write_provenance
from prevention.reports.sheets.schedule import schedule_notes, write_schedule
from prevention.reports.tables import annual_rows

# A fixed date: with today's, two exports of one run would differ, and a file's
# fingerprint could not be kept in the record of runs.
CREATED = dt.datetime(2000, 1, 1)


def options() -> dict[str, Any]:
    """Options of one workbook: no text is ever run.

    Made anew for each, since a writer changes what it is given.
    """
    return {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(FONT),
    }


@dataclass(frozen=True)
class Scenario:
    """One projection's place in the workbook and its results, each worked out once.

    number: its number on every sheet. ending: of its sheets' names; "" when alone.
    version: which version of the scenario it is, in words.
    """

    number: int
    ending: str
    projection: Projection
    record: Mapping[str, Any]
    annual: pd.DataFrame
    appraisal: pd.DataFrame
    baseline: pd.DataFrame
    version: str

    @cached_property
    def levels(self) -> Levels:
        """The money of the schedule, as the model settled it."""
        return Levels(self.projection, self.appraisal)

    def whole(self, measure: str) -> pd.DataFrame:
        """A measure of all programmes and services together, a row a year."""
        rows = self.annual
        found = (rows["programme"] == TOTAL) & (rows["service"] == TOTAL)
        return rows[found & (rows["measure"] == measure)]

    @property
    def about(self) -> str:
        """A line under a sheet's title: whose figures these are."""
        return (
            f"{self.record['council_name']} ({self.record['council']}). Scenario "
            f"{self.number}: {self.projection.plan.title}. Run {self.record['run_id']}."
        )


def write_workbook(
    projections: Sequence[Projection],
    target: Path | BinaryIO,
    citations: Mapping[str, str] | None = None,
    layout: Layout = DEFAULT_LAYOUT,
    versions: Sequence[str] = (),
) -> None:
    """Write scenarios as the working model: live from the inputs to the MTFS schedule.

    Each scenario has its own sheets of inputs, months, results, MTFS and Ladder; the
    registers hold all scenarios, told apart by number. The same projections give the same
    bytes.

    Args:
        projections: one or more, of any council and plan.
        target: a file to write, or a binary stream.
        citations: a line to print under a figure, by release; a release that is missing
            there is shown by its key.
        layout: of the MTFS schedule.
        versions: which version of its scenario each is, in words.

    Raises:
        ValueError: no projection was given.
        xlsxwriter.exceptions.FileCreateError: the file cannot be written.
    """
    if not projections:
        raise ValueError("A workbook needs at least one scenario.")
    scenarios = scenarios_of(projections, versions)
    book = new_book("Prevention savings: working model", target)
    cover = book.page("Cover", "Prevention savings: working model", COVER_NOTES)
    contents = book.page("Contents", "What is on each sheet", CONTENTS_NOTES)
    named, models = _live(book, scenarios, layout)
    for register in _registers(scenarios, citations or {}):
        _write(book, register)
    write_provenance(book, scenarios, citations or {})
    write_cover(cover, scenarios, models)
    write_contents(contents)
    for name, reference in named.items():
        book.file.define_name(name, f"={reference}")
    book.file.close()


def write_schedules(
    projections: Sequence[Projection],
    target: Path | BinaryIO,
    citations: Mapping[str, str],
    layout: Layout = DEFAULT_LAYOUT,
    versions: Sequence[str] = (),
) -> None:
    """Write the MTFS schedule of each scenario alone: increments as figures, sums live."""
    scenarios = scenarios_of(projections, versions)
    book = new_book(layout.title, target)
    for s in scenarios:
        page = book.page(f"MTFS{s.ending}", layout.title, (s.about, *schedule_notes(layout)))
        found = write_schedule(page, s.levels, layout)
        page.close()
        ending = f"_{s.number}" if s.ending else ""
        for name, reference in found.items():
            book.file.define_name(name + ending, f"={reference}")
    write_provenance(book, scenarios, citations)
    book.file.close()


def new_book(title: str, target: Path | BinaryIO) -> Book:
    """A workbook to write to, in which no text is ever run."""
    file = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options())
    file.set_properties({"title": title, "created": CREATED})
    return Book(file)


def scenarios_of(projections: Sequence[Projection], versions: Sequence[str] = ()) -> list[Scenario]:
    """Each projection with its number and its results; versions: as for `provenance`."""
    alone = len(projections) == 1
    said = versions or [UNKNOWN_VERSION] * len(projections)
    return [
        Scenario(
            number,
            "" if alone else f" {number} {projection.plan.scenario}",
            projection,
            summary.run_record(projection),
            annual_rows(projection),
            summary.appraisal(projection),
            summary.baseline(projection),
            version,
        )
        for number, (projection, version) in enumerate(zip(projections, said, strict=True), 1)
    ]


def _live(
    book: Book, scenarios: Sequence[Scenario], layout: Layout
) -> tuple[dict[str, str], list[Model]]:
    """The MTFS and Ladder sheets first, then the models they read; references by name."""
    named: dict[str, str] = {}
    models = []
    fronts = [
        (
            book.page(f"MTFS{s.ending}", layout.title, (s.about, *schedule_notes(layout))),
            book.page(
                f"Ladder{s.ending}",
                "From gross avoided cost to cashable saving",
                (s.about, *LADDER_NOTES),
            ),
        )
        for s in scenarios
    ]
    for s, (schedule, ladder) in zip(scenarios, fronts, strict=True):
        model = write_model(book, s.projection, s.about, s.ending)
        found = write_schedule(schedule, s.levels, layout, model.results)
        found |= write_ladder(ladder, s.projection, s.levels, model.results)
        schedule.close()
        ladder.close()
        ending = f"_{s.number}" if s.ending else ""
        named |= {name + ending: reference for name, reference in found.items()}
        named |= model.inputs.names
        models.append(model)
    return named, models


_ANNUAL_NOTES = (
    "Every figure of every run as exported, in its own unit (column Unit): values, which do not "
    "move with the inputs. Money is cash of the year, GBP to the penny; a saving is above zero.",
    "Central and mean add up to the penny. P10, P50 and P90 do not add up: the chance that "
    "every part comes out low together is smaller than for any one of them.",
)


@dataclass(frozen=True, slots=True)
class Register:
    """A sheet that is one plain table. named: columns at its left that name a row."""

    name: str
    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: registers.Rows
    named: int = 3


def _registers(scenarios: Sequence[Scenario], citations: Mapping[str, str]) -> Iterator[Register]:
    """The sheets that are plain tables, in order; every one holds all scenarios."""
    projections = [s.projection for s in scenarios]
    rows = [row for s in scenarios for row in registers.annual(s.number, s.annual)]
    yield Register(
        "Annual",
        "Every annual figure as exported, with its range",
        _ANNUAL_NOTES,
        registers.ANNUAL,
        rows,
    )
    rows = [r for s in scenarios for r in registers.appraisal(s.number, s.projection, s.appraisal)]
    title = "Whether each programme pays"
    yield Register("Appraisal", title, _APPRAISAL_NOTES, registers.APPRAISAL, rows)
    for labels, alike in _by_years(scenarios).items():
        rows = [
            row
            for s in alike
            for row in registers.baseline(s.number, s.projection, s.baseline, citations)
        ]
        title, years = "If nothing changes: people, unit cost and spend", [*labels]
        columns = registers.baseline_columns(years)
        yield Register("Baseline", title, _BASELINE_NOTES, columns, rows, named=4)
    rows = [row for s in scenarios for row in registers.programmes(s.number, s.projection)]
    title = "Programmes: when, on what, paid by whom"
    yield Register("Programmes", title, _PROGRAMME_NOTES, registers.PROGRAMMES, rows)
    if len(projections) > 1:
        rows, columns = registers.differing(projections), registers.difference_columns(projections)
        title = "What sets the scenarios apart"
        yield Register("Differences", title, _DIFFERENCE_NOTES, columns, rows)
    title, rows = "What each measure of the results is", registers.measures()
    yield Register("Measures", title, _MEASURE_NOTES, registers.MEASURED, rows, named=1)
    rows = registers.sources(projections, citations)
    yield Register("Sources", "Where the figures come from", _SOURCE_NOTES, registers.SOURCES, rows)


def _by_years(scenarios: Sequence[Scenario]) -> dict[tuple[str, ...], list[Scenario]]:
    """Scenarios by the years they run: those that differ cannot share a year's column."""
    found: dict[tuple[str, ...], list[Scenario]] = {}
    for scenario in scenarios:
        found.setdefault(scenario.projection.timeline.labels, []).append(scenario)
    return found


def _write(book: Book, register: Register) -> None:
    page = book.page(register.name, register.title, register.notes)
    name = f"{page.name.replace(' ', '_')}_table"
    page.table(name, register.columns, register.rows, register.named)
    page.close()


_APPRAISAL_NOTES = (
    "Values in the unit of the row. Net present values and ratios: real, discounted, prices of "
    "the plan's first year. Payback and peak funding: cash.",
    "All public bodies: the saving to every public body against all cost. Cashable: the "
    "council's cashable saving against its new cost.",
)
_BASELINE_NOTES = (
    "Forecast with no programme, in the unit of the row; cash prices of each year. Central and "
    "the 10th, 50th and 90th percentile, which do not add up.",
    "Published figures are as released. People times unit cost rarely equals published spend, "
    "which is on the publisher's own definition: see Note. Series, source and note stand on the "
    "Central row.",
)
_PROGRAMME_NOTES = (
    "Shares in per cent; dates are year-month-day. Waves after the first are expansions.",
)
_DIFFERENCE_NOTES = ("Central values, in the unit of the row, of every assumption that differs.",)
_MEASURE_NOTES = (
    "Measures by the names they have on the sheets Results and Annual, and in CSV and Parquet.",
)
_SOURCE_NOTES = (
    "Published figures by release, then the evidence on each programme with its grade (A is the "
    "strongest) and where to read it.",
)
