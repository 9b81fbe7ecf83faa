"""The working model against the engine: every line, to the penny, before and after changes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Collection, Mapping
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
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Change, Library, Scenario, resolve
from prevention.money import to_pence
from prevention.reports.sheets.lines import Levels
from prevention.reports.sheets.live.inputs import serial
from prevention.reports.sheets.sections import sections_of
from prevention.reports.sheets.workbook import write_workbook
from reports.conftest import live, opened, row_of, written
from reports.office import saved_again, typed_over

CHANGES: tuple[Change, ...] = (
    ("programmes.mockingbird.onset_lag", 31.0),
    ("programmes.no-wrong-door.onset_lag", 9.25),
    ("programmes.intermediate-care.onset_spread", 3.5),
    ("services.childrens-homes.unit_cost", 7321.45),
    ("services.residential-65-plus.unit_cost", 812.5),
    ("programmes.early-help.go_live", "2027-09-16"),
)
"""Three lags, two unit costs and a start date."""
ONE_CHANGED: tuple[Change, ...] = (
    ("programmes.reablement.onset_lag", 4.5),
    ("services.home-care-65-plus.unit_cost", 222.25),
    ("programmes.reablement.go_live", "2027-06-16"),
)


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


FRONT = ("MTFS", "Ladder", "Results")
"""The sheets that hold a line for each figure of the model."""


@dataclass(frozen=True)
class Recalculated:
    """Each projection with its workbook as stored and as another program works it out."""

    projections: Mapping[str, Projection]
    stored: Mapping[str, bytes]
    folder: Path

    def found(self, name: str, sheets: Collection[str] = FRONT) -> Workbook:
        """The recalculated workbook's values; of the sheets asked for alone, for speed."""
        content = io.BytesIO((self.folder / f"{name}.xlsx").read_bytes())
        return openpyxl.load_workbook(content, data_only=True, read_only=set(sheets) <= set(FRONT))


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


@pytest.fixture(scope="module")
def recalculated(
    projections: dict[str, Projection], tmp_path_factory: pytest.TempPathFactory
) -> Recalculated:
    """Every workbook recalculated by LibreOffice, its stored values taken out first.

    The changed one is as exported, and its inputs are typed over there as a person would.
    """
    folder = tmp_path_factory.mktemp("office")
    stored = {name: written(p) for name, p in projections.items() if name != "changed"}
    for name, content in stored.items():
        (folder / f"{name}.xlsx").write_bytes(without_values(content))
    out = saved_again(folder, [folder / f"{name}.xlsx" for name in stored])
    changed = folder / "changed.xlsx"
    changed.write_bytes(stored["whole-system"])
    inputs = opened(stored["whole-system"])["Inputs"]
    cells = {f"D{row_of(inputs, key)}": str(value) for key, value in CHANGES}
    typed_over(folder, changed, cells)
    return Recalculated(projections, stored, out)


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


def assert_schedule_is_the_model(sheet: Worksheet, projection: Projection) -> None:
    """Each line of the schedule has the model's increments, cumulative, total and cash."""
    table = list(sheet.iter_rows(values_only=True))
    heading = next(place for place, row in enumerate(table) if row[0] == "Reference")
    at = {str(text): place for place, text in enumerate(table[heading]) if text}
    labels = projection.timeline.labels
    lines = sections_of(Levels(projection, summary.appraisal(projection))).rows
    for row, line in zip(table[heading + 1 :][: len(lines)], lines, strict=True):
        assert row[0] == line.reference
        for names, wanted in (
            (labels, line.increments),
            ([f"{year} cumulative" for year in labels], line.levels),
            (["Total", "Cash over the plan"], [line.levels[-1], line.over_plan]),
        ):
            found = np.array([row[at[name]] for name in names], dtype=float)
            assert (to_pence(found) == wanted).all(), (line.reference, names, found, wanted)


def assert_ladder_is_the_model(sheet: Worksheet, projection: Projection) -> None:
    """Each line of the ladder, of every programme and of all, has the model's figure."""
    levels = Levels(projection, summary.appraisal(projection))
    named = {p.name: id_ for id_, p in projection.plan.programmes.items()}
    named["All programmes"] = TOTAL
    measures = {m.title.casefold(): name for name, m in MEASURES.items()}
    taken, count = {*RUNGS, "delivery_cost", "delivery_cost_gross"}, 0
    for row in sheet.iter_rows(values_only=True):
        title = re.sub("^(less|of which) ", "", str(row[1])).casefold()
        if row[0] not in named or title not in measures:
            continue
        measure, count = measures[title], count + 1
        wanted = levels.of(named[row[0]], measure) * (-1 if measure in taken else 1)
        found = to_pence(np.array(row[3 : 3 + len(wanted)], dtype=float))
        assert (found == wanted).all(), (row[:2], found, wanted)
    assert count == 16 * len(named)


def assert_every_line_is_the_model(book: Workbook, projection: Projection) -> None:
    """Results, schedule and ladder, line by line, to the penny."""
    assert_is_the_model(book["Results"], projection)
    assert_schedule_is_the_model(book["MTFS"], projection)
    assert_ladder_is_the_model(book["Ladder"], projection)


SHIPPED = ["adults-first", "current-plan", "do-nothing", "step-up", "whole-system"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_recalculates_to_the_penny(
    recalculated: Recalculated, name: str
) -> None:
    assert sorted(SHIPPED) == sorted(
        set(recalculated.projections) - {"changed", "shapes", "ordered", "full"}
    )
    assert_every_line_is_the_model(recalculated.found(name), recalculated.projections[name])


@pytest.mark.parametrize("name", ["shapes", "ordered", "full"])
def test_every_shape_of_lag_and_overlap_recalculates_to_the_penny(
    recalculated: Recalculated, name: str
) -> None:
    projection = recalculated.projections[name]
    assert_every_line_is_the_model(recalculated.found(name), projection)
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
    book = recalculated.found("changed", (*FRONT, "Cover", "Inputs"))
    assert_every_line_is_the_model(book, changed)
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
    """As exported and after a lag, a unit cost and a start date were changed in its cells."""
    file = tmp_path / "book.xlsx"
    one = Scenario(id="one", title="One", programmes=("reablement",), years=1)
    library = Library(dict(plain.plan.programmes), {}, plain.plan.economy)
    before, after = (
        project(resolve(one, library, changes), plain.council, draws=0)
        for changes in ((), ONE_CHANGED)
    )
    write_workbook([before], file)
    book, stored = opened(file.read_bytes()), opened(file.read_bytes(), values=True)
    engine = formulas.ExcelModel().loads(str(file)).finish()
    solution = engine.calculate()
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
    inputs = book["Inputs"]
    typed = {
        f"'[book.xlsx]INPUTS'!D{row_of(inputs, key)}": (
            serial(dt.date.fromisoformat(value)) if isinstance(value, str) else value
        )
        for key, value in ONE_CHANGED
    }
    results = [cell for title, cell in live(book) if title == "Results"]
    for worked_out, projection in ((solution, before), (engine.calculate(inputs=typed), after)):
        for cell in results:
            at = f"'[book.xlsx]RESULTS'!{cell.coordinate}"
            cell.value = float(worked_out[at].value[0, 0])
        assert_is_the_model(book["Results"], projection)
