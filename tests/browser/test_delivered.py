"""Starts delivered given as a file, saved as a plan, and gone on from, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.conftest import Visitor
from browser.test_accessibility import CLIPPED, PHONE, faults, resize

pytestmark = pytest.mark.browser

TITLE = "Delivered to October"


def give(officer: Visitor, file: Path) -> None:
    """A file chosen, and the answer awaited."""
    officer.page.locator('input[type="file"]').set_input_files(file)
    answer = officer.page.get_by_role("heading", name="In which year the saving lands")
    answer.wait_for(timeout=90_000)
    officer.settle()


def test_what_was_delivered_is_seen_saved_and_gone_on_from(
    officer: Visitor, tmp_path: Path
) -> None:
    file, page = tmp_path / "starts.csv", officer.page
    months = "".join(f"No Wrong Door,2026-{month:02d},2\n" for month in range(4, 11))
    file.write_text(f"Programme,Month,Starts\n{months}no-wrong-door,2026-11,-3\n")
    officer.go("/delivered?scenario=step-up")
    give(officer, file)
    assert officer.figure("Starts delivered") == "14"
    assert page.get_by_test_id("stVegaLiteChart").count() == 2
    for fold in page.get_by_test_id("stExpander").locator("summary").all():
        fold.click()
        officer.settle()
    assert faults(officer) == []
    resize(officer, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.evaluate(CLIPPED) == []
    resize(officer, (1440, 1000))
    now = officer.row("Delivered, then as planned, central")
    page.get_by_label("Name to save it under").fill(TITLE)
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Why").fill("October's returns")
    page.get_by_role("button", name="Save as a scenario").click()
    page.get_by_text(f"Saved as version 1 of {TITLE}").wait_for()
    officer.settle()
    page.get_by_role("button", name="Go on in Adjust").click()
    page.get_by_role("heading", level=1, name="Adjust").wait_for()
    officer.settle()
    assert page.get_by_role("combobox", name="Scenario").input_value() == TITLE
    assert officer.row("With your changes, central") == now
    officer.open("Delivered so far")
    give(officer, file)
    page.get_by_role("button", name="Compare it with the plan").click()
    page.get_by_role("heading", level=1, name="Compare").wait_for()
    officer.settle()
    assert TITLE in page.get_by_test_id("stMain").inner_text()
