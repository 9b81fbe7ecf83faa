"""The page "How accurate is this?" says what the back-test found, of every council."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.screen import Opened, said, table, tables
from prevention.baseline.hindcast import FAVOURED_THEN, favoured_then
from prevention.baseline.scores import scores
from prevention.evidence.accuracy import BackTest, back_test
from prevention.jobs import Workbench
from prevention.reports import accuracy as report

WARRINGTON, CUMBERLAND = "E06000007", "E06000063"
LINES = (
    ("children-looked-after", "people"),
    ("residential-65-plus", "people"),
    ("childrens-homes", "unit_cost"),
)


@pytest.fixture(scope="module")
def tested(workbench: Workbench) -> BackTest:
    return back_test(workbench.store, workbench.data, workbench.on_file.economy)


@pytest.mark.parametrize(("service", "measure"), LINES)
def test_the_page_shows_the_back_tests_own_figures(
    opened: Opened, tested: BackTest, service: str, measure: str
) -> None:
    page = opened("accuracy", series=f"{service}.{measure}")
    assert not page.exception
    assert not page.error
    found, own = tested.accuracy(), tested.accuracy(WARRINGTON)
    shown = said(page)
    for accuracy, where in ((found, ""), (own, " in Warrington")):
        sentence = report.headline(accuracy, service, measure, where)
        assert sentence in shown
        assert re.search(r"missed by \d+% on average", sentence)
    scores = report.of_line(found, service, measure)
    names = {report.METHOD_NAMES[score.method] for score in scores}
    default = report.METHOD_NAMES[found.defaults[service, measure]]
    rows = table(page, f"{default} (used here)")
    assert {name.removesuffix(" (used here)") for name in rows.index} == names
    assert "Straight line, 5 years" in names
    for score in scores:
        name = report.METHOD_NAMES[score.method]
        row = name + " (used here)" * (name == default)
        ahead = f"{score.horizon} year{'s' * (score.horizon > 1)} ahead"
        assert rows.loc[row, ahead] == f"{score.mape:.1%}"


def test_errors_may_be_shown_in_usual_yearly_changes(opened: Opened, tested: BackTest) -> None:
    page = opened("accuracy", series="nursing-65-plus.people", **{"errors-as": "mase"})
    page.segmented_control(key="errors-as").set_value("mase").run()
    (score,) = [
        score
        for score in report.of_line(tested.accuracy(), "nursing-65-plus", "people")
        if (score.method, score.horizon) == ("last_value", 5)
    ]
    assert table(page, "Drift since the first figure").loc["Last value held", "5 years ahead"] == (
        f"{score.mase:.2f}"
    )


def test_every_series_is_there_with_its_councils_and_starting_years(
    opened: Opened, tested: BackTest
) -> None:
    rows = table(opened("accuracy"), "Nursing care, 65 and over: people")
    found = tested.accuracy()
    assert list(rows.index) == [report.heading(found, *line) for line in report.lines_judged(found)]
    row = rows.loc["All children looked after: people"]
    assert (row["Councils"], row["Starting years"], row["Years ahead"]) == ("148", "4", "5")
    assert row["Against the last value held"] == "4.5% lower"
    assert "Home care, 65 and over: too few years" in said(opened("accuracy"))


def test_a_method_that_did_better_is_named_with_why_it_is_not_used(
    opened: Opened, tested: BackTest
) -> None:
    """National growth beats the default for nursing care from three years on, not at one."""
    page = opened("accuracy", series="nursing-65-plus.people")
    (rows,) = [each for each in tables(page) if "Better" in each.columns]
    row = rows.loc["National growth"]
    assert row["Better"] == "3, 4 and 5 years ahead"
    assert row["Why it is not used"] == "worse than the last value held 1 and 2 years ahead"
    rivals = report.rivals(tested.accuracy(), "nursing-65-plus", "people")
    assert set(rows.index) == {report.METHOD_NAMES[rival.method] for rival in rivals}


def test_what_hindsight_is_worth_is_said(opened: Opened, tested: BackTest) -> None:
    """Chosen from what was known then, the looked-after default gains nothing; care homes do."""
    (judged,) = [t for t in tested.trials if (t.service, t.measure) == LINES[0]]
    then = scores(favoured_then(tested.people[judged.service], judged))
    assert report.blind(then, tested.accuracy(), *LINES[0]) in said(opened("accuracy"))
    assert -0.04 < report.gain(then, FAVOURED_THEN, 5) < 0.04
    shown = said(opened("accuracy", series="residential-65-plus.people"))
    assert "five years ahead it is 22.5% better than holding the last value" in shown
    found = re.search(r"known by then, it would have been (\d+\.\d)% better", shown)
    assert found is not None
    assert float(found[1]) >= 15


def test_a_council_too_new_to_be_judged_is_told_so(opened: Opened) -> None:
    page = opened("accuracy", council=CUMBERLAND, series="fostering.unit_cost")
    assert not page.exception
    assert "Too few figures are published in Cumberland" in said(page)


def test_a_file_that_is_no_parquet_is_passed_over(
    workbench: Workbench, tmp_path: Path, store_path: Path
) -> None:
    """What is kept can be made again: a damaged file hides nothing else."""
    copy = tmp_path / "evidence.duckdb"
    copy.write_bytes(store_path.read_bytes())
    (tmp_path / "evidence.backtest.parquet").write_bytes(b"not a table")
    found = back_test(copy, workbench.data, workbench.on_file.economy)
    assert len(found.trials) == 9
