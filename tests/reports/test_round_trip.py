"""Export, edit in a spreadsheet program, load back: exactly the edited assumptions changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from prevention.jobs import Request, Workbench
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Library, resolve
from prevention.money import to_pence
from prevention.reports.sheets.round_trip import NotInputs, edited_scenario, read_edits
from reports.conftest import opened, row_of, written
from reports.office import typed_over

EDITS = {
    "programmes.no-wrong-door.onset_lag": 30.0,
    "services.childrens-homes.unit_cost": 7000.5,
    "programmes.mockingbird.expansions.two-more-constellations.go_live": dt.date(2027, 9, 1),
}


@pytest.fixture(scope="module")
def original(drawn: Projection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trip") / "model.xlsx"
    path.write_bytes(written(drawn))
    return path


@pytest.fixture(scope="module")
def edited(original: Path) -> Path:
    """The model with three inputs typed over in LibreOffice, and saved there."""
    sheet = opened(original.read_bytes())["Inputs"]
    cells = {f"D{row_of(sheet, key)}": str(value) for key, value in EDITS.items()}
    return typed_over(original.parent, original, cells)


def test_nothing_edited_is_nothing_changed(original: Path, drawn: Projection) -> None:
    assert read_edits(original, drawn.plan, drawn.council) == []


def test_exactly_what_was_edited_changes(
    edited: Path, drawn: Projection, workbench: Workbench
) -> None:
    edits = read_edits(edited, drawn.plan, drawn.council)
    assert {edit.key: edit.after for edit in edits} == EDITS
    new = edited_scenario(edits, "step-up", "tried", "Tried")
    library = workbench.library
    plan = resolve(new, Library(library.programmes, library.scenarios, library.economy))
    before, after = drawn.plan.assumptions(), plan.assumptions()
    moved = {key for key in before | after if before.get(key) != after.get(key)}
    assert moved == {key for key in EDITS if not key.endswith("go_live")}
    wanted = workbench.forecast(Request(scenario="step-up", changes=tuple(EDITS.items()), draws=0))
    found = project(plan, drawn.council, draws=0)
    for measure, values in wanted.central["total", "total"].items():
        assert (
            to_pence(np.ravel(values))
            == to_pence(np.ravel(found.central["total", "total"][measure]))
        ).all(), measure


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("many", "a number is needed"),
        (-3, "must be 0 or more, not -3"),
        (None, "a number is needed"),
    ],
)
def test_what_cannot_be_is_refused_by_row(
    original: Path, drawn: Projection, tmp_path: Path, value: object, message: str
) -> None:
    book = opened(original.read_bytes())
    sheet = book["Inputs"]
    row = row_of(sheet, "programmes.no-wrong-door.onset_lag")
    for column in (3, 4):
        sheet.cell(row, column).value = value
    book.save(tmp_path / "bad.xlsx")
    with pytest.raises(NotInputs, match=f"row {row}.*onset_lag: .*{message}"):
        read_edits(tmp_path / "bad.xlsx", drawn.plan, drawn.council)


def test_another_file_is_refused(drawn: Projection, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("no workbook")
    with pytest.raises(NotInputs, match="not an Excel workbook"):
        read_edits(path, drawn.plan, drawn.council)
