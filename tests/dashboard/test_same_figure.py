"""One figure, four places: a page, the workbook, `--format json` and the store's record."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.screen import figure, said, table, tables, unfolded
from prevention.cli import app
from prevention.dashboard import figures
from prevention.dashboard.session import DRAWS
from prevention.evidence.places import STORE_VARIABLE
from prevention.jobs import Request, Workbench
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection
from prevention.money import to_pence
from prevention.record.runs import kept_run
from prevention.reports import words
from prevention.reports.sheets.lines import mtfs_table

SCENARIOS = ("step-up", "whole-system")
COLUMNS = ("central", "mean", "p10", "p50", "p90")
Years = Sequence[float]


def gained(years: Years) -> str:
    """A measure over the plan, to the penny."""
    return words.pence(int(to_pence(np.asarray(years)).sum()) / 100)


def taken_off(years: Years) -> str:
    return gained([-value for value in years])


PAGES: dict[str, tuple[str, str, Callable[[Years], str]]] = {
    "people_started": ("compare", "People started", lambda y: f"{sum(y):,.0f}"),
    "placements_avoided": ("compare", "Placements avoided", lambda y: f"{sum(y):,.1f}"),
    "gross_avoided_cost": ("adjust", "Gross avoided cost", gained),
    **{rung: ("adjust", MEASURES[rung].title, taken_off) for rung in RUNGS},
    "cashable_saving": ("adjust", "Cashable saving", gained),
    "delivery_cost": ("compare", "Delivery cost: together", gained),
    "delivery_cost_gross": ("compare", "Paid by all", gained),
    "external_funding": ("compare", "Grants and partners", gained),
    "base_funding": ("compare", "Council: already in the base budget, cost", gained),
    "net_saving": ("compare", "Net saving: together", gained),
}
"""Where a measure is read on a page: the page, the row, and how the plan's figure is written."""

EXPORT = {
    "saving": "Saving",
    "avoided_growth": "Avoided growth",
    "cost_avoidance": "Cost avoidance",
    "full_year_effect": "Total cashable savings",
    "mtfs_increment": "Total cashable savings",
}
"""Measures the Export page shows in the lines of its schedule: the type of line."""

OTHERS = ("care_weeks_avoided", "net_saving_cumulative")
"""Shown on no page as such: `figures.central`, which the pages read, stands for them.

The Compare page draws cumulative net saving by month; its table has the ends of years.
"""


@dataclass(frozen=True)
class Case:
    """One scenario: its projection, the command's two answers, and the pages that show it."""

    projection: Projection
    document: dict[str, Any]
    book: Path
    store: Path
    schedule: pd.DataFrame
    pages: dict[str, AppTest]

    def rows(self, measure: str) -> pd.DataFrame:
        """The JSON's rows of a measure, all services together."""
        rows = pd.DataFrame(self.document["annual"])
        return rows[(rows["service"] == TOTAL) & (rows["measure"] == measure)]

    def whole(self, measure: str, column: str = "central") -> list[float]:
        """The JSON's figures of the whole plan by year."""
        rows = self.rows(measure)
        return [float(value) for value in rows.loc[rows["programme"] == TOTAL, column]]


