"""The best mix is found, left, come back to, taken away and saved, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download
from typer.testing import CliRunner

from browser.conftest import Visitor
from prevention.cli import app
from prevention.jobs import Request, Workbench

pytestmark = pytest.mark.browser

Arrive = Callable[..., Visitor]

ASKED = ("--budget", "400000", "--goal", "net-saving", "--latest-start", "2029/30")
ADDRESS = "/best-mix?limit=400000&goal=Net saving&latest=2029/30"


def find(director: Visitor) -> None:
    director.page.get_by_role("button", name="Find the best mix").click()
    director.page.get_by_role("heading", name="Take it further").wait_for()
    director.settle()


def taken(director: Visitor, label: str) -> Download:
    with director.page.expect_download() as coming:
        director.page.get_by_role("button", name=label).click()
    return coming.value


def content(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


def test_a_mix_is_taken_away_as_the_command_writes_it(
    visitor: Arrive, store_path: Path, tmp_path: Path
) -> None:
    director = visitor()
    director.go(ADDRESS)
    find(director)
    place = tmp_path / "mix"
    options = [*ASKED, "--draws", "2048", "--store", str(store_path)]
    for label, ending, more in (
        ("Download the mix as a scenario", ".toml", ()),
        ("Download what to start, and why", ".csv", ("--format", "csv")),
    ):
        file = taken(director, label)
        assert file.suggested_filename == f"whole-system-net-saving-400000{ending}"
        written = place.with_suffix(ending)
        came = CliRunner().invoke(app, ["optimise", *options, *more, "--output", str(written)])
        assert came.exit_code == 0
        assert content(file) == written.read_text(encoding="utf-8")


def test_what_was_asked_is_there_when_its_visitor_comes_back(visitor: Arrive) -> None:
    director = visitor()
    director.go("/best-mix")
    limit = director.page.get_by_label("Funding limit, £", exact=True)
    limit.fill("650000")
    limit.press("Tab")
    director.page.get_by_text("Cashable saving", exact=True).click()
    find(director)
    heading = "within a funding limit of £650,000"
    assert director.page.get_by_role("heading", name=heading).count() == 1
    high = director.figure("High (P90)")
    director.open("Compare")
    director.open("Best mix")
    assert limit.input_value() == "650000"
    assert director.figure("High (P90)") == high
    link = director.page.url
    again = visitor()
    again.go(link.removeprefix(again.server))
    assert again.figure("High (P90)") == high


def test_a_saved_mix_is_one_click_from_adjust(officer: Visitor, own_store: Path) -> None:
    officer.go("/best-mix?limit=350000")
    find(officer)
    officer.page.get_by_label("Name to save it under").fill("Best within 350")
    officer.page.get_by_label("Your name").fill("Ada")
    officer.page.get_by_label("Why: what it is for").fill("For cabinet")
    officer.page.get_by_role("button", name="Save as a scenario").click()
    officer.page.get_by_text("Saved as version 1 of Best within 350.").wait_for()
    officer.page.get_by_role("link", name="See it on Adjust").click()
    officer.page.get_by_role("heading", level=1, name="Adjust", exact=True).wait_for()
    officer.settle()
    assert officer.page.get_by_label("Scenario", exact=True).input_value() == "Best within 350"
    projection = Workbench(store=own_store).forecast(Request(scenario="best-within-350", draws=0))
    saved = sum(projection.central["total", "total"]["cashable_saving"])
    assert officer.figure("Central") == f"£{saved / 1000:,.0f}k"
