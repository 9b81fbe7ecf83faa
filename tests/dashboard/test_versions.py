"""Scenarios on the record, as people save, propose, approve and supersede them on the page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import Opened, button, figure, said, table
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Workbench
from prevention.record.scenarios import saved_scenario, scenario_history

LAG = "programmes.no-wrong-door.onset_lag"


@pytest.fixture
def bench(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A store of its own, with an empty record beside it."""
    copy = tmp_path / "evidence.duckdb"
    shutil.copy(store_path, copy)
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    return Workbench(store=copy)


@pytest.fixture
def page_of(bench: Workbench, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The saving tab of a scenario, on that store."""

    def open_page(**address: str | list[str]) -> AppTest:
        monkeypatch.setenv(STORE_VARIABLE, str(bench.store))
        page = opened("adjust", **address)
        page.session_state["detail"] = "Save and approve"
        return page.run()

    return open_page


def save(page: AppTest, who: str, why: str, title: str = "") -> AppTest:
    page.text_input(key="save-title").set_value(title)
    page.text_input(key="my-name").set_value(who)
    page.text_area(key="save-why").set_value(why)
    return button(page, "Save").click().run()


def decide(page: AppTest, deed: str, who: str, why: str) -> AppTest:
    page.selectbox(key="decision").select(deed)
    page.text_input(key="decider").set_value(who)
    page.text_area(key="decide-why").set_value(why)
    return button(page, "Put it on the record").click().run()


def test_a_scenario_is_saved_with_who_and_why(page_of: Opened, bench: Workbench) -> None:
    page = save(page_of(set=f"{LAG}=36"), "Ada", "The hub opens late", "Slow start")
    assert not page.exception
    assert "Saved as version 1 of Slow start" in page.success[0].value
    kept = saved_scenario(bench.record, "slow-start")
    assert (kept.who, kept.why) == ("Ada", "The hub opens late")
    lag = bench.library.scenarios["slow-start"]
    assert lag.changes[LAG]["central"] == 36
    assert lag.changes[LAG]["decided_by"] == "Ada"
    assert page.selectbox(key="scenario").value == "slow-start"
    assert page.slider(key="lever onset_lag").value == 36
    assert "set" not in page.query_params
    assert table(page, "Version 1").loc["Version 1", "Saved by"] == "Ada"


@pytest.mark.parametrize(
    ("who", "why", "title"), [("", "a", "b"), ("a", "", "b"), ("a", "b", ""), ("a", "b", "Step-up")]
)
def test_without_who_why_or_a_name_of_its_own_nothing_is_saved(
    page_of: Opened, bench: Workbench, who: str, why: str, title: str
) -> None:
    page = save(page_of(), who, why, title)
    assert page.error
    assert not page.exception
    assert set(bench.library.scenarios) == set(bench.on_file.scenarios)


def test_two_people_editing_one_scenario_both_keep_their_work(
    page_of: Opened, bench: Workbench
) -> None:
    save(page_of(set=f"{LAG}=36"), "Ada", "First", "Shared")
    ada, ben = page_of(scenario="shared"), page_of(scenario="shared")
    ada.slider(key="lever onset_lag").set_value(30.0).run()
    ben.slider(key="lever onset_lag").set_value(48.0).run()
    save(ada, "Ada", "Sooner")
    ben.run()
    assert "saved version 2" in ben.warning[0].value
    assert ben.slider(key="lever onset_lag").value == 48
    save(ben, "Ben", "Later")
    assert "stands beside another" in ben.success[0].value
    found = scenario_history(bench.record, "shared")
    lags = [version.document.changes[LAG]["central"] for version in found]
    assert lags == [36, 30, 48]
    assert [(version.parent, version.sibling) for version in found[1:]] == [(1, False), (1, True)]


def test_a_version_is_proposed_then_approved_and_becomes_the_start(
    page_of: Opened, bench: Workbench
) -> None:
    page = save(page_of(set=f"{LAG}=36"), "Ada", "Late", "Slow start")
    assert "Approve these figures" not in page.selectbox(key="decision").options
    decide(page, "Propose for approval", "Ada", "For cabinet")
    decide(page, "Approve these figures", "Cy", "Agreed")
    standing = bench.approval("slow-start")
    assert standing is not None
    assert standing.holds
    assert standing.approval.who == "Cy"
    page.slider(key="lever onset_lag").set_value(48.0).run()
    assert "As approved, central" in table(page, "With your changes, central").index
    button(page, "Reset to approved").click().run()
    assert page.slider(key="lever onset_lag").value == 36


def test_a_newer_draft_can_be_put_back_to_what_is_approved(page_of: Opened) -> None:
    page = save(page_of(set=f"{LAG}=36"), "Ada", "Late", "Slow start")
    decide(page, "Propose for approval", "Ada", "For cabinet")
    decide(page, "Approve these figures", "Cy", "Agreed")
    agreed = figure(page, "Central")
    page.slider(key="lever onset_lag").set_value(48.0).run()
    save(page, "Ada", "Later still")
    assert figure(page, "Central") != agreed
    button(page, "Reset to approved").click().run()
    assert figure(page, "Central") == agreed


def test_an_approval_is_void_when_the_figures_move(
    page_of: Opened, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = save(page_of(set=f"{LAG}=36"), "Ada", "Late", "Slow start")
    decide(page, "Propose for approval", "Ada", "For cabinet")
    decide(page, "Approve these figures", "Cy", "Agreed")
    monkeypatch.setattr("prevention.model.manifest.__version__", "9.9.9")
    page.run()
    assert any("Since then these moved: version" in found.value for found in page.warning)
    assert "Approve these figures" in page.selectbox(key="decision").options


def test_a_version_is_restored_by_its_link(page_of: Opened) -> None:
    page = save(page_of(set=f"{LAG}=36"), "Ada", "Late", "Slow start")
    page.slider(key="lever onset_lag").set_value(48.0).run()
    save(page, "Ada", "Later")
    old = page_of(scenario="slow-start", version="1")
    assert old.slider(key="lever onset_lag").value == 36
    assert "There is a later version" not in said(old)
    assert old.warning


HOSTILE = "![t](http://127.0.0.1:9/x.png) <script>alert(1)</script> =1+1"


def test_hostile_text_on_the_record_is_shown_as_text(page_of: Opened) -> None:
    page = save(page_of(set=f"{LAG}=36"), HOSTILE, HOSTILE, HOSTILE)
    assert not page.exception
    shown = said(page) + page.success[0].value
    assert "](" not in shown.replace("\\](", "").replace("]\\(", "").replace("\\]", "")
    assert "<script" not in shown.replace("\\<script", "")
