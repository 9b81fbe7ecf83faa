"""The worked example in docs/method.md says what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from prevention.jobs import Request, Workbench
from prevention.model.measures import MEASURES, RUNGS
from prevention.model.projection import Projection

PAGE = (Path(__file__).parents[1] / "docs" / "method.md").read_text(encoding="utf-8")
PLAN_YEAR = 2
"""2029/30."""


@pytest.fixture(scope="module")
def bench(store_path: Path) -> Workbench:
    """The library over a built store."""
    return Workbench(store=store_path)


def _row(projection: Projection) -> str:
    saved = projection.central["no-wrong-door", "total"]["cashable_saving"]
    return " | ".join(f"{value / 1000:,.1f}" for value in np.ravel(saved))


def test_every_rung_on_the_page_is_the_projections(bench: Workbench) -> None:
    """The ladder of No Wrong Door on children's homes in 2029/30, to the penny."""
    projection = bench.forecast(Request(scenario="step-up", draws=0))
    cell = projection.central["no-wrong-door", "childrens-homes"]
    for measure in ("gross_avoided_cost", *RUNGS, "cashable_saving"):
        line = f"| {MEASURES[measure].title} | {cell[measure][PLAN_YEAR]:,.2f} |"
        assert line in PAGE
    people = projection.central["no-wrong-door", "total"]["people_started"][PLAN_YEAR]
    assert f"{people:.0f} people start in 2029/30" in PAGE


def test_the_year_ends_in_the_projections_net_saving(bench: Workbench) -> None:
    """The two parts of the cashable saving, and the cost by who pays."""
    projection = bench.forecast(Request(scenario="step-up", draws=0))
    cell = projection.central["no-wrong-door", "childrens-homes"]
    for measure in ("saving", "avoided_growth", "delivery_cost_gross", "base_funding"):
        assert f"GBP {cell[measure][PLAN_YEAR]:,.2f}" in PAGE, measure
    cashable, cost, net = (
        f"{cell[measure][PLAN_YEAR]:,.2f}"
        for measure in ("cashable_saving", "delivery_cost", "net_saving")
    )
    assert f"the new cost is GBP {cost}" in PAGE
    assert f"{cashable} - {cost} = GBP {net}" in PAGE
    assert f"{cell['care_weeks_avoided'][PLAN_YEAR]:.2f} weeks are left" in PAGE


def test_what_goes_in_is_what_the_plan_has(bench: Workbench) -> None:
    """Every key in the page's table takes `--set`, and its central figure is the plan's."""
    assumptions = bench.plan(Request(scenario="step-up")).assumptions()
    rows = re.findall(r"`(programmes\.[\w.-]+)` \| ([\d.]+) \|", PAGE)
    assert len(rows) == 11
    for key, figure in rows:
        assert float(figure) == pytest.approx(assumptions[key].central, rel=1e-12), key


def test_the_page_starts_from_the_projections_people_and_price(bench: Workbench) -> None:
    """Children's homes in 2029/30 if nothing changes, and what is published of them."""
    projection = bench.forecast(Request(scenario="step-up", draws=0))
    line = projection.outcome.baselines["childrens-homes"]
    people = projection.timeline.by_year(line.people)[PLAN_YEAR, 0] / 12
    assert f"{people:.1f} children at GBP {line.price[PLAN_YEAR, 0]:,.2f} a week" in PAGE
    published = projection.council.services["childrens-homes"]
    assert f"{published.people.last.value:.0f} children were in children's homes" in PAGE
    places = [projection.outcome.baselines[s] for s in ("childrens-homes", "fostering")]
    dear, cheap = (place.price[PLAN_YEAR, 0] for place in places)
    assert f"GBP {dear:,.2f} - {cheap:,.2f} = {dear - cheap:,.2f} a week" in PAGE
    assert f"a published average of GBP {published.unit_cost.last.value:,.0f} a week" in PAGE


def test_the_page_shows_what_a_longer_lag_does(bench: Workbench) -> None:
    """The same programme at the lag of the evidence and at 36 months."""
    change = (("programmes.no-wrong-door.onset_lag", 36),)
    assert _row(bench.forecast(Request(scenario="step-up", draws=0))) in PAGE
    assert _row(bench.forecast(Request(scenario="step-up", draws=0, changes=change))) in PAGE
