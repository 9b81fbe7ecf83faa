"""The schedule, the page and the JSON of one run are one set of figures, to the penny."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner, Result

from prevention.cli import app
from prevention.dashboard.preview import preview
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT
from prevention.reports.words import budget_figure
from reports.conftest import row_of

SCENARIO = "whole-system"
DRAWS = "64"
MEASURES = {
    "S": ("saving", -1),
    "G": ("avoided_growth", -1),
    "A": ("cost_avoidance", -1),
    "total-S": ("cashable_saving", -1),
    "total-I": ("delivery_cost", 1),
    "total-N": ("net_saving", -1),
    "total-A": ("cost_avoidance", -1),
}
"""What a line of the schedule shows and its sign, by the end of its reference."""


@dataclass(frozen=True)
class Exported:
    """One run by the command line: its JSON file, its schedule and working model as stored."""

    place: Path
    document: dict[str, list[dict[str, object]]]
    schedule: Worksheet
    model: openpyxl.Workbook

    @property
    def years(self) -> list[str]:
        return list(dict.fromkeys(str(row["year"]) for row in self.document["annual"]))

    def levels(self, programme: str, measure: str) -> list[int]:
        """Pence by year in the JSON file."""
        return [
            pence(row["central"])
            for row in self.document["annual"]
            if (row["programme"], row["service"], row["measure"]) == (programme, "total", measure)
        ]

    def line(self, row: int) -> Lined:
        """A row of the schedule."""
        heading = row_of(self.schedule, "Reference")
        at = {str(cell.value): cell.column for cell in self.schedule[heading]}

        def value(name: str) -> int:
            return pence(self.schedule.cell(row, at[name]).value)

        return Lined(
            str(self.schedule.cell(row, 1).value),
            str(self.schedule.cell(row, at["Type"]).value),
            [value(year) for year in self.years],
            value("Total"),
            [value(f"{year} cumulative") for year in self.years],
            value("Cash over the plan"),
        )

    @property
    def lines(self) -> dict[str, Lined]:
        """Every row of the schedule by reference."""
        first = row_of(self.schedule, "Reference") + 1
        last = row_of(self.schedule, "total-A")
        return {line.reference: line for line in map(self.line, range(first, last + 1))}


@dataclass(frozen=True)
class Lined:
    """A row of the schedule in pence."""

    reference: str
    kind: str
    increments: list[int]
    total: int
    cumulative: list[int]
    over_plan: int


def pence(pounds: object) -> int:
    """Whole pence of a figure that must be whole pence."""
    amount = Decimal(repr(pounds)) * 100
    assert amount == amount.to_integral_value(), pounds
    return int(amount)


def run(place: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(app, [*arguments, "--store", str(place)])
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def exported(store_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("agreement")
    place = folder / "evidence.duckdb"
    place.symlink_to(store_path)
    asked = ("--scenario", SCENARIO, "--draws", DRAWS)
    files = {kind: folder / f"{kind}.xlsx" for kind in ("schedule", "working-model")}
    for kind, path in files.items():
        run(place, "export", *asked, "--kind", kind, "--output", str(path))
    run(place, "forecast", *asked, "--format", "json", "--output", str(folder / "run.json"))
    books = {kind: openpyxl.load_workbook(path, data_only=True) for kind, path in files.items()}
    return Exported(
        place,
        json.loads((folder / "run.json").read_text()),
        books["schedule"]["MTFS"],
        books["working-model"],
    )


def test_the_schedule_is_the_json_file_to_the_penny(exported: Exported) -> None:
    checked = set()
    for reference, line in exported.lines.items():
        programme, _, letter = reference.rpartition("-")
        found = MEASURES.get(reference) or MEASURES.get(letter)
        if found is None or programme in ("children", "adults"):
            continue
        measure, sign = found
        assert line.cumulative == [sign * v for v in exported.levels(programme, measure)], reference
        checked.add(letter)
    assert checked == set("SGAIN")


def test_investment_lines_are_the_delivery_cost_of_the_json_file(exported: Exported) -> None:
    lines = exported.lines
    programmes = {r.rpartition("-")[0] for r in lines} - {"children", "adults", "total"}
    assert len(programmes) > 4
    for programme in programmes:
        parts = [lines[f"{programme}-{x}"] for x in "IO" if f"{programme}-{x}" in lines]
        added = [sum(values) for values in zip(*(p.cumulative for p in parts), strict=True)]
        assert added == exported.levels(programme, "delivery_cost")


def test_increments_total_cumulative_and_cash_follow_from_each_other(exported: Exported) -> None:
    for line in exported.lines.values():
        assert sum(line.increments) == line.total == line.cumulative[-1], line.reference
        running = [sum(line.increments[: k + 1]) for k in range(len(line.increments))]
        assert running == line.cumulative
        assert line.over_plan == sum(line.cumulative)
    # Cash over the period is no recurrent level: the two differ wherever a saving grows.
    assert exported.lines["total-S"].over_plan != exported.lines["total-S"].total


def test_one_offs_reverse_and_leave_nothing(exported: Exported) -> None:
    brief = [line for line in exported.lines.values() if line.kind == "One-off investment"]
    assert brief
    for line in brief:
        assert max(line.cumulative) > 0
        assert min(line.increments) < 0
        assert line.total == line.cumulative[-1] == 0
        assert line.over_plan > 0


def test_childrens_and_adults_make_the_total(exported: Exported) -> None:
    lines = exported.lines
    for letter in "SIA":
        parts = [lines[f"{name}-{letter}"] for name in ("children", "adults")]
        whole = lines[f"total-{letter}"]
        for name in ("increments", "cumulative"):
            found = zip(*(getattr(part, name) for part in parts), strict=True)
            assert [sum(values) for values in found] == getattr(whole, name)
        assert sum(part.over_plan for part in parts) == whole.over_plan


def test_the_page_shows_the_rows_of_the_file(exported: Exported, workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario=SCENARIO, draws=0))
    shown = preview(projection, summary.appraisal(projection), DEFAULT_LAYOUT)
    lines = exported.lines
    assert list(shown.index) == list(lines)
    for reference, line in lines.items():
        row = shown.loc[reference]
        assert [row[year] for year in exported.years] == [
            budget_figure(value, "thousands") for value in line.increments
        ]
        assert row["Total"] == budget_figure(line.total, "thousands")
        assert row["Cash over the plan"] == budget_figure(line.over_plan, "thousands")


def test_the_working_model_and_the_schedule_show_the_same(exported: Exported) -> None:
    model = exported.model["MTFS"]
    for row in range(row_of(model, "Reference"), row_of(model, "total-A") + 1):
        found = [cell.value for cell in model[row]]
        assert found == [cell.value for cell in exported.schedule[row]]


def test_the_run_printed_in_a_file_replays_to_its_figures(exported: Exported) -> None:
    """The id on the sheet Provenance is all that is needed to prove the sheet Annual."""
    sheet = exported.model["Provenance"]
    run_id = str(sheet.cell(row_of(sheet, "Run"), 2).value)
    told = json.loads(run(exported.place, "replay", run_id, "--format", "json").stdout)
    assert (told["run_id"], told["same"], told["differences"]) == (run_id, True, [])
    kept = Workbench(store=exported.place).replay(run_id).kept
    assert kept.run["run_id"] == run_id
    annual = exported.model["Annual"]
    heading = row_of(annual, "No.")
    at = [str(cell.value) for cell in annual[heading]]
    rows = [
        dict(zip(at, values, strict=True))
        for values in annual.iter_rows(min_row=heading + 1, values_only=True)
    ]
    wanted = kept.figures["annual"]
    assert len(rows) == len(wanted) > 1000
    for found, row in zip(rows, wanted, strict=True):
        assert (found["Year"], found["Measure"]) == (row["year"], row["measure"])
        for name in ("central", "p10", "p90"):
            title = name.capitalize() if name == "central" else name.upper()
            assert found[title] == pytest.approx(row[name], rel=1e-14), found


def test_another_layout_holds_the_same_lines(
    exported: Exported, workbench: Workbench, tmp_path: Path
) -> None:
    path = tmp_path / "cabinet.xlsx"
    asked = ("--scenario", SCENARIO, "--draws", "0", "--kind", "schedule", "--layout", "cabinet")
    run(exported.place, "export", *asked, "--output", str(path))
    sheet = openpyxl.load_workbook(path, data_only=True)["MTFS"]
    heading = row_of(sheet, "Ref")
    at = {str(cell.value): cell.column for cell in sheet[heading]}
    for place, line in enumerate(exported.lines.values(), heading + 1):
        assert sheet.cell(place, 1).value == line.reference
        found = [pence(sheet.cell(place, at[f"{year} £"]).value) for year in exported.years]
        assert found == line.increments
        assert pence(sheet.cell(place, at["Total £"]).value) == line.total
