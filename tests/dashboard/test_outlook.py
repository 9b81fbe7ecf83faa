"""The Baseline page: methods with their errors, three fans, similar councils."""

from __future__ import annotations

import pytest

from dashboard.screen import Opened, said, table, tables
from prevention.evidence.accuracy import BackTest, back_test
from prevention.jobs import Request, Workbench
from prevention.model import summary
from prevention.reports import accuracy as report
from prevention.reports.words import figure_in

CUMBERLAND = "E06000063"


@pytest.fixture(scope="module")
def tested(workbench: Workbench) -> BackTest:
    return back_test(workbench.store, workbench.data, workbench.on_file.economy)


def test_people_price_and_spend_each_have_their_fan(opened: Opened, workbench: Workbench) -> None:
    page = opened("baseline")
    page.segmented_control(key="money").set_value("million").run()
    assert not page.exception
    rows = summary.baseline(workbench.forecast(Request(scenario="do-nothing", draws=2048)))
    rows = rows[rows["service"] == "children-looked-after"]
    fans = [each for each in tables(page) if "Central" in each.columns]
    assert len(fans) == 3
    for shown, facet in zip(fans, ("people", "unit_cost", "spend"), strict=True):
        ahead = rows[rows["measure"] == facet].set_index("year")
        for year, row in ahead.iterrows():
            for column in ("central", "p10", "p90"):
                written = (
                    figure_in("million", row[column]) if facet == "spend" else f"{row[column]:,.1f}"
                )
                assert shown.loc[year, column.capitalize()] == written
    labels = [button.label for button in page.get("download_button")]
    assert labels.count("Chart as PNG") == labels.count("Chart as SVG") == 3


def test_each_line_has_its_method_with_its_own_error(opened: Opened, tested: BackTest) -> None:
    page = opened("baseline")
    found = tested.accuracy()
    assert report.verdict(found, "children-looked-after", "people", "levelling_fading") in said(
        page
    )
    (rows,) = [each for each in tables(page) if "Method" in each.columns]
    assert next(iter(rows.index)) == "All children looked after"
    for service, name in found.names.items():
        if (service, "people") in found.defaults:
            default = found.defaults[service, "people"]
            assert rows.loc[name, "Method"] == report.METHOD_NAMES[default]
            far = report.of_method(report.of_line(found, service, "people"), default)
            assert rows.loc[name, "Error on past years, all councils"].startswith(
                f"{far[max(far)].mape:.1%}"
            )
    assert rows.loc["Home care, 65 and over"].iloc[1] == "not tried: too few years"


def test_a_straight_line_is_carried_on_with_a_warning(opened: Opened, workbench: Workbench) -> None:
    page = opened("baseline")
    page.selectbox(key="method-children-looked-after").set_value("straight_line").run()
    assert not page.exception
    (warning,) = page.warning
    assert "did worse than holding the last value" in warning.value
    assert "baseline\\_method=straight\\_line" in said(page)
    change = ("services.children-looked-after.baseline_method", "straight_line")
    projection = workbench.forecast(Request(scenario="do-nothing", changes=(change,), draws=0))
    rows = summary.baseline(projection)
    mine = (rows["service"] == "children-looked-after") & (rows["measure"] == "people")
    year, people = rows[mine].iloc[-1][["year", "central"]]
    shown = table(page, year)
    assert shown.loc[year, "Central"] == f"{people:,.1f}"


def test_similar_councils_are_named_and_compared(opened: Opened) -> None:
    page = opened("baseline")
    shown = said(page)
    assert "Similar councils: the 10 nearest in people aged 0 to 17" in shown
    assert "They are Bury, " in shown
    assert "In 2024/25 there were 310 here; at the rate of similar councils" in shown
    assert "Similar councils" in table(page, "2024/25").columns


def test_a_council_too_new_for_similar_ones_is_told_so(opened: Opened) -> None:
    page = opened("baseline", council=CUMBERLAND)
    assert not page.exception
    assert "No similar councils" in said(page)


def test_an_unknown_method_in_the_address_is_answered(opened: Opened) -> None:
    page = opened("baseline", **{"method-children-looked-after": "crystal ball"})
    assert not page.exception
    assert "There is no method" in page.warning[0].value
    assert page.selectbox(key="method-children-looked-after").value == "levelling_fading"
