"""An automatic checker reads every page and the states a page can be in, at every width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser.conftest import Visitor
from dashboard.screen import contrast
from prevention.dashboard.contents import PAGES
from prevention.dashboard.pages.accessibility import KNOWN

pytestmark = pytest.mark.browser

DESK, ZOOMED, PHONE = (1440, 900), (720, 450), (390, 844)
"""Screens: a desk's, the same at a zoom of 200%, and a telephone's."""

LATE = "/adjust?set=programmes.no-wrong-door.onset_lag%3D36"
PAGE_PLACES = ["/" if about.get("default") else f"/{about['url_path']}" for about in PAGES]
STATES = [
    "/adjust?council=Nowhere&set=no.such%3D1",
    "/adjust?scenario=do-nothing",
    "/compare?scenarios=step-up",
]
"""Errors, nothing to adjust, nothing to compare."""

PARTS = {
    LATE: ["What changed it", "How late it may come", "Every assumption", "Save and approve"],
    "/compare": ["Children's and adults'", "What drives the difference", "Which assumptions"],
}
"""Parts of a page of which one is shown at a time."""

FOLDED = {LATE: 4, "/compare": 2, "/baseline": 1, "/programmes": 1, "/accuracy": 1}
"""How many parts at least of a page are folded away: tables below charts, more levers."""

CLIPPED = """
() => [...document.querySelectorAll(
    '[data-testid=stMain] :is(button, input, textarea, a, [role=slider], [role=tab])'
)].filter(control => {
    if (!control.checkVisibility({opacityProperty: true, visibilityProperty: true})) return false
    const box = control.getBoundingClientRect()
    if (!box.width || !box.height || (box.left >= 0 && box.right <= innerWidth + 1)) return false
    for (let node = control.parentElement; node; node = node.parentElement)
        if (/auto|scroll/.test(getComputedStyle(node).overflowX)
            && node.dataset.testid !== 'stMain') return false
    return true
}).map(control => control.outerHTML.slice(0, 200))
"""
"""Controls that reach over the edge of the screen, where nothing scrolls to them."""


CHART_TEXT = """
() => [...new Set([...document.querySelectorAll('[data-testid=stVegaLiteChart] svg text')].map(
    text => getComputedStyle(text).fill
))]
"""
"""Every colour that words on charts have: the checker does not look at those."""


@pytest.fixture(scope="module")
def reader(browser: Browser, server: str) -> Iterator[Visitor]:
    """One visitor for all, so that what is loaded once serves every page."""
    context = browser.new_context()
    visitor = Visitor(context.new_page(), server)
    yield visitor
    context.close()
    assert visitor.outside() == []


def faults(visitor: Visitor, where: dict[str, list[list[str]]] | None = None) -> list[str]:
    """What the checker finds that the statement does not own up to: rule, help and place.

    where: parts to include or exclude; the whole page without it.
    """
    allowed = {known.rule for known in KNOWN}
    found = Axe().run(visitor.page, context=where).response["violations"]
    return [
        f"{fault['id']} ({fault['help']}): {node['html'][:200]}"
        for fault in found
        if fault["id"] not in allowed
        for node in fault["nodes"]
    ]


def resize(visitor: Visitor, screen: tuple[int, int]) -> None:
    visitor.page.set_viewport_size({"width": screen[0], "height": screen[1]})
    visitor.page.wait_for_timeout(300)


@pytest.mark.parametrize("place", PAGE_PLACES)
def test_a_page_can_be_read_and_used_at_every_width(reader: Visitor, place: str) -> None:
    resize(reader, DESK)
    reader.go(place)
    assert reader.page.get_by_test_id("stException").count() == 0
    read_at_every_width(reader)


def test_a_best_mix_found_can_be_read_and_used_at_every_width(reader: Visitor) -> None:
    resize(reader, DESK)
    reader.go("/best-mix?limit=300000&goal=Cashable saving")
    reader.page.get_by_role("button", name="Find the best mix").click()
    reader.page.get_by_role("heading", name="Take it further").wait_for()
    reader.settle()
    for fold in reader.page.get_by_test_id("stExpander").locator("summary").all():
        fold.click()
    reader.settle()
    assert reader.page.get_by_test_id("stVegaLiteChart").count() == 3
    read_at_every_width(reader)


def read_at_every_width(reader: Visitor) -> None:
    """Have the checker read what is shown, and see that it fits every screen."""
    assert faults(reader) == []
    colours = [re.findall(r"\d+", fill)[:3] for fill in reader.page.evaluate(CHART_TEXT)]
    assert bool(colours) == (reader.page.get_by_test_id("stVegaLiteChart").count() > 0)
    written = ["#" + "".join(f"{int(part):02X}" for part in rgb) for rgb in colours]
    assert all(contrast(colour) >= 4.5 for colour in written)
    for screen in (ZOOMED, PHONE):
        resize(reader, screen)
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= screen[0]
        assert reader.page.evaluate(CLIPPED) == []
    # A chart is the same at any width, and has been read at a desk's.
    assert faults(reader, {"exclude": [["[data-testid=stVegaLiteChart]"]]}) == []


@pytest.mark.parametrize("place", STATES)
def test_a_state_of_a_page_can_be_read(reader: Visitor, place: str) -> None:
    resize(reader, DESK)
    reader.go(place, least=100)
    assert reader.page.get_by_test_id("stAlert").count() >= 1
    assert faults(reader) == []


@pytest.mark.parametrize("place", PARTS)
def test_what_is_shown_by_turns_can_be_read_too(reader: Visitor, place: str) -> None:
    resize(reader, DESK)
    reader.go(place)
    for title in PARTS[place]:
        choice = reader.page.get_by_role("radio" if place == LATE else "tab", name=title)
        choice.click()
        reader.settle()
        assert (choice.get_attribute("aria-checked") or choice.get_attribute("aria-selected")) == (
            "true"
        )
        assert faults(reader, {"include": [["[data-testid=stMain]"]]}) == [], title


@pytest.mark.parametrize("place", FOLDED)
def test_what_is_folded_away_can_be_read_too(reader: Visitor, place: str) -> None:
    resize(reader, DESK)
    reader.go(place)
    folds = reader.page.get_by_test_id("stExpander").locator("summary")
    for fold in folds.all():
        fold.click()
        reader.settle()
    opened = reader.page.locator("[data-testid=stExpander] details[open]")
    assert opened.count() == folds.count() >= FOLDED[place]
    assert faults(reader, {"include": [["[data-testid=stExpander]"]]}) == []


def test_the_statement_owns_up_to_every_fault_there_is(reader: Visitor) -> None:
    reader.go("/accessibility")
    text = reader.page.get_by_test_id("stMain").inner_text()
    assert all(known.rule in text and known.instead in text for known in KNOWN)
