"""The page "As at November 2020": the forecast of that day, what happened, and why."""

from __future__ import annotations

import re

import pytest

from dashboard.screen import Opened, said, table
from prevention.evidence.council import every_council_evidence
from prevention.evidence.lookback import (
    OWN_COUNT,
    PUBLISHED,
    Lookable,
    look_backs,
    lookable,
    spend_bridge,
)
from prevention.evidence.store import open_store
from prevention.jobs import Workbench
from prevention.reports import hindsight

WARRINGTON, CUMBERLAND, DORSET = "E06000007", "E06000063", "E06000059"


@pytest.fixture(scope="module")
def lines(workbench: Workbench) -> Lookable:
    """The figures of every council."""
    with open_store(workbench.store) as store:
        return lookable(every_council_evidence(store))


def test_warringtons_forecast_stands_beside_what_happened(opened: Opened, lines: Lookable) -> None:
    page = opened("hindcast")
    assert not page.exception
    assert not page.error
    found = look_backs(lines, PUBLISHED).of(WARRINGTON)
    shown = said(page)
    for past in (found.people, found.price, found.spend):
        assert hindsight.outcome(past) in shown
    assert "It came to 310 children" in shown
    assert "It came to £35.90m" in shown
    rows = table(page, "2024/25")
    assert rows.loc["2024/25", "What happened"] == "310"
    assert rows.loc["2024/25", "Forecast then, central"] == f"{found.people.central[-1]:,.0f}"
    assert rows.loc["2018/19", "Published by then"] == "385"
    assert "2019/20" not in rows.index  # not published by then


def test_a_councils_own_count_may_be_used(opened: Opened, lines: Lookable) -> None:
    page = opened("hindcast")
    page.radio(key="made-from").set_value(OWN_COUNT).run()
    assert not page.exception
    assert hindsight.outcome(look_backs(lines, OWN_COUNT).of(WARRINGTON).people) in said(page)
    assert table(page, "2024/25").loc["2019/20", "Published by then"] == "364"


def test_the_parts_of_the_change_in_spend_add_up_to_the_pound(
    opened: Opened, workbench: Workbench
) -> None:
    page = opened("hindcast")
    rows = table(page, "Change in spend")["GBP"]
    amounts = [int(re.sub(r"[£,]", "", text).replace("\N{MINUS SIGN}", "-")) for text in rows]
    start, *parts, change, end = amounts
    assert (start, end) == (21_959_837, 35_895_782)
    assert sum(parts) == change == end - start
    found = spend_bridge(workbench.council(WARRINGTON), OWN_COUNT, 2025)
    assert parts == [found.volume, found.price, found.mix, found.remainder]
    shown = said(page).replace("\\", "")
    for sentence in hindsight.bridge_sentences(found, ["children's homes", "fostering"]):
        assert sentence in shown
    assert f"({found.remainder / found.change:.0%} of the change)" in shown


def test_the_lessons_are_the_figures_own(opened: Opened, lines: Lookable) -> None:
    shown = said(opened("hindcast"))
    found = look_backs(lines, PUBLISHED).of(WARRINGTON)
    for lesson in hindsight.lessons(found.people, found.price, found.spend):
        assert lesson in shown
    missed = found.people.actual[-1] / found.people.central[-1] - 1
    assert f"{-missed:.0%} fewer children than forecast" in shown
    assert "What the forecast missed most was price" in shown
    assert hindsight.everywhere(look_backs(lines).held) in shown


def test_a_council_formed_later_is_refused_in_a_sentence(opened: Opened) -> None:
    page = opened("hindcast", council=CUMBERLAND)
    assert not page.exception
    shown = said(page)
    assert "so there is nothing to forecast from" in shown
    assert "so the change in spend cannot be told apart" in shown


def test_a_council_formed_in_2019_looks_back_as_far_as_it_can(opened: Opened) -> None:
    page = opened("hindcast", council=DORSET)
    assert not page.exception
    assert "No number of people is published for 2018/19" in said(page)
    page.radio(key="made-from").set_value(OWN_COUNT).run()
    assert not page.exception
    assert "nothing to forecast from" not in said(page)
    assert "It came to" in said(page)
    assert "Spend, 2019/20" in table(page, "Change in spend").index
