"""Links passed on, two people at work at once, addresses that are wrong, and hostile text."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser

from browser.conftest import Visitor, served
from prevention.record import open_record
from prevention.record.scenarios import saved_scenarios, scenario_history

pytestmark = pytest.mark.browser

LAG = "programmes.no-wrong-door.onset_lag"
HOSTILE = (
    '=HYPERLINK("http://127.0.0.1:9/f") ![t](http://127.0.0.1:9/x.png) '
    "<img src=x onerror=alert(1)> **b** $x^2$ :red[r]"
)
ID = "hyperlink-http-127-0-0-1-9-f-t-http-127-0-0-1-9-x-png-img-src-x"


@dataclass(frozen=True)
class Place:
    """A dashboard with a store of its own, so that what is saved here stays here."""

    address: str
    store: Path


@pytest.fixture(scope="module")
def place(
    chromium: str, store_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("together")
    store = folder / "evidence.duckdb"
    shutil.copyfile(store_path, store)
    with served(store, folder) as address:
        yield Place(address, store)


Someone = Callable[[], Visitor]


@pytest.fixture
def someone(browser: Browser, place: Place) -> Iterator[Someone]:
    """A visitor in a browser context of their own: no cookie or memory is shared."""
    met: list[Visitor] = []

    def arrive() -> Visitor:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        met.append(Visitor(context.new_page(), place.address))
        met[-1].page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        return met[-1]

    yield arrive
    for visitor in met:
        visitor.page.context.close()
        assert visitor.outside() == []


def figures(visitor: Visitor) -> dict[str, list[str]]:
    """Every figure of the page: its cards and its tables, open or folded away."""
    visitor.page.get_by_text("central figures do, to the penny.").last.wait_for()
    visitor.page.locator("table").first.wait_for(state="attached")
    visitor.settle()
    kinds = {
        "cards": "[data-testid=stMetricValue]",
        "tables": "table",
        "run": "text=/^Run [0-9a-f]/",
    }
    found = {name: visitor.page.locator(kind).all_text_contents() for name, kind in kinds.items()}
    assert found["run"]
    return found


def comes_to_show(visitor: Visitor, wanted: dict[str, list[str]]) -> None:
    """The page shows those figures and no others, once all of it has been drawn."""
    for _ in range(20):
        if figures(visitor) == wanted:
            return
    assert figures(visitor) == wanted


@pytest.mark.parametrize(
    "link",
    [
        f"/adjust?council=Halton&scenario=whole-system&money=million&set={LAG}%3D30"
        f"&set={LAG}.high%3D60&set=programmes.reablement.effect%3D0.05",
        "/compare?council=Halton&scenarios=do-nothing&scenarios=whole-system",
    ],
)
def test_a_link_passed_on_shows_the_same_in_another_browser(someone: Someone, link: str) -> None:
    first = someone()
    first.go(link)
    seen = figures(first)
    second = someone()
    second.go(first.page.url.removeprefix(first.server))
    comes_to_show(second, seen)
    assert len(seen["cards"]) == 6 or len(seen["tables"]) >= 4
    assert "Halton" in second.page.get_by_role("combobox", name="Council").input_value()


def save(visitor: Visitor, who: str, why: str, title: str = "") -> None:
    page = visitor.page
    page.get_by_role("radio", name="Save and approve").click()
    page.get_by_label("Your name").first.wait_for()
    if title:
        page.get_by_label("Name to save it under").fill(title)
    page.get_by_label("Your name").first.fill(who)
    page.get_by_label("Why: what changed").fill(why)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_test_id("stAlert").get_by_text("Saved as version").wait_for()
    visitor.settle()


def test_two_people_at_one_scenario_both_keep_their_work(someone: Someone, place: Place) -> None:
    ada, ben = someone(), someone()
    ada.go(f"/adjust?set={LAG}%3D36")
    save(ada, "Ada", "The hub opens late", "Shared")
    ada.go(f"/adjust?scenario=shared&set={LAG}%3D30")
    ben.go(f"/adjust?scenario=shared&set={LAG}%3D48")
    mine = ben.row("With your changes, central")
    save(ada, "Ada", "Sooner after all")
    save(ben, "Ben", "Later still")
    assert "stands beside another" in ben.page.get_by_test_id("stMain").inner_text()
    assert ben.row("As saved, central") == mine
    assert [ben.row(f"Version {n}")[1] for n in (1, 2, 3)] == ["Ada", "Ada", "Ben"]
    found = scenario_history(open_record(place.store), "shared")
    assert [v.document.changes[LAG]["central"] for v in found] == [36, 30, 48]
    assert [(v.parent, v.sibling) for v in found[1:]] == [(1, False), (1, True)]


def test_a_wrong_address_is_answered_in_plain_words(someone: Someone) -> None:
    visitor = someone()
    visitor.go("/adjust")
    usual = figures(visitor)
    visitor.go(f"/adjust?council=Atlantis&scenario=no-such&set={LAG}%3D-5&set=rubbish")
    said = " ".join(visitor.page.get_by_test_id("stAlert").all_inner_texts())
    assert "Atlantis" in said
    assert "There is no scenario 'no-such' here." in said
    assert "The address asks for something that cannot be" in said
    assert "onset lag (months) must be 0 or more" in said
    assert "'rubbish' is not a change: write KEY=NUMBER." in said
    comes_to_show(visitor, usual)
    for wrong in ("Atlantis", "no-such", "rubbish", "-5"):
        assert wrong not in visitor.page.url
    visitor.go("/no-such-page")
    assert "does not seem to exist" in visitor.page.get_by_role("dialog").inner_text()
    visitor.page.keyboard.press("Escape")
    assert visitor.page.get_by_role("heading", level=1, name="Prevention savings").is_visible()
    assert visitor.page.get_by_test_id("stException").count() == 0


def test_without_a_store_every_page_says_what_to_do(someone: Someone, place: Place) -> None:
    visitor = someone()
    away = place.store.rename(place.store.with_suffix(".away"))
    try:
        for page in ("adjust", "compare", "export", "baseline"):
            visitor.page.goto(f"{place.address}/{page}")
            alert = visitor.page.get_by_test_id("stAlert")
            alert.get_by_text("The store of published figures has not been built").wait_for()
            assert "Make it with: prevention build" in alert.inner_text()
            assert "Traceback" not in visitor.page.content()
    finally:
        away.rename(place.store)
    visitor.go("/adjust")
    assert "£" in visitor.figure("Central")


def shown_as_text(visitor: Visitor) -> None:
    """Not one piece of the hostile text became anything but text."""
    page = visitor.page
    live = "main img, main .katex, main strong:text-is('b'), main script, main iframe"
    assert page.locator(live).count() == 0
    assert page.locator("main a[href*='127.0.0.1:9']").count() == 0
    assert page.locator("main .stMarkdownColoredText").count() == 0
    assert page.get_by_test_id("stException").count() == 0
    assert not [address for address in visitor.asked if ":9/" in address]


def test_hostile_text_in_every_field_is_shown_as_text(
    someone: Someone, place: Place, tmp_path: Path
) -> None:
    visitor = someone()
    visitor.go(f"/adjust?set={LAG}%3D36")
    save(visitor, HOSTILE, HOSTILE, HOSTILE)
    shown_as_text(visitor)
    assert visitor.page.get_by_role("combobox", name="Scenario").input_value() == HOSTILE
    history = visitor.row("Version 1")
    assert [cell.replace(": //", "://") for cell in history[1:3]] == [HOSTILE, HOSTILE]
    visitor.go("/compare?scenarios=do-nothing&scenarios=" + ID)
    shown_as_text(visitor)
    visitor.go("/export?export=" + ID)
    shown_as_text(visitor)
    with visitor.page.expect_download(timeout=60_000) as download:
        visitor.page.get_by_role("button", name="Download Working model (Excel)").click()
    book = tmp_path / "book.xlsx"
    download.value.save_as(book)
    cells = [
        cell
        for sheet in openpyxl.load_workbook(book)
        for row in sheet.iter_rows()
        for cell in row
        if "127.0.0.1:9" in str(cell.value)
    ]
    assert cells
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


def test_a_hostile_programme_is_shown_as_text(someone: Someone, place: Place) -> None:
    visitor = someone()
    visitor.go("/programmes")
    page = visitor.page
    page.get_by_text("Copy this programme, or add a new one").click()
    for field in ("Name", "What it is", "Your name", "Why"):
        page.get_by_role("textbox", name=field, exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Save the programme").click()
    page.get_by_test_id("stAlert").get_by_text("is on the record").wait_for()
    visitor.settle()
    shown_as_text(visitor)
    visitor.go(f"/programmes?about-programme={ID}")
    heading = page.get_by_role("heading", level=2).first.inner_text()
    assert heading.replace(": //", "://") == HOSTILE
    shown_as_text(visitor)
    saved = saved_scenarios(open_record(place.store))
    (runs_in,) = (id_ for id_, v in saved.items() if ID in (v.document.programmes or ()))
    visitor.go(f"/adjust?scenario={runs_in}&programme={ID}")
    assert page.get_by_role("combobox", name="Programme").input_value() == HOSTILE
    shown_as_text(visitor)
    visitor.go(f"/best-mix?scenario={runs_in}")
    page.get_by_role("button", name="Find the best mix").click()
    page.get_by_role("heading", name="Take it further").wait_for()
    visitor.settle()
    assert HOSTILE in page.locator(".figures th").all_inner_texts()
    shown_as_text(visitor)
