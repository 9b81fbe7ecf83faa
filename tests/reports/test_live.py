"""The working model against the engine: every line, to the penny, before and after changes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import formulas
import numpy as np
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.assumptions import Assumption
from prevention.model.evidence import CouncilEvidence
from prevention.model.lag import Lag
from prevention.model.measures import GBP
from prevention.model.programmes import Programme
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Change, Library, Scenario, resolve
from prevention.money import to_pence
from prevention.reports.workbook import write_workbook
from reports.conftest import live, opened, row_of, written

SOFFICE = shutil.which("soffice")
CHANGES: tuple[Change, ...] = (
    ("programmes.mockingbird.onset_lag", 31.0),
    ("programmes.no-wrong-door.onset_lag", 9.25),
    ("programmes.intermediate-care.onset_spread", 3.5),
    ("services.childrens-homes.unit_cost", 7321.45),
    ("services.residential-65-plus.unit_cost", 812.5),
    ("programmes.early-help.go_live", "2027-09-16"),
)
"""Three lags, two unit costs and a start date."""


def every_shape(library: Library) -> list[Programme]:
    """A programme for each other shape of lag and length of placement, on one line."""
    base = library.programmes["no-wrong-door"].model_copy(
        update={"expansions": {}, "onset_lag": Assumption(central=10.5, low=10.5, high=10.5)}
    )
    changes: dict[str, dict[str, object]] = {
        "fixed-lag": {"lag_shape": "fixed", "duration_shape": "never-ending"},
        "erlang": {"lag_shape": "erlang", "duration_shape": "fixed"},
        "weibull": {"lag_shape": "weibull", "fade_out": Assumption(central=0.2, low=0, high=1)},
        "delayed-ramp": {"lag_shape": "delayed-ramp"},
        "linear": {"lag_shape": "linear"},
        "front-loaded": {"lag_shape": "front-loaded"},
        "back-loaded": {"lag_shape": "back-loaded"},
        "profile": {"lag_shape": "profile", "lag_profile": (0.0, 0.25, 0.5, 0.25)},
        "listed-starts": {"starts": (2.0, 3.0, 5.0) * 30, "lag_shape": "step"},
    }
    return [
        base.model_copy(update={"id": id_, "name": id_, **each}) for id_, each in changes.items()
    ]


@dataclass(frozen=True)
class Recalculated:
    """Each projection with its workbook as stored and as another program works it out."""

    projections: Mapping[str, Projection]
    stored: Mapping[str, bytes]
    folder: Path

    def found(self, name: str, sheets: Collection[str] = ("Results",)) -> Workbook:
        """The recalculated workbook's values; of the sheets asked for alone, for speed."""
        content = io.BytesIO((self.folder / f"{name}.xlsx").read_bytes())
        return openpyxl.load_workbook(content, data_only=True, read_only=len(sheets) == 1)


@pytest.fixture(scope="module")
def projections(workbench: Workbench, council: CouncilEvidence) -> dict[str, Projection]:
    found = {
        id_: workbench.forecast(Request(scenario=id_, draws=0))
        for id_ in workbench.library.scenarios
    }
    library = workbench.library
    shapes = {p.id: p for p in every_shape(library)}
    scenario = Scenario(id="shapes", title="Shapes", programmes=tuple(shapes), years=3)
    three = ("erlang", "linear", "profile")
    ordered = scenario.model_copy(
        update={"id": "ordered", "programmes": three, "overlap_order": three}
    )
    crowded = {
        id_: p.model_copy(update={"capacity": Assumption(central=90, low=90, high=90)})
        for id_, p in shapes.items()
        if id_ in ("linear", "profile")
    }
    full = scenario.model_copy(update={"id": "full", "programmes": tuple(crowded)})
    in_order = {id_: shapes[id_] for id_ in three}
    for one, programmes in ((scenario, shapes), (ordered, in_order), (full, crowded)):
        plan = resolve(one, Library(programmes, {}, library.economy))
        found[one.id] = project(plan, council, draws=0)
    changed = Request(scenario="whole-system", changes=CHANGES, draws=0)
    return found | {"changed": workbench.forecast(changed)}


def edited(book: Workbook, changes: Sequence[Change]) -> None:
    """Type changes over the central inputs, as a person would."""
    import datetime as dt

    sheet = book["Inputs"]
    for key, value in changes:
        row = row_of(sheet, key)
        date = isinstance(value, str)
        sheet.cell(row, 4).value = dt.date.fromisoformat(value) if date else value


@pytest.fixture(scope="module")
def recalculated(
    projections: dict[str, Projection], tmp_path_factory: pytest.TempPathFactory
) -> Recalculated:
    """Every workbook, its stored values taken out, recalculated by LibreOffice in one run."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")
    stored = {}
    for name, projection in projections.items():
        if name == "changed":
            book = opened(stored["whole-system"])
            edited(book, CHANGES)
            book.save(folder / "changed.xlsx")
            continue
        stored[name] = written(projection)
        (folder / f"{name}.xlsx").write_bytes(without_values(stored[name]))
    command = [SOFFICE, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "out")]
    command += [str(folder / f"{name}.xlsx") for name in projections]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return Recalculated(projections, stored, folder / "out")


def without_values(content: bytes) -> bytes:
    """A workbook whose formulas have no values, so that whoever opens it must work them out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", old.read(item))
            assert b"</f><v>" not in part
            new.writestr(item, part)
    return target.getvalue()


