"""Pictures of every page for docs/screenshots, at a desk's width and a telephone's.

Run by `make screenshots`, on a copy of the store, so that nothing anyone saved is shown.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from browser.conftest import QUIET, Visitor, served
from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.dashboard.contents import PAGES
from prevention.evidence.places import home, store_file

FOLDER = home() / "docs" / "screenshots"
WIDTHS, HEIGHT, TALLEST = (1440, 390), 900, 8000


def taken(visitor: Visitor, width: int) -> bytes:
    """The whole of the page the visitor is on, as PNG of few colours."""
    page = visitor.page
    tall = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(int(tall), HEIGHT), TALLEST)})
    visitor.settle()
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.set_viewport_size({"width": width, "height": HEIGHT})
    small = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def answer(visitor: Visitor, page: str, folder: Path) -> None:
    """On a page that waits for a question, ask one; what is made up says so in its file's name."""
    if page == "best-mix":
        visitor.page.get_by_role("button", name="Find the best mix").click()
        visitor.page.get_by_role("heading", name="What starts when").wait_for()
    elif page == "delivered":
        rows = [f"No Wrong Door,2026-{month:02d},{2 + month % 2}" for month in range(4, 11)]
        file = folder / "synthetic-starts.csv"
        file.write_text("\n".join(["Programme,Month,Starts", *rows]))
        _give(visitor, file, "In which year the saving lands")
    elif page == "learn":
        people = synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24)
        file = write_cases(folder / "synthetic-cases.csv", rows_of(people))
        _give(visitor, file, "How the file was read")
    visitor.settle()


def _give(visitor: Visitor, file: Path, heading: str) -> None:
    visitor.page.locator('input[type="file"]').first.set_input_files(file)
    visitor.page.get_by_role("heading", name=heading).wait_for()


def main() -> None:
    """Take them all, in place of those there are."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        store = Path(folder) / "evidence.duckdb"
        shutil.copyfile(store_file(), store)
        with served(store, Path(folder)) as address:
            browser = play.chromium.launch(executable_path=chromium, args=QUIET)
            pictures = {}
            for width in WIDTHS:
                visitor = Visitor(
                    browser.new_page(viewport={"width": width, "height": HEIGHT}), address
                )
                visitor.page.set_default_timeout(120_000)
                for about in PAGES:
                    name = str(about["url_path"])
                    visitor.go("/" if about.get("default") else f"/{name}")
                    answer(visitor, name, Path(folder))
                    pictures[f"{name}-{width}.png"] = taken(visitor, width)
            browser.close()
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, content in pictures.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
