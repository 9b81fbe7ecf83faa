"""Best mix: the command's answer on a page, found once, taken away and saved."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.screen import Opened, button, figure, said, table, tables
from prevention.cli import app
from prevention.dashboard import identity
from prevention.dashboard.identity import Visitor
from prevention.dashboard.pages import mix
from prevention.dashboard.searching import Searches
from prevention.dashboard.session import DRAWS
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Request, Workbench
from prevention.jobs.choosing import optimise
from prevention.model.summary import document
from prevention.record.scenarios import saved_scenario
from prevention.reports.pictures import mix_charts
from prevention.reports.pictures.picture import as_svg
from prevention.reports.words import figure_in, pence, per_cent, sum_in

MIXES = {
    "Best found": "best",
    "Next best": "runner_up",
    "All at once": "everything",
    "What already runs": "running_already",
    "With no limit": "no_limit",
}
LAG = "programmes.purchasing-framework.onset_lag"
SMALL = ["Reablement at home", "Purchasing framework for placements"]


@pytest.fixture
def bench(store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A store of its own, with an empty record beside it."""
    copy = tmp_path / "evidence.duckdb"
    shutil.copy(store_path, copy)
    monkeypatch.setenv(STORE_VARIABLE, str(copy))
    return Workbench(store=copy)


