"""Compare scenarios: columns that add up, differences in plain names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.screen import Opened, said, table
from prevention.dashboard.pages.compare import side_of
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.model.measures import TOTAL
from prevention.reports.words import pence, sum_in

TITLE = "B: Step up Mockingbird and No Wrong Door"


def as_pence(text: str) -> int:
    return round(float(text.replace("£", "").replace("−", "-").replace(",", "")) * 100)


def test_the_columns_are_the_models_figures(opened: Opened, workbench: Workbench) -> None:
    projection = workbench.forecast(Request(scenario="step-up", draws=2048))
    rows = summary.annual(projection)
    whole = rows[(rows["programme"] == TOTAL) & (rows["service"] == TOTAL)]
    shown = table(opened("compare"), "People started")[TITLE]
    for measure, heading in (
        ("cashable_saving", "Cashable saving, plan"),
        ("delivery_cost", "Delivery cost, plan"),
        ("net_saving", "Net saving, plan"),
    ):
        total = round(float(whole[whole["measure"] == measure]["central"].sum()), 2)
        assert shown[heading] == sum_in("thousand", total)
    saved = whole[whole["measure"] == "cashable_saving"].set_index("year")["central"]
    for year, value in saved.cumsum().items():
        assert shown[f"Saved by the end of {year}"] == sum_in("thousand", value)
    last = summary.appraisal(projection).set_index("programme").loc[TOTAL]
    assert shown["Net present value, cash"] == sum_in("thousand", last["npv_cashable"])
    assert shown["Net present value, fiscal"] == sum_in("thousand", last["npv_fiscal"])
    assert shown["Month of peak funding"] == last["peak_funding_month"]
    assert shown["Chance of target"].startswith(f"{last['probability_of_target']:.0%} of")


def test_childrens_and_adults_add_up_to_together(opened: Opened) -> None:
    rows = table(opened("compare"), "Net saving: together")
    for column in rows.columns:
        for measure in ("Cashable saving", "Delivery cost", "Net saving"):
            parts = [
                as_pence(rows.loc[f"{measure}: {part}", column])
                for part in ("children's services", "adult social care")
            ]
            assert sum(parts) == as_pence(rows.loc[f"{measure}: together", column])


def test_the_side_by_side_holds_for_one_directorate(
    workbench: Workbench, built_store: Path
) -> None:
    projection = workbench.forecast(Request(scenario="adults-first", draws=256))
    rows = summary.annual(projection)
    rows = rows[(rows["service"] == TOTAL) & (rows["measure"] == "delivery_cost")]
    adults = rows[rows["programme"].isin(["intermediate-care", "frailty-unit"])]["central"].sum()
    assert adults > 1e6
    assert side_of(projection, "adults")["Delivery cost, plan"] == sum_in("thousand", adults)
    assert side_of(projection, "children")["Delivery cost, plan"] == "£0k"


def test_doing_nothing_is_all_zeros(opened: Opened) -> None:
    page = opened("compare", scenarios=["do-nothing", "current-plan"])
    assert not page.exception
    nothing = table(page, "People started")["A: Do nothing"]
    money = [v for k, v in nothing.items() if "saving" in k or "cost" in k or "value" in k]
    assert set(money) == {"£0k"}
    assert nothing["People started"] == "0"
    assert set(table(page, "Net saving: together")["A: Do nothing"]) == {pence(0)}


def test_the_reader_chooses_thousands_or_millions(opened: Opened) -> None:
    shown = table(opened("compare", money="£ million"), "People started")[TITLE]
    assert re.fullmatch(r"£\d+\.\d\dm", shown["Cashable saving, plan"])


def test_one_scenario_alone_is_not_a_comparison(opened: Opened) -> None:
    page = opened("compare", scenarios=["step-up"])
    page.multiselect(key="scenarios").set_value(["step-up"]).run()
    assert "two scenarios or more" in said(page)


def test_differences_have_plain_names(opened: Opened) -> None:
    rows = opened("compare", scenarios=["current-plan", "step-up"]).dataframe[0].value
    assert not rows["Of"].str.contains("-door|programmes", regex=True).any()
    hub = rows[(rows["Of"] == "No Wrong Door hub, second hub team")].set_index("Assumption")
    assert hub.loc["Set-up cost", "B: Step up Mockingbird and No Wrong Door"] == "£300,000"
    assert hub.loc["Set-up cost", "A: Current plan"] == "not in this scenario"


@pytest.mark.parametrize("directorate", ["children", "adults"])
def test_one_directorate_at_a_time(opened: Opened, directorate: str) -> None:
    page = opened("compare")
    page.radio(key="programmes-of").set_value(directorate).run()
    assert not page.exception
    shown = table(page, "People started")
    people = shown.loc["People started", "C: Adults first"]
    assert int(people.replace(",", "")) > 0
    if directorate == "adults":
        assert shown.loc["People started", "A: Current plan"] == "0"
