"""Adjust lag: the figures are the model's, and a longer lag lands later."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.screen import Opened, button, figure, said, table, tables, unfolded
from prevention.dashboard import figures
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.reports import words
from prevention.reports.words import pence, sum_in, thousands

LAG = "programmes.no-wrong-door.onset_lag"
SLOW = f"{LAG}=48"
CENTRAL = "With your changes, central"
HEAD = "Central"


def projected(workbench: Workbench, *changes: tuple[str, float]) -> Projection:
    return workbench.forecast(Request(scenario="step-up", changes=changes, draws=2048))


def saving(projection: Projection, programme: str = TOTAL) -> pd.DataFrame:
    rows = summary.annual(projection)
    chosen = (rows["programme"] == programme) & (rows["service"] == TOTAL)
    return rows[chosen & (rows["measure"] == "cashable_saving")]


@pytest.mark.parametrize("lag", [20.625, 0.0, 36.0])
def test_the_page_shows_the_models_own_figures(
    opened: Opened, workbench: Workbench, lag: float
) -> None:
    page = opened("adjust", set=f"{LAG}={lag}")
    expected = saving(projected(workbench, (LAG, lag)) if lag != 20.625 else projected(workbench))
    rows = table(page, CENTRAL)
    total = round(float(expected["central"].sum()), 2)
    assert rows.loc[CENTRAL].tolist() == [thousands(v) for v in (*expected["central"], total)]
    for name, row in (("p10", "P10"), ("p90", "P90")):
        shown = rows.loc[f"With your changes, {row}"].tolist()[:-1]
        assert shown == [thousands(v) for v in expected[name]]
    assert figure(page, HEAD) == sum_in("thousand", total)


def test_a_longer_lag_moves_the_saving_later(opened: Opened) -> None:
    page = opened("adjust", scenario="adults-first", programme="frailty-unit")
    page.button_group(key="figures-for").set_value("This programme only").run()
    before = table(page, CENTRAL).loc[CENTRAL].map(as_number)
    page.slider(key="lever onset_lag").set_value(before_lag(page) + 12).run()
    after = table(page, CENTRAL).loc[CENTRAL].map(as_number)
    assert not page.exception
    years = before.drop("Plan").index
    assert middle(after[years]) > middle(before[years]) + 0.1
    assert (after[years].cumsum() <= before[years].cumsum() + 0.05).all()
    change = table(page, CENTRAL).loc["Change in central"].map(as_number)
    assert change["Plan"] == pytest.approx(after["Plan"] - before["Plan"], abs=0.11)


def before_lag(page: AppTest) -> float:
    return float(page.slider(key="lever onset_lag").value)


def test_a_longer_lag_of_a_running_programme_saves_less_in_every_year(opened: Opened) -> None:
    before = table(opened("adjust"), CENTRAL).loc[CENTRAL].map(as_number)
    after = table(opened("adjust", set=SLOW), CENTRAL).loc[CENTRAL].map(as_number)
    assert (after < before).all()


def as_number(text: str) -> float:
    return float(str(text).replace("−", "-").replace(",", ""))


def middle(saved: pd.Series) -> float:
    """Mean year in which the saving arrives, in years from the first."""
    return sum(year * amount for year, amount in enumerate(saved)) / saved.sum()


def test_the_lag_curve_is_redrawn(opened: Opened) -> None:
    page = opened("adjust", set=SLOW)
    rows = table(unfolded(page, "curve's table"), "Month 24")
    assert rows.loc["Month 24", "As on file"] == "71%"
    assert as_number(rows.loc["Month 24", "With your changes"].rstrip("%")) < 5


def test_reset_puts_every_assumption_back(opened: Opened) -> None:
    page = opened("adjust", set=[SLOW, "programmes.no-wrong-door.effect=0.12"])
    assert figure(page, HEAD) != figure(opened("adjust"), HEAD)
    button(page, "Take back all").click().run()
    assert page.slider(key="lever onset_lag").value == 20.625
    assert unfolded(page, "other levers").slider(key="lever effect").value == 5.5
    assert figure(page, HEAD) == figure(opened("adjust"), HEAD)


def test_another_programme_has_its_own_lag_and_what_was_changed_stays(opened: Opened) -> None:
    page = opened("adjust", set=SLOW)
    page.selectbox(key="programme").select("mockingbird").run()
    assert page.slider(key="lever onset_lag").value == 22.5
    assert as_number(table(page, CENTRAL).loc["Change in central", "Plan"]) < 0
    page.selectbox(key="programme").select("no-wrong-door").run()
    assert page.slider(key="lever onset_lag").value == 48


def test_doing_nothing_saves_nothing(opened: Opened) -> None:
    page = opened("adjust", scenario="do-nothing")
    assert not page.exception
    assert set(tables(page)[0].to_numpy().ravel()) == {"0.0"}


def test_the_chance_is_that_of_the_approved_figure(opened: Opened, workbench: Workbench) -> None:
    approved, slower = projected(workbench), projected(workbench, (LAG, 48.0))
    target = summary.target_of(approved, TOTAL)
    saved = slower.samples[TOTAL, TOTAL]["cashable_saving"].astype(float).sum(axis=0)
    page = opened("adjust", set=SLOW)
    assert figure(page, "Counted on") == sum_in("thousand", target)
    assert figure(page, "Chance of that") == f"{(saved >= target).mean():.0%}"


@pytest.mark.parametrize("programme", ["mockingbird", "no-wrong-door"])
def test_the_words_say_what_the_appraisal_finds(
    opened: Opened, workbench: Workbench, programme: str
) -> None:
    rows = summary.appraisal(projected(workbench)).set_index("programme")
    shown = said(opened("adjust", programme=programme))
    lag = rows.loc[programme, "switching_lag_months"]
    lag = None if lag is None or math.isnan(lag) else lag
    assert words.longest_lag(lag, rows.loc[programme, "switching_lag_note"]) in shown
    assert words.slip(rows.loc[programme, "quarter_slip"]) in shown
    month = rows.loc[TOTAL, "payback_month"]
    year = rows.loc[TOTAL, "payback_year"] if isinstance(month, str) else None
    assert (f"Cumulative net turns positive in {year}" in shown) == (year is not None)
    assert ("does not turn positive inside the plan" in shown) == (year is None)


def test_one_programme_alone(opened: Opened, workbench: Workbench) -> None:
    page = opened("adjust", programme="mockingbird")
    page.button_group(key="figures-for").set_value("This programme only").run()
    expected = saving(projected(workbench), "mockingbird")["central"]
    assert figure(page, HEAD) == sum_in("thousand", round(float(expected.sum()), 2))
    rows = summary.appraisal(projected(workbench)).set_index("programme")
    year = rows.loc["mockingbird", "payback_year"]
    shown = figure(page, "Net positive from")
    assert shown == (year if isinstance(year, str) else "not in plan")


def test_the_ladder_sums_to_the_penny(opened: Opened, workbench: Workbench) -> None:
    page = unfolded(opened("adjust"), "ladder's table")
    rows = table(page, "Gross avoided cost")["Over the plan"]
    amounts = [
        round(float(v.replace("£", "").replace("−", "-").replace(",", "")) * 100) for v in rows
    ]
    assert sum(amounts[:-1]) == amounts[-1]
    whole = figures.over_plan(projected(workbench), "cashable_saving")
    assert rows.iloc[-1] == pence(whole.central)


@pytest.mark.parametrize("group", [None, ("mockingbird",), ("mockingbird", "no-wrong-door")])
def test_figures_are_those_of_the_summary(workbench: Workbench, group: figures.Group) -> None:
    projection = projected(workbench)
    rows = summary.annual(projection)
    rows = rows[rows["service"] == TOTAL]
    ids = [TOTAL] if group is None else list(group)
    for measure in ("cashable_saving", "delivery_cost", "net_saving", "not_cashable"):
        chosen = rows[rows["programme"].isin(ids) & (rows["measure"] == measure)]
        expected = chosen.groupby("year")["central"].sum().round(2).tolist()
        assert figures.central(projection, measure, group).tolist() == expected


def test_turning_point_is_that_of_the_appraisal(workbench: Workbench) -> None:
    projection = projected(workbench)
    rows = summary.appraisal(projection).set_index("programme")
    for id_, group in ((TOTAL, None), ("mockingbird", ("mockingbird",))):
        found = figures.turning_of(projection, group)
        month = rows.loc[id_, "payback_month"]
        assert found.month == (month if isinstance(month, str) else None)
        assert found.peak == pytest.approx(rows.loc[id_, "peak_funding"], abs=0.01)
        assert found.peak_month == rows.loc[id_, "peak_funding_month"]


def test_a_table_below_a_chart_is_made_only_while_it_is_open(opened: Opened) -> None:
    page = opened("adjust")
    closed = {row for each in tables(page) for row in each.index}
    assert not closed & {"Month 24", "Gross avoided cost"}
    for key, row in (("curve's table", "Month 24"), ("ladder's table", "Gross avoided cost")):
        assert row in table(unfolded(page, key), row).index
        page.slider(key="lever onset_lag").set_value(30.0).run()
        assert row in table(page, row).index  # and stays while a lever moves


def test_undo_takes_back_one_move_at_a_time(opened: Opened) -> None:
    page = opened("adjust")
    for lag in (30.0, 40.0):
        page.slider(key="lever onset_lag").set_value(lag).run()
    button(page, "Undo").click().run()
    assert page.slider(key="lever onset_lag").value == 30
    assert page.query_params["set"] == f"{LAG}=30"
    button(page, "Undo").click().run()
    assert page.slider(key="lever onset_lag").value == 20.625
    assert "set" not in page.query_params
    assert button(page, "Undo").disabled


def test_reset_to_evidence_undoes_what_a_saved_scenario_sets(opened: Opened) -> None:
    page = opened("adjust", set=SLOW)
    button(page, "Reset to evidence").click().run()
    assert page.slider(key="lever onset_lag").value == 20.625


def test_one_visitors_lag_is_not_in_anothers_figures(opened: Opened) -> None:
    mine, yours = opened("adjust"), opened("adjust")
    start = figure(yours, HEAD)
    for lag in (30.0, 48.0, 12.0):
        mine.slider(key="lever onset_lag").set_value(lag).run()
        yours.run()
        assert figure(yours, HEAD) == start != figure(mine, HEAD)


def test_the_bridge_shows_each_change_and_adds_up_to_the_penny(opened: Opened) -> None:
    changes = [SLOW, "programmes.mockingbird.effect=0.1"]
    page = opened("adjust", set=changes)
    page.session_state["detail"] = "What changed it"
    rows = table(unfolded(page, "bridge's table"), "Changes acting together")
    amounts = [in_pence(v) for v in rows["Over the plan"]]
    assert list(rows.index) == [
        "As on file",
        "Effect, Mockingbird constellations",
        "Onset lag, No Wrong Door hub",
        "Changes acting together",
        "With your changes",
    ]
    assert sum(amounts[:-1]) == amounts[-1]


def in_pence(text: str) -> int:
    return round(float(str(text).replace("£", "").replace("−", "-").replace(",", "")) * 100)


def test_the_longest_lag_and_the_cost_of_each_quarter(opened: Opened, workbench: Workbench) -> None:
    page = opened("adjust", programme="mockingbird")
    page.session_state["detail"] = "How late it may come"
    page.run()
    rows = table(page, "3 months later")
    slip = summary.appraisal(projected(workbench)).set_index("programme").loc["mockingbird"]
    shown = as_number(rows.loc["3 months later", "Change in cashable"])
    assert shown == pytest.approx(slip["quarter_slip"] / 1000, abs=0.051)
    assert rows.loc["As it stands", "Change in cashable"] == "0.0"


def test_the_register_is_checked_before_it_counts(opened: Opened) -> None:
    page = opened("adjust")
    page.session_state["detail"] = "Every assumption"
    page.run()
    rows = page.dataframe[0].value.reset_index(drop=True)
    lag = int(rows.index[rows["key"] == LAG][0])
    edit(page, {lag: {"Central": 36.0, "High": 60.0}})
    assert page.slider(key="lever onset_lag").value == 36
    assert set(page.session_state["working"]["step-up"]) == {LAG, f"{LAG}.low", f"{LAG}.high"}
    edit(page, {lag: {"Low": 90.0}})
    assert "out of order" in page.error[0].value
    assert page.slider(key="lever onset_lag").value == 36


def edit(page: AppTest, rows: dict[int, dict[str, float]]) -> None:
    """Type in the register and apply."""
    page.session_state["register-table"] = {
        "edited_rows": rows,
        "added_rows": [],
        "deleted_rows": [],
    }
    button(page, "Apply these assumptions").click().run()


def test_a_slider_moved_fast_is_not_undone_by_the_box_beside_it(opened: Opened) -> None:
    page = opened("adjust")
    before = page.number_input(key="typed onset_lag").value
    page.slider(key="lever onset_lag").set_value(26.5).run()
    page.slider(key="lever onset_lag").set_value(32.5)
    page.number_input(key="typed onset_lag").set_value(before).run()
    assert page.slider(key="lever onset_lag").value == 32.5
    assert page.number_input(key="typed onset_lag").value == 32.5
    page.number_input(key="typed onset_lag").set_value(36.0).run()
    assert page.slider(key="lever onset_lag").value == 36.0
