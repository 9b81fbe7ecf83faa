"""The page "Learn the lag": the same as the command of case records, and a step to use it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.screen import Opened, button, figure, said, table, tables
from learning.cohorts import rows_of, synthetic_cohort, write_cases
from prevention.cli import app
from prevention.dashboard import identity, learn, session
from prevention.dashboard.identity import Visitor
from prevention.evidence.documents import written
from prevention.evidence.own.cases import CASES
from prevention.evidence.own.headings import COLUMN_WORDS
from prevention.evidence.own.templates import CASE_COLUMNS, TEMPLATES
from prevention.evidence.own.words import folded
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Request, Workbench, own_records
from prevention.model.projection import Projection
from prevention.money import to_pence
from prevention.record.programmes import save_programme
from prevention.record.scenarios import save_scenario, saved_scenario
from prevention.reports import learned

WARRINGTON, HUB, AS_AT = "E06000007", "no-wrong-door", "01/11/2026"
LAG = f"programmes.{HUB}.onset_lag"
BAD = "05/06/2024,01/06/2024,\n,01/06/2025,\n05/06/2024,01/06/2093,\nZaphod Beeblebrox,,\n"

Page = Callable[..., AppTest]


@pytest.fixture
def bench(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A store of its own, with an empty record beside it."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setenv(STORE_VARIABLE, str(shutil.copy(store_path, folder / "evidence.duckdb")))
    return Workbench(store=folder / "evidence.duckdb")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Eighty synthetic people of a programme, 36 months after its start, nobody real."""
    people = synthetic_cohort(np.random.default_rng(80), 80, 36.5, mean=24)
    return write_cases(tmp_path / "cases.csv", rows_of(people))


