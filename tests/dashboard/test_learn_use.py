"""What was learned, put to use: the same figures by levers, by file and on the record."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.case_records import BAD, HUB, Page, command, held, shown
from dashboard.screen import button, figure, said, table
from prevention.dashboard import identity, session
from prevention.dashboard.identity import Visitor
from prevention.evidence.documents import written
from prevention.jobs import Request, Workbench
from prevention.model.projection import Projection
from prevention.money import to_pence
from prevention.record.programmes import save_programme
from prevention.record.scenarios import save_scenario, saved_scenario
from prevention.reports import learned

WARRINGTON = "E06000007"
LAG = f"programmes.{HUB}.onset_lag"


def bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def save(page: AppTest, who: str, why: str, title: str) -> AppTest:
    page.text_input(key="learn-who").set_value(who)
    page.text_area(key="learn-why").set_value(why)
    page.text_input(key="learn-title").set_value(title)
    return button(page, "Save as a scenario").click().run()


def figures_of(projection: Projection) -> dict[Any, list[int]]:
    """Every central figure by programme, service and measure; money in pence."""
    return {
        (cell, measure): to_pence(np.ravel(values)).tolist()
        for cell, found in projection.central.items()
        for measure, values in found.items()
    }


def test_the_files_are_the_commands(
    learn_page: Page, own_bench: Workbench, case_file: Path, tmp_path: Path
) -> None:
    content = case_file.read_bytes() + BAD.encode()
    case_file.write_bytes(content)
    page = learn_page(content)
    labels = [each.label for each in page.get("download_button")]
    assert labels == [
        "Template: cases (CSV)", "Chart as PNG", "Chart as SVG",
        "Scenario (TOML)", "Everything (JSON)", "The ranges (CSV)",
    ]  # fmt: skip
    who, why = page.text_input(key="learn-who").value, page.text_area(key="learn-why").value
    file, found = held(page).file, held(page).found
    settings = found.settings(who, why)
    wanted = json.loads(command(own_bench, case_file, "--format", "json"))
    values = [breach.pop("value") for breach in wanted["breaches"]]
    assert "Zaphod Beeblebrox" in values
    made = json.loads(learned.as_json(file, found, settings, "current-plan"))
    assert {breach.pop("value") for breach in made["breaches"]} == {""}
    assert made == wanted
    assert learned.as_csv(found) == command(own_bench, case_file, "--format", "csv").rstrip()
    toml = tmp_path / "ours.toml"
    command(own_bench, case_file, "--output", str(toml))
    assert (
        written(learned.scenario_with(found, settings, "current-plan")) == toml.read_text().rstrip()
    )


def test_nothing_of_the_file_stays(
    learn_page: Page,
    own_bench: Workbench,
    case_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not in the temporary folder, the store's, the record or a log; gone when taken away."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    head, *rows = case_file.read_text().splitlines()
    named = [f"Case ref,{head}", *(f"Zaphod{n},{row}" for n, row in enumerate(rows))]
    caplog.set_level(logging.DEBUG)
    page = learn_page("\n".join([*named, f"Zaphod0,{BAD}"]).encode(), "export.csv")
    button(page, "Use on Adjust").click().run()
    save(page, "Ada", "Our own", "Our lag")
    assert list(folder.rglob("*")) == []
    assert not [path for path in own_bench.store.parent.rglob("*") if b"Zaphod" in bytes_of(path)]
    assert "Zaphod" not in caplog.text + "".join(capfd.readouterr())
    assert "Zaphod" not in repr(held(page))
    page.file_uploader(key="learn-file").clear().run()
    assert "case-records" not in page.session_state


def test_levers_file_and_saved_scenario_give_the_same_to_the_penny(
    learn_page: Page, own_bench: Workbench, case_file: Path, tmp_path: Path
) -> None:
    page = learn_page(case_file.read_bytes(), **{"learn-scenario": "step-up"})
    button(page, "Use on Adjust").click().run()
    changes = tuple(page.session_state["working"]["step-up"].items())
    settings = held(page).found.settings()
    assert dict(changes) == {
        f"programmes.{HUB}.{name}{part}": getattr(value, part[1:] or "central")
        for name, value in settings.items()
        for part in ("", ".low", ".high")
    }
    save(page, "Ada", "Our own", "Our lag")
    assert "Saved as version 1 of Our lag" in page.success[0].value
    toml = tmp_path / "ours.toml"
    text = written(learned.scenario_with(held(page).found, settings, "step-up"))
    toml.write_text(text, encoding="utf-8")
    asked = Request(WARRINGTON, "step-up", draws=session.DRAWS)
    before = own_bench.forecast(asked)
    moved, by_file, kept = (
        own_bench.forecast(replace(asked, scenario=name, changes=own))
        for name, own in (("step-up", changes), (str(toml), ()), ("our-lag@1", ()))
    )
    assert figures_of(moved) == figures_of(by_file) == figures_of(kept) != figures_of(before)
    for cell, found in moved.samples.items():
        for measure, drawn in found.items():
            np.testing.assert_array_equal(drawn, kept.samples[cell][measure])
    rows = table(page, "With what was learned, central")
    saved = to_pence(np.ravel(moved.central["total", "total"]["cashable_saving"])) / 100
    shown_ = rows.loc["With what was learned, central"].tolist()
    assert shown_ == [f"{value / 1e3:,.1f}" for value in (*saved, saved.sum())]
    old = to_pence(np.ravel(before.central["total", "total"]["cashable_saving"])) / 100
    assert rows.loc["As on file, central", "Plan"] == f"{old.sum() / 1e3:,.1f}"


def test_who_decided_and_why_stand_on_each_assumption(
    learn_page: Page, own_bench: Workbench, case_file: Path
) -> None:
    page = save(learn_page(case_file.read_bytes()), "Ada", "Three years of cases", "Our lag")
    kept = saved_scenario(own_bench.record, "our-lag")
    assert (kept.who, kept.why) == ("Ada", "Three years of cases")
    assert kept.document.differs_from == "current-plan"
    wanted = held(page).found.settings("Ada", "Three years of cases")
    plan = own_bench.plan(Request(scenario="our-lag"))
    for name in ("onset_lag", "onset_spread"):
        stands = getattr(plan.programmes[HUB], name)
        assert stands == wanted[name]
        assert (stands.decided_by, stands.reason) == ("Ada", "Three years of cases")
        assert "Council's own case records, 80 referrals" in stands.source


@pytest.mark.parametrize(
    ("who", "why", "title"), [("", "a", "b"), ("a", "", "b"), ("a", "b", ""), ("a", "b", "Step-up")]
)
def test_without_who_why_or_a_name_of_its_own_nothing_is_saved(
    learn_page: Page, own_bench: Workbench, case_file: Path, who: str, why: str, title: str
) -> None:
    page = save(learn_page(case_file.read_bytes()), who, why, title)
    assert page.error
    assert not page.exception
    assert set(own_bench.library.scenarios) == set(own_bench.on_file.scenarios)


def test_other_changes_stay_and_a_saved_scenario_is_set_in_its_last_version(
    learn_page: Page, own_bench: Workbench, case_file: Path, tmp_path: Path
) -> None:
    plan = own_bench.scenario("step-up").model_copy(
        update={"id": "ours", "title": "Ours", "differs_from": "step-up", "programmes": ()}
    )
    save_scenario(own_bench.record, plan, "Ada", "First")
    save_scenario(own_bench.record, plan, "Ada", "Second", 1)
    page = learn_page(case_file.read_bytes(), **{"learn-scenario": "ours"})
    ramp = f"programmes.{HUB}.ramp"
    page.session_state["working"] = {"ours@2": {ramp: 9.0, LAG: 60.0, f"{LAG}.high": 70.0}}
    button(page, "Use on Adjust").click().run()
    now = page.session_state["working"]["ours@2"]
    assert now[ramp] == 9
    assert now[LAG] == held(page).found.settings()["onset_lag"].central
    save(page, "Ada", "Our own", "Our lag")
    document = saved_scenario(own_bench.record, "our-lag").document
    assert document.differs_from == "ours@2"
    toml = tmp_path / "ours.toml"
    toml.write_text(written(document), encoding="utf-8")
    names = ("our-lag", str(toml))
    kept, from_file = (own_bench.plan(Request(scenario=name)) for name in names)
    assert kept.assumptions() == from_file.assumptions()


def test_a_programme_that_no_scenario_runs_is_added_to_the_plan(
    learn_page: Page, own_bench: Workbench, case_file: Path
) -> None:
    hub = own_bench.library.programmes[HUB].model_copy(
        update={"id": "second-hub", "name": "Second"}
    )
    save_programme(own_bench.record, hub, "Ada", "New")
    page = learn_page(case_file.read_bytes(), **{"learn-programme": "second-hub"})
    assert "No scenario runs this programme yet" in said(page)
    assert "Use on Adjust" not in [each.label for each in page.button]
    save(page, "Ada", "Our own", "With two hubs")
    assert "second-hub" in own_bench.plan(Request(scenario="with-two-hubs")).programmes
    # From now on there is one to set it in.
    assert page.selectbox(key="learn-scenario").value == "with-two-hubs"


def test_a_viewer_sees_it_all_and_saves_nothing(
    learn_page: Page, case_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "visitor", lambda: Visitor("Vi", "viewer", True))
    page = learn_page(case_file.read_bytes())
    assert figure(page, "Onset lag, learned")
    labels = [each.label for each in (*page.button, *page.get("download_button"))]
    assert {"Use on Adjust", "Scenario (TOML)"} <= set(labels)
    assert "Save as a scenario" not in labels


def test_a_scenario_chosen_before_gives_way_where_it_does_not_run_the_programme(
    learn_page: Page, case_file: Path
) -> None:
    page = learn_page(case_file.read_bytes(), **{"learn-scenario": "step-up"})
    assert "Step up" in shown(page)
    page.selectbox(key="learn-programme").select("frailty-unit").run()
    assert not page.exception
    assert not page.error
    assert page.selectbox(key="learn-scenario").value == "adults-first"
    button(page, "Use on Adjust").click().run()
    assert "programmes.frailty-unit.onset_lag" in page.session_state["working"]["adults-first"]
