"""The dashboard itself: a lag slider moved in a real browser, and many visitors at once.

`python -m benchmarks.dashboard` runs these alone.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import sessions
from benchmarks.peak import peak_mb
from benchmarks.report import Row
from benchmarks.timing import ROOT, Timings, environment, say
from prevention.evidence.places import store_file

MOVES = 40
MEDIAN_MS, P95_MS = 250, 500
VISITORS, VISITOR_MOVES, THINK_S = 25, 8, 3.0
VISITOR_MS, MEMORY_MB = 1_000, 500

WATCH = """
window.lever = {asked: 0, painted: 0, writes: 0};
addEventListener('keydown', () => { lever.asked = performance.now(); }, true);
const seen = () => requestAnimationFrame(() => { lever.painted = performance.now(); });
new MutationObserver(() => { lever.writes += 1; seen(); }).observe(
  document, {subtree: true, childList: true, characterData: true});
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  seen();
  return clear.apply(this, area);
};
"""
"""Notes when a key went down, and when what it changed (text, drawing or canvas) was painted."""

STILL = """
([card, quiet]) => {
  const now = document.querySelector('[data-testid=stMetricValue]').innerText;
  const app = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
  return now !== card && app === 'notRunning' && performance.now() - lever.painted > quiet;
}
"""
"""The headline is another, the server is done, and nothing was painted for a while."""

QUIET_MS = 300


@dataclass(frozen=True, slots=True)
class Served:
    """A dashboard of this benchmark's own."""

    address: str
    process: int


@contextmanager
def dashboard() -> Iterator[Served]:
    """The server on a copy of the store, with the settings it ships with, until done."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "evidence.duckdb"
        shutil.copyfile(store_file(), store)
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        command += [f"--server.port={port}", "--server.address=127.0.0.1"]
        settings = environment() | {"PREVENTION_STORE": str(store), "HOME": folder}
        process = subprocess.Popen(
            command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health")
            yield Served(address, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"{address} did not answer in a minute")


def _cpu_ms(process: int) -> float:
    """Processor time a program has had, ms; nothing where there is no /proc."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        return float("nan")
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def slider_row(served: Served) -> Row:
    """From a key on the lag slider to headline, curve and table painted anew, each lag new."""
    from playwright.sync_api import sync_playwright

    what = f"Lag slider moved in the browser, {MOVES} times: key to page painted"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return Row(what, note="not run: Chromium is not installed")
    say("dashboard: slider in the browser")
    clock = Timings()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        page.goto(f"{served.address}/adjust")
        slider = page.get_by_role("slider", name="Onset lag")
        page.get_by_text("central figures do, to the penny.").wait_for()
        page.wait_for_timeout(3_000)
        slider.focus()
        before = 0.0
        for move in range(MOVES + 2):
            card = page.get_by_test_id("stMetricValue").first.inner_text()
            page.keyboard.press("ArrowRight")
            # Asked now and then: asking at every frame would have the browser draw without end.
            page.wait_for_function(STILL, arg=[card, QUIET_MS], timeout=30_000, polling=50)
            if move == 1:  # the first moves warm the caches of both sides
                before = _cpu_ms(served.process)
            if move > 1:
                clock.wall.append(page.evaluate("lever.painted - lever.asked"))
        used = (_cpu_ms(served.process) - before) / MOVES
        browser.close()
    met = clock.median <= MEDIAN_MS and clock.p95 <= P95_MS
    row = Row(what, clock.median, clock.p95, used, met=met, extra={"runs": len(clock.wall)})
    row.note = "CPU is the server's, a move"
    row.target = f"median <= {MEDIAN_MS} ms, p95 <= {P95_MS} ms"
    return row


def visitors_row(served: Served) -> Row:
    """Many visitors moving lags at once, over real sockets; what the server held at most."""
    say(f"dashboard: {VISITORS} visitors at once")
    found = asyncio.run(sessions.visits(served.address, VISITORS, VISITOR_MOVES, THINK_S))
    clock, memory = Timings(found.moves), peak_mb(served.process)
    name = f"{VISITORS} visitors at once, a move every {THINK_S:g} s each: move to page sent"
    row = Row(name, clock.median, clock.p95, memory=memory)
    row.target = f"p95 <= {VISITOR_MS:,} ms, no error, under {MEMORY_MB} MB"
    row.met = clock.p95 <= VISITOR_MS and not found.errors and memory < MEMORY_MB
    row.note = f"{len(found.moves)} moves, {found.errors} errors; load {os.getloadavg()[0]:.1f}"
    return row


def dashboard_rows() -> list[Row]:
    """Rows on the page one visitor moves, and on many visitors."""
    with dashboard() as served:
        return [slider_row(served), visitors_row(served)]


def main() -> None:
    """Print the rows on their own."""
    for row in dashboard_rows():
        figures = f"median {row.ours or 0:,.0f} ms, p95 {row.p95 or 0:,.0f} ms"
        memory = f", {row.memory:,.0f} MB" if row.memory else ""
        sys.stdout.write(f"{row.what}: {figures}{memory} ({row.target}: {row.met}) {row.note}\n")


if __name__ == "__main__":
    main()
