"""Case records learned from in a real browser: read, checked, set under Adjust, taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from browser.conftest import Visitor
from browser.test_accessibility import CLIPPED, DESK, PHONE, faults, resize
from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.cli import app

pytestmark = pytest.mark.browser

HUB = "no-wrong-door"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty synthetic people of a programme, and a row that cannot be used; nobody real."""
    people = synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24)
    rows = [*rows_of(people), ["05/06/2024", "Zaphod", ""]]
    return write_cases(tmp_path_factory.mktemp("cases") / "cases.csv", rows)


def choose(visitor: Visitor, file: Path) -> None:
    visitor.page.locator('input[type="file"]').first.set_input_files(file)
    visitor.page.get_by_role("heading", name="How the file was read").wait_for()
    visitor.settle()


def chosen(officer: Visitor, label: str) -> str:
    return officer.page.get_by_role("combobox", name=label).input_value()


def test_what_was_learned_is_used_on_adjust_saved_and_taken_away(
    officer: Visitor, cases: Path, store_path: Path
) -> None:
    # Somebody who looked at another council, scenario and programme on Adjust before.
    officer.go("/adjust?council=Bolton&scenario=adults-first&programme=frailty-unit")
    officer.open("Learn the lag")
    choose(officer, cases)
    asked = ["learn", str(cases), "--programme", HUB, "--format", "json"]
    wanted = json.loads(CliRunner().invoke(app, [*asked, "--store", str(store_path)]).stdout)
    lag = wanted["lag"]["estimate"]
    assert officer.figure("Onset lag, learned") == f"{lag['p50']:.1f} months"
    with officer.page.expect_download() as download:
        officer.page.get_by_role("button", name="Everything (JSON)").click()
    made = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [breach.pop("value") for breach in made["breaches"]] == [""]
    assert [breach.pop("value") for breach in wanted["breaches"]] == ["Zaphod"]
    assert made == wanted
    change = officer.row("Change in central")
    officer.page.get_by_role("button", name="Use on Adjust").click()
    officer.page.get_by_role("heading", level=1, name="Adjust", exact=True).wait_for()
    officer.settle()
    assert officer.row("Change in central") == change
    assert (chosen(officer, "Council"), chosen(officer, "Scenario")) == ("Bolton", "Current plan")
    assert chosen(officer, "Programme") == "No Wrong Door hub"
    key = f"programmes.{HUB}.onset_lag"
    set_ = wanted["settings"][key]
    assert f"set={key}%3D{set_['central']:g}" in officer.page.url
    typed = officer.page.get_by_label("Or type months")
    assert float(typed.input_value()) == pytest.approx(set_["central"], abs=0.05)
    assert officer.page.get_by_text("2 assumptions changed and not yet saved.").count() == 1

    officer.open("Learn the lag")
    choose(officer, cases)
    officer.page.get_by_label("Name to save it under").fill("Our own lag")
    officer.page.get_by_role("button", name="Save as a scenario").click()
    officer.page.get_by_text("Saved as version 1 of Our own lag.").wait_for()
    officer.settle()
    officer.page.get_by_role("link", name="See it on Adjust").click()
    officer.page.get_by_role("heading", level=1, name="Adjust", exact=True).wait_for()
    officer.settle()
    assert (chosen(officer, "Scenario"), chosen(officer, "Programme")) == (
        "Our own lag",
        "No Wrong Door hub",
    )
    assert float(typed.input_value()) == pytest.approx(set_["central"], abs=0.05)
    assert officer.page.get_by_text("0 assumptions changed and not yet saved.").count() == 1


@pytest.mark.parametrize("few", [False, True])
def test_findings_can_be_read_at_every_width(
    visitor: Callable[..., Visitor], cases: Path, tmp_path: Path, few: bool
) -> None:
    file = cases
    if few:
        lines = cases.read_text(encoding="utf-8").splitlines(keepends=True)
        file = tmp_path / "few.csv"
        file.write_text("".join([*lines[:40], lines[-1]]), encoding="utf-8")
    officer = visitor()
    officer.go("/learn")
    choose(officer, file)
    for fold in officer.page.get_by_test_id("stExpander").locator("summary").all():
        fold.click()
        officer.settle()
    for screen in (DESK, PHONE):
        resize(officer, screen)
        assert officer.page.evaluate("document.documentElement.scrollWidth") <= screen[0]
        assert officer.page.evaluate(CLIPPED) == []
        assert faults(officer) == []
