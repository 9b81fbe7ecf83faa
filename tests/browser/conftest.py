"""The real server, and Chromium to drive it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from prevention.evidence.places import STORE_VARIABLE, home

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install --group dev"
)
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

INSTALL = "apt-get install -y chromium fonts-liberation"
REQUIRED = "PREVENTION_REQUIRE_BROWSER"
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; without it the tests say that they did not run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = f"Chromium is not installed, so no page was tried in a browser: {INSTALL}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(message)
        pytest.skip(message)
    return str(found)


@pytest.fixture(scope="session")
def server(
    chromium: str, store_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the dashboard, served on this machine alone until the tests end."""
    with served(store_path, tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def served(store: Path, folder: Path, port: int = 0, *options: str) -> Iterator[str]:
    """The dashboard on a store, with a server of its own; its log and home are in a folder."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(home() / "app.py")]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", *options]
    source = str(home() / "src")
    paths = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")]))
    settings = {STORE_VARIABLE: str(store), "PYTHONPATH": paths, "HOME": str(folder)}
    address = f"http://127.0.0.1:{port}"
    with running(command, f"{address}/_stcore/health", folder, settings):
        yield address


@contextmanager
def running(
    command: list[str], health: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[None]:
    """A program, from when its address answers until it is no longer wanted."""
    log = folder / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=home(),
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(health, process, log)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"{process.args} stopped at once: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"{address} did not answer in a minute: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


class Visitor:
    """One visitor's page, and everything it asked the network for."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.set_default_timeout(30_000)

    def go(self, path: str = "/", least: int = 300) -> None:
        """Open a page and wait until it stands still; least: characters it has to say."""
        self.page.goto(self.server + path)
        self.page.wait_for_selector("h1")
        self.page.wait_for_function(
            "least => document.querySelector('[data-testid=stMain]').innerText.length > least",
            arg=least,
        )
        self.settle()

    def settle(self) -> None:
        """Wait until the server has answered the last move."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_selector(
            '[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached"
        )
        self.page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
        self.page.wait_for_timeout(300)

    def open(self, title: str) -> None:
        """Follow the link to another page."""
        self.page.get_by_role("link", name=title, exact=True).click()
        self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        self.settle()

    def figure(self, label: str) -> str:
        """The value of a figure at the head of a page."""
        card = self.page.get_by_test_id("stMetric").filter(has_text=label)
        return card.get_by_test_id("stMetricValue").inner_text()

    def row(self, heading: str) -> list[str]:
        """The cells of the first table row of that heading."""
        row = self.page.locator("tr").filter(has=self.page.locator("th", has_text=heading)).first
        row.locator("td").first.wait_for(state="attached")
        return row.locator("td").all_text_contents()

    def outside(self) -> list[str]:
        """What was asked of anywhere but this machine's own server."""
        own = (self.server, self.server.replace("http", "ws"), "data:", "blob:")
        return [address for address in self.asked if not address.startswith(own)]


@pytest.fixture
def visitor(browser: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    """A new visitor with a screen of a width; none may have left the machine by the end."""
    opened: list[Visitor] = []

    def arrive(width: int = 1440) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 900})
        opened.append(Visitor(context.new_page(), server))
        return opened[-1]

    yield arrive
    for visitor in opened:
        visitor.page.context.close()
        assert visitor.outside() == []


@pytest.fixture
def own_store(store_path: Path, tmp_path: Path) -> Path:
    """A store that the test may save and load on."""
    return Path(shutil.copy(store_path, tmp_path / "evidence.duckdb"))


@pytest.fixture
def officer(browser: Browser, own_store: Path, tmp_path: Path) -> Iterator[Visitor]:
    """A visitor of a server of their own."""
    with served(own_store, tmp_path) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        visitor = Visitor(context.new_page(), address)
        yield visitor
        context.close()
        assert visitor.outside() == []
