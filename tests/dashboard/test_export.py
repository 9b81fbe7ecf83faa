"""Export: what is previewed is what is in the file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from dashboard.screen import Opened, table
from prevention.dashboard.pages.export import FORMATS, content_of, made, name_of
from prevention.dashboard.preview import preview
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.model.scenarios import Scenario
from prevention.money import to_pence
from prevention.record import open_record
from prevention.record.runs import kept_run
from prevention.record.scenarios import save_scenario
from prevention.reports.sheets.layouts import DEFAULT_LAYOUT
from prevention.reports.sheets.lines import mtfs_table
from prevention.reports.words import budget_figure

ROW = "total-S"


def shown_as(pounds: float) -> str:
    """A figure as the page's table holds it: plain text in thousands."""
    return budget_figure(int(to_pence(pounds)), "thousands")


def test_the_preview_holds_the_lines_of_the_schedule(opened: Opened, workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario="step-up", draws=0))
    shown = table(opened("export"), ROW)
    rows = mtfs_table(projection).set_index("Reference")
    assert set(rows.index) < set(shown.index)
    for column in (*projection.timeline.labels, "2031/32 cumulative", "Total"):
        wanted = [shown_as(value) for value in rows[column]]
        assert shown.loc[rows.index, column].tolist() == wanted


def test_savings_stand_in_brackets_and_increments_make_the_cumulative(
    opened: Opened, workbench: Workbench
) -> None:
    projection = workbench.forecast(Request(scenario="step-up", draws=0))
    annual = summary.annual(projection)
    whole = annual[(annual["programme"] == TOTAL) & (annual["service"] == TOTAL)]
    levels = whole[whole["measure"] == "cashable_saving"].set_index("year")["central"]
    steps = whole[whole["measure"] == "mtfs_increment"].set_index("year")["central"]
    shown = table(opened("export"), ROW).loc[ROW]
    for year in projection.timeline.labels:
        assert shown[f"{year} cumulative"] == f"({levels[year] / 1000:,.0f})"
        assert shown[year] == shown_as(-steps[year])
    assert shown["2027/28"].startswith("(")


def test_the_preview_follows_layout_unit_and_years(opened: Opened) -> None:
    page = opened("export")
    page.selectbox(key="layout").set_value("cabinet").run()
    assert table(page, ROW).loc[ROW, "2027/28 £"] == "(220,951)"
    page.selectbox(key="unit").set_value("millions").run()
    page.selectbox(key="first-year").set_value(2030).run()
    page.selectbox(key="years").set_value(3).run()
    assert not page.exception
    shown = table(page, ROW)
    assert [c for c in shown.columns if "/" in c] == ["2029/30 £m", "2030/31 £m", "2031/32 £m"]
    assert shown.loc[ROW, "Total £m"].startswith("(0.")
    assert "cumulative" not in " ".join(shown.columns)


def test_the_audit_sheet_is_shown_with_the_run_of_the_file(
    opened: Opened, workbench: Workbench
) -> None:
    page = opened("export")
    sampled = workbench.forecast(Request(scenario="step-up", draws=4096))
    assert table(page, "Run").loc["Run", "Value"] == summary.run_record(sampled)["run_id"]
    assert table(page, "Run").loc["Draws", "Value"] == "4096"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("csv", "annual rows"),
        ("charts", "Bars from"),
        ("briefing", "The briefing puts these figures in words"),
    ],
)
def test_every_format_says_what_will_be_in_it(opened: Opened, kind: str, said: str) -> None:
    page = opened("export")
    page.radio(key="format").set_value(kind).run()
    assert not page.exception
    assert any(said in str(caption.value) for caption in page.caption)


