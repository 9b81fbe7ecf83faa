"""A file uploaded, held back in part, corrected and loaded, in a real browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from browser.conftest import Visitor
from prevention.evidence.loads import every_load, in_quarantine
from prevention.evidence.store import open_store
from prevention.record import open_record

pytestmark = pytest.mark.browser

HEAD = "la_code,year_ending,measure,value,status,release\n"
HOMES = "E06000007,2026,secure_and_childrens_homes"


def tab(officer: Visitor, name: str) -> None:
    officer.page.get_by_role("tab", name=name).click()
    officer.settle()


def upload(officer: Visitor, path: Path) -> None:
    """Choose a file, wait until it is read, load it."""
    officer.page.locator('input[type="file"]').first.set_input_files(path)
    button = officer.page.get_by_role("button", name="Load it")
    button.wait_for(timeout=90_000)
    officer.settle()
    officer.page.get_by_label("Your name").last.fill("Ada")
    button.click()
    officer.page.get_by_text("Loaded as").wait_for(timeout=90_000)
    officer.settle()


def test_a_row_held_back_is_corrected_and_loaded(
    officer: Visitor, own_store: Path, tmp_path: Path
) -> None:
    sent = tmp_path / "placements.csv"
    sent.write_text(
        HEAD + f"{HOMES},-55,,cla-2026\nE06000007,2026,foster,201,,cla-2026\n", encoding="utf-8"
    )
    officer.go("/data-quality")
    assert officer.figure("Rows waiting") == "0"
    tab(officer, "Load a file")
    upload(officer, sent)
    assert officer.figure("Rows waiting") == "1"
    tab(officer, "What waits")
    assert "-55" in officer.row("placements.csv, row 2")
    with officer.page.expect_download() as download:
        officer.page.get_by_role("button", name="Download the waiting rows").click()
    back = tmp_path / "corrected.csv"
    download.value.save_as(back)
    head, row = csv.reader(io.StringIO(back.read_text(encoding="utf-8-sig")))
    row[head.index("value")] = "55"
    with back.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, row])
    upload(officer, back)
    assert officer.figure("Rows waiting") == "0"
    record = open_record(own_store)
    assert in_quarantine(record) == []
    assert [(load.rows_stored, load.who) for load in every_load(record)] == [(1, "Ada"), (1, "Ada")]
    with open_store(own_store) as opened:
        found = opened.figures("placements", "E06000007", ["secure_and_childrens_homes"])
    assert [(year, value) for _, year, _, value, _ in found][-1] == (2026, 55.0)
