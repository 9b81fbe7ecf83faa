"""A forecast made in the past beside what happened: its rows, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from prevention.baseline.hindcast import Bridge, PastForecast
from prevention.evidence.lookback import Held
from prevention.model.evidence import Observation
from prevention.reports.pictures.looking_back import AHEAD, HAPPENED, KNOWN
from prevention.reports.words import MINUS, figure_in, listed, pounds
from prevention.years import format_year


def amount(measure: str, value: float) -> str:
    """A figure of a measure in words.

    >>> amount("people", 309.6), amount("unit_cost", 1016.2), amount("spend", 35895782)
    ('310 children', '£1,016 a week per child', '£35.90m')
    """
    if measure == "people":
        return f"{value:,.0f} children"
    return f"£{value:,.0f} a week per child" if measure == "unit_cost" else pounds(value)


def outcome(past: PastForecast) -> str:
    """How the forecast of the last year compares with what happened, in plain words."""
    said = [
        f"From {amount(past.measure, past.start)} in {format_year(past.known)} the forecast for "
        f"{format_year(past.years[-1])} was {amount(past.measure, past.central[-1])}, with a range "
        f"from {amount(past.measure, past.p10[-1])} to {amount(past.measure, past.p90[-1])}."
    ]
    last = past.actual[-1]
    if np.isnan(last):
        said.append(f"What happened in {format_year(past.years[-1])} is not published.")
    else:
        miss = past.central[-1] / last - 1
        way = "above" if miss > 0 else "below"
        place = "inside" if past.p10[-1] <= last <= past.p90[-1] else "outside"
        said.append(
            f"It came to {amount(past.measure, last)}: the forecast was {abs(miss):.0%} {way} it, "
            f"and it lies {place} the range."
        )
    lie = "lies" if past.inside == 1 else "lie"
    said.append(f"Of the {past.judged} years since, {past.inside} {lie} inside the range.")
    return " ".join(said)


def rows(known: Sequence[Observation], past: PastForecast) -> pd.DataFrame:
    """The series as published by then, the forecast made then, and what happened.

    Columns: year, part, value, p10, p90.
    """
    years = [format_year(year) for year in past.years]
    before = pd.DataFrame(
        [(format_year(item.year_ending), KNOWN, item.value) for item in known],
        columns=["year", "part", "value"],
    )
    ahead = pd.DataFrame(
        {"year": years, "part": AHEAD, "value": past.central, "p10": past.p10, "p90": past.p90}
    )
    after = pd.DataFrame({"year": years, "part": HAPPENED, "value": past.actual})
    found = pd.concat([before, ahead, after.dropna()], ignore_index=True)
    return found.astype({"value": float, "p10": float, "p90": float})


def table(found: pd.DataFrame, money: str) -> pd.DataFrame:
    """The same rows by year, as written. money: the reader's unit, where they are GBP."""

    def written(value: float) -> str:
        if np.isnan(value):
            return ""
        return figure_in(money, value) if money else f"{value:,.0f}"

    columns = {}
    for name, part, column in (
        (KNOWN, KNOWN, "value"),
        (f"{AHEAD}, central", AHEAD, "value"),
        ("P10", AHEAD, "p10"),
        ("P90", AHEAD, "p90"),
        (HAPPENED, HAPPENED, "value"),
    ):
        mine = found[found["part"] == part]
        columns[name] = pd.Series(mine[column].to_numpy(), index=mine["year"])
    return pd.DataFrame(columns).sort_index().map(written)