def test_a_saved_version_can_be_exported_and_its_run_replayed(
    opened: Opened, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "evidence.duckdb"
    place.symlink_to(store_path)
    monkeypatch.setenv(STORE_VARIABLE, str(place))
    for lag in (12, 36):
        scenario = Scenario(
            id="ours",
            title="Our plan",
            differs_from="step-up",
            changes={"programmes.no-wrong-door.onset_lag": lag},
        )
        save_scenario(open_record(place), scenario, "Ann", "Tried", parent=0 if lag == 12 else 1)
    page = opened("export", export=["ours"])
    last = table(page, ROW).loc[ROW, "Total"]
    page.selectbox(key="version-of-ours").set_value(1).run()
    assert not page.exception
    assert table(page, ROW).loc[ROW, "Total"] != last
    bench = Workbench(store=place)
    request = Request(scenario="ours@1", draws=64)
    file = made(bench, [request], "csv", DEFAULT_LAYOUT)
    run = str(summary.run_record(bench.forecast(request))["run_id"])
    assert run.encode() in file
    assert kept_run(open_record(place), run).run["scenario"] == "ours"
    assert bench.replay(run).different == []
    assert table(page, "Run").loc["Version of the scenario", "Value"].startswith("1, saved by Ann")
    book = made(bench, [request], "schedule", DEFAULT_LAYOUT)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"1, saved by Ann on " in parts.read("xl/sharedStrings.xml")


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_holds_the_run(workbench: Workbench, kind: str) -> None:
    projection = workbench.forecast(Request(scenario="step-up", draws=64))
    content = content_of([projection], kind, workbench.citations())
    run = summary.run_record(projection)["run_id"]
    if kind not in ("csv", "parquet"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            texts = [parts.read(name) for name in parts.namelist()]
        assert any(str(run).encode() in text for text in texts)
        return
    reader = pd.read_csv if kind == "csv" else pd.read_parquet
    rows = reader(io.BytesIO(content))
    assert set(rows["run_id"]) == {run}
    assert len(rows) == len(summary.annual(projection))


def test_a_layout_is_chosen_where_there_is_a_schedule(opened: Opened) -> None:
    page = opened("export")
    assert page.selectbox(key="layout").value == "full"
    page.radio(key="format").set_value("briefing").run()
    assert not page.exception
    assert "layout" not in [box.key for box in page.selectbox]
    assert page.download_button[0].label == "Download Briefing (Word)"


def test_the_name_is_that_of_the_run_in_the_file(workbench: Workbench) -> None:
    central = workbench.forecast(Request(scenario="step-up", draws=0))
    sampled = workbench.forecast(Request(scenario="step-up", draws=64))
    run = summary.run_record(sampled)["run_id"]
    assert name_of(central, "csv", 64) == f"prevention_Warrington_step-up_2027-28_{run[:8]}.csv"


def test_formats_that_hold_one_scenario_get_a_file_each(opened: Opened) -> None:
    page = opened("export", export=["step-up", "current-plan"])
    assert len(page.download_button) == 1
    page.radio(key="format").set_value("csv").run()
    assert not page.exception
    labels = [button.label for button in page.download_button]
    assert labels == [
        "Download CSV: Step up Mockingbird and No Wrong Door",
        "Download CSV: Current plan",
    ]


def test_assumptions_set_on_the_first_page_can_be_exported(opened: Opened) -> None:
    page = opened("export")
    assert not page.checkbox
    before = table(page, ROW).loc[ROW, "Total"]
    change = ("programmes.no-wrong-door.onset_lag", 48.0)
    page.session_state["adjusted"] = ("step-up", (change,))
    page.run()
    assert table(page, ROW).loc[ROW, "Total"] == before
    assert "I set under Adjust for Step up" in page.checkbox(key="use-mine").label
    page.checkbox(key="use-mine").check().run()
    assert table(page, ROW).loc[ROW, "Total"] != before


def test_doing_nothing_exports_without_fault(opened: Opened, workbench: Workbench) -> None:
    page = opened("export", export=["do-nothing"])
    assert not page.exception
    assert "every line of the schedule is zero" in page.info[0].value
    projection = workbench.forecast(Request(scenario="do-nothing", draws=0))
    assert content_of([projection], "xlsx", workbench.citations())[:2] == b"PK"


def test_the_preview_takes_every_row_of_a_large_scenario(workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario="whole-system", draws=0))
    rows = preview(projection, summary.appraisal(projection), DEFAULT_LAYOUT)
    assert rows.index.is_unique
    assert len(rows) > len(mtfs_table(projection))