def results(sheet: Worksheet, years: int) -> dict[tuple[str, str, str], list[float]]:
    """Rows of the sheet Results by programme, service and measure."""
    rows = sheet.iter_rows(max_col=4 + years, values_only=True)
    return {row[:3]: list(row[4:]) for row in rows if row[3]}  # type: ignore[misc]


def assert_is_the_model(sheet: Worksheet, projection: Projection) -> None:
    """Every figure of the model stands on the sheet: money to the penny."""
    found = results(sheet, projection.timeline.years)
    rows = summary.annual(projection)
    assert len(rows) > 0
    for key, group in rows.groupby(["programme", "service", "measure"]):
        values, wanted = np.array(found[key], dtype=float), group["central"].to_numpy()
        if group["unit"].iloc[0] == GBP:
            assert (to_pence(values) == to_pence(wanted)).all(), (key, values, wanted)
        else:
            np.testing.assert_allclose(values, wanted, rtol=1e-8, atol=1e-9, err_msg=str(key))


SHIPPED = ["adults-first", "current-plan", "do-nothing", "step-up", "whole-system"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_recalculates_to_the_penny(
    recalculated: Recalculated, name: str
) -> None:
    assert sorted(SHIPPED) == sorted(
        set(recalculated.projections) - {"changed", "shapes", "ordered", "full"}
    )
    assert_is_the_model(recalculated.found(name)["Results"], recalculated.projections[name])


@pytest.mark.parametrize("name", ["shapes", "ordered", "full"])
def test_every_shape_of_lag_and_overlap_recalculates_to_the_penny(
    recalculated: Recalculated, name: str
) -> None:
    projection = recalculated.projections[name]
    assert_is_the_model(recalculated.found(name)["Results"], projection)
    whole = projection.central["total", "total"]
    assert (np.ravel(whole["overlap"]) > 0).all()


def test_the_shapes_cover_every_lag_there_is(workbench: Workbench) -> None:
    from typing import get_args

    from prevention.model.lag import Shape

    covered = {p.lag_shape for p in every_shape(workbench.library)} | {"gamma"}
    assert covered == set(get_args(Shape))
    assert Lag("fixed").is_point


def test_changed_inputs_move_the_years_as_the_model_does(recalculated: Recalculated) -> None:
    """Three lags, two unit costs and a start date typed over: still the model to the penny."""
    changed, before = (recalculated.projections[name] for name in ("changed", "whole-system"))
    book = recalculated.found("changed", ("Results", "Cover", "Inputs"))
    assert_is_the_model(book["Results"], changed)
    moved = [np.ravel(p.central["total", "total"]["cashable_saving"]) for p in (changed, before)]
    assert (to_pence(moved[0]) != to_pence(moved[1])).all()
    cover = book["Cover"]
    assert cover.cell(row_of(cover, "All checks (zero: everything agrees)"), 2).value == 0
    assert cover.cell(row_of(cover, "Differences from the run as exported"), 2).value > 1000
    inputs = book["Inputs"]
    said = [row[0] for row in inputs.iter_rows(values_only=True) if row[12] == "changed"]
    assert sorted(said) == sorted(key for key, _ in CHANGES)


def test_every_formula_carries_the_value_another_program_finds(recalculated: Recalculated) -> None:
    count = 0
    for name in ("step-up", "shapes"):
        content = recalculated.stored[name]
        book, stored = opened(content), opened(content, values=True)
        found = recalculated.found(name, book.sheetnames)
        for title, cell in live(book):
            wanted, value = (
                stored[title][cell.coordinate].value,
                found[title][cell.coordinate].value,
            )
            count += 1
            if isinstance(wanted, int | float) and not isinstance(wanted, bool):
                scale = max(abs(float(wanted)), 1.0)
                assert abs(float(value) - wanted) <= 1e-8 * scale, f"{title}!{cell.coordinate}"
            else:
                assert (value or "") == (wanted or ""), f"{title}!{cell.coordinate}"
    assert count > 20_000


def test_a_python_formula_engine_agrees(plain: Projection, tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    one = resolve(
        Scenario(id="one", title="One", programmes=("reablement",), years=1),
        Library(dict(plain.plan.programmes), {}, plain.plan.economy),
    )
    projection = project(one, plain.council, draws=0)
    write_workbook([projection], file)
    book, stored = opened(file.read_bytes()), opened(file.read_bytes(), values=True)
    solution = formulas.ExcelModel().loads(str(file)).finish().calculate()
    count = 0
    for title, cell in live(book):
        wanted = stored[title][cell.coordinate].value
        if not isinstance(wanted, int | float):
            continue
        found = solution[f"'[book.xlsx]{title.upper()}'!{cell.coordinate}"].value[0, 0]
        assert float(found) == pytest.approx(wanted, rel=1e-8, abs=0.004), (
            f"{title}!{cell.coordinate}"
        )
        count += 1
    assert count > 1000