@pytest.fixture
def page_of(bench: Workbench, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page with a file chosen, on that store."""

    def open_page(content: bytes, name: str = "cases.csv", **address: str) -> AppTest:
        monkeypatch.setenv(STORE_VARIABLE, str(bench.store))
        page = opened("learn", **address)
        page.date_input(key="learn-day").set_value(dt.date(2026, 11, 1))
        page.file_uploader(key="learn-file").set_value((name, content, "text/csv"))
        page.run()
        assert not page.exception
        return page

    return open_page


def command(bench: Workbench, file: Path, *more: str) -> str:
    words = ["learn", str(file), "--programme", HUB, "--as-at", AS_AT, "--store", str(bench.store)]
    came = CliRunner().invoke(app, [*words, *more])
    assert came.exit_code in (0, 3), came.output
    return came.stdout


def shown(page: AppTest) -> str:
    """All text of the page, as a reader sees it."""
    text = said(page).replace("\\", "")
    return text + "\n".join(each.to_string() for each in tables(page))


def held(page: AppTest) -> learn.Held:
    found: learn.Held = page.session_state["case-records"]
    return found


def test_the_page_shows_what_the_command_says(page_of: Page, bench: Workbench, cases: Path) -> None:
    found = json.loads(command(bench, cases, "--format", "json"))
    page = page_of(cases.read_bytes())
    now, before, spread = found["lag"]["estimate"], found["lag"]["evidence"], found["spread"]
    for label, value in {
        "People started": found["records"]["referrals"],
        "With the outcome": found["records"]["outcomes"],
        "Still waiting": found["records"]["open"],
        "Closed without it": found["records"]["left"],
        "Months of records": found["records"]["months"],
        "Rows refused": found["rows_refused"],
        "Onset lag, learned": f"{now['p50']:.1f} months",
        "Learned, range": f"{now['p10']:.1f} to {now['p90']:.1f}",
        "Onset lag, evidence": f"{before['p50']:.1f} months",
        "Evidence, range": f"{before['p10']:.1f} to {before['p90']:.1f}",
        "Spread, learned": f"{spread['estimate']['p50']:.1f} months",
        "Effect": "not known",
    }.items():
        assert figure(page, label) == str(value)
    rows = table(page, "Mean: both together")
    assert rows.loc["Mean: both together"].tolist() == [
        f"{now[p]:.1f}" for p in ("p10", "p50", "p90")
    ]
    text = " ".join(command(bench, cases).split())
    for sentence in (*learned.answer(held(page).found), *learned.beside(held(page).found)):
        assert sentence in shown(page)
        assert sentence in text
    assert found["lag"]["statement"] in shown(page)
    assert found["effect"]["statement"] in shown(page)


def test_the_files_are_the_commands(
    page_of: Page, bench: Workbench, cases: Path, tmp_path: Path
) -> None:
    content = cases.read_bytes() + BAD.encode()
    cases.write_bytes(content)
    page = page_of(content)
    labels = [each.label for each in page.get("download_button")]
    assert labels == [
        "Template: cases (CSV)", "Chart as PNG", "Chart as SVG",
        "Scenario (TOML)", "Everything (JSON)", "The ranges (CSV)",
    ]  # fmt: skip
    who, why = page.text_input(key="learn-who").value, page.text_area(key="learn-why").value
    file, found = held(page).file, held(page).found
    settings = found.settings(who, why)
    wanted = json.loads(command(bench, cases, "--format", "json"))
    values = [breach.pop("value") for breach in wanted["breaches"]]
    assert "Zaphod Beeblebrox" in values
    made = json.loads(learned.as_json(file, found, settings, "current-plan"))
    assert {breach.pop("value") for breach in made["breaches"]} == {""}
    assert made == wanted
    assert learned.as_csv(found) == command(bench, cases, "--format", "csv").rstrip()
    toml = tmp_path / "ours.toml"
    command(bench, cases, "--output", str(toml))
    assert (
        written(learned.scenario_with(found, settings, "current-plan")) == toml.read_text().rstrip()
    )


def test_rows_refused_are_told_by_row_column_and_rule_alone(page_of: Page, cases: Path) -> None:
    page = page_of(cases.read_bytes() + BAD.encode())
    assert figure(page, "Rows refused") == "4"
    rows = table(page, "82")
    assert list(rows.columns) == ["Column", "Rule", "What to do"]
    assert rows["Rule"].tolist() == ["CA04", "CA01", "CA03", "CA02"]
    assert rows.loc["85", "Column"] == "referral date"
    assert "Zaphod" not in shown(page)
    assert "2093" not in shown(page)
    assert "Zaphod" not in repr(held(page))


def test_nothing_of_the_file_stays(
    page_of: Page,
    bench: Workbench,
    cases: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not in the temporary folder, the store's, the record or a log; gone when taken away."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    head, *rows = cases.read_text().splitlines()
    named = [f"Case ref,{head}", *(f"Zaphod{n},{row}" for n, row in enumerate(rows))]
    caplog.set_level(logging.DEBUG)
    page = page_of("\n".join([*named, f"Zaphod0,{BAD}"]).encode(), "export.csv")
    button(page, "Use on Adjust").click().run()
    save(page, "Ada", "Our own", "Our lag")
    assert list(folder.rglob("*")) == []
    assert not [path for path in bench.store.parent.rglob("*") if b"Zaphod" in bytes_of(path)]
    assert "Zaphod" not in caplog.text + "".join(capfd.readouterr())
    assert "Zaphod" not in repr(held(page))
    page.file_uploader(key="learn-file").clear().run()
    assert "case-records" not in page.session_state


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


def test_levers_file_and_saved_scenario_give_the_same_to_the_penny(
    page_of: Page, bench: Workbench, cases: Path, tmp_path: Path
) -> None:
    page = page_of(cases.read_bytes(), **{"learn-scenario": "step-up"})
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
    before = bench.forecast(asked)
    moved, by_file, kept = (
        bench.forecast(replace(asked, scenario=name, changes=own))
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
    page_of: Page, bench: Workbench, cases: Path
) -> None:
    page = save(page_of(cases.read_bytes()), "Ada", "Three years of cases", "Our lag")
    kept = saved_scenario(bench.record, "our-lag")
    assert (kept.who, kept.why) == ("Ada", "Three years of cases")
    assert kept.document.differs_from == "current-plan"
    wanted = held(page).found.settings("Ada", "Three years of cases")
    plan = bench.plan(Request(scenario="our-lag"))
    for name in ("onset_lag", "onset_spread"):
        stands = getattr(plan.programmes[HUB], name)
        assert stands == wanted[name]
        assert (stands.decided_by, stands.reason) == ("Ada", "Three years of cases")
        assert "Council's own case records, 80 referrals" in stands.source


@pytest.mark.parametrize(
    ("who", "why", "title"), [("", "a", "b"), ("a", "", "b"), ("a", "b", ""), ("a", "b", "Step-up")]
)
def test_without_who_why_or_a_name_of_its_own_nothing_is_saved(
    page_of: Page, bench: Workbench, cases: Path, who: str, why: str, title: str
) -> None:
    page = save(page_of(cases.read_bytes()), who, why, title)
    assert page.error
    assert not page.exception
    assert set(bench.library.scenarios) == set(bench.on_file.scenarios)


def test_other_changes_stay_and_a_saved_scenario_is_set_in_its_last_version(
    page_of: Page, bench: Workbench, cases: Path
) -> None:
    plan = bench.scenario("step-up").model_copy(
        update={"id": "ours", "title": "Ours", "differs_from": "step-up", "programmes": ()}
    )
    save_scenario(bench.record, plan, "Ada", "First")
    save_scenario(bench.record, plan, "Ada", "Second", 1)
    page = page_of(cases.read_bytes(), **{"learn-scenario": "ours"})
    ramp = f"programmes.{HUB}.ramp"
    page.session_state["working"] = {"ours@2": {ramp: 9.0, LAG: 60.0, f"{LAG}.high": 70.0}}
    button(page, "Use on Adjust").click().run()
    now = page.session_state["working"]["ours@2"]
    assert now[ramp] == 9
    assert now[LAG] == held(page).found.settings()["onset_lag"].central
    save(page, "Ada", "Our own", "Our lag")
    assert saved_scenario(bench.record, "our-lag").document.differs_from == "ours@2"


def test_a_programme_that_no_scenario_runs_is_added_to_the_plan(
    page_of: Page, bench: Workbench, cases: Path
) -> None:
    hub = bench.library.programmes[HUB].model_copy(update={"id": "second-hub", "name": "Second"})
    save_programme(bench.record, hub, "Ada", "New")
    page = page_of(cases.read_bytes(), **{"learn-programme": "second-hub"})
    assert "No scenario runs this programme yet" in said(page)
    assert "Use on Adjust" not in [each.label for each in page.button]
    save(page, "Ada", "Our own", "With two hubs")
    assert "second-hub" in bench.plan(Request(scenario="with-two-hubs")).programmes
    # From now on there is one to set it in.
    assert page.selectbox(key="learn-scenario").value == "with-two-hubs"


def test_a_viewer_sees_it_all_and_saves_nothing(
    page_of: Page, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "visitor", lambda: Visitor("Vi", "viewer", True))
    page = page_of(cases.read_bytes())
    assert figure(page, "Onset lag, learned")
    labels = [each.label for each in (*page.button, *page.get("download_button"))]
    assert {"Use on Adjust", "Scenario (TOML)"} <= set(labels)
    assert "Save as a scenario" not in labels


def test_drawing_the_page_again_does_not_read_the_file_again(
    page_of: Page, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    read = own_records.cases_in
    monkeypatch.setattr(own_records, "cases_in", lambda *a: reads.append(a) or read(*a))
    page = page_of(cases.read_bytes())
    page.run().run()
    assert len(reads) == 1
    page.selectbox(key="learn-programme").select("family-group-conference").run()
    assert len(reads) == 2
    assert "outside the range of the evidence" in shown(page)


def test_too_few_cases_say_how_many_more_it_takes(page_of: Page, tmp_path: Path) -> None:
    people = synthetic_cohort(np.random.default_rng(1), 45, 30)
    page = page_of(write_cases(tmp_path / "few.csv", rows_of(people)).read_bytes())
    assert "Nothing to set: the forecast goes on with the programme's evidence." in shown(page)
    assert "Still needed: 15 more referrals" in shown(page)
    assert figure(page, "Onset lag, learned so far")
    labels = [each.label for each in (*page.button, *page.get("download_button"))]
    assert not {"Use on Adjust", "Save as a scenario", "Scenario (TOML)"} & set(labels)
    assert "no curve is drawn" in shown(page_of(TEMPLATES["cases"].encode()))


def test_matched_groups_tell_an_effect(page_of: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(55)
    rows = [
        row
        for group, share in (("programme", 0.55), ("comparison", 0.40))
        for row in rows_of(synthetic_cohort(rng, 1200, 48, mean=9, spread=4, share=share), group)
    ]
    page = page_of(write_cases(tmp_path / "matched.csv", rows).read_bytes())
    assert figure(page, "Effect") == "+15 points"
    button(page, "Use on Adjust").click().run()
    assert f"programmes.{HUB}.effect.low" in page.session_state["working"]["current-plan"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 broken", "cannot"),
        (b"Name,Cost\nx,1\n", "no column for referral date and outcome date"),
        (b"Referral date,Outcome date\n", "no usable row"),
        (b"Referral date,Outcome date\n01/05/2024,\n", "No row has an outcome date"),
        (b"Referral date,Outcome date\n01/05/2024,01/06/2025\n02/06/2026,01/08/2026\n",
         "leaves out the slow ones"),
        (b"Referral date,Outcome date\n01/05/2093,01/06/2093\n", "is still to come"),
        (b"Programme,Referral date,Outcome date\nMockingbird,01/05/2024,01/06/2025\n",
         "rows of another programme: 1"),
    ],
)  # fmt: skip
def test_a_file_that_teaches_nothing_says_why(page_of: Page, content: bytes, words: str) -> None:
    page = page_of(content)
    assert page.error or page.warning
    assert words in shown(page)
    assert "--" not in said(page)
    assert not page.metric


def test_the_headings_shown_are_those_understood() -> None:
    known = COLUMN_WORDS[CASES]
    every = {folded(word) for words in known.values() for word in words}
    assert {folded(heading) for heading in CASE_COLUMNS} - {folded("Cohort")} <= every
    head = TEMPLATES["cases"].split("\r\n")[0].split(",")
    assert head == list(CASE_COLUMNS)[: len(head)]
