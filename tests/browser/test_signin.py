"""Sign-in through a real OpenID Connect provider on this machine, and what each role may do."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.conftest import Visitor, free_port, running, served
from prevention.dashboard.contents import PAGES
from prevention.record import open_record
from prevention.record.scenarios import scenario_history

pytestmark = pytest.mark.browser

HOSTILE = "![t](http://127.0.0.1:9/name.png) <img src=x onerror=alert(1)> =1+1"
PEOPLE = {
    "vera": {"name": "Vera Viewer", "email": "vera@council.gov.uk", "email_verified": True},
    "edna": {"name": "Edna Editor", "email": "edna@council.gov.uk", "email_verified": True},
    "abel": {"name": "Abel Approver", "email": "abel@elsewhere.example", "groups": ["Section 151"]},
    "nora": {"name": HOSTILE, "email": "nora@elsewhere.example", "email_verified": True},
    "ivan": {"name": "Ivan", "email": "ivan@council.gov.uk", "email_verified": False},
}
ROLES = """
[roles]
viewer = ["*@council.gov.uk"]
editor = ["edna@council.gov.uk"]
approver = ["group:Section 151"]
"""
LINK = "/adjust?set=programmes.no-wrong-door.onset_lag%3D36"


@dataclass(frozen=True)
class Office:
    """A dashboard that people sign in to, the provider that knows them, and its store."""

    address: str
    provider: str
    store: Path


@pytest.fixture(scope="module")
def office(
    chromium: str, store_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Both servers; the secrets are in the home folder made for this dashboard alone."""
    provider, port = f"http://127.0.0.1:{free_port()}", free_port()
    folder, own = tmp_path_factory.mktemp("provider"), tmp_path_factory.mktemp("dashboard")
    store = own / "evidence.duckdb"
    shutil.copyfile(store_path, store)
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
    command += [f"--port={provider.rpartition(':')[2]}", "--require-registration=True"]
    for id_, claims in PEOPLE.items():
        command.append(f"--user-claims={json.dumps({'sub': id_, **claims})}")
    with ExitStack() as both:
        known = f"{provider}/.well-known/openid-configuration"
        both.enter_context(running(command, known, folder, {}))
        back = f"http://127.0.0.1:{port}/oauth2callback"
        client = _registered(provider, back)
        (own / ".streamlit").mkdir()
        (own / ".streamlit" / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "{back}"\ncookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{client["client_id"]}"\nclient_secret = "{client["client_secret"]}"\n'
            f'server_metadata_url = "{known}"\n{ROLES}'
        )
        yield Office(both.enter_context(served(store, own, port)), provider, store)