@pytest.fixture(scope="module", params=SCENARIOS)
def case(
    request: pytest.FixtureRequest, store_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    scenario = request.param
    folder = tmp_path_factory.mktemp(scenario)
    store, book = folder / "evidence.duckdb", folder / "book.xlsx"
    shutil.copyfile(store_path, store)
    chosen = ["--scenario", scenario, "--draws", str(DRAWS), "--store", str(store)]
    printed = CliRunner().invoke(app, ["forecast", *chosen, "--format", "json"])
    assert printed.exit_code == 0, printed.output
    written = CliRunner().invoke(app, ["export", *chosen, "--output", str(book)])
    assert written.exit_code == 0, written.output
    projection = Workbench(store=store).forecast(Request(scenario=scenario, draws=DRAWS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STORE_VARIABLE, str(store))
        pages = {
            "adjust": unfolded(_opened("adjust", scenario=scenario), "ladder's table"),
            "compare": _opened("compare", scenarios=["do-nothing", scenario]),
            "export": _opened("export", export=scenario),
        }
        found = json.loads(printed.stdout)
        yield Case(projection, found, book, store, mtfs_table(projection), pages)


def _opened(page: str, **address: str | list[str]) -> AppTest:
    script = f"from prevention.dashboard.pages import {page}\n{page}.show()\n"
    test = AppTest.from_string(script, default_timeout=60)
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception
    return test


def pence(values: pd.Series | np.ndarray | Years) -> list[int]:
    return [int(value) for value in to_pence(np.asarray(values, dtype=float))]


def test_every_measure_has_its_place() -> None:
    assert sorted([*PAGES, *EXPORT, *OTHERS]) == sorted(MEASURES)


def test_workbook_json_and_store_hold_the_same_figures(case: Case) -> None:
    """Every measure of every year, programme and service; central, mean and range."""
    asked = case.document["annual"]
    kept = kept_run(Workbench(store=case.store).record, case.document["run"]["run_id"])
    assert {row["measure"] for row in asked} == set(MEASURES)
    assert list(kept.figures["annual"]) == asked
    assert list(kept.figures["appraisal"]) == case.document["appraisal"]
    # From memory: a workbook that is read in parts leaves its file open.
    content = io.BytesIO(case.book.read_bytes())
    sheet = openpyxl.load_workbook(content, data_only=True, read_only=True)["Annual"]
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    heading = next(place for place, row in enumerate(lines) if row[0] == "No.")
    written = pd.DataFrame(lines[heading + 1 :], columns=lines[heading])
    wanted = pd.DataFrame(asked)
    for name in ("year", "programme", "service", "measure", "unit"):
        assert written[name.capitalize()].tolist() == wanted[name].tolist()
    money = wanted["unit"] == GBP
    for name in COLUMNS:
        found = written[name.capitalize()]
        assert pence(found[money]) == pence(wanted.loc[money, name])
        np.testing.assert_allclose(
            found[~money].astype(float), wanted.loc[~money, name].astype(float), rtol=1e-15
        )


def test_the_pages_show_the_run_that_was_kept(case: Case) -> None:
    run = f"Run {case.document['run']['run_id']}"
    assert run in said(case.pages["adjust"])
    assert run in said(case.pages["compare"])


@pytest.mark.parametrize("measure", PAGES)
def test_a_page_shows_the_figure(case: Case, measure: str) -> None:
    page, row, written = PAGES[measure]
    shown = table(case.pages[page], row).loc[row].iloc[-1]
    assert shown == written(case.whole(measure))
    assert written(case.whole(measure)) == written(
        figures.central(case.projection, measure).tolist()
    )


def scheduled(saving: float) -> str:
    """A saving as the schedule on the page shows it: an effect on the budget, in thousands."""
    return words.budget_figure(-int(to_pence(saving)), "thousands")


@pytest.mark.parametrize("measure", EXPORT)
def test_the_schedule_shows_the_figure(case: Case, measure: str) -> None:
    """On the page in thousands; from the page's own rows to the penny, a saving below zero."""
    lines = case.schedule[case.schedule["Type"] == EXPORT[measure]]
    years = list(case.projection.timeline.labels)
    wanted = case.rows(measure)
    first = "total-S"
    shown = table(case.pages["export"], first)
    if measure == "full_year_effect":
        last = case.whole(measure)[-1]
        assert pence(lines["Full-year effect"]) == pence([-last])
        assert shown.loc[first, "Full-year effect"] == scheduled(last)
    elif measure == "mtfs_increment":
        increments = case.whole(measure)
        assert pence(lines[years].iloc[0]) == pence([-value for value in increments])
        assert shown.loc[first, years].tolist() == [scheduled(value) for value in increments]
    else:
        assert len(lines)
        for _, line in lines.iterrows():
            name = line["Programme"]
            (id_,) = (i for i, p in case.projection.plan.programmes.items() if p.name == name)
            found = wanted.loc[wanted["programme"] == id_, "central"]
            columns = [f"{year} cumulative" for year in years]
            assert pence(line[columns]) == pence(-found)
            cells = shown.loc[line["Reference"], columns]
            assert cells.tolist() == [scheduled(v) for v in found]


@pytest.mark.parametrize("measure", MEASURES)
def test_what_the_pages_read_is_the_figure(case: Case, measure: str) -> None:
    """Central, mean and percentiles of every year, of the plan and of each programme."""
    for id_ in (TOTAL, *case.projection.plan.programmes):
        group = None if id_ == TOTAL else (id_,)
        read = figures.by_year(case.projection, measure, group)
        rows = case.rows(measure)
        wanted = rows[rows["programme"] == id_]
        for column in COLUMNS:
            if MEASURES[measure].unit == GBP:
                assert pence(read[column]) == pence(wanted[column]), (id_, column)
            else:
                np.testing.assert_allclose(read[column], wanted[column].astype(float), rtol=1e-6)


def test_compare_shows_the_ends_of_years_of_the_cumulative_figure(case: Case) -> None:
    labels = case.projection.timeline.labels
    title = f"B: {case.projection.plan.title}"
    shown = next(
        each for each in tables(case.pages["compare"]) if f"End of {labels[0]}" in each.columns
    )
    wanted = [words.figure_in("thousand", v) for v in case.whole("net_saving_cumulative")]
    assert shown.loc[title].tolist() == wanted


def test_the_chance_of_the_target_is_the_same_everywhere(case: Case) -> None:
    """Judged by the model, to the pound, on the page as in the appraisal."""
    (last,) = (row for row in case.document["appraisal"] if row["programme"] == TOTAL)
    chance = figures.chance_of(case.projection, last["target"])
    assert chance == last["probability_of_target"]
    assert figure(case.pages["adjust"], "Chance of that") == words.per_cent(chance)
    for id_ in case.projection.plan.programmes:
        (row,) = (r for r in case.document["appraisal"] if r["programme"] == id_)
        assert figures.chance_of(case.projection, row["target"], (id_,)) == pytest.approx(
            row["probability_of_target"], abs=0
        )
