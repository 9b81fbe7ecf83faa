"""A new user's questions, answered from the first page in three clicks or fewer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from browser.conftest import Visitor
from prevention.dashboard import figures
from prevention.jobs import Request, Workbench
from prevention.reports import words

pytestmark = pytest.mark.browser

Arrive = Callable[..., Visitor]
MOST_CLICKS = 3
HUB = "no-wrong-door"


class Newcomer:
    """A visitor on the first page whose clicks are counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page, self.clicks = visitor, visitor.page, 0
        visitor.go("/")

    def click(self, target: Locator) -> None:
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS
        target.click()
        self.visitor.settle()

    def open(self, title: str) -> None:
        """Follow the link to a page at the top of every page."""
        self.click(self.page.get_by_role("link", name=title, exact=True))
        self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        self.visitor.settle()

    def choose(self, label: str, option: str) -> None:
        """Two clicks: open a list, take what is wanted from it."""
        self.click(self.page.get_by_role("combobox", name=label))
        self.click(self.page.get_by_role("option", name=option, exact=True))

    def row(self, heading: str) -> dict[str, str]:
        """A row of the table it stands in: cell by column heading."""
        body = self.page.locator("tr").filter(
            has=self.page.get_by_role("rowheader", name=heading, exact=True)
        )
        table = self.page.locator("table").filter(has=body).first
        heads = table.locator("thead th").all_text_contents()[1:]
        return dict(zip(heads, body.first.locator("td").all_text_contents(), strict=True))


@pytest.fixture
def newcomer(visitor: Arrive) -> Newcomer:
    return Newcomer(visitor())


@pytest.fixture(scope="module")
def bench(store_path: Path) -> Workbench:
    return Workbench(store=store_path)


def test_in_which_year_no_wrong_door_pays_back(newcomer: Newcomer, bench: Workbench) -> None:
    projection = bench.forecast(Request(scenario="step-up", draws=0))
    year = figures.turning_of(projection, (HUB,)).year
    assert year is None
    found = newcomer.row("No Wrong Door hub")
    assert found["Pays back in"] == f"not by {projection.timeline.labels[-1]}"
    assert newcomer.clicks == 0
    newcomer.choose("Scenario", "Whole system")
    projection = bench.forecast(Request(scenario="whole-system", draws=0))
    year = figures.turning_of(projection, ("purchasing-framework",)).year
    name = projection.plan.programmes["purchasing-framework"].name
    assert newcomer.row(name)["Pays back in"] == year


def test_what_happens_if_its_lag_is_36_months(newcomer: Newcomer, bench: Workbench) -> None:
    newcomer.open("Adjust")
    newcomer.click(newcomer.page.get_by_role("spinbutton", name="Or type months"))
    newcomer.page.keyboard.press("Control+a")
    newcomer.page.keyboard.type("36")
    newcomer.page.keyboard.press("Enter")
    newcomer.page.wait_for_url("**onset_lag%3D36*")
    newcomer.visitor.settle()
    late = ((f"programmes.{HUB}.onset_lag", 36.0),)
    projection = bench.forecast(Request(scenario="step-up", changes=late, draws=0))
    saved = figures.central(projection, "cashable_saving")
    shown = newcomer.row("With your changes, central")
    assert [shown[year] for year in projection.timeline.labels] == [
        words.thousands(value) for value in saved
    ]
    slider = newcomer.page.get_by_role("slider", name="Onset lag")
    assert slider.get_attribute("aria-valuetext") == "36.0 months"


def test_which_scenario_saves_more_by_2029_30(newcomer: Newcomer, bench: Workbench) -> None:
    newcomer.open("Compare")
    found = newcomer.row("Saved by the end of 2029/30")
    saved = {}
    for letter, id_ in zip("ABC", ("current-plan", "step-up", "adults-first"), strict=True):
        projection = bench.forecast(Request(scenario=id_, draws=0))
        place = projection.timeline.labels.index("2029/30") + 1
        name = f"{letter}: {projection.plan.title}"
        saved[name] = figures.central(projection, "cashable_saving")[:place].sum()
    assert found == {name: words.sum_in("thousand", value) for name, value in saved.items()}
    best = max(saved, key=lambda name: saved[name])
    assert newcomer.page.get_by_text(f"{best} saves most by the end of").is_visible()


def test_where_a_unit_cost_comes_from(newcomer: Newcomer) -> None:
    newcomer.open("Baseline")
    newcomer.choose("Service line", "Nursing care, 65 and over")
    card = newcomer.page.get_by_test_id("stMetric").filter(has_text="Unit cost")
    box = newcomer.page.get_by_test_id("stVerticalBlock").filter(has=card).last
    assert "Source: NHS Digital" in box.inner_text()
    assert newcomer.clicks == MOST_CLICKS
