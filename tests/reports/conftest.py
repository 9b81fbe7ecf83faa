"""Projections to report on: one plain, one whose every text is hostile."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel

from prevention.jobs import Request, Workbench
from prevention.model.evidence import CouncilEvidence, Observation, Series
from prevention.model.programmes import Evidence, Funding, Programme
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, Scenario, resolve
from prevention.reports.sheets.workbook import write_workbook

BOTH = Scenario(
    id="both",
    title="Both directorates",
    summary="A children's and an adults' programme.",
    programmes=("mockingbird", "no-wrong-door", "reablement"),
    years=3,
)


@pytest.fixture(scope="session")
def workbench(store_path: Path) -> Workbench:
    return Workbench(store=store_path)


@pytest.fixture(scope="session")
def council(workbench: Workbench) -> CouncilEvidence:
    return workbench.council("E06000007")


@pytest.fixture(scope="session")
def plain(workbench: Workbench, council: CouncilEvidence) -> Projection:
    """Three years, both directorates, without draws."""
    return project(resolve(BOTH, workbench.library), council, draws=0)


@pytest.fixture(scope="session")
def drawn(workbench: Workbench) -> Projection:
    """A shipped scenario with draws."""
    return workbench.forecast(Request(scenario="step-up", draws=256))


@pytest.fixture(scope="session")
def nothing(workbench: Workbench) -> Projection:
    """No programme at all."""
    return workbench.forecast(Request(scenario="do-nothing", draws=0))


@pytest.fixture(scope="session")
def spoiled(workbench: Workbench, council: CouncilEvidence) -> Callable[[str], Projection]:
    """A projection in which a text stands wherever a person can write one."""

    @functools.cache
    def make(text: str) -> Projection:
        library = workbench.library
        mockingbird = _spoiled_programme(library.programmes["mockingbird"], text)
        scenario = spoiled_texts(
            Scenario(id="x", title="X", programmes=(mockingbird.id,), years=1), text
        )
        economy = spoiled_texts(library.economy, text)
        spoiled_library = Library({mockingbird.id: mockingbird}, {}, economy)
        return project(resolve(scenario, spoiled_library), _spoiled_council(council, text), draws=0)

    return make


D = TypeVar("D", bound=BaseModel)
REFERRING = ("service", "replaced_by", "differs_from", "first_year")
"""Fields of text that name something else, and are refused unless they do."""


def spoiled_texts(document: D, text: str) -> D:
    """A document with a text in every field of text it has, and in those of its parts."""

    def spoiled(value: object) -> object:
        if isinstance(value, BaseModel):
            return spoiled_texts(value, text)
        if isinstance(value, Mapping):
            return {key: spoiled(part) for key, part in value.items()}
        return tuple(map(spoiled, value)) if isinstance(value, tuple) else value

    fields = type(document).model_fields
    changes = {
        name: text
        if field.annotation is str and name not in REFERRING
        else spoiled(getattr(document, name))
        for name, field in fields.items()
    }
    return document.model_copy(update=changes)


def _spoiled_programme(programme: Programme, text: str) -> Programme:
    funding = (
        Funding(source="base", share=0.5),
        Funding(source="capital-receipts", share=0.25),
    )
    evidence = (Evidence(finding="", grade="C", source=""),)
    whole = programme.model_copy(update={"funding": funding, "evidence": evidence})
    wave = whole.model_copy(update={"expansions": {}})
    return spoiled_texts(whole.model_copy(update={"expansions": {text: wave}}), text)


def _spoiled_council(council: CouncilEvidence, text: str) -> CouncilEvidence:
    def series(one: Series) -> Series:
        seen = tuple(Observation(o.year_ending, o.value, text) for o in one.observations)
        return replace(one, title=text, note=text, observations=seen)

    services = {
        id_: replace(
            service,
            name=text,
            people=series(service.people),
            unit_cost=series(service.unit_cost),
            spend=series(service.spend),
        )
        for id_, service in council.services.items()
    }
    return replace(council, name=text, services=services, missing=(text,))


def written(*projections: Projection) -> bytes:
    """The workbook's bytes."""
    target = io.BytesIO()
    write_workbook(projections, target)
    return target.getvalue()


def opened(content: bytes, values: bool = False) -> Workbook:
    """The workbook as openpyxl reads it: formulas, or the values stored with them."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def row_of(sheet: Worksheet, text: str, column: int = 1) -> int:
    """The first row with a text in a column."""
    found = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, column).value == text]
    assert found, f"{text} is not on sheet {sheet.title}"
    return found[0]


def widths_of(sheet: Worksheet) -> dict[int, float]:
    """Width of each column in characters, by its number from 1."""
    return {
        place: dimension.width
        for dimension in sheet.column_dimensions.values()
        for place in range(dimension.min, dimension.max + 1)
    }


def live(book: Workbook) -> Iterator[tuple[str, Cell]]:
    """Every cell with a formula, by sheet."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell
