"""The jobs done without a mouse: Tab, arrows, Enter and typing alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.conftest import Visitor

pytestmark = pytest.mark.browser

Arrive = Callable[..., Visitor]
MOST_TABS = 60

FOCUS = """
() => {
    const on = document.activeElement
    const label = on.getAttribute('aria-label') || on.labels?.[0]?.innerText || on.innerText
    const role = {range: 'slider', radio: 'radio', number: 'spinbutton'}[on.type]
    return [label || '', on.getAttribute('role') || role || on.tagName.toLowerCase()]
}
"""


class Typist:
    """A visitor on the first page who has a keyboard and nothing else."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.keys = visitor, visitor.page.keyboard
        visitor.go("/")

    def tab_to(self, name: str, role: str) -> None:
        """Tab on until the control of that name has the focus."""
        passed = []
        for _ in range(MOST_TABS):
            self.keys.press("Tab")
            label, kind = self.visitor.page.evaluate(FOCUS)
            passed.append(f"{kind} {label[:30]!r}")
            if kind == role and name in label:
                return
        pytest.fail(f"No {role} '{name}' in {MOST_TABS} tabs: {', '.join(passed)}")

    def open(self, title: str) -> None:
        self.tab_to(title, "a")
        self.press("Enter")
        self.visitor.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        self.visitor.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.press(key)
        self.visitor.settle()


@pytest.fixture
def typist(visitor: Arrive) -> Typist:
    return Typist(visitor())


def test_a_lag_is_moved(typist: Typist) -> None:
    typist.open("Adjust")
    cells = typist.visitor.page.locator("tr").filter(has_text="With your changes, central")
    before = cells.first.inner_text()
    typist.tab_to("Onset lag of No Wrong Door hub", "slider")
    typist.press("PageUp", "PageUp", "ArrowRight")
    expect(cells.first).not_to_have_text(before, use_inner_text=True, timeout=30_000)
    typist.visitor.settle()
    while typist.visitor.page.get_by_role("button", name="Undo").is_enabled():
        typist.tab_to("Undo", "button")
        typist.press("Enter")
    expect(cells.first).to_have_text(before, use_inner_text=True, timeout=30_000)


def test_a_scenario_is_put_beside_others(typist: Typist) -> None:
    typist.open("Compare")
    assert len(typist.visitor.row("People started")) == 3
    typist.tab_to("Scenarios to compare", "combobox")
    typist.keys.type("Do nothing")
    typist.press("Enter")
    assert typist.visitor.row("People started")[-1] == "0"
    typist.press("Escape")
    typist.tab_to("Together", "radio")
    typist.press("ArrowRight")
    heading = typist.visitor.page.get_by_role("heading", name="Side by side: children's services")
    assert heading.is_visible()


def test_a_best_mix_is_found(typist: Typist) -> None:
    typist.open("Best mix")
    typist.tab_to("Funding limit", "spinbutton")
    typist.press("ControlOrMeta+a")
    typist.keys.type("350000")
    typist.tab_to("Cashable net present value", "radio")
    typist.press("ArrowDown")
    typist.tab_to("Find the best mix", "button")
    typist.press("Enter")
    heading = "within a funding limit of £350,000"
    typist.visitor.page.get_by_role("heading", name=heading).wait_for()
    assert typist.visitor.figure("Net saving")
    typist.tab_to("Download the mix as a scenario", "button")


def test_the_projection_is_taken_away(typist: Typist) -> None:
    typist.open("Export")
    typist.tab_to("Working model", "radio")
    typist.press("ArrowLeft", "ArrowLeft")  # round to CSV
    typist.tab_to("Download CSV", "button")
    with typist.visitor.page.expect_download(timeout=60_000) as download:
        typist.keys.press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
