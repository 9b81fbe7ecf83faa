"""Starts delivered given as a file, saved as a plan, and gone on from, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.conftest import Visitor, served
from browser.test_accessibility import CLIPPED, PHONE, faults, resize

pytestmark = pytest.mark.browser

TITLE = "Delivered to October"


@pytest.fixture
def manager(browser: Browser, store_path: Path, tmp_path: Path) -> Iterator[Visitor]:
    """A visitor of a server of their own, whose record may be written to."""
    store = Path(shutil.copy(store_path, tmp_path / "evidence.duckdb"))
    with served(store, tmp_path) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        visitor = Visitor(context.new_page(), address)
        yield visitor
        context.close()
        assert visitor.outside() == []


def give(manager: Visitor, file: Path) -> None:
    """A file chosen, and the answer awaited."""
    manager.page.locator('input[type="file"]').set_input_files(file)
    answer = manager.page.get_by_role("heading", name="In which year the saving lands")
    answer.wait_for(timeout=90_000)
    manager.settle()


def test_what_was_delivered_is_seen_saved_and_gone_on_from(
    manager: Visitor, tmp_path: Path
) -> None:
    file, page = tmp_path / "starts.csv", manager.page
    months = "".join(f"No Wrong Door,2026-{month:02d},2\n" for month in range(4, 11))
    file.write_text(f"Programme,Month,Starts\n{months}no-wrong-door,2026-11,-3\n")
    manager.go("/delivered?scenario=step-up")
    give(manager, file)
    assert manager.figure("Starts delivered") == "14"
    assert page.get_by_test_id("stVegaLiteChart").count() == 2
    for fold in page.get_by_test_id("stExpander").locator("summary").all():
        fold.click()
        manager.settle()
    assert faults(manager) == []
    resize(manager, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.evaluate(CLIPPED) == []
    resize(manager, (1440, 1000))
    now = manager.row("Delivered, then as planned, central")
    page.get_by_label("Name to save it under").fill(TITLE)
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Why").fill("October's returns")
    page.get_by_role("button", name="Save as a scenario").click()
    page.get_by_text(f"Saved as version 1 of {TITLE}").wait_for()
    manager.settle()
    page.get_by_role("button", name="Go on in Adjust").click()
    page.get_by_role("heading", level=1, name="Adjust").wait_for()
    manager.settle()
    assert page.get_by_role("combobox", name="Scenario").input_value() == TITLE
    assert manager.row("With your changes, central") == now
    manager.open("Delivered so far")
    give(manager, file)
    page.get_by_role("button", name="Compare it with the plan").click()
    page.get_by_role("heading", level=1, name="Compare").wait_for()
    manager.settle()
    assert TITLE in page.get_by_test_id("stMain").inner_text()
