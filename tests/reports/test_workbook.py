"""The workbook: totals, live formulas, hostile text, sameness."""

from __future__ import annotations

import io
import math
import re
import zipfile

import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.projection import Projection
from prevention.reports.sheets.workbook import write_workbook
from reports.conftest import live, opened, row_of, widths_of, written

SHEETS = ["Cover", "Contents", "MTFS", "Ladder", "Inputs", "Prices", "P mockingbird"]
SHEETS += [
    "P no-wrong-door",
    "P reablement",
    "S childrens-homes",
    "S fostering",
    "S home-care-65-plus",
    "Results",
]
SHEETS += ["Annual", "Appraisal", "Baseline", "Programmes", "Measures", "Sources", "Provenance"]
FIRST_YEAR = 8
"""Column of the first year on the MTFS sheet, counted from one."""


@pytest.fixture(scope="module")
def content(plain: Projection) -> bytes:
    return written(plain)


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    return opened(content)


@pytest.fixture(scope="module")
def stored(content: bytes) -> Workbook:
    return opened(content, values=True)


def totals(projection: Projection, measure: str, programme: str = "total") -> list[float]:
    rows = summary.annual(projection).query(
        "programme == @programme and service == 'total' and measure == @measure"
    )
    return rows["central"].tolist()


def test_sheets_are_there_and_openpyxl_opens_them(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet["A1"].value
        assert not sheet.merged_cells.ranges
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == "9"
        for width in printed_widths(sheet):
            # Some 210 characters across a page: print no smaller than about six points.
            assert width <= 225, sheet.title
        assert sheet.page_setup.fitToWidth in (None, 1)  # one page is what absence means
        assert sheet.page_setup.fitToHeight in ((None, 1) if sheet.title == "Cover" else (0,))
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for name in ("MTFS", "Ladder", "Annual", "Inputs", "P reablement"):
        assert book[name].freeze_panes
        assert book[name].print_title_rows
    assert book["MTFS"].print_title_cols


def printed_widths(sheet: Worksheet) -> list[float]:
    """Characters across of each printed page, with the columns that name a row again."""
    widths = widths_of(sheet)
    repeated = sheet.print_title_cols
    last = range_boundaries(repeated.replace("$", ""))[2] if repeated else 0
    areas = [area.split("!")[-1].replace("$", "") for area in str(sheet.print_area).split(",")]
    found = []
    for left, _, right, _ in map(range_boundaries, areas if sheet.print_area else ["A1:Z1"]):
        columns = {*range(left, right + 1), *(range(1, last + 1) if left > 1 else ())}
        found.append(sum(widths.get(place, 0) for place in columns))
    return found


def test_what_prints_on_further_pages_starts_at_the_heading(book: Workbook) -> None:
    """Title and notes stand on the first page alone; further columns name their rows again."""
    sheet = book["MTFS"]
    heading = row_of(sheet, "Reference")
    first, *further = str(sheet.print_area).split(",")
    assert first.split("!")[-1].startswith("$A$1:")
    assert further
    assert all(area.split("!")[-1].split("$")[2] == f"{heading}:" for area in further)
    assert sheet.print_title_cols == "$A:$A"


def test_the_first_sheet_is_the_answer_and_the_second_leads_on(
    plain: Projection, book: Workbook, stored: Workbook
) -> None:
    years = plain.timeline.years
    for title, measure in (
        ("Cashable saving", "cashable_saving"),
        ("New cost to the council", "delivery_cost"),
        ("Net saving", "net_saving"),
    ):
        row = row_of(stored["Cover"], title)
        assert book["Cover"].cell(row, 2).data_type == "f"
        found = [stored["Cover"].cell(row, 2 + k).value for k in range(years + 1)]
        wanted = totals(plain, measure)
        assert found == [*wanted, pytest.approx(sum(wanted), abs=1e-6)]
    words = [str(row[0]) for row in stored["Cover"].iter_rows(values_only=True) if row[0]]
    assert max(map(len, words)) <= 150, "a line that runs on shrinks the print of the sheet"
    told = " ".join(words)
    assert "As exported: " in told
    assert "Cumulative net" in told
    assert all(text in told for text in plain.missing)
    links = [row[0].hyperlink for row in book["Contents"].iter_rows() if row[0].hyperlink]
    assert [link.location for link in links] == [f"'{name}'!A1" for name in SHEETS[2:]]


def test_every_sheet_states_units(stored: Workbook) -> None:
    for sheet in stored:
        text = " ".join(str(c.value) for row in sheet.iter_rows(max_row=40) for c in row)
        assert re.search(r"GBP|[Uu]nit|Shares|licence|grade", text), sheet.title


@pytest.mark.parametrize(
    ("reference", "measure", "sign"),
    [
        ("total-S", "cashable_saving", -1),
        ("total-I", "delivery_cost", 1),
        ("total-N", "net_saving", -1),
        ("total-A", "cost_avoidance", -1),
        ("mockingbird-G", "avoided_growth", -1),
        ("reablement-I", "delivery_cost", 1),
    ],
)
def test_schedule_holds_the_models_figures_to_the_penny(
    plain: Projection, stored: Workbook, reference: str, measure: str, sign: int
) -> None:
    sheet, years = stored["MTFS"], plain.timeline.years
    row = row_of(sheet, reference)
    increments = [sheet.cell(row, FIRST_YEAR + k).value for k in range(years)]
    total = sheet.cell(row, FIRST_YEAR + years).value
    running = [sheet.cell(row, FIRST_YEAR + years + 1 + k).value for k in range(years)]
    programme = reference.rsplit("-", 1)[0]
    assert running == [sign * v if v else 0 for v in totals(plain, measure, programme)]
    assert round(sum(increments), 2) == total == running[-1]
    for k in range(years):
        assert round(sum(increments[: k + 1]), 2) == running[k]


def test_directorates_add_up_to_the_total(plain: Projection, stored: Workbook) -> None:
    sheet = stored["MTFS"]
    width = 2 * plain.timeline.years + 1
    for letter in "SIA":
        rows = [row_of(sheet, f"{name}-{letter}") for name in ("children", "adults", "total")]
        for column in range(FIRST_YEAR, FIRST_YEAR + width):
            children, adults, total = (sheet.cell(row, column).value for row in rows)
            assert round(children + adults, 2) == total


@pytest.mark.parametrize(
    ("title", "measure", "sign"),
    [
        ("Gross avoided cost", "gross_avoided_cost", 1),
        ("less Overlap", "overlap", -1),
        ("less Not yet released", "not_released", -1),
        ("Cashable saving", "cashable_saving", 1),
        ("Delivery cost", "delivery_cost", -1),
        ("Cumulative net saving", "net_saving_cumulative", 1),
    ],
)
def test_ladder_holds_the_models_figures_to_the_penny(
    plain: Projection, stored: Workbook, title: str, measure: str, sign: int
) -> None:
    sheet = stored["Ladder"]
    row = row_of(sheet, title, 2)
    assert sheet.cell(row, 1).value == "All programmes"
    found = [sheet.cell(row, 4 + k).value for k in range(plain.timeline.years)]
    assert found == [sign * v if v else 0 for v in totals(plain, measure)]


def test_annual_sheet_holds_every_row(plain: Projection, stored: Workbook) -> None:
    sheet, rows = stored["Annual"], summary.annual(plain)
    heading = row_of(sheet, "No.")
    names = [cell.value for cell in sheet[heading]]
    assert sheet.max_row - heading == len(rows)
    for offset, wanted in enumerate(rows.to_dict("records"), 1):
        found = dict(zip(names, (c.value for c in sheet[heading + offset]), strict=True))
        for name in ("year", "programme", "service", "measure", "unit"):
            assert found[name.capitalize()] == wanted[name]
        # Sixteen digits are written: exact for money, and all but the last bit for the rest.
        assert found["Central"] == pytest.approx(wanted["central"], rel=1e-15)
        if wanted["unit"] == "GBP":
            assert found["Central"] == wanted["central"]


def test_every_assumption_is_an_input_with_its_record(plain: Projection, stored: Workbook) -> None:
    sheet = stored["Inputs"]
    keys = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert set(plain.plan.assumptions()) <= set(keys)
    lag = plain.plan.assumptions()["programmes.mockingbird.onset_lag"]
    row = row_of(sheet, "programmes.mockingbird.onset_lag")
    found = [sheet.cell(row, column).value for column in range(3, 10)]
    assert found == [lag.low, lag.central, lag.high, "months", lag.basis, lag.source, lag.as_at]
    assert sheet.data_validations.dataValidation


def test_baseline_shows_what_was_last_published(plain: Projection, stored: Workbook) -> None:
    sheet = stored["Baseline"]
    last = plain.council.services["childrens-homes"].people.last
    assert last is not None
    row = row_of(sheet, "Children's homes", 3)
    assert sheet.cell(row, 8).value == last.value
    wanted = summary.baseline(plain).query("service == 'childrens-homes' and measure == 'people'")
    found = [sheet.cell(row, 9 + k).value for k in range(plain.timeline.years)]
    assert found == pytest.approx(wanted["central"].tolist(), abs=0.005)


def test_totals_are_live_and_stored_checks_are_zero(book: Workbook, stored: Workbook) -> None:
    mtfs = book["MTFS"]
    for reference in ("children-S", "total-S", "total-I", "total-N"):
        row = row_of(mtfs, reference)
        assert mtfs.cell(row, FIRST_YEAR).data_type == "f"
    checks = [
        cell
        for title, cell in live(book)
        if str(book[title].cell(cell.row, 1).value).startswith(("Check", "All checks"))
    ]
    assert len(checks) > 20
    assert all(stored[c.parent.title][c.coordinate].value == 0 for c in checks)


def test_key_totals_have_names(plain: Projection, book: Workbook, stored: Workbook) -> None:
    sheet, cell = next(iter(book.defined_names["mtfs_cashable_savings"].destinations))
    assert stored[sheet][cell].value == -totals(plain, "cashable_saving")[-1]
    sheet, cell = next(iter(book.defined_names["ladder_gross_avoided_cost"].destinations))
    assert stored[sheet][cell].value == round(sum(totals(plain, "gross_avoided_cost")), 2)
    assert {"mtfs_checks", "ladder_checks"} <= {*book.defined_names}


def test_chart_has_words_for_those_who_do_not_see_it(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        drawing = package.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Column and line chart of the effect on the budget by year' in drawing


def test_the_same_runs_give_the_same_bytes(workbench: Workbench) -> None:
    first, second = (
        written(workbench.forecast(Request(scenario="step-up", years=2, draws=256)))
        for _ in range(2)
    )
    assert first == second


def test_several_scenarios_share_one_book(workbench: Workbench, plain: Projection) -> None:
    drawn = workbench.forecast(Request(scenario="step-up", years=2, draws=256))
    stored = opened(written(plain, drawn), values=True)
    names = stored.sheetnames
    assert names[2:4] == ["MTFS 1 both", "Ladder 1 both"]
    assert names[4:6] == ["MTFS 2 step-up", "Ladder 2 step-up"]
    # Three years and two cannot share columns, so each has a baseline of its own.
    assert {"Differences", "Baseline", "Baseline 2"} <= {*names}
    annual = stored["Annual"]
    rows = annual.max_row - row_of(annual, "No.")
    assert rows == len(summary.annual(plain)) + len(summary.annual(drawn))
    for name, projection in (("MTFS 1 both", plain), ("MTFS 2 step-up", drawn)):
        sheet, years = stored[name], projection.timeline.years
        value = sheet.cell(row_of(sheet, "total-S"), FIRST_YEAR + years).value
        assert value == -totals(projection, "cashable_saving")[-1]
    for row in stored["Appraisal"].iter_rows(min_row=6, values_only=True):
        assert row[4] is not None or row[6], row
        assert row[4] is None or math.isfinite(row[4])


def test_one_scenario_twice_with_a_change_shows_the_difference(workbench: Workbench) -> None:
    key = "programmes.mockingbird.onset_lag"
    first = workbench.forecast(Request(years=1, draws=0))
    second = workbench.forecast(Request(years=1, draws=0, changes=((key, 30),)))
    sheet = opened(written(first, second))["Differences"]
    row = row_of(sheet, key)
    lag = first.plan.programmes["mockingbird"].onset_lag.central
    assert [sheet.cell(row, column).value for column in (4, 5)] == [lag, 30]
    assert sheet.max_row == row


def test_nothing_to_do_still_opens_and_agrees(nothing: Projection) -> None:
    stored = opened(written(nothing), values=True)
    sheet = stored["MTFS"]
    assert sheet.cell(row_of(sheet, "total-S"), FIRST_YEAR).value == 0


def test_no_scenario_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one scenario"):
        write_workbook([], io.BytesIO())
