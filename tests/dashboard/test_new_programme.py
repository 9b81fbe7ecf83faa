"""A programme added or copied on the page goes on the record and can be forecast."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import Opened, button
from prevention.dashboard.new_programme import programme_of, template
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Request, Workbench
from prevention.model.measures import TOTAL
from prevention.model.scenarios import ScenarioError


@pytest.fixture
def bench(store_path: Path, tmp_path: Path) -> Workbench:
    copy = tmp_path / "evidence.duckdb"
    shutil.copy(store_path, copy)
    return Workbench(store=copy)


def filled(page: AppTest, name: str) -> AppTest:
    page.text_input(key="programme-name").set_value(name)
    page.text_area(key="programme-summary").set_value("What it is.")
    page.text_input(key="programme-who").set_value("Ada")
    page.text_area(key="programme-why").set_value("To try it")
    return button(page, "Save the programme").click().run()


def test_a_copy_is_saved_and_runs(
    bench: Workbench, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORE_VARIABLE, str(bench.store))
    page = filled(opened("programmes", **{"about-programme": "Reablement"}), "Reablement at night")
    assert not page.exception
    assert not page.error
    assert "Reablement at night is on the record" in page.success[0].value
    name = next(i for i in bench.library.scenarios if i.endswith("with-reablement-at-night"))
    made = bench.forecast(Request(scenario=name, draws=0))
    assert "reablement-at-night" in made.plan.programmes
    assert made.central["reablement-at-night", TOTAL]["people_started"].sum() > 0
    again = filled(page, "Reablement at night")
    assert "already" in again.error[0].value


def test_a_new_programme_needs_numbers_that_can_be(bench: Workbench) -> None:
    given = {"name": "New", "summary": "What it is.", "go_live": "2027-04-01"}
    rows = template(None)
    lag = int(rows.index[rows["name"] == "onset_lag"][0])
    with pytest.raises(ScenarioError, match="low"):
        programme_of(None, "fostering", given, rows, {lag: {"Low": 9.0}}, "Ada")
    edits = {lag: {"Low": 6.0, "Central": 12.0, "High": 18.0, "Source": "Our own record"}}
    made = programme_of(None, "fostering", given, rows, edits, "Ada")
    assert (made.id, made.directorate, made.onset_lag.central) == ("new", "children", 12.0)
    assert (made.onset_lag.source, made.onset_lag.decided_by) == ("Our own record", "Ada")


def test_a_copy_keeps_the_record_of_what_was_not_touched(bench: Workbench) -> None:
    copied = bench.library.programmes["no-wrong-door"]
    given = {"name": "Ours", "summary": "Same.", "go_live": copied.go_live}
    made = programme_of(
        copied, "", given, template(copied), {0: {"Central": 1.0, "High": 2.0}}, "Ada"
    )
    same = {n: a for n, a in made.assumptions() if n in copied.model_fields_set}
    moved = [n for n, a in copied.assumptions() if n in same and same[n] != a]
    assert len(moved) == 1
    assert isinstance(template(copied), pd.DataFrame)
