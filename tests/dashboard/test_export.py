"""Export: what is previewed is what is in the file."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

from dashboard.screen import Opened, table
from prevention.dashboard.export import FORMATS, content_of, name_of, preview
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.reports.lines import mtfs_table
from prevention.reports.words import budget_line

ROW = "All programmes: total cashable savings"


def test_the_preview_is_the_schedule_of_the_file(opened: Opened, workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario="step-up", draws=0))
    shown = table(opened("export"), ROW)
    rows = mtfs_table(projection)
    assert len(shown) == len(rows)
    for column in (*projection.timeline.labels, "2031/32 cumulative", "Total"):
        assert shown[column].tolist() == [budget_line(-value) for value in rows[column]]


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
        assert shown[f"{year} cumulative"] == f"({levels[year] / 1000:,.1f})"
        assert shown[year] == budget_line(steps[year])
    assert shown["2027/28"].startswith("(")


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
    plain = table(page, ROW).loc[ROW, "Total"]
    change = ("programmes.no-wrong-door.onset_lag", 48.0)
    page.session_state["adjusted"] = ("step-up", (change,))
    page.run()
    assert table(page, ROW).loc[ROW, "Total"] == plain
    page.checkbox(key="use-mine").check().run()
    assert table(page, ROW).loc[ROW, "Total"] != plain


def test_doing_nothing_exports_without_fault(opened: Opened, workbench: Workbench) -> None:
    page = opened("export", export=["do-nothing"])
    assert not page.exception
    assert "every line of the schedule is zero" in page.info[0].value
    projection = workbench.forecast(Request(scenario="do-nothing", draws=0))
    assert content_of([projection], "xlsx", workbench.citations())[:2] == b"PK"


def test_the_preview_takes_every_row_of_a_large_scenario(workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario="whole-system", draws=0))
    rows = preview(projection, summary.appraisal(projection))
    assert rows.index.is_unique
    assert len(rows) == len(mtfs_table(projection))
