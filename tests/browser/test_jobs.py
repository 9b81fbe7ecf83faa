"""Each job from start to finish, as its user does it, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from browser.conftest import Visitor
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.reports.words import sum_in

pytestmark = pytest.mark.browser

Arrive = Callable[..., Visitor]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").replace("£", ""))


def test_a_finance_officer_moves_a_lag_and_sees_the_year_change(visitor: Arrive) -> None:
    officer = visitor()
    officer.go("/adjust")
    before = officer.row("With your changes, central")
    slider = officer.page.get_by_role("slider", name="Onset lag")
    start = slider.get_attribute("aria-valuetext")
    slider.focus()
    for _ in range(6):
        officer.page.keyboard.press("PageUp")
    officer.settle()
    officer.page.wait_for_url("**onset_lag*")
    after = officer.row("With your changes, central")
    assert slider.get_attribute("aria-valuetext") != start
    assert all(number(b) > number(a) for b, a in zip(before, after, strict=True))
    assert officer.row("As on file, central") == before
    assert officer.page.locator("canvas, svg.marks, [data-testid=stVegaLiteChart]").count() >= 3
    again = visitor()
    again.go(officer.page.url.removeprefix(officer.server))
    assert again.row("With your changes, central") == after
    officer.page.get_by_role("button", name="Take back all").click()
    officer.settle()
    assert officer.row("With your changes, central") == before
    assert slider.get_attribute("aria-valuetext") == start


def test_a_director_compares_scenarios(visitor: Arrive, store_path: Path) -> None:
    director = visitor()
    director.go("/compare?scenarios=do-nothing&scenarios=step-up")
    assert director.row("People started")[0] == "0"
    bench = Workbench(store=store_path)
    projection = bench.forecast(Request(scenario="step-up", draws=2048))
    rows = summary.annual(projection)
    whole = rows[(rows["programme"] == TOTAL) & (rows["service"] == TOTAL)]
    saved = whole[whole["measure"] == "cashable_saving"]["central"].sum()
    assert director.row("Cashable saving, plan") == ["£0k", sum_in("thousand", saved)]
    director.page.get_by_text("Adult social care", exact=True).click()
    director.settle()
    assert director.row("Cashable saving, plan") == ["£0k", "£0k"]
    director.page.get_by_role("tab", name="Which assumptions differ").click()
    director.settle()
    assert director.page.get_by_test_id("stDataFrame").is_visible()


def test_a_budget_team_takes_the_projection_away(
    visitor: Arrive, store_path: Path, tmp_path: Path
) -> None:
    team = visitor()
    team.go("/export")
    cells = team.row("total-S")
    assert sum(cell.startswith("(") for cell in cells) >= 5  # a saving in every year
    with team.page.expect_download(timeout=60_000) as download:
        team.page.get_by_role("button", name="Download Working model (Excel)").click()
    book = tmp_path / download.value.suggested_filename
    download.value.save_as(book)
    assert book.name.startswith("prevention_Warrington_step-up_2027-28_")
    assert openpyxl.load_workbook(io.BytesIO(book.read_bytes())).sheetnames
    team.page.get_by_text("CSV", exact=True).click()
    team.settle()
    with team.page.expect_download(timeout=60_000) as download:
        team.page.get_by_role("button", name="Download CSV").click()
    rows = tmp_path / download.value.suggested_filename
    download.value.save_as(rows)
    found = pd.read_csv(rows)
    bench = Workbench(store=store_path)
    projection = bench.forecast(Request(scenario="step-up", draws=4096))
    expected = summary.annual(projection)
    assert found["central"].round(2).tolist() == expected["central"].round(2).tolist()
    assert rows.stem.endswith(str(found["run_id"].iloc[0])[:8])


def test_the_council_chosen_is_kept_from_page_to_page(visitor: Arrive) -> None:
    officer = visitor()
    officer.go(
        "/adjust?council=Halton&scenario=whole-system&set=programmes.no-wrong-door.onset_lag%3D30"
    )
    for page in ("Baseline", "Export", "Compare", "Adjust"):
        officer.open(page)
        assert officer.page.get_by_role("combobox", name="Council").input_value() == "Halton"
        assert "council=Halton" in officer.page.url
    scenario = officer.page.get_by_role("combobox", name="Scenario")
    assert scenario.input_value() == "Whole system"
    text = officer.page.get_by_role("slider", name="Onset lag").get_attribute("aria-valuetext")
    assert text == "30.0 months"


def test_hostile_text_in_the_address_fetches_nothing(visitor: Arrive) -> None:
    stranger = visitor()
    stranger.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    stranger.go(
        "/adjust?council=%3Cimg%20src=x%20onerror=alert(1)%3E![t](http://127.0.0.1:9/x.png)"
    )
    assert stranger.page.get_by_test_id("stAlert").is_visible()
    assert stranger.page.locator('img[src*="127.0.0.1:9"]').count() == 0
    assert not [address for address in stranger.asked if address.startswith("http://127.0.0.1:9/")]


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_its_screen(visitor: Arrive, width: int) -> None:
    reader = visitor(width)
    for path in ("/", "/compare", "/export", "/baseline", "/programmes", "/method"):
        reader.go(path)
        assert reader.page.get_by_test_id("stException").count() == 0
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, path
        charts = reader.page.get_by_test_id("stVegaLiteChart")
        for place in range(charts.count()):
            box = charts.nth(place).bounding_box()
            assert box is not None
            assert box["height"] > 150
            assert box["width"] <= width


def test_every_chart_and_table_is_named(visitor: Arrive) -> None:
    reader = visitor()
    reader.go("/adjust")
    for words in (
        "Cashable saving of the whole plan by financial year: the scenario as on file beside it",
        "Share of people started on No Wrong Door hub",
        "Bridge from the gross avoided cost of the whole plan",
        "Cashable saving of the whole plan by financial year, £ thousand",
    ):
        named = reader.page.locator(f'[aria-label*="{words}"]')
        named.first.wait_for(state="attached")
        assert named.count() >= 1, words