def lessons(people: PastForecast, price: PastForecast, spend: PastForecast) -> list[str]:
    """What the comparison teaches, from its own figures."""
    found = []
    last = [past.actual[-1] / past.central[-1] for past in (people, price, spend)]
    if not any(np.isnan(last)):
        volume, cost, whole = np.log(last)
        what = "price" if abs(cost) > abs(volume) else "the number of children"
        found.append(
            f"In {format_year(spend.years[-1])} there were {_moved(last[0], 'fewer')} "
            f"children than forecast, each costing {_moved(last[1])}, and spend was "
            f"{_moved(last[2])}. "
            f"What the forecast missed most was {what}."
        )
        if abs(whole) < abs(cost) and volume * cost < 0:
            found.append(
                "The two errors partly cancelled: a total that comes out right is no proof that "
                "its parts were, so volume and price are forecast apart."
            )
    inside = sum(past.inside for past in (people, price, spend))
    judged = sum(past.judged for past in (people, price, spend))
    found.append(
        f"The ranges held {inside} of {judged} outcomes; {0.8 * judged:.0f} was to be expected. "
        "A range is made from past movements: a rise in prices without precedent lies outside it."
    )
    wide = people.p90[-1] / people.p10[-1] - 1
    found.append(
        f"{people.years[-1] - people.known} years out the range for the number of children was "
        f"{wide:.0%} from bottom to top. "
        "A programme that avoids one placement in twenty cannot be seen in the total alone, so "
        "its saving is the difference between two forecasts made alike, with it and without."
    )
    return found


def _moved(ratio: float, less: str = "less") -> str:
    return f"{abs(ratio - 1):.0%} {'more' if ratio > 1 else less}"


def everywhere(held: Held) -> str:
    """How the same forecast did over every council."""
    return (
        f"Over all {held.councils} councils with figures, the range made that day held "
        f"{held.people:.0%} of the later numbers of children, {held.price:.0%} of the spend per "
        f"child and {held.spend:.0%} of the spend; 80% was aimed at."
    )


PARTS = {
    "volume": "Volume: number of children",
    "price": "Price: same placements, new cost",
    "mix": "Mix: other placements",
    "remainder": "Remainder: not explained",
}


def bridge_rows(found: Bridge, before: int, after: int) -> pd.DataFrame:
    """The change in spend step by step: step, amount, start, end, in whole pounds."""
    amounts = [found.start, *(getattr(found, part) for part in PARTS), found.end]
    running = np.cumsum(amounts[:-1])
    return pd.DataFrame(
        {
            "step": [
                f"Spend, {format_year(before)}",
                *PARTS.values(),
                f"Spend, {format_year(after)}",
            ],
            "amount": amounts,
            "start": [0, *running[:-1], 0],
            "end": [*running, found.end],
        }
    )


def bridge_table(found: pd.DataFrame) -> pd.DataFrame:
    """The steps to the pound; those between the totals add up to the change exactly."""
    change = found["amount"].iloc[-1] - found["amount"].iloc[0]
    steps = [*found["step"][:-1], "Change in spend", found["step"].iloc[-1]]
    amounts = [*found["amount"][:-1], change, found["amount"].iloc[-1]]
    written = [f"£{abs(a):,}" if a >= 0 else f"{MINUS}£{abs(a):,}" for a in map(int, amounts)]
    return pd.DataFrame({"GBP": written}, index=steps)


def bridge_sentences(found: Bridge, priced: Sequence[str]) -> list[str]:
    """The change in words, and how much of it cannot be told apart.

    priced: names of the service lines whose price and mix are told apart.
    """
    parts = [
        f"{name} {'+' if value >= 0 else MINUS}{pounds(abs(value))}"
        for name, value in (
            ("the number of children", found.volume),
            ("the price of the same placements", found.price),
            ("a different mix of placements", found.mix),
            ("the remainder", found.remainder),
        )
    ]
    way = "rose" if found.change >= 0 else "fell"
    share = f" ({abs(found.remainder / found.change):.0%} of the change)" if found.change else ""
    apart = listed(priced) if priced else "no placement"
    return [
        f"Spend {way} by {pounds(abs(found.change))}, from {pounds(found.start)} to "
        f"{pounds(found.end)}: {listed(parts)}.",
        f"The remainder is {pounds(found.remainder)}{share}: published unit costs and numbers of "
        "children do not multiply to published spend, and a weekly cost is published for "
        f"{apart} alone. Price and mix are told apart for those; for the rest they are in the "
        "remainder.",
    ]