def _registered(provider: str, back: str) -> dict[str, str]:
    """The id and secret the provider gives this dashboard."""
    asked = urllib.request.Request(  # noqa: S310
        f"{provider}/oauth2/clients",
        json.dumps({"redirect_uris": [back]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        found: dict[str, str] = json.load(answer)
    return found


Person = Callable[[], Visitor]


@pytest.fixture(scope="module")
def person(browser: Browser, office: Office) -> Iterator[Person]:
    """Somebody new at the door; nothing but the two servers is ever reached.

    They take turns at one browser, which keeps the program of the page but no cookie.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    own = (office.address, office.provider)
    # The provider's own pages ask for a style sheet from elsewhere: they do without.
    context.route(lambda url: not url.startswith(own), lambda route: route.abort())

    def arrive() -> Visitor:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        somebody = Visitor(context.new_page(), office.address)
        somebody.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        return somebody

    yield arrive
    context.close()


def sign_in(somebody: Visitor, office: Office, who: str) -> None:
    """Through the provider's own page."""
    somebody.page.goto(office.address)
    somebody.page.get_by_role("button", name="Sign in").click()
    somebody.page.get_by_role("button", name=who, exact=True).click()
    somebody.page.wait_for_url(f"{office.address}/**")
    somebody.page.get_by_role("button", name="Sign out").wait_for()


def sign_out(somebody: Visitor) -> None:
    """Here and at the provider, which asks once more."""
    somebody.page.get_by_role("button", name="Sign out").click()
    somebody.page.get_by_role("button", name="End session").click()
    somebody.page.get_by_role("button", name="Sign in").wait_for()


def text(somebody: Visitor) -> str:
    """All that is to be read on the page, once the server has answered."""
    somebody.settle()
    return somebody.page.locator("body").inner_text()


def open_saving(somebody: Visitor, path: str = LINK) -> None:
    somebody.go(path)
    somebody.page.get_by_role("radio", name="Save and approve").click()
    somebody.page.get_by_role("heading", name="Approval", exact=True).wait_for()


def decide(somebody: Visitor, why: str) -> None:
    somebody.page.get_by_label("Why", exact=True).fill(why)
    somebody.page.get_by_role("button", name="Put it on the record").click()


def assert_sees_no_figure(somebody: Visitor, path: str) -> None:
    somebody.page.goto(somebody.server + path)
    somebody.page.get_by_role("button", name="Sign in").wait_for()
    assert "£" not in text(somebody)
    assert somebody.page.locator("table, canvas, svg.marks, [data-testid=stMetric]").count() == 0
    assert somebody.page.get_by_role("navigation").get_by_role("link").count() == 0


def test_who_has_not_signed_in_is_sent_no_figure(person: Person, office: Office) -> None:
    stranger = person()
    sent: list[bytes] = []
    stranger.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: sent.append(_bytes(frame))),
    )
    for page in PAGES:
        assert_sees_no_figure(stranger, f"/{page['url_path']}?council=Halton&scenario=step-up")
    assert len(sent) > len(PAGES)
    assert any(b"Sign in" in frame for frame in sent)
    for told in (b"Halton", b"step-up", b"Step-up", "£".encode(), b"No Wrong Door"):
        assert not [frame for frame in sent if told in frame], told


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def test_a_made_up_cookie_lets_nobody_in(person: Person, office: Office) -> None:
    stranger = person()
    forged = json.dumps({"email": "edna@council.gov.uk", "is_logged_in": True})
    stranger.page.context.add_cookies(
        [{"name": "_streamlit_user", "value": forged, "url": office.address}]
    )
    assert_sees_no_figure(stranger, "/adjust")


def test_who_is_turned_away_by_the_provider_is_not_in(person: Person, office: Office) -> None:
    stranger = person()
    stranger.page.goto(office.address)
    stranger.page.get_by_role("button", name="Sign in").click()
    stranger.page.get_by_role("button", name="Deny").click()
    stranger.page.wait_for_url(f"{office.address}/**")
    assert_sees_no_figure(stranger, "/adjust")


def test_a_link_still_leads_where_it_said_after_signing_in(person: Person, office: Office) -> None:
    reader = person()
    assert_sees_no_figure(reader, LINK)
    reader.page.get_by_role("button", name="Sign in").click()
    reader.page.get_by_role("button", name="vera", exact=True).click()
    reader.page.get_by_role("heading", level=1, name="Adjust").wait_for()
    reader.settle()
    assert reader.page.get_by_role("slider", name="Onset lag").input_value() == "36"
    assert reader.page.url == office.address + LINK
    reader.page.get_by_role("link", name="Start", exact=True).click()  # and is done with
    reader.page.get_by_role("heading", level=1, name="Prevention savings").wait_for()
    sign_out(reader)


@pytest.mark.parametrize("who", ["nora", "ivan"])
def test_who_has_no_role_is_refused_in_plain_words(
    person: Person, office: Office, who: str
) -> None:
    """Nobody named, and an address nobody has verified; a name is text, whatever it says."""
    somebody = person()
    sign_in(somebody, office, who)
    said = f"You are signed in as {PEOPLE[who]['name']} ({PEOPLE[who]['email']}), but nobody has"
    for path in ("", LINK):
        if path:
            somebody.page.goto(office.address + path)
        refusal = somebody.page.get_by_test_id("stAlert")
        refusal.get_by_text("No access yet").wait_for()
        assert said in refusal.inner_text().replace(": //", "://")
        assert "Ask the owner of this page" in refusal.inner_text()
        assert "£" not in text(somebody)
        assert somebody.page.locator("table, canvas, main img, main a[href^=http]").count() == 0
    assert not [address for address in somebody.asked if "127.0.0.1:9/" in address]
    sign_out(somebody)


def test_a_viewer_looks_saves_nothing_and_is_gone_after_signing_out(
    person: Person, office: Office
) -> None:
    viewer = person()
    sign_in(viewer, office, "vera")
    assert "Signed in as Vera Viewer (vera@council.gov.uk): viewer." in text(viewer)
    open_saving(viewer)
    assert "£" in viewer.figure("Central")
    assert "You may look at scenarios but not save any" in text(viewer)
    assert viewer.page.get_by_role("button", name="Save", exact=True).count() == 0
    assert viewer.page.get_by_role("textbox").count() == 0
    viewer.open("Programmes")
    assert viewer.page.get_by_text("Copy this programme, or add a new one").count() == 0
    sign_out(viewer)
    assert_sees_no_figure(viewer, "/adjust")


def test_an_editor_proposes_and_an_approver_approves(person: Person, office: Office) -> None:
    editor = person()
    sign_in(editor, office, "edna")
    open_saving(editor)
    assert editor.page.get_by_label("Your name").count() == 0
    editor.page.get_by_label("Name to save it under").fill("Slow start")
    editor.page.get_by_label("Why: what changed").fill("The hub opens late")
    editor.page.get_by_role("button", name="Save", exact=True).click()
    editor.page.get_by_text("Saved as version 1 of Slow start").wait_for()
    decide(editor, "For cabinet")
    editor.page.get_by_text("Version 1 is proposed.").wait_for()
    assert "There is nothing here that you may decide." in text(editor)
    assert editor.page.get_by_role("button", name="Put it on the record").count() == 0

    approver = person()
    sign_in(approver, office, "abel")
    open_saving(approver, "/adjust?scenario=slow-start")
    decide(approver, "Agreed")
    approver.page.get_by_text("Version 1 is approved with the figures of run").wait_for()

    (version,) = scenario_history(open_record(office.store), "slow-start")
    edna, abel = "Edna Editor (edna@council.gov.uk)", "Abel Approver (abel@elsewhere.example)"
    assert (version.who, version.status) == (edna, "approved")
    assert [(d.status, d.who, d.why) for d in version.decisions] == [
        ("proposed", edna, "For cabinet"),
        ("approved", abel, "Agreed"),
    ]