@pytest.fixture
def page_of(bench: Workbench, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The page on that store."""

    def open_page(page: str = "mix", **address: str | list[str]) -> AppTest:
        monkeypatch.setenv(STORE_VARIABLE, str(bench.store))
        return opened(page, **address)

    return open_page


def find(page: AppTest) -> AppTest:
    found = button(page, "Find the best mix").click().run()
    assert not found.exception
    return found


def answered(store: Path, *asked: str) -> Any:
    """What the command answers."""
    options = ("--draws", str(DRAWS), "--store", str(store), "--format", "json")
    came = CliRunner().invoke(app, ["optimise", *asked, *options])
    assert came.exit_code == 0, came.output
    return json.loads(came.stdout)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ({}, ("--budget", "500000")),
        (
            {
                "council": "Bolton",
                "scenario": "whole-system",
                "years": "4",
                "limit": "900000",
                "goal": "Cashable saving",
                "latest": "2029/30",
                "only": SMALL,
                "money": "£ million",
            },
            (
                *("--council", "Bolton", "--scenario", "whole-system", "--years", "4"),
                *("--budget", "900000", "--goal", "cashable-saving", "--latest-start", "2029/30"),
                *("--programmes", "reablement,purchasing-framework"),
            ),
        ),
    ],
    ids=["as it opens", "everything chosen"],
)
def test_the_page_shows_what_the_command_answers(
    address: dict[str, Any], asked: tuple[str, ...], page_of: Opened, bench: Workbench
) -> None:
    money = "million" if "money" in address else "thousand"
    page = find(page_of(**address))
    found = answered(bench.store, *asked)
    best, goal = found["best"], found["goal"].replace("-", "_")
    titles = {"npv-cashable": "Cashable net present value", "cashable-saving": "Cashable saving"}
    assert figure(page, titles[found["goal"]]) == sum_in(money, best["goal"]["central"])
    assert figure(page, "Low (P10)") == sum_in(money, best["goal"]["p10"])
    assert figure(page, "High (P90)") == sum_in(money, best["goal"]["p90"])
    need = max(best["peak_funding"], best["whole_plan"]["peak_funding"])
    assert figure(page, "Peak funding need") == sum_in(money, need)
    assert figure(page, "Chance of keeping") == per_cent(best["probability_within_budget"])
    beats = found["probability_best_beats_runner_up"]
    assert figure(page, "Chance of beating") == per_cent(beats)
    assert found["run"]["run_id"] in said(page)

    mixes = table(page, "Peak funding need")
    for name, part in MIXES.items():
        each, column = found[part], mixes[name]
        if each["programmes"]:
            assert column.iloc[0] == figure_in(money, each["brings"][goal])
            assert column["P10"] == figure_in(money, each["goal"]["p10"])
            assert column["P90"] == figure_in(money, each["goal"]["p90"])
        assert column["Peak funding need"] == figure_in(money, each["peak_funding"])
        whole = figure_in(money, each["whole_plan"]["net_saving"])
        assert column["With what already runs: net saving"] == whole
        assert column["Chance of keeping within the limit"] == per_cent(
            each["probability_within_budget"]
        )

    starts = next(each for each in tables(page) if "Why" in each.columns)
    assert list(starts["Why"]) == [choice["why"] for choice in found["choices"]]
    for choice in found["choices"]:
        shown = starts.loc[choice["name"], "Go-live"]
        assert (choice["start"] or "left out") in shown

    limits = next(each for each in tables(page) if "What to start" in each.columns)
    steps = found["by_limit"]
    assert list(limits.index) == [figure_in(money, step["budget"]) for step in steps]
    assert list(limits.iloc[:, 0]) == [figure_in(money, s["goal"]["central"]) for s in steps]
    within = [step for step in steps if step["budget"] <= found["budget"]][-1]
    assert within["programmes"] == best["programmes"]
    assert within["goal"]["central"] == best["goal"]["central"]


def test_the_pictures_are_drawn_from_the_answer(workbench: Workbench) -> None:
    request = Request(scenario="whole-system", draws=64)
    answer = optimise(workbench, request, 500_000, "cashable-saving")
    rows = mix_charts.start_rows(answer).set_index("name")
    assert list(rows["kind"]).count(mix_charts.RUNS) == 2
    for verdict in answer.verdicts:
        row = rows.loc[verdict.choice.name]
        start = verdict.start
        months = (start.year - 2027) * 12 + start.month - 4 if start else 0
        assert row["since"] == months / 12
        assert row["until"] == (5 if start else 0)
        assert row["said"] == (f"{start:%B %Y}" if start else "left out")
    limits = mix_charts.limit_rows(answer)
    assert limits["limit"].is_monotonic_increasing
    assert limits["goal"].is_monotonic_increasing
    for chart, words in (
        (mix_charts.starts(answer), ("Reablement at home", "left out", "2031/32")),
        (mix_charts.side_by_side(answer, "thousand"), ("With no limit", "3,225.6")),
        (mix_charts.at_each_limit(answer, "million"), ("limit asked for", "£ million")),
    ):
        drawn = as_svg(chart, "Title", "Foot").decode()
        assert all(word in drawn for word in words)


def test_an_answer_is_searched_for_once_whoever_asks(
    page_of: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    real = mix.optimise

    def counted(*given: Any) -> Any:
        asked.append(given[2])
        return real(*given)

    monkeypatch.setattr(mix, "optimise", counted)
    address = {"limit": "150000", "only": SMALL}
    page = page_of(**address)
    assert "Press the button" in said(page)
    first = said(find(page))
    assert asked == [150_000]
    assert said(find(page)) == first
    # Another visitor, and the same come back: the answer is there before anything is pressed.
    assert figure(page_of(**address), "High (P90)") == figure(page, "High (P90)")
    assert asked == [150_000]
    page.number_input(key="limit").set_value(160_000)
    find(page)
    assert asked == [150_000, 160_000]


def test_searches_go_one_at_a_time_and_a_failed_one_is_not_kept() -> None:
    running, most, begun = 0, 0, threading.Barrier(2, timeout=20)

    def work(result: str, wait: bool = False) -> Callable[[Any], Any]:
        def search(tell: Any) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            tell("Comparing mixes", 1, 2)
            if wait:
                begun.wait()
            running -= 1
            if result == "fails":
                raise ValueError(result)
            return result

        return search

    searches = Searches()
    first = searches.ask("a", work("one", wait=True))
    second = searches.ask("b", work("two"))
    assert searches.ask("a", work("never")) is first
    assert not second.answer.running()
    assert second.doing.startswith("Waiting")
    begun.wait()
    assert (first.answer.result(20), second.answer.result(20)) == ("one", "two")
    assert (first.doing, first.share) == ("Comparing mixes", 0.5)
    failed = searches.ask("c", work("fails"))
    with pytest.raises(ValueError, match="fails"):
        failed.answer.result(20)
    assert searches.get("c") is None
    assert searches.ask("c", work("three")).answer.result(20) == "three"
    assert most == 1
    for number in range(40):
        searches.ask(number, work("more"))
    assert searches.get("a") is None
    assert searches.get(39) is not None


def test_a_longer_plan_is_open_to_its_end_unless_a_year_is_chosen(page_of: Opened) -> None:
    page = find(page_of(only=SMALL))
    assert "2027/28 to 2031/32" in said(page)
    page.selectbox(key="years").select(8).run()
    assert not page.metric
    find(page)
    assert "less even from 2034/35" in "".join(table(page, SMALL[0])["Why"])
    page.selectbox(key="latest").select("2033/34")
    find(page)
    assert "less even from 2033/34" in "".join(table(page, SMALL[0])["Why"])
    page.selectbox(key="years").select(4).run()
    assert page.selectbox(key="latest").value == ""
    find(page)
    assert "2027/28 to 2030/31" in said(page)


def test_what_cannot_be_searched_is_said(page_of: Opened) -> None:
    page = find(page_of(limit="0"))
    assert "a funding limit is more than nothing" in page.warning[0].value
    assert not page.metric
    page = find(page_of(council="Rutland", limit="20000"))
    assert "No mix keeps within the limit: what already runs needs £703k" in page.warning[0].value
    assert not page.metric
    labels = [each.label for each in page.get("download_button")]
    assert "Download the mix as a scenario" not in labels
    assert "From a limit of £703k on, the same mix does best whatever the limit." in said(page)
    page = page_of(scenario="current-plan")
    assert "Nothing can be chosen: no programme goes live in 2027/28" in page.info[0].value
    assert not page.button


def test_a_council_with_little_published_is_answered(page_of: Opened, bench: Workbench) -> None:
    page = page_of(council="E09000001")
    if page.button:
        page = find(page)
    assert not page.exception
    assert not page.error
    assert bench.council("E09000001").missing
    assert "left out, cost and all" in said(page)


def test_what_was_set_under_adjust_counts_where_it_is_wanted(
    page_of: Opened, bench: Workbench
) -> None:
    page = page_of(only=SMALL)
    page.session_state["working"] = {"whole-system": {LAG: 9.0}}
    asked = ("--budget", "500000", "--programmes", "reablement,purchasing-framework")
    without = answered(bench.store, *asked)["best"]
    within = answered(bench.store, *asked, "--set", f"{LAG}=9")["best"]
    assert without["goal"]["central"] != within["goal"]["central"]
    find(page.run())
    assert figure(page, "Cashable net") == sum_in("thousand", without["goal"]["central"])
    page.checkbox(key="use-mine-here").check()
    find(page)
    assert figure(page, "Cashable net") == sum_in("thousand", within["goal"]["central"])
    assert "assumptions you set under Adjust" in said(page)
    save(page, "Ada", "Agreed", "Later framework")
    kept = saved_scenario(bench.record, "later-framework").document.changes[LAG]
    assert (kept["central"], kept["decided_by"], kept["reason"]) == (9.0, "Ada", "Agreed")
    again = bench.forecast(Request(scenario="later-framework", draws=0))
    (total,) = (row for row in document(again)["appraisal"] if row["programme"] == "total")
    assert total["npv_cashable"] == within["whole_plan"]["npv_cashable"]


def save(page: AppTest, who: str, why: str, title: str) -> AppTest:
    page.text_input(key="mix-title").set_value(title)
    page.text_input(key="my-name").set_value(who)
    page.text_area(key="mix-why").set_value(why)
    return button(page, "Save as a scenario").click().run()


def test_a_saved_mix_has_the_same_figures_on_every_page(page_of: Opened, bench: Workbench) -> None:
    page = find(page_of(limit="300000", goal="Cashable saving"))
    found = answered(bench.store, "--budget", "300000", "--goal", "cashable-saving")
    save(page, "Ada", "For cabinet", "Within three hundred")
    assert not page.exception
    assert "Saved as version 1 of Within three hundred." in page.success[0].value
    assert figure(page, "Cashable saving") == sum_in("thousand", found["best"]["goal"]["central"])
    kept = saved_scenario(bench.record, "within-three-hundred")
    assert (kept.who, kept.why) == ("Ada", "For cabinet")
    whole = found["best"]["whole_plan"]
    adjust = page_of("adjust", scenario="within-three-hundred")
    adjust.session_state["ladder's table"] = True
    ladder = table(adjust.run(), "Cashable saving")
    assert ladder.loc["Cashable saving", "Over the plan"] == pence(whole["cashable_saving"])
    compare = page_of("compare", scenarios=["do-nothing", "within-three-hundred"])
    for row, measure in (
        ("Cashable saving: together", "cashable_saving"),
        ("Delivery cost: together", "delivery_cost"),
        ("Net saving: together", "net_saving"),
    ):
        assert table(compare, row).loc[row].iloc[-1] == pence(whole[measure])
    export = page_of("export", export="within-three-hundred")
    assert not export.exception
    projection = bench.forecast(Request(scenario="within-three-hundred@1", draws=4096))
    assert document(projection)["run"]["run_id"] in said(export)
    annual = pd.DataFrame(document(projection)["annual"])
    total = annual[(annual["programme"] == "total") & (annual["service"] == "total")]
    for measure in ("cashable_saving", "net_saving", "delivery_cost", "delivery_cost_gross"):
        pennies = (total.loc[total["measure"] == measure, "central"] * 100).round().sum()
        assert round(pennies) == round(whole[measure] * 100)


def test_a_mix_of_a_saved_scenario_is_saved_in_turn(page_of: Opened, bench: Workbench) -> None:
    save(find(page_of(limit="300000", goal="Cashable saving")), "Ada", "First", "One")
    page = find(page_of(scenario="one", limit="250000", goal="Net saving"))
    save(page, "Ben", "Less to spend", "Two")
    assert "Saved as version 1 of Two." in page.success[0].value
    kept = saved_scenario(bench.record, "two").document
    assert kept.differs_from == "one@1"
    asked = ("--scenario", "one@1", "--budget", "250000", "--goal", "net-saving")
    whole = answered(bench.store, *asked)["best"]["whole_plan"]
    again = document(bench.forecast(Request(scenario="two", draws=0)))
    (total,) = (row for row in again["appraisal"] if row["programme"] == "total")
    assert total["npv_cashable"] == whole["npv_cashable"]
    assert total["peak_funding"] == whole["peak_funding"]


@pytest.mark.parametrize(
    ("who", "why", "title"),
    [("", "a", "b"), ("a", "", "b"), ("a", "b", ""), ("a", "b", "Step-up")],
)
def test_without_who_why_or_a_name_of_its_own_nothing_is_saved(
    page_of: Opened, bench: Workbench, who: str, why: str, title: str
) -> None:
    page = save(find(page_of(only=SMALL)), who, why, title)
    assert page.error
    assert not page.exception
    assert set(bench.library.scenarios) == set(bench.on_file.scenarios)


def test_a_viewer_sees_the_mix_and_saves_nothing(
    page_of: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "visitor", lambda: Visitor("Vi", "viewer", True))
    page = find(page_of(only=SMALL))
    assert figure(page, "Low (P10)")
    assert [each.label for each in page.button] == ["Find the best mix"]
    assert "An editor can save it for you" in said(page)
    labels = [each.label for each in page.get("download_button")]
    assert "Download the mix as a scenario" in labels
